#!/usr/bin/env bash
# IPython 9.18.1: exit() in an InteractiveShell raises AttributeError, not SystemExit.
#
# InteractiveShell puts exit and quit into the user's namespace, and both call the shell's ask_exit, which only the
# subclasses for a terminal and for a kernel define. A program that embeds the base class gets
# "'InteractiveShell' object has no attribute 'ask_exit'" for valid code.
# Why it matters here: the local engine's Python kernel embeds that class, and code of users calls exit().
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ipython==9.18.1
cd "$folder" && IPYTHONDIR="$folder/ipython" venv/bin/python - <<'END'
import IPython
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(colors="NoColor")
print("IPython", IPython.__version__)
for code in ("exit()", "quit()"):
    error = shell.run_cell(code).error_in_exec
    print(f"{code}: {error!r}")
    assert isinstance(error, AttributeError) and "ask_exit" in str(error), "the behaviour changed"
END
