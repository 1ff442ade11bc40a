"""Ctrl-C in a script, which comes as an exception in the middle of a call."""

import httpx
import pytest

from sessionbay import AgentBay, Session
from sessionbay.engine import LocalEngine

from .._sync.conftest import connect
from .._sync.test_creation import LOST, LaggingCloud, create
from ..fake_cloud import yes


def test_an_interrupt_from_the_keyboard_undoes_the_creation() -> None:
    def interrupted() -> httpx.Response:
        raise KeyboardInterrupt

    cloud = LaggingCloud(interrupted, lag=1)
    with pytest.raises(KeyboardInterrupt):
        create(cloud)
    assert cloud.requests[-1] == "DeleteSessionAsync"


def test_an_interrupt_while_a_lost_creation_is_looked_for_undoes_it_too() -> None:
    looks = iter([True])

    def interrupted() -> httpx.Response:
        if next(looks, False):
            raise KeyboardInterrupt
        return yes([{"SessionId": "session-1"}])

    cloud = LaggingCloud(LOST)
    cloud._answers["ListSession"] = [interrupted]
    with pytest.raises(KeyboardInterrupt):
        create(cloud)
    assert cloud.requests[-1] == "DeleteSessionAsync"


def test_an_interrupt_before_anything_was_sent_looks_for_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[str] = []

    def interrupted(*, private: bool) -> None:
        starts.append("local")
        raise KeyboardInterrupt

    monkeypatch.setattr("sessionbay.engine.resolve.find_or_start", interrupted)
    with AgentBay(endpoint="local") as bay, pytest.raises(KeyboardInterrupt):
        bay.create()
    assert starts == ["local"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the thread ends by it, too
@pytest.mark.parametrize("concurrency", [1, 3])
def test_an_exit_in_a_thread_of_map_reaches_the_reader(engine: LocalEngine, concurrency: int) -> None:
    def work(session: Session, number: int) -> int:
        if number == 1:
            raise SystemExit(3)
        return number

    with connect(engine, AgentBay) as bay:
        with (
            pytest.raises(SystemExit, match="3"),
            bay.map(work, range(9), concurrency=concurrency, labels={"test": "exit"}) as results,
        ):
            list(results)
        assert bay.list(labels={"test": "exit"}).total_count == 0
