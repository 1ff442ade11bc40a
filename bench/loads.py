"""The loads of ``bench.pings``, in a process of their own: ``python -m bench.loads NAME ENDPOINT KEY``.

A load prints a line when it is ready, begins at a line of standard input, prints the seconds that it took, and
cleans up.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from sessionbay import AgentBay, Session

from .door import FIELDS, MIB, send, sized

SESSIONS, READS = 50, 10
READ_SIZE = 25_000_000  # bytes
READ_ROUNDS = 3
SECONDS = 8.0
STRANGERS = 4
HOG = """
burn() { while :; do :; done; }; burn &
while :; do head -c 300000 /dev/zero >file; sync file; done &
while :; do /bin/true; done &
sleep {}; kill 0"""
Load = Callable[[AgentBay], AbstractContextManager[Callable[[], object]]]


def main() -> None:
    """Run one load."""
    name, endpoint, key = sys.argv[1:]
    with (
        AgentBay(endpoint=endpoint, api_key=key, timeout=300, max_connections=SESSIONS) as bay,
        LOADS[name](bay) as run,
    ):
        print("ready", flush=True)
        sys.stdin.readline()
        begun = time.perf_counter()
        run()
        print(time.perf_counter() - begun, flush=True)


@contextlib.contextmanager
def hostile(bay: AgentBay) -> Generator[Callable[[], object]]:
    """Send forms and JSON of 8 MiB without a key, again and again."""
    port = urlsplit(bay.endpoint).port or 0
    bodies = FIELDS[: 8 * MIB - 20], b"[" + b"[]," * (8 * MIB // 3)
    requests = sized(port, "/?Action=ListSession", bodies[0]), sized(port, "/mcp/getSession", bodies[1])

    def stranger(number: int) -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            send(port, requests[number % 2])

    with ThreadPoolExecutor(STRANGERS) as pool:
        yield lambda: list(pool.map(stranger, range(STRANGERS)))


@contextlib.contextmanager
def hogs(bay: AgentBay) -> Generator[Callable[[], object]]:
    """Have sessions burn the processors, write files and start processes."""
    with sessions(bay, SESSIONS) as made, ThreadPoolExecutor(SESSIONS) as pool:
        hog = HOG.replace("{}", str(int(SECONDS)))
        yield lambda: list(pool.map(lambda session: session.command.run(hog, timeout_ms=60_000), made))


@contextlib.contextmanager
def creations(bay: AgentBay) -> Generator[Callable[[], object]]:
    """Create many sessions at once."""
    made: list[Session] = []
    with ThreadPoolExecutor(SESSIONS) as pool:
        yield lambda: made.extend(pool.map(lambda _: bay.create().unwrap(), range(SESSIONS)))
        list(pool.map(Session.delete, made))


@contextlib.contextmanager
def reads(bay: AgentBay) -> Generator[Callable[[], object]]:
    """Read a large file many times at once."""
    with sessions(bay, 1) as (session,), ThreadPoolExecutor(READS) as pool:
        session.command.run(f"head -c {READ_SIZE} /dev/urandom >large", check=True)

        def read(_: int) -> None:
            content = session.file_system.read_file("large", format="bytes").unwrap()
            assert len(content) == READ_SIZE

        yield lambda: [list(pool.map(read, range(READS))) for _ in range(READ_ROUNDS)]


@contextlib.contextmanager
def sessions(bay: AgentBay, count: int) -> Generator[list[Session]]:
    """Create sessions, and delete them after the block."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: bay.create().unwrap(), range(count)))
        yield made
        list(pool.map(Session.delete, made))


LOADS: dict[str, Load] = {
    "8 MiB of hostile body without a key": hostile,
    "50 sessions that burn, write and fork": hogs,
    "50 creations at once": creations,
    "10 x 25 MB reads": reads,
}

if __name__ == "__main__":
    main()
