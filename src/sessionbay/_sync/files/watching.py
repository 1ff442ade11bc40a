# Generated from src/sessionbay/_async/files/watching.py by scripts/generate_sync.py. Do not edit.
"""Watching, as a part of the file module."""

from collections.abc import Callable

from ..._concurrency._sync import Background, background
from ...core import validation
from ...core.errors import FileError
from ...environment import StopFlag, SupportsIsSet
from ...models.files import FileChangeEvent
from ..module import Module
from .watch import Watch


class Watching(Module):
    """The part of the file module that tells what changes."""

    def watch(self, path: str, interval: float = 0.5) -> Watch:
        """Watch a folder, and all that is below it, for the length of a block.

        Where the session has a WebSocket and the tool for it, it tells of changes by itself; else it is asked.

        Args:
            path: The folder.
            interval: Seconds between two questions where the session has to be asked.

        Returns:
            A context manager that gives an iterator over lists of ``FileChangeEvent``, each with ``event_type``
            (``create``, ``modify`` or ``delete``), ``path`` and ``path_type`` (``file`` or ``directory``).

        Raises:
            FileError: The folder cannot be watched, or the session no longer answers.

        Example:
            ```python
            with session.file_system.watch("/tmp") as changes:
                session.file_system.write_file("/tmp/new.txt", "text")
                for events in changes:
                    print([event.path for event in events])
                    break
            ```
        """
        checked = validation.text("path", path, FileError)
        return Watch(self._connection, checked, validation.seconds("interval", interval, FileError))

    def watch_directory(
        self,
        path: str,
        callback: Callable[[list[FileChangeEvent]], object],
        interval: float = 0.5,
        stop_event: SupportsIsSet | None = None,
    ) -> Background:
        """Return what watches a folder until it is stopped: a coroutine on clients, else a thread to be started.

        The thread has ``stop_event``, which ends it, and ``ready_event``, which is set once it watches.

        Args:
            path: The folder.
            callback: Called with each list of changes. What it raises ends the watch.
            interval: Seconds between two looks at ``stop_event``, and between two questions; see ``watch``.
            stop_event: Ends the watch once it is set; an event of any library, or whatever has ``is_set``.

        Raises:
            FileError: See ``watch``.

        Example:
            ```python
            import threading

            stop = threading.Event()
            stop.set()
            session.file_system.watch_directory("/tmp", print, stop_event=stop)
            ```
        """
        watch = self.watch(path, interval)

        def work(stop: SupportsIsSet, ready: StopFlag) -> None:
            with watch as changes:
                ready.set()
                while not stop.is_set():
                    if found := changes.changes(timeout_s=interval):
                        callback(found)

        return background(work, stop_event)
