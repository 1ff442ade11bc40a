"""The base class of the clients. Its dependencies are imported with the first client, not with the package."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Unpack

    from .._concurrency._async import AsyncClock, HttpTransport, Work
    from ..core.retry import RetryPolicy
    from ..models.creation import CreateSessionFields, CreateSessionParams
    from ..models.map import Progress
    from ..models.orphans import ReapResult
    from ..models.sessions import DeleteResult, SessionEntry, SessionListResult, SessionReference, SessionResult
    from .client_core import AsyncClientCore
    from .context_service import AsyncContextService
    from .map import AsyncMap
    from .paginator import AsyncPaginator
    from .pool import AsyncSessionPool
    from .pooled_sessions import AsyncPooledSessions, PoolRules
    from .session import AsyncSession, AsyncSessionBlock
    from .skills import AsyncBeta, AsyncSkills

T = TypeVar("T")
V = TypeVar("V")

MAX_CONNECTIONS = 512  # half of the 1024 file descriptors that a process usually has


class AsyncClient:
    """The base class of ``AsyncAgentBay`` and ``AsyncAGB``.

    Attributes:
        core: What the client's sessions share. Internal: it may change in any release.
    """

    _cloud: ClassVar[str]
    core: AsyncClientCore

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
        clock: AsyncClock | None = None,
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
        from .._concurrency._async import AsyncClock
        from ..core.retry import RetryPolicy
        from .client_config import ClientConfig
        from .client_core import AsyncClientCore

        config = ClientConfig(
            api_key=api_key,
            region_id=region_id,
            endpoint=endpoint,
            timeout=timeout,
            strict=strict,
            retry=RetryPolicy() if retry is None else retry,
            proxy=proxy,
            verify=verify,
            allow_http=allow_http,
            max_connections=max_connections,
            tag_sessions=tag_sessions,
            transport=transport,
            clock=clock or AsyncClock(),
        )
        self.core = AsyncClientCore.connect(self._cloud, config, self._cloud_class()._unpickle_session)

    @cached_property
    def context(self) -> AsyncContextService:
        """Makes, finds, empties and deletes contexts, and carries their files."""
        from .context_service import AsyncContextService

        return AsyncContextService(self.core.api)

    @cached_property
    def beta_skills(self) -> AsyncSkills:
        """Tells of skills, and gives them to contexts."""
        from .skills import AsyncSkills

        return AsyncSkills(self.core.api)

    @cached_property
    def beta(self) -> AsyncBeta:
        """``beta.skills`` is ``beta_skills``."""
        from .skills import AsyncBeta

        return AsyncBeta(self.beta_skills)

    @property
    def endpoint(self) -> str:
        """The address that calls go to; ``local`` until the first call has found or started the engine."""
        return self.core.api.dialect.endpoint

    @property
    def api_key(self) -> str:
        """The key that calls are made with."""
        return self.core.api.dialect.api_key.reveal()

    @property
    def region_id(self) -> str | None:
        """AgentBay's region; None where there is none."""
        return self.core.api.dialect.region_id

    async def create(
        self, params: CreateSessionParams | None = None, /, **fields: Unpack[CreateSessionFields]
    ) -> SessionResult[AsyncSession]:
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
            result = await bay.create(labels={"project": "demo"})
            if result.success:
                print(result.session.session_id)
                await result.session.delete()
            ```
        """
        from ..models.creation import CreateSessionParams
        from .creation import create_session

        result = await create_session(self, CreateSessionParams.of(params, fields))
        if result.data is not None:
            self.core.keep_at_exit(result.data.session_id)
        return result

    def session(
        self, params: CreateSessionParams | None = None, /, **fields: Unpack[CreateSessionFields]
    ) -> AsyncSessionBlock:
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
            async with bay.session(labels={"project": "demo"}) as session:
                result = await session.command.run("echo hello")
                print(result.output)
            ```
        """
        from functools import partial

        from ..models.creation import CreateSessionParams
        from .creation import create_session
        from .session import AsyncSessionBlock

        return AsyncSessionBlock(partial(create_session, self, CreateSessionParams.of(params, fields)))

    async def get(self, session_id: str) -> SessionResult[AsyncSession]:
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
            found = await bay.get(session.session_id)
            print(found.session.session_id)
            ```
        """
        from ..core import validation
        from ..core.errors import SessionError
        from ..models.sessions import SessionResult
        from ..operations.session import GET, SessionRef
        from .session import AsyncSession, session_from_details

        request = SessionRef(session_id=validation.text("session_id", session_id, SessionError))
        found = await self.core.api.call(GET, request)
        if found.data is None:
            return self.core.api.raise_if_strict(found.as_failure(SessionResult[AsyncSession]))
        session = session_from_details(self, found.data, found.data.image_id)
        return SessionResult(success=True, data=session, request_id=found.request_id, code=found.code)

    async def list(
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
            listed = await bay.list(labels={"project": "demo"}, limit=50)
            for entry in listed.sessions:
                print(entry.session_id, entry.status)
            ```
        """
        from .session_list import get_page, list_request

        request = list_request(self.core.api.dialect, labels, status, image_id, limit)
        return await get_page(self.core.api, request, page)

    def iter_sessions(
        self,
        labels: Mapping[str, str] | None = None,
        status: str | None = None,
        image_id: str | None = None,
        limit: int = 50,
    ) -> AsyncPaginator[Any, SessionEntry]:
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
            async for entry in bay.iter_sessions(labels={"project": "demo"}):
                print(entry.session_id, entry.status)
            ```
        """
        from ..operations.session import LIST
        from .paginator import AsyncPaginator
        from .session_list import list_request

        api = self.core.api
        return AsyncPaginator(api, LIST, list_request(api.dialect, labels, status, image_id, limit))

    async def delete(self, session: AsyncSession, sync_context: bool = False) -> DeleteResult:
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
            result = await bay.create()
            deleted = await bay.delete(result.session)
            print(deleted.success)
            ```
        """
        from ..core.errors import SessionError
        from .session import AsyncSession

        if not isinstance(cast("object", session), AsyncSession):
            kind = AsyncSession.__name__
            raise SessionError.usage(f"session must be of the class {kind}, not {session!r}: get() finds one by its id")
        return await session.delete(sync_context)

    async def reap(
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
            found = await bay.reap(older_than=3600, dry_run=True)
            print([left.session_id for left in found.sessions])
            ```
        """
        from .orphans import AsyncOrphanSearch, OrphanFilter

        orphans = OrphanFilter.of(attempt, labels, older_than)
        search = AsyncOrphanSearch(self, orphans, dry_run)
        return self.core.api.raise_if_strict(await search.run(self.iter_sessions(labels=orphans.labels)))

    def attach(self, ref: SessionReference) -> AsyncSession:
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
            print((await again.command.run("echo hello")).output)
            ```
        """
        from .session import AsyncSession

        self.core.check_reference(ref)
        return AsyncSession(self, ref.session_id)

    def pool(
        self,
        min: int = 0,
        max: int = 10,
        *,
        check: str | None = None,
        reset: str | None = None,
        max_age: float | None = None,
        max_uses: int | None = None,
        create_rate: float | None = None,
        params: CreateSessionParams | None = None,
        **fields: Unpack[CreateSessionFields],
    ) -> AsyncSessionPool:
        """Keep sessions and lend them out, one user at a time; ``lease`` of the pool gives one.

        Use it as a block: entering makes the first sessions, leaving deletes all of them.

        Args:
            min: How many sessions are made on entering.
            max: How many there are at most; who asks for one more waits for one to come back.
            check: A command that a session must run with success before it is lent out again.
            reset: A command that cleans a session up when it comes back; if it fails, the session is deleted.
            max_age: Seconds after which a session is not lent out again.
            max_uses: How often a session is lent out.
            create_rate: How many sessions are created a second at most, by all processes of this user on this machine
                that say so for the same account; fewer while the cloud answers "too many requests".
            params: What the sessions are to be; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            The pool, a context manager.

        Raises:
            SessionUsageError: An argument is wrong; nothing was sent.
            SessionError: On entering: a session could not be created. On leaving: one could not be deleted.

        Example:
            ```python
            async with bay.pool(min=1, max=4, reset="rm -rf work") as pool:
                async with pool.lease() as session:
                    result = await session.command.run("mkdir -p work && echo hello")
                    print(result.output)
            ```
        """
        from .pool import AsyncSessionPool
        from .pooled_sessions import PoolRules

        rules = PoolRules.of(
            min_size=min,
            max_size=max,
            check=check,
            reset=reset,
            max_age=max_age,
            max_uses=max_uses,
            create_rate=create_rate,
        )
        return AsyncSessionPool(self._pooled_sessions(rules, params, fields))

    def map(
        self,
        work: Work[AsyncSession, T, V],
        items: Iterable[T],
        *,
        concurrency: int = 10,
        ordered: bool = False,
        fresh: bool = False,
        create_rate: float | None = None,
        progress: Callable[[Progress], None] | None = None,
        params: CreateSessionParams | None = None,
        **fields: Unpack[CreateSessionFields],
    ) -> AsyncMap[T, V]:
        """Call ``work(session, item)`` for every item, each in a session that nobody else uses meanwhile.

        Use it as a block and iterate over it: each result comes as soon as it is there, with its item. However the
        block is left, with ``break``, an exception or a cancellation, the work that is on ends and all sessions are
        deleted. Items are taken as they are needed: they may be endless.

        Args:
            work: What to do; what it raises is the item's error, and its session is not used again.
            items: What to do it with.
            concurrency: How many items are worked on at once, each in its session.
            ordered: Whether results come in the order of the items; those that are early are kept until then.
            fresh: Whether each item gets a session that nothing was done in.
            create_rate: How many sessions are created a second at most; see ``pool``.
            progress: Called at the start, after each result, and at the end; see ``progress_bar``.
            params: What the sessions are to be; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            The results, a context manager and an iterator of ``Done``.

        Raises:
            SessionUsageError: An argument is wrong; nothing was sent.
            SessionError: On leaving: a session could not be deleted.

        Example:
            ```python
            async def square(session: AsyncSession, number: int) -> str:
                return (await session.command.run(f"echo $(({number} * {number}))")).output.strip()


            async with bay.map(square, range(4), concurrency=2) as results:
                async for done in results:
                    print(done.item, done.value)
            ```
        """
        from ..core import validation
        from ..core.errors import SessionError
        from .map import AsyncMap, MapRules
        from .pooled_sessions import PoolRules

        validation.count("concurrency", concurrency, SessionError)
        rules = MapRules(concurrency=concurrency, ordered=ordered, progress=progress)
        limits = PoolRules.of(max_size=concurrency, max_uses=1 if fresh else None, create_rate=create_rate)
        return AsyncMap(self._pooled_sessions(limits, params, fields), work, items, rules)

    def _pooled_sessions(
        self, rules: PoolRules, params: CreateSessionParams | None, fields: CreateSessionFields
    ) -> AsyncPooledSessions:
        from functools import partial

        from ..models.creation import CreateSessionParams
        from .creation import create_session
        from .pooled_sessions import AsyncPooledSessions

        create = partial(create_session, self, CreateSessionParams.of(params, fields))
        return AsyncPooledSessions(self.core, create, rules)

    @classmethod
    def _unpickle_session(cls, ref: SessionReference) -> AsyncSession:
        """Return a pickled session, attached with this process's own settings."""
        from .pickling import client_for

        return client_for(cls, ref).attach(ref)

    @classmethod
    def _cloud_class(cls) -> type[AsyncClient]:
        """Return the public class that this one is or derives from: a user's own may take other arguments."""
        return next(kind for kind in cls.__mro__ if "_cloud" in vars(kind))

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a client is neither pickled nor copied, since it holds a key: send the session or session.ref,"
            " and make a client where it arrives"
        )

    async def aclose(self) -> None:
        """Close the client's connections. Its sessions go on: delete them first, or use ``session()``."""
        await self.core.api.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.endpoint!r})"
