"""The Python kernel without IPython, and the parts that both forms share."""

from __future__ import annotations
import __future__ as features

import ast
import builtins
import linecache
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from importlib import import_module
from types import CodeType, FrameType, ModuleType
from typing import Any, NoReturn, Protocol, cast

CO_COROUTINE = 0x80
FUTURE_FLAGS = sum(getattr(features, name).compiler_flag for name in features.all_feature_names)  # distinct bits
MIME_METHODS = {  # as in IPython
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
}


class Sender(Protocol):
    """Sends what a run produces, and runs its coroutines."""

    loop: Loop

    def send_result(self, forms: Mapping[str, object], *, main: bool) -> None:
        """Send a displayed value; ``main`` for that of the code's last expression."""

    def send_error(self, error: BaseException, trace: str) -> None:
        """Send the exception that ended a run."""


class Runner(Protocol):
    """Runs code, and sends its results and errors."""

    def run(self, code: str) -> BaseException | None:
        """Run code, and return the exception that it raised."""


class Loop:
    """An event loop for top-level ``await``, created when first used. Its tasks also run between two runs of code."""

    def __init__(self) -> None:
        self._loop: Any = None

    def select(self) -> None:
        """Make it the current loop again: ``asyncio.run`` leaves none."""
        if self._loop is not None and self._loop.is_closed():
            self._loop = None
        if self._loop is not None:
            import_module("asyncio").set_event_loop(self._loop)

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine, and return its result. An interrupt cancels it."""
        asyncio = import_module("asyncio")
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self.select()
        machinery = os.path.dirname(str(asyncio.__file__)), selectors.__file__
        task = self._loop.create_task(coroutine)

        def interrupt(number: int, frame: FrameType | None) -> None:
            while frame is not None and frame.f_code is not Loop.run.__code__:
                if not frame.f_code.co_filename.startswith(machinery):
                    raise KeyboardInterrupt
                frame = frame.f_back
            task.cancel()  # an exception in the event loop itself could lose a callback
            self._loop.call_soon_threadsafe(lambda: None)

        handler = signal.signal(signal.SIGINT, interrupt)
        try:
            return self._loop.run_until_complete(task)
        except KeyboardInterrupt:  # in this task or another one
            task.cancel()
            with suppress(BaseException):
                self._loop.run_until_complete(task)
            raise
        finally:
            signal.signal(signal.SIGINT, handler)

    def wait_readable(self, sock: socket.socket) -> None:
        """Run the tasks until a socket has data; return at once without a loop."""
        if self._loop is None or self._loop.is_closed():
            return
        ready = self._loop.create_future()
        self._loop.add_reader(sock, lambda: ready.done() or ready.set_result(None))
        while not (ready.done() or self._loop.is_closed()):
            with suppress(BaseException):  # a callback may stop the loop, or raise SystemExit
                self._loop.run_until_complete(ready)
        self._loop.remove_reader(sock)


class Plain:
    """Runs code without IPython. Values are shown by ``repr`` and their own ``_repr_..._`` methods."""

    def __init__(self, kernel: Sender) -> None:
        self._kernel = kernel
        self._count = self._flags = 0
        module = sys.modules["__main__"] = ModuleType("__main__")
        self._names = module.__dict__
        self._names["__builtins__"] = builtins

    def run(self, code: str) -> BaseException | None:
        """Run code, and return the exception that it raised."""
        self._count += 1
        name = f"<code {self._count}>"
        linecache.cache[name] = len(code), None, code.splitlines(keepends=True), name
        try:
            self._run(ast.parse(code, name), name)
        except BaseException as exc:
            self._kernel.send_error(exc, format_error(exc, name.__eq__))
            return exc
        return None

    def _run(self, tree: ast.Module, name: str) -> None:
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        codes = [self._compile(tree, name, "exec")]
        if isinstance(last, ast.Expr):
            codes.append(self._compile(ast.Expression(last.value), name, "eval"))
        if any(code.co_flags & CO_COROUTINE for code in codes):
            value = self._kernel.loop.run(self._evaluate_async(codes))
        else:
            value = [eval(code, self._names) for code in codes][-1]  # noqa: S307  # the purpose of this script
        if value is not None:
            self._names["_"] = value
            self._kernel.send_result(_forms(value), main=True)

    def _compile(self, tree: ast.Module | ast.Expression, name: str, mode: str) -> CodeType:
        flags = self._flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code: CodeType = compile(tree, name, mode, flags, dont_inherit=True)
        self._flags |= code.co_flags & FUTURE_FLAGS  # of a __future__ import
        return code

    async def _evaluate_async(self, codes: list[CodeType]) -> object:
        value: object = None
        for code in codes:
            value = eval(code, self._names)  # noqa: S307  # too
            if code.co_flags & CO_COROUTINE:
                value = await cast("Awaitable[object]", value)
        return value


def _forms(value: object) -> dict[str, object]:
    forms: dict[str, object] = {"text/plain": repr(value)}
    for method, mime in MIME_METHODS.items():
        render = getattr(value, method, None)
        if callable(render) and not isinstance(value, type) and (form := render()) is not None:
            forms[mime] = form
    return forms


def describe(error: BaseException) -> str:
    """Return the text of an exception; as CPython does, if that raises."""
    try:
        return str(error)
    except BaseException:
        return "<exception str() failed>"


def format_error(error: BaseException, is_code: Callable[[str], bool]) -> str:
    """Return the traceback of an exception, from the first frame in a file that is the user's."""
    trace = error.__traceback__
    while trace is not None and not is_code(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    try:
        return "".join(traceback.format_exception(type(error), error, trace))
    except Exception:
        return f"{type(error).__name__}: {describe(error)}\n"


def leave(*code: object) -> NoReturn:
    """Raise SystemExit: ``exit`` and ``quit``, whose own forms also close the standard input."""
    raise SystemExit(*code)
