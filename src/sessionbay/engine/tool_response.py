"""The responses to tool calls: large ones do not hold up the event loop, and a client that leaves ends its call."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from pydantic import Field
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..core.http import HttpResponse
from ..operations.tools import CallAnswer, ContentAnswer
from .turns import take_turn

T = TypeVar("T")
SLICE_LENGTH = 64 * 1024  # characters that are encoded in one turn of the event loop
ENDED_WITH_CLIENT = frozenset(
    {"get_file_info", "list_directory", "read_file", "read_multiple_files", "run_code", "search_files", "shell"}
)
"""The tools whose call is cancelled when the client closes the connection before the response."""


class LongAnswer(CallAnswer):
    """A long text in parts, which are neither joined nor freed at once: that would hold the event loop."""

    parts: list[str] = Field(exclude=True, repr=False)


async def run_for_client(request: Request, tool: str, call: Coroutine[Any, Any, T]) -> T:
    """Run a tool call. If its tool is in ``ENDED_WITH_CLIENT``, cancel it when the client leaves."""
    if tool not in ENDED_WITH_CLIENT:
        return await call
    running, leaving = asyncio.ensure_future(call), asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait((running, leaving), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            return running.result()
        raise ClientDisconnect
    finally:
        running.cancel()
        leaving.cancel()
        await asyncio.gather(running, leaving, return_exceptions=True)


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def to_response(answer: CallAnswer, encode: Callable[[CallAnswer], HttpResponse]) -> Response:
    """Encode an answer, its text slice by slice if it is long."""
    parts = answer.parts if isinstance(answer, LongAnswer) else [answer.text]
    if len(parts) == 1 and len(parts[0]) <= SLICE_LENGTH:
        encoded = encode(answer)
        return Response(encoded.body, encoded.status, dict(encoded.headers))

    def encode_text(part: str) -> HttpResponse:
        return encode(answer.model_copy(update={"content": [ContentAnswer(text=part)]}))

    # The mark passes through all layers of JSON unchanged, and shows where the text is.
    mark = secrets.token_hex(16)
    whole = encode_text(mark)
    head, tail = whole.body.split(mark.encode())
    slices = [head]
    parts.reverse()
    while parts:
        part = parts.pop()
        for start in range(0, len(part), SLICE_LENGTH):
            slices.append(encode_text(mark + part[start : start + SLICE_LENGTH] + mark).body.split(mark.encode())[1])
            await take_turn()
    return SlicedResponse([*slices, tail], whole)


class SlicedResponse(Response):
    """A response whose body is sent slice by slice, as fast as the client reads it."""

    def __init__(self, slices: Sequence[bytes], encoded: HttpResponse) -> None:
        length = str(sum(map(len, slices)))
        super().__init__(None, encoded.status, {**encoded.headers, "content-length": length})
        self._slices = deque(slices)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while self._slices:
            await send({"type": "http.response.body", "body": self._slices.popleft(), "more_body": True})
            await take_turn()  # a socket that takes all never lets ``send`` wait
        await send({"type": "http.response.body", "body": b""})
