"""What sessions reach: nothing, the internet, or this machine's network."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from sessionbay.engine.config import EngineConfig
from sessionbay.engine.sandbox import backends, pasta
from sessionbay.engine.sandbox.bwrap import BwrapSandbox, arguments
from sessionbay.engine.sandbox.sandbox import SandboxError
from sessionbay.engine.sandbox.spec import Spec

from .boxes import box, done
from .processes import alive, eventually

CONNECT = "python3 -c 'import socket; socket.create_connection((\"{}\", {}), 2)' 2>&1 | tail -1"
NAP = "617.25"  # seconds for which nothing else sleeps
INSIDE = "SESSIONBAY_TEST_OWN_TUN"
OWN_TUN = (
    "mount --make-rprivate / && mount -t tmpfs tmpfs /dev/net && mknod /dev/net/tun c 10 200"
    ' && chmod 666 /dev/net/tun && exec "$@"'
)


def test_the_network_is_automatic_and_a_word_that_is_none_is_refused() -> None:
    assert EngineConfig().network == "auto"
    with pytest.raises(ValueError, match="network must be"):
        EngineConfig(network="bridge")  # type: ignore[arg-type]  # the point of the test


def test_nothing_of_the_machine_is_led_into_a_session_and_nothing_out(tmp_path: Path) -> None:
    argv = arguments(Spec(tmp_path, tmp_path, "/usr/bin/python3", None, "nat"), -1, nested_userns=False)
    words = argv[: argv.index("bwrap")]
    assert " ".join(words).startswith(
        "pasta --config-net --quiet --foreground -T none -U none -t none -u none --no-map-gw"
    )
    assert words[-1] == "--"
    assert "--unshare-net" not in argv
    assert "--info-fd" not in argv


def nowhere(name: str) -> None:
    """Find no program."""


def test_a_machine_without_pasta_is_reported_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", nowhere)
    report = backends.Report("namespaces", BwrapSandbox)
    network, payload = done(backends.choose_network("auto", report, Path("/nonexistent")))
    assert network == "none"
    assert "pasta is not installed" in payload
    assert "apt-get install passt" in payload
    with pytest.raises(SandboxError, match=r"cannot have the network 'nat'.*apt-get install passt"):
        done(backends.choose_network("nat", report, Path("/nonexistent")))


def anyone(uid: int | None) -> bool:
    """Let everyone open the device."""
    return True


@pytest.fixture
def failing_pasta(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a pasta that fails as the real one does: it goes, and leaves its child behind."""
    script = tmp_path / "pasta"
    script.write_text(f"#!/bin/sh\nsleep {NAP} &\necho 'Failed to open tun socket in namespace' >&2\nexit 1\n")
    script.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    monkeypatch.setattr(pasta, "device_opens", anyone)
    monkeypatch.setattr(os, "defpath", f"{tmp_path}:{os.defpath}")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return script


@pytest.mark.usefixtures("failing_pasta")
def test_a_pasta_that_fails_leaves_no_child_and_says_why() -> None:
    async def look() -> None:
        async with box("namespaces", "auto") as found:
            assert found.sandbox.capabilities.network == "none"
            root = found.sandbox.spec.shared.parent
            report = (await backends.probe("namespaces", found.sandbox.spec.shared, "none"))[0]
            with pytest.raises(SandboxError, match=r"Failed to open tun.*chmod 666 /dev/net/tun"):
                await backends.choose_network("nat", report, found.sandbox.spec.shared)
            assert not list(root.glob("probe-*"))

    done(look())
    assert eventually(lambda: not alive(NAP))


@pytest.mark.parametrize(("mode", "opens"), [(0o666, True), (0o600, False)])
def test_a_device_that_sessions_cannot_open_is_found_before_pasta_is_tried(
    mode: int, opens: bool, tmp_path: Path
) -> None:
    device = tmp_path / "tun"
    device.touch()
    device.chmod(mode)
    assert pasta.device_opens(200_000, str(device)) is opens
    assert pasta.device_opens(None, str(device))
    assert not pasta.device_opens(None, str(tmp_path / "none"))


def test_a_group_is_killed_though_its_leader_has_gone() -> None:
    process = subprocess.Popen(["sh", "-c", "sleep 600 & echo $!"], start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as out:
        left = int(out.readline())
    process.wait()
    done(pasta.kill_group(process))
    assert eventually(lambda: not psutil.pid_exists(left) or psutil.Process(left).status() == "zombie")


@contextmanager
def listening(host: str) -> Generator[int]:
    """Give the port of a server of the machine's."""
    with socket.create_server((host, 0)) as server:
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket) -> None:
    try:
        while True:
            server.accept()[0].close()
    except OSError:
        pass


def test_a_session_goes_out_through_pasta_and_reaches_nothing_of_the_machines_loopback() -> None:
    async def look() -> None:
        async with box("namespaces", "nat") as found:
            assert found.sandbox.capabilities.network == "nat"
            devices = await found.run("tail -n +3 /proc/net/dev | cut -d: -f1")
            assert len(devices.split()) == 2
            assert pasta.RESOLVER in await found.run("cat /etc/resolv.conf")
            with listening("127.0.0.1") as port:
                assert "ConnectionRefusedError" in await found.run(CONNECT.format("127.0.0.1", port))
            assert "CapEff:\t0000000000000000" in await found.run("grep CapEff /proc/self/status")

    done(look())
    assert not [one for one in psutil.process_iter(["name"]) if one.info["name"] == "pasta" and _ours(one)]


def _ours(process: psutil.Process) -> bool:
    return any(parent.pid == os.getpid() for parent in process.parents())


@pytest.mark.skipif(os.geteuid() != 0 or INSIDE in os.environ, reason="it takes root to give a test its own devices")
def test_the_way_out_works_where_the_device_may_be_opened(tmp_path: Path) -> None:
    if shutil.which("pasta") is None:
        pytest.skip("pasta is not installed")
    test = f"{__file__}::test_a_session_goes_out_through_pasta_and_reaches_nothing_of_the_machines_loopback"
    options = ["-q", "-p", "no:cacheprovider", "-rs", "--basetemp", str(tmp_path / "temporary")]
    argv = [sys.executable, "-m", "pytest", *options, test]
    ran = subprocess.run(
        ["unshare", "-m", "sh", "-c", OWN_TUN, "sh", *argv],
        env={**os.environ, INSIDE: "1"},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
