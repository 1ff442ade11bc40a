"""The clients of the two clouds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..core.public import lazy_annotations, public
from .client import AsyncClient

if TYPE_CHECKING:
    from ..models.sessions import SessionPauseResult, SessionResumeResult
    from .session import AsyncSession


@public
@lazy_annotations("..models.sessions", ".session")
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

    async def beta_pause(
        self, session: AsyncSession, timeout: float = 600, poll_interval: float = 2.0
    ) -> SessionPauseResult:
        """Pause a session; the same as ``session.pause(timeout, poll_interval)``.

        Args:
            session: The session.
            timeout: Seconds for the request and the wait.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the session is paused.

        Example:
            ```python
            paused = await bay.beta_pause(session, timeout=30, poll_interval=0.1)
            print(paused.status)
            await bay.beta_resume(session, timeout=30, poll_interval=0.1)
            ```
        """
        return await session.pause(timeout, poll_interval)

    async def beta_resume(
        self, session: AsyncSession, timeout: float = 600, poll_interval: float = 2.0
    ) -> SessionResumeResult:
        """Resume a session; the same as ``session.resume(timeout, poll_interval)``.

        Args:
            session: The session.
            timeout: Seconds for the request and the wait.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the session is running.

        Example:
            ```python
            await session.pause(timeout=30, poll_interval=0.1)
            print((await bay.beta_resume(session, timeout=30, poll_interval=0.1)).status)
            ```
        """
        return await session.resume(timeout, poll_interval)


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
