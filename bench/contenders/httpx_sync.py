"""A bare ``httpx.Client``."""

import json

import httpx

from . import CONNECTIONS, Place
from .bare import Answer, form, granted, headers, params


class Contender:
    """One client, one pool."""

    def __init__(self, place: Place) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self.url = place.url
        self.client = httpx.Client(limits=limits, timeout=300, trust_env=False)

    def ask(self, action: str, **fields: str) -> Answer:
        """Send one request and return the JSON of its answer."""
        said = self.client.post(self.url, params=params(action), data=form(fields), headers=headers(action))
        answer: Answer = said.json()
        return answer

    def create(self) -> str:
        session: str = granted(self.ask("CreateMcpSession"))["SessionId"]
        return session

    def call(self, session: str) -> None:
        json.loads(granted(self.ask("GetLabel", SessionId=session))["Labels"])

    def close(self) -> None:
        self.client.close()
