"""Terminals."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import cast

from .._concurrency._async import shielded
from ..core import validation
from ..core.errors import PtyError
from ..core.public import public
from ..environment import nonce
from ..models.pty import PtySession
from ..operations import frames, terminals
from ..operations.dispatcher import Subscription
from ..operations.pty_events import PtySubscription
from .module import AsyncModule
from .pty_handle import AsyncPtyHandle, attach, kill
from .ws.multiplexer import REPLY_TIMEOUT, AsyncMultiplexer
from .ws.opening import multiplexer_of

UNDO_TIMEOUT = 5.0  # seconds to end the shell of a creation that was cancelled


@public
class AsyncPty(AsyncModule):
    """Opens terminals: shells that are typed to, and that show what they write as it comes.

    They go over the session's WebSocket. Every method raises ``PtyUsageError`` for a wrong argument or where the
    session has no WebSocket, and ``PtyError`` when the session refuses or the connection breaks (its ``kind`` says
    which).
    """

    async def create(
        self,
        cols: int = 80,
        rows: int = 24,
        cwd: str | None = None,
        envs: Mapping[str, str] | None = None,
        shell: str | None = None,
        on_data: Callable[[bytes], object] | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPtyHandle:
        r"""Open a terminal with a shell of its own.

        Args:
            cols: Its width in characters, 1 to 500.
            rows: Its height in lines, 1 to 500.
            cwd: The folder to start in; the user's home if not given.
            envs: Further environment variables; ``TERM`` and ``LANG`` are set if not given here.
            shell: The program to run, a path; the machine's usual shell if not given.
            on_data: Called with each piece of output, in place of its being kept for ``read``. It is called while
                something of this session's terminals is waited for, ``wait`` for one.
            timeout_s: Seconds that the creation may take; 30 if not given.

        Returns:
            The terminal. Use it as a context manager, which kills it at the end; else it lives until ``kill``, the end
            of its shell, or that of the session.

        Example:
            ```python
            async with await session.pty.create(cols=120, rows=30) as terminal:
                await terminal.send_input("echo $((6 * 7)); exit\r")
                print(await terminal.wait(timeout_s=10))
            ```
        """
        params = {
            "cols": cols,
            "rows": rows,
            "envs": {**terminals.DEFAULT_ENVS, **validation.string_map("envs", envs or {}, PtyError)},
            **({} if cwd is None else {"cwd": validation.text("cwd", cwd, PtyError)}),
            **({} if shell is None else {"shell": validation.text("shell", shell, PtyError)}),
        }
        problem = terminals.size_problem(cols, rows)
        if problem:
            raise PtyError.usage(problem)
        limit = REPLY_TIMEOUT if timeout_s is None else validation.seconds("timeout_s", timeout_s, PtyError)
        line, events = self._line(), PtySubscription()
        await _create(line, events, params, limit)
        if not events.id:
            line.drop(*events.subscriptions)
            raise PtyError.of("invalid_response", f"{terminals.CREATE}: the answer names no terminal")
        return AsyncPtyHandle(self._connection, line, events, on_data)

    async def connect(self, pty_session_id: str, on_data: Callable[[bytes], object] | None = None) -> AsyncPtyHandle:
        r"""Look at a terminal that is there already, of whatever client.

        Args:
            pty_session_id: The terminal; ``list`` names them.
            on_data: See ``create``.

        Returns:
            The terminal. What it showed before is told only as far as the machine keeps it: the local engine keeps the
            last 64 KiB that nobody looked at.

        Example:
            ```python
            terminal = await session.pty.create()
            terminal.disconnect()
            async with await session.pty.connect(terminal.pty_session_id) as again:
                await again.send_input("exit\r")
                print(await again.wait(timeout_s=10))
            ```
        """
        events = PtySubscription(validation.text("pty_session_id", pty_session_id, PtyError))
        line = self._line()
        try:
            await attach(line, events)
        except BaseException:
            line.drop(*events.subscriptions)
            raise
        return AsyncPtyHandle(self._connection, line, events, on_data)

    async def list(self) -> list[PtySession]:
        """List the terminals whose shells run.

        Returns:
            Terminals; the clouds tell of each no more than its id.

        Example:
            ```python
            print([terminal.pty_session_id for terminal in await session.pty.list()])
            ```
        """
        answer = await self._line().call(frames.TERMINALS, terminals.LIST, {}, PtyError)
        found = answer.get("ptySessionIds")
        if not isinstance(found, (list, tuple)):
            raise PtyError.of("invalid_response", f"{terminals.LIST}: the answer names no list of terminals")
        return [PtySession(str(each)) for each in cast("Sequence[object]", found)]

    async def kill(self, pty_session_id: str) -> None:
        """End a terminal and all that runs in it; whoever waits for its end gets -9.

        Args:
            pty_session_id: The terminal.

        Example:
            ```python
            terminal = await session.pty.create()
            await session.pty.kill(terminal.pty_session_id)
            print(await terminal.wait())
            ```
        """
        await kill(self._line(), validation.text("pty_session_id", pty_session_id, PtyError))

    def _line(self) -> AsyncMultiplexer:
        return multiplexer_of(self._connection, PtyError)


async def _create(line: AsyncMultiplexer, events: PtySubscription, params: Mapping[str, object], limit: float) -> None:
    """Create a terminal. The subscription comes first, so that no output is missed."""
    frame = frames.call(nonce(), frames.TERMINALS, terminals.CREATE, params)
    reply = Subscription(frame.id)
    reply.on_answer = events.bind
    reply.over = True  # until the request was sent: without one there is no reply to wait for
    try:
        await line.subscribe(events.subscriptions, PtyError)
        await line.request(frame, PtyError, reply, limit)
        message = await line.next(reply, PtyError, limit, terminals.CREATE)
        line.raise_if_failed(message, terminals.CREATE, PtyError)
    except PtyError:
        line.drop(*events.subscriptions)
        raise
    except BaseException:
        with suppress(PtyError, TimeoutError):
            await shielded(lambda: _undo(line, reply, events), UNDO_TIMEOUT)
        line.drop(*events.subscriptions)
        raise
    finally:
        line.drop(reply)


async def _undo(line: AsyncMultiplexer, reply: Subscription, events: PtySubscription) -> None:
    """Kill the shell that a cancelled creation may have started."""
    if not reply.over and not events.id:
        await line.next(reply, PtyError, UNDO_TIMEOUT, terminals.CREATE)
    if events.id:
        await kill(line, events.id)
