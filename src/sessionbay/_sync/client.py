# Generated from src/sessionbay/_async/client.py by scripts/generate_sync.py. Do not edit.
"""The clients: where sessions come from. What their methods need is loaded with the first client, not before."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from .fan_out import FanOut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Unpack

    from .._concurrency._sync import Clock, HttpTransport
    from ..core.retry import RetryPolicy
    from ..models.creation import CreateSessionFields, CreateSessionParams
    from ..models.orphans import ReapResult
    from ..models.sessions import DeleteResult, SessionEntry, SessionListResult, SessionReference, SessionResult
    from .api_client import ApiClient
    from .block import SessionBlock
    from .context_service import ContextService
    from .paginator import Paginator
    from .session import Session
    from .skills import Beta, Skills

MAX_CONNECTIONS = 512  # half of the 1024 files that a process may usually have open


class Client(FanOut):
    """What the clients of both clouds share. Use ``AgentBay`` or ``AGB``."""

    _cloud: ClassVar[str]

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
        tag_sessions: bool = True,
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
                ``AGENTBAY_TIMEOUT_MS`` (``AGB_TIMEOUT_MS``), else 60. With a ``proxy`` or a ``transport`` of its own a
                sync client bounds each step of a call by it, not their sum.
            strict: Whether to raise what the service refuses, instead of returning it.
            retry: How often, and after what pauses, requests are repeated.
            proxy: The URL of a proxy; else those of the environment.
            verify: False, or an ``ssl.SSLContext``, in place of certifi's certificates.
            allow_http: Whether plain http may be spoken to other machines than this one.
            max_connections: How many connections there may be at once; a call that finds all of them busy waits, within
                its time. A command holds one until it ends.
            tag_sessions: Whether new sessions get three labels that begin with ``sessionbay``, by which one is found
                whose creation was not answered. ``get_labels`` leaves them out.
            transport: An httpx transport to send through in place of the client's own; ``max_connections`` is then up
                to it.
            clock: The time to go by, for tests.

        Raises:
            AgentBayUsageError: There is no key, and the endpoint is not ``local``; or a setting is wrong or unsafe.
        """
        from .desk import Desk, Wishes, channel

        wishes = Wishes(
            api_key=api_key,
            region_id=region_id,
            endpoint=endpoint,
            timeout=timeout,
            strict=strict,
            retry=retry,
            proxy=proxy,
            verify=verify,
            allow_http=allow_http,
            max_connections=max_connections,
            tag_sessions=tag_sessions,
            transport=transport,
            clock=clock,
        )
        self._channel = channel(self._cloud, wishes)
        self._desk = Desk(self, self._channel)

    @classmethod
    def _over(cls, channel: ApiClient) -> Self:
        """Return a client that speaks through ``channel``."""
        from .desk import Desk

        client = cls.__new__(cls)
        client._channel = channel
        client._desk = Desk(client, channel)
        return client

    @cached_property
    def context(self) -> ContextService:
        """Makes, finds, empties and deletes contexts, and carries their files."""
        from .context_service import ContextService

        return ContextService(self._channel)

    @cached_property
    def beta_skills(self) -> Skills:
        """Tells of skills, and gives them to contexts."""
        from .skills import Skills

        return Skills(self._channel)

    @cached_property
    def beta(self) -> Beta:
        """``beta.skills`` is ``beta_skills``."""
        from .skills import Beta

        return Beta(self.beta_skills)

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
        from ..models.creation import CreateSessionParams

        made = self._desk.create(CreateSessionParams.of(params, fields))
        if made.data is not None:
            self._desk.release(made.data)
        return made

    def session(
        self, params: CreateSessionParams | None = None, /, **fields: Unpack[CreateSessionFields]
    ) -> SessionBlock:
        """Create a session for the length of a block, and delete it on every way out, paused or not.

        Args:
            params: What the session is to be; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            A context manager that gives the session.

        Raises:
            SessionUsageError: A field is wrong; nothing was sent.
            SessionError: The session could not be created; or could not be deleted, when the block itself did not fail.

        Example:
            ```python
            with bay.session(labels={"project": "demo"}) as session:
                result = session.command.run("echo hello")
                print(result.output)
            ```
        """
        from ..models.creation import CreateSessionParams
        from .block import SessionBlock

        return SessionBlock(self._desk, CreateSessionParams.of(params, fields))

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
        return self._desk.get(session_id)

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
        return self._desk.list(self._desk.list_request(labels, status, image_id, limit), page)

    def iter_sessions(
        self,
        labels: Mapping[str, str] | None = None,
        status: str | None = None,
        image_id: str | None = None,
        limit: int = 50,
    ) -> Paginator[Any, SessionEntry]:
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
        return self._desk.pages(self._desk.list_request(labels, status, image_id, limit))

    def delete(self, session: Session, sync_context: bool = False) -> DeleteResult:
        """Delete a session; the same as ``session.delete(sync_context)``.

        Args:
            session: The session.
            sync_context: Whether to copy the session's files to its contexts first.

        Returns:
            Whether the session is gone.

        Raises:
            SessionUsageError: It is no session; nothing was sent.
            SessionError: The request to delete was not answered.

        Example:
            ```python
            result = bay.create()
            deleted = bay.delete(result.session)
            print(deleted.success)
            ```
        """
        return self._desk.delete(session, sync_context)

    def reap(
        self,
        *,
        attempt: str | None = None,
        labels: Mapping[str, str] | None = None,
        older_than: float | None = None,
        dry_run: bool = False,
    ) -> ReapResult:
        """Delete sessions that were left over: by a program that was killed, or a creation that nobody answered.

        Only sessions that this package made are touched; it knows them by their reserved labels.

        Args:
            attempt: The attempt of one creation, as the error of its lost answer names it.
            labels: Only sessions that have all of these labels.
            older_than: Only sessions that were made so many seconds ago, or more.
            dry_run: Whether to find only.

        Returns:
            ``sessions`` (also ``data``), each with its age, and whether it was deleted or why not.

        Raises:
            SessionUsageError: None of ``attempt``, ``labels`` and ``older_than`` is given; nothing was sent.
            SessionError: The list of sessions was refused, or not answered.

        Example:
            ```python
            found = bay.reap(older_than=3600, dry_run=True)
            print([left.session_id for left in found.sessions])
            ```
        """
        return self._desk.reap(attempt, labels, older_than, dry_run=dry_run)

    def attach(self, ref: SessionReference) -> Session:
        """Return the session that a reference names, for this client to use. Nothing is sent.

        The reference is ``ref`` of a session, in this process or in another one. A session that is attached knows no
        link and no token: its tools are called through the control plane. ``get(ref.session_id)`` asks for them.

        Args:
            ref: The reference.

        Returns:
            The session.

        Raises:
            SessionUsageError: The session is of another cloud or at another address than this client.

        Example:
            ```python
            again = bay.attach(session.ref)
            print((again.command.run("echo hello")).output)
            ```
        """
        return self._desk.attach(ref)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a client is neither pickled nor copied, since it holds a key: send the session or session.ref,"
            " and make a client where it arrives"
        )

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
