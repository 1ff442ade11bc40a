# Generated from src/sessionbay/_async/creation.py by scripts/generate_sync.py. Do not edit.
"""Creates a session so that none is lost.

The request cannot be cancelled while it is in flight, since only its response tells which session there is to delete.
If the response is lost, the session is looked up in the list by a reserved label that names the attempt.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from .._concurrency._sync import checkpoint, shielded
from ..core.adaptive_rate import AdaptiveRate
from ..core.config import is_loopback
from ..core.errors import AgentBayError, EngineEndedError, SessionError
from ..core.escaping_filter import escaping_logger
from ..core.reserved_labels import ATTEMPT, CreationAttempt
from ..environment import nonce
from ..models.creation import CreateSessionParams
from ..models.sessions import OperationResult, SessionResult
from ..operations.creation import awaited_context_ids, create_request
from ..operations.session import CREATE, DELETE, GET, LIST, CreateRequest, ListRequest, SessionAnswer, SessionRef
from .api_client import CallTimeout
from .client_core import ClientCore
from .session import Session
from .session_block import delete_shielded
from .session_connection import SessionConnection

log = escaping_logger("sessionbay.session")

LOOKUP_DELAYS = (0.5, 1.0, 2.0, 3.0, 4.0)  # seconds before each look at the list, which may lag
LOOKUP_TIMEOUT = 5.0  # seconds for one look
TOTAL_LOOKUP_TIMEOUT = sum(LOOKUP_DELAYS) + LOOKUP_TIMEOUT


def create_session(
    core: ClientCore,
    attach: Callable[[SessionAnswer, str | None], Session],
    params: CreateSessionParams,
    rate: AdaptiveRate | None = None,
) -> SessionResult[Session]:
    """Create a session, ``attach`` it to the client, set up its phone, and wait for its contexts.

    It is deleted at exit, unless it is left to the caller.
    """
    dialect = core.api.dialect
    if dialect.image_required and not params.image_id:
        raise SessionError.usage(f"{dialect.title} needs an image: pass image_id, e.g. {dialect.default_image!r}")
    creation = Creation(core)
    semaphore = core.creations
    semaphore.acquire()
    try:
        created = creation.run(params, rate)
    finally:
        semaphore.release()
    if created.data is None:
        return core.api.raise_if_strict(created.as_failure(SessionResult[Session]))
    session = attach(created.data, params.image_id or created.data.image_id)
    session.connection.reserved_labels = creation.reserved_labels
    session.connection.records_browser = params.enable_record
    try:
        checkpoint()
        context_error, mobile_error = _prepare(session.connection, params)
    except BaseException:
        delete_shielded(session)
        raise
    return SessionResult(
        success=True,
        data=session,
        request_id=created.request_id,
        code=created.code,
        context_error=context_error,
        mobile_error=mobile_error,
    )


def _prepare(connection: SessionConnection, params: CreateSessionParams) -> tuple[str, str]:
    """Copy the contexts in, and set up the phone; return why each of the two failed, or empty strings."""
    phone = params.extra_configs.mobile if params.extra_configs else None
    if phone is None:
        return _context_error(connection, params), ""
    from ..operations.mobile import setting_commands, simulation_commands
    from .phone_settings import prepare_phone

    configured = prepare_phone(connection, setting_commands(phone, connection.api.clock.time()))
    context_error = _context_error(connection, params)
    simulated = prepare_phone(connection, simulation_commands(phone))
    if mobile_error := "; ".join(filter(None, (configured, simulated))):
        log.warning("the phone of session %s is not set up: %s", connection.session_id, mobile_error)
    return context_error, mobile_error


def _context_error(connection: SessionConnection, params: CreateSessionParams) -> str:
    """Wait for the contexts to be copied in; return why that failed, or an empty string."""
    if not (context_ids := awaited_context_ids(params)):
        return ""
    from .session_context import wait_for_contexts

    return wait_for_contexts(connection, context_ids)


class Creation:
    """One attempt to create a session."""

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._api = core.api
        self._attempt = CreationAttempt(nonce()[:16], self._api.clock.time())
        self.reserved_labels = self._attempt.labels() if self._api.config.tag_sessions else {}

    def run(self, params: CreateSessionParams, rate: AdaptiveRate | None) -> OperationResult[SessionAnswer]:
        """Return the service's response, or the session that was found after its response was lost."""
        self._api.open()  # an interruption up to here, e.g. while an engine starts, leaves no session behind
        request = create_request(params, self._api.dialect, self.reserved_labels)

        def create() -> OperationResult[SessionAnswer]:
            self._core.begin_creation(self._attempt.name)
            try:
                created = self._create_or_undo(request, rate)
                if created.data is not None:
                    self._core.delete_at_exit(created.data.session_id)
            except Exception:
                self._core.end_creation(self._attempt.name)
                raise
            self._core.end_creation(self._attempt.name)
            return created

        try:
            return shielded(create, self._api.config.call_timeout + TOTAL_LOOKUP_TIMEOUT)
        except EngineEndedError as exc:
            exc.outcome = "rejected"  # whether or not there was a session, there is none now
            raise
        except AgentBayError:
            raise
        except TimeoutError as exc:
            raise self._unknown_outcome("it took too long") from exc

    def _create_or_undo(self, request: CreateRequest, rate: AdaptiveRate | None) -> OperationResult[SessionAnswer]:
        try:
            return self._create(request, rate)
        except AgentBayError:
            raise
        except BaseException:  # Ctrl-C, which no shield holds back
            shielded(self._undo, TOTAL_LOOKUP_TIMEOUT)
            self._core.end_creation(self._attempt.name)
            raise

    def _create(self, request: CreateRequest, rate: AdaptiveRate | None) -> OperationResult[SessionAnswer]:
        try:
            created = self._api.call(CREATE, request, rate=rate)
        except AgentBayError as exc:
            if exc.outcome != "unknown" or isinstance(exc, EngineEndedError):
                raise
            return self._recover(exc)
        if created.outcome_unknown:
            return self._recover(SessionError.of("refused", created.error_message, result=created))
        return created

    def _recover(self, cause: AgentBayError) -> OperationResult[SessionAnswer]:
        """Return the session of this attempt, once the list has it."""
        session_id = self._find_session()
        if session_id is None:
            raise self._unknown_outcome(str(cause)) from cause
        log.warning("the answer to a creation was lost, its session %s was found: %s", session_id, cause)
        bare = OperationResult(success=True, data=SessionAnswer(session_id=session_id))
        try:
            details = self._api.call(GET, SessionRef(session_id=session_id), timeout=CallTimeout(LOOKUP_TIMEOUT))
        except EngineEndedError:
            raise
        except AgentBayError:
            return bare  # without details, its tools are called through the control plane
        return details if details.success else bare

    def _undo(self) -> None:
        """Delete the session of this attempt, if there is one."""
        if session_id := self._find_session():
            self._api.call(DELETE, SessionRef(session_id=session_id))

    def _find_session(self) -> str | None:
        """Return the id of this attempt's session; None if the list does not have it in time."""
        request, clock = ListRequest(labels={ATTEMPT: self._attempt.name}), self._api.clock
        deadline = clock.monotonic() + TOTAL_LOOKUP_TIMEOUT
        for delay in LOOKUP_DELAYS if self.reserved_labels else ():
            clock.sleep(min(delay, max(deadline - clock.monotonic(), 0.0)))
            timeout = CallTimeout(min(LOOKUP_TIMEOUT, deadline - clock.monotonic()))
            if timeout.total <= 0:
                break
            try:
                listed = self._api.call(LIST, request, timeout=timeout)
                for entry in listed.data or ():
                    if self._is_own(entry.session_id, timeout):
                        return entry.session_id
            except EngineEndedError:
                raise
            except AgentBayError as exc:
                log.debug("looking for the session of attempt %s: %s", self._attempt.name, exc)
                if exc.outcome == "not_sent" and is_loopback(urlsplit(self._api.dialect.endpoint).hostname or ""):
                    break  # the engine has ended, and its sessions with it
        return None

    def _is_own(self, session_id: str, timeout: CallTimeout) -> bool:
        """Return whether a session has this attempt's label: how the clouds match labels is not documented."""
        from ..operations.labels import GET_LABELS

        labels = self._api.call(GET_LABELS, SessionRef(session_id=session_id), timeout=timeout)
        return labels.success and (labels.data or {}).get(ATTEMPT) == self._attempt.name

    def _unknown_outcome(self, reason: str) -> AgentBayError:
        tagged = bool(self.reserved_labels)
        remedy = "bay.reap(attempt=…) finds it later" if tagged else "sessions are not tagged, so nothing finds it"
        message = f"{reason}: a session may have been created all the same, and run on; {remedy}"
        return SessionError.of("unknown_outcome", message, attempt=self._attempt.name if tagged else "")
