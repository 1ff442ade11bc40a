"""A batch poller: one request for a page of the list replaces a status request for each waiting session.

It has no task of its own. The first waiter leads: it requests the pages when they are due, resolves the other waiters,
and passes the lead on.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .._concurrency._async import Event, StateLock
from ..core.errors import SessionError
from ..operations.session import LIST, ListRequest
from .api_client import AsyncApiClient

MAX_UNBATCHED_WAITS = 5  # up to this number, each wait polls by itself
PAGE_SIZE = 100  # sessions
MIN_SAVED_LOOKS = 4  # status requests that a page must replace to pay off


@dataclass(eq=False)
class _Waiter:
    """A wait for a session's state; ``woken`` is set when the state is there, or when the waiter is to lead."""

    session_id: str
    woken: Event = field(default_factory=Event)
    resolved: bool = False
    state: str | None = None


class AsyncPoller:
    """Polls the states of all sessions that a client waits for in one event loop."""

    def __init__(self, api: AsyncApiClient) -> None:
        self._api = api
        self._lock = StateLock()
        self._waits = 0
        self._waiters: list[_Waiter] = []
        self._leader: _Waiter | None = None
        self._last_request = float("-inf")

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Count a wait during a block."""
        with self._lock:
            self._waits += 1
        try:
            yield
        finally:
            with self._lock:
                self._waits -= 1

    async def state(self, session_id: str, interval: float, timeout: float | None) -> str | None:
        """Return a session's state from the list; None if a request of its own is cheaper.

        Args:
            session_id: The session.
            interval: Seconds between two requests for the list.
            timeout: Seconds to wait for the state; raise SessionError after them.
        """
        if self._waits <= MAX_UNBATCHED_WAITS:
            return None
        waiter = _Waiter(session_id)
        with self._lock:
            self._waiters.append(waiter)
            if self._leader is None:
                self._leader = waiter
        try:
            if self._leader is not waiter:
                await waiter.woken.wait(timeout)
            if not waiter.resolved:
                await self._lead(interval, timeout)
        except TimeoutError as exc:
            raise SessionError.of("timeout", f"no list of sessions within {timeout:.3g} s") from exc
        finally:
            self._leave(waiter)
        return waiter.state

    def _leave(self, waiter: _Waiter) -> None:
        """Remove a waiter; a leader passes the lead on."""
        with self._lock:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            if self._leader is waiter:
                self._leader = self._waiters[0] if self._waiters else None
                if self._leader is not None:
                    self._leader.woken.set()

    async def _lead(self, interval: float, timeout: float | None) -> None:
        """Request the states for all waiters, and resolve them."""
        clock = self._api.clock
        delay = self._last_request + interval - clock.monotonic()
        if delay > 0:
            await clock.sleep(delay if timeout is None else min(delay, timeout))
        with self._lock:
            waiters, self._last_request = list(self._waiters), clock.monotonic()
        enough = len(waiters) > MAX_UNBATCHED_WAITS
        states = await self._states(len(waiters), timeout) if enough else {}
        with self._lock:
            for waiter in waiters:
                waiter.state, waiter.resolved = states.get(waiter.session_id), True
                if waiter in self._waiters:
                    self._waiters.remove(waiter)
                waiter.woken.set()

    async def _states(self, count: int, timeout: float | None) -> dict[str, str]:
        """Return the states of the listed sessions, from as many pages as pay off for ``count`` waiters."""
        request = ListRequest(max_results=PAGE_SIZE)
        states: dict[str, str] = {}
        for _ in range(max(1, count // MIN_SAVED_LOOKS)):
            listed = await self._api.call(LIST, request, timeout=self._api.timeout(timeout))
            if not listed.success:
                break
            states |= {entry.session_id: entry.status for entry in listed.sessions}
            pages = -(-(listed.total_count or 0) // max(1, len(listed.sessions)))
            if not listed.next_token or pages * MIN_SAVED_LOOKS > count:
                break
            request = request.model_copy(update={"next_token": listed.next_token})
        return states
