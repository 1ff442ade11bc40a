"""Viewers of a session's screen: VNC where x11vnc is installed, pictures else."""

import struct
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from sessionbay import Session
from sessionbay.core.image import image_format, image_size
from sessionbay.engine import LocalEngine, images

from ..conftest import client_of
from ..processes import ENOUGH, eventually
from .needs import needs_desktop

pytestmark = needs_desktop
needs_vnc = pytest.mark.skipif(images.X11VNC.find() is None, reason=images.X11VNC.install)


@pytest.fixture(scope="module")
def session(namespaces_engine: LocalEngine) -> Iterator[Session]:
    with client_of(namespaces_engine) as bay, bay.session() as made:
        yield made


def view(engine: LocalEngine, session: Session, options: str = "", token: str | None = None) -> ClientConnection:
    """Connect a viewer to the screen of a session."""
    token = session.token if token is None else token
    address = f"{engine.endpoint.replace('http', 'ws', 1)}/screen/{session.session_id}?token={token}{options}"
    return connect(address, proxy=None, open_timeout=ENOUGH, subprotocols=["binary"])  # type: ignore[list-item]


def shake_hands(viewer: ClientConnection) -> bytes:
    """Open a VNC connection without a password; return the server's first message."""
    assert viewer.recv(ENOUGH) == b"RFB 003.008\n"
    viewer.send(b"RFB 003.008\n")
    assert viewer.recv(ENOUGH) == b"\x01\x01"  # no password: the token was one
    viewer.send(b"\x01")
    assert viewer.recv(ENOUGH) == b"\0\0\0\0"
    viewer.send(b"\x01")
    return bytes(viewer.recv(ENOUGH))  # type: ignore[arg-type]


@needs_vnc
@pytest.mark.parametrize("control", [False, True])
def test_a_viewer_sees_the_screen_and_moves_the_mouse_only_with_control(
    namespaces_engine: LocalEngine, session: Session, control: bool
) -> None:
    assert session.computer.move_mouse(1, 2)
    with view(namespaces_engine, session, "&control=1" if control else "") as viewer:
        assert struct.unpack(">HH", shake_hands(viewer)[:4]) == (1280, 800)
        viewer.send(struct.pack(">BBHH", 5, 0, 77, 88))
        viewer.send(struct.pack(">BBHHHH", 3, 0, 0, 0, 8, 8))  # what is answered comes after the mouse
        assert bytes(viewer.recv(ENOUGH))[:1] == b"\0"  # type: ignore[arg-type]
        wanted = (77, 88) if control else (1, 2)
        assert eventually(lambda: place_of(session) == wanted)


def place_of(session: Session) -> tuple[int, int]:
    place = session.computer.get_cursor_position().unwrap()
    return place.x, place.y


@needs_vnc
def test_a_viewer_that_leaves_leaves_no_server_behind(namespaces_engine: LocalEngine, session: Session) -> None:
    with view(namespaces_engine, session) as viewer:
        shake_hands(viewer)
        assert session.command.run("pgrep -x x11vnc").output
    assert eventually(lambda: not session.command.run("pgrep -x x11vnc").output)


def test_without_a_vnc_server_a_viewer_gets_pictures_and_no_control(
    namespaces_engine: LocalEngine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session.computer.get_screen_size()
    find = images.Runtime.find
    monkeypatch.setattr(images.Runtime, "find", lambda self: None if self.name == "x11vnc" else find(self))
    with view(namespaces_engine, session) as viewer:
        picture = bytes(viewer.recv(ENOUGH))  # type: ignore[arg-type]
        assert (image_format(picture), image_size(picture)) == ("jpeg", (1280, 800))
    with pytest.raises(InvalidStatus) as refused, view(namespaces_engine, session, "&control=1"):
        pass
    assert b"apt-get install x11vnc" in refused.value.response.body


def test_the_screen_needs_the_token_of_its_session(namespaces_engine: LocalEngine, session: Session) -> None:
    for token in ("", "x", namespaces_engine.api_key.reveal()):
        with pytest.raises(InvalidStatus) as refused, view(namespaces_engine, session, token=token):
            pass
        assert refused.value.response.status_code == 401


def test_an_image_without_a_desktop_has_no_screen(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay, bay.session(image_id="code_latest") as session:
        with pytest.raises(InvalidStatus) as refused, view(namespaces_engine, session):
            pass
        assert b"have no desktop" in refused.value.response.body


def test_the_end_of_a_session_ends_its_viewers(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay:
        session = bay.create(image_id="linux_latest").unwrap()
        with view(namespaces_engine, session) as viewer:
            viewer.recv(ENOUGH)
            session.delete()
            with pytest.raises(ConnectionClosed):
                while True:
                    viewer.recv(ENOUGH)
