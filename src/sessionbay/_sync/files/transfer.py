# Generated from src/sessionbay/_async/files/transfer.py by scripts/generate_sync.py. Do not edit.
"""Whole files, whatever their size, between this machine and a session."""

from functools import partial
from pathlib import Path

from ..._concurrency._sync import run_in_thread
from ...core import validation
from ...core.errors import FileError
from ...local_files import LocalPath, open_source
from ...models.contexts import InternalContext, InternalContextsResult
from ...models.files import DownloadResult, UploadResult
from ...operations.context import FILE_TRANSFER, INTERNAL_CONTEXTS, InternalRequest
from ..presigned import Told
from .content import Contents
from .file_transfer import FileTransfer, TransferTimeouts, ask


class Transfers(Contents):
    """The part of the file module that carries files by way of the cloud's store."""

    _way: InternalContext | None = None

    def upload_file(
        self,
        local_path: LocalPath,
        remote_path: str,
        *,
        content_type: str | None = None,
        wait: bool = True,
        wait_timeout: float = 30.0,
        poll_interval: float = 1.5,
        progress_cb: Told | None = None,
    ) -> UploadResult:
        """Bring a file of this machine into the session, whatever its size: it is never held in memory as a whole.

        It goes to the cloud's store by an address that needs no key, and is copied from there into the session's folder
        for transfers (``get_file_transfer_context_path``). A path outside that folder is reached by one more step, a
        command on the machine: the file passes through the folder, and then takes its place, whole at all times.
        Folders that are missing are made.

        Args:
            local_path: The file on this machine.
            remote_path: Where to in the session.
            content_type: The store's ``Content-Type``; none if not given.
            wait: Whether to wait until the file is in its place. False, which only a path inside the folder for
                transfers allows, returns when the cloud took the request to copy it there.
            wait_timeout: Seconds that all that follows the sending may take. The sending has no limit but that each
                step of it has the client's ``timeout``.
            poll_interval: Seconds between two looks at the copy, at most; the first ones follow faster.
            progress_cb: Called with the number of bytes sent so far; what it raises ends the upload.

        Returns:
            ``bytes_sent``, ``etag``, ``path``, and the ids of the requests. A copy that failed is a refusal with its
            reason; one that was not seen to end has ``timed_out=True``, and may still come about.

        Raises:
            FileUsageError: There is no such file on this machine; nothing was sent.

        Example:
            ```python
            from pathlib import Path
            from tempfile import TemporaryDirectory

            with TemporaryDirectory() as folder:
                Path(folder, "data.bin").write_bytes(bytes(100_000))
                sent = session.file_system.upload_file(f"{folder}/data.bin", "data/data.bin")
                print(sent.bytes_sent)
            ```
        """
        validation.text("remote_path", remote_path, FileError)
        patience = _patience(wait, wait_timeout, poll_interval)
        with run_in_thread(partial(open_source, local_path, FileError)) as file:
            way, refused = self._transfers()
            if way is None:
                return self._connection.api.raise_if_strict(refused.as_failure(UploadResult))
            courier = FileTransfer(self._connection, way, remote_path, patience)
            return self._connection.api.raise_if_strict(courier.upload(file, content_type, progress_cb))

    def download_file(
        self,
        remote_path: str,
        local_path: LocalPath,
        *,
        overwrite: bool = True,
        wait: bool = True,
        wait_timeout: float = 30.0,
        poll_interval: float = 1.5,
        progress_cb: Told | None = None,
    ) -> DownloadResult:
        """Bring a file of the session to this machine, whatever its size. It is in its place when it is whole.

        It is copied to the cloud's store, and fetched from there by an address that needs no key. A file outside the
        session's folder for transfers is copied into that folder first, by a command on the machine.

        Args:
            remote_path: The file in the session.
            local_path: Where to put it on this machine; folders that are missing are made.
            overwrite: Whether a file that is there may be replaced; its permissions stay.
            wait: Whether to wait until the store has the file as it is now. False, which only a path inside the folder
                for transfers allows, takes what the store has.
            wait_timeout: Seconds that all that comes before the fetching may take. The fetching has no limit but that
                each step of it has the client's ``timeout``.
            poll_interval: Seconds between two looks at the copy, at most; the first ones follow faster.
            progress_cb: Called with the number of bytes received so far; what it raises ends the download.

        Returns:
            ``bytes_received``, ``local_path``, ``path``, and the ids of the requests. A copy that failed is a refusal
            with its reason; one that was not seen to end has ``timed_out=True``.

        Raises:
            FileUsageError: There is such a file on this machine, and ``overwrite`` is False; nothing was sent.
            OSError: The file could not be written.

        Example:
            ```python
            from tempfile import TemporaryDirectory

            session.file_system.write_file("report.txt", "all is well")
            with TemporaryDirectory() as folder:
                got = session.file_system.download_file("report.txt", f"{folder}/report.txt")
                print(got.bytes_received)
            ```
        """
        validation.text("remote_path", remote_path, FileError)
        patience, place = _patience(wait, wait_timeout, poll_interval), Path(local_path)
        if run_in_thread(place.is_dir):
            raise FileError.usage(f"{place} is a folder: give the path that the file is to have")
        if not overwrite and run_in_thread(place.exists):
            raise FileError.usage(f"{place} exists, and overwrite is False: give another place")
        way, refused = self._transfers()
        if way is None:
            return self._connection.api.raise_if_strict(refused.as_failure(DownloadResult))
        courier = FileTransfer(self._connection, way, remote_path, patience)
        return self._connection.api.raise_if_strict(courier.download(place, overwrite=overwrite, progress=progress_cb))

    def get_file_transfer_context_path(self) -> str | None:
        """Return the session's folder for transfers, None where the cloud gives none.

        Example:
            ```python
            print(session.file_system.get_file_transfer_context_path())
            ```
        """
        way, refused = self._transfers()
        if way is None:
            self._connection.api.raise_if_strict(refused)
        return way.context_path if way else None

    def _transfers(self) -> tuple[InternalContext | None, InternalContextsResult]:
        """Return the context that carries files, asked for once; without one, why there is none."""
        if self._way:
            return self._way, InternalContextsResult(success=True)
        request = InternalRequest(session_id=self._connection.session_id, context_types=[FILE_TRANSFER])
        found = ask(self._connection, INTERNAL_CONTEXTS, request)
        self._way = next((one for one in found.data or () if one.context_id and one.context_path), None)
        if found.success and not self._way:
            found = found.as_failure(InternalContextsResult, "the cloud gives this session no context for transfers")
        return self._way, found


def _patience(wait: bool, timeout: float, interval: float) -> TransferTimeouts:
    return TransferTimeouts(
        bool(wait),
        validation.seconds("wait_timeout", timeout, FileError),
        validation.seconds("poll_interval", interval, FileError),
    )
