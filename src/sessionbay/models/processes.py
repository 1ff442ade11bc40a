"""The results of the engine's process tools."""

from dataclasses import dataclass
from typing import ClassVar

from ..core.errors import AgentBayError, CommandError
from ..core.output import Stream
from ..core.result import Result


@dataclass(frozen=True)
class ProcessOutput:
    """The output of a process since the previous read.

    Attributes:
        chunks: The stream and bytes of each chunk, in order.
        last: The number of the last chunk; 0 without chunks.
        exit_code: The exit code, reported with the last chunk or after it; None until then.
    """

    chunks: tuple[tuple[Stream, bytes], ...] = ()
    last: int = 0
    exit_code: int | None = None


class ProcessStartResult(Result[int]):
    """The result of a start. ``data`` is the process id."""

    error_type: ClassVar[type[AgentBayError]] = CommandError


class ProcessOutputResult(Result[ProcessOutput]):
    """The result of a read."""

    error_type: ClassVar[type[AgentBayError]] = CommandError


class ProcessResult(Result[bool]):
    """The result of a write or a kill. ``data`` is True."""

    error_type: ClassVar[type[AgentBayError]] = CommandError
