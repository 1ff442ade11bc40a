"""Short-lived files of a session: long arguments of commands, and long outputs that are parsed."""

import shlex
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from ..._concurrency._async import shielded
from ...core.errors import AgentBayError
from ...core.escaping_filter import escaping_logger
from ...environment import nonce
from ...models.commands import CommandResult
from ...operations.command import ShellArgs
from ...operations.complete_output import check_size, parse_frame
from ...operations.transfers import FILE_COMMAND, part_path
from ..session_connection import AsyncSessionConnection
from .file_mode import as_bytes, as_text
from .file_reader import AsyncFileReader
from .file_writer import AsyncFileWriter

log = escaping_logger("sessionbay.files")
CLEANUP_TIMEOUT = 10.0  # seconds


@asynccontextmanager
async def scratch_file(connection: AsyncSessionConnection, content: str) -> AsyncGenerator[str]:
    """Provide the path of a file with ``content``, and remove it at the end of the block."""
    path = part_path("/tmp/scratch", nonce()[:12])
    async with _removed(connection, path):
        async with AsyncFileWriter(connection, path, "overwrite", as_text()) as file:
            await file.write(content)
        yield path


async def read_output(connection: AsyncSessionConnection, ran: CommandResult) -> bytes:
    """Return the output of a command whose script was ``framed``. Raise ValueError if it is incomplete."""
    frame = parse_frame(ran.stdout)
    if not frame.path:
        return frame.data
    async with _removed(connection, frame.path), AsyncFileReader(connection, frame.path, as_bytes()) as file:
        data = await file.read()
    check_size(frame, data)
    return data


@asynccontextmanager
async def _removed(connection: AsyncSessionConnection, path: str) -> AsyncGenerator[None]:
    """Remove a file at the end of the block."""

    async def remove() -> None:
        args = ShellArgs(command=f"rm -f -- {shlex.quote(path)}")
        await connection.call_tool(FILE_COMMAND, args, strict=False)

    try:
        yield
    finally:
        try:
            await shielded(remove, CLEANUP_TIMEOUT)
        except (AgentBayError, TimeoutError) as exc:  # it is removed with the session
            log.info("%s of session %s could not be removed: %s", path, connection.session_id, exc)
