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


class ProcessState(Value):
    """The kept output of a process, and its exit code.

    Attributes:
        outputs: Each stream with its beginning, the number of bytes dropped after that, and its end; may be empty.
        last: The number of the last chunk.
        exit_code: The exit code; None while the process runs.
    """

    outputs: tuple[tuple[Stream, bytes, int, bytes], ...] = ()
    last: int = 0
    exit_code: int | None = None


class ProcessStartResult(Result[int], error=CommandError):
    """The result of a start. ``data`` is the process id."""


class ProcessOutputResult(Result[ProcessOutput], error=CommandError):
    """The result of a read."""


class ProcessStateResult(Result[ProcessState], error=CommandError):
    """The result of a wait."""


class ProcessResult(Result[bool], error=CommandError):
    """The result of a write or a kill. ``data`` is True."""
