# Generated from src/sessionbay/_async/files/scratch_file.py by scripts/generate_sync.py. Do not edit.
"""Short-lived files of a session: long arguments of commands, and long outputs that are parsed."""

import shlex
from collections.abc import Generator
from contextlib import contextmanager

from ..._concurrency._sync import shielded
from ...core.errors import AgentBayError
from ...core.escaping_filter import escaping_logger
from ...environment import nonce
from ...models.commands import CommandResult
from ...operations.command import ShellArgs
from ...operations.complete_output import check_size, parse_frame
from ...operations.transfers import FILE_COMMAND, part_path
from ..session_connection import SessionConnection
from .file_mode import as_bytes, as_text
from .file_reader import FileReader
from .file_writer import FileWriter

log = escaping_logger("sessionbay.files")
CLEANUP_TIMEOUT = 10.0  # seconds


@contextmanager
def scratch_file(connection: SessionConnection, content: str) -> Generator[str]:
    """Provide the path of a file with ``content``, and remove it at the end of the block."""
    path = part_path("/tmp/scratch", nonce()[:12])
    with _removed(connection, path):
        with FileWriter(connection, path, "overwrite", as_text()) as file:
            file.write(content)
        yield path


def read_output(connection: SessionConnection, ran: CommandResult) -> bytes:
    """Return the output of a command whose script was ``framed``. Raise ValueError if it is incomplete."""
    frame = parse_frame(ran.stdout)
    if not frame.path:
        return frame.data
    with _removed(connection, frame.path), FileReader(connection, frame.path, as_bytes()) as file:
        data = file.read()
    check_size(frame, data)
    return data


@contextmanager
def _removed(connection: SessionConnection, path: str) -> Generator[None]:
    """Remove a file at the end of the block."""

    def remove() -> None:
        args = ShellArgs(command=f"rm -f -- {shlex.quote(path)}")
        connection.call_tool(FILE_COMMAND, args, strict=False)

    try:
        yield
    finally:
        try:
            shielded(remove, CLEANUP_TIMEOUT)
        except (AgentBayError, TimeoutError) as exc:  # it is removed with the session
            log.info("%s of session %s could not be removed: %s", path, connection.session_id, exc)
