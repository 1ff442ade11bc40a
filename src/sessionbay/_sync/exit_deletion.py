# Generated from src/sessionbay/_async/exit_deletion.py by scripts/generate_sync.py. Do not edit.
"""Deletes sessions when the program exits. It uses the sync twin: event loops are closed by then."""

from ..core.result import Result
from ..shutdown import Deleter, Endpoint

MAX_CONNECTIONS = 10


def open_deleter(endpoint: Endpoint) -> Deleter:
    """Return a function that requests the deletion of a session by its id, and returns why it was refused."""
    from .._sync.api_client import ApiClient
    from .._sync.client_config import ClientConfig
    from .._sync.deletion import request_deletion
    from .._sync.session_connection import SessionConnection
    from ..core.polling import is_gone

    config = ClientConfig(
        proxy=endpoint.proxy, verify=endpoint.verify, allow_http=endpoint.allow_http, max_connections=MAX_CONNECTIONS
    )
    api = ApiClient(endpoint.dialect, config, endpoint.known_engine)

    def delete(session_id: str, deadline: float) -> str:
        result: Result[None] = request_deletion(SessionConnection(api, session_id), deadline)
        return "" if result.success or is_gone(result) else result.error_message

    return delete
