"""The network of sessions in namespaces: pasta, a user-mode NAT."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import psutil

from ..contexts.threads import run_in_threads
from .process_exit import ended

RESOLVER = "169.254.1.1"  # the sessions' DNS server, which pasta forwards to this machine's resolver
ARGUMENTS = (
    *("pasta", "--config-net", "--quiet", "--foreground"),
    # No port is forwarded in either direction, and neither 127.0.0.1 nor the gateway's address reaches the machine.
    *("-T", "none", "-U", "none", "-t", "none", "-u", "none", "--no-map-gw"),
    *("--dns-forward", RESOLVER),
    "--",
)
INSTALL_HINT = "apt-get install passt (Debian, Ubuntu), dnf install passt (Fedora), pacman -S passt (Arch)"
ALLOW_HINT = "chmod 666 /dev/net/tun, the usual mode, so that pasta can create a session's interface"


def device_opens(uid: int | None, device: str = "/dev/net/tun") -> bool:
    """Return whether a session's user may open the device that pasta needs.

    Checked before pasta is tried: some versions leave a process behind when they fail, which would survive if the
    engine were killed meanwhile.
    """
    try:
        if uid is not None:
            return Path(device).stat().st_mode & 0o006 == 0o006
        os.close(os.open(device, os.O_RDWR | os.O_CLOEXEC))
    except OSError:
        return False
    return True


async def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill pasta and its descendants, which stay in its process group even after pasta has failed."""
    if process.returncode is not None and psutil.pid_exists(process.pid):
        return  # the group has ended, and its ID was reused
    members = await run_in_threads(lambda: [pid for pid in psutil.pids() if _group(pid) == process.pid])
    pidfds: list[int] = []
    for pid in members:
        with contextlib.suppress(ProcessLookupError):
            pidfds.append(os.pidfd_open(pid))
    try:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        for pidfd in pidfds:  # the first process of a PID namespace ends last
            await ended(pidfd)
    finally:
        for pidfd in pidfds:
            os.close(pidfd)


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
