"""A pool of sessions: lent out one user at a time, used again, deleted in the end."""

import logging
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .._concurrency._async import StateLock, run_for_each
from ..core import validation
from ..core.adaptive_rate import AdaptiveRate
from ..core.errors import AgentBayError, SessionError
from ..models.creation import CreateSessionFields, CreateSessionParams
from ..rate_limit_file import start_slot
from .cleanup import delete_shielded
from .semaphore import AsyncSemaphore
from .session import AsyncSession

if TYPE_CHECKING:
    from .fan_out import AsyncFanOut

log = logging.getLogger("sessionbay.pool")


@dataclass(frozen=True, kw_only=True)
class PoolRules:
    """What a pool keeps to; see ``pool`` of the clients."""

    least: int = 0
    most: int = 1
    check: str | None = None
    reset: str | None = None
    max_age: float | None = None
    max_uses: int | None = None
    pace: AdaptiveRate | None = None


def pool(
    client: "AsyncFanOut",
    params: CreateSessionParams | None,
    fields: CreateSessionFields,
    *,
    least: int = 0,
    most: int,
    check: str | None = None,
    reset: str | None = None,
    max_age: float | None = None,
    max_uses: int | None = None,
    create_rate: float | None = None,
) -> "AsyncSessionPool":
    """Return a pool that keeps to these rules; raise when they make no sense."""
    validation.count("max", most, SessionError, least=max(1, validation.count("min", least, SessionError, least=0)))
    rules = PoolRules(
        least=least,
        most=most,
        check=None if check is None else validation.text("check", check, SessionError),
        reset=None if reset is None else validation.text("reset", reset, SessionError),
        max_age=None if max_age is None else validation.seconds("max_age", max_age, SessionError),
        max_uses=None if max_uses is None else validation.count("max_uses", max_uses, SessionError),
        pace=None
        if create_rate is None
        else AdaptiveRate(validation.seconds("create_rate", create_rate, SessionError)),
    )
    return AsyncSessionPool(client, CreateSessionParams.of(params, fields), rules)


@dataclass(eq=False)
class _Member:
    """A session of the pool, and what became of it so far."""

    session: AsyncSession
    born: float
    uses: int = 0


class AsyncSessionPool:
    """Sessions that are used again. Leaving its block deletes them all, also those that are lent out."""

    def __init__(self, client: "AsyncFanOut", params: CreateSessionParams, rules: PoolRules) -> None:
        self._client = client
        self._params = params
        self._rules = rules
        self._clock = client._channel.clock
        self._turns = AsyncSemaphore(rules.most)
        self._creating = AsyncSemaphore(1)
        self._guard = StateLock()
        self._idle: list[_Member] = []
        self._members: set[_Member] = set()
        self._failures: list[AgentBayError] = []
        self._begun = False
        self._closed = False

    @property
    def size(self) -> int:
        """How many sessions the pool has, lent out or not."""
        return len(self._members)

    async def __aenter__(self) -> Self:
        self._begin("pool")
        try:
            await run_for_each(self._warm, range(self._rules.least))
            self._raise_failure()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()
        if exc is None:
            self._raise_failure()

    def lease(self, timeout: float | None = None) -> "AsyncLease":
        """Have a session for the length of a block.

        It goes back to the pool afterwards; if the block fails, or the pool's rules say so, it is deleted.

        Args:
            timeout: Seconds to wait for a session while all are lent out; without end if not given.

        Returns:
            A context manager that gives the session.

        Raises:
            SessionUsageError: ``timeout`` is no length of time.
            SessionError: There was none in time, or a new one could not be created.

        Example:
            ```python
            async with bay.pool(max=2, reset="rm -rf work") as pool:
                async with pool.lease() as session:
                    result = await session.command.run("mkdir -p work && echo hello")
                    print(result.output)
            ```
        """
        limit = None if timeout is None else validation.seconds("timeout", timeout, SessionError, zero=True)
        return AsyncLease(self, limit)

    def _begin(self, name: str) -> None:
        """Open the pool, whose sessions the end of a block deletes."""
        if self._begun:
            raise SessionError.usage(f"this block has been entered before: call {name}() for each")
        self._begun = True

    def _refuse_if_not_begun(self, name: str) -> None:
        if not self._begun:
            raise SessionError.usage(f"{name}() is a block, whose end deletes its sessions: enter it by 'with' first")

    async def _lend(self, timeout: float | None) -> _Member:
        self._refuse_if_not_begun("pool")
        try:
            await self._turns.take(timeout)
        except TimeoutError as exc:
            raise SessionError.of("timeout", f"all {self._turns.most} sessions were in use for {timeout} s") from exc
        try:
            return await self._idle_one() or await self._create()
        except BaseException:
            self._turns.end()
            raise

    async def _warm(self, _: int) -> None:
        try:
            member = await self._create()
        except AgentBayError as exc:
            self._failures.append(exc)
            return
        with self._guard:
            self._idle.append(member)

    async def _create(self) -> _Member:
        """Create a session; one that comes when the pool is closed already goes at once."""
        self._refuse_if_closed()
        if self._rules.pace:
            await self._keep_pace(self._rules.pace)
        made = await self._client._desk.create(self._params, self._rules.pace)
        member = _Member(made.raise_for_error().session, self._clock.monotonic())
        with self._guard:
            self._members.add(member)
        if self._closed:
            await self._drop(member)
            self._refuse_if_closed()
        return member

    async def _keep_pace(self, pace: AdaptiveRate) -> None:
        """Wait until the next session may be created; who comes later waits longer."""
        await self._creating.take()
        try:
            dialect = self._client._channel.dialect
            await self._clock.sleep(start_slot(f"{dialect.endpoint} {dialect.api_key.reveal()}", pace.gap, self._clock))
        finally:
            self._creating.end()

    async def _idle_one(self) -> _Member | None:
        """Return a session that waits for a user and is well."""
        while True:
            self._refuse_if_closed()
            with self._guard:
                if not self._idle:
                    return None
                member = self._idle.pop()
            well = False
            try:
                well = not self._is_worn(member) and await self._succeeds(member, self._rules.check)
            finally:
                if not well:
                    await self._drop(member)
            if well:
                return member

    async def _take_back(self, member: _Member, *, good: bool) -> None:
        member.uses += 1
        kept = member.session._is_parents
        try:
            if not kept and good and not self._is_worn(member) and await self._succeeds(member, self._rules.reset):
                with self._guard:
                    kept = not self._closed
                    if kept:
                        self._idle.append(member)
        finally:
            if not kept:
                await self._drop(member)

    def _is_worn(self, member: _Member) -> bool:
        rules = self._rules
        old = rules.max_age is not None and self._clock.monotonic() - member.born >= rules.max_age
        return self._closed or old or (rules.max_uses is not None and member.uses >= rules.max_uses)

    async def _succeeds(self, member: _Member, command: str | None) -> bool:
        """Return whether a command of the pool's rules ends well in a session."""
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

    async def _drop(self, member: _Member) -> None:
        """Delete a session; what stays is told when the pool ends."""
        with self._guard:
            if member not in self._members:
                return  # whoever ends the pool is at it
            self._members.discard(member)
        try:
            await delete_shielded(member.session)
        except AgentBayError as exc:
            log.warning("session %s was not deleted: %s", member.session.session_id, exc)
            self._failures.append(exc)

    async def _end(self) -> None:
        """Delete all sessions, beside each other."""
        self._closed = True
        with self._guard:
            left, self._idle = list(self._members), []
        await run_for_each(self._drop, left)

    def _raise_failure(self) -> None:
        if self._failures:
            raise self._failures[0]

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise SessionError.usage("the pool is closed: its sessions are gone")


class AsyncLease:
    """A session of a pool for the length of a block. It is no generator, as the block of ``session`` is none."""

    def __init__(self, pool: AsyncSessionPool, timeout: float | None) -> None:
        self._pool = pool
        self._timeout = timeout
        self._member: _Member | None = None

    async def __aenter__(self) -> AsyncSession:
        if self._member is not None:
            raise SessionError.usage("this block has been entered before: call lease() for each")
        self._member = await self._pool._lend(self._timeout)
        return self._member.session

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._member is None:
            return
        try:
            await self._pool._take_back(self._member, good=exc is None)
        finally:
            self._pool._turns.end()
