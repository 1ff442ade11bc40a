"""The engine's uvicorn, in a program that may run a uvicorn of its own."""

import logging

import pytest

from sessionbay import AgentBayError

from ..threads._sync import Background
from .conftest import client_of, started
from .processes import eventually

LOGGERS = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi")


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Log as a program does that shows all that its own uvicorn tells."""
    for name in LOGGERS:
        caplog.set_level(logging.INFO, name)
    return caplog


def of_uvicorn(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.name in LOGGERS]


def test_the_logs_of_a_uvicorn_of_the_programs_own_stay_as_they_are(loud: pytest.LogCaptureFixture) -> None:
    access = logging.getLogger("uvicorn.access")
    access.addHandler(loud.handler)
    try:
        started().stop()
        assert [logging.getLogger(name).level for name in LOGGERS] == [logging.INFO] * 3
        assert (access.handlers, access.propagate) == ([loud.handler], True)
        logging.getLogger("uvicorn.error").info("of the program's own")
    finally:
        access.removeHandler(loud.handler)
    assert of_uvicorn(loud) == ["of the program's own"]


def test_an_engine_does_not_tell_of_its_requests_there(loud: pytest.LogCaptureFixture) -> None:
    engine = started()
    with client_of(engine) as bay, bay.session() as session:
        assert session.command.run("echo hello").output == "hello\n"
    engine.stop()
    assert of_uvicorn(loud) == []


def test_an_engine_that_stops_does_not_tell_of_the_calls_that_it_cuts_off(loud: pytest.LogCaptureFixture) -> None:
    engine = started()
    with client_of(engine) as bay, Background() as beside:
        session = bay.create().session

        def cut_off() -> None:
            with pytest.raises(AgentBayError):
                session.command.run("touch begun; sleep 600")

        beside.start(cut_off)
        assert eventually(lambda: session.command.run("test -e begun").success, 30)
        engine.stop()
    assert of_uvicorn(loud) == []
