"""The sessions of a pool: created on demand, checked, reset and evicted."""

from dataclasses import dataclass
from typing import Self

from .._concurrency._async import StateLock, run_for_each
from ..core import validation
from ..core.adaptive_rate import AdaptiveRate
from ..core.errors import AgentBayError, SessionError
from ..core.escaping_filter import escaping_logger
from ..rate_limit_file import reserve_slot
from .client_core import AsyncClientCore
from .semaphore import AsyncSemaphore
from .session import AsyncSession
from .session_block import Create, delete_shielded

log = escaping_logger("sessionbay.pool")


@dataclass(frozen=True, kw_only=True)
class PoolRules:
    """The arguments of a pool; ``pool`` of the clients documents them."""

    min_size: int
    max_size: int
    check: str | None
    reset: str | None
    max_age: float | None
    max_uses: int | None
    rate: AdaptiveRate | None

    @classmethod
    def of(
        cls,
        *,
        min_size: int = 0,
        max_size: int,
        check: str | None = None,
        reset: str | None = None,
        max_age: float | None = None,
        max_uses: int | None = None,
        create_rate: float | None = None,
    ) -> Self:
        """Return the rules; raise SessionUsageError if one is invalid."""
        validation.count("min", min_size, SessionError, least=0)
        validation.count("max", max_size, SessionError, least=max(1, min_size))
        return cls(
            min_size=min_size,
            max_size=max_size,
            check=None if check is None else validation.text("check", check, SessionError),
            reset=None if reset is None else validation.text("reset", reset, SessionError),
            max_age=None if max_age is None else validation.seconds("max_age", max_age, SessionError),
            max_uses=None if max_uses is None else validation.count("max_uses", max_uses, SessionError),
            rate=None
            if create_rate is None
            else AdaptiveRate(validation.seconds("create_rate", create_rate, SessionError)),
        )


@dataclass(eq=False)
class PoolMember:
    """A session of the pool, and its use so far."""

    session: AsyncSession
    created_at: float
    uses: int = 0


class AsyncPooledSessions:
    """The sessions of one pool, leased or idle."""

    def __init__(self, core: AsyncClientCore, create: Create, rules: PoolRules) -> None:
        self.core = core
        self._create_session = create
        self._rules = rules
        self._leases = AsyncSemaphore(rules.max_size)
        self._starts = AsyncSemaphore(1)
        self._lock = StateLock()
        self._idle: list[PoolMember] = []
        self._members: set[PoolMember] = set()
        self._failures: list[AgentBayError] = []
        self._entered = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._members)

    async def fill(self) -> None:
        """Create the first sessions concurrently; on a failure, delete them and raise."""
        try:
            await run_for_each(self._warm, range(self._rules.min_size))
            self.raise_failure()
        except BaseException:
            await self.aclose()
            raise

    def enter(self, name: str) -> None:
        """Mark the pool as entered by the block of ``name``; raise SessionUsageError if it was entered before."""
        if self._entered:
            raise SessionError.usage(f"this block has been entered before: call {name}() for each")
        self._entered = True

    def raise_unless_entered(self, name: str) -> None:
        """Raise SessionUsageError if the block of ``name`` was not entered."""
        if not self._entered:
            raise SessionError.usage(f"{name}() is a block, whose end deletes its sessions: enter it by 'with' first")

    async def acquire(self, timeout: float | None) -> PoolMember:
        """Lease an idle session or a new one."""
        self.raise_unless_entered("pool")
        try:
            await self._leases.acquire(timeout)
        except TimeoutError as exc:
            raise SessionError.of("timeout", f"all {self._leases.limit} sessions were in use for {timeout} s") from exc
        try:
            return await self._take_idle() or await self._create()
        except BaseException:
            self._leases.release()
            raise

    async def release(self, member: PoolMember, *, reusable: bool) -> None:
        """Return a leased session to the pool."""
        try:
            await self._take_back(member, reusable=reusable)
        finally:
            self._leases.release()

    async def _warm(self, _: int) -> None:
        try:
            member = await self._create()
        except AgentBayError as exc:
            self._failures.append(exc)
            return
        with self._lock:
            self._idle.append(member)

    async def _create(self) -> PoolMember:
        """Create a session; delete it at once if the pool was closed meanwhile."""
        self._raise_if_closed()
        if self._rules.rate:
            await self._wait_for_start(self._rules.rate)
        created = await self._create_session(self._rules.rate)
        member = PoolMember(created.raise_for_error().session, self.core.clock.monotonic())
        with self._lock:
            self._members.add(member)
        if self._closed:
            await self._evict(member)
            self._raise_if_closed()
        return member

    async def _wait_for_start(self, rate: AdaptiveRate) -> None:
        """Wait until the account's rate allows another creation."""
        await self._starts.acquire()
        try:
            dialect, clock = self.core.api.dialect, self.core.clock
            await clock.sleep(reserve_slot(f"{dialect.endpoint} {dialect.api_key.reveal()}", rate.interval, clock))
        finally:
            self._starts.release()

    async def _take_idle(self) -> PoolMember | None:
        """Return an idle session that passes the check; None if there is none."""
        while True:
            self._raise_if_closed()
            with self._lock:
                if not self._idle:
                    return None
                member = self._idle.pop()
            healthy = False
            try:
                healthy = not self._is_expired(member) and await self._succeeds(member, self._rules.check)
            finally:
                if not healthy:
                    await self._evict(member)
            if healthy:
                return member

    async def _take_back(self, member: PoolMember, *, reusable: bool) -> None:
        member.uses += 1
        kept = member.session.connection.is_inherited
        reusable = reusable and not kept and not self._is_expired(member)
        try:
            if reusable and await self._succeeds(member, self._rules.reset):
                with self._lock:
                    kept = not self._closed
                    if kept:
                        self._idle.append(member)
        finally:
            if not kept:
                await self._evict(member)

    def _is_expired(self, member: PoolMember) -> bool:
        rules = self._rules
        old = rules.max_age is not None and self.core.clock.monotonic() - member.created_at >= rules.max_age
        return self._closed or old or (rules.max_uses is not None and member.uses >= rules.max_uses)

    async def _succeeds(self, member: PoolMember, command: str | None) -> bool:
        """Return whether a command of the rules succeeds in a session; no command does."""
        if command is None:
            return True
        try:
            result = await member.session.command.run(command)
        except AgentBayError as exc:
            log.info("session %s leaves the pool: %s", member.session.session_id, exc)
            return False
        if not result.success:
            log.info("session %s leaves the pool: %s", member.session.session_id, result.error_message)
        return result.success

    async def _evict(self, member: PoolMember) -> None:
        """Delete a session; a failure is raised when the pool closes."""
        with self._lock:
            if member not in self._members:
                return  # aclose() deletes it
            self._members.discard(member)
        try:
            await delete_shielded(member.session)
        except AgentBayError as exc:
            log.warning("session %s was not deleted: %s", member.session.session_id, exc)
            self._failures.append(exc)

    async def aclose(self) -> None:
        """Delete all sessions concurrently."""
        self._closed = True
        with self._lock:
            members, self._idle = list(self._members), []
        await run_for_each(self._evict, members)

    def raise_failure(self) -> None:
        """Raise the first failure to create or delete a session."""
        if self._failures:
            raise self._failures[0]

    def _raise_if_closed(self) -> None:
        if self._closed:
            raise SessionError.usage("the pool is closed: its sessions are gone")
