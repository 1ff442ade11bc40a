"""The clients of the two clouds."""

from collections.abc import Mapping

from ..core.public import public
from .client import AsyncClient


@public
class AsyncAgentBay(AsyncClient):
    """A client of AgentBay (Alibaba Cloud), or of the local engine in AgentBay's words.

    Example:
        ```python
        async with AsyncAgentBay(endpoint="local") as bay:
            async with bay.session() as session:
                result = await session.command.run("echo hello")
                print(result.output)
        ```
    """

    _cloud = "agentbay"


@public
class AsyncAGB(AsyncClient):
    """A client of AGB (agb.cloud), or of the local engine in AGB's words.

    Example:
        ```python
        async with AsyncAGB(endpoint="local") as agb:
            async with agb.session(image_id="agb-code-space-1") as session:
                result = await session.command.run("echo hello")
                print(result.output)
        ```
    """

    _cloud = "agb"

    get_session = AsyncClient.get


CLOUDS: Mapping[str, type[AsyncClient]] = {"agentbay": AsyncAgentBay, "agb": AsyncAGB}
