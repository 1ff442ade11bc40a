"""The buffer that the connections of a thread receive into."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from sessionbay._concurrency.asyncio_stream import LoopStream


def test_connections_of_one_thread_share_a_buffer_and_those_of_two_threads_do_not() -> None:
    here, again = LoopStream().get_buffer(-1), LoopStream().get_buffer(-1)
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(lambda: LoopStream().get_buffer(-1)).result(60)
    assert here.obj is again.obj
    assert there.obj is not here.obj


def test_what_was_received_outlives_the_next_use_of_the_buffer() -> None:
    first, second = LoopStream(), LoopStream()
    for stream, data in ((first, b"first"), (second, b"next!")):
        stream.get_buffer(-1)[: len(data)] = data
        stream.buffer_updated(len(data))
    assert asyncio.run(first.receive(None)) == b"first"
