"""Terminals."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from .._concurrency._async import run_beside, shielded
from ..core import validation
from ..core.errors import PtyError, PtyNotConnectedError
from ..core.escaping_filter import escaping_logger
from ..core.public import public
from ..core.text import escape_line
from ..environment import nonce
from ..operations import frames, terminals
from ..operations.dispatcher import Message
from ..operations.pty_events import PtySubscription, exit_code, kill_event
from .pty_text import AsyncPtyText
from .session_connection import AsyncSessionConnection
from .ws.multiplexer import AsyncMultiplexer

log = escaping_logger("sessionbay.pty")
BYTES = (bytearray, memoryview)
KILL_TIMEOUT = 15.0  # seconds to kill a terminal at the end of its block


async def attach(line: AsyncMultiplexer, events: PtySubscription) -> None:
    """Subscribe to the output and the exit of an existing terminal."""
    await line.subscribe(events.subscriptions, PtyError)
    try:
        await line.call(frames.TERMINALS, terminals.CONNECT, {"ptySessionId": events.id}, PtyError)
    except BaseException:
        events.output.lost = events.end.lost = Message("failed", {}, "the reconnection failed", "unreachable")
        raise


async def kill(line: AsyncMultiplexer, terminal_id: str) -> None:
    """Kill a terminal. Its further output is dropped, so that it blocks no other subscription."""
    last = kill_event(terminal_id)
    line.mute(last)
    try:
        await line.call(frames.TERMINALS, terminals.KILL, {"ptySessionId": terminal_id}, PtyError)
    except BaseException:
        line.mute(last, muted=False)
        raise
    line.inject(last)


@public
class AsyncPtyHandle:
    """A terminal; ``session.pty`` returns it.

    Iterating yields its output as bytes until its shell exits; ``text`` yields text, ``lines`` yields lines. Unread
    output is buffered; a full buffer blocks the program in the terminal. As a context manager the terminal is killed at
    the end of the block, unless it was disconnected.

    When the connection breaks, pending calls raise with the kind ``unreachable``. The next use reconnects.
    """

    def __init__(
        self,
        connection: AsyncSessionConnection,
        line: AsyncMultiplexer,
        events: PtySubscription,
        on_data: Callable[[bytes], object] | None = None,
    ) -> None:
        self._connection = connection
        self._multiplexer = line
        self._events = events
        self._exit_code: int | None = None
        self._waits = 0
        self._disconnected = False
        self._ended = False
        self._failure: Message | None = None
        self._unread = b""  # output that a reader returned
        self._exit = events.exit_subscription()
        self._stop_reading: Callable[[], object] | None = None
        if on_data is not None:
            line.set_callback(events.output, lambda data: _call(on_data, data))
            self._stop_reading = run_beside(self._read_beside)

    @property
    def pty_session_id(self) -> str:
        """The terminal's id."""
        return self._events.id

    @property
    def is_connected(self) -> bool:
        """Whether the shell runs and is subscribed to, as far as is known: the next wait detects a lost connection."""
        return not (
            self._disconnected or self._exit_code is not None or self._events.end.lost or self._multiplexer.is_closed
        )

    @property
    def exit_code(self) -> int | None:
        """The shell's exit code, or the negative number of a signal; None while it runs."""
        end = self._events.end
        while (
            self._exit_code is None and (message := self._multiplexer.poll(end)) is not None and message is not end.lost
        ):
            self._exit_code = exit_code(message)
            self._failure = self._failure or (message if self._exit_code is None else None)
        return self._exit_code

    async def send_input(self, data: bytes | str) -> None:
        r"""Send input to the terminal. Enter is ``\\\r``, Ctrl-C is ``\\\x03``.

        Args:
            data: The input; text is encoded as UTF-8.

        Raises:
            PtyError: It could not be sent. If the machine refuses input, the next use of the terminal raises.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("exit 3\r")
                print(await terminal.wait(timeout_s=10))
            ```
        """
        whole = validation.content("data", bytes(data) if isinstance(data, BYTES) else data, PtyError)
        for piece in terminals.split_input(whole):
            if piece:
                encoding, text = terminals.encode(piece)
                await self._notify(terminals.INPUT, {"encoding": encoding, "data": text})

    async def resize(self, cols: int, rows: int) -> None:
        """Resize the terminal.

        Args:
            cols: The width in characters, 1 to 500.
            rows: The height in lines, 1 to 500.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.resize(132, 43)
            ```
        """
        problem = terminals.size_error(cols, rows)
        if problem:
            raise PtyError.usage(problem)
        await self._notify(terminals.RESIZE, {"cols": cols, "rows": rows})

    async def read(self, timeout_s: float | None = None) -> bytes:
        """Return the next output; empty once the shell has ended and all output was read.

        Args:
            timeout_s: Seconds to wait; unlimited by default.

        Raises:
            PtyTimeoutError: The timeout expired.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                print(await terminal.read(timeout_s=10))
            ```
        """
        limit = None if timeout_s is None else validation.seconds("timeout_s", timeout_s, PtyError, zero=True)
        if self._unread:
            data, self._unread = self._unread, b""
            return data
        while not self._ended:
            await self._attach_again()
            message = await self._multiplexer.next(self._events.output, PtyError, limit, self._name)
            self._note(message)
            if exit_code(message) is not None:
                self._ended = True
            elif data := self._decode(message):
                return data
        return b""

    async def read_until(self, text: str, timeout_s: float | None = None) -> str:
        r"""Return the output up to a text, with the rest of the piece that contains its end.

        Args:
            text: The text to wait for. Terminals echo their input, which counts as output.
            timeout_s: Seconds to wait in total; unlimited by default.

        Raises:
            PtyTimeoutError: The timeout expired; the next read returns the output so far.
            PtyError: The shell ended before; the next read returns the output so far.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("echo $((6 * 7))\r")
                print("42" in await terminal.read_until("42", timeout_s=10))
            ```
        """
        until = None if timeout_s is None else self._now() + validation.seconds("timeout_s", timeout_s, PtyError)
        pattern, output, last = validation.utf8("text", text, PtyError).encode(), bytearray(), b""
        try:
            while output.find(pattern, max(len(output) - len(last) - len(pattern), 0)) < 0:
                last = await self.read(None if until is None else max(until - self._now(), 0.0))
                if not last:
                    raise PtyError(f"{self._name}: its shell ended with {self.exit_code} before {text!r} appeared")
                output += last
        except BaseException:
            self._unread_again(bytes(output))
            raise
        return output.decode("utf-8", "replace")

    def text(self) -> AsyncPtyText:
        r"""Return an iterator over the output as text. Characters are never split.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("exit\r")
                async for text in terminal.text():
                    print(text, end="")
            ```
        """
        return AsyncPtyText(self.read, self._unread_again, lines=False)

    def lines(self) -> AsyncPtyText:
        r"""Return an iterator over the lines of the output, without line breaks.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("exit\r")
                async for line in terminal.lines():
                    print(line)
            ```
        """
        return AsyncPtyText(self.read, self._unread_again, lines=True)

    async def wait(self, timeout_s: float | None = None) -> int:
        r"""Wait until the shell has ended.

        Meanwhile, the last MiB of output is kept for ``read``.

        Args:
            timeout_s: Seconds to wait; unlimited by default.

        Returns:
            The exit code, or the negative number of a signal: -9 after ``kill``.

        Raises:
            PtyTimeoutError: The timeout expired; the shell still runs.
            PtyError: The connection broke, or the machine refused input.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("exit 3\r")
                print(await terminal.wait(timeout_s=10))
            ```
        """
        until = (
            None if timeout_s is None else self._now() + validation.seconds("timeout_s", timeout_s, PtyError, zero=True)
        )
        self._waits += 1
        self._multiplexer.set_lossy(self._events.output, lossy=True)
        try:
            while self._exit_code is None:
                await self._attach_again()
                remaining = None if until is None else max(until - self._now(), 0.0)
                self._note(await self._multiplexer.next(self._events.end, PtyError, remaining, self._name))
        finally:
            self._waits -= 1
            self._multiplexer.set_lossy(self._events.output, lossy=self._waits > 0)
        self._multiplexer.drop(self._events.end)
        return self._exit_code

    async def kill(self) -> None:
        """Kill the shell and all processes in the terminal. Output so far can still be read.

        Example:
            ```python
            terminal = await session.pty.create()
            await terminal.kill()
            print(terminal.exit_code)
            ```
        """
        if self.exit_code is not None:
            return
        try:
            await kill(self._multiplexer, self.pty_session_id)
        except PtyError:
            if self.exit_code is None:  # it did not exit meanwhile
                raise

    def disconnect(self) -> None:
        """Unsubscribe from the terminal. Its shell keeps running; ``session.pty.connect`` reconnects.

        Example:
            ```python
            terminal = await session.pty.create()
            terminal.disconnect()
            print(terminal.is_connected)
            ```
        """
        self._disconnected = True
        self._multiplexer.drop(*self._events.subscriptions, self._exit)
        if self._stop_reading is not None:
            self._stop_reading()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._disconnected or self._multiplexer.is_closed or self._connection.is_inherited:
            return
        try:
            await shielded(self.kill, KILL_TIMEOUT)
        except (PtyError, TimeoutError) as error:
            if exc is None:
                raise
            exc.add_note(f"and {self._name} could not be killed: {error}")
        finally:
            self.disconnect()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if data := await self.read():
            return data
        raise StopAsyncIteration

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {escape_line(self.pty_session_id)}>"

    @property
    def _name(self) -> str:
        return f"terminal {self._events.id}"

    def _now(self) -> float:
        return self._connection.api.clock.monotonic()

    def _unread_again(self, data: bytes) -> None:
        """Return output to the next read."""
        self._unread = data + self._unread

    async def _notify(self, method: str, params: Mapping[str, object]) -> None:
        if self.exit_code is not None:
            raise PtyError.usage(f"{self._name}: its shell has ended with {self._exit_code}")
        self._refuse_if_disconnected()
        await self._multiplexer.connect(PtyError)
        await self._attach_again()  # before output in response to the input can arrive
        frame = frames.call(nonce(), frames.TERMINALS, method, {"ptySessionId": self.pty_session_id, **params})
        self._events.sent_ids.append(frame.id)
        await self._multiplexer.notify(frame, PtyError)

    async def _attach_again(self) -> None:
        """Subscribe again if the connection was lost since the last use."""
        self._refuse_if_disconnected()
        if (failure := self._failure) is not None:
            self._failure = None
            self._note(failure)
        if self._exit_code is None and (self._events.output.lost or self._events.end.lost):
            await attach(self._multiplexer, self._events)
            if self._stop_reading is not None:
                self._stop_reading()
                self._stop_reading = run_beside(self._read_beside)

    async def _read_beside(self) -> None:
        """Read until the shell exits or the connection is lost, so that ``on_data`` is called meanwhile."""
        try:
            await self._multiplexer.subscribe([self._exit], PtyError)
            await self._multiplexer.next(self._exit, PtyError, None, self._name)
        except PtyError as exc:
            log.info("the output of %s is read by the next call only: %s", self._name, exc)
        finally:
            self._multiplexer.drop(self._exit)

    def _refuse_if_disconnected(self) -> None:
        if self._disconnected:
            message = f"{self._name} was disconnected: reconnect by session.pty.connect"
            raise PtyNotConnectedError(message, kind="usage")

    def _note(self, message: Message) -> None:
        """Record the exit code of a message; raise its error."""
        code = exit_code(message)
        if code is not None:
            self._exit_code = code
        elif message.data.get("eventType") == terminals.ERROR:
            raise PtyError(f"{self._name}: {message.error or 'it failed'}")
        elif message.error and self._exit_code is None:
            raise PtyError.of(message.error_kind, f"{self._name}: {message.error}")

    def _decode(self, message: Message) -> bytes:
        try:
            return terminals.decode_output(message.data)
        except ValueError as exc:
            raise PtyError.of("invalid_response", f"{self._name}: its output does not match its encoding") from exc


def _call(on_data: Callable[[bytes], object], data: Mapping[str, Any]) -> None:
    """Call the user's function. Its errors are logged: they must not fail the unrelated call that is waiting."""
    try:
        on_data(terminals.decode_output(data))
    except Exception:
        log.exception("on_data of a terminal failed")
