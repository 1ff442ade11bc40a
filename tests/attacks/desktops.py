"""Attacks on desktops: by strangers on the screens of others, and by programs on those who look at a screen."""

import json
import os
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from sessionbay import Session
from sessionbay.engine.api_errors import ApiError
from sessionbay.engine.contexts import signing
from sessionbay.engine.desktop import session_desktop, settings
from sessionbay.engine.desktop.pictures import Pictures
from sessionbay.engine.desktop.session_desktop import SessionDesktop

from ..engine.conftest import Raw
from .attack import add, attack
from .contexts import Clock, unsigned
from .defences_off import Off, agent_with, both, without
from .scene import Scene, as_other, got, output, python

SCREENS = "screens of others"
PICTURES = "addresses of pictures"
PROGRAMS = "hostile programs on a screen"
DESKTOP = ("namespaces", "desktop")
NOBODY = 65534
MIB = 2**20
CONNECT = b"l\0" + struct.pack("<HHHHH", 11, 0, 0, 0, 0)  # the first bytes of a client of X that has no cookie
IMAGE = "linux_latest"
X_SERVER, SERVICE = "^[^ ]*Xvfb", "inside.desktop.servic[e]"  # their processes, for pkill

SCREEN = """
import os, sys, time
sys.path.append("/run/sessionbay/packages")
from Xlib import X, Xatom, display
d = display.Display()
root = d.screen().root
NAME, UTF8 = d.intern_atom("_NET_WM_NAME"), d.intern_atom("UTF8_STRING")

def window(title):
    made = root.create_window(50, 50, 300, 200, 0, d.screen().root_depth)
    made.change_property(NAME, UTF8, 8, title.encode())
    return made

def ready():
    d.sync()
    open("ready", "w").close()
    time.sleep(600)
"""


def x_server_with(change: str) -> Off:
    """Start X with other arguments; ``change`` is the expression for them."""
    return agent_with(
        "from inside import x_desktop\n"
        "real = x_desktop.XDesktop._spawn\n"
        "def spawn(self, running, name, argv, *a, **k):\n"
        f"    return real(self, running, name, ({change}) if name == 'Xvfb' else argv, *a, **k)\n"
        "x_desktop.XDesktop._spawn = spawn"
    )


def service_with(code: str) -> Off:
    """Run ``code`` in the desktop service before it begins."""
    main = "from inside.desktop.service import main"
    escaped = f"exec({code!r})".replace("{", "{{").replace("}", "}}")
    return agent_with(
        "from inside import x_desktop\n"
        f"x_desktop.START_SERVICE = x_desktop.START_SERVICE.replace({main!r}, {f'{main}; {escaped}'!r})"
    )


def limited_to(seconds: float) -> Off:
    """Let a call of a desktop take so long."""
    return lambda scene: scene.patch.setattr(session_desktop, "CALL_TIMEOUT", seconds)


def shown(scene: Scene) -> Session:
    """Return a new session with a desktop, which the attack may lose."""
    session = scene.client().create(image_id=IMAGE).unwrap()
    scene.ending.callback(session.delete)
    session.computer.get_screen_size().raise_for_error()
    return session


def on_screen(session: Session, code: str) -> None:
    """Run a program on the desktop of a session until the end, and wait until it is ready."""
    session.file_system.write_file("attack.py", SCREEN + code).raise_for_error()
    started = "nohup python3 attack.py >log 2>&1 & until [ -e ready ] || ! kill -0 $!; do sleep 0.02; done; rm ready"
    begun = session.command.run(started)
    assert begun.success, output(session, "cat log")


def x_socket(scene: Scene, session: Session) -> Path:
    """Return the path on the host of the socket of a session's X server."""
    (found,) = (scene.home(session).parents[1] / "tmp" / ".X11-unix").glob("X*")
    return found


def named(session: Session) -> list[int]:
    """Return the X servers of a session."""
    return [int(word) for word in output(session, f"pgrep -f '{X_SERVER}'").split()]


# --- screens of others

REACH = """
import socket
places = [(socket.AF_UNIX, f"{kind}/tmp/.X11-unix/X{number}") for kind in ("\\0", "") for number in range(40)]
places += [(socket.AF_INET, ("127.0.0.1", 6000 + number)) for number in range(40)]
for family, place in places:
    with socket.socket(family) as sock:
        sock.settimeout(10)
        try:
            sock.connect(place)
        except OSError:
            continue
        print("got:", repr(place))
"""
ABSTRACT = x_server_with("[word for word in argv if word not in ('-nolisten', 'local', 'tcp')]")


@attack(
    SCREENS,
    "X listens on a file of its session only, and each session has its own network and its own /tmp",
    both(ABSTRACT, without("--unshare-net")),
    needs=DESKTOP,
)
def screen_of_another_session(scene: Scene) -> str | None:
    """Look for an X server by all of its addresses, from a session that has none, beside one that has."""
    shown(scene)
    return got(python(scene.session(), REACH))


def folders_open(scene: Scene) -> None:
    """Let everyone into the folder of a session."""
    scene.marks.add("folders open")


@attack(SCREENS, "nobody but the engine's user enters the folder of a session", folders_open, needs=(*DESKTOP, "root"))
def screen_from_another_user(scene: Scene) -> str | None:
    """Connect to the screen of a session as another user of the machine."""
    path = x_socket(scene, shown(scene))
    if "folders open" in scene.marks:
        for folder in [*path.parents][: -len(Path("/tmp").parents) - 1]:
            with suppress(PermissionError):
                folder.chmod(folder.stat().st_mode | 0o755)

    def connect() -> str:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(path))
            return "a connection"

    return as_other(NOBODY, connect)


@attack(SCREENS, "X demands a cookie", x_server_with("[*argv, '-ac']"), needs=DESKTOP)
def screen_without_the_cookie(scene: Scene) -> str | None:
    """Get as far as the socket of a screen, and connect without its cookie."""
    path = x_socket(scene, shown(scene))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(60)
        sock.connect(str(path))
        sock.sendall(CONNECT)
        return "a screen" if sock.recv(1) == b"\1" else None


@attack(
    SCREENS,
    "X does not listen on TCP",
    x_server_with("[*(word for word in argv if word not in ('-nolisten', 'local', 'tcp')), '-listen', 'tcp']"),
    needs=DESKTOP,
)
def screen_over_tcp(scene: Scene) -> str | None:
    """Look for a port of X in a session, from where a link could lead to it."""
    return got(python(shown(scene), REACH.replace("places = ", "places = [] and ")))


# --- programs


@attack(
    PROGRAMS,
    "X serves the desktop's service also while a program has grabbed it",
    both(
        service_with("from Xlib.ext import xtest\nxtest.grab_control = lambda *_: None"),
        limited_to(3),
    ),
    needs=DESKTOP,
    slow=True,
)
def screen_that_is_grabbed(scene: Scene) -> str | None:
    """Grab the server, the keyboard and the pointer, and never let go."""
    session = shown(scene)
    on_screen(
        session,
        "mine = window('grab'); mine.map(); d.sync(); time.sleep(0.2)\n"
        "mine.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)\n"
        "mine.grab_pointer(False, 0, X.GrabModeAsync, X.GrabModeAsync, 0, 0, X.CurrentTime)\n"
        "d.grab_server(); ready()",
    )
    computer = session.computer
    looks = (computer.get_cursor_position, computer.list_root_windows)
    for result in (computer.move_mouse(9, 9), *(look() for look in looks)):
        if not result.success:
            return result.error_message
    return None


@attack(
    PROGRAMS,
    "of a property of a window, 64 KiB are read",
    service_with("from inside.desktop import display\ndisplay.MAX_PROPERTY = 2**30"),
    needs=DESKTOP,
)
def title_of_ten_megabytes(scene: Scene) -> str | None:
    """A window with a title of 10 MB, of which parts are no text."""
    session = shown(scene)
    on_screen(
        session,
        "mine = window('')\n"
        "part = b'\\xff\\0\\x1b[2J' + b'x' * 200_000\n"
        "for _ in range(50): mine.change_property(NAME, UTF8, 8, part, X.PropModeAppend)\n"
        "mine.map(); ready()",
    )
    lengths: list[int] = []  # of titles, once the window is there

    def listed() -> bool:
        lengths[:] = (len(window.title) for window in session.computer.list_root_windows().raise_for_error().windows)
        return bool(lengths)

    assert scene.eventually(listed, 60)
    longest = max(lengths)
    return f"{longest} characters of a title" if longest > 2**17 else None


@attack(
    PROGRAMS,
    "the X server says whose a window is, and what belongs to the desktop is not stopped",
    service_with(
        "from inside.desktop import display, processes\n"
        "def pid(self, window_id): return (self.numbers(self.window(window_id), '_NET_WM_PID') or [0])[0]\n"
        "display.Connection.pid = pid\n"
        "processes.Processes._protected = lambda self: set()"
    ),
    needs=DESKTOP,
)
def window_that_lies_about_its_process(scene: Scene) -> str | None:
    """A window that says that it is of the X server, for a caller who stops all applications that are visible."""
    session = shown(scene)
    (server,) = named(session)
    on_screen(
        session,
        "mine = window('liar')\n"
        f"mine.change_property(d.intern_atom('_NET_WM_PID'), Xatom.CARDINAL, 32, [{server}]); mine.map(); ready()",
    )
    for process in session.computer.list_visible_apps().unwrap():
        session.computer.stop_app_by_pid(process.pid)
    session.computer.stop_app_by_pname("Xvfb")
    return None if named(session) == [server] else "X was stopped"


@attack(
    PROGRAMS,
    "files are opened without waiting, and read only if they are regular",
    both(
        service_with("import os\nfrom inside.desktop import desktop_files\ndesktop_files._open = os.open"),
        limited_to(2),
    ),
    needs=DESKTOP,
)
def application_that_is_a_pipe(scene: Scene) -> str | None:
    """Put pipes and endless files where the descriptions of applications are."""
    session = shown(scene)
    folder = ".local/share/applications"
    output(session, f"mkdir -p {folder}; cd {folder}; mkfifo a.desktop; ln -s /dev/zero b.desktop; ln -s . c")
    return session.computer.get_installed_apps().error_message or None


def stays_lost(scene: Scene) -> None:
    """Keep a desktop that has ended."""
    real = SessionDesktop._connect

    async def connect(self: SessionDesktop) -> Any:
        return self._service or await real(self)

    scene.patch.setattr(SessionDesktop, "_connect", connect)


def killing(name: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        session = shown(scene)
        gone = "while kill -0 $x 2>/dev/null; do sleep 0.02; done"
        output(session, f"x=$(pgrep -f '{X_SERVER}'); pkill -KILL -f '{name}'; {gone}")
        works = scene.eventually(lambda: session.computer.get_cursor_position().success, 1)
        return None if works else "there is no desktop any more"

    return attempt


for _what, _name in {"x": X_SERVER, "manager": "^[^ ]*openbox", "service": SERVICE}.items():
    add(
        f"{_what}-that-is-killed",
        PROGRAMS,
        "a desktop of which a part has ended is started anew by the next call",
        killing(_name),
        stays_lost,
        f"A command kills a part of its session's desktop: {_what.replace('x', 'X')}.",
        needs=DESKTOP,
    )


def frozen(name: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        with scene.patch.context() as patch:
            if session_desktop.CALL_TIMEOUT == 60:
                patch.setattr(session_desktop, "CALL_TIMEOUT", 1.0)
            session = shown(scene)
            output(session, f"pkill -STOP -f '{name}'")
            begun = time.monotonic()
            session.computer.get_cursor_position()
        patch.undo()
        return (
            "a call waited"
            if scene.is_late(begun, 2.5)
            else session.computer.get_cursor_position().error_message or None
        )

    return attempt


for _what, _name in {"x": X_SERVER, "service": SERVICE}.items():
    add(
        f"{_what}-that-is-frozen",
        PROGRAMS,
        "a call of a desktop has a limit, at which the desktop is ended",
        frozen(_name),
        limited_to(4),
        f"A command stops a part of its session's desktop: {_what.replace('x', 'X')}.",
        needs=DESKTOP,
        slow=_what == "x",
    )


def any_size(scene: Scene) -> None:
    """Take any size of a screen."""
    scene.patch.setattr(settings, "MAX_SIDE", 99_999)
    scene.patch.setattr(settings, "MAX_PIXELS", 2**40)


@attack(PROGRAMS, "the size of a screen is bounded", any_size)
def screen_of_gigabytes(scene: Scene) -> str | None:
    """Set a screen whose pictures would have 3.4 GB."""
    try:
        return settings.Desktop(size="29999x29999").size
    except ValueError:
        return None


# --- addresses of pictures


def picture_of(scene: Scene, session: Session) -> httpx.URL:
    """Return the address of a picture of a session's screen."""
    more = {"SessionId": session.session_id, "Name": "system_screenshot", "Args": "{}", "AutoGenSession": "False"}
    answer = Raw(scene.engine).agentbay("CallMcpTool", **more).json()
    data = answer["Data"] if isinstance(answer["Data"], dict) else json.loads(answer["Data"])
    return httpx.URL(data["content"][0]["text"])


def fetched(scene: Scene, url: httpx.URL) -> str | None:
    """Return what an address gives."""
    answer = scene.http("GET", str(url))
    return f"{len(answer.content)} bytes" if answer.status_code < 400 else None


@attack(PICTURES, "a signature over session, name and end, by a key of this engine's alone", unsigned, needs=DESKTOP)
def picture_of_another_session(scene: Scene) -> str | None:
    """The path of a picture of another session, with the signature of one's own."""
    theirs, own = (picture_of(scene, shown(scene)) for _ in range(2))
    return fetched(scene, own.copy_with(path=theirs.path))


@attack(
    PICTURES,
    "an address ends after an hour",
    lambda scene: scene.patch.setattr(signing, "LIFETIME", 10 * 365 * 86400),
    needs=DESKTOP,
)
def picture_of_yesterday(scene: Scene) -> str | None:
    """The address of a picture that was taken a day ago."""
    url = picture_of(scene, shown(scene))
    scene.patch.setattr(signing, "time", Clock(time.time() + 86400))
    return fetched(scene, url)


def kept_after_deletion(scene: Scene) -> None:
    """Keep the pictures of a session, and find the session, after its end."""
    registry = type(scene.engine._engine.sessions)
    kept = dict[str, Any]()
    real = registry.get

    def get(self: Any, session_id: str) -> Any:
        with suppress(ApiError):
            kept[session_id] = real(self, session_id)
        return kept[session_id]

    scene.patch.setattr(registry, "get", get)
    scene.patch.setattr(Pictures, "open", lambda *_: os.open("/dev/null", os.O_RDONLY))


@attack(PICTURES, "the pictures of a session end with it", kept_after_deletion, needs=DESKTOP)
def picture_after_deletion(scene: Scene) -> str | None:
    """The address of a picture of a session that is gone."""
    session = shown(scene)
    url = picture_of(scene, session)
    session.delete().raise_for_error()
    return fetched(scene, url)
