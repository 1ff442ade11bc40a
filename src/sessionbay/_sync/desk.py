# Generated from src/sessionbay/_async/desk.py by scripts/generate_sync.py. Do not edit.
"""What the methods of a client do."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .._concurrency._sync import Clock, HttpTransport, checkpoint
from .._http import checked_verify
from ..core import validation
from ..core.adaptive_rate import AdaptiveRate
from ..core.config import Given, may_be_at, proxy_url, resolve
from ..core.errors import AgentBayError, SessionError
from ..core.retry import RetryPolicy
from ..dialects.agb import AGBDialect
from ..dialects.agentbay import AgentBayDialect
from ..dialects.base import Dialect
from ..environment import USER_AGENT, environment, find_dotenv
from ..models.creation import CreateSessionParams
from ..models.orphans import ReapResult
from ..models.sessions import DeleteResult, SessionEntry, SessionListResult, SessionReference, SessionResult
from ..operations.creation import awaited_contexts
from ..operations.session import GET, LIST, ListRequest, SessionAnswer, SessionRef
from ..registry import register, unregister
from .api_client import ApiClient, Options
from .cleanup import delete_shielded
from .creation import Creation
from .http.pool import PoolLimits
from .orphans import OrphanFilter, OrphanSearch
from .paginator import Paginator
from .per_loop import PerLoop
from .poller import Poller
from .semaphore import Semaphore
from .session import Session

if TYPE_CHECKING:
    from .client import Client

CREATING = 64  # creations under way at once: what a cloud refuses of these, the others need not try
KEPT = 20.0  # seconds that an idle connection is kept: below the 60 after which servers close theirs
DIALECTS: Mapping[str, type[Dialect]] = {"agentbay": AgentBayDialect, "agb": AGBDialect}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a client was made with; see its arguments."""

    api_key: str | None
    region_id: str | None
    endpoint: str | None
    timeout: float | None
    strict: bool
    retry: RetryPolicy | None
    proxy: str | None
    verify: Any
    allow_http: bool
    max_connections: int
    tag_sessions: bool
    transport: HttpTransport | None
    clock: Clock | None


def channel(cloud: str, wishes: Wishes) -> ApiClient:
    """Return the channel of a client; raise when what it was made with is incomplete or unsafe."""
    kind = DIALECTS[cloud]
    names = kind.variables
    given = Given(wishes.api_key, wishes.region_id, wishes.endpoint, wishes.timeout, wishes.allow_http)
    dotenv = find_dotenv(upwards=names.dotenv_upwards)
    settings = resolve(given, names, kind.address, env=environment(), dotenv=dotenv)
    validation.instance("retry", wishes.retry, RetryPolicy, AgentBayError)
    validation.instance("transport", wishes.transport, HttpTransport, AgentBayError)
    options = Options(
        timeout=settings.timeout,
        strict=wishes.strict,
        retry=wishes.retry or RetryPolicy(),
        proxy=None if wishes.proxy is None else proxy_url(wishes.proxy),
        verify=checked_verify(wishes.verify),
        allow_http=wishes.allow_http,
        bounds=PoolLimits(validation.count("max_connections", wishes.max_connections, AgentBayError), KEPT),
        tag_sessions=wishes.tag_sessions,
        transport=wishes.transport,
        clock=wishes.clock or Clock(),
    )
    return ApiClient(kind(settings.endpoint, settings.api_key, settings.region_id, USER_AGENT), options)


class Desk:
    """Makes, finds and lists the sessions of one client."""

    def __init__(self, client: "Client", channel: ApiClient) -> None:
        self.channel = channel
        self._client = client
        self._pollers = PerLoop(lambda: Poller(channel))
        self._creating = PerLoop(lambda: Semaphore(CREATING))

    @property
    def poller(self) -> Poller:
        """The poller of this event loop."""
        return self._pollers.get()

    def create(self, asked: CreateSessionParams, pace: AdaptiveRate | None = None) -> SessionResult[Session]:
        """Create a session, and wait for its contexts. It is deleted when the program ends, unless handed over."""
        dialect = self.channel.dialect
        if dialect.image_required and not asked.image_id:
            raise SessionError.usage(f"{dialect.title} needs an image: pass image_id, e.g. {dialect.default_image!r}")
        creation = Creation(self.channel)
        turns = self._creating.get()
        turns.take()
        try:
            made = creation.run(asked, pace)
        finally:
            turns.end()
        if made.data is None:
            return self.channel.told(made.as_failure(SessionResult[Session]))
        session = self._adopt(made.data, asked.image_id or made.data.image_id)
        session._tags = creation.tags
        if way := self.channel.way:
            register(session.session_id, way)
        with _kept_or_deleted(session):
            checkpoint()
            error = session._wait_for_contexts(awaited_contexts(asked))
        return SessionResult(
            success=True, data=session, request_id=made.request_id, code=made.code, context_error=error
        )

    def delete(self, session: Session, sync_context: bool) -> DeleteResult:
        """Delete a session; ids and results are taken for it by mistake."""
        if not isinstance(cast("object", session), Session):
            kind = Session.__name__
            raise SessionError.usage(f"session must be of the class {kind}, not {session!r}: get() finds one by its id")
        return session.delete(sync_context)

    def release(self, session: Session) -> None:
        """Leave a session to the caller, who is to delete it."""
        unregister(session.session_id, self.channel.dialect.endpoint)

    def get(self, session_id: str) -> SessionResult[Session]:
        """Find a session by its id."""
        request = SessionRef(session_id=validation.text("session_id", session_id, SessionError))
        found = self.channel.call(GET, request)
        if found.data is None:
            return self.channel.told(found.as_failure(SessionResult[Session]))
        session = self._adopt(found.data, found.data.image_id)
        return SessionResult(success=True, data=session, request_id=found.request_id, code=found.code)

    def attach(self, ref: SessionReference) -> Session:
        """Return the session that a reference names; raise when this client leads elsewhere."""
        dialect = self.channel.dialect
        if ref.cloud != dialect.name or not may_be_at(dialect.endpoint, ref.endpoint):
            here = f"this client talks to {dialect.endpoint} ({dialect.name})"
            raise SessionError.usage(f"session {ref.session_id} is at {ref.endpoint} ({ref.cloud}), and {here}")
        return Session(self._client, ref.session_id)

    def list_request(
        self, labels: Mapping[str, str] | None, status: str | None, image_id: str | None, limit: int
    ) -> ListRequest:
        """Return the request of a list; raise when it makes no sense."""
        statuses = self.channel.dialect.statuses
        if status is not None and statuses:
            validation.choice("status", status, statuses, SessionError)
        for name, word in (("status", status), ("image_id", image_id)):
            if word is not None:
                validation.text(name, word, SessionError)
        return ListRequest(
            labels=validation.labels(labels, SessionError) if labels else {},
            max_results=validation.count("limit", limit, SessionError),
            status=status,
            image_id=image_id,
        )

    def list(self, request: ListRequest, page: int) -> SessionListResult:
        """Go through a list up to a page, and return that."""
        wanted = validation.count("page", page, SessionError)
        listed = self.channel.call(LIST, request)
        for number in range(2, wanted + 1):
            if not listed.success:
                break
            if not listed.next_token:
                reason = f"there is no page {wanted}: the list has {number - 1} of {request.max_results}"
                return self.channel.told(listed.as_failure(SessionListResult, reason))
            request = request.model_copy(update={"next_token": listed.next_token})
            listed = self.channel.call(LIST, request)
        return self.channel.told(listed)

    def pages(self, request: ListRequest) -> Paginator[ListRequest, SessionEntry]:
        """Return an iterator over all of a list."""
        return Paginator(self.channel, LIST, request)

    def reap(
        self, attempt: str | None, labels: Mapping[str, str] | None, older_than: float | None, *, dry_run: bool
    ) -> ReapResult:
        """Delete what was left over."""
        wanted = OrphanFilter.of(attempt, labels, older_than)
        return self.channel.told(OrphanSearch(self._client, wanted, dry_run).run())

    def _adopt(self, details: SessionAnswer, image_id: str | None) -> Session:
        session = Session(self._client, details.session_id)
        session._details, session.image_id = details, image_id or ""
        return session


@contextmanager
def _kept_or_deleted(session: Session) -> Generator[None]:
    """Delete a session that nobody holds yet, if the body does not come to its end."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            delete_shielded(session)
