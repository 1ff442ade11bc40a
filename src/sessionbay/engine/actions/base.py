"""What all groups of operations share."""

from collections.abc import Awaitable, Callable
from typing import Any

from ...core.operation import OperationReply
from ..session import EngineSession

Action = Callable[[Any], Awaitable[OperationReply[Any]]]


def page_of(url: str, session: EngineSession) -> str:
    """Return the address of a session's own page on the engine at ``url``."""
    return f"{url}/instance/{session.id}/dashboard?resourceId={session.app_instance}&token={session.token}"
