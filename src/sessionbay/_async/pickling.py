"""Unpickles sessions: each is attached with the settings and the key of the process that unpickles it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from ..core.config import is_local, is_loopback
from ..core.errors import AgentBayUsageError, SessionError
from ..models.sessions import SessionReference
from .client_core import AsyncClientCore

if TYPE_CHECKING:
    from ..engine.resolve import ResolvedEngine


class AttachingClient(Protocol):
    """A client, of which no more is needed than what its sessions share."""

    core: AsyncClientCore


C = TypeVar("C", bound=AttachingClient)

_clients: WeakValueDictionary[object, Any] = WeakValueDictionary()


def client_for(connect: Callable[..., C], ref: SessionReference) -> C:
    """Return a client for a reference, made from this process's settings; equal settings share one."""
    try:
        engine = _find_engine(ref.endpoint)
        key = engine.api_key.reveal() if engine else None
        client = connect(key, endpoint=ref.endpoint, region_id=ref.region_id)
        client.core.api.known_engine = engine.known if engine else None
    except AgentBayUsageError as exc:
        reason = f"session {ref.session_id} at {ref.endpoint} cannot be attached here by itself: {_explain(ref, exc)}"
        raise SessionError.usage(f"{reason}; or send session.ref, and give it to attach() of a client") from exc
    dialect = client.core.api.dialect
    shared: C | None = _clients.get(dialect)
    if shared is None or shared.core.api.is_closed:
        shared = _clients[dialect] = client
    return shared


def _explain(ref: SessionReference, exc: AgentBayUsageError) -> str:
    if not _is_on_this_machine(ref.endpoint):
        return str(exc)
    return f"{exc}; an engine is known to other programs only if 'sessionbay serve' runs it"


def _is_on_this_machine(endpoint: str) -> bool:
    return not is_local(endpoint) and is_loopback(urlsplit(endpoint).hostname or "")


def _find_engine(endpoint: str) -> "ResolvedEngine | None":
    """Return the engine of this machine at an endpoint; None if there is none that this user knows."""
    if not _is_on_this_machine(endpoint):
        return None
    try:
        from ..engine.resolve import at
    except ModuleNotFoundError:  # the extra "local" is not installed
        return None
    return at(endpoint)
