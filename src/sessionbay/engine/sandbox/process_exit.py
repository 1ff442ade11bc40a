"""Waiting for the end of processes."""

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import Generator

from ...core.escaping_filter import escaping_logger

log = escaping_logger("sessionbay.engine")
STOP_TIMEOUT = 10.0  # seconds
REAP_INTERVAL = 0.02  # seconds between two polls of a process that was seen to end


async def readable(fd: int, timeout: float = STOP_TIMEOUT) -> bool:
    """Wait until a descriptor is readable; return False on timeout."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def set_done() -> None:
        if not done.done():
            done.set_result(None)

    loop.add_reader(fd, set_done)
    try:
        async with asyncio.timeout(timeout):
            await done
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(fd)
    return True


async def ended(pidfd: int, timeout: float = STOP_TIMEOUT) -> bool:
    """Wait until a process has ended; return False on timeout."""
    return await readable(pidfd, timeout)


@contextlib.contextmanager
def pidfd_of(pid: int) -> Generator[int]:
    """Open a pidfd, which is safe against reuse of the process ID."""
    pidfd = os.pidfd_open(pid)
    try:
        yield pidfd
    finally:
        os.close(pidfd)


async def kill_process(process: subprocess.Popen[bytes]) -> None:
    """Kill one child and reap it, also without a descriptor left."""
    process.kill()  # which is safe until the child is reaped
    await exited(process)
    await reaped(process)


async def exited(process: subprocess.Popen[bytes]) -> None:
    """Wait until a child has ended; give up after ``STOP_TIMEOUT``."""
    if process.poll() is not None:
        return
    try:
        with pidfd_of(process.pid) as pidfd:
            await ended(pidfd)
    except ProcessLookupError:
        pass
    except OSError:  # no descriptor is left
        await reaped(process)


async def reaped(process: subprocess.Popen[bytes]) -> None:
    """Reap a process that has ended or is about to; give up after ``STOP_TIMEOUT``."""
    # Polled, not awaited: a killed process can stay in the kernel for as long as a disk does not respond.
    deadline = time.monotonic() + STOP_TIMEOUT
    while process.poll() is None:
        if time.monotonic() > deadline:
            log.warning("process %d was killed and does not end", process.pid)
            return
        await asyncio.sleep(REAP_INTERVAL)
