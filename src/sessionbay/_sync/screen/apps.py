# Generated from src/sessionbay/_async/screen/apps.py by scripts/generate_sync.py. Do not edit.
"""What desktops and phones have in common of applications."""

from ...core import validation
from ...core.errors import ScreenError
from ...models.applications import AppOperationResult, InstalledAppListResult, ProcessListResult
from ...operations import applications as ops
from ..module import Module


class Apps(Module):
    """Lists, starts and stops applications."""

    def get_installed_apps(
        self, start_menu: bool = True, desktop: bool = False, ignore_system_apps: bool = True
    ) -> InstalledAppListResult:
        """List the installed applications.

        Args:
            start_menu: Whether to list those of the start menu.
            desktop: Whether to list those on the desktop.
            ignore_system_apps: Whether to leave out those of the system.

        Returns:
            ``data`` holds the applications; the result iterates over them.

        Raises:
            ScreenUsageError: An argument is neither True nor False; nothing was sent.

        Example:
            ```python
            apps = session.computer.get_installed_apps()
            print([app.name for app in apps] if apps else apps.error_message)
            ```
        """
        args = ops.InstalledArgs(
            start_menu=validation.boolean("start_menu", start_menu, ScreenError),
            desktop=validation.boolean("desktop", desktop, ScreenError),
            ignore_system_app=validation.boolean("ignore_system_apps", ignore_system_apps, ScreenError),
        )
        return self._connection.call_tool(ops.INSTALLED, args)

    def start_app(self, start_cmd: str, work_directory: str = "", activity: str = "") -> ProcessListResult:
        """Start an application.

        Args:
            start_cmd: The command, such as the ``start_cmd`` of an installed application; on a phone,
                ``monkey -p PACKAGE 1``.
            work_directory: The folder to start it in.
            activity: The activity to start, on a phone only.

        Returns:
            ``data`` holds the processes that were started; the result iterates over them.

        Raises:
            ScreenUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            started = session.computer.start_app("xterm", work_directory="/tmp")
            print([app.pid for app in started] if started else started.error_message)
            ```
        """
        args = ops.StartArgs(
            start_cmd=validation.text("start_cmd", start_cmd, ScreenError),
            work_directory=validation.utf8("work_directory", work_directory, ScreenError) or None,
            activity=validation.utf8("activity", activity, ScreenError) or None,
        )
        return self._connection.call_tool(ops.START, args)

    def stop_app_by_cmd(self, stop_cmd: str) -> AppOperationResult:
        """Stop an application by a command.

        Args:
            stop_cmd: The command, such as the ``stop_cmd`` of an installed application; on a phone, the name of the
                package.

        Returns:
            Whether it was stopped.

        Raises:
            ScreenUsageError: The command is blank; nothing was sent.

        Example:
            ```python
            stopped = session.computer.stop_app_by_cmd("pkill xterm")
            print(stopped.success)
            ```
        """
        args = ops.CommandArgs(stop_cmd=validation.text("stop_cmd", stop_cmd, ScreenError))
        return self._connection.call_tool(ops.STOP_BY_COMMAND, args)
