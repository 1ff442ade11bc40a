"""A process that runs Python code for a session, and keeps what the code defines: on IPython where there is one.

Its peer is the engine: a line for each run (a mark, the code as base64, the environment's variables as base64 of JSON),
then lines of JSON of what happens (``event`` is ``stdout``, ``stderr``, ``result``, ``error`` or ``end``). The code
itself may write to that socket too: the engine takes nothing from it on trust.
"""

from __future__ import annotations

import ast
import base64
import codecs
import io
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Protocol

Event = Callable[..., None]


class Runner(Protocol):
    """What runs code, and tells of it as it goes."""

    def run(self, code: str) -> None: ...


MIME_METHODS = {  # the methods by which objects offer more than text, as IPython has them
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
}


class Pipe:
    """One of the two outputs, the process's own: what child processes write comes too."""

    def __init__(self, number: int, name: str, tell: Event) -> None:
        self._name = name
        self._tell = tell
        self._mark = b""
        self._seen = threading.Event()
        self._end, self._begin = os.pipe()
        os.dup2(self._begin, number)
        os.set_inheritable(number, True)
        threading.Thread(target=self._read, daemon=True).start()

    def drain(self, mark: bytes) -> None:
        """Wait until all that was written so far was told."""
        self._mark = mark
        self._seen.clear()
        os.write(self._begin, mark)
        self._seen.wait(5)

    def _read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        held = b""
        while data := os.read(self._end, 65536):
            held += data
            mark = self._mark
            ended = bool(mark) and mark in held
            keep = 0 if ended or not mark else _overlap(held, mark)
            text = held.replace(mark, b"") if ended else held[: len(held) - keep]
            held = held[len(held) - keep :] if keep else b""
            if chunk := decoder.decode(text):
                self._tell(self._name, chunk=chunk)
            if ended:
                self._mark = b""
                self._seen.set()


def _overlap(data: bytes, mark: bytes) -> int:
    """Return how many bytes at the end of ``data`` may be the beginning of ``mark``."""
    return next((size for size in range(min(len(mark) - 1, len(data)), 0, -1) if mark.startswith(data[-size:])), 0)


class Plain:
    """Runs code without IPython: text, and what objects offer by their own methods."""

    def __init__(self, tell: Event) -> None:
        self._tell = tell
        self._names: dict[str, object] = {"__name__": "__main__", "__builtins__": __builtins__}

    def run(self, code: str) -> None:
        """Run code; tell its value, or what it raised."""
        try:
            tree = ast.parse(code, "<code>")
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<code>", "exec"), self._names)  # noqa: S102  # what this page is for
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "<code>", "eval"), self._names)  # noqa: S307  # too
                if value is not None:
                    self._names["_"] = value
                    self._tell("result", main=True, mime=_forms(value))
        except BaseException as exc:
            exc.__traceback__ = exc.__traceback__ and exc.__traceback__.tb_next  # without this page
            self._tell(
                "error", name=type(exc).__name__, value=str(exc), traceback="".join(traceback.format_exception(exc))
            )


def _forms(value: object) -> dict[str, object]:
    forms: dict[str, object] = {"text/plain": repr(value)}
    for method, mime in MIME_METHODS.items():
        offered = getattr(value, method, None)
        if callable(offered) and not isinstance(value, type) and (form := offered()) is not None:
            forms[mime] = form
    return forms


def rich(tell: Event) -> Runner:
    """Return what runs code on IPython; an ImportError says that there is none."""
    core = "IPython.core."
    hook, display, shells = (import_module(core + name) for name in ("displayhook", "displaypub", "interactiveshell"))

    class Value(hook.DisplayHook):  # type: ignore[misc,name-defined]  # IPython is the session's, not ours
        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: dict[str, object], md_dict: object = None) -> None:
            tell("result", main=True, mime=_plain(format_dict))

    class Display(display.DisplayPublisher):  # type: ignore[misc,name-defined]
        def publish(self, data: dict[str, object], *args: object, **kwargs: object) -> None:
            tell("result", main=False, mime=_plain(data))

    class Shell(shells.InteractiveShell):  # type: ignore[misc,name-defined]
        def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
            tell("error", name=etype.__name__, value=str(evalue), traceback="\n".join(stb))

        def run(self, code: str) -> None:
            self.run_cell(code, store_history=True)

    shell: Runner = Shell.instance(displayhook_class=Value, display_pub_class=Display, colors="NoColor")
    return shell


def _plain(forms: dict[str, object]) -> dict[str, object]:
    return {mime: base64.b64encode(form).decode() if isinstance(form, bytes) else form for mime, form in forms.items()}


def main(packages: str) -> None:
    """Run what comes until the engine is gone; ``packages`` is a folder of further modules, or empty."""
    sys.path.insert(0, "")  # as in a script of its own
    sys.path += [packages] if packages else []
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    sock = socket.socket(fileno=os.dup(0))
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    sending = threading.Lock()

    def tell(event: str, **more: object) -> None:
        line = json.dumps({"event": event, **more}, default=str).encode() + b"\n"
        with sending:
            sock.sendall(line)

    pipes = [Pipe(1, "stdout", tell), Pipe(2, "stderr", tell)]
    streams = [
        io.TextIOWrapper(io.FileIO(number, "w", closefd=False), "utf-8", line_buffering=True) for number in (1, 2)
    ]
    sys.stdout, sys.stderr = streams
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    runner: Runner
    try:
        runner = rich(tell)
    except ImportError:
        runner = Plain(tell)
    for count, line in enumerate(sock.makefile("rb"), 1):
        mark, *encoded = line.rstrip(b"\n").split(b" ")  # no code at all is an empty word
        code, envs = map(base64.b64decode, encoded)
        os.environ.update(json.loads(envs))
        begun = time.monotonic()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            runner.run(code.decode())
        except KeyboardInterrupt:
            tell("error", name="KeyboardInterrupt", value="", traceback="")
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for place, pipe in enumerate(pipes):
            streams[place].flush()
            pipe.drain(mark)
        tell("end", mark=mark.decode(), count=count, seconds=time.monotonic() - begun)


if __name__ == "__main__":
    main(sys.argv[1])
