"""The windows of a desktop, and the results of the operations on them."""

from ..core.errors import ScreenError
from ..core.public import public
from ..core.result import ListResult, Result
from ..core.value import Record


@public
class Window(Record):
    """A window. What the cloud does not report is None.

    Attributes:
        window_id: Its id, for the other methods.
        title: Its title.
        absolute_upper_left_x: Pixels from the left edge of the screen to the window's.
        absolute_upper_left_y: Pixels from the upper edge of the screen to the window's.
        width: Its width in pixels.
        height: Its height in pixels.
        pid: The id of its process.
        pname: The name of its process.
        child_windows: The windows inside it.
    """

    window_id: int
    title: str = ""
    absolute_upper_left_x: int | None = None
    absolute_upper_left_y: int | None = None
    width: int | None = None
    height: int | None = None
    pid: int | None = None
    pname: str | None = None
    child_windows: tuple["Window", ...] = ()


@public
class WindowListResult(ListResult[Window], error=ScreenError):
    """The result of ``list_root_windows``."""

    @property
    def windows(self) -> list[Window]:
        """The windows."""
        return list(self.unwrap())


@public
class WindowInfoResult(Result[Window], error=ScreenError):
    """The result of ``get_active_window``. ``data`` is None if no window is active."""

    @property
    def window(self) -> Window | None:
        """The window, or None if none is active."""
        return self.raise_for_error().data
