"""Results of the tools of a screen."""

import os
from base64 import b64encode
from collections.abc import Collection
from dataclasses import field
from enum import StrEnum
from pathlib import Path

from ..core.errors import ScreenError
from ..core.public import public
from ..core.result import Delegated, MappingResult, Result
from ..core.value import Record


@public
class ScreenshotMode(StrEnum):
    """The official clients' modes of a screenshot. No tool takes one."""

    NORMAL = "normal"


@public
class ScreenSize(Record):
    """The size of a screen.

    Attributes:
        width: The width in pixels.
        height: The height in pixels.
        dpi_scaling_factor: The scale of the desktop: 1.0 is 100 %. Also the key ``dpiScalingFactor``.
    """

    width: int
    height: int
    dpi_scaling_factor: float = 1.0


@public
class BoolResult(Result[bool], error=ScreenError):
    """The result of an action on a screen. ``data`` is True on success, None on failure."""


@public
class ScreenSizeResult(MappingResult[ScreenSize, float], error=ScreenError):
    """The result of ``get_screen_size``. The fields of ``data`` are also keys and attributes of the result."""

    width = Delegated[int]()
    height = Delegated[int]()
    dpi_scaling_factor = Delegated[float]()


@public
class ScreenshotUrlResult(Result[str], error=ScreenError):
    """The result of ``screenshot``. ``data``, and the text of the result, is the URL of the picture.

    The URL grants access to the picture by itself, so the repr omits it.
    """

    data: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The URL."""
        return self.unwrap()

    def __str__(self) -> str:
        return self.unwrap()


@public
class ScreenshotResult(Result[bytes], error=ScreenError):
    """A screenshot. ``data`` is the picture; a notebook shows it.

    Attributes:
        type: The kind of content: ``image``.
        mime_type: ``image/png`` or ``image/jpeg``.
        width: The width in pixels; None if neither the service nor the picture has it.
        height: The height in pixels, or None.

    Example:
        ```python
        shot = ScreenshotResult(success=True, data=b"...", mime_type="image/png", width=800, height=600)
        print(shot.format, shot.width, len(shot.data))
        ```
    """

    data: bytes | None = field(default=None, repr=False)
    type: str = ""
    mime_type: str = ""
    width: int | None = None
    height: int | None = None

    @property
    def format(self) -> str:
        """``png`` or ``jpeg``."""
        return self.raise_for_error().mime_type.removeprefix("image/")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file of this machine, which is replaced, and return its path.

        Raises ScreenError if there is no picture. ``~`` is the home folder of the user.
        """
        content, target = self.unwrap(), Path(path).expanduser()
        target.write_bytes(content)
        return target

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Return what a notebook shows: the picture in base64, and the repr as plain text."""
        picture = {self.mime_type: b64encode(self.data).decode()} if self.data else {}
        return {"text/plain": repr(self), **picture}
