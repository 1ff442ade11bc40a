"""The tools that read the screen, and the checks of their arguments and answers."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import Field

from ..core.errors import ScreenError
from ..core.image import image_format, image_size
from ..core.tool import NoArgs, Tool, parse_done
from ..core.wire_model import Wire, parse_json
from ..models.screen import BoolResult, ScreenshotResult, ScreenshotUrlResult, ScreenSize, ScreenSizeResult

Q = TypeVar("Q", bound=Wire)

UI_SERVER = "wuying_ui"
CAPTURE_SERVER = "wuying_capture"
FORMATS = ("png", "jpeg")
MAX_SCREENSHOT_SIZE = 64 * 2**20  # bytes

NonEmpty = Annotated[str, Field(strict=True, min_length=1)]
Pixels = Annotated[int, Field(strict=True)]


class FormatArgs(Wire):
    format: str = "png"


class SizeAnswer(Wire):
    width: int
    height: int
    dpi_scaling_factor: float = 1.0


class ScreenshotAnswer(Wire):
    """``data`` is base64."""

    type: NonEmpty
    mime_type: NonEmpty
    data: Annotated[NonEmpty, Field(repr=False)]
    width: Pixels | None = None
    height: Pixels | None = None


def picture_format(value: object) -> str:
    """Return the format of a picture by the tools' name for it: ``jpg`` is ``jpeg``."""
    name = value.strip().lower() if isinstance(value, str) else ""
    name = "jpeg" if name == "jpg" else name
    if name not in FORMATS:
        raise ScreenError.usage(f"format must be 'png', 'jpeg' or 'jpg', not {value!r}")
    return name


def parse_size(text: str) -> Mapping[str, Any]:
    """Parse the size of the screen, a JSON object."""
    size = parse_json(SizeAnswer, text)
    return {"data": ScreenSize(size.width, size.height, size.dpi_scaling_factor)}


def parse_url(text: str) -> Mapping[str, Any]:
    """Return the URL of a picture."""
    if not text.strip().lower().startswith(("https://", "http://")):
        raise ValueError("there is no URL of a picture")
    return {"data": text.strip()}


def parse_screenshot(format: str, text: str) -> Mapping[str, Any]:
    """Parse a picture of the given format: a JSON object with the picture in base64."""
    answer = parse_json(ScreenshotAnswer, text)
    if answer.mime_type != f"image/{format}":
        raise ValueError(f"expected image/{format}, not {answer.mime_type!r}")
    picture = parse_picture(b64decode(answer.data, validate=True))
    if picture["mime_type"] != answer.mime_type:
        raise ValueError(f"the content is not {format}")
    width, height = answer.width, answer.height
    given = {"type": answer.type, "width": width or picture["width"], "height": height or picture["height"]}
    return {**picture, **given}


def parse_picture(content: bytes) -> Mapping[str, Any]:
    """Return the fields of a screenshot's result for a picture. Raise ValueError for other content."""
    if not (format := image_format(content)):
        raise ValueError("the content is neither png nor jpeg")
    width, height = image_size(content)
    return {"data": content, "type": "image", "mime_type": f"image/{format}", "width": width, "height": height}


def action_tool(name: str, about: str, args: type[Q]) -> Tool[Q, BoolResult]:
    """Return a tool that acts on the screen."""
    return Tool(name=name, server=UI_SERVER, about=about, args=args, result=BoolResult, read=parse_done)


def picture_tool(tool: Tool[Q, ScreenshotResult], format: str) -> Tool[Q, ScreenshotResult]:
    """Return a tool whose picture must have this format."""
    return replace(tool, read=partial(parse_screenshot, format))


GET_SIZE = Tool(
    name="get_screen_size",
    server=UI_SERVER,
    about="Return the size of the screen, and the scale of the desktop.",
    args=NoArgs,
    result=ScreenSizeResult,
    read=parse_size,
)
SCREENSHOT_URL = Tool(
    name="system_screenshot",
    server="mcp-server",
    about="Take a screenshot, and return its URL.",
    args=NoArgs,
    result=ScreenshotUrlResult,
    read=parse_url,
)
SCREENSHOT = Tool(
    name="screenshot",
    server=CAPTURE_SERVER,
    about="Take a screenshot, and return it in base64.",
    args=FormatArgs,
    result=ScreenshotResult,
    read=partial(parse_screenshot, "png"),
)
