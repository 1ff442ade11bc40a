"""The machine's programs in sessions: their folders, the agent's interpreter, and the environment."""

import os
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_PYTHONS = ("/usr/local/bin/python3", "/usr/bin/python3")  # in the order of PATH
PATH = "/usr/local/bin:/usr/bin:/bin"
PYTHON_SCRIPT = """#!/bin/sh
exec {python} "$@"
"""
PIP_SCRIPT = """#!/bin/sh
if ! {python} -c 'import importlib.util as u, sys; sys.exit(u.find_spec("pip") is None)'; then
  {python} -m ensurepip --user >/dev/null 2>&1 || {{
    echo "pip is not installed: apt-get install python3-pip (Debian, Ubuntu), dnf install python3-pip (Fedora)" >&2
    exit 127
  }}
fi
exec {python} -m pip "$@"
"""
NPM_SCRIPT = """#!/bin/sh
echo "npm is not installed: apt-get install npm (Debian, Ubuntu), dnf install npm (Fedora)" >&2
exit 127
"""


def environment(python: str, home: str, temporary: str, programs: str) -> dict[str, str]:
    """Return the environment of a session, in which what its user installs comes first."""
    prefix, local = interpreter_folder(python), f"{home}/.local"
    return {
        "HOME": home,
        "LANG": "C.UTF-8",
        "NODE_PATH": f"{local}/lib/node_modules",
        "NPM_CONFIG_PREFIX": local,  # `npm install -g` cannot write to /usr
        "PATH": f"{local}/bin:{programs}:{PATH}" + (f":{prefix}/bin" if prefix else ""),
        "PIP_BREAK_SYSTEM_PACKAGES": "1",  # the packages go to the user's folder
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "SHELL": "/bin/bash",
        "TMPDIR": temporary,
    }


def interpreters() -> Iterator[str]:
    """Yield interpreters for the agent, those without a further mount first."""
    yield from dict.fromkeys(path for path in (*SYSTEM_PYTHONS, base_interpreter()) if os.access(path, os.X_OK))


def interpreter_folder(python: str) -> str | None:
    """Return the folder that an interpreter needs, None if it is in /usr."""
    prefix = sys.base_prefix if python == base_interpreter() else str(Path(python).parents[1])
    return None if Path(prefix).is_relative_to("/usr") else prefix


def base_interpreter() -> str:
    """Return this program's interpreter, outside of any virtual environment."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def packages_folder(python: str, uid: int | None) -> str | None:
    """Return the folder of this program's packages, None if ``python`` or ``uid`` cannot use them."""
    return _packages_folder(python, uid is not None)


@cache
def _packages_folder(python: str, is_other_user: bool) -> str | None:
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if python != base_interpreter() and Path(os.path.realpath(python)).name != same:
        return None
    found = Path(sysconfig.get_path("purelib"))
    closed = is_other_user and not all(path.stat().st_mode & 0o001 for path in (found, *found.parents))
    return None if closed or not found.is_dir() else str(found)


def write_programs(folder: Path, python: str) -> None:
    """Write ``python``, ``python3`` and ``pip`` for an interpreter, unless the system's names lead to it."""
    scripts = {name: PYTHON_SCRIPT for name in ("python", "python3") if shutil.which(name, path=PATH) != python}
    scripts |= {"pip": PIP_SCRIPT, "pip3": PIP_SCRIPT}
    if shutil.which("npm", path=PATH) is None:
        scripts["npm"] = NPM_SCRIPT
    for path in folder.iterdir():  # of an interpreter that did not work
        path.unlink()
    for name, script in scripts.items():
        (folder / name).write_text(script.format(python=shlex.quote(python)))
        (folder / name).chmod(0o755)
