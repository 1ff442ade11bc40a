# Generated from src/sessionbay/_async/exit_deletion.py by scripts/generate_sync.py. Do not edit.
"""Prepares the deletion of sessions when the program exits: event loops are closed by then."""

from urllib.parse import urlsplit

from .._http.plain_connection import Server
from .._http.proxies import proxy_of
from .._http.tls import TlsSettings
from ..core.config import is_loopback
from ..core.errors import AgentBayError
from ..exit_requests import ExitRequests
from ..shutdown import DELETED, Deletion, Outcome
from .api_client import ApiClient

MAX_CONNECTIONS = 10


def exit_requests(api: ApiClient) -> "ExitRequests | ClientRequests":
    """Return the requests that delete sessions of a client which has made its first call."""
    url, config = api.dialect.endpoint, api.config
    trust_env = not is_loopback(urlsplit(url).hostname or "")
    proxy = proxy_of(config.proxy, trust_env=trust_env)
    tls = TlsSettings(config.verify, trust_env=trust_env).context() if url.startswith("https:") else None
    server = Server.of(url, tls, proxy(url) if proxy else None, api.known_engine)
    if server is None:
        return ClientRequests(api)
    return ExitRequests(api.dialect, server, is_engine=lambda: api.engine.is_active)


class ClientRequests:
    """Deletes sessions by the sync client: through a SOCKS or HTTPS proxy, which plain requests cannot use."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    def deletion(self, session_id: str) -> Deletion:
        """Return the deletion of a session."""
        from .._sync.api_client import ApiClient
        from .._sync.client_config import ClientConfig
        from .._sync.deletion import request_deletion
        from .._sync.session_connection import SessionConnection
        from ..core.polling import is_gone

        config, endpoint = self._api.config, self._api.dialect
        own = ClientConfig(
            proxy=config.proxy,
            verify=config.verify,
            allow_http=config.allow_http,
            max_connections=MAX_CONNECTIONS,
        )
        connection = SessionConnection(ApiClient(endpoint, own, self._api.known_engine), session_id)

        def delete(deadline: float) -> Outcome:
            try:
                result = request_deletion(connection, deadline)
            except AgentBayError as exc:
                return Outcome(str(exc), final=True)
            return DELETED if result.success or is_gone(result) else Outcome(result.error_message, final=True)

        return delete

    def undo(self, attempt: str) -> Deletion:
        """Return a deletion that waits for the response to a creation."""
        return lambda _: Outcome(f"its creation was under way, and the proxy hides it ({attempt})", final=True)
