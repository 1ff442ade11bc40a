# Generated from src/sessionbay/_async/client_core.py by scripts/generate_sync.py. Do not edit.
"""What the sessions, pools and searches of one client share."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.config import matches_endpoint, resolve
from ..core.errors import SessionError
from ..dialects.loading import dialect_class
from ..environment import USER_AGENT, environment, find_dotenv
from ..models.sessions import SessionReference
from ..shutdown import register, register_creation, unregister, unregister_creation
from .api_client import ApiClient
from .client_config import ClientConfig
from .per_loop import PerLoop
from .poller import Poller
from .semaphore import Semaphore

if TYPE_CHECKING:
    from ..exit_requests import ExitRequests
    from .exit_deletion import ClientRequests

MAX_CREATIONS = 64  # concurrent creations of one client: the clouds throttle more than that


class ClientCore:
    """A client's API client, its batch poller and its bound on creations, and the registration of its sessions.

    Attributes:
        api: The API client.
        clock: The clock of the client.
        unpickle: Returns a pickled session from its reference.
    """

    def __init__(self, api: ApiClient, unpickle: Callable[[SessionReference], object]) -> None:
        self.api = api
        self.clock = api.clock
        self.unpickle = unpickle
        self._pollers = PerLoop(lambda: Poller(api))
        self._creations = PerLoop(lambda: Semaphore(MAX_CREATIONS))

    @classmethod
    def connect(cls, cloud: str, config: ClientConfig, unpickle: Callable[[SessionReference], object]) -> "ClientCore":
        """Return the core of a client; raise AgentBayUsageError if the settings are incomplete or unsafe."""
        kind = dialect_class(cloud)
        names = kind.variables
        dotenv = find_dotenv(config.env_file, upwards=names.dotenv_upwards)
        settings = resolve(config, names, kind.address, env=environment(), dotenv=dotenv)
        dialect = kind(settings.endpoint, settings.api_key, settings.region_id, USER_AGENT)
        return cls(ApiClient(dialect, replace(config, timeout=settings.timeout)), unpickle)

    @property
    def poller(self) -> Poller:
        """The poller of the running event loop."""
        return self._pollers.get()

    @property
    def creations(self) -> Semaphore:
        """The bound on concurrent creations in the running event loop."""
        return self._creations.get()

    def delete_at_exit(self, session_id: str) -> None:
        """Have a session deleted when the program exits."""
        if requests := self._exit_requests:
            register(session_id, self.api.dialect.endpoint, requests.deletion(session_id))

    def keep_at_exit(self, session_id: str) -> None:
        """Leave a session alone when the program exits: it is deleted, or the caller's to delete."""
        unregister(session_id, self.api.dialect.endpoint)

    def begin_creation(self, attempt: str) -> None:
        """Have the session of a creation deleted if the program exits before ``end_creation``."""
        requests = self._exit_requests
        if requests and not register_creation(attempt, self.api.dialect.endpoint, requests.undo(attempt)):
            raise SessionError.usage("a signal is ending the program: no session is created any more")

    def end_creation(self, attempt: str) -> None:
        """Leave a creation alone when the program exits: it was answered, or undone."""
        unregister_creation(attempt, self.api.dialect.endpoint)

    @cached_property
    def _exit_requests(self) -> "ExitRequests | ClientRequests | None":
        from .exit_deletion import exit_requests

        # A private engine ends with the program; a custom transport may need an event loop that is closed by then.
        return None if self.api.owns_engine or self.api.config.transport else exit_requests(self.api)

    def check_reference(self, ref: SessionReference) -> None:
        """Raise SessionUsageError if a reference belongs to another cloud or address than this client."""
        dialect = self.api.dialect
        if ref.cloud != dialect.name or not matches_endpoint(dialect.endpoint, ref.endpoint):
            own = f"this client talks to {dialect.endpoint} ({dialect.name})"
            raise SessionError.usage(f"session {ref.session_id} is at {ref.endpoint} ({ref.cloud}), and {own}")
