"""News of files, polled and pushed."""

import time
from typing import Any

import pytest

from .conftest import Do


def saw(events: list[Any], path: str) -> bool:
    """Wait until there is news of ``path``."""
    until = time.monotonic() + 15
    while not any(event.path == path for event in list(events)) and time.monotonic() < until:
        time.sleep(0.05)
    return any((event.path, event.path_type) == (path, "file") for event in events)


@pytest.mark.parametrize("way", ["pushed", "polled"])
def test_changes_of_a_folder_are_told(
    session: Any, do: Do, folder: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "polled":
        monkeypatch.setattr(session, "ws_url", "")
    events: list[Any] = []
    thread = session.file_system.watch_directory(folder, events.extend, interval=0.1)
    thread.start()
    try:
        assert thread.ready_event.wait(15)
        time.sleep(0.3)  # the client tells nobody when it has subscribed
        do(session.file_system.write_file(f"{folder}/new.txt", "news"))
        assert saw(events, f"{folder}/new.txt")
    finally:
        thread.stop_event.set()
        thread.join(15)


def test_code_that_is_to_be_told_while_it_runs_is_refused_by_name(session: Any, do: Do) -> None:
    result = do(session.code.run_code("print(1)", "python", stream_beta=True, on_stdout=print))
    assert (result.success, "wuying_codespace" in result.error_message) == (False, True)
