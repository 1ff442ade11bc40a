"""The results of running code."""

from dataclasses import field, fields
from typing import Any, Literal, Self

from ..core.errors import CodeError
from ..core.public import public
from ..core.result import Result
from ..core.value import Value


@public
class ExecutionResult(Value):
    """One displayed value of a code run, in each of its formats.

    Attributes:
        png: Base64, like ``jpeg``.
        json: A JSON value.
        chart: A Vega-Lite chart, a JSON value.
        is_main_result: Whether this is the value of the code's last expression.
    """

    text: str | None = None
    html: str | None = None
    markdown: str | None = None
    png: str | None = None
    jpeg: str | None = None
    svg: str | None = None
    json: Any = None
    latex: str | None = None
    chart: Any = None
    is_main_result: bool = False

    def formats(self) -> list[str]:
        """Return the names of the available formats."""
        forms = (one.name for one in fields(self) if one.name != "is_main_result")
        return [name for name in forms if getattr(self, name) is not None]


CodeExecutionResult = ExecutionResult


@public
class CodeOutput(Value):
    """A chunk of output, as the code writes it."""

    stream: Literal["stdout", "stderr"]
    text: str

    def __str__(self) -> str:
        return self.text


@public
class ExecutionLogs(Value):
    """The output of a code run, in chunks."""

    stdout: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()


@public
class ExecutionError(Value):
    """The exception that ended a code run."""

    name: str
    value: str
    traceback: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.value}" if self.value else self.name


CodeEvent = CodeOutput | ExecutionResult | ExecutionError


@public
class EnhancedCodeExecutionResult(Result[str], error=CodeError):
    """The result of ``run_code``. ``data`` is the text of the main result, or the standard output.

    ``success`` is also False if the code raised. ``error`` is then the exception, and ``logs`` and ``results`` hold the
    output before it.

    Attributes:
        logs: The output of the code.
        results: The displayed values.
        error: The exception; None if the code completed or did not run.
        execution_count: The number of the run in this kernel, from 1; None if the service does not report it.
        execution_time: The duration in seconds.
        trace_id: The service's id of the run, or an empty string.
        omitted_bytes: The number of output bytes omitted because of the output limit.
    """

    data: str | None = field(default=None, repr=False)
    logs: ExecutionLogs = field(default_factory=ExecutionLogs)
    results: tuple[ExecutionResult, ...] = ()
    error: ExecutionError | None = None
    execution_count: int | None = None
    execution_time: float = 0.0
    trace_id: str = ""
    omitted_bytes: int = 0

    @property
    def result(self) -> str:
        """The text of the main result, of the first result if none is the main one, or else the standard output."""
        return result_text(self.results, self.logs)

    @property
    def truncated(self) -> bool:
        """Whether output was omitted because of the output limit."""
        return self.omitted_bytes > 0

    def raise_if_strict(self) -> Self:
        """Return this result. Raise only if the code did not run; ``check`` raises for the code's exceptions."""
        return self if self.error is not None else self.raise_for_error()


def result_text(results: tuple[ExecutionResult, ...], logs: ExecutionLogs) -> str:
    """Return the text that represents a run."""
    main = next((one for one in results if one.is_main_result), results[0] if results else None)
    return "".join(logs.stdout) if main is None or main.text is None else main.text


FORMATS_BY_MIME = {
    "text/plain": "text",
    "text/html": "html",
    "text/markdown": "markdown",
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/svg+xml": "svg",
    "application/json": "json",
    "text/latex": "latex",
    "application/vnd.vegalite.v5+json": "chart",
}
