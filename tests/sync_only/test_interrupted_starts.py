"""Starts of processes that Ctrl-C interrupts: nothing stays inside the session."""

import signal
from contextlib import suppress

import pytest

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine

from ..garbage import collect


@pytest.mark.engine
@pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning"
)  # one interrupted as it is made is the collector's to close
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupted_start_leaves_no_process(engine: LocalEngine) -> None:
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)  # raises KeyboardInterrupt, as SIGINT does
    with AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()) as bay, bay.session() as session:
        try:
            for milliseconds in range(1, 11):
                with suppress(KeyboardInterrupt):
                    signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)
                    with session.command.start("exec sleep 72.5") as process:
                        process.wait()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert any(not session.command.run("pgrep -f '^sleep 72[.]5'").stdout for _ in range(200))
    collect()  # closes such a connection here, not in a later test
