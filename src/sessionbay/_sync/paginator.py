# Generated from src/sessionbay/_async/paginator.py by scripts/generate_sync.py. Do not edit.
"""Iteration over paginated lists."""

from collections.abc import Iterator
from typing import Any, Generic, Self, TypeVar

from ..core.operation import Operation
from ..core.public import public
from ..core.result import PageResult
from ..core.wire_model import Wire
from .api_client import ApiClient

E = TypeVar("E")
Q = TypeVar("Q", bound=Wire)


@public
class Paginator(Iterator[E], Generic[Q, E]):
    """An iterator over all entries of a list; a page is requested when the previous one is exhausted."""

    def __init__(self, api: ApiClient, op: Operation[Q, Any, Any], request: Q) -> None:
        self._api = api
        self._op = op
        self._request: Q | None = request
        self._entries: list[E] = []

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        while not self._entries:
            if self._request is None:
                raise StopIteration
            page: PageResult[E] = (self._api.call(self._op, self._request)).raise_for_error()
            self._entries = list(reversed(page.unwrap()))
            next_page = {"next_token": page.next_token}
            self._request = self._request.model_copy(update=next_page) if page.next_token else None
        return self._entries.pop()
