"""The settings of the sessions' desktops."""

import re
from dataclasses import dataclass

from ...core.errors import AgentBayError

SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
MIN_SIDE, MAX_SIDE = 320, 4096  # pixels
MAX_PIXELS = 3840 * 2400  # whose picture still fits in a response, whatever it shows
MAX_SCALE = 4.0


@dataclass(frozen=True, kw_only=True)
class Desktop:
    """The screen of a session's desktop.

    Attributes:
        size: Its width and height in pixels, such as ``1280x800``.
        scale: How much larger than at 96 dpi programs are to draw, 1 to 4.
    """

    size: str = "1280x800"
    scale: float = 1.0

    def __post_init__(self) -> None:
        found = SIZE.fullmatch(self.size)
        sides = [int(side) for side in found.groups()] if found else [0]
        if not all(MIN_SIDE <= side <= MAX_SIDE for side in sides) or sides[0] * sides[-1] > MAX_PIXELS:
            raise AgentBayError.usage(
                f"size must be the width and height of a screen such as '1280x800', each {MIN_SIDE} to {MAX_SIDE}, and"
                f" {MAX_PIXELS} pixels at most, not {self.size!r}"
            )
        if type(self.scale) not in (int, float) or not 1 <= self.scale <= MAX_SCALE:
            raise AgentBayError.usage(f"scale must be a number from 1 to {MAX_SCALE:g}, not {self.scale!r}")

    @classmethod
    def parse(cls, text: str) -> "Desktop":
        """Parse a size with an optional scale: ``1280x800`` or ``2560x1600@2``."""
        size, _, scale = text.strip().partition("@")
        try:
            factor = float(scale or 1)
        except ValueError as exc:
            raise AgentBayError.usage(f"a desktop must be given as 1280x800 or 2560x1600@2, not {text!r}") from exc
        return cls(size=size, scale=factor)

    def __str__(self) -> str:
        """Return what ``parse`` takes."""
        return f"{self.size}@{self.scale:g}"

    @property
    def pixels(self) -> tuple[int, int]:
        """Its width and height."""
        width, _, height = self.size.partition("x")
        return int(width), int(height)
