"""Several calls at once, as the sync tests see them. Its twin is ``_async.py``."""

import threading
from collections.abc import Callable
from typing import Self

from ..raw_server import BOUND, until as until


class Background:
    """Calls beside the block, which ends when all of them have."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join(BOUND)
            assert not thread.is_alive(), "a call does not end"
        if self._errors:
            raise self._errors[0]

    def start(self, call: Callable[..., object], *args: object) -> None:
        """Start ``call``."""
        thread = threading.Thread(target=self._run, args=[call, *args])
        self._threads.append(thread)
        thread.start()

    def _run(self, call: Callable[..., object], *args: object) -> None:
        try:
            call(*args)
        except BaseException as exc:  # noqa: BLE001  # raised at the end, in the test itself
            self._errors.append(exc)
