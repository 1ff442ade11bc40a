"""The screen: its size, and pictures of it."""

from __future__ import annotations

import hashlib
import io
import threading

from ..frame_socket import Failure
from .arguments import choice, number
from .display import Connection
from .png import png
from .quick_pictures import QuickPictures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Image: Any
try:
    from PIL import Image
except ImportError:
    Image = None

PNG_LEVEL = 1
MAX_PICTURE = 39 * 2**20  # bytes, that one frame takes
NO_PILLOW = "jpeg needs Pillow: pip install pillow; png works without it"
TOO_LARGE = "the picture is too large: take it as jpeg, or give the session a smaller screen"
DPI = 96  # of a desktop whose scale is 1


class Screen:
    """Reads the screen."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._quick = QuickPictures()

    def get_screen_size(self) -> dict[str, object]:
        """Return the size in pixels, and the scale of the desktop."""
        width, height = self._connection.size()
        return {"width": width, "height": height, "dpiScalingFactor": self.scale()}

    def scale(self) -> float:
        """Return the scale of the desktop, which the X resources say."""
        resources = self._connection.octets(self._connection.root, "RESOURCE_MANAGER").decode("latin-1")
        for line in resources.splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "Xft.dpi":
                try:
                    return round(float(value) / DPI, 4)
                except ValueError:
                    break
        return 1.0

    def set_scale(self, scale: float) -> None:
        """Set the scale of the desktop for programs that start from now on."""
        self._connection.set_text("RESOURCE_MANAGER", f"Xft.dpi:\t{round(scale * DPI)}\n")

    def screenshot(self, format: object = "png", quality: object = 80) -> bytes:
        """Return a picture of the screen."""
        kind = choice("format", "jpeg" if format == "jpg" else format, ("png", "jpeg"))
        if kind == "jpeg" and Image is None:
            raise Failure(NO_PILLOW)
        best = number("quality", quality, 1, 100)
        width, height = self._connection.size()
        pixels = self.pixels(0, 0, width, height)
        picture = encode(pixels, width, height, kind, best)
        if len(picture) > MAX_PICTURE:
            raise Failure(TOO_LARGE)
        return picture

    def fingerprint(self, x: int, y: int, width: int, height: int) -> bytes:
        """Return what differs when a rectangle looks different, as far as it lies on the screen."""
        across, down = self._connection.size()
        left, top = min(max(x, 0), across - 1), min(max(y, 0), down - 1)
        width, height = max(1, min(x + width, across) - left), max(1, min(y + height, down) - top)
        return hashlib.blake2b(self.pixels(left, top, width, height), digest_size=16).digest()

    def pixels(self, x: int, y: int, width: int, height: int) -> bytes:
        """Return the pixels of a part of the screen, which must lie on it, in 32 bits each."""
        with self._lock:
            picture = self._quick.take({"left": x, "top": y, "width": width, "height": height})
        return self._connection.image(x, y, width, height) if picture is None else picture


def encode(pixels: bytes, width: int, height: int, kind: str, quality: int) -> bytes:
    """Return a picture in a format; ``quality`` is that of JPEG."""
    if Image is None:
        return png(pixels, width, height, PNG_LEVEL)
    file = io.BytesIO()
    image = Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1)
    if kind == "jpeg":
        image.save(file, "JPEG", quality=quality)
    else:
        image.save(file, "PNG", compress_level=PNG_LEVEL)
    return file.getvalue()
