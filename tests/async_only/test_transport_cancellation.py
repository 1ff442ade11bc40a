"""Cancellation at every place where the transport waits: no connection, no turn and no socket is left over."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from sessionbay._async.http.pool import PoolCounts

from .._async.carrier import Carrier
from ..certificates import client_context, server_context
from ..http_requests import request
from ..raw_server import Peer, RawServer, Script, always, answer, black_hole, once_and_close
from ..threads._async import Background, until
from .interrupting import MOST_WAITS, Cancel, by_scope, by_task, by_task_when_done

CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n", b"2\r\nde\r\n", b"0\r\n\r\n"
Scenario = Callable[[Carrier, RawServer], Coroutine[Any, Any, None]]


def slow(peer: Peer) -> None:
    """Answer each request in pieces that do not come together."""
    while peer.read():
        for piece in CHUNKS:
            peer.write(piece)
            peer.server.ending.wait(0.001)


def slow_reader(peer: Peer) -> None:
    """Begin to read when the client had to wait for it."""
    peer.server.ending.wait(0.005)
    always(answer())(peer)


def sockets() -> int:
    """Return how many sockets this process has open; an engine in it opens other files whenever it likes."""
    return sum(map(Path.is_socket, Path("/dev/fd").iterdir()))


async def ask(carrier: Carrier, server: RawServer) -> None:
    await carrier.ask(server.url)


async def ask_twice(carrier: Carrier, server: RawServer) -> None:
    await carrier.ask_often(server.url, 2)


async def send_much(carrier: Carrier, server: RawServer) -> None:
    await carrier.ask(server.url, "POST", b"x" * 4_000_000)


async def read_some(carrier: Carrier, server: RawServer) -> None:
    response = await carrier.transport.handle_async_request(request(server.url))
    try:
        async for _ in response.stream:  # type: ignore[union-attr]
            break
    finally:
        await response.aclose()


async def ask_two_origins(carrier: Carrier, server: RawServer) -> None:
    await carrier.ask(server.url)
    await carrier.ask(server.url.replace("127.0.0.1", "localhost"))


async def after_it_was_ended(carrier: Carrier, server: RawServer) -> None:
    await carrier.ask(server.url)
    await until(lambda: server.open == 0)
    await carrier.ask(server.url)


SCENARIOS: dict[str, tuple[Scenario, Script, bool]] = {
    "connecting": (ask, always(answer()), False),
    "connecting over TLS": (ask, always(answer()), True),
    "a kept connection": (ask_twice, slow, False),
    "a kept connection over TLS": (ask_twice, always(answer()), True),
    "sending": (send_much, slow_reader, False),
    "sending over TLS": (send_much, slow_reader, True),
    "leaving early": (read_some, slow, False),
    "making room": (ask_two_origins, always(answer()), False),
    "a connection that was ended": (after_it_was_ended, once_and_close(answer()), False),
}


async def check(scenario: Scenario, script: Script, tls: bool, cancel: Cancel) -> None:
    """Interrupt a call wherever it waits, until it comes to its end."""
    with RawServer(script, tls=server_context() if tls else None) as server:
        async with Carrier(most=1, verify=client_context()) as carrier:
            await scenario(carrier, server)
            for at in range(1, MOST_WAITS):
                await carrier.transport.aclose()
                await until(lambda: server.open == 0)
                before = sockets()
                reached = await cancel(lambda: scenario(carrier, server), at)
                counts = carrier.counts
                assert (counts.busy, counts.waiting, counts.idle) == (0, 0, counts.origins), f"cancelled at {at}"
                await carrier.transport.aclose()
                await until(lambda: server.open == 0 and sockets() <= before)  # noqa: B023  # it waits here
                assert await carrier.ask_often(server.url, 1) == [200]
                if not reached:
                    return
    raise AssertionError("the call does not end")


every_scenario = pytest.mark.parametrize(("scenario", "script", "tls"), SCENARIOS.values(), ids=SCENARIOS)
on_asyncio = pytest.mark.parametrize("anyio_backend", ["asyncio"])
either_moment = pytest.mark.parametrize("cancel", [by_task, by_task_when_done])


@every_scenario
async def test_a_cancelled_scope_leaves_nothing_behind(scenario: Scenario, script: Script, tls: bool) -> None:
    await check(scenario, script, tls, by_scope)


@on_asyncio
@either_moment
@every_scenario
async def test_a_cancelled_task_leaves_nothing_behind(
    scenario: Scenario, script: Script, tls: bool, cancel: Cancel
) -> None:
    await check(scenario, script, tls, cancel)


async def check_waiting(cancel: Cancel) -> None:
    """Interrupt a call that waits for its turn, or has just got it."""
    with RawServer() as server:
        async with Carrier(most=1) as carrier:
            for at in range(1, MOST_WAITS):
                reached = await while_busy(carrier, server, cancel, at)
                counts = carrier.counts
                assert (counts.busy, counts.waiting, counts.idle) == (0, 0, counts.origins), f"cancelled at {at}"
                assert await carrier.ask_often(server.url, 1) == [200]
                if not reached:
                    return
    raise AssertionError("the call does not end")


async def while_busy(carrier: Carrier, server: RawServer, cancel: Cancel, at: int) -> bool:
    """Ask while the only connection is in use; it is given back once the request waits."""
    held = await carrier.begin(server.url)
    ended = False

    async def give_back() -> None:
        await until(lambda: ended or carrier.counts.waiting == 1)
        await held.aclose()

    async with Background() as beside:
        beside.start(give_back)
        reached = await cancel(lambda: carrier.ask(server.url), at)
        ended = True
    return reached


async def test_a_cancelled_scope_that_waits_for_its_turn_loses_none() -> None:
    await check_waiting(by_scope)


@on_asyncio
@either_moment
async def test_a_cancelled_task_that_waits_for_its_turn_loses_none(cancel: Cancel) -> None:
    await check_waiting(cancel)


async def test_an_address_that_does_not_answer_is_given_up_with_the_call() -> None:
    with black_hole() as url:
        async with Carrier() as carrier:
            before = sockets()
            with pytest.raises(httpx.ConnectTimeout):
                await carrier.ask(url.replace("127.0.0.1", "localhost"), connect=0.05)
            await until(lambda: sockets() <= before)


async def test_a_request_that_is_cancelled_while_it_waits_lets_the_next_one_pass() -> None:
    with RawServer() as server:
        async with Carrier(most=1) as carrier:
            held = await carrier.begin(server.url)
            async with Background() as beside:
                with anyio.CancelScope() as scope:
                    beside.start(cancel_when, lambda: carrier.counts.waiting == 1, scope)
                    await carrier.ask(server.url)
                beside.start(carrier.ask, server.url)
                await until(lambda: carrier.counts.waiting == 1)
                await held.aclose()
            assert carrier.counts == PoolCounts(idle=1, origins=1)


async def cancel_when(there: Callable[[], bool], scope: anyio.CancelScope) -> None:
    await until(there)
    scope.cancel()
