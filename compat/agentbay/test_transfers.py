"""Files that go up and down through the context for transfers."""

import os
from pathlib import Path
from typing import Any

import pytest

from .conftest import NUMBERS, Do


@pytest.fixture
def remote(session: Any, do: Do) -> str:
    """Give a path for a file that no other check uses."""
    folder = do(session.file_system.get_file_transfer_context_path())
    do(session.command.execute_command(f"mkdir -p {folder}"))
    return f"{folder}/file-{next(NUMBERS)}.bin"


def test_the_folder_for_transfers_is_reported(session: Any, do: Do) -> None:
    assert do(session.file_system.get_file_transfer_context_path()).endswith("/file-transfer")


def test_a_file_goes_up_and_down(session: Any, do: Do, remote: str, tmp_path: Path) -> None:
    data = os.urandom(5 * 2**20)
    (tmp_path / "up").write_bytes(data)
    up = do(session.file_system.upload_file(str(tmp_path / "up"), remote, poll_interval=0.1))
    assert (up.success, up.http_status, up.bytes_sent, up.path) == (True, 200, len(data), remote), up.error_message
    assert up.etag
    assert do(session.command.execute_command(f"wc -c < {remote}")).stdout == f"{len(data)}\n"
    down = do(session.file_system.download_file(remote, str(tmp_path / "new" / "down"), poll_interval=0.1))
    assert (down.success, down.bytes_received) == (True, len(data)), down.error_message
    assert (tmp_path / "new" / "down").read_bytes() == data


def test_what_a_command_wrote_comes_down(session: Any, do: Do, remote: str, tmp_path: Path) -> None:
    do(session.command.execute_command(f"echo made inside > {remote}"))
    counted: list[int] = []
    path = str(tmp_path / "down")
    down = do(session.file_system.download_file(remote, path, poll_interval=0.1, progress_cb=counted.append))
    assert (down.success, Path(path).read_text()) == (True, "made inside\n"), down.error_message
    assert counted[-1] == len("made inside\n")


def test_a_missing_file_does_not_come_down(session: Any, do: Do, remote: str, tmp_path: Path) -> None:
    down = do(session.file_system.download_file(remote, str(tmp_path / "down"), wait_timeout=60, poll_interval=0.1))
    assert (down.success, bool(down.error_message), (tmp_path / "down").exists()) == (False, True, False)


def test_a_file_that_exists_is_kept_if_so_requested(session: Any, do: Do, remote: str, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("mine")
    do(session.command.execute_command(f"echo theirs > {remote}"))
    down = do(session.file_system.download_file(remote, str(tmp_path / "here"), overwrite=False, poll_interval=0.1))
    assert (down.success, (tmp_path / "here").read_text()) == (False, "mine")


def test_a_missing_local_file_is_reported_by_the_client(session: Any, do: Do, remote: str) -> None:
    up = do(session.file_system.upload_file("/no/such/file", remote))
    assert (up.success, "/no/such/file" in up.error_message) == (False, True)


@pytest.mark.defect("It never reports the progress of an upload.")
def test_the_progress_of_an_upload(session: Any, do: Do, remote: str, tmp_path: Path) -> None:
    (tmp_path / "up").write_bytes(b"x" * 100_000)
    counted: list[int] = []
    up = do(
        session.file_system.upload_file(str(tmp_path / "up"), remote, poll_interval=0.1, progress_cb=counted.append)
    )
    assert (up.success, counted) == (True, []), up.error_message
