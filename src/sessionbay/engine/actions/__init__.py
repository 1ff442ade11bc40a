"""The operations of the engine's control plane."""

from typing import Any

from ...core.operation import Operation, OperationReply
from ...core.wire_model import Wire
from ..contexts.scheduler import SyncScheduler
from ..contexts.signing import Signer
from ..session_registry import SessionRegistry
from ..unsupported import not_served
from .access import AccessActions
from .base import Action
from .browser import BrowserActions
from .contexts import ContextActions
from .sessions import SessionActions


class Actions:
    """Serves the operations on the sessions of one engine."""

    def __init__(self, sessions: SessionRegistry, copies: SyncScheduler, signer: Signer, url: str) -> None:
        self.served: dict[str, Action] = {
            **SessionActions(sessions, copies, url).served,
            **AccessActions(sessions, url).served,
            **BrowserActions(sessions).served,
            **ContextActions(sessions, copies, signer, url).served,
        }

    async def serve(self, op: Operation[Any, Any, Any], request: Wire) -> OperationReply[Any]:
        """Execute an operation; raise ``ApiError`` when it fails."""
        if (action := self.served.get(op.action)) is None:
            raise not_served(op.action)
        return await action(request)
