"""What happens to the sessions that are left when the program ends: one bounded pass deletes them."""

import logging
import os
import signal
from collections import deque
from collections.abc import Callable
from functools import partial
from types import FrameType

from ._concurrency._sync import Clock
from ._sync.api_client import ApiClient, Options
from ._sync.client import Client
from ._sync.clouds import CLOUDS
from ._sync.desk import KEPT
from ._sync.http.pool import PoolLimits
from ._sync.session import Session
from .core.errors import AgentBayError
from .core.retry import RetryPolicy
from .registry import Endpoint, RegisteredSession, registered, run_in_threads, unregister

log = logging.getLogger("sessionbay.session")

WHOLE = 10.0  # seconds for all that is left
EACH = 5.0  # seconds for one session
AT_ONCE = 10
SIGNALS = ("SIGTERM", "SIGHUP")

Handler = Callable[[int, FrameType | None], object]


def install_signal_handlers() -> None:
    """Delete the sessions of this program's blocks on SIGTERM, and on SIGHUP where there is one, before it ends.

    Sessions of ``session``, ``map`` and ``pool`` are meant. It takes 10 seconds at most. Then the program goes on as it
    would have: the handler that was there before is called, or else the signal ends the program. A signal that is
    ignored, as SIGHUP under ``nohup``, stays ignored. Call it in the main thread; without it, no signal is touched.

    Example:
        ```python
        sessionbay.install_signal_handlers()
        ```
    """
    for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name)):
        before = signal.getsignal(number)
        if before is signal.SIG_DFL or (callable(before) and not _is_ours(before)):
            signal.signal(number, partial(_leave, before if callable(before) else None))


def _is_ours(handler: object) -> bool:
    return isinstance(handler, partial) and handler.func is _leave


def _leave(before: Handler | None, number: int, frame: FrameType | None) -> None:
    """Delete what is left; a second signal meanwhile does not wait for it."""
    signal.signal(number, before or signal.SIG_DFL)
    delete_remaining()
    if before is None:
        os.kill(os.getpid(), number)
    else:
        signal.signal(number, partial(_leave, before))
        before(number, frame)


def delete_remaining() -> None:
    """Delete the sessions that blocks made and did not delete; warn of those that stay."""
    clock = Clock()
    until = clock.monotonic() + WHOLE
    left = deque(registered())
    clients = {way: _client(way, clock) for way in {one.way for one in left}}
    failures: dict[str, str] = {one.session_id: "there was no time" for one in left}

    def work() -> None:
        while left and clock.monotonic() < until:
            try:
                one = left.popleft()
            except IndexError:
                return  # another thread was faster
            failures[one.session_id] = "there was no answer in time"
            failures[one.session_id] = _why_not(one, clients[one.way], until, clock)

    try:
        run_in_threads(work, min(AT_ONCE, len(left)), until, clock)
    finally:
        for session_id, reason in failures.copy().items():
            if reason:
                log.warning("session %s was left running when the program ended: %s", session_id, reason)


def _why_not(one: RegisteredSession, client: Client, until: float, clock: Clock) -> str:
    """Ask for the deletion of a session; return why it was not granted, empty when it was."""
    deadline = min(until, clock.monotonic() + EACH)
    try:
        refusal = Session(client, one.session_id)._ask_to_end(deadline)
    except AgentBayError as exc:
        return str(exc)
    if not refusal:
        unregister(one.session_id, one.way.dialect.endpoint)
    return refusal


def _client(way: Endpoint, clock: Clock) -> Client:
    """Return a client with connections of its own: those of the program are where its event loops went."""
    options = Options(
        timeout=EACH,
        strict=False,
        retry=RetryPolicy(),
        proxy=way.proxy,
        verify=way.verify,
        allow_http=way.allow_http,
        bounds=PoolLimits(AT_ONCE, KEPT),
        tag_sessions=False,
        transport=None,
        clock=clock,
    )
    return CLOUDS[way.dialect.name]._over(ApiClient(way.dialect, options, way.known))
