"""Results of the tools of a screen."""

from ..core.errors import ScreenError
from ..core.public import public
from ..core.result import Result


@public
class BoolResult(Result[bool], error=ScreenError):
    """The result of an action on a screen. ``data`` is True on success, None on failure."""
