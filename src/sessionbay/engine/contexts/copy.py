"""Copying from one open file to another, beside the loop."""

import asyncio
import contextlib
import errno
import os
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from weakref import WeakKeyDictionary

from ..agent.connection import AgentFailure

CHUNK = 2**20
NO_KERNEL_COPY = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)
"""What the kernel says of files that it cannot copy by itself."""
T = TypeVar("T")


class TooLarge(Exception):
    """More bytes than a copy may have; the message says how many that is."""

    def __init__(self, most: int) -> None:
        super().__init__(f"it is larger than the {most} bytes that are left for this copy")


_threads: WeakKeyDictionary[asyncio.AbstractEventLoop, ThreadPoolExecutor] = WeakKeyDictionary()


async def run_in_threads(work: Callable[[], T]) -> T:
    """Do something in a thread; right here when the interpreter, on its way out, starts no more of them.

    Whoever is cancelled still waits for it: the files that it works on are closed next.
    """
    loop = asyncio.get_running_loop()
    if (threads := _threads.get(loop)) is None:
        threads = _threads[loop] = ThreadPoolExecutor(thread_name_prefix="sessionbay-files")
    try:
        running = loop.run_in_executor(threads, work)
    except RuntimeError:
        return work()
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        raise


def shutdown_threads() -> None:
    """End the threads of this event loop, which have nothing left to do.

    They are not asyncio's own: it ends those by a new thread, which an interpreter on its way out does not start.
    """
    if threads := _threads.pop(asyncio.get_running_loop(), None):
        threads.shutdown()


def require_regular_file(fd: int) -> os.stat_result:
    """Return what a file that comes from a session is; refuse one that would keep its reader waiting."""
    os.set_blocking(fd, False)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise AgentFailure("it is no regular file")
    return status


class ByteBudget:
    """How many bytes a copy may still move, whatever number of files move at the same time."""

    def __init__(self, left: int) -> None:
        self.left = left
        self._lock = threading.Lock()

    def take(self, fd: int) -> int:
        """Return how many bytes of a file may be moved: as many as it has now, and no more when it grows."""
        size = os.fstat(fd).st_size
        with self._lock:
            if size > self.left:
                raise TooLarge(self.left)
            self.left -= size
        return size


def copy(source: int, target: int, size: int) -> int:
    """Copy up to ``size`` bytes; return how many there were. What counts is what was copied, not what a file says."""
    done, step = 0, _by_kernel
    while done < size:
        try:
            count = step(source, target, min(CHUNK * 8, size - done))
        except OSError as exc:
            if step is _by_hand or exc.errno not in NO_KERNEL_COPY:
                raise
            step = _by_hand
            continue
        if count == 0:
            if step is _by_hand:
                break  # it was cut short meanwhile
            step = _by_hand
        done += count
    return done


def _by_kernel(source: int, target: int, size: int) -> int:
    return os.copy_file_range(source, target, size)


def _by_hand(source: int, target: int, size: int) -> int:
    data = os.read(source, min(size, CHUNK))
    write_all(target, data)
    return len(data)


def write_all(target: int, data: bytes) -> None:
    """Write bytes to an open file, however many times that takes."""
    left = memoryview(data)
    while left:
        left = left[os.write(target, left) :]
