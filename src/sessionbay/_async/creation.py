"""Creating a session so that none is lost: a cancelled creation is undone, an unanswered one is looked for.

While the request is on its way it cannot be cancelled, since only its answer says which session there is to delete.
Where no answer comes, the session carries the attempt's name as a label, and the list tells.
"""

import logging

from .._concurrency._async import shielded
from ..core.adaptive_rate import AdaptiveRate
from ..core.errors import AgentBayError, SessionError
from ..core.reserved_labels import ATTEMPT, CreationAttempt
from ..environment import nonce
from ..models.creation import CreateSessionParams
from ..models.sessions import OperationResult
from ..operations.creation import create_request
from ..operations.labels import GET_LABELS
from ..operations.session import (
    CREATE,
    DELETE,
    GET,
    LIST,
    CreateRequest,
    ListRequest,
    SessionAnswer,
    SessionRef,
)
from .api_client import AsyncApiClient, CallTimeout

log = logging.getLogger("sessionbay.session")

LOOKS = (0.5, 1.0, 2.0, 3.0, 4.0)  # seconds before each look at the list, which may lag
LOOK_TIMEOUT = 5.0
LOOKING = sum(LOOKS) + LOOK_TIMEOUT


class AsyncCreation:
    """One session in the making."""

    def __init__(self, channel: AsyncApiClient) -> None:
        self._channel = channel
        self._attempt = CreationAttempt(nonce()[:16], channel.clock.time())
        self.tags = self._attempt.tags() if channel.options.tag_sessions else {}

    async def run(self, asked: CreateSessionParams, pace: AdaptiveRate | None) -> OperationResult[SessionAnswer]:
        """Return what the service said, or the session that it did not tell of."""
        await self._channel.open()  # what is interrupted before, as an engine starts, has made no session to look for
        request = create_request(asked, self._channel.dialect, self.tags)

        async def ask() -> OperationResult[SessionAnswer]:
            return await self._answer(request, pace)

        try:
            return await shielded(ask, self._channel.options.timeout + LOOKING)
        except AgentBayError:
            raise
        except TimeoutError as exc:
            raise self._unknown("it took too long") from exc

    async def _answer(self, request: CreateRequest, pace: AdaptiveRate | None) -> OperationResult[SessionAnswer]:
        try:
            return await self._asked(request, pace)
        except AgentBayError:
            raise
        except BaseException:  # Ctrl-C, which nothing holds back
            await shielded(self._undo, LOOKING)
            raise

    async def _asked(self, request: CreateRequest, pace: AdaptiveRate | None) -> OperationResult[SessionAnswer]:
        try:
            made = await self._channel.call(CREATE, request, pace=pace)
        except AgentBayError as exc:
            if exc.outcome != "unknown":
                raise
            return await self._found(exc)
        if made.outcome_unknown:
            return await self._found(SessionError.of("refused", made.error_message, result=made))
        return made

    async def _found(self, cause: AgentBayError) -> OperationResult[SessionAnswer]:
        """Return the session of this attempt, once the list has it."""
        session_id = await self._look_for_it()
        if session_id is None:
            raise self._unknown(str(cause)) from cause
        log.warning("the answer to a creation was lost, its session %s was found: %s", session_id, cause)
        bare = OperationResult(success=True, data=SessionAnswer(session_id=session_id))
        try:
            told = await self._channel.call(GET, SessionRef(session_id=session_id), limits=CallTimeout(LOOK_TIMEOUT))
        except AgentBayError:
            return bare  # it is there all the same: without its details, its tools go through the control plane
        return told if told.success else bare

    async def _undo(self) -> None:
        """Delete the session of this attempt, if it comes to be."""
        if session_id := await self._look_for_it():
            await self._channel.call(DELETE, SessionRef(session_id=session_id))

    async def _look_for_it(self) -> str | None:
        """Return the id of this attempt's session; None when the list does not have it even after a while."""
        request, clock = ListRequest(labels={ATTEMPT: self._attempt.name}), self._channel.clock
        deadline = clock.monotonic() + LOOKING
        for pause in LOOKS if self.tags else ():
            await clock.sleep(min(pause, max(deadline - clock.monotonic(), 0.0)))
            limits = CallTimeout(min(LOOK_TIMEOUT, deadline - clock.monotonic()))
            if limits.whole <= 0:
                break
            try:
                listed = await self._channel.call(LIST, request, limits=limits)
                for entry in listed.data or ():
                    if await self._is_it(entry.session_id, limits):
                        return entry.session_id
            except AgentBayError as exc:
                log.debug("looking for the session of attempt %s: %s", self._attempt.name, exc)
        return None

    async def _is_it(self, session_id: str, limits: CallTimeout) -> bool:
        """Return whether a session carries this attempt's name: how the clouds match labels is not documented."""
        answer = await self._channel.call(GET_LABELS, SessionRef(session_id=session_id), limits=limits)
        return answer.success and (answer.data or {}).get(ATTEMPT) == self._attempt.name

    def _unknown(self, why: str) -> AgentBayError:
        """Return the error for a creation of which nobody knows how it went."""
        way_on = "bay.reap(attempt=…) finds it later" if self.tags else "sessions are not tagged, so nothing finds it"
        message = f"{why}: a session may have been created all the same, and run on; {way_on}"
        attempt = self._attempt.name if self.tags else ""
        return SessionError.of("unknown_outcome", message, attempt=attempt)
