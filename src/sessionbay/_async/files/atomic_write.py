"""Writing a file in pieces: the file changes only when all of them have arrived."""

import posixpath
import shlex
from dataclasses import replace
from types import TracebackType
from typing import Literal, Self

from ..._concurrency._async import shielded
from ...core.error_codes import ErrorCode
from ...core.errors import AgentBayError, FileError
from ...core.escaping_filter import escaping_logger
from ...core.text import escape_line
from ...environment import nonce
from ...models.files import FileResult
from ...operations import files as tools
from ...operations.command import ShellArgs
from ...operations.file_failures import describe
from ...operations.files import WriteMode
from ...operations.transfers import FILE_COMMAND, part_path
from ..session_connection import AsyncSessionConnection

log = escaping_logger("sessionbay.files")
CLEANUP_TIMEOUT = 10.0  # seconds

# The commands that put a complete part in place. An existing file must be writable, as for any other way to write it,
# and keeps its permissions; a link is followed.
PLACE: dict[WriteMode, str] = {
    "overwrite": (
        'path=$(realpath -m -- "$path")'
        ' && { [ ! -d "$path" ] || { echo "$path: Is a directory" >&2; false; }; }'
        ' && { [ ! -e "$path" ] || [ -w "$path" ] || { echo "$path: Permission denied" >&2; false; }; }'
        ' && { [ ! -e "$path" ] || chmod --reference="$path" -- "$part"; } && mv -fT -- "$part" "$path"'
    ),
    "append": 'cat -- "$part" >> "$path" && rm -f -- "$part"',
    "create_new": 'ln -T -- "$part" "$path" && rm -f -- "$part"',
}
DECODE = 'base64 -d -- "$part" > "$part.bytes" && mv -fT -- "$part.bytes" "$part" && '


async def write_piece(connection: AsyncSessionConnection, args: tools.WriteArgs, *, parents: bool) -> FileResult:
    """Write one message's content. With ``parents``, create missing folders if the write needs them."""
    result = await connection.call_tool(tools.WRITE, args, strict=False)
    folder = posixpath.dirname(args.path)
    if not parents or not folder or result.code != ErrorCode.NOT_FOUND:
        return result
    created = await connection.call_tool(tools.MAKE_DIRECTORY, tools.PathArgs(path=folder), strict=False)
    return await connection.call_tool(tools.WRITE, args, strict=False) if created.success else created


class AsyncAtomicWrite:
    """A partial file beside its target: written in pieces, then renamed to the target, or removed.

    The clouds' tools can neither write bytes nor rename over a file, so the last step is a command.
    """

    def __init__(
        self,
        connection: AsyncSessionConnection,
        path: str,
        mode: WriteMode,
        encoding: Literal["text", "base64"] = "text",
        *,
        parents: bool = True,
    ) -> None:
        self._connection = connection
        self._path = path
        self._parents = parents
        self._part = part_path(path, nonce()[:12])
        self._names = f"path={shlex.quote(path)} part={shlex.quote(self._part)}"
        self._place = (DECODE if encoding == "base64" else "") + PLACE[mode]
        self._begun = False
        self._placed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun and not self._placed:
            await self._remove(exc)

    async def add(self, piece: str) -> FileResult:
        """Append a piece, text or base64, to the part. The target does not change."""
        mode: WriteMode = "append" if self._begun else "overwrite"
        self._begun = True
        args = tools.WriteArgs(path=self._part, content=piece, mode=mode)
        try:
            result = await write_piece(self._connection, args, parents=self._parents and mode == "overwrite")
        except FileError as exc:
            exc.outcome = "rejected"
            raise
        return replace(result, error_message=describe(self._path, result.code, result.error_message))

    async def place(self) -> FileResult:
        """Replace the target by the part."""
        args = ShellArgs(command=f"{self._names}; {self._place}")
        ran = await self._connection.call_tool(FILE_COMMAND, args, strict=False)
        self._placed = ran.success
        if not ran.success:
            message = f"{self._path}: it was received but could not be put in place: {ran.stderr.strip()}"
            return ran.as_failure(FileResult, describe(self._path, ran.code, message))
        return FileResult(success=True, data=True, request_id=ran.request_id)

    async def _remove(self, exc: BaseException | None) -> None:
        """Remove the part. If that fails, add a note to ``exc``."""

        async def remove() -> None:
            command = f'{self._names}; rm -f -- "$part" "$part.bytes"'
            (await self._connection.call_tool(FILE_COMMAND, ShellArgs(command=command))).raise_for_error()

        try:
            await shielded(remove, CLEANUP_TIMEOUT)
        except (AgentBayError, TimeoutError) as failure:
            log.warning("%s of session %s could not be removed: %s", self._part, self._connection.session_id, failure)
            if exc is not None:
                exc.add_note(f"{escape_line(self._part)} could not be removed: {failure}")
