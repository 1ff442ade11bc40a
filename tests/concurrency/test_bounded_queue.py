"""The queue from workers to a reader that may leave."""

import anyio

from sessionbay._concurrency import _async, _sync


def test_a_closed_queue_takes_no_message() -> None:
    queue: _sync.BoundedQueue[int] = _sync.BoundedQueue(2)
    queue.close()
    assert not queue.put(1)
    assert queue.get() is None


def test_a_closed_queue_of_the_async_client_takes_no_message() -> None:
    async def closed() -> tuple[bool, int | None]:
        queue: _async.BoundedQueue[int] = _async.BoundedQueue(2)
        queue.close()
        return await queue.put(1), await queue.get()

    assert anyio.run(closed) == (False, None)
