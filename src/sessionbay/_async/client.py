"""The base class of the clients. Its dependencies are imported with the first client, not with the package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, Unpack, cast

from ..core.block_hint import AsyncBlockHint
from ..core.public import lazy_annotations, public

if TYPE_CHECKING:
    from .._concurrency._async import AsyncClock, BinaryCall
    from .._concurrency._async_httpx import HttpTransport
    from ..core.config import Config
    from ..core.retry import RetryPolicy
    from ..models.creation import CreateSessionFields, CreateSessionParams
    from ..models.map import Progress
    from ..models.orphans import ReapResult
    from ..models.sessions import DeleteResult, SessionEntry, SessionListResult, SessionReference, SessionResult
    from .beta_network import AsyncBetaNetwork
    from .context_service import AsyncContextService
    from .map import AsyncMap
    from .paginator import AsyncPaginator
    from .pool import AsyncSessionPool
    from .pooled_sessions import AsyncPooledSessions, PoolRules
    from .session import AsyncSession
    from .session_block import AsyncSessionBlock, Create
    from .skills import AsyncBeta, AsyncSkills

T = TypeVar("T")
V = TypeVar("V")


MAX_CONNECTIONS = 512  # half of the 1024 file descriptors that a process usually has


@public
@lazy_annotations(
    ".._concurrency._async_httpx",
    "..core.config",
    "..core.retry",
    "..models.creation",
    "..models.map",
    "..models.orphans",
    "..models.sessions",
    ".beta_network",
    ".client_config",
    ".context_service",
    ".map",
    ".paginator",
    ".pool",
    ".pooled_sessions",
    ".session",
    ".session_block",
    ".skills",
)
class AsyncClient(AsyncBlockHint):
    """The base class of ``AsyncAgentBay`` and ``AsyncAGB``.

    Attributes:
        core: What the client's sessions share. Internal: it may change in any release.
    """

    _cloud = ""

    def __init__(
        self,
        api_key: str | None = None,
        cfg: Config | None = None,
        env_file: str | PathLike[str] | None = None,
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
        """Create a client. Nothing is sent or started before the first call.

        Args:
            api_key: The API key. The default is ``AGENTBAY_API_KEY`` (``AGB_API_KEY``) of the environment or of a
                ``.env`` file.
            cfg: ``region_id``, ``endpoint`` and ``timeout`` as one object, as in the official clients. Arguments take
                precedence.
            env_file: The ``.env`` file to read in place of the one that is found.
            region_id: AgentBay's region, e.g. ``ap-southeast-1``. The default is ``AGENTBAY_REGION_ID``, or else
                ``cn-hangzhou``. A region that is passed takes precedence over an endpoint of the environment.
            endpoint: A host or URL in place of the cloud's own. ``local`` is the embedded engine on this machine.
            timeout: Seconds for one call, retries included. The default is ``AGENTBAY_TIMEOUT_MS``
                (``AGB_TIMEOUT_MS``, milliseconds), or else 60. A sync client with a ``proxy`` or a ``transport``
                applies it to each read and write instead of the whole call.
            strict: Whether to raise a refusal instead of returning it.
            retry: The number of retries and their backoff.
            proxy: The URL of a proxy. The default is that of the environment.
            verify: False to accept any certificate, or an ``ssl.SSLContext``. The default is certifi's CA bundle.
            allow_http: Whether plain http is allowed to other machines than this one.
            max_connections: The size of the connection pool. A call waits for a free connection within its timeout. A
                command holds one until it ends.
            tag_sessions: Whether to add three reserved labels to new sessions, by which a session is found whose
                creation was not answered. ``get_labels`` leaves them out.
            transport: An httpx transport in place of the client's own, which then ignores ``max_connections``.
            clock: A clock for tests.

        Raises:
            AgentBayUsageError: There is no key, and the endpoint is not ``local``; or a setting is invalid or unsafe.
        """
        from .._concurrency._async import AsyncClock
        from ..core.config import Config
        from ..core.retry import RetryPolicy
        from .client_config import ClientConfig
        from .client_core import AsyncClientCore

        cfg = Config.of(cfg)
        config = ClientConfig(
            api_key=api_key,
            env_file=env_file,
            region_id=cfg.region_id if region_id is None else region_id,
            endpoint=cfg.endpoint if endpoint is None else endpoint,
            timeout=cfg.timeout if timeout is None else timeout,
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
        """Creates, lists, clears and deletes contexts, and transfers their files."""
        from .context_service import AsyncContextService

        return AsyncContextService(self.core.api)

    @cached_property
    def beta_skills(self) -> AsyncSkills:
        """Lists skills, and binds them to contexts."""
        from .skills import AsyncSkills

        return AsyncSkills(self.core.api)

    @cached_property
    def beta(self) -> AsyncBeta:
        """Holds ``skills``, which is ``beta_skills``."""
        from .skills import AsyncBeta

        return AsyncBeta(self.beta_skills)

    @cached_property
    def beta_network(self) -> AsyncBetaNetwork:
        """Creates networks, through which sessions reach a machine of yours."""
        from .beta_network import AsyncBetaNetwork

        return AsyncBetaNetwork(self.core.api)

    @property
    def endpoint(self) -> str:
        """The address of the service; ``local`` until the first call has found or started the engine."""
        return self.core.api.dialect.endpoint

    @property
    def api_key(self) -> str:
        """The API key."""
        return self.core.api.dialect.api_key.reveal()

    @property
    def region_id(self) -> str | None:
        """AgentBay's region; None on AGB and on the local engine."""
        return self.core.api.dialect.region_id

    async def create(
        self, params: CreateSessionParams | None = None, **fields: Unpack[CreateSessionFields]
    ) -> SessionResult[AsyncSession]:
        """Create a session. It runs, and is billed, until it is deleted; ``session()`` deletes it by itself.

        Waiting for contexts takes up to 180 seconds more. If they are missing then, ``context_error`` holds the reason.

        Args:
            params: The session's parameters; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            ``session`` (also ``data``) is the session.

        Raises:
            SessionUsageError: A field is invalid, or the cloud lacks it; nothing was sent.
            SessionError: There was no answer.

        Example:
            ```python
            result = await bay.create(labels={"project": "demo"})
            if result.success:
                print(result.session.session_id)
                await result.session.delete()
            ```
        """
        result = await self._creator(params, fields)(None)
        if result.data is not None:
            self.core.keep_at_exit(result.data.session_id)
        return result

    def session(
        self, params: CreateSessionParams | None = None, **fields: Unpack[CreateSessionFields]
    ) -> AsyncSessionBlock:
        """Create a session for a block, and delete it when the block is left.

        Args:
            params: The session's parameters; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            A context manager that yields the session.

        Raises:
            SessionUsageError: A field is invalid; nothing was sent.
            SessionError: The session could not be created, or not deleted. If the block raised, its exception gets a
                note instead.

        Example:
            ```python
            async with bay.session(labels={"project": "demo"}) as session:
                result = await session.command.run("echo hello")
                print(result.output)
            ```
        """
        from .session_block import AsyncSessionBlock

        return AsyncSessionBlock(self._creator(params, fields))

    async def get(self, session_id: str) -> SessionResult[AsyncSession]:
        """Get an existing session by its id.

        Args:
            session_id: The id.

        Returns:
            ``session`` (also ``data``) is the session. An unknown id is a refusal.

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
        result = await self.core.api.call(GET, request)
        if result.data is None:
            return self.core.api.raise_if_strict(result.as_failure(SessionResult[AsyncSession]))
        session = session_from_details(self, result.data, result.data.image_id)
        return SessionResult(success=True, data=session, request_id=result.request_id, code=result.code)

    async def list(
        self,
        labels: Mapping[str, str] | None = None,
        status: str | None = None,
        image_id: str | None = None,
        limit: int = 10,
        page: int = 1,
    ) -> SessionListResult:
        """List a page of sessions. The clouds return pages in order only: page *n* costs *n* requests.

        Args:
            labels: Only sessions that have all of these labels.
            status: Only sessions in this state, e.g. ``RUNNING`` (AgentBay).
            image_id: Only sessions of this image (AgentBay).
            limit: The page size.
            page: The page number, from 1. A page after the last one is a refusal.

        Returns:
            ``sessions`` (also ``data``), ``session_ids``, ``next_token`` and ``total_count``.

        Raises:
            SessionUsageError: An argument is invalid, or the cloud lacks it; nothing was sent.
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
        """Iterate over all sessions.

        Args:
            labels: Only sessions that have all of these labels.
            status: Only sessions in this state, e.g. ``RUNNING`` (AgentBay).
            image_id: Only sessions of this image (AgentBay).
            limit: The page size.

        Returns:
            An iterator of ``SessionEntry``. It raises a refusal.

        Raises:
            SessionUsageError: An argument is invalid; nothing was sent.

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
            SessionUsageError: ``session`` is not a session; nothing was sent.
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
        """Delete orphaned sessions: those of a killed program, or of a creation that was not answered.

        Only sessions with this package's reserved labels are deleted.

        Args:
            attempt: Only the session of this creation attempt; the error of the lost answer names it.
            labels: Only sessions that have all of these labels.
            older_than: Only sessions of at least this age in seconds.
            dry_run: Whether to list the sessions without deleting them.

        Returns:
            ``sessions`` (also ``data``), each with its age and its deletion or error.

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
        from .session import AsyncSession

        orphans = OrphanFilter.of(attempt, labels, older_than)
        search = AsyncOrphanSearch(partial(AsyncSession, self), self.core.clock, orphans, dry_run)
        return self.core.api.raise_if_strict(await search.run(self.iter_sessions(labels=orphans.labels)))

    def attach(self, ref: SessionReference) -> AsyncSession:
        """Return the session of a reference. Nothing is sent.

        The reference is ``ref`` of a session, in this process or another one. An attached session has no link and no
        token, so its tools are called through the control plane; ``get(ref.session_id)`` requests them.

        Args:
            ref: The reference.

        Returns:
            The session.

        Raises:
            SessionUsageError: The session belongs to another cloud or address than this client.

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
        """Return a pool of sessions, which leases each to one user at a time.

        Use it as a block: entering creates the first sessions, leaving deletes all of them.

        Args:
            min: The number of sessions that are created on entering.
            max: The size of the pool. At that size, ``lease()`` waits until a session is returned.
            check: A command that must succeed in a session before it is leased again.
            reset: A command that cleans up a returned session. If it fails, the session is deleted.
            max_age: The age in seconds from which a session is not leased again.
            max_uses: The number of leases of a session.
            create_rate: The maximum rate of creations in sessions a second, shared by all processes of this user on
                this machine that set it for the same account. It is lowered while the cloud throttles.
            params: The sessions' parameters; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            The pool, a context manager.

        Raises:
            SessionUsageError: An argument is invalid; nothing was sent.
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
        work: BinaryCall[AsyncSession, T, V],
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
        """Call ``work(session, item)`` for every item, each in a session of its own for that time.

        Use it as a block and iterate over it: results arrive as they complete. Leaving the block, also by ``break``, an
        exception or a cancellation, cancels the work in progress and deletes all sessions. Items are read on demand,
        so the iterable may be endless.

        Args:
            work: The function. Its exception becomes the item's error, and its session is not reused.
            items: The items.
            concurrency: The number of items, and sessions, at a time.
            ordered: Whether to return the results in the order of the items.
            fresh: Whether each item gets a new session.
            create_rate: The maximum rate of creations; see ``pool``.
            progress: Called at the start, after each result, and at the end; see ``progress_bar``.
            params: The sessions' parameters; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            The results: a context manager, and an iterator of ``MapResult``.

        Raises:
            SessionUsageError: An argument is invalid; nothing was sent.
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
        from .pooled_sessions import AsyncPooledSessions

        return AsyncPooledSessions(self.core, self._creator(params, fields), rules)

    def _creator(self, params: CreateSessionParams | None, fields: CreateSessionFields) -> Create:
        """Return a function that creates a session; raise SessionUsageError if a parameter is invalid."""
        from ..models.creation import CreateSessionParams
        from .creation import create_session
        from .session import session_from_details

        attach = partial(session_from_details, self)
        return partial(create_session, self.core, attach, CreateSessionParams.of(params, fields))

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
        """Close the client's connections. Its sessions keep running: delete them first, or use ``session()``."""
        await self.core.api.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.endpoint!r})"
