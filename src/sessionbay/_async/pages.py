"""Iterating over lists that come in pages."""

from collections.abc import AsyncIterator
from typing import Self

from ..models.sessions import SessionEntry
from ..ops.session import LIST, ListRequest
from .channel import AsyncChannel


class AsyncSessionPages(AsyncIterator[SessionEntry]):
    """All sessions of a list; each page is asked for when the one before it is used up."""

    def __init__(self, channel: AsyncChannel, request: ListRequest) -> None:
        self._channel = channel
        self._request: ListRequest | None = request
        self._entries: list[SessionEntry] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionEntry:
        while not self._entries:
            if self._request is None:
                raise StopAsyncIteration
            listed = (await self._channel.call(LIST, self._request)).raise_for_error()
            self._entries = list(reversed(listed.unwrap()))
            more = {"next_token": listed.next_token}
            self._request = self._request.model_copy(update=more) if listed.next_token else None
        return self._entries.pop()
