"""The relay of a session's screen to a viewer, by a WebSocket.

With x11vnc on this machine, the messages are the bytes of VNC's protocol (RFB), as noVNC speaks it. Without, each is a
picture, and the viewer can only look.
"""

import asyncio
import socket

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from ...operations.screen import SCREENSHOT
from ..agent.connection import AgentFailure, AgentGone
from ..api_errors import ApiError, ToolFailure
from ..contexts.threads import run_in_threads
from ..images import X11VNC
from ..race import run_until_first_end
from ..session import EngineSession
from ..tools.desktop import require_image
from .requirements import NO_VIEWER

MAX_VIEWERS = 8  # of one session at once
PICTURE_INTERVAL = 0.5  # seconds
READ_SIZE = 2**16  # bytes
RFB, GOING_AWAY = "binary", 1001


async def relay_screen(session: EngineSession, websocket: WebSocket, *, control: bool) -> None:
    """Show the screen until the viewer or the desktop ends; the viewer may only look unless ``control``."""
    try:
        require_image(session)
        if session.viewers >= MAX_VIEWERS:
            raise ToolFailure(f"The session has {MAX_VIEWERS} viewers already.", "TooManyRequests")
        has_vnc = await run_in_threads(X11VNC.find) is not None
        if control and not has_vnc:
            raise ToolFailure(NO_VIEWER, "DependencyMissing")
        session.viewers += 1
        try:
            await (_relay_vnc(session, websocket, control) if has_vnc else _send_pictures(session, websocket))
        finally:
            session.viewers -= 1
    except WebSocketDisconnect:
        pass
    except (ToolFailure, ApiError, AgentFailure, AgentGone) as exc:
        await _refuse(websocket, exc.text if isinstance(exc, ToolFailure) else str(exc))


async def _relay_vnc(session: EngineSession, websocket: WebSocket, control: bool) -> None:
    viewer = await session.desktop.view(control=control)
    viewer.setblocking(False)
    try:
        offered = websocket.scope["subprotocols"]
        await websocket.accept(RFB if RFB in offered else None)
        await run_until_first_end(_to_viewer(viewer, websocket), _to_screen(websocket, viewer))
    finally:
        viewer.close()
    await _close(websocket)


async def _to_viewer(viewer: socket.socket, websocket: WebSocket) -> None:
    while data := await asyncio.get_running_loop().sock_recv(viewer, READ_SIZE):
        await websocket.send_bytes(data)


async def _to_screen(websocket: WebSocket, viewer: socket.socket) -> None:
    while True:
        data = await websocket.receive_bytes()
        await asyncio.get_running_loop().sock_sendall(viewer, data)


async def _send_pictures(session: EngineSession, websocket: WebSocket) -> None:
    await session.desktop.request("ping")  # a refusal comes before the handshake
    await websocket.accept()
    await run_until_first_end(_pictures(session, websocket), _until_closed(websocket))
    await _close(websocket)


async def _pictures(session: EngineSession, websocket: WebSocket) -> None:
    """Send a picture whenever the screen has changed."""
    last = b""
    while True:
        picture = await _picture(session)
        if picture != last:
            await websocket.send_bytes(picture)
            last = picture
        await asyncio.sleep(PICTURE_INTERVAL)


async def _picture(session: EngineSession) -> bytes:
    """Return a JPEG, or a PNG where Pillow is missing."""
    try:
        return b"".join(await session.desktop.request(SCREENSHOT.name, format="jpeg"))
    except AgentFailure:
        return b"".join(await session.desktop.request(SCREENSHOT.name, format="png"))


async def _until_closed(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] == "websocket.receive":
        pass


async def _refuse(websocket: WebSocket, reason: str) -> None:
    """Refuse the handshake, or close the connection after it, with the reason."""
    if websocket.application_state.name == "CONNECTING":
        await PlainTextResponse(reason, 409)(websocket.scope, websocket.receive, websocket.send)
    else:
        await _close(websocket, reason)


async def _close(websocket: WebSocket, reason: str = "the screen has ended") -> None:
    if websocket.application_state.name == "CONNECTED" and websocket.client_state.name == "CONNECTED":
        await websocket.close(GOING_AWAY, reason.encode()[:120].decode(errors="ignore"))
