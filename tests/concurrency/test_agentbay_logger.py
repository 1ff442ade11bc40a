"""Logging set up by one call, as programs of AgentBay's own client do."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionbay import AgentBayLogger, AgentBayUsageError


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    logger = logging.getLogger("sessionbay")
    before = logger.level, logger.handlers[:]
    yield
    for handler in set(logger.handlers) - set(before[1]):
        handler.close()
    logger.level, logger.handlers[:] = before


def test_messages_of_the_level_and_above_go_to_the_console_and_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "program.log"
    AgentBayLogger.setup(level="warning", log_file=log, rotation="ignored")
    AgentBayLogger.get_logger("app").warning("shown")
    AgentBayLogger.get_logger("app").info("hidden")
    for text in (log.read_text(), capsys.readouterr().err):
        assert text.endswith("WARNING sessionbay.app: shown\n")
        assert "hidden" not in text


def test_a_second_setup_replaces_the_first_unless_it_is_asked_to_keep_it(tmp_path: Path) -> None:
    AgentBayLogger.setup(enable_console=False, log_file=tmp_path / "first.log")
    AgentBayLogger.setup(enable_console=False, log_file=tmp_path / "kept.log", force_reinit=False)
    assert not (tmp_path / "kept.log").exists()
    AgentBayLogger.setup(enable_console=False, log_file=tmp_path / "second.log")
    AgentBayLogger.get_logger().info("once")
    assert (tmp_path / "first.log").read_text() == ""
    assert (tmp_path / "second.log").read_text().count("once") == 1


def test_a_large_file_is_rotated(tmp_path: Path) -> None:
    AgentBayLogger.setup(enable_console=False, log_file=tmp_path / "log", max_file_size="1 KB")
    for _ in range(3):
        AgentBayLogger.get_logger().info("x" * 600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "log.1", "log.2"]


@pytest.mark.parametrize("arguments", [{"level": "LOUD"}, {"max_file_size": "10"}, {"colour": True}])
def test_invalid_arguments_are_refused_and_change_nothing(arguments: dict[str, str]) -> None:
    before = AgentBayLogger.get_logger().handlers[:]
    with pytest.raises(AgentBayUsageError):
        AgentBayLogger.setup(**arguments)  # type: ignore[arg-type]
    assert AgentBayLogger.get_logger().handlers == before
