# Generated from src/sessionbay/_async/engine_watch.py by scripts/generate_sync.py. Do not edit.
"""Detects that the local engine of a client has ended, also while nothing is sent to it."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from .._concurrency._sync import Clock
from .._http.errors import NotTheEngineError, is_refused
from .._version import __version__
from ..core.challenge import ENGINE_HEADER, KnownEngine
from ..core.config import is_loopback
from ..core.errors import AgentBayError, Outcome
from ..core.escaping_filter import escaping_logger
from ..dialects.base import Dialect
from .client_config import ClientConfig
from .http.engine_auth import is_refused_at

log = escaping_logger("sessionbay.session")

CHECK_INTERVAL = 0.5  # seconds of a sleep between two checks
CHECKS = (0.0, 0.02, 0.1)  # seconds before each check after a lost connection


class EngineClient(Protocol):
    """A client, of which no more is needed than how it found its engine."""

    config: ClientConfig
    dialect: Dialect
    known_engine: KnownEngine | None
    owns_engine: bool


class EngineWatch:
    """Distinguishes an engine that has ended from one that does not answer: nothing listens at its address."""

    def __init__(self, api: EngineClient, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._version = ""
        self._last_sign = float("-inf")

    def record_response(self, headers: Mapping[str, str]) -> None:
        """Record a response, whose headers say whether an engine sent it."""
        if version := headers.get(ENGINE_HEADER):
            if not self._version and version != __version__:
                log.warning("%s", _mix(self._api.dialect.endpoint, version))
            self._version = version
            self._last_sign = self._clock.monotonic()

    @property
    def is_active(self) -> bool:
        """Whether the client talks to an engine of this machine, without a proxy or a transport of the user."""
        api = self._api
        if api.config.transport or api.config.proxy:
            return False
        found = bool(self._version) or api.owns_engine or api.known_engine is not None
        return found and is_loopback(urlsplit(api.dialect.endpoint).hostname or "")

    def is_engine_url(self, url: str) -> bool:
        """Return whether a URL is one of the engine."""
        return self.is_active and urlsplit(url).netloc == urlsplit(self._api.dialect.endpoint).netloc

    def explain(self, name: str, error: AgentBayError) -> AgentBayError:
        """Return the error of a call that failed, or that of an engine that has ended."""
        if error.kind in ("unreachable", "invalid_response") and self.has_ended(error.__cause__):
            return self.ended(name, error.outcome)
        return error

    def has_ended(self, cause: BaseException | None = None) -> bool:
        """Return whether the engine has ended, after a failed request with this cause."""
        if not self.is_active:
            return False
        if cause is not None and (isinstance(cause, NotTheEngineError) or is_refused(cause)):
            return True
        for pause in CHECKS:
            self._clock.sleep(pause)
            if is_refused_at(self._api.dialect.endpoint):
                return True
        return False

    def raise_if_ended(self) -> None:
        """Raise EngineEndedError if the engine has ended; do nothing shortly after it has answered."""
        now = self._clock.monotonic()
        if self._last_sign + CHECK_INTERVAL / 2 > now or not self.is_active:
            return
        if is_refused_at(self._api.dialect.endpoint):
            raise self.ended("a wait", "not_sent")
        self._last_sign = now

    def ended(self, name: str, outcome: Outcome) -> AgentBayError:
        """Return the error of a call."""
        message = f"{name}: the engine at {self._api.dialect.endpoint} has ended, and its sessions with it"
        return AgentBayError.of("engine_ended", f"{message}: create a new client", outcome=outcome)


def _mix(endpoint: str, version: str) -> str:
    """Return what to do about an engine of another version."""
    text = f"the engine at {endpoint} is sessionbay {version[:50]}, and this client is {__version__}"
    return f"{text}: if calls are refused, install one version, and restart the engine (sessionbay stop)"


class WatchingClock(Clock):
    """A client's clock. A longer sleep raises EngineEndedError when the engine ends meanwhile."""

    def __init__(self, clock: Clock, watch: EngineWatch) -> None:
        self._clock = clock
        self._watch = watch

    def time(self) -> float:
        return self._clock.time()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        deadline = self._clock.monotonic() + seconds
        while seconds > CHECK_INTERVAL and self._watch.is_active:
            self._clock.sleep(CHECK_INTERVAL)
            self._watch.raise_if_ended()
            seconds = max(deadline - self._clock.monotonic(), 0.0)
        self._clock.sleep(seconds)
