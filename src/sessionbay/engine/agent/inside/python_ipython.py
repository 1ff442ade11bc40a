"""The Python kernel on IPython."""

from __future__ import annotations

import atexit
import builtins
import os
import subprocess
import sys
import tempfile
import warnings
from importlib import import_module
from typing import Any, NoReturn, cast

from .python_runner import Runner, Sender, describe, format_error, leave

GROUP: Any = getattr(builtins, "BaseExceptionGroup", ())  # Python 3.11


def ipython(kernel: Sender) -> Runner:
    """Return a runner on IPython; raise ImportError without it."""
    names = ("autocall", "displayhook", "displaypub", "interactiveshell")
    calls, hook, display, shells = (import_module(f"IPython.core.{name}") for name in names)

    folder = os.path.dirname(str(shells.__file__))

    def is_code(file: str) -> bool:
        return not file.startswith(folder) and file != __file__

    class Exit(calls.ExitAutocall):  # type: ignore[misc,name-defined]  # IPython is the session's
        def __call__(self, *code: object) -> NoReturn:
            leave(*code)

    class Value(hook.DisplayHook):  # type: ignore[misc,name-defined]
        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: dict[str, object], md_dict: object = None) -> None:
            kernel.send_result(format_dict, main=True)

        def finish_displayhook(self) -> None:
            self._is_active = False  # and no flush: code may have closed the output

    class Display(display.DisplayPublisher):  # type: ignore[misc,name-defined]
        def publish(self, data: dict[str, object], *args: object, **kwargs: object) -> None:
            kernel.send_result(data, main=False)

        def clear_output(self, wait: bool = False) -> None:
            pass

    class Shell(shells.InteractiveShell):  # type: ignore[misc,name-defined]
        sent: BaseException | None = None

        def showtraceback(self, exc_tuple: Any = None, *args: object, **kwargs: object) -> None:
            error = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
            cause = error
            while cause is not None and not isinstance(cause, GROUP):
                cause = cause.__context__
            if error is None or cause is None:
                shells.InteractiveShell.showtraceback(self, exc_tuple, *args, **kwargs)
            else:  # IPython prints groups instead
                self._show(error, format_error(error, is_code))

        def show_usage_error(self, exc: BaseException) -> None:
            self._show(exc, f"UsageError: {exc}")

        def _showtraceback(self, etype: object, evalue: BaseException, stb: list[str]) -> None:
            self._show(evalue, "\n".join(stb))

        def _show(self, error: BaseException, trace: str) -> None:
            kernel.send_error(error, trace)
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
                kernel.send_error(error, format_error(error, is_code))
            return error

    def show_page(shell: object, data: Any, **kwargs: object) -> None:
        print(cast("Any", data)["text/plain"] if isinstance(data, dict) else data)  # noqa: T201  # help is output

    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    warnings.filterwarnings("ignore", "To exit: use")
    config = import_module("traitlets.config").Config(HistoryManager={"enabled": False})  # the database, not history
    own_folder = tempfile.mkdtemp(prefix="ipython-")  # and not the home folder, which contexts may save
    shell = Shell.instance(
        config=config, ipython_dir=own_folder, displayhook_class=Value, display_pub_class=Display, colors="NoColor"
    )
    shell.loop_runner = kernel.loop.run
    shell.exiter = Exit(shell)
    for names_of in (shell.user_ns, shell.user_ns_hidden):
        names_of.update(exit=shell.exiter, quit=shell.exiter)
    shell.set_hook("show_in_pager", show_page, 0)
    atexit.unregister(shell.atexit_operations)  # which would remove the files of the parent at the end of a fork
    runner: Runner = shell
    return runner
