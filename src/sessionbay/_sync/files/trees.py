# Generated from src/sessionbay/_async/files/trees.py by scripts/generate_sync.py. Do not edit.
"""Whole folders between this machine and a session."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ..._concurrency._sync import run_in_thread
from ...core import validation
from ...core.errors import FileError
from ...local_files import LocalPath
from ...models.files import FolderResult
from ...models.map import Progress
from ...operations.trees import Rules
from .folder_sync import FolderSync, FolderSyncOptions
from .transfer import Transfers


class Trees(Transfers):
    """The part of the file module that carries folders."""

    def push(
        self,
        local_dir: LocalPath,
        remote_dir: str,
        *,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        delete: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float = 300.0,
    ) -> FolderResult:
        """Make a folder of the session hold the files of a folder here; only those that differ are sent.

        Files are the same when their size and their SHA-256 are; the session's are found by one command on its machine,
        which needs GNU ``find`` and ``sha256sum``. Several go over at a time: small files by tool calls, large ones
        as ``upload_file`` does it. Of the permissions, whether a file may be executed goes along, also where its bytes
        are there already; times and empty folders do not. Symbolic links are not followed and not sent; ``skipped``
        tells of them.

        Args:
            local_dir: The folder on this machine.
            remote_dir: The folder in the session; it is made if it is missing.
            include: Only files that one of these patterns matches: the path below the folder, or one of the names in
                it; ``*`` stands for any text, ``?`` for one character.
            exclude: No files that one of these patterns matches; they are not deleted either.
            delete: Whether to delete the session's files that are not here. Nothing is deleted if anything failed.
            progress: Called before the first file, after each, and at the end; ``progress_bar()`` is one.
            timeout: Seconds that looking at the session's files, and each wait for a large file, may take.

        Returns:
            What became of each file: ``sent``, ``kept``, ``deleted``, ``skipped``, ``errors``, and ``bytes``. One file
            that failed does not keep the others back; ``success`` is False then.

        Raises:
            FileUsageError: There is no such folder on this machine; nothing was sent.

        Example:
            ```python
            from pathlib import Path
            from tempfile import TemporaryDirectory

            with TemporaryDirectory() as folder:
                Path(folder, "main.py").write_text("print(1)")
                pushed = session.file_system.push(folder, "project", exclude=[".git", "*.pyc"])
                print(pushed.sent, pushed.kept)
            ```
        """
        wanted = _wanted(local_dir, remote_dir, include, exclude, delete, progress, timeout)
        if not run_in_thread(wanted.local.is_dir):
            raise FileError.usage(f"there is no folder {wanted.local} on this machine")
        return self._connection.api.raise_if_strict(FolderSync(self, wanted).push())

    def pull(
        self,
        remote_dir: str,
        local_dir: LocalPath,
        *,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        delete: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float = 300.0,
    ) -> FolderResult:
        """Make a folder here hold the files of a folder of the session; only those that differ are fetched.

        It is ``push`` the other way round. Nothing is written outside ``local_dir``, whatever names the session's files
        have, and nothing through a symbolic link; each file is in its place when it is whole, with the permissions of
        the one that was there, but for whether it may be executed.

        Args:
            remote_dir: The folder in the session.
            local_dir: The folder on this machine; it is made if it is missing.
            include: Only files that one of these patterns matches; see ``push``.
            exclude: No files that one of these patterns matches; they are not deleted either.
            delete: Whether to delete the files here that the session has not. Nothing is deleted if anything failed.
            progress: Called before the first file, after each, and at the end; ``progress_bar()`` is one.
            timeout: Seconds that looking at the session's files, and each wait for a large file, may take.

        Returns:
            What became of each file, as ``push`` tells it; ``sent`` are those that were fetched.

        Raises:
            FileUsageError: There is a file of this name on this machine; nothing was sent.
            OSError: The folder could not be made.

        Example:
            ```python
            from tempfile import TemporaryDirectory

            session.command.run("mkdir -p out && echo 1 > out/a.txt")
            with TemporaryDirectory() as folder:
                pulled = session.file_system.pull("out", folder)
                print(pulled.sent)
            ```
        """
        wanted = _wanted(local_dir, remote_dir, include, exclude, delete, progress, timeout)
        if run_in_thread(wanted.local.exists) and not run_in_thread(wanted.local.is_dir):
            raise FileError.usage(f"{wanted.local} is no folder: give another place")
        return self._connection.api.raise_if_strict(FolderSync(self, wanted).pull())


def _wanted(
    local: LocalPath,
    remote: str,
    include: Sequence[str] | None,
    exclude: Sequence[str] | None,
    delete: bool,
    progress: Callable[[Progress], object] | None,
    timeout: float,
) -> FolderSyncOptions:
    rules = Rules(
        validation.texts("include", include or (), FileError),
        validation.texts("exclude", exclude or (), FileError),
    )
    return FolderSyncOptions(
        local=Path(local).absolute(),
        remote=validation.text("remote_dir", remote, FileError),
        rules=rules,
        delete=delete,
        progress=progress,
        timeout=validation.seconds("timeout", timeout, FileError),
    )
