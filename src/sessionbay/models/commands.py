"""The result of a command."""

from dataclasses import field
from typing import Self

from ..core.errors import CommandError
from ..core.public import public
from ..core.result import Result


@public
class CommandResult(Result[str], error=CommandError):
    """The result of a command. ``data`` is its output: standard output, then standard error.

    ``success`` is also False if the command exited with a code other than 0. ``exit_code`` is then that code, and
    ``data``, ``stdout`` and ``stderr`` hold the output.

    Attributes:
        exit_code: The exit code; None if the command did not complete, or its exit code is unknown.
        timed_out: Whether the command was killed at its timeout; ``code`` is then ``timeout``.
        trace_id: The service's id of the run, or an empty string.
        omitted_bytes: The number of output bytes omitted because of the output limit.
    """

    data: str | None = field(default=None, repr=False)
    stdout: str = ""
    stderr: str = ""
    exit_code: int | None = None
    timed_out: bool = False
    trace_id: str = ""
    omitted_bytes: int = 0

    @property
    def output(self) -> str:
        """The output: standard output, then standard error."""
        return self.stdout + self.stderr

    @property
    def truncated(self) -> bool:
        """Whether output was omitted because of the output limit."""
        return self.omitted_bytes > 0

    def raise_if_strict(self) -> Self:
        """Return this result. Raise only if the command did not run; ``check`` raises for exit codes other than 0."""
        return self if self.exit_code is not None else self.raise_for_error()
