# Generated from src/sessionbay/_async/clouds.py by scripts/generate_sync.py. Do not edit.
"""The clients of the two clouds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..core.public import lazy_annotations, public
from .client import Client

if TYPE_CHECKING:
    from ..models.sessions import SessionPauseResult, SessionResumeResult
    from .session import Session


@public
@lazy_annotations("..models.sessions", ".session")
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

    def beta_pause(self, session: Session, timeout: float = 600, poll_interval: float = 2.0) -> SessionPauseResult:
        """Pause a session; the same as ``session.pause(timeout, poll_interval)``.

        Args:
            session: The session.
            timeout: Seconds for the request and the wait.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the session is paused.

        Example:
            ```python
            paused = bay.beta_pause(session, timeout=30, poll_interval=0.1)
            print(paused.status)
            bay.beta_resume(session, timeout=30, poll_interval=0.1)
            ```
        """
        return session.pause(timeout, poll_interval)

    def beta_resume(self, session: Session, timeout: float = 600, poll_interval: float = 2.0) -> SessionResumeResult:
        """Resume a session; the same as ``session.resume(timeout, poll_interval)``.

        Args:
            session: The session.
            timeout: Seconds for the request and the wait.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the session is running.

        Example:
            ```python
            session.pause(timeout=30, poll_interval=0.1)
            print((bay.beta_resume(session, timeout=30, poll_interval=0.1)).status)
            ```
        """
        return session.resume(timeout, poll_interval)


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
