# Generated from tests/_async/test_connections.py by scripts/generate_sync.py. Do not edit.
"""The pool by itself: turns are taken in order, and none is lost."""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from sessionbay._http.errors import ConnectError, PoolTimeoutError
from sessionbay._http.request_head import Origin
from sessionbay._http.tls import TlsSettings
from sessionbay._sync.http.pool import ConnectionPool, PoolCounts, PoolLimits
from sessionbay.core.http import Timeouts

from ..raw_server import RawServer
from ..threads._sync import Background, until

PATIENT = Timeouts({}, None, time.monotonic)
HURRIED = Timeouts({"pool": 0.01}, None, time.monotonic)


@pytest.fixture
def origin() -> Iterator[Origin]:
    with RawServer() as server:
        yield "http", "127.0.0.1", server.port


def pool_of(most: int) -> ConnectionPool:
    return ConnectionPool(PoolLimits(most, 60.0), TlsSettings(True, trust_env=False), time.monotonic)


def test_turns_come_in_the_order_they_were_asked_for(origin: Origin) -> None:
    pool, order = pool_of(1), list[int]()

    def use(number: int) -> None:
        connection = pool.acquire(origin, PATIENT)
        order.append(number)
        pool.release(origin, connection, reusable=True)

    first = pool.acquire(origin, PATIENT)
    with Background() as beside:
        for number in range(10):
            beside.start(use, number)
            until(lambda waiting=number + 1: pool.counts().waiting == waiting)  # type: ignore[misc]
        pool.release(origin, first, reusable=True)
    pool.close()
    assert order == list(range(10))


def test_whoever_comes_later_does_not_overtake(origin: Origin) -> None:
    pool, order = pool_of(1), list[str]()

    def use(name: str) -> None:
        connection = pool.acquire(origin, PATIENT)
        order.append(name)
        pool.release(origin, connection, reusable=False)

    first = pool.acquire(origin, PATIENT)
    with Background() as beside:
        beside.start(use, "waits")
        until(lambda: pool.counts().waiting == 1)
        pool.release(origin, first, reusable=True)
        use("comes later")
    pool.close()
    assert order == ["waits", "comes later"]


def test_a_turn_that_nobody_waits_for_any_more_is_not_lost(origin: Origin) -> None:
    pool = pool_of(1)
    first = pool.acquire(origin, PATIENT)
    with pytest.raises(PoolTimeoutError):
        pool.acquire(origin, HURRIED)
    assert pool.counts() == PoolCounts(busy=1)
    pool.release(origin, first, reusable=False)
    assert pool.counts() == PoolCounts()


def test_giving_up_at_the_moment_of_the_turn_loses_none(origin: Origin) -> None:
    pool = pool_of(1)

    def hurry() -> None:
        with suppress(PoolTimeoutError):
            pool.release(origin, pool.acquire(origin, HURRIED), reusable=True)

    for _ in range(20):
        first = pool.acquire(origin, PATIENT)
        with Background() as beside:
            for _ in range(3):
                beside.start(hurry)
            until(lambda: pool.counts().waiting < 3)
            pool.release(origin, first, reusable=True)
        assert pool.counts() == PoolCounts(idle=1, origins=1)
    pool.close()


def test_a_connection_that_cannot_be_made_gives_its_turn_away() -> None:
    pool = pool_of(1)
    for _ in range(3):
        with pytest.raises(ConnectError):
            pool.acquire(("http", "127.0.0.1", 1), PATIENT)
    assert pool.counts() == PoolCounts()


def test_the_connection_that_was_used_last_is_the_next_one(origin: Origin) -> None:
    pool = pool_of(3)
    taken = [pool.acquire(origin, PATIENT) for _ in range(3)]
    for connection in taken:
        pool.release(origin, connection, reusable=True)
    last = pool.acquire(origin, PATIENT)
    assert last is taken[-1]
    pool.release(origin, last, reusable=False)
    pool.close()


def test_what_is_given_back_to_a_closed_pool_is_closed(origin: Origin) -> None:
    pool = pool_of(1)
    connection = pool.acquire(origin, PATIENT)
    pool.close()
    pool.release(origin, connection, reusable=True)
    assert pool.counts() == PoolCounts()
