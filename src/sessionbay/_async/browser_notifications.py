"""The notifications of a session's browser, which it pushes over the session's WebSocket."""

from collections.abc import Callable
from functools import partial

from .._concurrency._async import run_beside, run_callback
from ..core.errors import AgentBayError, BrowserError
from ..core.escaping_filter import escaping_logger
from ..core.polling import exponential_backoff
from ..environment import nonce
from ..models.browser import BrowserNotifyMessage
from ..operations import browser as ops
from ..operations.dispatcher import Subscription
from .session_connection import AsyncSessionConnection
from .ws.multiplexer import AsyncMultiplexer
from .ws.session_multiplexer import multiplexer_of

log = escaping_logger("sessionbay.browser")
BACKOFF = (0.5, 1.5, 5.0)  # seconds between two attempts to reconnect: the first, the factor, the maximum

Callback = Callable[[BrowserNotifyMessage], object]


class AsyncBrowserNotifications:
    """Passes the notifications of a browser to one function, in their order, and sends the user's.

    A task (a thread in the sync twin) waits for them. The function runs there, not where the WebSocket is read: it may
    take its time, and use the session.
    """

    def __init__(self, connection: AsyncSessionConnection) -> None:
        self._connection = connection
        self._callback: Callback | None = None
        self._multiplexer: AsyncMultiplexer | None = None
        self._subscription: Subscription | None = None  # None while no function is registered
        self._task: object = None  # what is not referenced may be collected

    async def register(self, callback: Callback) -> None:
        """Pass the notifications to ``callback`` from now on."""
        multiplexer = multiplexer_of(self._connection, BrowserError)
        if self._subscription is not None and self._multiplexer is multiplexer:
            self._callback = callback
            return
        subscription = Subscription(route=ops.SERVER, accepts=ops.is_notification)
        try:
            await multiplexer.subscribe([subscription], BrowserError)
        except BaseException:
            multiplexer.drop(subscription)
            raise
        self._subscription, self._multiplexer, self._callback = subscription, multiplexer, callback
        self._task = run_beside(partial(self._deliver, multiplexer, subscription))

    def unregister(self) -> None:
        """Pass no more notifications. The WebSocket stays open for the other modules."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None and self._multiplexer is not None:
            self._multiplexer.drop(subscription)

    async def send(self, message: BrowserNotifyMessage) -> None:
        """Send a message to the browser."""
        await multiplexer_of(self._connection, BrowserError).notify(ops.notification(nonce(), message), BrowserError)

    async def _deliver(self, multiplexer: AsyncMultiplexer, subscription: Subscription) -> None:
        """Deliver until the function is unregistered, the client is closed or the session is gone."""
        try:
            while subscription is self._subscription:
                message = await multiplexer.next(subscription, BrowserError, None, "the browser's notifications")
                if message.kind == "push":
                    await self._call(BrowserNotifyMessage.from_map(message.data))
                elif multiplexer.is_closed:
                    break
                elif subscription is self._subscription:
                    log.info("subscribing to the browser's notifications again: %s", message.error)
                    await self._subscribe_again(multiplexer, subscription)
        except AgentBayError as exc:
            log.info("the browser's notifications end: %s", exc)
        finally:
            if subscription is self._subscription:
                self._subscription = None

    async def _subscribe_again(self, multiplexer: AsyncMultiplexer, subscription: Subscription) -> None:
        """Reconnect; raise once that is pointless."""
        intervals = exponential_backoff(*BACKOFF)
        while subscription is self._subscription:
            try:
                await multiplexer.subscribe([subscription], BrowserError)
            except BrowserError as exc:
                if exc.kind == "usage":
                    raise
            else:
                return
            await self._connection.api.clock.sleep(next(intervals))

    async def _call(self, message: BrowserNotifyMessage) -> None:
        """Call the user's function. Its errors are logged: no caller waits for it."""
        try:
            if self._callback is not None:
                await run_callback(self._callback, message)
        except Exception:
            log.exception("the function for the browser's notifications failed")
