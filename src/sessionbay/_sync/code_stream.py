# Generated from src/sessionbay/_async/code_stream.py by scripts/generate_sync.py. Do not edit.
"""Code that runs while its output comes."""

from contextlib import suppress
from types import TracebackType
from typing import Self

from .._concurrency._sync import shielded
from ..core.errors import CodeError
from ..core.public import public
from ..environment import nonce
from ..models.code import CodeEvent, EnhancedCodeExecutionResult
from ..operations import frames
from ..operations.code import SERVER, CodeArgs
from ..operations.code_stream import CANCEL, MODE, RUN, CodeCollector, read_event
from ..operations.dispatcher import Subscription
from .session_connection import SessionConnection
from .ws.multiplexer import Multiplexer
from .ws.opening import multiplexer_of

INTERRUPT_TIMEOUT = 5.0  # seconds that the interruption of code may take


@public
class CodeStream:
    """Code that runs, whose output comes as it is written; ``session.code.stream`` returns it.

    As a context manager it starts the code. Iterate over it for what happens: ``CodeOutput`` (a piece of ``stdout`` or
    ``stderr``), ``ExecutionResult`` and ``ExecutionError``; then ``result`` is what ``run_code`` would have returned.
    Leaving the block before the end interrupts the code where that can be done: on the local engine. The clouds know no
    such request, so there it runs on until its time is over.
    """

    def __init__(self, connection: SessionConnection, args: CodeArgs, limit: float) -> None:
        self._connection = connection
        self._args = args
        self._limit = limit
        self._server = connection.server_of(RUN) or SERVER
        self._collected = CodeCollector()
        self._subscription = Subscription(nonce(), streams=True)
        self._result: EnhancedCodeExecutionResult | None = None
        self._line: Multiplexer | None = None

    @property
    def result(self) -> EnhancedCodeExecutionResult:
        """The result of the run, once it has ended.

        Raises:
            CodeUsageError: It has not ended: iterate to the end first.
        """
        if self._result is None:
            raise CodeError.usage("the code has not ended: iterate over the stream to its end first")
        return self._result

    def __enter__(self) -> Self:
        if self._line is not None:
            raise CodeError.usage("the code was started already: make a new stream to run it again")
        self._line = line = multiplexer_of(self._connection, CodeError)
        args = self._args
        params = {"language": args.language, "timeoutS": args.timeout_s, "code": args.code}
        frame = frames.call(self._subscription.id, self._server, RUN, params, MODE)
        line.request(frame, CodeError, self._subscription)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        line = self._line
        if line is None:
            return
        try:
            if self._result is None and not (self._subscription.lost or line.is_closed):
                with suppress(CodeError, TimeoutError):
                    shielded(self._interrupt, INTERRUPT_TIMEOUT)
        finally:
            line.drop(self._subscription)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> CodeEvent:
        if self._line is None:
            raise CodeError.usage("the code was not started: use the stream as a context manager")
        while self._result is None:
            message = self._line.next(self._subscription, CodeError, self._limit, RUN)
            if message.kind == "failed" and message.error_kind != "refused":
                raise CodeError.of(message.error_kind, f"{RUN}: {message.error}", request_id=self._subscription.id)
            if message.kind == "event" and (event := read_event(message.data)) is not None:
                self._collected.add(event)
                return event
            if message.kind != "event":
                self._result = self._collected.result(self._subscription.id, message.data, message.error)
        raise StopIteration

    def _interrupt(self) -> None:
        """Have the code interrupted, and wait until it is."""
        line = self._line
        if line is None or not line.offers(CANCEL, CodeError):
            return
        line.set_lossy(self._subscription, lossy=True)
        line.notify(frames.call(self._subscription.id, self._server, CANCEL, {}), CodeError)
        while (line.next(self._subscription, CodeError, INTERRUPT_TIMEOUT, RUN)).kind == "event":
            pass
