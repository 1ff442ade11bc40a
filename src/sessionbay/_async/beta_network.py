"""Networks."""

from ..core import validation
from ..core.errors import SessionError
from ..core.polling import constant_backoff
from ..core.public import public
from ..models.networks import NetworkResult, NetworkStatusResult
from ..operations import networks as ops
from .api_client import AsyncApiClient
from .polling import poll_until


@public
class AsyncBetaNetwork:
    """Creates networks, through which sessions reach a machine of yours.

    AgentBay only; the local engine refuses. Create a network, bind your machine to it by the cloud's command-line tool
    and the token, wait until it is online, and create sessions with ``beta_network_id``. A refusal is a result. Every
    method raises ``SessionUsageError`` for an invalid argument and on AGB, before anything is sent, and
    ``SessionError`` when there is no response.
    """

    def __init__(self, api: AsyncApiClient) -> None:
        self._api = api

    async def get_network_bind_token(self, network_id: str | None = None) -> NetworkResult:
        """Create a network, or get another token of an existing one.

        Args:
            network_id: The id of an existing network; None creates one.

        Returns:
            ``network_id``, and ``network_token`` (also ``data``), a secret.

        Example:
            ```python
            made = await bay.beta_network.get_network_bind_token()
            print(made.success, made.error_message)
            ```
        """
        if network_id is not None:
            validation.text("network_id", network_id, SessionError)
        region = self._api.dialect.region_id
        request = ops.CreateNetworkRequest(login_region_id=region, network_id=network_id)
        return self._api.raise_if_strict(await self._api.call(ops.CREATE_NETWORK, request))

    async def describe(self, network_id: str) -> NetworkStatusResult:
        """Get whether a network is online.

        Args:
            network_id: The network's id.

        Returns:
            ``online`` (also ``data``). An unknown network is a refusal.

        Example:
            ```python
            seen = await bay.beta_network.describe("network-1")
            print(seen.success, seen.error_message)
            ```
        """
        request = ops.NetworkRef(network_id=validation.text("network_id", network_id, SessionError))
        return self._api.raise_if_strict(await self._api.call(ops.DESCRIBE_NETWORK, request))

    async def wait_until_online(
        self, network_id: str, timeout: float = 120, *, poll_interval: float = 2.0
    ) -> NetworkStatusResult:
        """Wait until a machine is bound to a network.

        Args:
            network_id: The network's id.
            timeout: Seconds to wait; 0 looks once.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the network is online. A wait that ran out has ``success=False`` and ``timed_out=True``.

        Example:
            ```python
            seen = await bay.beta_network.wait_until_online("network-1", timeout=30)
            print(seen.success, seen.error_message)
            ```
        """
        request = ops.NetworkRef(network_id=validation.text("network_id", network_id, SessionError))
        clock = self._api.clock
        timeout = validation.seconds("timeout", timeout, SessionError, zero=True)
        intervals = constant_backoff(validation.seconds("poll_interval", poll_interval, SessionError))

        async def look(remaining: float | None) -> NetworkStatusResult:
            return await self._api.call(ops.DESCRIBE_NETWORK, request, timeout=self._api.timeout(remaining))

        deadline = clock.monotonic() + timeout
        outcome = await poll_until(look, ops.is_online, clock=clock, deadline=deadline, intervals=intervals)
        return self._api.raise_if_strict(ops.online_result(outcome, network_id, timeout))
