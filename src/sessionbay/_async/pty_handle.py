"""One terminal, as its user holds it."""

import logging
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from .._concurrency._async import shielded
from ..core import validation
from ..core.errors import PtyError
from ..core.public import public
from ..environment import nonce
from ..operations import frames, terminals
from ..operations.dispatcher import Message
from ..operations.pty_events import PtySubscription, exit_code, kill_event
from .pty_text import AsyncPtyText
from .session_connection import AsyncSessionConnection
from .ws.multiplexer import AsyncMultiplexer

log = logging.getLogger("sessionbay.pty")
BYTES = (bytearray, memoryview)
KILL_TIMEOUT = 15.0  # seconds that the end of a terminal may take at the end of its block


async def attach(line: AsyncMultiplexer, events: PtySubscription) -> None:
    """Subscribe to the output and the end of a terminal that exists."""
    await line.subscribe(events.subscriptions, PtyError)
    try:
        await line.call(frames.TERMINALS, terminals.CONNECT, {"ptySessionId": events.id}, PtyError)
    except BaseException:
        events.output.lost = events.end.lost = Message("failed", {}, "the reconnection failed", "unreachable")
        raise


async def kill(line: AsyncMultiplexer, terminal_id: str) -> None:
    """End a terminal; what it still shows is dropped, so that it holds nobody up."""
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
    """One terminal; ``session.pty`` returns it.

    Iterate over it for the bytes that it shows, as they come, until its shell ends; ``text`` gives characters,
    ``lines`` gives lines. Output waits for its reader, and a program that writes more than fits has to wait too. As a
    context manager it kills the terminal on every way out; one that was disconnected goes on.

    A connection that breaks fails all that waits for it, with the kind ``unreachable``. The next use connects anew.
    """

    def __init__(
        self,
        connection: AsyncSessionConnection,
        line: AsyncMultiplexer,
        events: PtySubscription,
        on_data: Callable[[bytes], object] | None = None,
    ) -> None:
        self._connection = connection
        self._line = line
        self._events = events
        self._exit_code: int | None = None
        self._waits = 0
        self._disconnected = False
        self._ended = False
        self._failure: Message | None = None
        self._unread = b""  # output that a reader returned
        if on_data is not None:
            line.set_callback(events.output, lambda data: _call(on_data, data))

    @property
    def pty_session_id(self) -> str:
        """The terminal's id."""
        return self._events.id

    @property
    def is_connected(self) -> bool:
        """Whether the shell runs and is listened to, as far as is known: a loss shows when something is waited for."""
        return not (self._disconnected or self._exit_code is not None or self._events.end.lost or self._line.is_closed)

    @property
    def exit_code(self) -> int | None:
        """How the shell ended: its code, or less than 0 for a signal; None while it runs."""
        end = self._events.end
        while self._exit_code is None and (message := self._line.poll(end)) is not None and message is not end.lost:
            self._exit_code = exit_code(message)
            self._failure = self._failure or (message if self._exit_code is None else None)
        return self._exit_code

    async def send_input(self, data: bytes | str) -> None:
        r"""Type into the terminal. Enter is ``\\\r``, Ctrl-C is ``\\\x03``.

        Args:
            data: What to type; text is sent as UTF-8.

        Raises:
            PtyError: It could not be sent. That the machine refused input is told by the next use of the terminal.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("exit 3\r")
                print(await terminal.wait(timeout_s=10))
            ```
        """
        whole = validation.content("data", bytes(data) if isinstance(data, BYTES) else data, PtyError)
        for piece in terminals.typed(whole):
            if piece:
                encoding, text = terminals.encoded(piece)
                await self._notify(terminals.INPUT, {"encoding": encoding, "data": text})

    async def resize(self, cols: int, rows: int) -> None:
        """Give the terminal another size.

        Args:
            cols: Its width in characters, 1 to 500.
            rows: Its height in lines, 1 to 500.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.resize(132, 43)
            ```
        """
        problem = terminals.size_problem(cols, rows)
        if problem:
            raise PtyError.usage(problem)
        await self._notify(terminals.RESIZE, {"cols": cols, "rows": rows})

    async def read(self, timeout_s: float | None = None) -> bytes:
        """Return what the terminal shows next; empty once its shell has ended and all was read.

        Args:
            timeout_s: Seconds to wait for it; as long as it takes if not given.

        Raises:
            PtyTimeoutError: Nothing came in time.

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
            message = await self._line.next(self._events.output, PtyError, limit, self._name)
            self._note(message)
            if exit_code(message) is not None:
                self._ended = True
            elif data := self._shown(message):
                return data
        return b""

    async def read_until(self, text: str, timeout_s: float | None = None) -> str:
        r"""Return what the terminal shows up to a text, and the rest of the piece in which that came.

        Args:
            text: The text to wait for. What is typed is shown too, as on every terminal.
            timeout_s: Seconds that all of it may take; as long as it takes if not given.

        Raises:
            PtyTimeoutError: The text did not come in time; what came is there for the next read.
            PtyError: The shell ended before; so it is then.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("echo $((6 * 7))\r")
                print("42" in await terminal.read_until("42", timeout_s=10))
            ```
        """
        until = None if timeout_s is None else self._now() + validation.seconds("timeout_s", timeout_s, PtyError)
        wanted, found, last = validation.utf8("text", text, PtyError).encode(), bytearray(), b""
        try:
            while found.find(wanted, max(len(found) - len(last) - len(wanted), 0)) < 0:
                last = await self.read(None if until is None else max(until - self._now(), 0.0))
                if not last:
                    raise PtyError(f"{self._name}: its shell ended with {self.exit_code} before {text!r} was shown")
                found += last
        except BaseException:
            self._give_back(bytes(found))
            raise
        return found.decode("utf-8", "replace")

    def text(self) -> AsyncPtyText:
        r"""Return an iterator over the text that the terminal shows, piece by piece; no character is ever cut.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("exit\r")
                async for text in terminal.text():
                    print(text, end="")
            ```
        """
        return AsyncPtyText(self.read, self._give_back, lines=False)

    def lines(self) -> AsyncPtyText:
        r"""Return an iterator over the lines that the terminal shows, without their line breaks.

        Example:
            ```python
            async with await session.pty.create() as terminal:
                await terminal.send_input("exit\r")
                async for line in terminal.lines():
                    print(line)
            ```
        """
        return AsyncPtyText(self.read, self._give_back, lines=True)

    async def wait(self, timeout_s: float | None = None) -> int:
        r"""Wait until the shell has ended.

        What it shows meanwhile is kept for ``read``, the last MiB of it; or given to ``on_data``.

        Args:
            timeout_s: Seconds to wait; as long as it takes if not given.

        Returns:
            Its exit code; less than 0 for the signal that ended it: -9 when it was killed.

        Raises:
            PtyTimeoutError: It still runs.
            PtyError: The connection broke, or the machine refused what was typed.

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
        self._line.set_lossy(self._events.output, lossy=True)
        try:
            while self._exit_code is None:
                await self._attach_again()
                left = None if until is None else max(until - self._now(), 0.0)
                self._note(await self._line.next(self._events.end, PtyError, left, self._name))
        finally:
            self._waits -= 1
            self._line.set_lossy(self._events.output, lossy=self._waits > 0)
        self._line.drop(self._events.end)
        return self._exit_code

    async def kill(self) -> None:
        """End the shell and all that runs in the terminal. What it showed until then can still be read.

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
            await kill(self._line, self.pty_session_id)
        except PtyError:
            if self.exit_code is None:  # else it ended by itself just before
                raise

    def disconnect(self) -> None:
        """Stop listening to the terminal, whose shell goes on; ``session.pty.connect`` finds it again.

        Example:
            ```python
            terminal = await session.pty.create()
            terminal.disconnect()
            print(terminal.is_connected)
            ```
        """
        self._disconnected = True
        self._line.drop(*self._events.subscriptions)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._disconnected or self._line.is_closed or self._connection.is_inherited:
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
        return f"<{type(self).__name__} {self.pty_session_id}>"

    @property
    def _name(self) -> str:
        return f"terminal {self._events.id}"

    def _now(self) -> float:
        return self._connection.api.clock.monotonic()

    def _give_back(self, data: bytes) -> None:
        """Put output back in front of the next read."""
        self._unread = data + self._unread

    async def _notify(self, method: str, params: Mapping[str, object]) -> None:
        if self.exit_code is not None:
            raise PtyError.usage(f"{self._name}: its shell has ended with {self._exit_code}")
        self._refuse_if_disconnected()
        await self._line.connect(PtyError)
        await self._attach_again()  # before the answer to what is said can come
        frame = frames.call(nonce(), frames.TERMINALS, method, {"ptySessionId": self.pty_session_id, **params})
        self._events.sent_ids.append(frame.id)
        await self._line.notify(frame, PtyError)

    async def _attach_again(self) -> None:
        """Listen anew where the connection was lost since the last use."""
        self._refuse_if_disconnected()
        if (failure := self._failure) is not None:
            self._failure = None
            self._note(failure)
        if self._exit_code is None and (self._events.output.lost or self._events.end.lost):
            await attach(self._line, self._events)

    def _refuse_if_disconnected(self) -> None:
        if self._disconnected:
            raise PtyError.usage(f"{self._name} was disconnected: connect to it by session.pty.connect")

    def _note(self, message: Message) -> None:
        """Take in what a message says of the terminal's end; raise what went wrong."""
        code = exit_code(message)
        if code is not None:
            self._exit_code = code
        elif message.data.get("eventType") == terminals.ERROR:
            raise PtyError(f"{self._name}: {message.error or 'it failed'}")
        elif message.error and self._exit_code is None:
            raise PtyError.of(message.error_kind, f"{self._name}: {message.error}")

    def _shown(self, message: Message) -> bytes:
        try:
            return terminals.shown(message.data)
        except ValueError as exc:
            raise PtyError.of("invalid_response", f"{self._name}: its output is not what its encoding says") from exc


def _call(on_data: Callable[[bytes], object], data: Mapping[str, Any]) -> None:
    """Call the user's function; it is called in whatever waits, which its failure must not befall."""
    try:
        on_data(terminals.shown(data))
    except Exception:
        log.exception("on_data of a terminal failed")
