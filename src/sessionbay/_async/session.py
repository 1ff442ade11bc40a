"""A session: one machine, and what can be done with it."""

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .._concurrency._async import HttpClient, later
from ..core import reserved_labels, validation
from ..core.absent import AbsentModule
from ..core.errors import SessionError
from ..models.sessions import InfoResult, LabelsResult, LinkResult, OperationResult
from ..operations.labels import GET_LABELS, SET_LABELS, SetLabelsRequest
from ..operations.links import GET_LINK, INFO, LinkRequest
from .lifecycle import AsyncLifecycle

if TYPE_CHECKING:
    from .code import AsyncCode
    from .command import AsyncCommand
    from .env import AsyncEnv
    from .file_system import AsyncFileSystem
    from .git import AsyncGit
    from .oss import AsyncOss
    from .pty import AsyncPty


class AsyncSession(AsyncLifecycle):
    """One machine of the cloud's, or of the local engine's.

    ``create``, ``session`` and ``get`` of a client return it. ``AsyncSession(client, session_id)`` stands for a session
    that is known by its id alone; its details (link, token, tools) are then unknown, and tool calls go through the
    control plane.

    A refusal is a result. Whatever else a method says of its errors, it raises ``SessionError`` when there was no
    answer, and ``SessionUsageError`` once the session was deleted.

    Example:
        ```python
        async with bay.session() as session:
            result = await session.command.run("uname -a")
            print(result.output)
        ```
    """

    async def set_labels(self, labels: Mapping[str, str]) -> OperationResult[None]:
        """Set the labels of this session; those that it had are replaced.

        Args:
            labels: Names and values; at least one, none of them blank. ``sessionbay``, and what begins with
                ``sessionbay.``, are taken.

        Returns:
            Whether it worked.

        Raises:
            SessionUsageError: The labels are wrong; nothing was sent.

        Example:
            ```python
            await session.set_labels({"project": "demo"})
            ```
        """
        own = validation.own_labels(labels, SessionError)
        request = SetLabelsRequest(session_id=self.session_id, labels=own | self._tags)
        return await self._ask(SET_LABELS, request)

    async def get_labels(self, *, reserved: bool = False) -> LabelsResult:
        """Get the labels of this session.

        Args:
            reserved: Whether to tell those too by which lost sessions are found; their names begin with ``sessionbay``.

        Returns:
            ``data`` is the dict; the result reads as that dict too: ``dict(labels)``, ``labels["project"]``.

        Example:
            ```python
            await session.set_labels({"project": "demo"})
            labels = await session.get_labels()
            print(labels["project"])
            ```
        """
        result = await self._ask(GET_LABELS, self._ref)
        if result.data is None:
            return result
        self._tags = reserved_labels.reserved(result.data)
        if reserved:
            return result
        return replace(result, data=reserved_labels.own(result.data))  # type: ignore[arg-type]  # mypy loses what T is here

    async def info(self) -> InfoResult:
        """Tell what this session is and how its screen is reached.

        Returns:
            ``data`` is a ``SessionInfo``; its fields are on the result too, as attributes and as keys.

        Example:
            ```python
            info = await session.info()
            print(info.session_id, info["resource_type"], info.data.connection)
            ```
        """
        return await self._ask(INFO, self._ref)

    async def get_link(
        self, protocol_type: str | None = None, port: int | None = None, options: str | None = None
    ) -> LinkResult:
        """Get an address that leads to this session from outside.

        Args:
            protocol_type: ``https`` or ``wss``; the cloud's default if not given.
            port: The port inside the session: 30100 to 30199 on AgentBay, 1 to 65535 on AGB. Without one the clouds
                lead to the browser's debugging port, where the image has a browser.
            options: Further settings as JSON text. AgentBay only.

        Returns:
            ``data``, and ``str(result)``, is the address. It lets its reader in: treat it as a secret.

        Raises:
            SessionUsageError: The port is out of range; nothing was sent.

        Example:
            ```python
            link = await session.get_link("https", 30100)
            print(len(str(link)) > 0)
            ```
        """
        allowed = self._channel.dialect.link_ports
        request = LinkRequest(
            session_id=self.session_id,
            protocol_type=protocol_type and validation.utf8("protocol_type", protocol_type, SessionError),
            port=validation.port(port, allowed, SessionError),
            option=options and validation.utf8("options", options, SessionError),
        )
        return await self._ask(GET_LINK, request)

    def get_link_async(
        self, protocol_type: str | None = None, port: int | None = None, options: str | None = None
    ) -> Coroutine[Any, Any, LinkResult]:
        """Return a coroutine that does what ``get_link`` does; both twins have it.

        Args:
            protocol_type: See ``get_link``.
            port: See ``get_link``.
            options: See ``get_link``.

        Returns:
            A coroutine of a ``LinkResult``.

        Example:
            ```python
            pending = session.get_link_async("https", 30100)
            pending.close()  # or await it
            ```
        """
        return later(self.get_link, protocol_type, port, options)

    def get_api_key(self) -> str:
        """Return the API key that this session's client uses.

        Example:
            ```python
            print(bool(session.get_api_key()))
            ```
        """
        return self._channel.dialect.api_key.reveal()

    def get_client(self) -> HttpClient:
        """Return the HTTP client that this session's requests go through; it is there after the first call.

        Raises:
            AgentBayUsageError: No call was made yet, or the client is closed.

        Example:
            ```python
            print(session.get_client().is_closed)
            ```
        """
        return self._channel.http

    def get_session_id(self) -> str:
        """Return the session's id.

        Example:
            ```python
            print(session.get_session_id() == session.session_id)
            ```
        """
        return self.session_id

    def is_vpc_enabled(self) -> bool:
        """Return whether the session has AgentBay's former VPC route; no present session has.

        Example:
            ```python
            print(session.is_vpc_enabled())
            ```
        """
        return bool(self._details.vpc_resource)

    def get_network_interface_ip(self) -> str:
        """Return the address of the former VPC route; empty when there is none.

        Example:
            ```python
            print(session.get_network_interface_ip())
            ```
        """
        return self._details.network_interface_ip or ""

    def get_http_port(self) -> str:
        """Return the port of the former VPC route; empty when there is none.

        Example:
            ```python
            print(session.get_http_port())
            ```
        """
        return self._details.http_port or ""

    def get_token(self) -> str:
        """Return the token of the direct route, a secret; empty when the session has no such route.

        Example:
            ```python
            print(bool(session.get_token()))
            ```
        """
        return self._details.token or ""

    @property
    def resource_url(self) -> str:
        """The page that shows the session's screen; it lets its reader in. Empty when the cloud named none."""
        return self._details.resource_url or ""

    @cached_property
    def command(self) -> "AsyncCommand":
        """Runs commands."""
        from .command import AsyncCommand

        return AsyncCommand(self)

    @cached_property
    def file_system(self) -> "AsyncFileSystem":
        """Reads, writes and moves files."""
        from .file_system import AsyncFileSystem

        return AsyncFileSystem(self)

    @property
    def file(self) -> "AsyncFileSystem":
        """``file_system``, as AGB's users call it."""
        return self.file_system

    fs = filesystem = files = file

    @cached_property
    def code(self) -> "AsyncCode":
        """Runs code."""
        from .code import AsyncCode

        return AsyncCode(self)

    @cached_property
    def env(self) -> "AsyncEnv":
        """Sets environment variables."""
        from .env import AsyncEnv

        return AsyncEnv(self)

    @cached_property
    def oss(self) -> "AsyncOss":
        """Moves files to and from object storage."""
        from .oss import AsyncOss

        return AsyncOss(self)

    @cached_property
    def git(self) -> "AsyncGit":
        """Works with git repositories."""
        from .git import AsyncGit

        return AsyncGit(self)

    @cached_property
    def pty(self) -> "AsyncPty":
        """Opens terminals."""
        from .pty import AsyncPty

        return AsyncPty(self)

    # Their tools come with later versions; until then every use says so.
    computer = AbsentModule("session.computer")
    application = AbsentModule("session.application")
    window = AbsentModule("session.window")
    ui = AbsentModule("session.ui")
    mobile = AbsentModule("session.mobile")
    browser = AbsentModule("session.browser")
    agent = AbsentModule("session.agent")
