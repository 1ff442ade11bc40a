"""Attacks on browsers: by strangers on their debugging interface, by what poses as one, and by pages."""

import re
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sessionbay import BrowserOption, Session
from sessionbay.engine.browser import devtools, operator, snapshot
from sessionbay.engine.browser.browser import Browser
from sessionbay.engine.browser.settings import BrowserSettings
from sessionbay.engine.port_forward import token_middleware

from ..engine.browser.page import Page
from ..engine.processes import ENOUGH
from .attack import add, attack
from .browser_options import BROWSER
from .defences_off import Off, guard_off, without
from .scene import Scene, as_other, output

DEVTOOLS = "browsers of others"
IMPOSTORS = "what poses as a browser"
PAGES = "hostile pages of a browser"
PORT = 9333
NOBODY = 65534
MANY = 100_000  # characters


def browsing(scene: Scene) -> Session:
    """Return a new session with a browser, which the attack may lose."""
    session = scene.session(image_id="browser_latest")
    session.browser.initialize().raise_for_error()
    return session


def shared(scene: Scene) -> Session:
    """Return a session with a browser, which each attack leaves as it was."""
    name = "attacked-browser"
    client = scene.client()
    found = client.list({"name": name}).session_ids
    session = (
        client.get(found[0]).session
        if found
        else client.create(image_id="browser_latest", labels={"name": name}).unwrap()
    )
    session.browser.initialize().raise_for_error()
    return session


# --- browsers of others


@attack(DEVTOOLS, "each session has its own network", without("--unshare-net"), needs=BROWSER)
def browser_of_another_session(scene: Scene) -> str | None:
    """Look for the debugging interface of another session's browser."""
    browsing(scene)
    return output(scene.session(), f"curl -s -m 20 http://127.0.0.1:{PORT}/json/version") or None


@attack(DEVTOOLS, "each session has its own network", without("--unshare-net"), needs=(*BROWSER, "root"))
def browser_of_another_user(scene: Scene) -> str | None:
    """Look for the debugging interface of a session's browser as another user of the machine."""
    session = browsing(scene)
    url = f"http://127.0.0.1:{scene.known(session).browser.running().port}/json/version"

    def read() -> str:
        with suppress(httpx.TransportError):
            return httpx.get(url, trust_env=False, timeout=ENOUGH).text[:50]
        return ""

    return as_other(NOBODY, read)


def link_of(scene: Scene) -> httpx.URL:
    """Return the link to the shared browser."""
    return httpx.URL(shared(scene).browser.get_endpoint_url())


def opened(url: httpx.URL, **headers: str) -> str | None:
    """Return what a WebSocket gives."""
    try:
        with connect(str(url), proxy=None, additional_headers=headers, open_timeout=ENOUGH, close_timeout=1):
            return "a connection"
    except InvalidStatus:
        return None


def changing(change: Callable[[httpx.URL], httpx.URL]) -> Callable[[Scene], str | None]:
    return lambda scene: opened(change(link_of(scene)))


TOKENS: dict[str, Callable[[httpx.URL], httpx.URL]] = {
    "without-its-token": lambda link: link.copy_with(path="/websocket_ai/"),
    "with-another-token": lambda link: link.copy_with(path="/websocket_ai/" + "A" * 43),
    "with-a-part-of-its-token": lambda link: link.copy_with(path=link.path[:-1]),
}


def any_beginning(scene: Scene) -> None:
    """Take every path for one that has the token."""
    scene.patch.setattr(token_middleware.TokenMiddleware, "_base", lambda self, path: path)


for _name, _change in TOKENS.items():
    add(
        f"browser-link-{_name}",
        DEVTOOLS,
        "each handshake has the whole token of its link",
        changing(_change),
        any_beginning,
        f"The link to a browser, {_name.replace('-', ' ')}.",
        needs=BROWSER,
    )


@attack(DEVTOOLS, "a handshake from a page of another site is refused", guard_off, needs=BROWSER)
def browser_link_from_another_site(scene: Scene) -> str | None:
    """A page of another site that has got hold of the link to a browser."""
    return opened(link_of(scene), origin="https://evil.example")


@attack(DEVTOOLS, "the Host of a request is that of the loopback", guard_off, needs=BROWSER)
def browser_link_under_another_name(scene: Scene) -> str | None:
    """A list of the pages of a browser, by a name that leads to the loopback."""
    link = link_of(scene)
    url = str(link.copy_with(scheme="http", path=f"{link.path}/json/list"))
    answer = scene.http("GET", url, headers={"host": f"evil.example:{link.port}"})
    return answer.text[:50] if answer.status_code < 400 else None


# --- what poses as a browser

IMPOSTOR = """
import base64, hashlib, json, socket, struct, sys, time
server = socket.create_server(("127.0.0.1", 9333))
print("Serving", flush=True)
OK = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n"

def describe(sock, url="ws://localhost:9333/devtools/browser/a"):
    body = json.dumps({"webSocketDebuggerUrl": url}).encode()
    sock.sendall(OK + b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)

def shake(sock, head):
    key = head.lower().partition(b"sec-websocket-key: ")[0]
    key = head[len(key) + 19:].split(b"\\r\\n")[0] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    sock.sendall(b"HTTP/1.1 101 X\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: "
                 + base64.b64encode(hashlib.sha1(key).digest()) + b"\\r\\n\\r\\n")

def say(sock, text):
    sock.sendall(b"\\x81\\x7f" + struct.pack(">Q", len(text)) + text)

def read(sock):
    head = b""
    while b"\\r\\n\\r\\n" not in head:
        part = sock.recv(65536)
        if not part:
            return head
        head += part
    print(head.partition(b"\\r\\n")[0].decode(), flush=True)
    return head

while True:
    sock, _ = server.accept()
    try:
        serve(sock, read(sock))
    except OSError:
        pass
    kept = globals().setdefault("kept", [])
    kept.append(sock)
"""
LISTED = '{"id": 1, "result": {"targetInfos": [%s]}}'
ANSWERING = """
def serve(sock, head):
    if b"/json/version" in head:
        return describe(sock)
    shake(sock, head)
    sock.recv(65536)
    say(sock, ANSWER.encode())
"""


def posing(scene: Scene, code: str) -> Session:
    """Return a session in which a program listens on the port of a browser, and is taken for one."""
    session = scene.session()
    session.file_system.write_file("impostor.py", code + IMPOSTOR).raise_for_error()
    start = "nohup python3 impostor.py >log 2>&1 & until grep -q Serving log; do kill -0 $! || exit 1; sleep 0.01; done"
    session.command.run(start).raise_for_error()
    known = scene.known(session)
    session.browser._option = BrowserOption()  # as if it had been started
    known.browser._browser = Browser(known.sandbox.agent, 1, PORT, BrowserSettings())
    return session


def limited_to(seconds: float) -> Off:
    """Let a command of a browser take so long."""
    return lambda scene: scene.patch.setattr(devtools, "CALL_TIMEOUT", seconds)


def patiently(scene: Scene) -> None:
    """Wait for the answers of a browser: long in a control, where they come."""
    scene.patch.setattr(devtools, "CALL_TIMEOUT", ENOUGH if scene.slack == 1 else 2.0)


def late(scene: Scene, calls: Callable[[], object]) -> str | None:
    """Return whether calls have waited for longer than a limit of one second allows."""
    if devtools.CALL_TIMEOUT == 30:
        scene.patch.setattr(devtools, "CALL_TIMEOUT", 1.0)
    begun = time.monotonic()
    calls()
    return "a call waited" if scene.is_late(begun, 4) else None


@attack(IMPOSTORS, "a command of a browser has a limit", limited_to(5))
def impostor_that_is_silent(scene: Scene) -> str | None:
    """What listens on the browser's port accepts connections, and says nothing."""
    page = posing(scene, "def serve(sock, head): pass").browser.operator
    return late(scene, page.tabs)


@attack(IMPOSTORS, "of the description of a browser, 64 KiB are read", lambda scene: endless(scene))
def impostor_with_an_endless_description(scene: Scene) -> str | None:
    """The description of a browser has no end."""
    if devtools.CALL_TIMEOUT == 30:
        scene.patch.setattr(devtools, "CALL_TIMEOUT", ENOUGH)
    code = """
def serve(sock, head):
    sock.sendall(OK + b"Content-Length: 9999999999\\r\\n\\r\\n")
    for _ in range(1000):
        sock.sendall(b" " * 1000)
        time.sleep(0.01)
"""
    reason = posing(scene, code).browser.operator.tabs().error_message
    return None if "too long" in reason else reason


def endless(scene: Scene) -> None:
    """Read all of a description."""
    scene.patch.setattr(devtools, "MAX_VERSION", 2**40)
    scene.patch.setattr(devtools, "CALL_TIMEOUT", 2.0)


@attack(
    IMPOSTORS,
    "the path of a browser's target is one of Chromium's",
    lambda scene: scene.patch.setattr(devtools, "BROWSER_PATH", re.compile("(?s).*")),
)
def impostor_with_a_path_of_its_own(scene: Scene) -> str | None:
    """The description of a browser leads to another service of the session, in the engine's name."""
    code = "def serve(sock, head): describe(sock, 'ws://localhost:9333/admin/delete')"
    scene.patch.setattr(devtools, "CALL_TIMEOUT", 2.0)
    session = posing(scene, code)
    session.browser.operator.tabs()
    return output(session, "grep /admin log") or None


@attack(
    IMPOSTORS,
    "a message has at most 24 MiB",
    lambda scene: scene.patch.setattr(devtools, "MAX_MESSAGE", 2**30),
)
def impostor_with_a_long_message(scene: Scene) -> str | None:
    """The answer to a command has 40 MB."""
    patiently(scene)
    code = f"ANSWER = {LISTED!r} % ' ' * 1 + ' ' * 40_000_000\n{ANSWERING}"
    listed = posing(scene, code).browser.operator.tabs()
    return "40 MB were read" if listed.success else None


@attack(
    IMPOSTORS,
    "an answer of too many values is none",
    lambda scene: scene.patch.setattr(devtools, "MAX_VALUES", 2**40),
)
def impostor_with_many_values(scene: Scene) -> str | None:
    """The answer to a command has two million values."""
    patiently(scene)
    code = f"ANSWER = {LISTED!r} % ('0,' * 2_000_000 + '0')\n{ANSWERING}"
    listed = posing(scene, code).browser.operator.tabs()
    return "two million values were parsed" if listed.success else None


@attack(IMPOSTORS, "of a browser's reasons, titles and URLs, a part is passed on", lambda scene: whole(scene))
def impostor_with_a_long_reason(scene: Scene) -> str | None:
    """The reason of a failure has a million characters."""
    code = f"""ANSWER = '{{"id": 1, "error": {{"message": "' + 'x' * 1_000_000 + '"}}}}'\n{ANSWERING}"""
    reason = posing(scene, code).browser.operator.tabs().error_message
    return f"{len(reason)} characters" if len(reason) > MANY else None


def whole(scene: Scene) -> None:
    """Pass on what a browser says as it is."""
    scene.patch.setattr(devtools, "MAX_REASON", 2**40)
    scene.patch.setattr(operator, "MAX_NAME", 2**40)
    scene.patch.setattr(operator, "WHERE", "({title: document.title, url: location.href})")


# --- pages


@attack(PAGES, "a command of a browser has a limit", limited_to(5), needs=BROWSER, slow=True)
def browser_that_is_frozen(scene: Scene) -> str | None:
    """A command stops all processes of its session's browser."""
    session = browsing(scene)
    output(session, "pkill -STOP chromium")
    return late(scene, session.browser.operator.snapshot)


@attack(PAGES, "a command of a browser has a limit", limited_to(5), needs=BROWSER)
def title_without_an_end(scene: Scene) -> str | None:
    """A page in which the title is computed in an endless loop."""
    page = browsing(scene).browser.operator
    code = "Object.defineProperty(document, 'title', {get() { for (;;); }})"
    return late(scene, lambda: page.navigate(f"data:text/html,<script>{code}</script>"))


@attack(PAGES, "of a browser's reasons, titles and URLs, a part is passed on", whole, needs=BROWSER, slow=True)
def title_of_a_page_of_ten_megabytes(scene: Scene) -> str | None:
    """A page has a title of 10 MB."""
    page = shared(scene).browser.operator
    went = page.navigate("data:text/html,<script>document.title = 'x'.repeat(1e7)</script>")
    title = page.snapshot().unwrap().title
    page.navigate("about:blank")
    longest = max(len(title), len(went.message or ""))
    return f"{longest} characters" if longest > MANY else None


@attack(
    PAGES,
    "a snapshot has at most 100,000 characters",
    lambda scene: scene.patch.setattr(snapshot, "MAX_TEXT", 2**40),
    needs=BROWSER,
    slow=True,
)
def page_of_many_words(scene: Scene) -> str | None:
    """A page has a text of a million characters, for a model that pays for each."""
    page = shared(scene).browser.operator
    page.navigate("data:text/html,<script>document.write(('<p>' + 'word '.repeat(20)).repeat(1e4))</script>")
    length = len(page.snapshot().unwrap().text)
    page.navigate("about:blank")
    return f"{length} characters" if length > MANY + 100 else None


REACH = """
Promise.any([
  fetch("http://127.0.0.1:%(port)d/", {mode: "no-cors"}).then(() => "fetched"),
  fetch("http://engine.localhost:%(port)d/", {mode: "no-cors"}).then(() => "fetched by a name"),
  fetch("http://[::ffff:127.0.0.1]:%(port)d/", {mode: "no-cors"}).then(() => "fetched by another address"),
  new Promise((yes, no) => {
    const image = new Image();
    image.onerror = no;
    image.onload = () => yes("a picture");
    image.src = "http://localhost:%(port)d/favicon.ico";
  }),
]).catch(() => "")
"""


@attack(PAGES, "each session has its own network", without("--unshare-net"), needs=BROWSER)
def page_that_reaches_the_engine(scene: Scene) -> str | None:
    """A page fetches the engine's port, by addresses and names of the loopback."""
    page = Page()
    scene.ending.callback(page.close)
    page.connect(browsing(scene).browser.get_endpoint_url())
    return page.evaluate(REACH % {"port": scene.port}) or None
