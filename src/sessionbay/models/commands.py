"""What a command answers."""

from dataclasses import dataclass
from typing import ClassVar, Self

from ..core.errors import AgentBayError, CommandError
from ..core.result import Result


@dataclass(frozen=True, kw_only=True)
class CommandResult(Result[str]):
    """The answer to a command: ``data`` is its output, standard output before standard error.

    ``success`` is False also when the command ran and ended with another code than 0: ``exit_code`` then says which,
    and ``data``, ``stdout`` and ``stderr`` hold what it wrote.

    Attributes:
        exit_code: The code that the command ended with; None when it did not run to its end, or nobody knows.
        trace_id: The service's id of the run, or empty.
        omitted_bytes: How many bytes of the output a budget has left out.
    """

    stdout: str = ""
    stderr: str = ""
    exit_code: int | None = None
    trace_id: str = ""
    omitted_bytes: int = 0

    error_type: ClassVar[type[AgentBayError]] = CommandError

    @property
    def output(self) -> str:
        """What the command wrote: standard output, then standard error."""
        return self.stdout + self.stderr

    @property
    def truncated(self) -> bool:
        """Whether a budget has left some of the output out."""
        return self.omitted_bytes > 0

    def raise_if_strict(self) -> Self:
        """Raise only if the command did not run: a code other than 0 is an answer, see ``check``."""
        return self if self.exit_code is not None else self.raise_for_error()
