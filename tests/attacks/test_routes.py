"""Whoever has no key and no token changes nothing and learns nothing: each route, each method, many headers."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from sessionbay import Session
from sessionbay.engine import LocalEngine
from sessionbay.operations.registry import OPERATIONS

from ..engine.conftest import client_of
from .defences_off import any_token
from .scene import PATIENCE, Scene

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PUBLIC = {"/health"}
EVERY = list(OPERATIONS.by_action.values())
HEADERS: list[dict[str, str]] = [
    {},
    {"authorization": ""},
    {"authorization": "Bearer"},
    {"authorization": "Bearer null"},
    {"authorization": "Basic YWRtaW46YWRtaW4="},
    {"x-access-token": ""},
    {"x-access-token": "null"},
    {"x-api-key": "x"},
    {"cookie": "Authorization=Bearer x; token=x"},
    {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1"},
    {"x-forwarded-host": "127.0.0.1", "x-forwarded-proto": "https"},
    {"forwarded": "for=127.0.0.1;host=127.0.0.1"},
    {"x-original-url": "/health", "x-rewrite-url": "/health"},
    {"x-http-method-override": "GET", "x-http-method": "GET"},
    {"content-type": "application/json"},
    {"content-type": "multipart/form-data; boundary=x"},
    {"content-type": "text/plain"},
    {"sec-fetch-site": "same-origin"},
    {"x-acs-action": "ListSession", "x-acs-security-token": "x"},
    {"range": "bytes=0-10", "if-none-match": "*"},
    {"connection": "upgrade", "upgrade": "h2c"},
    {"expect": "100-continue"},
]


class Watched:
    """An engine with a session, and what must not change of it."""

    def __init__(self, engine: LocalEngine, session: Session) -> None:
        self.engine = engine
        self.session = session
        self.sessions = engine._engine.sessions
        self.known = self.sessions.get(session.session_id)

    @property
    def app(self) -> Starlette:
        """The engine's app, as it serves."""
        guard: Any = self.engine._engine._listener._server.config.app
        found: Starlette = guard._app
        return found

    def state(self) -> tuple[object, ...]:
        """Return all that a request may change."""
        known = {found.id: (found.status, dict(found.labels)) for found in self.sessions.listed()}
        return known, self.session.command.run("ls -A; cat kept").output, len(self.known.links._open)

    def secrets(self) -> list[str]:
        """Return what no answer may hold."""
        return [self.engine.api_key.reveal(), self.known.token]

    def paths(self) -> Iterator[tuple[str, str]]:
        """Yield each route, with a path on it that leads somewhere."""
        for route in self.app.routes:
            assert isinstance(route, (Route, WebSocketRoute)), f"{route} is of a kind that this test does not know"
            for path in self._paths(route.path):
                yield route.path, path

    def _paths(self, form: str) -> list[str]:
        if form == "/{path:path}":
            return [op.agb.path for op in EVERY if op.agb][::8]
        given = {"{session_id}": self.session.session_id, "{context_id}": "context-1", "{path:path}": "/kept"}
        for name, value in given.items():
            form = form.replace(name, value)
        assert "{" not in form, f"what stands for {form}?"
        return [form]

    def body(self, path: str) -> dict[str, Any]:
        """Return a body that would do harm."""
        if path.startswith("/direct"):
            args = {"command": "echo harmed >kept"}
            return {"json": {"args": args, "server": "", "tool": "shell", "requestId": "x", "token": ""}}
        if path == "/":
            return {"params": {"Action": "ReleaseMcpSession"}, "data": {"SessionId": self.session.session_id}}
        return {"json": {"sessionId": self.session.session_id, "labels": "{}"}}


@pytest.fixture
def watched(attacked_engine: LocalEngine) -> Iterator[Watched]:
    with client_of(attacked_engine) as bay:
        session = bay.create(labels={"mine": "kept"}).unwrap()
        session.file_system.write_file("kept", "unharmed").raise_for_error()
        yield Watched(attacked_engine, session)
        session.delete()


def sent(client: httpx.Client, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> httpx.Response:
    more = {} if method in ("GET", "HEAD", "OPTIONS", "TRACE") else body
    return client.request(method, path, **{**more, "headers": headers})


def operations(watched: Watched) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every operation of both wires, as one would send it to do harm."""
    session = watched.session.session_id
    words = {"sessionId": session, "contextId": "context-1", "labels": '{"mine": "changed"}', "name": "shell"}
    for op in EVERY:
        form = {name[0].upper() + name[1:]: value for name, value in words.items()}
        yield "POST", f"/?Action={op.action}", {"data": {**form, "Args": json.dumps({"command": "echo harmed >kept"})}}
        if op.agb:
            yield op.agb.method, op.agb.path, {"json": words} if op.agb.method == "POST" else {"params": words}


def harm(watched: Watched) -> list[str]:
    """Send every operation without a key; return those that were let in."""
    with httpx.Client(base_url=watched.engine.endpoint, trust_env=False, timeout=PATIENCE) as client:
        answers = [(path, client.request(method, path, **body)) for method, path, body in operations(watched)]
    return [path for path, answer in answers if answer.status_code == 200 and _agrees(answer)]


def _agrees(answer: httpx.Response) -> bool:
    reported = answer.json()
    return bool(reported.get("Success") or reported.get("success"))


def test_no_route_does_or_returns_anything_without_a_token(watched: Watched) -> None:
    before, count = watched.state(), 0
    with httpx.Client(base_url=watched.engine.endpoint, trust_env=False, timeout=PATIENCE) as client:
        for (route, path), method, headers in product(watched.paths(), METHODS, HEADERS):
            answer = sent(client, method, path, headers, watched.body(path))
            count += 1
            reported = f"{method} {path} with {headers}: {answer.status_code} {answer.text[:200]}"
            assert answer.status_code >= 400 or route in PUBLIC or not _lets_in(answer), reported
            assert not any(secret in answer.text + str(answer.headers) for secret in watched.secrets()), reported
    assert watched.state() == before
    print(f"{count} requests, none had an effect")


def _lets_in(answer: httpx.Response) -> bool:
    """Return whether an answer is more than a refusal in the cloud's own words, which may have status 200."""
    try:
        return _agrees(answer)
    except ValueError:
        return True


def test_no_operation_is_done_without_a_key(watched: Watched) -> None:
    before = watched.state()
    assert harm(watched) == []
    assert watched.state() == before


def test_operations_are_done_when_any_key_is_the_right_one(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    any_token(Scene(watched.engine, monkeypatch, tmp_path))
    assert len(harm(watched)) > 5


@pytest.mark.parametrize("headers", HEADERS[:10], ids=str)
def test_no_websocket_opens_without_a_token(watched: Watched, headers: dict[str, str]) -> None:
    scene = Scene(watched.engine, pytest.MonkeyPatch(), None)  # type: ignore[arg-type]  # it needs no folder
    for route, path in watched.paths():
        ask = {
            "Host": f"127.0.0.1:{scene.port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in ask.items())
        got = scene.raw(scene.port, f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        assert b" 101 " not in got.partition(b"\r\n")[0], f"{route} was opened"
