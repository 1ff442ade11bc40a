# Generated from tests/_async/test_proving.py by scripts/generate_sync.py. Do not edit.
"""Connections to the shared engine: each is authenticated before anything is sent on it."""

import json
import time

import httpx
import pytest

from sessionbay._http.tls import TlsSettings
from sessionbay._sync.ws.socket import WebSocket
from sessionbay.core.challenge import KnownEngine, health_proof
from sessionbay.core.secrets import Secret
from sessionbay.core.websocket import ConnectionLost, WebSocketAddress

from ..raw_server import BEYOND, BOUND, Peer, RawServer, Script, always, answer, once, once_and_close, silence
from ..threads._sync import until
from .carrier import Carrier

KEY = Secret("akm-key-that-nobody-may-see")
NO_ENGINE = "is not the engine|did not answer in time"  # the latter of one that is silent, as a stopped engine is
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def proving(peer: Peer, port: int = 0) -> None:
    """Prove to be the engine, as it does, and answer the rest."""
    challenge = peer.read().split()[1].decode().partition("=")[2]
    peer.write(answer(json.dumps(health_proof(KEY, challenge, port or peer.server.port)).encode()))
    while peer.read():
        peer.write(answer())


def elsewhere(peer: Peer) -> None:
    """Prove to be the engine on another port, as one between the two could have it do."""
    proving(peer, peer.server.port + 1)


def endless(peer: Peer) -> None:
    """Begin an answer, and do not come to its end."""
    peer.read()
    peer.write(CHUNKS)
    peer.drip(b"1\r\n{\r\n" * 1000, 0.01)


def talkative(peer: Peer) -> None:
    """Send without end."""
    peer.read()
    peer.write(CHUNKS)
    for _ in range(100):
        peer.write(b"1000\r\n" + b" " * 4096 + b"\r\n")


def known(server: RawServer) -> KnownEngine:
    return KnownEngine(KEY, server.port)


STRANGERS: dict[str, Script] = {
    "nothing": silence,
    "another page": always(answer(b"hello")),
    "no object": always(answer(b"[]")),
    "lists in each other": always(answer(b"[" * 9000)),
    "no proof": always(answer(b"{}")),
    "a wrong proof": always(answer(b'{"proof": "00"}')),
    "a number": always(answer(b'{"proof": 1}')),
    "the proof of another port": elsewhere,
    "a refusal": always(answer(b"{}", status="403 Forbidden")),
    "no HTTP": once(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "the end": once_and_close(),
    "no end": endless,
    "too much": talkative,
}


@pytest.mark.parametrize("script", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_on_the_engines_port_learns_nothing(script: Script) -> None:
    with RawServer(script) as server:
        with Carrier(known=known(server)) as carrier:
            begun = time.monotonic()
            with pytest.raises((httpx.ConnectError, httpx.ConnectTimeout), match=NO_ENGINE):
                carrier.ask(f"{server.url}/secret", "POST", b"a secret", connect=1.5)
            assert time.monotonic() - begun < BEYOND
            assert (carrier.counts.busy, carrier.counts.idle) == (0, 0)
    assert not [request for request in server.requests if b"secret" in request or KEY.reveal().encode() in request]


def test_the_engine_is_asked_once_for_each_connection() -> None:
    with RawServer(proving) as server:
        with Carrier(known=known(server)) as carrier:
            assert carrier.ask_often(server.url, 3) == [200, 200, 200]
    assert server.accepted == 1
    assert [b"/health?challenge=" in request for request in server.requests] == [True, False, False, False]


def test_an_engine_that_has_ended_is_noticed_by_the_next_connection() -> None:
    def once_proved(peer: Peer) -> None:
        challenge = peer.read().split()[1].decode().partition("=")[2]
        peer.write(answer(json.dumps(health_proof(KEY, challenge, peer.server.port)).encode()))
        peer.read()
        peer.write(answer())

    with RawServer(once_proved, always(answer(b"{}"))) as server:
        with Carrier(known=known(server)) as carrier:
            assert (carrier.ask(server.url)).status_code == 200
            until(lambda: server.open == 0)
            with pytest.raises(httpx.ConnectError, match="is not the engine"):
                carrier.ask(f"{server.url}/secret")
    assert b"/secret" not in b"".join(server.requests)


def test_nobody_else_is_asked_for_a_proof() -> None:
    with RawServer() as server:
        with Carrier(known=KnownEngine(KEY, server.port + 1)) as carrier:
            assert (carrier.ask(server.url)).status_code == 200
    assert len(server.requests) == 1


@pytest.mark.parametrize("script", [silence, always(answer(b"{}")), elsewhere], ids=["silence", "no proof", "relayed"])
def test_a_stranger_on_the_engines_port_gets_no_websocket(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionbay._sync.ws.socket.CONNECT_TIMEOUT", 1.5)
    with RawServer(script) as server:
        address = WebSocketAddress.of(f"ws://127.0.0.1:{server.port}/ws/session-1", Secret("token-of-a-session"))
        with pytest.raises(ConnectionLost, match=NO_ENGINE):
            WebSocket.open(address, TlsSettings(True, trust_env=False), time.monotonic, BOUND, known(server))
    assert b"token-of-a-session" not in b"".join(server.requests)
