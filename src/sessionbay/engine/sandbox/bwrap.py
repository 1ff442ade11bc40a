"""Sandboxes in namespaces, made by bubblewrap."""

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import ClassVar, Literal

from ..agent.inside import seccomp
from ..agent.inside.process_tree import stat_fields
from .capabilities import SandboxCapabilities
from .hardening import InForce
from .pasta import ARGUMENTS as PASTA, RESOLVER, kill_group
from .process_exit import ended, kill_process, pidfd_of, readable
from .programs import SYSTEM, environment, interpreter_folder, packages_folder
from .sandbox import Sandbox
from .spec import Spec

HOME = "/home/wuying"
AGENT_MOUNT = "/run/sessionbay"
PACKAGES_MOUNT = f"{AGENT_MOUNT}/packages"
LIBRARIES = ("/lib", "/lib64")  # where the agent may load shared libraries from
SHARED_MEMORY = "/dev/shm"
FOLDERS = {  # of a new session's root, with their modes
    **dict.fromkeys(("", "etc", "home", HOME[1:], "mnt", "opt", "root", "srv", "var", "var/log"), 0o755),
    **dict.fromkeys(("tmp", "tmp/.ICE-unix", "tmp/.X11-unix", "var/tmp"), 0o1777),
}
ETC_ENTRIES = (
    *("alternatives", "ca-certificates", "chromium", "chromium.d", "fonts", "ld.so.cache", "localtime", "mime.types"),
    *("nsswitch.conf", "ssl"),
    *sorted(path.name for path in Path("/etc").glob("java-*")),  # the settings of Debian's Java
)
FONT_CACHE = "/var/cache/fontconfig"  # without it, each session reads all fonts before its first window
SHARED_MEMORY_SIZE, RUN_SIZE = 256 * 2**20, 2**20  # bytes, the capacities of the folders in memory
CHILD_PID = re.compile(rb'"child-pid": (\d+)')  # the namespace's first process, in bwrap's info
MAX_INFO_BYTES = 4096
PARENT_FIELD = 1  # the index of the parent's ID in the result of ``stat_fields``
SYSTEM_FILES = {
    "passwd": f"root:x:0:0:root:/root:/usr/sbin/nologin\nwuying:x:1000:1000:wuying:{HOME}:/bin/bash\n",
    "group": "root:x:0:\nwuying:x:1000:\n",
    "hosts": "127.0.0.1 localhost sessionbay\n::1 localhost\n",
    "resolv.conf": f"nameserver {RESOLVER}\n",
}


class BwrapSandbox(Sandbox):
    """User, PID, mount, network, IPC and UTS namespaces; no capabilities; a file system of its own."""

    scope: ClassVar[Literal["namespace", "user", "tree"]] = "namespace"

    def __init__(self, spec: Spec, *, nested_userns: bool = False) -> None:
        super().__init__(spec)
        self._nested_userns = nested_userns
        self._info = -1
        self._filtered = False

    @property
    def capabilities(self) -> SandboxCapabilities:
        packages = PACKAGES_MOUNT if packages_folder(self.spec.python, self.spec.uid) else ""
        return SandboxCapabilities(
            "namespaces",
            "exact",
            self.spec.network,
            HOME,
            ("/",),
            packages=packages,
            python=self.spec.python,
            **self.in_force,
        )

    @property
    def home_folder(self) -> Path:
        return root_folder(self.spec) / HOME[1:]

    def path_problem(self, path: str) -> str:
        return path_problem(self.spec, path)

    def _make_folders(self) -> None:
        root = root_folder(self.spec)
        self._make(root.parent)
        for folder, mode in FOLDERS.items():
            self._make(root / folder, mode)
        for path in filter(is_link, map(Path, SYSTEM)):
            if not (link := root / path.name).is_symlink():
                link.symlink_to(path.readlink())
        for ancestor in interpreter_ancestors(self.spec.python):
            self._make(root / ancestor[1:], FOLDERS.get(ancestor[1:], 0o755))

    def _hardening(self) -> dict[str, bool]:
        # bubblewrap installs the filter, so that the namespace's first process has it too: commands could trace that.
        return super()._hardening() | {"seccomp": False}

    def _launch(self, agent_socket: int, log: int) -> subprocess.Popen[bytes]:
        with contextlib.ExitStack() as opened:
            theirs = -1
            if self.spec.network != "nat":  # pasta's PID namespace would make the process ID meaningless here
                self._info, theirs = os.pipe()
                opened.callback(os.close, theirs)
            code = self._filter()
            if code >= 0:
                opened.callback(os.close, code)
            argv = [*arguments(self.spec, theirs, self._nested_userns, code), "--"]
            argv += self._agent_command(AGENT_MOUNT, agent_socket)
            # An environment of one variable: the session can read bwrap's own in /proc/1.
            fds = tuple(fd for fd in (agent_socket, theirs, code) if fd >= 0)
            return self._popen(argv, fds, log, {"PATH": os.defpath})

    def _filter(self) -> int:
        """Return a descriptor of the seccomp filter, -1 if there is none."""
        code = seccomp.program(os.uname().machine) if self.spec.hardening.seccomp else None
        self._filtered = code is not None
        if code is None:
            return -1
        fd = os.memfd_create("seccomp")
        os.write(fd, code)
        os.lseek(fd, 0, os.SEEK_SET)
        return fd

    def _note(self, found: InForce) -> None:
        self.in_force = InForce(landlock=found["landlock"], seccomp=self._filtered)

    async def kill(self) -> None:
        """Kill the namespace's first process; the kernel kills all others before that one ends."""
        if hasattr(self, "agent"):
            self.agent.close()
        if self._info >= 0:
            with open(self._info, "rb", buffering=0) as info:
                self._info = -1
                first = await _first_process(info) if self._process else None
            if first and self._process:
                await _kill_namespace(first, self._process.pid)
        if self._process:
            if self.spec.network == "nat":
                await kill_group(self._process)
            await kill_process(self._process)
        await self._leave_group()


async def _first_process(info: FileIO) -> int | None:
    """Return the ID of the namespace's first process, once bwrap has reported it."""
    # It arrives first and at once. EOF may never arrive: a fork of this program may hold the other end.
    found = CHILD_PID.search(info.read(MAX_INFO_BYTES) or b"") if await readable(info.fileno()) else None
    return int(found[1]) if found else None


async def _kill_namespace(first: int, parent: int) -> None:
    """Kill the first process of a namespace, if it is still the child of ``parent``."""
    with contextlib.suppress(ProcessLookupError), pidfd_of(first) as pidfd:
        # Another parent means that it has ended and its ID was reused.
        if stat_fields(first)[PARENT_FIELD : PARENT_FIELD + 1] == [str(parent)]:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            await ended(pidfd)


def arguments(spec: Spec, info_fd: int, nested_userns: bool, filter_fd: int = -1) -> list[str]:
    """Return bwrap's command line without the command; a descriptor of -1 is omitted."""
    return [
        *(PASTA if spec.network == "nat" else ()),
        "bwrap",
        *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *(("--unshare-net",) if spec.network == "none" else ()),
        *(() if nested_userns else ("--disable-userns",)),
        *("--uid", "1000", "--gid", "1000", "--hostname", "sessionbay"),
        *("--cap-drop", "ALL", "--die-with-parent", "--new-session"),
        *(("--info-fd", str(info_fd)) if info_fd >= 0 else ()),
        *(("--seccomp", str(filter_fd)) if filter_fd >= 0 else ()),
        *(word for mount in _mounts(spec) for word in mount),
        *(word for name, value in _environment(spec).items() for word in ("--setenv", name, value)),
        *("--chdir", HOME),
    ]


def root_folder(spec: Spec) -> Path:
    """Return the folder on the host that is the session's root; only the session's user can reach it."""
    return spec.root / "private" / "root"


def is_link(path: Path) -> bool:
    """Return whether a folder of the host's programs is a symbolic link in sessions too."""
    return path.is_symlink() and str(path) not in LIBRARIES


def path_problem(spec: Spec, path: str) -> str:
    """Return why a session cannot write to a path, or an empty string."""
    mounts = {mount[-1]: mount[0] for mount in _mounts(spec) if mount[0] != "--remount-ro"}
    mounts |= {name: "--symlink" for name in SYSTEM if is_link(Path(name))}
    parents = (str(parent) for parent in (Path(path), *Path(path).parents))
    top = next(parent for parent in parents if parent in mounts)
    return "" if mounts[top] == "--bind" or top == SHARED_MEMORY else f"{top} is read-only in sessions"


def interpreter_ancestors(python: str) -> list[str]:
    """Return the folders above the interpreter's, outermost first."""
    prefix = interpreter_folder(python)
    return [str(folder) for folder in reversed(Path(prefix).parents[:-1])] if prefix else []


def _mounts(spec: Spec) -> Iterator[tuple[str, ...]]:
    """Yield the mounts: the session's root, and the host's programs read-only on top.

    Each folder on a path that the agent loads code from is a mount, even one that is a symbolic link on the host:
    mounts cannot be renamed, so that a session cannot replace what the agent, which enforces its limits, runs on.
    """
    root = root_folder(spec)
    yield "--bind", str(root), "/"
    for path in map(Path, SYSTEM):
        if path.is_dir() and not is_link(path):
            yield "--ro-bind", str(path.resolve()), str(path)
    yield "--proc", "/proc"
    yield "--dev", "/dev"
    yield "--size", str(SHARED_MEMORY_SIZE), "--tmpfs", SHARED_MEMORY
    yield "--size", str(RUN_SIZE), "--tmpfs", "/run"  # the host's contains sockets
    for folder in ("/etc", *interpreter_ancestors(spec.python)):
        yield "--bind", f"{root}{folder}", folder
    for name in ETC_ENTRIES:
        if Path("/etc", name).exists():
            yield "--ro-bind", f"/etc/{name}", f"/etc/{name}"
    if Path(FONT_CACHE).is_dir():
        yield "--ro-bind", FONT_CACHE, FONT_CACHE
    if spec.network == "host":
        yield "--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"
    for name in SYSTEM_FILES:
        if name != "resolv.conf" or spec.network == "nat":
            yield "--ro-bind", str(spec.shared / "etc" / name), f"/etc/{name}"
    if (prefix := interpreter_folder(spec.python)) is not None:
        yield "--ro-bind", prefix, prefix
    yield "--ro-bind", str(spec.shared), AGENT_MOUNT
    if (packages := packages_folder(spec.python, spec.uid)) is not None:
        yield "--ro-bind", packages, PACKAGES_MOUNT
    yield "--remount-ro", "/run"
    yield "--remount-ro", "/dev"


def _environment(spec: Spec) -> dict[str, str]:
    return environment(spec.python, HOME, "/tmp", f"{AGENT_MOUNT}/bin") | {"LOGNAME": "wuying", "USER": "wuying"}


def write_shared(folder: Path) -> None:
    """Write the generated system files, which sandboxes mount."""
    etc = folder / "etc"
    etc.mkdir(mode=0o755)
    for name, text in SYSTEM_FILES.items():
        (etc / name).write_text(text)
        (etc / name).chmod(0o644)
