"""Cancelled starts of processes, terminals, code streams and watches: nothing may stay inside the session.

Run it as ``python -m bench.cancelled_starts [COUNT]``: for each kind and driver, COUNT starts are cancelled at random
moments (asyncio and trio: the scope is cancelled; sync: SIGINT). Prints what was left behind.
"""

import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import anyio

from sessionbay import AgentBay, AsyncAgentBay, AsyncSession, Session
from sessionbay.engine import LocalEngine

COUNT = 200
CODE = "import time\nfor _ in range(600): time.sleep(0.1)"
LIST = "for one in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$one | grep -o '^sleep 6[0-9][.]5'; done 2>/dev/null; :"
LONGEST = 0.03  # seconds until a start is cancelled


async def process(session: AsyncSession) -> None:
    """Start a process."""
    async with session.command.start("exec sleep 61.5"):
        await anyio.sleep(LONGEST)


async def plain(session: AsyncSession) -> None:
    """Run a command."""
    await session.command.run("exec sleep 62.5")


async def terminal(session: AsyncSession) -> None:
    """Open a terminal."""
    async with await session.pty.create(shell="/bin/sh"):
        await anyio.sleep(LONGEST)


async def stream(session: AsyncSession) -> None:
    """Stream code."""
    async with session.code.stream(CODE, "python"):
        await anyio.sleep(LONGEST)


async def watch(session: AsyncSession) -> None:
    """Watch a folder."""
    async with session.file_system.watch("/tmp"):  # inside the session
        await anyio.sleep(LONGEST)


def sync_process(session: Session) -> None:
    """Start a process."""
    with session.command.start("exec sleep 61.5"):
        time.sleep(LONGEST)


def sync_plain(session: Session) -> None:
    """Run a command."""
    session.command.run("exec sleep 62.5")


def sync_terminal(session: Session) -> None:
    """Open a terminal."""
    with session.pty.create(shell="/bin/sh"):
        time.sleep(LONGEST)


def sync_stream(session: Session) -> None:
    """Stream code."""
    with session.code.stream(CODE, "python"):
        time.sleep(LONGEST)


def sync_watch(session: Session) -> None:
    """Watch a folder."""
    with session.file_system.watch("/tmp"):  # inside the session
        time.sleep(LONGEST)


STARTS: dict[str, tuple[Callable[[AsyncSession], Awaitable[None]], Callable[[Session], None]]] = {
    "process": (process, sync_process),
    "process by the shell": (process, sync_process),
    "run": (plain, sync_plain),
    "terminal": (terminal, sync_terminal),
    "stream": (stream, sync_stream),
    "watch": (watch, sync_watch),
}


def left_behind(engine: LocalEngine, session_id: str, name: str) -> Counter[str]:
    """Return what still runs in a session, once that no longer changes."""
    hub = engine._engine.sessions.get(session_id).hub  # pyright: ignore[reportPrivateUsage]
    with AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()) as bay:
        session = bay.get(session_id).session
        found = Counter[str]()
        for _ in range(30):
            found = Counter(session.command.run(LIST).stdout.splitlines())
            found["terminal"] = len(session.pty.list())
            began = time.monotonic()
            if name == "stream":
                session.code.run_code("1", "python", timeout_s=90)
            found["busy kernel"] = int(time.monotonic() - began > 5)
            found["watch"] = len(hub._watches._watches)  # pyright: ignore[reportPrivateUsage]
            if not +found:
                break
            time.sleep(0.1)
    return +found


async def cancel_async(engine: LocalEngine, name: str, count: int, chance: random.Random) -> Counter[str]:
    """Cancel starts of the async client; return what is left."""
    async with AsyncAgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()) as bay:
        made = (await bay.create(image_id="code_latest")).session
        session = AsyncSession(bay, made.session_id) if "shell" in name else made
        if name == "stream":
            await session.code.run_code("1", "python")
        for _ in range(count):
            with anyio.move_on_after(chance.random() * LONGEST):
                await STARTS[name][0](session)
        left = await anyio.to_thread.run_sync(left_behind, engine, made.session_id, name)
        await made.delete()
        return left


def cancel_sync(engine: LocalEngine, name: str, count: int, chance: random.Random) -> Counter[str]:
    """Interrupt starts of the sync client; return what is left."""
    with AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()) as bay:
        made = bay.create(image_id="code_latest").session
        session = Session(bay, made.session_id) if "shell" in name else made
        if name == "stream":
            session.code.run_code("1", "python")
        signal.signal(signal.SIGALRM, signal.default_int_handler)  # raises KeyboardInterrupt, as SIGINT does
        for _ in range(count):
            with suppress(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, 0.0005 + chance.random() * LONGEST)
                STARTS[name][1](session)
            signal.setitimer(signal.ITIMER_REAL, 0)
        left = left_behind(engine, made.session_id, name)
        made.delete()
        return left


def main() -> None:
    """Run all kinds on all drivers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    chance = random.Random(11)
    with LocalEngine() as engine:
        for name in STARTS:
            for backend in ("asyncio", "trio", "SIGINT"):
                begun = time.monotonic()
                if backend == "SIGINT":
                    left = cancel_sync(engine, name, count, chance)
                else:
                    left = anyio.run(partial(cancel_async, engine, name, count, chance), backend=backend)
                print(f"{name:22} {backend:8} {count} starts, {time.monotonic() - begun:5.1f} s, left: {dict(left)}")


if __name__ == "__main__":
    main()
