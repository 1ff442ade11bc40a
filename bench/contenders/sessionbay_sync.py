"""Ours, sync."""

import ssl

from sessionbay import AgentBay, Session

from . import CONNECTIONS, KEY, Place


class Contender:
    """By the public API alone."""

    def __init__(self, place: Place) -> None:
        verify = ssl.create_default_context(cafile=place.authority) if place.authority else True
        self.bay = AgentBay(KEY, endpoint=place.url, strict=True, verify=verify, max_connections=CONNECTIONS)

    def create(self) -> Session:
        return self.bay.create().session

    def call(self, session: Session) -> None:
        session.get_labels()

    def close(self) -> None:
        self.bay.close()
