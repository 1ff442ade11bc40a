"""The results of the engine's process tools."""

from ..core.errors import CommandError
from ..core.output import Stream
from ..core.result import Result
from ..core.value import Value


class ProcessOutput(Value):
    """The output of a process since the previous read.

    Attributes:
        chunks: The stream and bytes of each chunk, in order.
        last: The number of the last chunk; 0 without chunks.
        exit_code: The exit code, reported with the last chunk or after it; None until then.
    """

    chunks: tuple[tuple[Stream, bytes], ...] = ()
    last: int = 0
    exit_code: int | None = None


class ProcessStartResult(Result[int], error=CommandError):
    """The result of a start. ``data`` is the process id."""


class ProcessOutputResult(Result[ProcessOutput], error=CommandError):
    """The result of a read."""


class ProcessResult(Result[bool], error=CommandError):
    """The result of a write or a kill. ``data`` is True."""
