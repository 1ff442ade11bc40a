"""AgentBay's official client (``wuying-agentbay-sdk``), sync. It is measured over TLS, as its users have it."""

from agentbay import AgentBay, Config, Session

from . import KEY, Place


class Contender:
    """As its page on PyPI shows it, but for the endpoint."""

    def __init__(self, place: Place) -> None:
        self.bay = AgentBay(api_key=KEY, cfg=Config(endpoint=place.host, timeout_ms=300_000))

    def create(self) -> Session:
        return self.bay.create().session

    def call(self, session: Session) -> None:
        if not session.get_labels().success:
            raise RuntimeError("refused")

    def close(self) -> None:
        """Do nothing: what it keeps ends with the process."""
