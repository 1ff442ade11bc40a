"""Attacks on the front door: from web pages, under other names, without the key or with a wrong one."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from sessionbay.engine import app, loopback_middleware, request_body

from .attack import add, attack
from .defences_off import any_token, guard_off
from .scene import Scene

REBINDING = "DNS rebinding"
PAGES = "web pages (CSRF)"
TOKENS = "wrong keys and tokens"
LIST = "/?Action=ListSession"


def listed(scene: Scene, headers: dict[str, str], key: str | None = None) -> str | None:
    """Ask for the sessions; return the answer if it is one."""
    form = {"Authorization": f"Bearer {scene.key if key is None else key}"}
    answer = scene.http("POST", LIST, data=form, headers=headers)
    return answer.text if answer.status_code == 200 else None


def under_name(name: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        return listed(scene, {"host": name.format(port=scene.port)})

    return attempt


NAMES = {
    "of-a-stranger": "evil.example:{port}",
    "without-a-port": "127.0.0.1",
    "with-another-port": "127.0.0.1:1",
    "that-begins-well": "127.0.0.1:{port}.evil.example",
    "that-ends-well": "evil.example#127.0.0.1:{port}",
    "with-credentials": "127.0.0.1:{port}@evil.example",
    "of-the-local-net": "localhost.evil.example:{port}",
    "of-all-interfaces": "0.0.0.0:{port}",
}
for _kind, _name in NAMES.items():
    add(
        f"host-{_kind}",
        REBINDING,
        "the Host must be the loopback's, with the right port",
        under_name(_name),
        guard_off,
        f"A name of the attacker's that leads to 127.0.0.1: Host: {_name.format(port='PORT')}.",
    )


@attack(REBINDING, "the Host must be the loopback's, with the right port", guard_off)
def request_without_a_host(scene: Scene) -> str | None:
    """HTTP/1.0 needs no Host at all."""
    got = scene.raw(scene.port, b"GET /health HTTP/1.0\r\n\r\n")
    return "an answer" if b" 200 " in got.partition(b"\r\n")[0] else None


def from_page(headers: dict[str, str]) -> Callable[[Scene], str | None]:
    return lambda scene: listed(scene, {name: value.format(port=scene.port) for name, value in headers.items()})


HEADERS = {
    "of-another-origin": {"origin": "https://evil.example", "content-type": "application/x-www-form-urlencoded"},
    "in-a-sandboxed-frame": {"origin": "null"},
    "from-another-port": {"origin": "http://127.0.0.1:1"},
    "under-https": {"origin": "https://127.0.0.1:{port}"},
    "without-an-origin": {"sec-fetch-site": "cross-site"},
    "of-the-same-site": {"sec-fetch-site": "same-site"},
    "with-an-unknown-site": {"sec-fetch-site": "next-door"},
    "that-says-nothing-by-origin": {"origin": ""},
}
for _kind, _headers in HEADERS.items():
    add(
        f"page-{_kind}",
        PAGES,
        "no Origin but the engine's own, no Sec-Fetch-Site of another site",
        from_page(_headers),
        guard_off,
        f"A page's request with {', '.join(f'{name}: {value}' for name, value in _headers.items())}.",
    )


def allow_every_origin(scene: Scene) -> None:
    """Answer as a server does that was made easy for browsers."""
    real = loopback_middleware.LoopbackMiddleware.__call__

    async def call(self: loopback_middleware.LoopbackMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
        async def through(scope: Scope, receive: Receive, send: Send) -> None:
            await real(self, scope, receive, send)

        easy = CORSMiddleware(through, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
        await easy(scope, receive, send)

    scene.patch.setattr(loopback_middleware.LoopbackMiddleware, "__call__", call)


@attack(PAGES, "no header allows another origin anything", allow_every_origin)
def page_asks_for_leave_first(scene: Scene) -> str | None:
    """A preflight that would allow a page to send JSON with a key."""
    request = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answers = [scene.http("OPTIONS", path, headers=request) for path in ("/", "/health", "/sdk/ListSession")]
    return next((name for answer in answers for name in answer.headers if name.startswith("access-control")), None)


def own_page_of(change: Callable[[str], str]) -> Callable[[Scene], str | None]:
    return lambda scene: listed(scene, {}, change(scene.key))


KEYS: dict[str, Callable[[str], str]] = {
    "wrong": lambda key: "akm-" + "x" * (len(key) - 4),
    "empty": lambda key: "",
    "cut-short": lambda key: key[:-1],
    "with-more": lambda key: f"{key}x",
    "in-capitals": lambda key: key.swapcase(),
    "with-a-nul": lambda key: f"{key}\0",
    "not-ascii": lambda key: f"{key[:-1]}\N{LATIN SMALL LETTER E WITH ACUTE}",
    "None": lambda key: "None",
}
for _kind, _change in KEYS.items():
    add(
        f"key-{_kind}",
        TOKENS,
        "256 random bits, compared whole and in constant time",
        own_page_of(_change),
        any_token,
        f"A key that is {_kind.replace('-', ' ')}.",
    )


@attack(TOKENS, "the key opens the control plane, a session's token the session", any_token)
def key_of_a_session(scene: Scene) -> str | None:
    """A session's own token, used as the key to the engine."""
    return listed(scene, {}, scene.known(scene.session()).token)


@attack(TOKENS, "the key counts in its own place only", any_token)
def key_in_a_cookie(scene: Scene) -> str | None:
    """The key where a browser would send it by itself."""
    answer = scene.http("POST", LIST, headers={"cookie": f"Authorization=Bearer {scene.key}; token={scene.key}"})
    return answer.text if answer.status_code == 200 else None


@attack(TOKENS, "the key counts in its own place only", any_token)
def key_in_the_address(scene: Scene) -> str | None:
    """The key where logs and histories keep it."""
    answer = scene.http("POST", f"{LIST}&token={scene.key}&X-Access-Token={scene.key}&api_key={scene.key}")
    return answer.text if answer.status_code == 200 else None


def direct(scene: Scene, session_id: str, headers: dict[str, str], query: str = "") -> str | None:
    """Run a command on a session's direct route; return what it wrote."""
    body = {"args": {"command": "echo attacked"}, "tool": "shell", "server": "", "requestId": "x", "token": ""}
    answer = scene.http("POST", f"/direct/{session_id}/callTool{query}", json=body, headers=headers)
    return answer.text if "attacked" in answer.text else None


def with_token(token: Callable[[Scene], str]) -> Callable[[Scene], str | None]:
    return lambda scene: direct(scene, scene.session().session_id, {"x-access-token": token(scene)})


DIRECT: dict[str, tuple[str, Callable[[Scene], str]]] = {
    "no-token": ("No token at all.", lambda scene: ""),
    "the-engines-key": ("The engine's key on the direct route.", lambda scene: scene.key),
    "another-sessions-token": ("Another session's token.", lambda scene: scene.known(scene.session()).token),
}
for _kind, (_about, _token) in DIRECT.items():
    add(f"direct-{_kind}", TOKENS, "each session has a token of its own", with_token(_token), any_token, _about)


@attack(TOKENS, "the token counts in its own place only", any_token)
def direct_token_elsewhere(scene: Scene) -> str | None:
    """The right token in a cookie, in the address and as a bearer's."""
    session = scene.session()
    token = scene.known(session).token
    headers = {"cookie": f"X-Access-Token={token}", "authorization": f"Bearer {token}"}
    return direct(scene, session.session_id, headers, f"?token={token}")


class Undying(dict[str, Any]):
    """Sessions that stay."""

    def pop(self, *args: Any) -> Any:
        """Keep what is to go."""


def remember_the_dead(scene: Scene) -> None:
    """Let sessions be had after their end."""
    sessions = scene.engine._engine.sessions
    scene.patch.setattr(sessions, "_sessions", Undying(sessions._sessions))
    scene.patch.setattr(type(sessions), "get", type(sessions).remembered)
    scene.patch.setattr(app, "GONE", ())


@attack(TOKENS, "a token ends with its session", remember_the_dead)
def token_after_deletion(scene: Scene) -> str | None:
    """The page of a session that was deleted, by the token that once opened it."""
    session = scene.lost_session()
    token = scene.known(session).token
    session.delete().raise_for_error()
    answer = scene.http("GET", f"/instance/{session.session_id}/dashboard?token={token}")
    return answer.text if answer.status_code == 200 else None


def tell_who_exists(scene: Scene) -> None:
    """Say 404 where there is no session."""
    real = app.Endpoints._authorized_session

    def opened(self: app.Endpoints, request: Any, token: str) -> Any:
        if request.path_params["session_id"] not in self._sessions._sessions:
            raise HTTPException(404)
        return real(self, request, token)

    scene.patch.setattr(app.Endpoints, "_authorized_session", opened)


@attack(TOKENS, "no session and no token get the same answer", tell_who_exists)
def which_sessions_exist(scene: Scene) -> str | None:
    """Ask for a session that exists and for one that does not, and compare."""
    ids = scene.session().session_id, "session-" + "0" * 17
    answers = [scene.http("POST", f"/direct/{found}/callTool", headers={"x-access-token": "x"}) for found in ids]
    one, other = ((answer.status_code, answer.text, sorted(answer.headers)) for answer in answers)
    return None if one == other else f"{one} is not {other}"


def listen_everywhere(scene: Scene) -> None:
    """Bind as servers do that are to be reached."""

    class Everywhere(socket.socket):
        def bind(self, address: Any) -> None:
            super().bind(("0.0.0.0", address[1]))

    scene.patch.setattr(socket, "socket", Everywhere)


@attack("other machines", "listens on 127.0.0.1 alone", listen_everywhere)
def another_address_of_this_machine(scene: Scene) -> str | None:
    """Connect to another address than 127.0.0.1, as another machine would."""
    port = int(scene.started().endpoint.rpartition(":")[2])
    try:
        socket.create_connection(("127.0.0.2", port), 2).close()
    except OSError:
        return None
    return "connected"


def share_the_port(scene: Scene) -> None:
    """Have all engines listen on one port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    class Shared(socket.socket):
        def bind(self, address: Any) -> None:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            super().bind(("127.0.0.1", port))

    scene.patch.setattr(socket, "socket", Shared)


@attack("port collisions", "the system chooses a free port, and nobody shares it", share_the_port)
def twenty_engines_at_once(scene: Scene) -> str | None:
    """Twenty engines start together: each is on a port of its own, and answers to its own key."""
    with ThreadPoolExecutor(20) as pool:
        engines = list(pool.map(lambda _: scene.started(), range(20)))
        answers = list(pool.map(lambda engine: listed(Scene(engine, scene.patch, scene.folder), {}), engines))
        list(pool.map(lambda engine: engine.stop(), engines))
    if None in answers or len({engine.endpoint for engine in engines}) < 20:
        return "two engines on one port"
    return None


@attack("memory", "a body is read up to a bound", lambda scene: scene.patch.setattr(request_body, "MAX_BODY", 2**40))
def endless_body(scene: Scene) -> str | None:
    """A body larger than any honest one, with the key."""
    scene.patch.setattr(request_body, "MAX_BODY", request_body.MAX_BODY // 2**6)  # 1 MiB is as good as 64
    answer = scene.http("POST", LIST, content=f"Authorization={scene.key}&Args=".encode() + b"x" * 2**21)
    return None if answer.status_code == 413 else f"{answer.status_code}"
