"""Code."""

from collections.abc import Callable, Mapping
from typing import Any

from ..core import validation
from ..core.errors import CodeError
from ..core.public import public
from ..models.code import CodeOutput, EnhancedCodeExecutionResult, ExecutionError
from ..operations.code import RUN_CODE, CodeArgs, parse_language
from .api_client import CallTimeout
from .code_stream import AsyncCodeStream
from .module import AsyncModule

GRACE = 10.0  # seconds that the answer may take beyond the code's own limit


@public
class AsyncCode(AsyncModule):
    """Runs code of several languages. What it defines stays for the next run of the same language."""

    async def run_code(
        self,
        code: str,
        language: str,
        timeout_s: int = 60,
        stream_beta: bool = False,
        on_stdout: Callable[[str], object] | None = None,
        on_stderr: Callable[[str], object] | None = None,
        on_error: Callable[[Any], object] | None = None,
        *,
        check: bool = False,
    ) -> EnhancedCodeExecutionResult:
        """Run code and return what it showed and wrote.

        Args:
            code: The code.
            language: ``python``, ``javascript``, ``r`` or ``java``, also by their common short names; which of them a
                machine has depends on its image.
            timeout_s: Seconds after which the machine interrupts the code; the clouds document 60 as the most.
            stream_beta: Whether to have the output while the code runs, over the session's WebSocket; see ``stream``
                for another way. A function to be told of it asks for that too.
            on_stdout: Called with each piece that the code writes.
            on_stderr: Called with each piece that the code writes to its error output.
            on_error: Called with the ``ExecutionError`` that the code raised, or the ``CodeError`` that befell its run.
            check: Whether to raise when the code raised.

        Returns:
            ``result`` (also ``data``) is the text of the code's value, or what it printed; ``logs`` what it wrote,
            ``results`` what it showed (text, html, markdown, png, svg, latex, json, chart), ``error`` what it raised.

        Raises:
            CodeError: With ``check=True``, when the code raised or could not be run; without an answer, always.
            CodeUsageError: An argument is wrong, or the session has no WebSocket to stream over; nothing was sent.

        Example:
            ```python
            await session.code.run_code("x = 20", "python")
            result = await session.code.run_code("x + 1", "python")
            print(result.result)
            ```
        """
        if stream_beta or on_stdout or on_stderr or on_error:
            stream = self.stream(code, language, timeout_s)
            ran = await _run_to_its_end(stream, {"stdout": on_stdout, "stderr": on_stderr}, on_error)
            result = self._connection.api.raise_if_strict(ran)
        else:
            args, limit = self._asked(code, language, timeout_s)
            result = await self._connection.call_tool(RUN_CODE, args, CallTimeout(limit))
        return result.raise_for_error() if check else result

    def stream(self, code: str, language: str, timeout_s: int = 60) -> AsyncCodeStream:
        """Run code for the length of a block, and tell what happens as it does.

        Args:
            code: The code.
            language: See ``run_code``.
            timeout_s: Seconds after which the machine interrupts the code.

        Returns:
            A context manager that gives an iterator of ``CodeOutput``, ``ExecutionResult`` and ``ExecutionError``, and
            ``result`` after the last of them. Leaving the block early interrupts the code on the local engine.

        Raises:
            CodeError: The connection broke, or nothing came within the code's time and ten seconds.
            CodeUsageError: An argument is wrong, or the session has no WebSocket; nothing was sent.

        Example:
            ```python
            async with session.code.stream("for n in range(3): print(n)", "python") as events:
                async for event in events:
                    print(event)
            print(events.result.execution_count)
            ```
        """
        return AsyncCodeStream(self._connection, *self._asked(code, language, timeout_s))

    def _asked(self, code: str, language: str, timeout_s: int) -> tuple[CodeArgs, float]:
        """Return what goes over, and for how many seconds nothing need come back."""
        args = CodeArgs(
            code=validation.utf8("code", code, CodeError),
            language=parse_language(language),
            timeout_s=validation.count("timeout_s", timeout_s, CodeError),
        )
        return args, max(self._connection.api.config.call_timeout, timeout_s + GRACE)

    run = execute = run_code  # the names that users of both clouds know


async def _run_to_its_end(
    stream: AsyncCodeStream,
    writes: Mapping[str, Callable[[str], object] | None],
    on_error: Callable[[Any], object] | None,
) -> EnhancedCodeExecutionResult:
    """Run code to its end, and tell who wants to know."""
    try:
        async with stream:
            async for event in stream:
                if isinstance(event, CodeOutput) and (write := writes[event.stream]):
                    write(event.text)
                elif isinstance(event, ExecutionError) and on_error:
                    on_error(event)
    except CodeError as exc:
        if on_error:
            on_error(exc)
        raise
    return stream.result
