"""A fan-out of the sync twin that is given what only the async one can use."""

from sessionbay import AgentBay, Session, SessionUsageError
from sessionbay.engine import LocalEngine

from .._sync.conftest import connect


async def echo(session: Session, number: int) -> int:
    return number


def test_an_async_function_is_reported_by_its_items_and_leaves_nothing_to_await(engine: LocalEngine) -> None:
    with connect(engine, AgentBay) as bay, bay.map(echo, [1]) as results:
        (done,) = results
    assert isinstance(done.error, SessionUsageError)
    assert "write it with 'def'" in str(done.error)
