# Generated from src/sessionbay/_async/pty.py by scripts/generate_sync.py. Do not edit.
"""Terminals."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import cast

from .._concurrency._sync import shielded
from ..core import validation
from ..core.errors import PtyError
from ..core.public import public
from ..environment import nonce
from ..models.pty import PtySession
from ..operations import frames, terminals
from ..operations.dispatcher import Subscription
from ..operations.pty_events import PtySubscription
from .module import Module
from .pty_handle import PtyHandle, attach, kill
from .ws.multiplexer import REPLY_TIMEOUT, Multiplexer
from .ws.session_multiplexer import multiplexer_of

UNDO_TIMEOUT = 5.0  # seconds to kill the shell of a cancelled creation


@public
class Pty(Module):
    """Opens terminals: interactive shells over the session's WebSocket.

    Every method raises ``PtyUsageError`` for an invalid argument or a session without a WebSocket, and ``PtyError``
    when the session refuses or the connection breaks; its ``kind`` says which.
    """

    def create(
        self,
        cols: int = 80,
        rows: int = 24,
        cwd: str | None = None,
        envs: Mapping[str, str] | None = None,
        shell: str | None = None,
        on_data: Callable[[bytes], object] | None = None,
        timeout_s: float | None = None,
    ) -> PtyHandle:
        r"""Open a terminal with a new shell.

        Args:
            cols: The width in characters, 1 to 500.
            rows: The height in lines, 1 to 500.
            cwd: The working directory; the home directory by default.
            envs: Additional environment variables. ``TERM`` and ``LANG`` have defaults.
            shell: The path of the program to run; the machine's default shell by default.
            on_data: Called with each piece of output as it arrives, instead of ``read``. The call is in a
                thread, or in the event loop of an client. Its errors are logged.
            timeout_s: Seconds that the creation may take; 30 by default.

        Returns:
            The terminal. As a context manager it is killed at the end of the block; otherwise it lives until ``kill``,
            the exit of its shell, or the end of the session.

        Example:
            ```python
            with session.pty.create(cols=120, rows=30) as terminal:
                terminal.send_input("echo $((6 * 7)); exit\r")
                print(terminal.wait(timeout_s=10))
            ```
        """
        params = {
            "cols": cols,
            "rows": rows,
            "envs": {**terminals.DEFAULT_ENVS, **validation.string_map("envs", envs or {}, PtyError)},
            **({} if cwd is None else {"cwd": validation.text("cwd", cwd, PtyError)}),
            **({} if shell is None else {"shell": validation.text("shell", shell, PtyError)}),
        }
        problem = terminals.size_error(cols, rows)
        if problem:
            raise PtyError.usage(problem)
        limit = REPLY_TIMEOUT if timeout_s is None else validation.seconds("timeout_s", timeout_s, PtyError)
        multiplexer, events = self._multiplexer(), PtySubscription()
        return _create(
            multiplexer, events, params, limit, lambda: PtyHandle(self._connection, multiplexer, events, on_data)
        )

    def connect(self, pty_session_id: str, on_data: Callable[[bytes], object] | None = None) -> PtyHandle:
        r"""Connect to an existing terminal of any client.

        Args:
            pty_session_id: The terminal's id, as returned by ``list``.
            on_data: See ``create``.

        Returns:
            The terminal. Earlier output is returned as far as the machine keeps it: the local engine keeps the last
            64 KiB of unread output.

        Example:
            ```python
            terminal = session.pty.create()
            terminal.disconnect()
            with session.pty.connect(terminal.pty_session_id) as again:
                again.send_input("exit\r")
                print(again.wait(timeout_s=10))
            ```
        """
        events = PtySubscription(validation.text("pty_session_id", pty_session_id, PtyError))
        multiplexer = self._multiplexer()
        try:
            attach(multiplexer, events)
        except BaseException:
            multiplexer.drop(*events.subscriptions)
            raise
        return PtyHandle(self._connection, multiplexer, events, on_data)

    def list(self) -> list[PtySession]:
        """List the terminals whose shells run.

        Returns:
            The terminals; the clouds return only their ids.

        Example:
            ```python
            print([terminal.pty_session_id for terminal in session.pty.list()])
            ```
        """
        answer = self._multiplexer().call(frames.TERMINALS, terminals.LIST, {}, PtyError)
        terminal_ids = answer.get("ptySessionIds")
        if not isinstance(terminal_ids, (list, tuple)):
            raise PtyError.of("invalid_response", f"{terminals.LIST}: the answer has no list of terminals")
        return [PtySession(str(each)) for each in cast("Sequence[object]", terminal_ids)]

    def kill(self, pty_session_id: str) -> None:
        """Kill a terminal and all processes in it. Its exit code is then -9.

        Args:
            pty_session_id: The terminal's id.

        Example:
            ```python
            terminal = session.pty.create()
            session.pty.kill(terminal.pty_session_id)
            print(terminal.wait())
            ```
        """
        kill(self._multiplexer(), validation.text("pty_session_id", pty_session_id, PtyError))

    def _multiplexer(self) -> Multiplexer:
        return multiplexer_of(self._connection, PtyError)


def _create(
    multiplexer: Multiplexer,
    events: PtySubscription,
    params: Mapping[str, object],
    limit: float,
    open_handle: Callable[[], PtyHandle],
) -> PtyHandle:
    """Create a terminal, and return its handle. The subscription comes first, so that no output is missed."""
    key = nonce() if multiplexer.offers("cancel", PtyError) else ""
    keyed = {**params, "key": key} if key else params
    frame = frames.call(nonce(), frames.TERMINALS, terminals.CREATE, keyed)
    reply = Subscription(frame.id)
    reply.on_reply = events.bind
    reply.over = True  # until the request is sent, there is no reply to wait for
    try:
        multiplexer.subscribe(events.subscriptions, PtyError)
        multiplexer.request(frame, PtyError, reply, limit)
        message = multiplexer.next(reply, PtyError, limit, terminals.CREATE)
        multiplexer.raise_if_failed(message, terminals.CREATE, PtyError)
        if not events.id:
            raise PtyError.of("invalid_response", f"{terminals.CREATE}: the answer has no terminal id")
        multiplexer.drop(reply)
        return open_handle()
    except BaseException as exc:
        if not isinstance(exc, PtyError):
            with suppress(PtyError, TimeoutError):
                shielded(lambda: _undo(multiplexer, reply, events, key), UNDO_TIMEOUT)
        multiplexer.drop(reply, *events.subscriptions)
        raise


def _undo(multiplexer: Multiplexer, reply: Subscription, events: PtySubscription, key: str) -> None:
    """Kill the shell that a cancelled creation may have started."""
    if key:
        multiplexer.call(frames.TERMINALS, terminals.KILL, {"key": key}, PtyError)
        return
    if not reply.over and not events.id:
        multiplexer.next(reply, PtyError, UNDO_TIMEOUT, terminals.CREATE)
    if events.id:
        kill(multiplexer, events.id)
