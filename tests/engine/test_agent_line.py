"""The line to an agent: nothing that comes over it is taken on trust."""

import asyncio
import contextlib
import json
import os
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from sessionbay.engine.agent.connection import READ_SIZE, AgentConnection, AgentFailure, AgentGone


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio only, as the engine does."""
    return "asyncio"


@dataclass
class Pair:
    """A line, and its other end as an agent holds it."""

    line: AgentConnection
    agent: socket.socket

    def answer(self, reply: object, blob: bytes = b"", fds: Sequence[int] = ()) -> None:
        body = json.dumps(reply).encode()
        data = struct.pack("!II", len(body), len(blob)) + body + blob
        self.agent.sendall(data[socket.send_fds(self.agent, [data], list(fds)) :])


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    ours, theirs = socket.socketpair()
    made = Pair(AgentConnection(ours), theirs)
    yield made
    made.line.close()
    theirs.close()


Task: TypeAlias = "asyncio.Task[object]"


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def sent(pair: Pair, ask: Callable[[str], Coroutine[object, object, object]] | None = None) -> Task:
    """Ask for something, and return once the order is on its way."""
    task = asyncio.create_task((ask or pair.line.request)("ping"))
    await asyncio.sleep(0)
    return task


async def bytes_of(task: Task) -> deque[bytes]:
    """Return the pieces that a request returned."""
    pieces = await task
    assert isinstance(pieces, deque)
    return pieces


async def test_a_value_comes_back_to_whom_it_belongs(pair: Pair) -> None:
    first, second = await sent(pair), await sent(pair)
    pair.answer({"id": 2, "value": "two"})
    pair.answer({"id": 1, "value": "one"})
    assert (await first, await second) == ("one", "two")


async def test_bytes_come_back_as_bytes(pair: Pair) -> None:
    task = await sent(pair)
    pair.answer({"id": 1}, b"\0\xff")
    assert b"".join(await bytes_of(task)) == b"\0\xff"


async def test_many_bytes_come_back_over_many_turns(pair: Pair) -> None:
    first, second, third = await sent(pair), await sent(pair), await sent(pair)
    blob, turns = os.urandom(3 * READ_SIZE + 7), 0

    def answer() -> None:
        for number in (1, 2, 3):
            pair.answer({"id": number}, blob)

    answering = asyncio.create_task(asyncio.to_thread(answer))
    second.cancel()
    while not third.done():
        await asyncio.sleep(0)
        turns += 1
    await answering
    assert [b"".join(await bytes_of(task)) for task in (first, third)] == [blob, blob]
    assert turns > 6


async def test_small_pieces_are_joined(pair: Pair) -> None:
    task = await sent(pair)
    pair.answer({"id": 1}, b"x" * 9)
    for byte in pair.line._sock.recv(100):
        pair.line._buffer.append(byte)
        pair.line._take_frames()
    assert await task == deque([b"x" * 9])


async def test_a_failure_is_reported_in_the_agents_words(pair: Pair) -> None:
    task = await sent(pair)
    pair.answer({"id": 1, "error": "no such file"})
    with pytest.raises(AgentFailure, match="no such file"):
        await task


async def test_an_agent_that_ends_fails_whoever_waits(pair: Pair) -> None:
    task = await sent(pair)
    pair.agent.close()
    with pytest.raises(AgentGone, match=r"the agent ended|Broken pipe"):
        await task
    with pytest.raises(AgentGone):
        await pair.line.request("ping")


@pytest.mark.parametrize(
    "garbage",
    [
        struct.pack("!II", 2**32 - 1, 0),
        struct.pack("!II", 4, 2**32 - 1) + b"null",
        struct.pack("!II", 3, 0) + b"{{{",
        struct.pack("!II", 4, 0) + b"null",
        struct.pack("!II", 2, 0) + b"[]",
        struct.pack("!II", 2, 0) + b"{}",
        struct.pack("!II", 200_000, 0) + b"[" * 200_000,
        struct.pack("!II", 18, 0) + b'{"id":1, "fds": 1}',
    ],
    ids=["huge", "huge blob", "no json", "null", "list", "no id", "deep", "no descriptor"],
)
async def test_an_agent_that_breaks_the_protocol_is_given_up(pair: Pair, garbage: bytes) -> None:
    task = await sent(pair)
    pair.agent.setblocking(False)
    await asyncio.get_running_loop().sock_sendall(pair.agent, garbage)
    with pytest.raises(AgentGone, match="broke the protocol"):
        await asyncio.wait_for(task, 5)


async def test_an_answer_that_nobody_asked_for_is_dropped(pair: Pair) -> None:
    task = await sent(pair)
    pair.answer({"id": 99, "value": "for whom?"})
    pair.answer({"id": 1, "value": "right"})
    assert await task == "right"


async def test_a_descriptor_that_nobody_asked_for_is_closed(pair: Pair) -> None:
    before = descriptors()
    task = await sent(pair)
    pair.answer({"id": 1, "fds": 1, "value": "unasked"}, fds=[0])
    assert (await task, descriptors()) == ("unasked", before)


async def test_a_number_is_never_taken_for_a_descriptor(pair: Pair) -> None:
    task = await sent(pair, pair.line.request_fd)
    pair.answer({"id": 1, "value": 0})
    with pytest.raises(AgentFailure, match="no file descriptor"):
        await task


async def test_a_value_and_its_descriptor_come_together(pair: Pair) -> None:
    task = await sent(pair, pair.line.request_fd)
    reader, writer = os.pipe()
    pair.answer({"id": 1, "fds": 1, "value": {"pid": 7}}, fds=[reader])
    answered = await task
    assert isinstance(answered, tuple)
    value, fd = answered
    os.write(writer, b"x")
    assert (value, os.read(fd, 1)) == ({"pid": 7}, b"x")
    for open_fd in (fd, reader, writer):
        os.close(open_fd)


async def test_a_descriptor_that_does_not_come_is_reported(pair: Pair) -> None:
    task = await sent(pair, pair.line.request_fd)
    pair.answer({"id": 1, "value": "only this"})
    with pytest.raises(AgentFailure, match="no file descriptor"):
        await task


async def test_the_descriptor_of_a_failure_is_closed(pair: Pair) -> None:
    before = descriptors()
    task = await sent(pair)
    pair.answer({"id": 1, "fds": 1, "error": "no"}, fds=[0])
    with pytest.raises(AgentFailure):
        await task
    assert descriptors() <= before


async def test_a_descriptor_for_a_caller_that_gave_up_is_closed(pair: Pair) -> None:
    before = descriptors()
    task = await sent(pair)
    pair.answer({"id": 1, "fds": 1}, fds=[0])
    pair.line._read()  # the answer is in, and its caller has not seen it yet
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert descriptors() <= before


async def test_descriptors_that_nobody_asked_for_are_not_kept(pair: Pair) -> None:
    before = descriptors()
    task = await sent(pair)
    for _ in range(20):
        with contextlib.suppress(OSError):
            pair.answer({"id": 99}, fds=[0] * 5)
    with pytest.raises(AgentGone, match="too many file descriptors"):
        await task
    pair.agent.close()
    assert descriptors() <= before


async def test_a_caller_that_gives_up_does_not_spoil_the_line(pair: Pair) -> None:
    task = await sent(pair)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    after = await sent(pair)
    pair.answer({"id": 1, "value": "late"})
    pair.answer({"id": 2, "value": "in time"})
    assert await after == "in time"


async def test_a_line_that_is_given_up_while_the_agent_does_not_read_leaves_nothing_watched(pair: Pair) -> None:
    before = asyncio.all_tasks()
    number = pair.line._sock.fileno()
    task = await sent(pair, lambda op: pair.line.request(op, b"x" * 2**24))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    pair.line.close()
    reused, other = socket.socketpair()
    with reused, other:
        assert reused.fileno() == number
        loop = asyncio.get_running_loop()
        loop.add_reader(reused, lambda: None)
        loop.remove_reader(reused)
    if left := asyncio.all_tasks() - before:
        _, left = await asyncio.wait(left, timeout=10)
    assert not left


async def test_whoever_sends_when_the_line_is_given_up_is_reported(pair: Pair) -> None:
    task = await sent(pair, lambda op: pair.line.request(op, b"x" * 2**24))
    await asyncio.sleep(0)
    pair.line.close("the session was ended")
    with pytest.raises(AgentGone, match="the session was ended"):
        await asyncio.wait_for(task, 10)


async def test_an_agent_is_reported_of_the_end_though_a_fork_of_the_program_holds_the_line(pair: Pair) -> None:
    with pair.line._sock.dup():
        pair.line.close()
        pair.agent.settimeout(10)
        assert pair.agent.recv(1) == b""
