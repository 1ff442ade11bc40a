"""One poller for many waits: the states of many sessions from a few pages of the list, not from a question each.

It has no task of its own. Of those who want to know, the first one leads: it asks for the pages when the time has come,
answers everybody, and hands over to who came meanwhile.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .._concurrency._async import Event, StateLock
from ..core.errors import SessionError
from ..operations.session import LIST, ListRequest
from .api_client import AsyncApiClient

FEW = 5  # waits that ask for themselves
PAGE = 100  # sessions that a page is asked to hold
WORTH = 4  # looks that a page has to save


@dataclass(eq=False)
class _Question:
    """Somebody who wants to know a session's state; called when it is answered, or when it is to lead."""

    session_id: str
    called: Event = field(default_factory=Event)
    answered: bool = False
    state: str | None = None


class AsyncPoller:
    """Tells states to all waits of one client on one event loop."""

    def __init__(self, channel: AsyncApiClient) -> None:
        self._channel = channel
        self._guard = StateLock()
        self._waits = 0
        self._open: list[_Question] = []
        self._leader: _Question | None = None
        self._asked_at = float("-inf")

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Count one wait more for the length of a block."""
        with self._guard:
            self._waits += 1
        try:
            yield
        finally:
            with self._guard:
                self._waits -= 1

    async def state(self, session_id: str, every: float, limit: float | None) -> str | None:
        """Return a session's state as the list has it; None where it is better to ask for it alone.

        The list is asked for once in ``every`` seconds; ``limit`` is how long the answer may take.
        """
        if self._waits <= FEW:
            return None
        question = _Question(session_id)
        with self._guard:
            self._open.append(question)
            if self._leader is None:
                self._leader = question
        try:
            if self._leader is not question:
                await question.called.wait(limit)
            if not question.answered:
                await self._lead(every, limit)
        except TimeoutError as exc:
            raise SessionError.of("timeout", f"no list of sessions within {limit:.3g} s") from exc
        finally:
            self._leave(question)
        return question.state

    def _leave(self, question: _Question) -> None:
        """Be out of it, in whatever way; a leader hands over."""
        with self._guard:
            if question in self._open:
                self._open.remove(question)
            if self._leader is question:
                self._leader = self._open[0] if self._open else None
                if self._leader is not None:
                    self._leader.called.set()

    async def _lead(self, every: float, limit: float | None) -> None:
        """Ask for everybody who wants to know by then, and answer them."""
        clock = self._channel.clock
        due = self._asked_at + every - clock.monotonic()
        if due > 0:
            await clock.sleep(due if limit is None else min(due, limit))
        with self._guard:
            asking, self._asked_at = list(self._open), clock.monotonic()
        states = await self._states(len(asking), limit) if len(asking) > FEW else {}
        with self._guard:
            for question in asking:
                question.state, question.answered = states.get(question.session_id), True
                if question in self._open:
                    self._open.remove(question)
                question.called.set()

    async def _states(self, wanted: int, limit: float | None) -> dict[str, str]:
        """Return the states of the sessions on the list, as far as its pages are worth it."""
        request = ListRequest(max_results=PAGE)
        states: dict[str, str] = {}
        for _ in range(max(1, wanted // WORTH)):
            listed = await self._channel.call(LIST, request, limits=self._channel.limits(limit))
            if not listed.success:
                break
            states |= {entry.session_id: entry.status for entry in listed.sessions}
            pages = -(-(listed.total_count or 0) // max(1, len(listed.sessions)))
            if not listed.next_token or pages * WORTH > wanted:
                break
            request = request.model_copy(update={"next_token": listed.next_token})
        return states
