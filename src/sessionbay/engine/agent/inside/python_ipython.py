"""The Python kernel on IPython."""

from __future__ import annotations

import atexit
import builtins
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn, cast

from .python_runner import Runner, Sender, describe, format_error, leave

GROUP: Any = getattr(builtins, "BaseExceptionGroup", ())  # Python 3.11


class _Value:
    """Sends the value of the last expression. Mixed into IPython's display hook."""

    shell: Any
    _is_active: bool

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, object], md_dict: object = None) -> None:
        self.shell.sender.send_result(format_dict, main=True)

    def finish_displayhook(self) -> None:
        self._is_active = False  # and no flush: code may have closed the output


class _Display:
    """Sends what code displays. Mixed into IPython's display publisher."""

    shell: Any

    def publish(self, data: dict[str, object], *args: object, **kwargs: object) -> None:
        self.shell.sender.send_result(data, main=False)

    def clear_output(self, wait: bool = False) -> None:
        pass


class _Shell:
    """Runs code and sends its errors. Mixed into IPython's shell, the base of which is the session's."""

    sender: Sender
    sent: BaseException | None = None
    user_ns: dict[str, object]
    var_expand: Callable[..., str]
    run_cell: Callable[..., Any]

    def showtraceback(self, exc_tuple: Any = None, *args: object, **kwargs: object) -> None:
        error = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
        cause = error
        while cause is not None and not isinstance(cause, GROUP):
            cause = cause.__context__
        if error is None or cause is None:
            cast("Any", super()).showtraceback(exc_tuple, *args, **kwargs)
        else:  # IPython prints groups instead
            self._show(error, format_error(error, _is_code))

    def show_usage_error(self, exc: BaseException) -> None:
        self._show(exc, f"UsageError: {exc}")

    def _showtraceback(self, etype: object, evalue: BaseException, stb: list[str]) -> None:
        self._show(evalue, "\n".join(stb))

    def _show(self, error: BaseException, trace: str) -> None:
        self.sender.send_error(error, trace)
        self.sent = error

    def _format_exception_for_storage(self, exception: BaseException, *args: object) -> dict[str, object]:
        return {"ename": type(exception).__name__, "evalue": describe(exception), "traceback": []}

    def system(self, cmd: str) -> None:
        self.user_ns["_exit_code"] = subprocess.call(self.var_expand(cmd, depth=1), shell=True)  # noqa: S602

    def enable_gui(self, gui: str | None = None) -> None:
        if gui not in (None, "inline"):
            raise NotImplementedError(f"a session has no display for {gui!r}: use %matplotlib inline")

    def run(self, code: str) -> BaseException | None:
        self.sent = None
        result = self.run_cell(code, store_history=True)
        error: BaseException | None = result.error_before_exec or result.error_in_exec
        if error is not None and self.sent is None:
            self.sender.send_error(error, format_error(error, _is_code))
        return error


def ipython(kernel: Sender) -> Runner:
    """Return a runner on IPython; raise ImportError without it."""
    names = ("autocall", "displayhook", "displaypub", "interactiveshell")
    calls, hook, display, shells = (import_module(f"IPython.core.{name}") for name in names)

    class Exit(calls.ExitAutocall):  # type: ignore[misc,name-defined]  # IPython is the session's
        def __call__(self, *code: object) -> NoReturn:
            leave(*code)

    class Value(_Value, hook.DisplayHook):  # type: ignore[misc,name-defined]
        pass

    class Display(_Display, display.DisplayPublisher):  # type: ignore[misc,name-defined]
        pass

    class Shell(_Shell, shells.InteractiveShell):  # type: ignore[misc,name-defined]
        sender = kernel

    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    warnings.filterwarnings("ignore", "To exit: use")
    shell = Shell.instance(displayhook_class=Value, display_pub_class=Display, colors="NoColor")
    shell.loop_runner = kernel.loop.run
    shell.history_manager.enabled = False
    shell.exiter = shell.user_ns["exit"] = shell.user_ns["quit"] = Exit(shell)
    shell.set_hook("show_in_pager", _show_page, 0)
    atexit.unregister(shell.atexit_operations)  # which would remove the files of the parent at the end of a fork
    runner: Runner = shell
    return runner


def _is_code(file: str) -> bool:
    """Return whether a frame of a traceback is the user's, not IPython's or this module's."""
    return not file.startswith(os.path.dirname(str(sys.modules["IPython.core"].__file__))) and file != __file__


def _show_page(shell: object, data: Any, **kwargs: object) -> None:
    print(cast("Any", data)["text/plain"] if isinstance(data, dict) else data)  # noqa: T201  # help is output
