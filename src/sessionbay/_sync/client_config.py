# Generated from src/sessionbay/_async/client_config.py by scripts/generate_sync.py. Do not edit.
"""The settings of a client."""

from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any

from .._concurrency._sync import Clock
from .._http.tls import validate_verify
from ..core import validation
from ..core.config import DEFAULT_TIMEOUT, validate_proxy_url
from ..core.errors import AgentBayError
from ..core.retry import RetryPolicy

if TYPE_CHECKING:
    from .._concurrency._sync_httpx import HttpTransport

IDLE_CONNECTION_TIMEOUT = 20.0  # seconds; servers usually close idle connections after 60


@dataclass(frozen=True, kw_only=True)
class ClientConfig:
    """The arguments of a client, validated; ``Client`` documents them.

    Where an argument is None, the environment, a ``.env`` file or the cloud's own default takes its place.
    """

    api_key: str | None = field(default=None, repr=False)
    env_file: str | PathLike[str] | None = None
    region_id: str | None = None
    endpoint: str | None = None
    timeout: float | None = None
    strict: bool = False
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    proxy: str | None = field(default=None, repr=False)
    verify: Any = True
    allow_http: bool = False
    max_connections: int
    tag_sessions: bool = True
    transport: "HttpTransport | None" = None
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        validation.instance("retry", self.retry, RetryPolicy, AgentBayError)
        if self.transport is not None:
            from .._concurrency._sync_httpx import HttpTransport

            validation.instance("transport", self.transport, HttpTransport, AgentBayError)
        validation.count("max_connections", self.max_connections, AgentBayError)
        object.__setattr__(self, "verify", validate_verify(self.verify))
        if self.proxy is not None:
            validate_proxy_url(self.proxy)

    @property
    def call_timeout(self) -> float:
        """Seconds that one call may take, retries included."""
        return DEFAULT_TIMEOUT if self.timeout is None else self.timeout
