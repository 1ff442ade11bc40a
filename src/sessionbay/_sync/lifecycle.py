# Generated from src/sessionbay/_async/lifecycle.py by scripts/generate_sync.py. Do not edit.
"""The changes of a session's state, and the waiting for them."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from .._concurrency._sync import Look
from ..core import validation
from ..core.errors import AgentBayError, SessionError
from ..core.operation import Operation
from ..core.polling import (
    PollOutcome,
    Transition,
    constant_backoff,
    exponential_backoff,
    is_gone,
    is_throttled,
)
from ..models.sessions import (
    DeleteResult,
    OperationResult,
    SessionPauseResult,
    SessionResumeResult,
    SessionStatusResult,
    WaitResult,
)
from ..operations.context import TaskWatch, copied
from ..operations.session import (
    DELETE,
    GET_DETAIL,
    KEEP_ALIVE,
    LOOK,
    PAUSE,
    RESUME,
    DetailRequest,
    SessionRef,
    ended,
)
from ..registry import unregister
from .polling import poll_until
from .session_context import SessionContext
from .toolbox import Toolbox

log = logging.getLogger("sessionbay.session")
W = TypeVar("W", bound=WaitResult)

DELETE_TIMEOUT = 30.0
CONTEXT_TIMEOUT = 180.0
PACE = (0.02, 2.0, 2.0)  # the first pause, its growth, and the longest one, in seconds
GONE = frozenset({"FINISH", "DELETED"})
ON_THE_MOVE = frozenset({"PAUSING", "RESUMING"})


class Lifecycle(Toolbox):
    """The part of a session that lives and dies."""

    @cached_property
    def context(self) -> SessionContext:
        """Copies contexts in and out."""
        return SessionContext(self)

    def get_status(self) -> SessionStatusResult:
        """Get the session's state.

        Returns:
            ``status`` (also ``data``), e.g. ``RUNNING``; a word that ``SessionStatus`` lacks is passed through.

        Example:
            ```python
            answer = session.get_status()
            print(answer.status)
            ```
        """
        return self._ask(GET_DETAIL, DetailRequest(session_id=self.session_id))

    def keep_alive(self) -> OperationResult[None]:
        """Start the idle time anew, after which the cloud would release the session.

        Returns:
            Whether it worked.

        Example:
            ```python
            kept = session.keep_alive()
            print(kept.success)
            ```
        """
        return self._ask(KEEP_ALIVE, self._ref)

    def pause(self, timeout: float = 600, poll_interval: float = 2.0) -> SessionPauseResult:
        """Pause this session and wait until it is ``PAUSED``. AgentBay only, for accounts that it is open to.

        Args:
            timeout: Seconds that all of it may take; 0 asks, looks once, and returns.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the session is paused; ``status`` is the last state seen. A wait that ran out has ``success=False``
            and ``timed_out=True``; the pause itself may still come about.

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
        return self._change(PAUSE, "PAUSED", via="PAUSING", start="RUNNING", timeout=timeout, every=poll_interval)

    def pause_async(self) -> SessionPauseResult:
        """Ask for a pause without waiting for it. AgentBay only.

        Returns:
            Whether the cloud took the request; ``get_status`` tells how it goes.

        Raises:
            SessionUsageError: The cloud has no pause; nothing was sent.

        Example:
            ```python
            asked = session.pause_async()
            print(asked.success)
            ```
        """
        return self._ask(PAUSE, self._ref)

    def resume(self, timeout: float = 600, poll_interval: float = 2.0) -> SessionResumeResult:
        """Resume this session from a pause and wait until it is ``RUNNING``. AgentBay only.

        Args:
            timeout: Seconds that all of it may take; 0 asks, looks once, and returns.
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
        return self._change(RESUME, "RUNNING", via="RESUMING", start="PAUSED", timeout=timeout, every=poll_interval)

    def resume_async(self) -> SessionResumeResult:
        """Ask for the end of a pause without waiting for it. AgentBay only.

        Returns:
            Whether the cloud took the request; ``get_status`` tells how it goes.

        Raises:
            SessionUsageError: The cloud has no pause; nothing was sent.

        Example:
            ```python
            session.pause(timeout=30, poll_interval=0.1)
            asked = session.resume_async()
            print(asked.success)
            ```
        """
        return self._ask(RESUME, self._ref)

    # Older releases of AgentBay's own client have these two as "beta_".
    beta_pause, beta_resume = pause, resume

    def _change(
        self, op: Operation[SessionRef, Any, W], want: str, *, via: str, start: str, timeout: float, every: float
    ) -> W:
        """Ask for a change of state and wait for it."""
        limit = validation.seconds("timeout", timeout, SessionError, zero=True)
        pauses = constant_backoff(validation.seconds("poll_interval", every, SessionError))
        transition = Transition(frozenset({want}), frozenset({via}), frozenset({start}))
        poller = self._agent_bay._desk.poller

        def look(left: float | None) -> SessionStatusResult:
            state = poller.state(self.session_id, every, left)
            if state is None or not transition.is_conclusive(state):
                return self._look(left)
            return SessionStatusResult(success=True, data=state)

        deadline = self._channel.clock.monotonic() + limit
        with poller.waiting():
            asked = self._call(op, self._ref, limit)
            if asked.success:
                waited = self._until(transition, deadline, pauses, look)
                asked = ended(op.result, waited, transition, want, limit)
        return self._channel.told(asked)

    def _until(
        self, transition: Transition, deadline: float, pauses: Iterator[float], look: Look[SessionStatusResult]
    ) -> PollOutcome[SessionStatusResult]:
        return poll_until(look, transition.evaluate, clock=self._channel.clock, deadline=deadline, pauses=pauses)

    def _look(self, limit: float | None) -> SessionStatusResult:
        return self._call(LOOK, self._ref, limit)

    def _look_at_detail(self, limit: float | None) -> SessionStatusResult:
        return self._call(GET_DETAIL, DetailRequest(session_id=self.session_id), limit)

    def delete(self, sync_context: bool = False) -> DeleteResult:
        """Delete this session and wait until it is gone; whatever runs in it ends.

        A paused session is resumed first, since the clouds refuse to delete it otherwise. Deleting what is deleted
        already is a success. Afterwards this object refuses every other call.

        Args:
            sync_context: Whether to copy the session's files to its contexts first. Should that fail, the session is
                deleted all the same, and ``sync_error`` says why it failed.

        Returns:
            Whether the session is gone; ``timed_out`` when it was still there after 30 seconds.

        Raises:
            SessionError: The request to delete was not answered.

        Example:
            ```python
            deleted = session.delete()
            print(deleted.success)
            ```
        """
        if self._deleted:
            return self._deleted
        sync_error = self._synchronise() if sync_context else ""
        try:
            result = replace(self._delete(), sync_error=sync_error)
        except SessionError:
            if self._deleted is None:
                raise
            return self._deleted  # somebody else was faster
        if result.success:
            self._deleted = result
            unregister(self.session_id, self._channel.dialect.endpoint)
            self._channel.close_connection(self.session_id)
        return self._channel.told(result)

    def _wait_for_contexts(self, context_ids: frozenset[str]) -> str:
        """Wait until the contexts of a new session are copied in; return why they were not, empty when they were."""
        if not context_ids:
            return ""
        deadline = self._channel.clock.monotonic() + CONTEXT_TIMEOUT
        waited = self.context._watch(TaskWatch(context_ids), deadline)
        return copied(waited, CONTEXT_TIMEOUT).error_message

    def _synchronise(self) -> str:
        """Copy the contexts out; return why it failed, empty when it did not."""
        try:
            error = (self.context.sync()).error_message
        except AgentBayError as exc:
            error = str(exc)
        if error:
            log.warning("session %s is deleted without its contexts being copied: %s", self.session_id, error)
        return error

    def _delete(self) -> DeleteResult:
        deadline = self._channel.clock.monotonic() + DELETE_TIMEOUT
        asked = self._ask_for_deletion(deadline)
        if not asked.success:
            return replace(asked, success=True, error_message="") if is_gone(asked) else asked
        gone = Transition(GONE, via=None, gone_is_want=True)
        waited = self._until(gone, deadline, exponential_backoff(*PACE), self._look_at_detail)
        return ended(DeleteResult, waited, gone, "deleted", DELETE_TIMEOUT)

    def _ask_to_end(self, deadline: float) -> str:
        """Ask for the deletion without waiting for it; return why it was refused, empty when it was not."""
        asked = self._ask_for_deletion(deadline)
        return "" if asked.success or is_gone(asked) else asked.error_message

    def _ask_for_deletion(self, deadline: float) -> DeleteResult:
        """Ask for the deletion, once more if the session had to be resumed first."""
        asked = self._call(DELETE, self._ref, self._left(deadline))
        perhaps_asleep = not asked.success and not is_gone(asked) and not is_throttled(asked.code)
        if perhaps_asleep and self._wake(deadline):
            asked = self._call(DELETE, self._ref, self._left(deadline))
        return asked

    def _left(self, deadline: float) -> float:
        return max(deadline - self._channel.clock.monotonic(), 0.001)

    def _wake(self, deadline: float) -> bool:
        """End a pause, or the way into one; return whether there was any."""
        if not self._channel.dialect.offers(RESUME):
            return False
        settled = Transition(frozenset({"PAUSED", "RUNNING"}), via=ON_THE_MOVE)
        self._until(settled, deadline, exponential_backoff(*PACE), self._look)
        if settled.seen != "PAUSED":
            return settled.begun or settled.seen == "RUNNING"  # a pause may have ended just before the look
        self._call(RESUME, self._ref, self._left(deadline))
        running = Transition(frozenset({"RUNNING"}), via=ON_THE_MOVE, start=frozenset({"PAUSED"}))
        return (self._until(running, deadline, exponential_backoff(*PACE), self._look)).verdict == "arrived"
