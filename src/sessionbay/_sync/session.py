# Generated from src/sessionbay/_async/session.py by scripts/generate_sync.py. Do not edit.
"""A session: a sandbox in the cloud or on this machine."""

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .._concurrency._sync import deferred
from ..core import reserved_labels, validation
from ..core.errors import AgentBayError, EngineEndedError, SessionError
from ..core.escaping_filter import escaping_logger
from ..core.operation import Operation
from ..core.polling import PollOutcome, PollState, constant_backoff, exponential_backoff, is_gone, is_throttled
from ..core.public import lazy_annotations, public
from ..core.transitions import Change, Transition
from ..models.sessions import (
    DeleteResult,
    InfoResult,
    LabelsResult,
    LinkResult,
    OperationResult,
    SessionPauseResult,
    SessionReference,
    SessionResumeResult,
    SessionStatusResult,
    SessionWaitResult,
    WaitResult,
)
from ..operations.session import (
    GET_DETAIL,
    GET_STATUS,
    KEEP_ALIVE,
    PAUSE,
    RESUME,
    DetailRequest,
    SessionAnswer,
    SessionRef,
    wait_result,
)
from .api_client import CallTimeout
from .deletion import BACKOFF, copy_out, request_deletion
from .session_connection import SessionConnection

if TYPE_CHECKING:
    from .._concurrency._sync_httpx import HttpClient
    from ..models.tools import McpTool, McpToolResult, McpToolsResult, SessionMetricsResult
    from .agent.agent import Agent
    from .browser import Browser
    from .client import Client
    from .code import Code
    from .command import Command
    from .computer import Computer
    from .env import Env
    from .file_system import FileSystem
    from .git import Git
    from .mobile import Mobile
    from .oss import Oss
    from .pty import Pty
    from .screen.applications import Applications
    from .screen.windows import Windows
    from .session_context import SessionContext
    from .ui import UI


log = escaping_logger("sessionbay.session")
W = TypeVar("W", bound=WaitResult)

DELETE_TIMEOUT = 30.0  # seconds


@public
@lazy_annotations(
    ".._concurrency._sync_httpx",
    "..models.tools",
    ".agent.agent",
    ".browser",
    ".client",
    ".code",
    ".command",
    ".computer",
    ".env",
    ".file_system",
    ".git",
    ".mobile",
    ".oss",
    ".pty",
    ".screen.applications",
    ".screen.windows",
    ".session_context",
    ".ui",
)
class Session:
    """A sandbox: a machine of the cloud's, or of the local engine's.

    ``create``, ``session`` and ``get`` of a client return it. ``Session(client, session_id)`` refers to a session
    by its id alone. Its link, token and tools are then unknown, and tool calls go through the control plane.

    A refusal is a result. Every method raises ``SessionError`` when there was no answer, and ``SessionGoneError`` once
    this object has deleted the session, in addition to the errors that it documents.

    Attributes:
        connection: Sends the session's calls. Internal: it may change in any release.
        image_id: The image, as far as it is known.

    Example:
        ```python
        with bay.session() as session:
            result = session.command.run("uname -a")
            print(result.output)
        ```
    """

    def __init__(self, agent_bay: "Client", session_id: str) -> None:
        self._agent_bay = agent_bay
        self._core = agent_bay.core
        self.connection = SessionConnection(self._core.api, session_id)
        self.image_id = ""

    @property
    def agent_bay(self) -> "Client":
        """The client that this session belongs to."""
        return self._agent_bay

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self.connection.session_id

    @property
    def ref(self) -> SessionReference:
        """The session's address without a key, for ``attach`` of a client; pickles of the session hold it."""
        return self.connection.reference

    @cached_property
    def context(self) -> "SessionContext":
        """Copies contexts in and out."""
        from .session_context import SessionContext

        return SessionContext(self.connection)

    @cached_property
    def command(self) -> "Command":
        """Runs commands."""
        from .command import Command

        return Command(self.connection)

    @cached_property
    def file_system(self) -> "FileSystem":
        """Reads, writes and moves files."""
        from .file_system import FileSystem

        return FileSystem(self.connection)

    @property
    def file(self) -> "FileSystem":
        """``file_system``; AGB's name for it."""
        return self.file_system

    fs = filesystem = files = file

    @cached_property
    def code(self) -> "Code":
        """Runs code."""
        from .code import Code

        return Code(self.connection)

    @cached_property
    def env(self) -> "Env":
        """Sets environment variables."""
        from .env import Env

        return Env(self.connection)

    @cached_property
    def oss(self) -> "Oss":
        """Moves files to and from object storage."""
        from .oss import Oss

        return Oss(self.connection)

    @cached_property
    def git(self) -> "Git":
        """Works with git repositories."""
        from .git import Git

        return Git(self.connection)

    @cached_property
    def pty(self) -> "Pty":
        """Opens terminals."""
        from .pty import Pty

        return Pty(self.connection)

    @cached_property
    def computer(self) -> "Computer":
        """Works with the desktop: its screen, mouse, keyboard, windows and applications."""
        from .computer import Computer

        return Computer(self.connection)

    @property
    def application(self) -> "Applications":
        """``computer.app``, by its name in older versions of AgentBay's SDK."""
        return self.computer.app

    @property
    def window(self) -> "Windows":
        """``computer.window``, by its name in older versions of AgentBay's SDK."""
        return self.computer.window

    @cached_property
    def browser(self) -> "Browser":
        """Starts a browser, for Playwright and others to drive."""
        from .browser import Browser

        return Browser(self.connection)

    @cached_property
    def agent(self) -> "Agent":
        """Works on tasks described in words, by the cloud's agents."""
        from .agent.agent import Agent

        return Agent(self.connection, lambda: self.browser)

    @cached_property
    def mobile(self) -> "Mobile":
        """Works with a phone."""
        from .mobile import Mobile

        return Mobile(self.connection)

    @cached_property
    def ui(self) -> "UI":
        """Works with a screen, by the names of the older documents."""
        from .ui import UI

        return UI(self.connection)

    def set_labels(self, labels: Mapping[str, str]) -> OperationResult[None]:
        """Replace the labels of this session.

        Args:
            labels: Names and values; at least one, none of them blank. The name ``sessionbay`` and the prefix
                ``sessionbay.`` are reserved.

        Returns:
            Whether the labels were set.

        Raises:
            SessionUsageError: The labels are invalid; nothing was sent.

        Example:
            ```python
            session.set_labels({"project": "demo"})
            ```
        """
        from ..operations.labels import SET_LABELS, SetLabelsRequest

        own = validation.own_labels(labels, SessionError)
        request = SetLabelsRequest(session_id=self.session_id, labels=own | self.connection.reserved_labels)
        return self.connection.request(SET_LABELS, request)

    def get_labels(self, *, reserved: bool = False) -> LabelsResult:
        """Get the labels of this session.

        Args:
            reserved: Whether to include the reserved labels, by which orphaned sessions are found.

        Returns:
            ``data`` is a dict. The result reads as that dict, too: ``dict(labels)``, ``labels["project"]``.

        Example:
            ```python
            session.set_labels({"project": "demo"})
            labels = session.get_labels()
            print(labels["project"])
            ```
        """
        from ..operations.labels import GET_LABELS

        result = self.connection.request(GET_LABELS, self.connection.ref)
        if result.data is None:
            return result
        self.connection.reserved_labels = reserved_labels.reserved(result.data)
        if reserved or not self.connection.reserved_labels:
            return result
        return replace(result, data=reserved_labels.own(result.data))

    def info(self) -> InfoResult:
        """Get what this session is, and how to reach its screen.

        Returns:
            ``data`` is a ``SessionInfo``. Its fields are attributes and keys of the result, too.

        Example:
            ```python
            info = session.info()
            print(info.session_id, info["resource_type"], info.data.connection)
            ```
        """
        from ..operations.links import INFO

        return self.connection.request(INFO, self.connection.ref)

    def get_link(
        self, protocol_type: str | None = None, port: int | None = None, options: str | None = None
    ) -> LinkResult:
        """Get a URL that leads to a port of this session.

        Args:
            protocol_type: ``https`` or ``wss``; the cloud's default if not given.
            port: The port inside the session, 1 to 65535. AgentBay documents 30100 to 30199 and may refuse others; AGB
                and the local engine take any. Without one, the clouds return the URL of the browser's debugging port,
                if the image has a browser.
            options: Further settings as JSON text. AgentBay only.

        Returns:
            ``data``, and ``str(result)``, is the URL. It grants access: treat it as a secret.

        Raises:
            SessionUsageError: The port is not an integer from 1 to 65535; nothing was sent.

        Example:
            ```python
            link = session.get_link("https", 30100)
            print(len(str(link)) > 0)
            ```
        """
        from ..operations.links import GET_LINK, LinkRequest

        request = LinkRequest(
            session_id=self.session_id,
            protocol_type=protocol_type and validation.utf8("protocol_type", protocol_type, SessionError),
            port=validation.port(port, SessionError),
            option=options and validation.utf8("options", options, SessionError),
        )
        result = self.connection.send(GET_LINK, request)
        dialect = self.connection.api.dialect
        if not result.success and port and port not in dialect.link_ports:
            ports = f"{dialect.title} documents the ports {dialect.link_ports[0]} to {dialect.link_ports[-1]}"
            result = replace(result, error_message=f"{result.error_message} ({ports})")
        return self.connection.api.raise_if_strict(result)

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
            pending.close()  # or it
            ```
        """
        return deferred(self.get_link, protocol_type, port, options)

    def call_mcp_tool(
        self,
        tool_name: str,
        args: Mapping[str, Any],
        read_timeout: float | None = None,
        connect_timeout: float | None = None,
        auto_gen_session: bool = False,
    ) -> "McpToolResult":
        """Call a tool of the session's machine by its name.

        The call takes the direct route to the machine where the cloud returned a link and the tool's server, else the
        control plane. It is retried only if the request was certainly not sent, or the service throttled it.

        Args:
            tool_name: The tool's name, e.g. ``shell``; ``list_mcp_tools`` lists them.
            args: Its arguments, as JSON values.
            read_timeout: The timeout of the call; seconds on AgentBay, milliseconds on AGB, as in their documents. The
                client's ``timeout`` by default.
            connect_timeout: The timeout of connecting, in the same unit.
            auto_gen_session: Whether the cloud may create a new session if this one is gone; control plane only.

        Returns:
            ``data`` is the tool's text, ``content`` its whole output. If the tool failed, ``success`` is False and
            ``error_message`` is its text.

        Raises:
            SessionUsageError: An argument is wrong; nothing was sent.

        Example:
            ```python
            result = session.call_mcp_tool("shell", {"command": "ls", "timeout_ms": 1000})
            if result.success:
                print(result.data)
            ```
        """
        validation.text("tool_name", tool_name, SessionError)
        plain = validation.json_object("args", args, SessionError)
        timeout = self._call_timeout(read_timeout, connect_timeout)
        result = self.connection.call_tool_by_name(tool_name, plain, timeout, auto_gen_session=auto_gen_session)
        return self.connection.api.raise_if_strict(result)

    def list_mcp_tools(self, image_id: str | None = None) -> "McpToolsResult":
        """List the tools of an image.

        Args:
            image_id: The image. The default is the session's own, or if that is unknown the cloud's default image
                (``linux_latest`` on AgentBay, ``agb-code-space-1`` on AGB).

        Returns:
            ``tools``, each with ``name``, ``description``, ``input_schema``, ``server`` and ``tool``.

        Example:
            ```python
            result = session.list_mcp_tools()
            for tool in result.tools:
                print(f"{tool.name}: {tool.description}")
            ```
        """
        from ..operations.tools import LIST_TOOLS, ToolsRequest

        if image_id is not None:
            validation.text("image_id", image_id, SessionError)
        image = image_id or self.image_id or self.connection.api.dialect.default_image
        return self.connection.request(LIST_TOOLS, ToolsRequest(image_id=image))

    def get_metrics(
        self, read_timeout: float | None = None, connect_timeout: float | None = None
    ) -> "SessionMetricsResult":
        """Get the load of the session's machine: CPU, memory, disk and network.

        Args:
            read_timeout: The timeout of the call; seconds on AgentBay, milliseconds on AGB.
            connect_timeout: The timeout of connecting, in the same unit.

        Returns:
            ``metrics`` (also ``data``): memory and disk in bytes, CPU in percent. ``raw`` is the payload.

        Raises:
            SessionError: There was no answer, or it holds no metrics.

        Example:
            ```python
            metrics = (session.get_metrics()).metrics
            print(f"{metrics.cpu_used_pct} % of {metrics.cpu_count} processors")
            ```
        """
        from ..core.tool import NoArgs
        from ..operations.metrics import METRICS

        return self.connection.call_tool(METRICS, NoArgs(), self._call_timeout(read_timeout, connect_timeout))

    def find_server_for_tool(self, tool_name: str) -> str:
        """Return the MCP server that offers a tool; empty if the cloud did not name it.

        Args:
            tool_name: The tool's name.

        Example:
            ```python
            print(session.find_server_for_tool("shell"))
            ```
        """
        return self.connection.server_of(tool_name)

    def _call_timeout(self, read: float | None, connect: float | None) -> CallTimeout:
        unit = self.connection.api.dialect.call_limit_unit
        total = self.connection.api.config.call_timeout
        if read is not None:
            total = validation.seconds("read_timeout", read, SessionError) * unit
        if connect is not None:
            connect = validation.seconds("connect_timeout", connect, SessionError) * unit
        return CallTimeout(total, connect)

    def get_api_key(self) -> str:
        """Return the API key that this session's client uses.

        Example:
            ```python
            print(bool(session.get_api_key()))
            ```
        """
        return self.connection.api.dialect.api_key.reveal()

    def get_client(self) -> "HttpClient":
        """Return the HTTP client that sends this session's requests; it exists after the first call.

        Raises:
            AgentBayUsageError: No call was made yet, or the client is closed.

        Example:
            ```python
            print(session.get_client().is_closed)
            ```
        """
        return self.connection.api.http

    def get_session_id(self) -> str:
        """Return the session's id.

        Example:
            ```python
            print(session.get_session_id() == session.session_id)
            ```
        """
        return self.session_id

    def is_vpc_enabled(self) -> bool:
        """Return whether the session has AgentBay's former VPC route. Current sessions do not.

        Example:
            ```python
            print(session.is_vpc_enabled())
            ```
        """
        return bool(self.connection.details.vpc_resource)

    def get_network_interface_ip(self) -> str:
        """Return the IP address of the former VPC route; empty without one.

        Example:
            ```python
            print(session.get_network_interface_ip())
            ```
        """
        return self.connection.details.network_interface_ip or ""

    def get_http_port(self) -> str:
        """Return the port of the former VPC route; empty without one.

        Example:
            ```python
            print(session.get_http_port())
            ```
        """
        return self.connection.details.http_port or ""

    def get_link_url(self) -> str:
        """Return the URL of the direct route, a secret; empty if the session has none. ``get_link`` leads to a port.

        Example:
            ```python
            print(bool(session.get_link_url()))
            ```
        """
        return self.connection.details.link_url or ""

    def get_token(self) -> str:
        """Return the token of the direct route, a secret; empty if the session has no direct route.

        Example:
            ```python
            print(bool(session.get_token()))
            ```
        """
        return self.connection.details.token or ""

    @property
    def link_url(self) -> str:
        """``get_link_url()``."""
        return self.get_link_url()

    @property
    def token(self) -> str:
        """``get_token()``."""
        return self.get_token()

    @property
    def ws_url(self) -> str:
        """The URL of the session's WebSocket, a secret; empty if the session has none."""
        return self.connection.details.ws_url or ""

    @property
    def app_instance_id(self) -> str:
        """The cloud's id of the machine; empty if it returned none."""
        return self.connection.details.app_instance_id or ""

    @property
    def mcpTools(self) -> "list[McpTool]":  # noqa: N802  # the official clients' name
        """The tools that the cloud returned with the session; ``list_mcp_tools`` requests those of an image."""
        return [entry.to_tool() for entry in self.connection.details.tool_list or ()]

    @property
    def resource_url(self) -> str:
        """The URL of the session's screen. It grants access: treat it as a secret. Empty if the cloud returned none."""
        return self.connection.details.resource_url or ""

    def get_status(self) -> SessionStatusResult:
        """Get the session's state.

        Returns:
            ``status`` (also ``data``), e.g. ``RUNNING``. A state that ``SessionStatus`` lacks is passed through.

        Example:
            ```python
            answer = session.get_status()
            print(answer.status)
            ```
        """
        return self.connection.request(GET_DETAIL, DetailRequest(session_id=self.session_id))

    def keep_alive(self) -> OperationResult[None]:
        """Restart the idle timeout, after which the cloud releases the session.

        Returns:
            Whether the timeout was restarted.

        Example:
            ```python
            kept = session.keep_alive()
            print(kept.success)
            ```
        """
        return self.connection.request(KEEP_ALIVE, self.connection.ref)

    def pause(self, timeout: float = 600, poll_interval: float = 2.0) -> SessionPauseResult:
        """Pause this session and wait until it is ``PAUSED``. AgentBay only, where the account has access to it.

        A session that is paused already, or being paused, is a success. One that is being resumed is paused afterwards.

        Args:
            timeout: Seconds for the request and the wait; 0 sends the request, looks once, and returns.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the session is paused; ``status`` is the last state seen, also of a refusal. A wait that ran out has
            ``success=False`` and ``timed_out=True``; the session may still pause later.

        Raises:
            SessionUsageError: An argument is wrong, or the cloud has no pause; nothing was sent.
            SessionError: The request to pause was not answered.

        Example:
            ```python
            paused = session.pause(timeout=30, poll_interval=0.1)
            print(paused.status)
            session.resume(timeout=30, poll_interval=0.1)
            ```
        """
        return self._change("pause", PAUSE, "PAUSED", timeout, poll_interval)

    def pause_async(self) -> SessionPauseResult:
        """Request a pause without waiting for it. AgentBay only.

        Returns:
            Whether the cloud accepted the request; ``get_status`` returns the progress.

        Raises:
            SessionUsageError: The cloud has no pause; nothing was sent.

        Example:
            ```python
            requested = session.pause_async()
            print(requested.success)
            ```
        """
        return self.connection.request(PAUSE, self.connection.ref)

    def resume(self, timeout: float = 600, poll_interval: float = 2.0) -> SessionResumeResult:
        """Resume this session and wait until it is ``RUNNING``. AgentBay only.

        A session that is running, or being resumed, is a success. One that is being paused is resumed afterwards.

        Args:
            timeout: Seconds for the request and the wait; 0 sends the request, looks once, and returns.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the session is running; ``status`` is the last state seen, see ``pause``.

        Raises:
            SessionUsageError: An argument is wrong, or the cloud has no pause; nothing was sent.
            SessionError: The request to resume was not answered.

        Example:
            ```python
            session.pause(timeout=30, poll_interval=0.1)
            resumed = session.resume(timeout=30, poll_interval=0.1)
            print(resumed.status)
            ```
        """
        return self._change("resume", RESUME, "RUNNING", timeout, poll_interval)

    def resume_async(self) -> SessionResumeResult:
        """Request the end of a pause without waiting for it. AgentBay only.

        Returns:
            Whether the cloud accepted the request; ``get_status`` returns the progress.

        Raises:
            SessionUsageError: The cloud has no pause; nothing was sent.

        Example:
            ```python
            session.pause(timeout=30, poll_interval=0.1)
            requested = session.resume_async()
            print(requested.success)
            ```
        """
        return self.connection.request(RESUME, self.connection.ref)

    # Older releases of AgentBay's own client have these two as "beta_".
    beta_pause, beta_resume = pause, resume

    def wait_for_status(self, status: str, timeout: float = 600, poll_interval: float = 2.0) -> SessionWaitResult:
        """Wait until this session is in a state, whichever client changes it.

        Args:
            status: The state, e.g. ``PAUSED``; see ``SessionStatus``. ``DELETED`` and ``FINISH`` are the same.
            timeout: Seconds to wait; 0 looks once.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the session is in that state; ``status`` is the last state seen. A wait that ran out has
            ``success=False`` and ``timed_out=True``. A session that is being deleted ends the wait at once.

        Raises:
            SessionUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            session.pause_async()
            paused = session.wait_for_status("PAUSED", timeout=30, poll_interval=0.1)
            print(paused.success, paused.status)
            ```
        """
        status = validation.text("status", status, SessionError).upper()
        timeout = validation.seconds("timeout", timeout, SessionError, zero=True)
        poll_interval = validation.seconds("poll_interval", poll_interval, SessionError)
        waiting = Transition.waiting_for(status)
        with self._core.poller.waiting():
            outcome = self._wait(waiting, timeout, poll_interval)
        return self.connection.api.raise_if_strict(wait_result(SessionWaitResult, outcome, waiting, status, timeout))

    def _change(
        self, change: Change, op: Operation[SessionRef, Any, W], target: str, timeout: float, interval: float
    ) -> W:
        """Request a change of state and wait for it; ``core.transitions`` decides whether to repeat the request."""
        timeout = validation.seconds("timeout", timeout, SessionError, zero=True)
        poll_interval = validation.seconds("poll_interval", interval, SessionError)
        clock, transition = self._core.clock, Transition.of(change)
        remaining, deadline = timeout, clock.monotonic() + timeout
        with self._core.poller.waiting():
            while True:
                result = self.connection.send(op, self.connection.ref, remaining)
                transition.record_request(accepted=result.success)
                if is_gone(result) or is_throttled(result.code):
                    break
                outcome = self._wait(transition, deadline - clock.monotonic(), poll_interval)
                remaining = deadline - clock.monotonic()
                if outcome.verdict == "request" and remaining > 0:
                    continue
                if result.success or outcome.verdict not in ("refused", "request"):
                    result = wait_result(op.result, outcome, transition, target, timeout)
                else:
                    result = replace(result, status=transition.last_state)
                break
        return self.connection.api.raise_if_strict(result)

    def _wait(
        self, transition: Transition, timeout: float, poll_interval: float | None
    ) -> PollOutcome[SessionStatusResult]:
        """Poll the session's state until the transition has an outcome or the timeout passes; at least once.

        Without a ``poll_interval`` the intervals grow, as suits a change that usually takes no time.
        """
        clock = self._core.clock
        deadline = clock.monotonic() + timeout
        state: PollState[SessionStatusResult] = PollState(transition.evaluate, deadline)
        intervals = constant_backoff(poll_interval) if poll_interval else exponential_backoff(*BACKOFF)
        while True:
            remaining = deadline - clock.monotonic()
            try:
                state.record(self._look(transition, poll_interval, remaining if remaining > 0 else None))
            except AgentBayError as exc:
                state.record_failure(exc)
            if (pause := state.pause(clock.monotonic(), intervals)) > 0:
                clock.sleep(pause)
            if outcome := state.outcome(clock.monotonic()):
                return outcome

    def _look(self, transition: Transition, poll_interval: float | None, timeout: float | None) -> SessionStatusResult:
        """Return the session's state, from the shared poller where a state from a list is conclusive."""
        if poll_interval is None:
            return self.connection.send(GET_DETAIL, DetailRequest(session_id=self.session_id), timeout)
        listed = self._core.poller.state(self.session_id, poll_interval, timeout)
        if listed is not None and transition.is_conclusive(listed):
            return SessionStatusResult(success=True, data=listed)
        return self.connection.send(GET_STATUS, self.connection.ref, timeout)

    def delete(self, sync_context: bool = False) -> DeleteResult:
        """Delete this session and wait until it is gone; everything that runs in it ends.

        A session that was created with ``enable_browser_replay=True`` copies the recording of its browser out first,
        which takes 20 seconds at most. A paused session is resumed, since the clouds refuse to delete it otherwise.
        Deleting a deleted session succeeds. Afterwards this object refuses every other call.

        Args:
            sync_context: Whether to copy the session's files to its contexts first. If that, or copying the recording,
                fails, the session is deleted all the same, and ``sync_error`` holds the reason.

        Returns:
            Whether the session is gone; ``timed_out`` if it still existed after 30 seconds, in the state ``status``.

        Raises:
            SessionError: The request to delete was not answered.

        Example:
            ```python
            deleted = session.delete()
            print(deleted.success)
            ```
        """
        if self.connection.deletion:
            return self.connection.deletion
        sync_error = copy_out(self.connection, sync_context)
        try:
            result = self._delete()
            if sync_error:
                result = replace(result, sync_error=sync_error)
        except EngineEndedError:
            result = DeleteResult(success=True, sync_error=sync_error)  # its sessions ended with it
        except SessionError:
            if self.connection.deletion is None:
                raise
            return self.connection.deletion  # a concurrent deletion was faster
        if result.success:
            self.connection.deletion = result
            self._core.keep_at_exit(self.session_id)
            self._core.api.close_multiplexer(self.session_id)
        return self.connection.api.raise_if_strict(result)

    def _delete(self) -> DeleteResult:
        deadline = self._core.clock.monotonic() + DELETE_TIMEOUT
        deleting = Transition.of("delete")
        while True:
            result = request_deletion(self.connection, deadline)
            if not result.success:
                return replace(result, success=True, error_message="") if is_gone(result) else result
            deleting.record_request(accepted=True)
            outcome = self._wait(deleting, deadline - self._core.clock.monotonic(), None)
            if outcome.verdict != "request":
                return wait_result(DeleteResult, outcome, deleting, "deleted", DELETE_TIMEOUT)

    def __reduce__(self) -> tuple[Any, ...]:
        return self._core.unpickle, (self.ref,)

    def __copy__(self) -> Self:
        return self  # the machine is not copied

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __eq__(self, other: object) -> bool:
        """Return whether ``other`` is the same machine: of the same cloud, endpoint and id."""
        return isinstance(other, Session) and self.ref == other.ref

    def __hash__(self) -> int:
        return hash(self.ref)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.session_id!r})"

    def to_dict(self) -> dict[str, Any]:
        """Return the session's id, cloud, endpoint and region, without the key, as a plain dict.

        Example:
            ```python
            print(session.to_dict()["session_id"] == session.session_id)
            ```
        """
        return self.ref.to_dict()


def session_from_details(client: "Client", details: SessionAnswer, image_id: str | None) -> Session:
    """Return a session with the details that a cloud returned for it."""
    session = Session(client, details.session_id)
    session.connection.details, session.image_id = details, image_id or ""
    return session
