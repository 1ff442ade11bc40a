"""What a session reports by itself: changes of files, polled and pushed, and the output of running code."""

import time
from typing import Any

import pytest

from .conftest import Do


def saw(events: list[Any], path: str, seconds: float) -> bool:
    """Wait until there is news of ``path``."""
    until = time.monotonic() + seconds
    while not any(event.path == path for event in list(events)) and time.monotonic() < until:
        time.sleep(0.05)
    return any((event.path, event.path_type) == (path, "file") for event in events)


@pytest.mark.parametrize("way", ["pushed", "polled"])
def test_changes_of_a_folder_are_reported(
    session: Any, do: Do, folder: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "polled":
        monkeypatch.setattr(session, "ws_url", "")
    events: list[Any] = []
    thread = session.file_system.watch_directory(folder, events.extend, interval=0.1)
    thread.start()
    try:
        assert thread.ready_event.wait(60)
        # The client does not report when it has subscribed: earlier changes are not reported.
        names = (f"{folder}/new{number}.txt" for number in range(30))
        assert any(do(session.file_system.write_file(name, "news")) and saw(events, name, 2) for name in names)
    finally:
        thread.stop_event.set()
        thread.join(60)


CODE = "import sys, time\nprint('one')\ntime.sleep(3)\nprint('two')\nprint('bad', file=sys.stderr)\n6 * 7"


def test_code_streams_its_output(session: Any, do: Do) -> None:
    came: list[tuple[float, str]] = []
    bad: list[str] = []
    result = do(
        session.code.run_code(
            CODE,
            "python",
            stream_beta=True,
            on_stdout=lambda chunk: came.append((time.monotonic(), chunk)),
            on_stderr=bad.append,
        )
    )
    assert (result.success, result.result, "".join(result.logs.stdout)) == (True, "42", "one\ntwo\n")
    assert [chunk for _, chunk in came] == ["one\n", "two\n"]
    assert came[1][0] - came[0][0] > 0.3
    assert bad == ["bad\n"]


def test_streamed_code_that_fails_reports_the_error(session: Any, do: Do) -> None:
    errors: list[Any] = []
    result = do(session.code.run_code("1 / 0", "python", stream_beta=True, on_error=errors.append))
    assert (result.success, result.error.name, result.error.value) == (False, "ZeroDivisionError", "division by zero")
    assert len(errors) == 1
