"""The meter of the event loop, by its effects on the log."""

import asyncio
import logging
import time

import pytest

from sessionbay.engine import EngineConfig
from sessionbay.engine.loop_meter import loop_factory

from .conftest import started


def busy(seconds: float) -> None:
    """Hold the loop, on the processor."""
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass


async def work() -> None:
    busy(0.1)
    await asyncio.sleep(0)


def test_what_holds_the_loop_is_logged_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    with asyncio.Runner(loop_factory=loop_factory(0.02)) as runner:
        runner.run(work())
    messages = [record.getMessage() for record in caplog.records if record.name == "sessionbay.engine"]
    assert any("The event loop was held for" in message and "test_loop_meter.py" in message for message in messages)


def test_there_is_no_meter_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SESSIONBAY_SLOW_TURN", raising=False)
    assert loop_factory(EngineConfig().slow_turn) is None


def test_the_environment_turns_the_meter_of_an_engine_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SESSIONBAY_SLOW_TURN", "0.02")
    caplog.set_level(logging.WARNING)
    engine = started(isolation="process")
    engine._loop.call_soon_threadsafe(busy, 0.1)
    assert engine.session_ids() == ()
    engine.stop()
    assert any("The event loop was held for" in record.getMessage() for record in caplog.records)
