"""Contexts of a session."""

from ...core.operation import Reply
from ...ops import context
from ..refusals import Refusal
from ..sessions import Sessions
from .base import Action


class ContextActions:
    """The operations on contexts."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.served: dict[str, Action] = {
            context.SYNC_CONTEXT.action: self._sync,
            context.CONTEXT_INFO.action: self._context_info,
        }

    async def _sync(self, request: context.SyncRequest) -> Reply[None]:
        self._sessions.get(request.session_id)
        if request.context_id:
            raise Refusal("Context.NotFound", f"context {request.context_id} is not bound to the session")
        return Reply()

    async def _context_info(self, request: context.ContextInfoRequest) -> Reply[context.ContextInfoAnswer]:
        self._sessions.get(request.session_id)
        return Reply(data=context.ContextInfoAnswer(context_status=[]))
