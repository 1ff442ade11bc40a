"""AgentBay's official client (``wuying-agentbay-sdk``), async. It is measured over TLS, as its users have it."""

from agentbay import AsyncAgentBay, AsyncSession, Config

from . import KEY, Place


class Contender:
    """As its page on PyPI shows it, but for the endpoint."""

    def __init__(self, place: Place) -> None:
        self.bay = AsyncAgentBay(api_key=KEY, cfg=Config(endpoint=place.host, timeout_ms=300_000))

    async def create(self) -> AsyncSession:
        return (await self.bay.create()).session

    async def call(self, session: AsyncSession) -> None:
        if not (await session.get_labels()).success:
            raise RuntimeError("refused")

    async def run(self, session: AsyncSession) -> None:
        if not (await session.command.execute_command("echo hello")).success:
            raise RuntimeError("refused")

    async def delete(self, session: AsyncSession) -> None:
        if not (await session.delete()).success:
            raise RuntimeError("refused")

    async def aclose(self) -> None:
        """Do nothing: it has no connections that last."""
