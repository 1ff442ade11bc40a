"""What the engine's tools for processes answer."""

from dataclasses import dataclass
from typing import ClassVar

from ..core.errors import AgentBayError, CommandError
from ..core.output import Stream
from ..core.result import Result


@dataclass(frozen=True)
class Piece:
    """What a process wrote since it was last asked.

    Attributes:
        chunks: The outputs' bytes, in order.
        last: The number of the last chunk; 0 where there is none.
        exit_code: The code that it ended with, told with the last chunk or after it.
    """

    chunks: tuple[tuple[Stream, bytes], ...] = ()
    last: int = 0
    exit_code: int | None = None


class StartedResult(Result[int]):
    """The answer to a start: ``data`` is the process's number."""

    error_type: ClassVar[type[AgentBayError]] = CommandError


class PieceResult(Result[Piece]):
    """The answer to a question for output."""

    error_type: ClassVar[type[AgentBayError]] = CommandError


class ProcessResult(Result[bool]):
    """The answer to a write or a kill: ``data`` is True."""

    error_type: ClassVar[type[AgentBayError]] = CommandError
