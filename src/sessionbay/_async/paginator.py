"""Iterating over lists that come in pages."""

from collections.abc import AsyncIterator
from typing import Any, Generic, Self, TypeVar

from ..core.operation import Operation
from ..core.result import PageResult
from ..core.wire_model import Wire
from .api_client import AsyncApiClient

E = TypeVar("E")
Q = TypeVar("Q", bound=Wire)


class AsyncPaginator(AsyncIterator[E], Generic[Q, E]):
    """All entries of a list; each page is asked for when the one before it is used up."""

    def __init__(self, channel: AsyncApiClient, op: Operation[Q, Any, Any], request: Q) -> None:
        self._channel = channel
        self._op = op
        self._request: Q | None = request
        self._entries: list[E] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        while not self._entries:
            if self._request is None:
                raise StopAsyncIteration
            listed: PageResult[E] = (await self._channel.call(self._op, self._request)).raise_for_error()
            self._entries = list(reversed(listed.unwrap()))
            more = {"next_token": listed.next_token}
            self._request = self._request.model_copy(update=more) if listed.next_token else None
        return self._entries.pop()
