"""Applications of a session, and the results of the operations on them."""

from ..core.errors import ScreenError
from ..core.public import public
from ..core.result import ListResult, Result
from ..core.value import Record


@public
class InstalledApp(Record):
    """An installed application.

    Attributes:
        name: Its name.
        start_cmd: The command for ``start_app``.
        stop_cmd: The command for ``stop_app_by_cmd``; empty or None if the cloud has none.
        work_directory: Its working folder; empty or None if the cloud has none.
    """

    name: str
    start_cmd: str = ""
    stop_cmd: str | None = None
    work_directory: str | None = None


@public
class AppProcess(Record):
    """A process of an application.

    Attributes:
        pname: The name of the process.
        pid: Its id.
        cmdline: Its command line; None if the cloud does not report it.
    """

    pname: str
    pid: int
    cmdline: str | None = None


@public
class AppOperationResult(Result[bool], error=ScreenError):
    """The result of stopping an application. ``data`` is True on success, None on failure."""


@public
class InstalledAppListResult(ListResult[InstalledApp], error=ScreenError):
    """The result of ``get_installed_apps``. ``data`` holds the applications."""


@public
class ProcessListResult(ListResult[AppProcess], error=ScreenError):
    """The result of ``start_app`` and ``list_visible_apps``. ``data`` holds the processes."""
