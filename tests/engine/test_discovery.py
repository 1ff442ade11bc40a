"""The file by which programs find the engine that they share: who is believed, and who gets the key."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sessionbay import AgentBay, AgentBayError
from sessionbay.core.secrets import Secret
from sessionbay.engine import LocalEngine, discovery, identity

from .conftest import Raw

KEY = Secret("akm-a-key-of-the-tests")


@pytest.fixture(autouse=True)
def _given_up() -> Iterator[None]:
    """Give up what the test has claimed, so that its folder is free."""
    yield
    discovery.withdraw()


@pytest.fixture
def file(engine: LocalEngine) -> Path:
    """Publish an engine that lives; give the file that says so."""
    discovery.publish(engine.endpoint, engine.api_key)
    return discovery.folder() / discovery.FILE


@contextmanager
def stranger(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """Listen as another program would; give the port, and all that it was told."""
    reported: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    reported.append(peer.recv(65536))
                    try:
                        answer(peer)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], reported
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def say(body: bytes) -> Callable[[socket.socket], None]:
    return lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body)


def silent(peer: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    peer.recv(1)


def dripping(peer: socket.socket) -> None:
    """Say a byte now and then, for ever."""
    peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        peer.sendall(b"{")
        time.sleep(0.02)


def test_an_engine_that_lives_is_found_with_its_key(engine: LocalEngine, file: Path) -> None:
    found = discovery.find()
    assert found is not None
    assert (found.endpoint, found.api_key, found.pid) == (engine.endpoint, engine.api_key, os.getpid())


def test_the_file_is_for_its_owner_only_and_says_who_wrote_it(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(file.read_text()).keys() == {"endpoint", "api_key", "pid", "started", "boot_id", "version"}


def test_the_key_does_not_show(file: Path, engine: LocalEngine) -> None:
    assert engine.api_key.reveal() not in repr(discovery.find())


def test_what_is_withdrawn_is_not_found(file: Path) -> None:
    discovery.withdraw()
    assert (discovery.find(), file.exists()) == (None, False)


@pytest.mark.parametrize(
    "change",
    [{"pid": 2**22 - 1}, {"started": 1}, {"boot_id": "another start of the machine"}],
    ids=["dead", "number used again", "other boot"],
)
def test_what_an_engine_that_ended_left_is_not_believed_and_replaced(
    file: Path, engine: LocalEngine, change: dict[str, Any]
) -> None:
    stale = json.dumps(json.loads(file.read_text()) | change)
    discovery.withdraw()
    with open(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "w") as left:
        left.write(stale)
    assert discovery.find() is None
    discovery.publish(engine.endpoint, engine.api_key)
    assert discovery.find() is not None


def test_fields_of_later_versions_are_ignored(file: Path) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | {"flavour": "new", "version": "99.0"}))
    found = discovery.find()
    assert found is not None
    assert found.version == "99.0"


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://evil.example"},
        {"endpoint": "http://127.0.0.1:80@evil.example:80"},
        {"endpoint": "http://127.0.0.1:99999"},
        {"endpoint": "http://127.0.0.1:0"},
        {"endpoint": "http://127.0.0.1:80\n"},
        {"endpoint": 7},
        {"api_key": ""},
        {"api_key": "\ud800"},
        {"api_key": "a\r\nb"},
        {"api_key": None},
        {"pid": "1"},
        {"pid": 0},
        {"pid": 1},
        {"pid": -1},
        {"pid": 2**63},
        {"pid": True},
        {"pid": [1]},
        {"started": "then"},
        {"started": 1e400},
        {"boot_id": {}},
    ],
    ids=str,
)
def test_fields_that_make_no_sense_are_as_good_as_no_file(file: Path, change: dict[str, Any]) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    assert discovery.find() is None


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 10_000, b'{"pid":' + b"9" * 10_000 + b"}"]
)
def test_garbage_is_as_good_as_no_file(file: Path, text: bytes) -> None:
    file.write_bytes(text)
    assert discovery.find() is None


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_any_bytes_are_as_good_as_no_file(file: Path, text: bytes) -> None:
    file.write_bytes(text)
    assert discovery.find() is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_that_others_can_get_at_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(PermissionError, match=r"not yours alone.*remove it"):
        discovery.find()


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o707])
def test_a_folder_that_others_can_get_at_is_refused(file: Path, mode: int) -> None:
    file.parent.chmod(mode)
    with pytest.raises(PermissionError, match="not yours alone"):
        discovery.find()
    file.parent.chmod(0o700)


def test_a_link_in_place_of_the_file_is_refused(file: Path, tmp_path: Path) -> None:
    file.rename(tmp_path / "elsewhere.json")
    file.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(PermissionError, match="is a link"):
        discovery.find()


def test_a_link_in_place_of_the_folder_is_refused(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(file.parent)
    with monkeypatch.context() as patch:
        patch.setenv("SESSIONBAY_HOME", str(tmp_path / "link"))
        with pytest.raises(PermissionError, match="a link to one"):
            discovery.find()


def test_a_pipe_in_place_of_the_file_is_refused_and_not_waited_for(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)
    with pytest.raises(PermissionError, match="is not a regular file"):
        discovery.find()
    file.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("whose", ["file", "folder"])
def test_what_belongs_to_another_user_is_refused(file: Path, whose: str) -> None:
    given = file if whose == "file" else file.parent
    os.chown(given, 12345, 12345)
    with pytest.raises(PermissionError, match="not yours alone"):
        discovery.find()
    os.chown(given, 0, 0)


@pytest.mark.parametrize(
    "answer",
    [
        say(b""),
        say(b"{"),
        say(b"[]"),
        say(b'{"proof": 1}'),
        say(b'{"proof": "0"}'),
        say(b'{"proof": "\\ud800"}'),
        silent,
    ],
    ids=["empty", "half", "list", "number", "wrong", "surrogate", "silent"],
)
def test_a_stranger_on_the_port_proves_nothing_and_gets_no_key(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[socket.socket], None]
) -> None:
    monkeypatch.setattr(identity.holds, "__defaults__", (0.5,))
    with stranger(answer) as (port, reported):
        discovery.publish(f"http://127.0.0.1:{port}", KEY)
        assert discovery.find() is None
    assert len(reported) == 1
    assert KEY.reveal().encode() not in reported[0]


@pytest.mark.parametrize("answer", [silent, dripping])
def test_a_stranger_that_does_not_come_to_an_end_is_given_up(answer: Callable[[socket.socket], None]) -> None:
    with stranger(answer) as (port, _):
        begun = time.monotonic()
        assert not identity.holds(KEY, port, timeout=0.2)
        assert time.monotonic() - begun < 10


def test_a_stranger_that_asks_the_engine_in_between_proves_nothing(engine: LocalEngine, raw: Raw) -> None:
    def relay(peer: socket.socket) -> None:
        request = reported[-1].split()[1].decode()
        answer = raw.get(request)
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + answer.content)

    with stranger(relay) as (port, reported):
        assert not identity.holds(engine.api_key, port)
    assert reported


def test_nobody_on_the_port_is_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not identity.holds(KEY, port)


def test_the_engine_proves_itself_to_those_who_have_its_key_only(engine: LocalEngine) -> None:
    port = int(engine.endpoint.rpartition(":")[2])
    assert identity.holds(engine.api_key, port)
    assert not identity.holds(KEY, port)


@pytest.mark.parametrize("challenge", ["", "x" * 129])
def test_the_health_page_proves_nothing_unasked(raw: Raw, challenge: str) -> None:
    answer = raw.get(f"/health?challenge={challenge}")
    assert (answer.status_code, "proof" in answer.json()) == (200, False)


def test_a_folder_whose_engine_has_been_claimed_is_not_claimed_again(file: Path, engine: LocalEngine) -> None:
    lock = discovery._claims.pop(discovery.folder())  # as another process would see it
    try:
        with pytest.raises(FileExistsError, match=engine.endpoint):
            discovery.claim()
    finally:
        discovery._claims[discovery.folder()] = lock


def test_a_claim_that_is_not_followed_by_an_address_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "START_TIMEOUT", 0.1)
    discovery.claim()
    lock = discovery._claims.pop(discovery.folder())
    try:
        with pytest.raises(FileExistsError, match="still starting"):
            discovery.claim()
    finally:
        os.close(lock)


def test_the_start_of_a_process_does_not_hang_on_the_clock() -> None:
    first = discovery.started_at(os.getpid())
    assert first is not None
    assert first == discovery.started_at(os.getpid())
    assert discovery.started_at(2**22 - 1) is None


def test_a_client_says_what_is_wrong_with_a_file_that_it_does_not_trust(file: Path) -> None:
    file.chmod(0o644)
    with AgentBay(endpoint="local") as bay, pytest.raises(AgentBayError, match="not yours alone"):
        bay.list()


@pytest.mark.parametrize("place", ["/proc/sys/sessionbay", "/dev/null/sessionbay"])
def test_a_folder_that_cannot_be_made_is_named_with_the_way_on(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("SESSIONBAY_HOME", place)
    with AgentBay(endpoint="local") as bay, pytest.raises(AgentBayError, match=f"{place} .* set SESSIONBAY_HOME to"):
        bay.list()
