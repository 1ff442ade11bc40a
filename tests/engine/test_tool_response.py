"""The responses to tool calls: whole, whatever their length, and abandoned when the client has left."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from sessionbay.core.http import HttpResponse
from sessionbay.core.operation import OperationReply
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.engine import tool_response
from sessionbay.engine.tool_response import LongAnswer, run_for_client, to_response
from sessionbay.operations.direct_route import format_response
from sessionbay.operations.tools import CallAnswer, ContentAnswer

TEXT = 'plain "quoted" back\\slash\n\0\x1f \u00e9\u4e2d\N{GRINNING FACE}' * 20
ENCODERS: list[Callable[[CallAnswer], HttpResponse]] = [
    lambda answer: HttpResponse(200, {"content-type": "application/json"}, format_response("id", answer)),
    lambda answer: AgentBayDialect.format_response(OperationReply(success=True, data=answer, request_id="id")),
    lambda answer: AGBDialect.format_response(OperationReply(success=True, data=answer, request_id="id")),
]


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio alone, as the engine does."""
    return "asyncio"


async def received(response: Any) -> tuple[int, bytes]:
    """Return the length that a response announces, and its body."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await response({"type": "http"}, receive, send)
    headers = dict(messages[0]["headers"])
    return int(headers[b"content-length"]), b"".join(message["body"] for message in messages[1:])


@pytest.mark.parametrize("encode", ENCODERS, ids=["direct", "AgentBay", "AGB"])
@pytest.mark.parametrize("slice_length", [7, 10**6])
@pytest.mark.parametrize("parts", [[TEXT], [TEXT[:100], "", TEXT[100:]]], ids=["one part", "parts"])
async def test_a_sliced_answer_is_the_same_as_a_whole_one(
    monkeypatch: pytest.MonkeyPatch,
    encode: Callable[[CallAnswer], HttpResponse],
    slice_length: int,
    parts: list[str],
) -> None:
    monkeypatch.setattr(tool_response, "SLICE_LENGTH", slice_length)
    answer = CallAnswer(content=[ContentAnswer(text=TEXT)], structured_content={"sizes": [1]})
    whole = encode(answer).body
    if len(parts) > 1:
        answer = LongAnswer(parts=parts, structured_content={"sizes": [1]})
    assert await received(await to_response(answer, encode)) == (len(whole), whole)


async def test_other_requests_have_their_turn_while_a_long_answer_is_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool_response, "SLICE_LENGTH", 10)
    encoding = asyncio.create_task(to_response(CallAnswer(content=[ContentAnswer(text="x" * 100)]), ENCODERS[0]))
    turns = 0
    while not encoding.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 10


@pytest.mark.parametrize("tool", ["read_file", "search_files"])
async def test_a_call_is_cancelled_when_its_client_leaves(tool: str) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def call() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def receive() -> Message:
        await started.wait()
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        await run_for_client(Request({"type": "http"}, receive), tool, call())
    assert ended.is_set()


async def test_a_write_goes_on_when_its_client_leaves() -> None:
    async def call() -> str:
        await asyncio.sleep(0)
        return "written"

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    assert await run_for_client(Request({"type": "http"}, receive), "write_file", call()) == "written"
