"""The machine's programs in sessions: their folders, the agent's interpreter, and the environment."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3")
PATH = "/usr/local/bin:/usr/bin:/bin"


def environment(python: str, home: str, temporary: str) -> dict[str, str]:
    """Return the environment of a session."""
    prefix = interpreter_folder(python)
    return {
        "HOME": home,
        "LANG": "C.UTF-8",
        "PATH": f"{PATH}:{prefix}/bin" if prefix else PATH,
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
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if python != base_interpreter() and Path(os.path.realpath(python)).name != same:
        return None
    found = Path(sysconfig.get_path("purelib"))
    closed = uid is not None and not all(path.stat().st_mode & 0o001 for path in (found, *found.parents))
    return None if closed or not found.is_dir() else str(found)
