"""Pausing and resuming."""

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from .conftest import Do

TICKING = """
nohup sh -c 'while :; do date +%s.%N >>ticks; sleep 0.02; done' >/dev/null 2>&1 &
until [ -s ticks ]; do sleep 0.02; done
"""


@pytest.fixture
def paused(make: Callable[..., Any], do: Do) -> Any:
    """Give a session that ticks and is paused."""
    session = make(labels={"check": "paused"})
    do(session.command.execute_command(TICKING))
    result = do(session.beta_pause(timeout=60, poll_interval=0.1))
    assert (result.success, result.status) == (True, "PAUSED"), result.error_message
    yield session
    do(session.beta_resume(timeout=60, poll_interval=0.1))


def ticks(session: Any, do: Do) -> list[float]:
    """Return the times at which a session has ticked."""
    return [float(line) for line in do(session.command.execute_command("cat ticks")).stdout.split()]


def test_a_paused_session_has_that_status(paused: Any, bay: Any, do: Do) -> None:
    assert do(paused.get_status()).status == "PAUSED"
    assert paused.session_id in [entry["sessionId"] for entry in do(bay.list(status="PAUSED")).session_ids]


def test_a_process_stands_still_in_a_pause_and_goes_on_after_it(paused: Any, do: Do) -> None:
    time.sleep(1.5)  # the pause itself
    assert do(paused.beta_resume(timeout=60, poll_interval=0.1)).status == "RUNNING"
    after = ticks(paused, do)
    until = time.monotonic() + 60
    while (later := ticks(paused, do)) == after and time.monotonic() < until:
        pass
    assert later > after
    assert max(end - begin for begin, end in pairwise(later)) > 1.4


def test_a_paused_session_takes_no_command(paused: Any, do: Do) -> None:
    result = do(paused.command.execute_command("echo hi"))
    assert (result.success, "hi\n" in result.stdout) == (False, False)


def test_a_paused_session_is_not_deleted(paused: Any, do: Do) -> None:
    result = do(paused.delete())
    assert (result.success, "PAUSED" in result.error_message) == (False, True)


def test_the_client_pauses_and_resumes_too(bay: Any, make: Callable[..., Any], do: Do) -> None:
    session = make()
    assert do(bay.beta_pause(session, timeout=60, poll_interval=0.1)).status == "PAUSED"
    assert do(bay.beta_resume(session, timeout=60, poll_interval=0.1)).status == "RUNNING"
    assert do(session.command.execute_command("echo back")).stdout == "back\n"
