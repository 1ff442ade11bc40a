"""Sessions that the tests of a module share, since they leave them as they found them."""

from contextlib import ExitStack

import sessionbay
from sessionbay.engine import LocalEngine

IMAGE = "code_latest"


class SharedSessions:
    """One session for each engine and cloud, created when a test asks for it."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], str] = {}
        self._cleanup = ExitStack()

    def session_id(self, engine: LocalEngine, client: type) -> str:
        """Return the id of the session that the tests with this class of client share."""
        cloud = client.__name__.removeprefix("Async")
        if (engine.endpoint, cloud) not in self._ids:
            make: type[sessionbay.AgentBay] = getattr(sessionbay, cloud)
            bay = self._cleanup.enter_context(make(endpoint=engine.endpoint, api_key=engine.api_key.reveal()))
            session = self._cleanup.enter_context(bay.session(image_id=IMAGE))
            self._ids[engine.endpoint, cloud] = session.session_id
        return self._ids[engine.endpoint, cloud]

    def close(self) -> None:
        """Delete the sessions."""
        self._cleanup.close()
