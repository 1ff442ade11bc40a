# Generated from src/sessionbay/_async/pages.py by scripts/generate_sync.py. Do not edit.
"""Iterating over lists that come in pages."""

from collections.abc import Iterator
from typing import Self

from ..models.sessions import SessionEntry
from ..ops.session import LIST, ListRequest
from .channel import Channel


class SessionPages(Iterator[SessionEntry]):
    """All sessions of a list; each page is asked for when the one before it is used up."""

    def __init__(self, channel: Channel, request: ListRequest) -> None:
        self._channel = channel
        self._request: ListRequest | None = request
        self._entries: list[SessionEntry] = []

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SessionEntry:
        while not self._entries:
            if self._request is None:
                raise StopIteration
            listed = (self._channel.call(LIST, self._request)).raise_for_error()
            self._entries = list(reversed(listed.unwrap()))
            more = {"next_token": listed.next_token}
            self._request = self._request.model_copy(update=more) if listed.next_token else None
        return self._entries.pop()
