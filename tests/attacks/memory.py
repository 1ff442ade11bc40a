"""Attacks by memory and files that no process shows: the limits of a session hold for them, too."""

from dataclasses import replace

from sessionbay.engine.limits import MIB, Limits

from .attack import attack
from .resources import limits_off
from .scene import Scene, python

HIDDEN = "what no process shows"
MEMORY, DISK = 64 * MIB, 20 * MIB
GROUP = "the kernel limits the session's control group"
PRELUDE = """
import ctypes, mmap, os, socket, struct, sys, threading, time
MIB = 2**20
libc = ctypes.CDLL(None, use_errno=True)
kept = []
def deleted(size, name="file"):
    fd = os.open(name, os.O_CREAT | os.O_RDWR)
    os.unlink(name)
    os.posix_fallocate(fd, 0, size)
    return fd
def send(sock, fd):
    socket.send_fds(sock, [b"x"], [fd])
    os.close(fd)
"""
HOLD = """
time.sleep(float(sys.argv[1]))
print("got: it was held")
"""


def taken(scene: Scene, code: str, *, is_watched: bool = False, **limits: int) -> str | None:
    """Return whether a program takes what it wants in a session with limits, and keeps it: for a while, if watched."""
    registry = scene.engine._engine.sessions
    wanted = dict.fromkeys(limits, 0) if "no limits" in scene.marks else limits
    scene.patch.setattr(registry, "config", replace(registry.config, limits=Limits(**wanted)))
    session = scene.lost_session()
    by_kernel = scene.engine._engine.backend.groups and "memory" in limits and not is_watched
    seconds = 0 if by_kernel else scene.slack / 2
    reported = python(session, PRELUDE + code + HOLD, str(seconds), timeout_ms=100_000)
    scene.end(session)
    return next((line for line in reported.splitlines() if line.startswith("got:")), None)


@attack(HIDDEN, GROUP, limits_off, needs=("namespaces", "groups"))
def memory_files_under_way(scene: Scene) -> str | None:
    """160 MiB of files in memory, whose only descriptors are in the queue of a socket."""
    return taken(
        scene,
        "ends = socket.socketpair()\n"
        "for _ in range(10):\n"
        "    fd = os.memfd_create('m')\n"
        "    os.posix_fallocate(fd, 0, 16 * MIB)\n"
        "    send(ends[0], fd)\n",
        memory=MEMORY,
    )


@attack(HIDDEN, GROUP, limits_off, needs=("namespaces", "groups"))
def memory_files_of_a_thread(scene: Scene) -> str | None:
    """160 MiB of files in memory, in the descriptors that one thread has for itself."""
    return taken(
        scene,
        "def hold():\n"
        "    libc.unshare(0x400)\n"  # CLONE_FILES
        "    for _ in range(10):\n"
        "        os.posix_fallocate(os.memfd_create('m'), 0, 16 * MIB)\n"
        "    filled.set()\n"
        "    time.sleep(600)\n"
        "filled = threading.Event()\n"
        "threading.Thread(target=hold, daemon=True).start()\n"
        "filled.wait()\n",
        memory=MEMORY,
    )


@attack(HIDDEN, GROUP, limits_off, needs=("namespaces", "groups"))
def buffers_of_sockets(scene: Scene) -> str | None:
    """160 MiB that were written to sockets, and not read."""
    return taken(
        scene,
        "sent = 0\n"
        "while sent < 160 * MIB:\n"
        "    ends = socket.socketpair()\n"
        "    kept.append(ends)\n"
        "    ends[0].setblocking(False)\n"
        "    try:\n"
        "        while True:\n"
        "            sent += ends[0].send(bytes(65536))\n"
        "    except BlockingIOError:\n"
        "        pass\n",
        memory=MEMORY,
    )


@attack(HIDDEN, GROUP, limits_off, needs=("namespaces", "groups"))
def tables_of_empty_pages(scene: Scene) -> str | None:
    """160 MiB of page tables, for 80 GiB of which one empty page in 512 was read."""
    return taken(
        scene,
        "size = 80 * 1024 * MIB\n"
        "libc.mmap.restype = ctypes.c_void_p\n"
        "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]\n"
        "libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]\n"
        "place = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, -1, 0)\n"
        "libc.madvise(place, size, mmap.MADV_NOHUGEPAGE)\n"
        "for offset in range(0, size, 2 * MIB):\n"
        "    ctypes.string_at(place + offset, 1)\n",
        memory=MEMORY,
    )


@attack(HIDDEN, GROUP, limits_off, needs=("namespaces", "groups"))
def memory_of_the_dead(scene: Scene) -> str | None:
    """160 MiB of shared memory, written by processes that have ended, mapped by one that has not touched it."""
    return taken(
        scene,
        "kept = [mmap.mmap(-1, 16 * MIB) for _ in range(10)]\n"
        "for each in kept:\n"
        "    if os.fork() == 0:\n"
        "        each.write(bytes(16 * MIB))\n"
        "        os._exit(0)\n"
        "    if os.wait()[1]:\n"
        "        os._exit(1)\n",
        memory=MEMORY,
    )


@attack(HIDDEN, "segments that no process has mapped are counted, and removed", limits_off, needs=("namespaces",))
def segments_without_a_process(scene: Scene) -> str | None:
    """160 MiB of shared memory of System V that no process has mapped."""
    return taken(
        scene,
        "libc.shmat.restype, libc.shmdt.argtypes = ctypes.c_void_p, [ctypes.c_void_p]\n"
        "numbers = []\n"
        "for _ in range(10):\n"
        "    numbers.append(libc.shmget(0, 16 * MIB, 0o1600))\n"
        "    place = libc.shmat(numbers[-1], None, 0)\n"
        "    if place == 2**64 - 1:\n"
        "        sys.exit()\n"
        "    ctypes.memset(place, 1, 16 * MIB)\n"
        "    libc.shmdt(place)\n"
        "def left():\n"
        "    return sum(int(line.split()[14]) for line in list(open('/proc/sysvipc/shm'))[1:])\n"
        "end = time.monotonic() + float(sys.argv[1])\n"
        "while left() > 80 * MIB and time.monotonic() < end:\n"
        "    time.sleep(0.02)\n"
        "if left() <= 80 * MIB:\n"
        "    sys.exit()\n"
        "sys.argv[1] = '0'\n",
        memory=MEMORY,
    )


@attack(HIDDEN, "answers that wait in sockets of netlink are counted", limits_off, needs=("namespaces",))
def answers_of_the_kernel(scene: Scene) -> str | None:
    """160 MiB of the kernel's own answers, which no control group counts, in sockets of netlink."""
    return taken(
        scene,
        "request = struct.pack('IHHII', 60016, 999, 5, 1, 0) + bytes(60000)\n"
        "for _ in range(800):\n"
        "    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\n"
        "    kept.append(sock)\n"
        "    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MIB)\n"
        "    sock.bind((0, 0))\n"
        "    sock.setblocking(False)\n"
        "    try:\n"
        "        for _ in range(4):\n"
        "            sock.send(request)\n"
        "    except OSError:\n"
        "        pass\n",
        is_watched=True,
        memory=MEMORY,
    )


LOST = "what the disk loses counts, while a session holds files that nothing can measure"


@attack(HIDDEN, LOST, limits_off)
def deleted_files_under_way(scene: Scene) -> str | None:
    """60 MiB of deleted files, whose only descriptors are in the queue of a socket."""
    return taken(
        scene,
        "ends = socket.socketpair()\nfor _ in range(6):\n    send(ends[0], deleted(10 * MIB))\n",
        disk=DISK,
    )


@attack(HIDDEN, LOST, limits_off)
def deleted_files_in_sockets_in_sockets(scene: Scene) -> str | None:
    """60 MiB of deleted files in the queues of sockets that are in queues themselves."""
    return taken(
        scene,
        "ends = socket.socketpair()\n"
        "for _ in range(6):\n"
        "    outer = socket.socketpair()\n"
        "    send(ends[0], deleted(10 * MIB))\n"
        "    socket.send_fds(outer[0], [b'x'], [end.fileno() for end in ends])\n"
        "    for end in ends:\n"
        "        end.close()\n"
        "    ends = outer\n",
        disk=DISK,
    )


@attack(HIDDEN, LOST, limits_off)
def deleted_files_mapped_by_a_page(scene: Scene) -> str | None:
    """60 MiB of deleted files, of which nothing is left but mappings of their first pages."""
    return taken(
        scene,
        "for _ in range(6):\n"
        "    fd = deleted(10 * MIB)\n"
        "    libc.mmap.restype = ctypes.c_void_p\n"
        "    libc.mmap(None, ctypes.c_size_t(4096), mmap.PROT_READ, mmap.MAP_SHARED, fd, ctypes.c_long(0))\n"
        "    os.close(fd)\n",
        disk=DISK,
    )


@attack(HIDDEN, "the descriptors of each thread are looked at", limits_off)
def deleted_files_of_a_thread(scene: Scene) -> str | None:
    """60 MiB of deleted files, in the descriptors that one thread has for itself."""
    return taken(
        scene,
        "def hold():\n"
        "    libc.unshare(0x400)\n"
        "    for _ in range(6):\n"
        "        deleted(10 * MIB)\n"
        "    time.sleep(600)\n"
        "threading.Thread(target=hold, daemon=True).start()\n",
        disk=DISK,
    )
