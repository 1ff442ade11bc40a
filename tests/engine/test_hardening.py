"""What the agent takes from itself, and so from every command: each defence, and the same attack without it."""

import ctypes
import errno
import os
import secrets
import shutil
import socket
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.engine_choices import IsolationChoice
from sessionbay.engine.agent.inside import seccomp
from sessionbay.engine.sandbox.hardening import Hardening
from sessionbay.engine.sandbox.sandbox import Sandbox, SandboxError

from .boxes import KINDS, box, done, payload

EPERM, ENOSYS = seccomp.ERRNO | errno.EPERM, seccomp.ERRNO | errno.ENOSYS
MACHINES = list(seccomp.MACHINES)
NUMBERS = {
    machine: {row[column] for group in seccomp.REFUSED.values() for row in group.values()}
    | {calls[column] for calls in (seccomp.IOCTL, seccomp.CLONE, seccomp.CLONE3, seccomp.UNSHARE)}
    | {calls[column] for calls in (seccomp.SOCKET, seccomp.SOCKETPAIR)}
    for column, machine in enumerate(MACHINES)
}
here = pytest.mark.skipif(os.uname().machine not in MACHINES, reason="the filter knows no such machine")
any_kind = pytest.mark.parametrize("kind", KINDS)


def verdict(machine: str, number: int, *args: int, architecture: int | None = None) -> int:
    """Return what the kernel would: the filter, interpreted."""
    code = seccomp.program(machine)
    assert code is not None
    request = seccomp.MACHINES[machine] if architecture is None else architecture
    data = struct.pack("=IIQ6Q", number, request, 0, *args, *[0] * (6 - len(args)))
    held = place = 0
    while True:
        step, yes, no, value = struct.unpack_from("=HBBI", code, place * 8)
        place += 1
        if step == seccomp.RETURN:
            return int(value)
        if step == seccomp.LOAD:
            held = struct.unpack_from("=I", data, value)[0]
            continue
        tests = {seccomp.EQUAL: held == value, seccomp.AT_LEAST: held >= value, seccomp.ANY_BIT: bool(held & value)}
        place += yes if tests[step] else no


@pytest.mark.parametrize("machine", MACHINES)
def test_each_call_that_only_attacks_need_is_refused(machine: str) -> None:
    column = MACHINES.index(machine)
    for group in seccomp.REFUSED.values():
        for name, row in group.items():
            if (number := row[column]) is not None:
                assert verdict(machine, number) == EPERM, name


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("call", [seccomp.SOCKET, seccomp.SOCKETPAIR], ids=["socket", "socketpair"])
def test_only_some_families_of_sockets_are_allowed(machine: str, call: tuple[int, int]) -> None:
    number = call[MACHINES.index(machine)]
    opened = {family for family in range(64) if verdict(machine, number, family) == seccomp.ALLOW}
    assert opened == {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK}
    assert verdict(machine, number, 40) == seccomp.ERRNO | errno.EAFNOSUPPORT  # AF_VSOCK


@pytest.mark.parametrize("machine", MACHINES)
@given(number=st.integers(0, seccomp.X32 - 1))
def test_every_other_call_is_let_through(machine: str, number: int) -> None:
    if number not in NUMBERS[machine]:
        assert verdict(machine, number) == seccomp.ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@given(high=st.integers(0, 2**32 - 1))
def test_typing_into_a_terminal_is_refused_whatever_the_half_holds_that_the_kernel_ignores(
    machine: str, high: int
) -> None:
    ioctl = seccomp.IOCTL[MACHINES.index(machine)]
    assert verdict(machine, ioctl, 0, high << 32 | seccomp.TIOCSTI) == EPERM
    assert verdict(machine, ioctl, 0, high << 32 | seccomp.TIOCLINUX) == EPERM
    assert verdict(machine, ioctl, 0, high << 32 | 0x5401) == seccomp.ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@given(flags=st.integers(0, 2**32 - 1))
def test_processes_are_made_in_no_new_namespace(machine: str, flags: int) -> None:
    column = MACHINES.index(machine)
    expected = EPERM if flags & seccomp.NEW_NAMESPACE else seccomp.ALLOW
    for calls in (seccomp.CLONE, seccomp.UNSHARE):
        assert verdict(machine, calls[column], flags) == expected
    assert verdict(machine, seccomp.CLONE3[column]) == ENOSYS


def test_the_calls_of_another_architecture_are_no_way_around() -> None:
    assert verdict("x86_64", 20, architecture=0x40000003) == seccomp.KILL
    assert verdict("x86_64", seccomp.X32 | 39) == ENOSYS
    assert seccomp.program("mips") is None


@here
@any_kind
def test_the_filter_holds_for_commands_and_for_the_first_process(kind: IsolationChoice) -> None:
    filters = "grep -h ^Seccomp: /proc/self/status; [ $(ps -o comm= 1) = bwrap ] && grep ^Seccomp: /proc/1/status"
    assert set(payload(kind, filters).split()) == {"Seccomp:", "2"}


CALL = "python3 -c 'import ctypes; l = ctypes.CDLL(None, use_errno=True); l.syscall({}); print(ctypes.get_errno())'"


@here
@any_kind
def test_commands_cannot_make_user_namespaces_or_use_keys(kind: IsolationChoice) -> None:
    unshare, keyctl, clone3 = (
        calls[MACHINES.index(os.uname().machine)]
        for calls in (seccomp.UNSHARE, seccomp.REFUSED["keys"]["keyctl"], seccomp.CLONE3)
    )
    calls = (f"{unshare}, 0x10000000", f"{keyctl}, 0, -3, 0", f"{clone3}, 0, 0")
    found = payload(kind, "; ".join(CALL.format(call) for call in calls)).split()
    assert found == [str(errno.EPERM), str(errno.EPERM), str(errno.ENOSYS)]
    assert payload(kind, CALL.format(calls[1]), seccomp=False) != str(errno.EPERM)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="it is x86_64 that has a second set of calls")
@any_kind
def test_a_32_bit_system_call_ends_its_process(kind: IsolationChoice) -> None:
    code = "b8 14 00 00 00 cd 80 c3"  # getpid, by the 32-bit way
    script = (
        "import ctypes, mmap; m = mmap.mmap(-1, 4096, prot=7);"
        f" m.write(bytes.fromhex('{code}'));"
        " print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))())"
    )
    command = f'python3 -c "{script}" 2>&1; echo $?'
    assert payload(kind, command).splitlines()[0] == "159"
    assert payload(kind, command, seccomp=False).splitlines()[-1] == "0"


TOOLS = {
    "node": "node -e 'console.log(1)'",
    "git": "git init -q g && cd g && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m 1 && echo 1",
    "gdb": "gdb -batch -ex 'catch syscall getppid' -ex 'run' --args sh -c true >/dev/null 2>&1; echo 1",
    "python3": 'python3 -c "import threading as t; w = t.Thread(target=print, args=(1,)); w.start(); w.join()"',
    "bash": 'python3 -c "import multiprocessing as m; m.Lock(); print(1)"',
    "sh": "python3 -c \"import pty; pty.spawn(['echo', '1'])\"",
}


@any_kind
@pytest.mark.parametrize("tool", TOOLS)
def test_programs_that_are_picky_start_all_the_same(kind: IsolationChoice, tool: str) -> None:
    if shutil.which(tool, path="/usr/bin:/bin") is None:
        pytest.skip(f"{tool} is not installed")
    assert payload(kind, TOOLS[tool]) == "1"


@any_kind
def test_a_debugger_works(kind: IsolationChoice) -> None:
    if shutil.which("gdb", path="/usr/bin") is None:
        pytest.skip("gdb is not installed")
    assert "exited normally" in payload(kind, "gdb -batch -ex run --args /bin/true")


@any_kind
def test_an_agent_that_was_given_a_file_of_the_hosts_does_not_start(
    kind: IsolationChoice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = os.open(tmp_path, os.O_RDONLY)
    real = Sandbox._popen

    def leaking(self: Sandbox, argv: list[str], fds: tuple[int, ...], *rest: object, **more: object) -> object:
        return real(self, argv, (*fds, secret), *rest, **more)  # type: ignore[arg-type]

    async def start(**off: bool) -> None:
        async with box(kind, hardening=Hardening(**off)) as found:
            monkeypatch.setattr(Sandbox, "_popen", leaking)
            again = type(found.sandbox)(found.sandbox.spec)
            try:
                await again.start()
            finally:
                await again.kill()
                monkeypatch.undo()

    try:
        with pytest.raises(SandboxError, match="has inherited descriptors"):
            done(start())
        done(start(descriptors=False))
    finally:
        os.close(secret)


@any_kind
def test_when_memory_runs_out_commands_are_the_first_to_go_and_then_the_agent(kind: IsolationChoice) -> None:
    own = int(Path("/proc/self/oom_score_adj").read_text())
    command, agent = min(own + 1000, 1000), min(own + 500, 1000)
    lowered = f"until [ $(cat /proc/$PPID/oom_score_adj) = {agent} ]; do sleep 0.01; done"  # after the command's start
    assert int(payload(kind, f"cat /proc/self/oom_score_adj; {lowered}")) == command


@here
@any_kind
def test_the_keys_of_whoever_started_the_engine_stay_behind(kind: IsolationChoice) -> None:
    """In a thread, since a keyring is a thread's: the tests' own stays as it is."""
    keyctl, add_key = (
        seccomp.REFUSED["keys"][name][MACHINES.index(os.uname().machine)] for name in ("keyctl", "add_key")
    )
    name = f"canary-{secrets.token_hex(4)}"
    find = CALL.replace("l.syscall({})", 'print(l.syscall({}, 10, -3, b"user", b"{}", 0) > 0)').format(keyctl, name)

    def look() -> list[str]:
        libc = ctypes.CDLL(None)
        libc.syscall(keyctl, 1, None)
        libc.syscall(add_key, b"user", name.encode(), b"secret", 6, -3)
        return [payload(kind, find, seccomp=False, keyring=keyring).split()[0] for keyring in (True, False)]

    with ThreadPoolExecutor(1) as thread:
        found = thread.submit(look).result(60)
    assert found == ["False", "True"]


@pytest.mark.parametrize("kind", KINDS[1:])
def test_landlock_keeps_the_machines_files_from_being_written_and_users_files_from_being_read(
    kind: IsolationChoice, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = Path("/var/tmp") / f"sessionbay-test-{secrets.token_hex(4)}"
    outside.mkdir()
    outside.chmod(0o777)
    (outside / "secret").write_text("host")
    command = f"cat {outside}/secret; echo >{outside}/written; echo own >$TMPDIR/x && cat $TMPDIR/x"
    try:
        words = payload(kind, command)
        if not done(version(kind)):
            pytest.skip("this kernel has no Landlock")
        assert words.splitlines()[0] == "own"
        assert words.count("Permission denied") == 2
        assert payload(kind, command, landlock=False) == "hostown"
        assert (outside / "written").exists()
    finally:
        shutil.rmtree(outside)


async def version(kind: IsolationChoice) -> int:
    async with box(kind) as found:
        return found.sandbox.capabilities.landlock


def sleeper(uid: int | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"], user=uid)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_commands_cannot_signal_or_read_processes_outside(kind: IsolationChoice) -> None:
    async def look() -> str:
        async with box(kind) as found:
            if found.sandbox.capabilities.landlock < 6:
                pytest.skip("signals are kept in from the sixth version of Landlock on")
            outsider = sleeper(found.sandbox.spec.uid)
            try:
                attack = f"kill {outsider.pid}; cat /proc/{outsider.pid}/environ"
                words = await found.run(attack)
                assert outsider.poll() is None
                return words
            finally:
                outsider.kill()
                outsider.wait()

    words = done(look())
    assert "Operation not permitted" in words
    assert "Permission denied" in words
