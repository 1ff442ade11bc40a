"""Sessions in namespaces of their own, made by bubblewrap."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from .base import Sandbox, Spec, Traits, ended, kill_process

HOME = "/home/wuying"
INSIDE = "/run/sessionbay"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = ("alternatives", "ca-certificates", "fonts", "ld.so.cache", "localtime", "mime.types", "nsswitch.conf", "ssl")
MADE_UP = {
    "passwd": f"root:x:0:0:root:/root:/usr/sbin/nologin\nwuying:x:1000:1000:wuying:{HOME}:/bin/bash\n",
    "group": "root:x:0:\nwuying:x:1000:\n",
    "hosts": "127.0.0.1 localhost sessionbay\n::1 localhost\n",
}
ENVIRONMENT = {
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "LOGNAME": "wuying",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "SHELL": "/bin/bash",
    "TMPDIR": "/tmp",
    "USER": "wuying",
}


class BwrapSandbox(Sandbox):
    """User, PID, mount, network, IPC and UTS namespaces; no capabilities; a file system made for the session."""

    scope: ClassVar[Literal["namespace", "tree"]] = "namespace"

    def __init__(self, spec: Spec, *, nested_userns: bool = False) -> None:
        super().__init__(spec)
        self._nested_userns = nested_userns
        self._info = -1

    @property
    def traits(self) -> Traits:
        return Traits("namespaces", "exact", self.spec.network, HOME, (HOME, "/tmp"))

    def _launch(self, agent_socket: int, log: int) -> subprocess.Popen[bytes]:
        self._info, theirs = os.pipe()
        try:
            argv = [*arguments(self.spec, theirs, self._nested_userns), "--"]
            argv += self._agent_command(INSIDE, agent_socket)
            # An environment of one name: what bwrap itself starts with can be read inside, under /proc/1.
            return self._popen(argv, (agent_socket, theirs), log, {"PATH": os.defpath})
        finally:
            os.close(theirs)

    async def kill(self) -> None:
        """Kill the namespace's first process: the kernel then ends all others before it counts as ended."""
        if hasattr(self, "agent"):
            self.agent.close()
        if self._info >= 0:
            with contextlib.suppress(ValueError, ProcessLookupError), open(self._info) as info:
                await _kill_namespace(json.loads(info.read())["child-pid"])
            self._info = -1
        if self._process:
            await kill_process(self._process)


async def _kill_namespace(first: int) -> None:
    pidfd = os.pidfd_open(first)
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        await ended(pidfd)
    finally:
        os.close(pidfd)


def arguments(spec: Spec, info_fd: int, nested_userns: bool) -> list[str]:
    """Return how bwrap is called, up to the command."""
    return [
        "bwrap",
        *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *(() if spec.network == "host" else ("--unshare-net",)),
        *(() if nested_userns else ("--disable-userns",)),
        *("--uid", "1000", "--gid", "1000", "--hostname", "sessionbay"),
        *("--cap-drop", "ALL", "--die-with-parent", "--new-session", "--info-fd", str(info_fd)),
        *(word for mount in _mounts(spec) for word in mount),
        *(word for name, value in _environment(spec).items() for word in ("--setenv", name, value)),
        *("--chdir", HOME),
    ]


def _mounts(spec: Spec) -> Iterator[tuple[str, ...]]:
    """Yield the session's file system: the host's programs to read, folders of its own to write."""
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            yield "--symlink", str(path.readlink()), str(path)
        elif path.is_dir():
            yield "--ro-bind", str(path), str(path)
    yield "--proc", "/proc"
    yield "--dev", "/dev"
    yield "--tmpfs", "/run"
    for name in ETC:
        yield "--ro-bind-try", f"/etc/{name}", f"/etc/{name}"
    if spec.network == "host":
        yield "--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"
    for name in MADE_UP:
        yield "--ro-bind", str(spec.shared / "etc" / name), f"/etc/{name}"
    if (prefix := interpreter_folder(spec.python)) is not None:
        yield "--ro-bind", prefix, prefix
    yield "--bind", str(spec.root / "tmp"), "/tmp"
    yield "--bind", str(spec.root / "home"), HOME
    yield "--ro-bind", str(spec.shared / "inside"), f"{INSIDE}/inside"
    yield "--remount-ro", "/run"
    yield "--remount-ro", "/"


def _environment(spec: Spec) -> dict[str, str]:
    prefix = interpreter_folder(spec.python)
    return ENVIRONMENT | ({"PATH": f"{ENVIRONMENT['PATH']}:{prefix}/bin"} if prefix else {})


def interpreter_folder(python: str) -> str | None:
    """Return what must be mounted for an interpreter to run: nothing for the system's own."""
    prefix = sys.base_prefix if python == base_interpreter() else str(Path(python).parents[1])
    return None if Path(prefix).is_relative_to("/usr") else prefix


def base_interpreter() -> str:
    """Return the interpreter that this program runs on, outside of any virtual environment."""
    found: str = getattr(sys, "_base_executable", sys.executable)
    return os.path.realpath(found)


def write_shared(folder: Path) -> None:
    """Put the made-up system files where sandboxes mount them from."""
    etc = folder / "etc"
    etc.mkdir(mode=0o755)
    for name, text in MADE_UP.items():
        (etc / name).write_text(text)
        (etc / name).chmod(0o644)
