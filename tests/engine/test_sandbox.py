"""What keeps a session in."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from sessionbay import Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.sandbox import backends, bwrap
from sessionbay.engine.sandbox.bwrap import arguments
from sessionbay.engine.sandbox.spec import Spec

from ..inside import web
from .conftest import client_of
from .processes import ENOUGH


def output(session: Session, command: str) -> str:
    return session.command.run(command).output.strip()


def test_an_engine_starts_while_another_compiles_the_agent_for_the_first_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = tmp_path / "agent"
    (agent / "__pycache__").mkdir(parents=True)
    (agent / "handlers.py").write_text("")
    (agent / "__pycache__" / "handlers.cpython-311.pyc.140737").symlink_to("renamed")  # as it is when it is looked for
    monkeypatch.setattr(backends, "AGENT_SOURCE", agent)
    inside = backends.write_agent(tmp_path) / "inside"
    assert (inside / "handlers.py").exists()
    assert not list(inside.rglob("*.pyc.*"))


def test_an_agent_starts_without_the_modules_that_few_sessions_need() -> None:
    folder = str(backends.AGENT_SOURCE.parent)
    code = f"import sys; sys.path.insert(0, {folder!r}); import inside.handlers; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert not {"base64", "shutil", "tempfile", "typing"} & {*ran.stdout.split()}


def test_no_session_runs_as_root(any_session: Session) -> None:
    assert output(any_session, "id -u") != "0"


def test_nothing_of_the_engines_environment_is_seen_inside(
    any_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "akm-canary")
    with client_of(any_engine) as bay, bay.session() as session:
        seen = "cat /proc/self/environ /proc/$PPID/environ /proc/1/environ 2>/dev/null | tr '\\0' '\\n'"
        assert "akm-canary" not in output(session, seen)


def test_a_command_holds_no_file_of_the_agents_or_the_engines(any_session: Session) -> None:
    assert output(any_session, "cd /proc/self/fd; echo *") == "0 1 2 3"  # 3 is the folder that the shell reads


def test_the_agent_cannot_be_read_by_commands(any_session: Session) -> None:
    result = any_session.command.run("head -c1 /proc/$PPID/mem; cat /proc/$PPID/environ")
    assert result.stdout == ""
    assert "Permission denied" in result.stderr


def test_commands_leave_no_core_files(any_session: Session) -> None:
    assert output(any_session, "ulimit -c") == "0"


def test_a_session_starts_in_its_own_home(any_session: Session) -> None:
    home, folder = output(any_session, "echo $HOME; pwd").split()
    assert home == folder == any_session.info().unwrap().connection["home"]


def test_the_hosts_files_are_out_of_sight(namespaces_session: Session, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("host")
    assert not namespaces_session.file_system.read_file(str(secret)).success
    assert output(namespaces_session, "ls -A /home; ls /root 2>&1").startswith("wuying")


def test_a_session_has_no_capabilities_and_cannot_gain_any(namespaces_session: Session) -> None:
    status = output(namespaces_session, "grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status")
    assert [line.split()[1] for line in status.splitlines()] == ["0" * 16, "0" * 16, "1"]


def test_a_session_sees_its_own_processes_only(namespaces_session: Session) -> None:
    assert int(output(namespaces_session, "ls /proc | grep -c '^[0-9]'")) < 8


def test_a_session_has_no_network_but_its_own(namespaces_session: Session) -> None:
    assert output(namespaces_session, "tail -n +3 /proc/net/dev | cut -d: -f1") == "lo"


def test_a_session_cannot_reach_its_engine(namespaces_session: Session, namespaces_engine: LocalEngine) -> None:
    port = httpx.URL(namespaces_engine.endpoint).port
    connect = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
    result = namespaces_session.command.run(f'python3 -c "{connect}"')
    assert "ConnectionRefusedError" in result.stderr


def test_sessions_do_not_see_each_others_files(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay, bay.session() as one, bay.session() as other:
        one.file_system.write_file("/tmp/shared", "mine")
        assert not other.file_system.get_file_info("/tmp/shared").success


def test_the_same_port_in_two_sessions_is_two_ports(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay, bay.session() as one, bay.session() as other:
        pages = []
        for session in (one, other):
            session.file_system.write_file("index.html", session.session_id)
            session.command.run(web(30100))
            pages.append(httpx.get(str(session.get_link("https", 30100)), trust_env=False, timeout=ENOUGH).text)
        assert pages == [one.session_id, other.session_id]


def test_the_number_of_processes_is_limited(namespaces_session: Session) -> None:
    assert output(namespaces_session, "ulimit -u") == "512"


def test_bubblewrap_is_called_as_it_was_reviewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word: anyone who changes one changes what keeps sessions in."""
    monkeypatch.setattr(bwrap, "SYSTEM", ("/usr",))
    monkeypatch.setattr(bwrap, "ETC_ENTRIES", ("ca-certificates", "missing", "ssl"))
    monkeypatch.setattr(bwrap, "FONT_CACHE", "/tmp")
    monkeypatch.setattr(bwrap, "packages_folder", lambda python, uid: "/packages")
    spec = Spec(Path("/engine/session"), Path("/engine/shared"), "/usr/bin/python3", 1234)
    assert " ".join(arguments(spec, 9, nested_userns=False, filter_fd=8)).split(" --") == [
        "bwrap",
        *("unshare-user", "unshare-pid", "unshare-ipc", "unshare-uts", "unshare-cgroup-try", "unshare-net"),
        *("disable-userns", "uid 1000", "gid 1000", "hostname sessionbay", "cap-drop ALL", "die-with-parent"),
        *("new-session", "info-fd 9", "seccomp 8", "bind /engine/session/private/root /", "ro-bind /usr /usr"),
        *("proc /proc", "dev /dev", "size 268435456", "tmpfs /dev/shm", "size 1048576", "tmpfs /run"),
        "bind /engine/session/private/root/etc /etc",
        *(f"ro-bind /etc/{name} /etc/{name}" for name in ("ca-certificates", "ssl")),
        "ro-bind /tmp /tmp",
        *(f"ro-bind /engine/shared/etc/{name} /etc/{name}" for name in ("passwd", "group", "hosts")),
        *("ro-bind /engine/shared /run/sessionbay", "ro-bind /packages /run/sessionbay/packages"),
        *("remount-ro /run", "remount-ro /dev", "setenv HOME /home/wuying", "setenv LANG C.UTF-8"),
        *("setenv NODE_PATH /home/wuying/.local/lib/node_modules", "setenv NPM_CONFIG_PREFIX /home/wuying/.local"),
        "setenv PATH /home/wuying/.local/bin:/run/sessionbay/bin:/usr/local/bin:/usr/bin:/bin",
        *("setenv PIP_BREAK_SYSTEM_PACKAGES 1", "setenv PIP_DISABLE_PIP_VERSION_CHECK 1", "setenv SHELL /bin/bash"),
        *("setenv TMPDIR /tmp", "setenv LOGNAME wuying", "setenv USER wuying"),
        "chdir /home/wuying",
    ]


def test_no_socket_of_the_machine_is_in_a_session(namespaces_session: Session) -> None:
    assert (
        output(namespaces_session, "find / -xdev -type s 2>/dev/null; find /run /tmp /dev -type s; ls /run")
        == "sessionbay"
    )


def test_what_is_kept_in_memory_is_bounded(namespaces_session: Session) -> None:
    sizes = output(namespaces_session, "df --output=size -B1 /dev/shm /run | tail -n +2").split()
    assert sizes == [str(bwrap.SHARED_MEMORY_SIZE), str(bwrap.RUN_SIZE)]


def test_only_the_sessions_own_folders_are_mounted_to_be_written(tmp_path: Path) -> None:
    argv = arguments(Spec(tmp_path, tmp_path, "/usr/bin/python3", None), 9, nested_userns=False)
    mounts = [argv[place + 1 : place + 3] for place, word in enumerate(argv) if word == "--bind"]
    root = tmp_path / "private" / "root"
    assert mounts == [[str(root), "/"], [str(root / "etc"), "/etc"]]


def test_an_interpreter_outside_of_the_system_cannot_be_moved_either(tmp_path: Path) -> None:
    argv = arguments(Spec(tmp_path, tmp_path, "/opt/python/3/bin/python3", None), 9, nested_userns=False)
    mounts = [tuple(argv[place : place + 3]) for place, word in enumerate(argv) if argv[place].endswith("bind")]
    root, python = tmp_path / "private" / "root", ("--ro-bind", "/opt/python/3", "/opt/python/3")
    above = [("--bind", f"{root}{folder}", folder) for folder in ("/opt", "/opt/python")]
    assert [mount for mount in mounts if mount[2].startswith("/opt")] == [*above, python]


def test_the_hosts_network_is_shared_only_when_asked_for(tmp_path: Path) -> None:
    argv = arguments(Spec(tmp_path, tmp_path, "/usr/bin/python3", None, "host"), 9, nested_userns=False)
    assert "--unshare-net" not in argv
