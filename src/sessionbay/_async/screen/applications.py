"""The applications of a session."""

from ...core import validation
from ...core.errors import ScreenError
from ...core.public import public
from ...core.tool import NoArgs
from ...models.applications import AppOperationResult, ProcessListResult
from ...operations import applications as ops
from .apps import AsyncApps


class AsyncApplicationTools(AsyncApps):
    """Lists, starts and stops the applications of a desktop."""

    async def list_visible_apps(self) -> ProcessListResult:
        """List the processes that have a visible window.

        Returns:
            ``data`` holds the processes; the result iterates over them.

        Example:
            ```python
            visible = await session.computer.list_visible_apps()
            print([app.pname for app in visible] if visible else visible.error_message)
            ```
        """
        return await self._connection.call_tool(ops.VISIBLE, NoArgs())

    async def stop_app_by_pname(self, pname: str) -> AppOperationResult:
        """Stop the processes of a name.

        Args:
            pname: The name, as ``list_visible_apps`` returns it.

        Returns:
            Whether they were stopped.

        Raises:
            ScreenUsageError: The name is blank; nothing was sent.

        Example:
            ```python
            stopped = await session.computer.stop_app_by_pname("xterm")
            print(stopped.success)
            ```
        """
        args = ops.NameArgs(pname=validation.text("pname", pname, ScreenError))
        return await self._connection.call_tool(ops.STOP_BY_NAME, args)

    async def stop_app_by_pid(self, pid: int) -> AppOperationResult:
        """Stop a process.

        Args:
            pid: Its id, 1 or more.

        Returns:
            Whether it was stopped.

        Raises:
            ScreenUsageError: The id is invalid; nothing was sent.

        Example:
            ```python
            stopped = await session.computer.stop_app_by_pid(4443)
            print(stopped.success)
            ```
        """
        args = ops.PidArgs(pid=validation.count("pid", pid, ScreenError))
        return await self._connection.call_tool(ops.STOP_BY_PID, args)


@public
class AsyncApplications(AsyncApplicationTools):
    """``computer.app`` and ``session.application``: the applications, also by AGB's short names."""

    start = AsyncApplicationTools.start_app
    stop_by_pname = AsyncApplicationTools.stop_app_by_pname
    stop_by_pid = AsyncApplicationTools.stop_app_by_pid
    stop_by_cmd = AsyncApplicationTools.stop_app_by_cmd
    list_installed = AsyncApplicationTools.get_installed_apps
    get_visible = AsyncApplicationTools.list_visible_apps
