"""A signal while the main thread holds a lock, or is in the middle of something else."""

from collections.abc import Iterator

import pytest

from bench.interrupted import ROWS
from bench.interrupts import Interrupts
from sessionbay.engine import LocalEngine

from .conftest import Programs


@pytest.fixture(scope="module")
def interrupts(engine: LocalEngine) -> Iterator[Interrupts]:
    with Interrupts(engine) as found:
        yield found


@pytest.mark.parametrize("name", ROWS)
def test_a_signal_at_this_moment_leaves_no_session(interrupts: Interrupts, name: str) -> None:
    assert interrupts.run(name)[1] == ""  # the seconds are the bench's: nox -s signals


def test_a_deletion_that_takes_the_lock_of_the_interrupted_thread_is_noticed(programs: Programs) -> None:
    ended = programs.run("""
        from sessionbay import shutdown
        lock = threading.Lock()
        shutdown.HANDLER_TIMEOUT = 0.2
        signal.signal(signal.SIGTERM, lambda *_: print(len(shutdown._registered)))
        sessionbay.install_signal_handlers()
        with AgentBay() as bay, bay.session(labels=labels):
            [(key, deletion)] = shutdown._registered.items()
            shutdown._registered[key] = lambda deadline: [lock.acquire(), deletion(deadline)][1]
            with lock:
                os.kill(os.getpid(), signal.SIGTERM)
    """)
    assert ended.stdout == "1"


@pytest.mark.parametrize("twin", ["sync", "async"])
def test_a_session_whose_creation_is_under_way_is_found_and_deleted(programs: Programs, twin: str) -> None:
    begin = "" if twin == "sync" else "async "
    program = programs.start(f"""
        from sessionbay._{twin}.http.core import {"Async" if begin else ""}HttpCore as Core
        exchange = Core.exchange
        {begin}def exchanged(self, request, timeouts):
            response = {"await " if begin else ""}exchange(self, request, timeouts)
            if "CreateMcpSession" in request.url:
                os.kill(os.getpid(), signal.SIGTERM)
            return response
        Core.exchange = exchanged
        sessionbay.install_signal_handlers()
        {begin}def main():
            {begin}with {"Async" if begin else ""}AgentBay() as bay, bay.session(labels=labels):
                pass
        {"asyncio.run(main())" if begin else "main()"}
    """)
    assert (program.end().status, programs.left()) == (-15, [])


def test_while_a_signal_ends_the_program_no_session_is_created(programs: Programs) -> None:
    ended = programs.run("""
        from sessionbay import shutdown
        shutdown._is_ending = True
        with AgentBay() as bay:
            bay.session(labels=labels).__enter__()
    """)
    assert "a signal is ending the program: no session is created any more" in ended.stderr
    assert programs.left() == []
