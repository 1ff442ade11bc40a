"""What a phone shows, and the access to it."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from ..core.errors import ContextError, ScreenError
from ..core.public import public
from ..core.result import ListResult, Result
from ..core.value import Record


@public
class UIBounds(Record):
    """A rectangle on the screen, in pixels; ``right`` and ``bottom`` are outside of it.

    Example:
        ```python
        bounds = UIBounds(0, 10, 100, 60)
        print(bounds.width, bounds.height, bounds.center, bounds["left"])
        ```
    """

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """The width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """The height in pixels."""
        return self.bottom - self.top

    @property
    def center(self) -> tuple[int, int]:
        """The coordinates of the centre, for ``mobile.tap``."""
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2


@public
class UIElement(Record):
    """An element of a phone's user interface. The wire's names are keys, too: ``element["className"]``.

    Attributes:
        bounds: The position as the phone reports it: text or an object. Use ``bounds_rect``.
        bounds_rect: The position; None if it cannot be read.
        index: The position among its siblings; -1 if unknown.
        is_parent: Whether it has children.
        content_desc: The description for screen readers.
        package: The package of the app.
        extra: What else the phone reports, by the names on the wire. These are keys of the element, too.
        children: The elements inside of it.
    """

    bounds: str | Mapping[str, Any] = ""
    bounds_rect: UIBounds | None = None
    class_name: str = ""
    text: str = ""
    type: str = ""
    resource_id: str = ""
    index: int = -1
    is_parent: bool = False
    content_desc: str = ""
    package: str = ""
    element_id: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    children: "tuple[UIElement, ...]" = field(default=(), repr=False)

    def __missing__(self, key: str) -> Any:
        return self.extra[key] if key in self.extra else super().__missing__(key)


@public
class UIElementListResult(ListResult[UIElement], error=ScreenError):
    """The elements of a phone's user interface. The result iterates over those at the top; others are their children.

    Attributes:
        raw: The answer as it came: JSON or XML text.
        format: The format of ``raw``. XML is not parsed: there are no elements then.
    """

    raw: str = field(default="", repr=False)
    format: Literal["json", "xml"] = "json"

    @property
    def elements(self) -> list[UIElement]:
        """The elements at the top."""
        return list(self.unwrap())


@public
class AdbUrlResult(Result[str], error=ScreenError):
    """The result of ``get_adb_url``. ``data``, and the text of the result, is a command: ``adb connect IP:PORT``."""

    def __str__(self) -> str:
        return self.unwrap()


@public
class MobileSimulateUploadResult(Result[str], error=ContextError):
    """The result of ``upload_mobile_info``. ``data`` is the id of the context; None on failure.

    Attributes:
        mobile_simulate_context_id: The id of the context; a failure has it, too, if there is one.
    """

    mobile_simulate_context_id: str = ""
