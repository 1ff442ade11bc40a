"""Looking for a ``.env`` file where none can be read."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionbay.environment import find_dotenv


@pytest.fixture(autouse=True)
def home_again() -> Iterator[None]:
    before = Path.cwd()
    yield
    os.chdir(before)


def test_a_working_directory_that_was_deleted_has_no_settings(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    assert find_dotenv(upwards=True) is None


def test_a_file_that_cannot_be_read_is_left_out_and_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".env").write_text("AGENTBAY_API_KEY=key")
    (tmp_path / "below").mkdir()
    os.chdir(tmp_path / "below")

    def refuse(path: Path, *_: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)  # root may read everything
    with caplog.at_level(logging.WARNING, "sessionbay.config"):
        assert find_dotenv(upwards=True) is None
    assert f"settings of {tmp_path / '.env'} are left out" in caplog.text
