"""The operations of the browser: its start, and the link to its debugging interface."""

from ...core.escaping_filter import escaping_logger
from ...core.operation import OperationReply
from ...operations import browser, links, session
from ..browser.settings import settings_of
from ..session_registry import SessionRegistry
from .base import Action

log = escaping_logger("sessionbay.engine")


class BrowserActions:
    """Serves the operations of the browser."""

    def __init__(self, sessions: SessionRegistry) -> None:
        self._sessions = sessions
        self.served: dict[str, Action] = {
            browser.INIT.action: self._init,
            browser.GET_CDP_LINK.action: self._link,
        }

    async def _init(self, request: browser.InitRequest) -> OperationReply[browser.InitAnswer]:
        """Start the session's browser, or return the one that runs."""
        found = self._sessions.get(request.session_id)
        settings = settings_of(request.browser_option)
        found.running_agent()
        port = await found.browser.start(settings, request.persistent_path)
        message = "; ".join(settings.left_out)
        if message:
            log.warning("a browser was started without what only a cloud has: %s", message)
        return OperationReply(data=browser.InitAnswer(port=port), message=message)

    async def _link(self, request: session.SessionRef) -> OperationReply[links.LinkAnswer]:
        found = self._sessions.get(request.session_id)
        found.running_agent()
        browser = found.browser.running()
        url = await found.links.open(browser.port, "ws", devtools=browser.path)
        return OperationReply(data=links.LinkAnswer(url=url))
