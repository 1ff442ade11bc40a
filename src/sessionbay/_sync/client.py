# Generated from src/sessionbay/_async/client.py by scripts/generate_sync.py. Do not edit.
"""The clients: where sessions come from."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar, Unpack
from weakref import WeakKeyDictionary

from .._seam._sync import Clock, HttpTransport, home
from .._seam.shared import USER_AGENT, environment, find_dotenv
from ..core import checks
from ..core.absent import AbsentModule
from ..core.config import Given, resolve
from ..core.errors import AgentBayError, SessionError
from ..core.pace import Pace
from ..core.result import Result
from ..core.retry import RetryPolicy
from ..dialects.base import Dialect
from ..models.creation import CreateSessionFields, CreateSessionParams
from ..models.sessions import DeleteResult, SessionListResult, SessionResult
from ..ops.creation import awaited_contexts, create_request
from ..ops.session import CREATE, GET, LIST, ListRequest, SessionAnswer, SessionRef
from .channel import Channel, Options
from .cleanup import delete_for_sure
from .fan_out import FanOut
from .http.pool import Bounds
from .pages import SessionPages
from .poller import Poller
from .session import Session

R = TypeVar("R", bound=Result[Any])

MAX_CONNECTIONS = 512  # half of the 1024 files that a process may usually have open
KEPT = 20.0  # seconds that an idle connection is kept: below the 60 after which servers close theirs
CONTEXTS_LATER = "contexts are named by their ids until then"


class Client(FanOut):
    """What the clients of both clouds share. Use ``AgentBay`` or ``AGB``."""

    _dialect: ClassVar[type[Dialect]]

    def __init__(
        self,
        api_key: str | None = None,
        *,
        region_id: str | None = None,
        endpoint: str | None = None,
        timeout: float | None = None,
        strict: bool = False,
        retry: RetryPolicy | None = None,
        proxy: str | None = None,
        verify: Any = True,
        allow_http: bool = False,
        max_connections: int = MAX_CONNECTIONS,
        transport: HttpTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Set the client up; nothing is sent, and nothing is started, before the first call.

        Args:
            api_key: The key; else ``AGENTBAY_API_KEY`` (``AGB_API_KEY``) of the environment or of a ``.env`` file.
            region_id: AgentBay's region, e.g. ``cn-hangzhou`` (its default) or ``ap-southeast-1``; else
                ``AGENTBAY_REGION_ID``. Given here, it beats an endpoint of the environment.
            endpoint: A host or URL in place of the cloud's own; ``local`` is the embedded engine on this machine.
            timeout: Seconds that one call may take, repetitions included; else the milliseconds of
                ``AGENTBAY_TIMEOUT_MS`` (``AGB_TIMEOUT_MS``), else 60. A sync client bounds each step of a call by it,
                not their sum.
            strict: Whether to raise what the service refuses, instead of returning it.
            retry: How often, and after what pauses, requests are repeated.
            proxy: The URL of a proxy; else those of the environment.
            verify: False, or an ``ssl.SSLContext``, in place of certifi's certificates.
            allow_http: Whether plain http may be spoken to other machines than this one.
            max_connections: How many connections there may be at once; a call that finds all of them busy waits, within
                its time. A command holds one until it ends.
            transport: An httpx transport to send through in place of the client's own; ``max_connections`` is then up
                to it.
            clock: The time to go by, for tests.

        Raises:
            AgentBayUsageError: There is no key, and the endpoint is not ``local``; or a setting is wrong or unsafe.
        """
        given = Given(api_key, region_id, endpoint, timeout, allow_http)
        names = self._dialect.variables
        settings = resolve(
            given,
            names,
            self._dialect.address,
            env=environment(),
            dotenv=find_dotenv(upwards=names.dotenv_upwards),
        )
        dialect = self._dialect(settings.endpoint, settings.api_key, settings.region_id, USER_AGENT)
        options = Options(
            timeout=settings.timeout,
            strict=strict,
            retry=retry or RetryPolicy(),
            proxy=proxy,
            verify=verify,
            allow_http=allow_http,
            bounds=Bounds(checks.count("max_connections", max_connections, AgentBayError), KEPT),
            transport=transport,
            clock=clock or Clock(),
        )
        self._channel = Channel(dialect, options)
        self._pollers: WeakKeyDictionary[object, Poller] = WeakKeyDictionary()

    context = AbsentModule("context", CONTEXTS_LATER)

    @property
    def endpoint(self) -> str:
        """The address that calls go to; ``local`` until the first call has found or started the engine."""
        return self._channel.dialect.endpoint

    @property
    def api_key(self) -> str:
        """The key that calls are made with."""
        return self._channel.dialect.api_key.reveal()

    @property
    def region_id(self) -> str | None:
        """AgentBay's region; None where there is none."""
        return self._channel.dialect.region_id

    def create(
        self, params: CreateSessionParams | None = None, /, **fields: Unpack[CreateSessionFields]
    ) -> SessionResult[Session]:
        """Create a session. It runs, and costs, until it is deleted: ``session()`` deletes it by itself.

        With contexts to wait for, it takes up to 180 seconds more; ``context_error`` says why they are not there.

        Args:
            params: What the session is to be; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            ``session`` (also ``data``) is the session.

        Raises:
            SessionUsageError: A field is wrong, or the cloud does not have it; nothing was sent.
            SessionError: There was no answer.

        Example:
            ```python
            result = bay.create(labels={"project": "demo"})
            if result.success:
                print(result.session.session_id)
                result.session.delete()
            ```
        """
        return self._create(CreateSessionParams.of(params, fields))

    def _create(self, asked: CreateSessionParams, pace: Pace | None = None) -> SessionResult[Session]:
        if self._dialect.image_required and not asked.image_id:
            raise SessionError.usage(
                f"{self._dialect.title} needs an image: pass image_id, e.g. {self._dialect.default_image!r}"
            )
        made = self._channel.call(CREATE, create_request(asked, self._channel.dialect), pace=pace)
        if made.data is None:
            return self._told(made.refused_as(SessionResult[Session]))
        session = self._adopt(made.data, asked.image_id or made.data.image_id)
        result = SessionResult(success=True, data=session, request_id=made.request_id, code=made.code)
        if awaited := awaited_contexts(asked):
            with _kept_or_deleted(session):
                return replace(result, context_error=session._wait_for_contexts(awaited))
        return result

    @contextmanager
    def session(
        self, params: CreateSessionParams | None = None, /, **fields: Unpack[CreateSessionFields]
    ) -> Generator[Session]:
        """Create a session for the length of a block, and delete it on every way out, paused or not.

        Args:
            params: What the session is to be; or the fields of ``CreateSessionParams`` as keyword arguments.

        Yields:
            The session.

        Raises:
            SessionError: The session could not be created; or could not be deleted, when the block itself did not fail.

        Example:
            ```python
            with bay.session(labels={"project": "demo"}) as session:
                result = session.command.run("echo hello")
                print(result.output)
            ```
        """
        session = (self.create(params, **fields)).raise_for_error().session
        try:
            yield session
        finally:
            delete_for_sure(session)

    def get(self, session_id: str) -> SessionResult[Session]:
        """Get a session that exists, by its id.

        Args:
            session_id: The id.

        Returns:
            ``session`` (also ``data``) is the session. One that does not exist (any more) is a refusal.

        Raises:
            SessionUsageError: The id is blank; nothing was sent.
            SessionError: There was no answer.

        Example:
            ```python
            found = bay.get(session.session_id)
            print(found.session.session_id)
            ```
        """
        request = SessionRef(session_id=checks.text("session_id", session_id, SessionError))
        found = self._channel.call(GET, request)
        if found.data is None:
            return self._told(found.refused_as(SessionResult[Session]))
        session = self._adopt(found.data, found.data.image_id)
        return SessionResult(success=True, data=session, request_id=found.request_id, code=found.code)

    def list(
        self,
        labels: Mapping[str, str] | None = None,
        status: str | None = None,
        image_id: str | None = None,
        limit: int = 10,
        page: int = 1,
    ) -> SessionListResult:
        """List sessions, a page at a time. The clouds hand out pages in order: page *n* costs *n* requests.

        Args:
            labels: Only sessions that have all of these labels.
            status: Only sessions in this state, e.g. ``RUNNING`` (AgentBay).
            image_id: Only sessions of this image (AgentBay).
            limit: How many sessions make a page.
            page: Which page, from 1. A page after the last one is a refusal.

        Returns:
            ``sessions`` (also ``data``), ``session_ids``, ``next_token`` and ``total_count``.

        Raises:
            SessionUsageError: An argument is wrong, or the cloud does not have it; nothing was sent.
            SessionError: There was no answer.

        Example:
            ```python
            listed = bay.list(labels={"project": "demo"}, limit=50)
            for entry in listed.sessions:
                print(entry.session_id, entry.status)
            ```
        """
        wanted = checks.count("page", page, SessionError)
        request = self._list_request(labels, status, image_id, limit)
        listed = self._channel.call(LIST, request)
        for number in range(2, wanted + 1):
            if not listed.success:
                break
            if not listed.next_token:
                reason = f"there is no page {wanted}: the list has {number - 1} of {request.max_results}"
                return self._told(listed.refused_as(SessionListResult, reason))
            request = request.model_copy(update={"next_token": listed.next_token})
            listed = self._channel.call(LIST, request)
        return self._told(listed)

    def iter_sessions(
        self,
        labels: Mapping[str, str] | None = None,
        status: str | None = None,
        image_id: str | None = None,
        limit: int = 50,
    ) -> SessionPages:
        """Iterate over all sessions, whatever number of pages they take.

        Args:
            labels: Only sessions that have all of these labels.
            status: Only sessions in this state, e.g. ``RUNNING`` (AgentBay).
            image_id: Only sessions of this image (AgentBay).
            limit: How many sessions each request asks for.

        Returns:
            An iterator of ``SessionEntry``; it raises what the service refuses.

        Raises:
            SessionUsageError: An argument is wrong; nothing was sent.

        Example:
            ```python
            for entry in bay.iter_sessions(labels={"project": "demo"}):
                print(entry.session_id, entry.status)
            ```
        """
        return SessionPages(self._channel, self._list_request(labels, status, image_id, limit))

    def delete(self, session: Session, sync_context: bool = False) -> DeleteResult:
        """Delete a session; the same as ``session.delete(sync_context)``.

        Args:
            session: The session.
            sync_context: Whether to copy the session's files to its contexts first.

        Returns:
            Whether the session is gone.

        Raises:
            SessionError: The request to delete was not answered.

        Example:
            ```python
            result = bay.create()
            deleted = bay.delete(result.session)
            print(deleted.success)
            ```
        """
        return session.delete(sync_context)

    def close(self) -> None:
        """Close the client's connections. Its sessions go on: delete them first, or use ``session()``."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.endpoint!r})"

    @property
    def _poller(self) -> Poller:
        """The poller of this event loop."""
        here = home()
        return self._pollers.get(here) or self._pollers.setdefault(here, Poller(self._channel))

    def _adopt(self, details: SessionAnswer, image_id: str | None) -> Session:
        session = Session(self, details.session_id)
        session._details, session.image_id = details, image_id or ""
        return session

    def _told(self, result: R) -> R:
        return result.raise_if_strict() if self._channel.options.strict else result

    def _list_request(
        self, labels: Mapping[str, str] | None, status: str | None, image_id: str | None, limit: int
    ) -> ListRequest:
        if status is not None and self._dialect.statuses:
            checks.choice("status", status, self._dialect.statuses, SessionError)
        return ListRequest(
            labels=checks.labels(labels, SessionError) if labels else {},
            max_results=checks.count("limit", limit, SessionError),
            status=status,
            image_id=image_id,
        )


@contextmanager
def _kept_or_deleted(session: Session) -> Generator[None]:
    """Delete a session that nobody holds yet, if the body does not come to its end."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            delete_for_sure(session)
