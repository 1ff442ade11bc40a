"""Code with streamed output."""

from contextlib import suppress
from types import TracebackType
from typing import Self

from .._concurrency._async import shielded
from ..core.errors import CodeError, WsCancelledError
from ..core.public import public
from ..environment import nonce
from ..models.code import CodeEvent, EnhancedCodeExecutionResult
from ..operations import frames
from ..operations.code import SERVER, CodeArgs
from ..operations.code_stream import CANCEL, MODE, RUN, CodeCollector, read_event
from ..operations.dispatcher import Subscription
from .session_connection import AsyncSessionConnection
from .ws.multiplexer import AsyncMultiplexer
from .ws.session_multiplexer import multiplexer_of

INTERRUPT_TIMEOUT = 5.0  # seconds to interrupt code


@public
class AsyncCodeStream:
    """A running piece of code with streamed output, from ``session.code.stream``.

    Entering the context starts the code. Iterate for its events: ``CodeOutput``, ``ExecutionResult`` and
    ``ExecutionError``. Afterwards ``result`` is what ``run_code`` would have returned. Leaving the block early
    interrupts the code on the local engine. The clouds have no such request: there it runs until its timeout.
    """

    def __init__(self, connection: AsyncSessionConnection, args: CodeArgs, limit: float) -> None:
        self._connection = connection
        self._args = args
        self._limit = limit
        self._server = connection.server_of(RUN) or SERVER
        self._collector = CodeCollector(args.max_output, args.keep or "head+tail")
        self._subscription = Subscription(nonce(), streams=True)
        self._result: EnhancedCodeExecutionResult | None = None
        self._multiplexer: AsyncMultiplexer | None = None
        self._left = False

    @property
    def result(self) -> EnhancedCodeExecutionResult:
        """The result of the run.

        Raises:
            CodeUsageError: The run has not ended. Iterate to the end first.
        """
        if self._result is None:
            raise CodeError.usage("the code has not ended: iterate over the stream to its end first")
        return self._result

    async def __aenter__(self) -> Self:
        if self._multiplexer is not None:
            raise CodeError.usage("the code was already started: create a new stream to run it again")
        self._multiplexer = multiplexer = multiplexer_of(self._connection, CodeError)
        args = self._args
        params = {"language": args.language, "timeoutS": args.timeout_s, "code": args.code}
        frame = frames.call(self._subscription.id, self._server, RUN, params, MODE)
        try:
            await multiplexer.request(frame, CodeError, self._subscription)
            return self  # noqa: TRY300  # an interrupt may arrive here
        except BaseException:
            if multiplexer.is_connected:  # the request may have been sent; a lost connection ends the code
                with suppress(CodeError, TimeoutError):
                    await shielded(self._interrupt, INTERRUPT_TIMEOUT)
            multiplexer.drop(self._subscription)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        multiplexer = self._multiplexer
        if multiplexer is None:
            return
        self._left = True
        try:
            if self._result is None and not (self._subscription.lost or multiplexer.is_closed):
                with suppress(CodeError, TimeoutError):
                    await shielded(self._interrupt, INTERRUPT_TIMEOUT)
        finally:
            multiplexer.drop(self._subscription)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> CodeEvent:
        if self._multiplexer is None:
            raise CodeError.usage("the code was not started: use the stream as a context manager")
        if self._left and self._result is None:
            raise WsCancelledError("the code was interrupted: its block was left before its end", kind="usage")
        while self._result is None:
            message = await self._multiplexer.next(self._subscription, CodeError, self._limit, RUN)
            if message.kind == "failed" and message.error_kind != "refused":
                raise CodeError.of(message.error_kind, f"{RUN}: {message.error}", request_id=self._subscription.id)
            if message.kind == "event" and (event := read_event(message.data)) is not None:
                self._collector.add(event)
                return event
            if message.kind != "event":
                self._result = self._collector.result(self._subscription.id, message.data, message.error)
        raise StopAsyncIteration

    async def _interrupt(self) -> None:
        """Interrupt the code, and wait for its end."""
        multiplexer = self._multiplexer
        if multiplexer is None or not await multiplexer.offers(CANCEL, CodeError):
            return
        multiplexer.set_lossy(self._subscription, lossy=True)
        await multiplexer.notify(frames.call(self._subscription.id, self._server, CANCEL, {}), CodeError)
        while (await multiplexer.next(self._subscription, CodeError, INTERRUPT_TIMEOUT, RUN)).kind == "event":
            pass
