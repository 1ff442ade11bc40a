"""Signals: a library takes none by itself; a program that asks for it is cleaned up before it ends."""

import random
import signal

import pytest

import bench.signals
from sessionbay.engine import LocalEngine

from .conftest import Program, Programs

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system knows no signals")

SYNC = """
    sessionbay.install_signal_handlers()
    with AgentBay() as bay, bay.session(labels=labels):
        ready()
"""
ASYNC = """
    sessionbay.install_signal_handlers()
    async def work():
        async with AsyncAgentBay() as bay, bay.session(labels=labels):
            print("ready", flush=True)
            await asyncio.sleep(60)
    asyncio.run(work())
"""
MAP = """
    sessionbay.install_signal_handlers()
    waiting = threading.Barrier(3)
    def work(session, number):
        waiting.wait(60)
        session.command.run("sleep 60")
    def tell():
        waiting.wait(60)
        ready()
    threading.Thread(target=tell, daemon=True).start()
    with AgentBay() as bay, bay.map(work, range(2), concurrency=2, labels=labels) as results:
        list(results)
"""


def begun(programs: Programs, code: str) -> Program:
    program = programs.start(code)
    assert program.line() == "ready"
    return program


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("code", [SYNC, ASYNC, MAP], ids=["sync", "async", "map"])
def test_a_signal_deletes_the_sessions_of_blocks(programs: Programs, code: str, number: signal.Signals) -> None:
    program = begun(programs, code)
    program.send(number)
    program.end()
    assert programs.left() == []


def test_the_status_of_a_program_says_which_signal_ended_it(programs: Programs) -> None:
    program = begun(programs, SYNC)
    program.send(signal.SIGTERM)
    assert program.end().status == -signal.SIGTERM


def test_without_the_handlers_a_signal_ends_the_program_at_once(programs: Programs) -> None:
    program = begun(programs, SYNC.replace("sessionbay.install_signal_handlers()", ""))
    program.send(signal.SIGTERM)
    program.end()
    assert len(programs.left()) == 1


def test_the_handler_that_was_there_before_is_called(programs: Programs) -> None:
    program = begun(programs, "    signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))" + SYNC)
    program.send(signal.SIGTERM)
    assert (program.end().status, programs.left()) == (5, [])


def test_installing_twice_is_installing_once(programs: Programs) -> None:
    ended = programs.run("""
        sessionbay.install_signal_handlers()
        once = signal.getsignal(signal.SIGTERM)
        sessionbay.install_signal_handlers()
        print(signal.getsignal(signal.SIGTERM) is once)
    """)
    assert ended.stdout == "True"


def test_a_signal_that_is_ignored_stays_ignored(programs: Programs) -> None:
    ended = programs.run("""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        sessionbay.install_signal_handlers()
        print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)
    """)
    assert ended.stdout == "True"


def test_a_second_signal_does_not_wait_for_the_first(programs: Programs) -> None:
    program = begun(
        programs,
        """
        from sessionbay import shutdown
        sessionbay.install_signal_handlers()
        def never(deadline):
            print("ready", flush=True)
            time.sleep(60)
        shutdown.HANDLER_TIMEOUT = 60
        shutdown.register("session", "endpoint", never)
        ready()
    """,
    )
    program.send(signal.SIGTERM)
    assert program.line() == "ready"
    program.send(signal.SIGTERM)
    assert program.end().status == -signal.SIGTERM


@pytest.mark.parametrize("code", [SYNC, ASYNC], ids=["sync", "async"])
def test_an_interrupt_from_the_keyboard_leaves_no_session(programs: Programs, code: str) -> None:
    program = begun(programs, code)
    program.send(signal.SIGINT)
    program.end()
    assert programs.left() == []


def test_what_a_killed_program_left_is_reaped(programs: Programs) -> None:
    program = begun(programs, SYNC)
    program.send(signal.SIGKILL)
    program.end()
    assert len(programs.left()) == 1
    programs.clear()
    assert programs.left() == []


def test_signals_at_random_moments_leave_no_session(engine: LocalEngine) -> None:
    figures = bench.signals.run(engine, 2, random.Random(5))  # the bench itself runs two hundred
    assert (figures.left, figures.other_status) == (0, 0)
