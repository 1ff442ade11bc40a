"""Code execution."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..core import validation
from ..core.errors import CodeError
from ..core.output import KEEPS, Keep
from ..core.public import public
from ..models.code import CodeOutput, EnhancedCodeExecutionResult, ExecutionError
from ..operations.code import RUN_CODE, CodeArgs, limit_output, parse_language
from ..operations.processes import START
from .api_client import CallTimeout
from .code_stream import AsyncCodeStream
from .module import AsyncModule

GRACE = 10.0  # seconds beyond the code's own timeout


@public
class AsyncCode(AsyncModule):
    """Runs code in several languages. Each language keeps its variables from run to run."""

    async def run_code(
        self,
        code: str,
        language: str,
        timeout_s: float = 60,
        stream_beta: bool = False,
        on_stdout: Callable[[str], object] | None = None,
        on_stderr: Callable[[str], object] | None = None,
        on_error: Callable[[Any], object] | None = None,
        *,
        check: bool = False,
        timeout: float | None = None,
        max_output: int | None = None,
        keep: Keep = "head+tail",
    ) -> EnhancedCodeExecutionResult:
        """Run code and return its value and its output.

        Args:
            code: The code.
            language: ``python``, ``javascript``, ``r`` or ``java``, or a common short name such as ``py``. The image
                determines the available languages.
            timeout_s: Seconds until the machine interrupts the code. The clouds document a maximum of 60, and fractions
                are rounded up there.
            stream_beta: Whether to stream the output over the session's WebSocket. Implied by the callbacks. See also
                ``stream``.
            on_stdout: Called with each chunk of the standard output.
            on_stderr: Called with each chunk of the standard error.
            on_error: Called with the ``ExecutionError`` if the code raises, or the ``CodeError`` if the call fails.
            check: Whether to raise if the code raises.
            timeout: Another name of ``timeout_s``, which it replaces.
            max_output: Bytes to keep of each output, at most 32 MiB. The callbacks get the whole output. Without it,
                the machine's own limit applies, on the local engine 1 MiB.
            keep: The part to keep of longer output: ``head+tail`` (half and half), ``head`` or ``tail``.

        Returns:
            The result. ``result`` (also ``data``) is the text of the code's value, or else its standard output.
            ``logs`` holds the output, ``results`` the displayed values (text, html, markdown, png, svg, latex, json,
            chart) and ``error`` the exception. ``truncated`` and ``omitted_bytes`` report omitted output.

        Raises:
            CodeError: No answer arrived; or, with ``check=True``, the code raised or did not run.
            CodeUsageError: An argument is wrong, or the session has no WebSocket to stream over; nothing was sent.

        Example:
            ```python
            await session.code.run_code("x = 20", "python")
            result = await session.code.run_code("x + 1", "python")
            print(result.result)
            ```
        """
        seconds = timeout_s if timeout is None else timeout
        if stream_beta or on_stdout or on_stderr or on_error:
            stream = self.stream(code, language, seconds, max_output=max_output, keep=keep)
            streamed = await _run_to_end(stream, {"stdout": on_stdout, "stderr": on_stderr}, on_error)
            result = self._connection.api.raise_if_strict(streamed)
        else:
            args, limit = self._prepare(code, language, seconds, max_output, keep)
            if self._is_engine or args.max_output is None:
                result = await self._connection.call_tool(RUN_CODE, args, CallTimeout(limit))
            else:  # a cloud, which sends the whole output
                whole = args.model_copy(update={"max_output": None, "keep": None})
                result = await self._connection.call_tool(RUN_CODE, whole, CallTimeout(limit))
                result = limit_output(result, args.max_output, keep)
        return result.raise_for_error() if check else result

    def stream(
        self,
        code: str,
        language: str,
        timeout_s: float = 60,
        *,
        timeout: float | None = None,
        max_output: int | None = None,
        keep: Keep = "head+tail",
    ) -> AsyncCodeStream:
        """Run code and stream its events.

        Args:
            code: The code.
            language: See ``run_code``.
            timeout_s: Seconds until the machine interrupts the code.
            timeout: Another name of ``timeout_s``, which it replaces.
            max_output: Bytes that ``result`` keeps of each output. Iteration yields the whole output, up to the
                machine's own limit, on the local engine 1 MiB.
            keep: The part to keep of longer output: ``head+tail`` (half and half), ``head`` or ``tail``.

        Returns:
            A context manager and iterator of ``CodeOutput``, ``ExecutionResult`` and ``ExecutionError``. After the
            last event, ``result`` holds the result. Leaving the block early interrupts the code on the local engine.

        Raises:
            CodeError: The connection broke, or no event arrived within the code's timeout plus ten seconds.
            CodeUsageError: An argument is wrong, or the session has no WebSocket; nothing was sent.

        Example:
            ```python
            async with session.code.stream("for n in range(3): print(n)", "python") as events:
                async for event in events:
                    print(event)
            print(events.result.execution_count)
            ```
        """
        seconds = timeout_s if timeout is None else timeout
        return AsyncCodeStream(self._connection, *self._prepare(code, language, seconds, max_output, keep))

    @property
    def _is_engine(self) -> bool:
        return bool(self._connection.server_of(START.name))

    def _prepare(
        self, code: str, language: str, timeout_s: float, max_output: int | None, keep: Keep
    ) -> tuple[CodeArgs, float]:
        """Return the validated arguments, and the seconds to wait for an answer."""
        seconds = validation.seconds("timeout_s", timeout_s, CodeError)
        validation.choice("keep", keep, KEEPS, CodeError)
        limited = max_output is not None
        args = CodeArgs(
            code=validation.utf8("code", code, CodeError),
            language=parse_language(language),
            timeout_s=seconds if self._is_engine and not seconds.is_integer() else math.ceil(seconds),
            max_output=validation.count("max_output", max_output, CodeError) if limited else None,
            keep=keep if limited else None,
        )
        return args, max(self._connection.api.config.call_timeout, seconds + GRACE)

    run = execute = run_code  # the names used by both clouds' SDKs


async def _run_to_end(
    stream: AsyncCodeStream,
    callbacks: Mapping[str, Callable[[str], object] | None],
    on_error: Callable[[Any], object] | None,
) -> EnhancedCodeExecutionResult:
    """Run code to its end, and call the callbacks."""
    try:
        async with stream:
            async for event in stream:
                if isinstance(event, CodeOutput) and (callback := callbacks[event.stream]):
                    callback(event.text)
                elif isinstance(event, ExecutionError) and on_error:
                    on_error(event)
    except CodeError as exc:
        if on_error:
            on_error(exc)
        raise
    return stream.result
