"""Sessions that come out of a pickle: they are attached with the key of whoever opens it."""

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from ..core.config import LOCAL, is_loopback
from ..core.errors import AgentBayUsageError, SessionError
from ..models.sessions import SessionReference

if TYPE_CHECKING:
    from ..engine.resolve import ResolvedEngine
    from .client import AsyncClient
    from .reference import AsyncReference

S = TypeVar("S", bound="AsyncReference")

_clients: "WeakValueDictionary[object, AsyncClient]" = WeakValueDictionary()


def attached(kind: type[S], ref: SessionReference) -> S:
    """Return the session that a pickle names."""
    return kind(_client(ref), ref.session_id)


def _client(ref: SessionReference) -> "AsyncClient":
    """Return a client made from this process's own settings, the same one for sessions that need the same."""
    from .clouds import CLOUDS

    try:
        engine = _engine(ref.endpoint)
        key = engine.api_key.reveal() if engine else None
        made = CLOUDS[ref.cloud](key, endpoint=ref.endpoint, region_id=ref.region_id)
        made._channel.known = engine.known if engine else None
    except AgentBayUsageError as exc:
        reason = f"session {ref.session_id} at {ref.endpoint} cannot be attached here by itself: {_why(ref, exc)}"
        raise SessionError.usage(f"{reason}; or send session.ref, and give it to attach() of a client") from exc
    known = _clients.get(made._channel.dialect)
    if known is None or known._channel.is_closed:
        known = _clients[made._channel.dialect] = made
    return known


def _why(ref: SessionReference, exc: AgentBayUsageError) -> str:
    if not _is_here(ref.endpoint):
        return str(exc)
    return f"{exc}; an engine is known to other programs only if 'sessionbay serve' runs it"


def _is_here(endpoint: str) -> bool:
    return endpoint != LOCAL and is_loopback(urlsplit(endpoint).hostname or "")


def _engine(endpoint: str) -> "ResolvedEngine | None":
    """Return an engine on this machine that is known here; None where the settings have to say."""
    if not _is_here(endpoint):
        return None
    try:
        from ..engine.resolve import at
    except ModuleNotFoundError:  # the extra "local" is not installed
        return None
    return at(endpoint)
