"""Networks that sessions share with a machine of yours. AgentBay only."""

from dataclasses import field

from ..core.errors import SessionError
from ..core.public import public
from ..core.result import Result


@public
class NetworkResult(Result[str], error=SessionError):
    """The result of ``beta_network.get_network_bind_token``.

    Attributes:
        data: The token that binds a machine to the network. It grants access, so the repr omits it.
        network_id: The network's id.
    """

    data: str | None = field(default=None, repr=False)
    network_id: str = ""

    @property
    def network_token(self) -> str:
        """The token; raises on failure."""
        return self.unwrap()


@public
class NetworkStatusResult(Result[bool], error=SessionError):
    """The result of ``beta_network.describe`` and ``wait_until_online``.

    Attributes:
        timed_out: Whether a wait timed out, rather than the request failing.
    """

    timed_out: bool = False

    @property
    def online(self) -> bool:
        """Whether a machine is bound to the network, and reachable; raises on failure."""
        return self.unwrap()
