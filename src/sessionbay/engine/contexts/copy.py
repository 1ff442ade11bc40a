"""Copying between open files."""

import errno
import os
import stat

from ..agent.connection import AgentFailure

CHUNK = 2**20  # bytes
NO_KERNEL_COPY = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


def require_regular_file(fd: int) -> None:
    """Raise unless a descriptor from a session is a regular file: reading others may block."""
    os.set_blocking(fd, False)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        raise AgentFailure("not a regular file")


def copy(source: int, target: int, size: int) -> int:
    """Copy up to ``size`` bytes, in the kernel where it can; return the number of bytes copied."""
    done, step = 0, _in_kernel
    while done < size:
        try:
            count = step(source, target, min(CHUNK * 8, size - done))
        except OSError as exc:
            if step is _by_read_write or exc.errno not in NO_KERNEL_COPY:
                raise
            count = 0
        if count == 0:
            if step is _by_read_write:
                break  # the file was truncated meanwhile
            step = _by_read_write
        done += count
    return done


def _in_kernel(source: int, target: int, size: int) -> int:
    return os.copy_file_range(source, target, size)


def _by_read_write(source: int, target: int, size: int) -> int:
    data = os.read(source, min(size, CHUNK))
    write_all(target, data)
    return len(data)


def write_all(target: int, data: bytes) -> None:
    """Write all of ``data`` to an open file."""
    remaining = memoryview(data)
    while remaining:
        remaining = remaining[os.write(target, remaining) :]
