# Generated from src/sessionbay/_async/clouds.py by scripts/generate_sync.py. Do not edit.
"""The clients of the two clouds."""

from collections.abc import Mapping

from ..core.public import public
from .client import Client


@public
class AgentBay(Client):
    """A client of AgentBay (Alibaba Cloud), or of the local engine in AgentBay's words.

    Example:
        ```python
        with AgentBay(endpoint="local") as bay:
            with bay.session() as session:
                result = session.command.run("echo hello")
                print(result.output)
        ```
    """

    _cloud = "agentbay"


@public
class AGB(Client):
    """A client of AGB (agb.cloud), or of the local engine in AGB's words.

    Example:
        ```python
        with AGB(endpoint="local") as agb:
            with agb.session(image_id="agb-code-space-1") as session:
                result = session.command.run("echo hello")
                print(result.output)
        ```
    """

    _cloud = "agb"

    get_session = Client.get


CLOUDS: Mapping[str, type[Client]] = {"agentbay": AgentBay, "agb": AGB}
