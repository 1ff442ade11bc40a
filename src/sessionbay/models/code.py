"""What running code answers."""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Self

from ..core.errors import AgentBayError, CodeError
from ..core.result import Result


@dataclass(frozen=True)
class ExecutionResult:
    """One thing that code has shown, in each form in which it was given.

    Attributes:
        png: Base64, as ``jpeg`` is.
        json: A JSON value.
        chart: A Vega-Lite chart, a JSON value.
        is_main_result: Whether it is the value of the code's last expression.
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
        """Return the names of the forms that there are."""
        forms = (one.name for one in fields(self) if one.name != "is_main_result")
        return [name for name in forms if getattr(self, name) is not None]


@dataclass(frozen=True)
class CodeOutput:
    """Something that code has just written."""

    stream: Literal["stdout", "stderr"]
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class ExecutionLogs:
    """What code has written, in the chunks in which it came."""

    stdout: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExecutionError:
    """The exception that ended code."""

    name: str
    value: str
    traceback: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.value}" if self.value else self.name


CodeEvent = CodeOutput | ExecutionResult | ExecutionError


@dataclass(frozen=True, kw_only=True)
class EnhancedCodeExecutionResult(Result[str]):
    """The answer to ``run_code``: ``data`` is the text of the code's value, or else what it wrote.

    ``success`` is False also when the code raised: ``error`` then says what, and ``logs`` and ``results`` hold what it
    wrote and showed before.

    Attributes:
        logs: What the code wrote.
        results: What it showed.
        error: What it raised; None when it ran to its end, or did not run.
        execution_count: Which run of the context this was; None where the service does not say.
        execution_time: Seconds that it took.
        trace_id: The service's id of the run, or empty.
    """

    logs: ExecutionLogs = field(default_factory=ExecutionLogs)
    results: tuple[ExecutionResult, ...] = ()
    error: ExecutionError | None = None
    execution_count: int | None = None
    execution_time: float = 0.0
    trace_id: str = ""

    error_type: ClassVar[type[AgentBayError]] = CodeError

    @property
    def result(self) -> str:
        """The text of the main result, of the first result where none is the main one, or all that was printed."""
        return result_text(self.results, self.logs)

    def raise_if_strict(self) -> Self:
        """Raise only if the code did not run: an exception of its own is an answer, see ``check``."""
        return self if self.error is not None else self.raise_for_error()


def result_text(results: tuple[ExecutionResult, ...], logs: ExecutionLogs) -> str:
    """Return what stands for a run in one text."""
    main = next((one for one in results if one.is_main_result), results[0] if results else None)
    return "".join(logs.stdout) if main is None or main.text is None else main.text


MIMES = {
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
