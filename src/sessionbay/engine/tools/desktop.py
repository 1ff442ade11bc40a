"""The tools of the desktop, whose work the service inside the session does."""

import json
from base64 import b64encode
from collections import deque
from functools import partial
from typing import Any, cast

from ...core.image import image_size
from ...core.tool import Tool
from ...models.applications import AppOperationResult
from ...models.screen import BoolResult
from ...operations import screen
from ...operations.registry import DESKTOP_TOOLS
from ..api_errors import execution_failed
from ..contexts.threads import run_in_threads
from ..desktop.requirements import NO_JPEG, PILLOW, has_package
from ..images import WITH_DESKTOP, kind_of
from ..session import EngineSession
from ..turns import take_turn
from . import DONE

PART = 48 * 1024  # bytes of a picture that are encoded at once, a multiple of three
NAMES = frozenset(tool.name for tool in DESKTOP_TOOLS)


def require_image(session: EngineSession) -> None:
    """Raise ToolFailure for an image without a desktop."""
    if kind_of(session.image) not in WITH_DESKTOP:
        message = f"Sessions of the image {session.image} have no desktop: use linux_latest or a computer image."
        raise execution_failed(message, "ToolNotSupportedLocally", rpc_code=-32601)


async def call(tool: Tool[Any, Any], session: EngineSession, args: Any) -> str | list[str]:
    """Call a tool of the desktop, which the first call starts."""
    require_image(session)
    if tool is screen.SCREENSHOT:
        return await _screenshot(session, args)
    if tool is screen.SCREENSHOT_URL:
        return await _screenshot_url(session)
    value = await session.desktop.request(tool.name, **args.dump())
    return DONE if issubclass(tool.result, (BoolResult, AppOperationResult)) else json.dumps(value)


async def _screenshot(session: EngineSession, args: screen.FormatArgs) -> list[str]:
    """Return a JSON object with a picture, in parts."""
    spec = session.sandbox.spec
    kind = args.format.strip().lower()
    if kind in ("jpeg", "jpg") and not await run_in_threads(partial(has_package, PILLOW, spec.python, spec.uid)):
        raise execution_failed(NO_JPEG, "DependencyMissing")
    pieces = await _picture(session, kind)
    content = b"".join(pieces)
    width, height = image_size(content)
    mime_type = "image/png" if kind == "png" else "image/jpeg"
    head = json.dumps({"type": "image", "mime_type": mime_type, "width": width, "height": height, "data": ""})
    parts = [head[:-2]]
    for start in range(0, len(content), PART):
        parts.append(b64encode(content[start : start + PART]).decode())
        await take_turn()
    return [*parts, head[-2:]]


async def _screenshot_url(session: EngineSession) -> str:
    """Return the address of a picture."""
    pieces = await _picture(session, "png")
    return session.sign(await run_in_threads(partial(session.pictures.add, pieces)))


async def _picture(session: EngineSession, kind: str) -> deque[bytes]:
    """Take a picture, in pieces."""
    pieces = await session.desktop.request(screen.SCREENSHOT.name, format=kind)
    if not isinstance(pieces, deque):
        raise execution_failed("The desktop returned no picture.", "DesktopEnded")
    return cast("deque[bytes]", pieces)
