"""The machine's programs that sessions use: where they are, which Python runs the agent, what they are told."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3")
PATH = "/usr/local/bin:/usr/bin:/bin"


def environment(python: str, home: str, temporary: str) -> dict[str, str]:
    """Return what all programs of a session are told, whatever keeps it in."""
    prefix = interpreter_folder(python)
    return {
        "HOME": home,
        "LANG": "C.UTF-8",
        "PATH": f"{PATH}:{prefix}/bin" if prefix else PATH,
        "SHELL": "/bin/bash",
        "TMPDIR": temporary,
    }


def interpreters() -> Iterator[str]:
    """Yield interpreters for the agent, those first that need no further mount."""
    yield from dict.fromkeys(path for path in (*SYSTEM_PYTHONS, base_interpreter()) if os.access(path, os.X_OK))


def interpreter_folder(python: str) -> str | None:
    """Return what else must be seen for an interpreter to run: nothing for the system's own."""
    prefix = sys.base_prefix if python == base_interpreter() else str(Path(python).parents[1])
    return None if Path(prefix).is_relative_to("/usr") else prefix


def base_interpreter() -> str:
    """Return the interpreter that this program runs on, outside of any virtual environment."""
    found: str = getattr(sys, "_base_executable", sys.executable)
    return os.path.realpath(found)


def packages_folder(python: str, uid: int | None) -> str | None:
    """Return where this program's own packages are, for code in sessions; None where an interpreter cannot use them."""
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if python != base_interpreter() and Path(os.path.realpath(python)).name != same:
        return None
    found = Path(sysconfig.get_path("purelib"))
    closed = uid is not None and not all(path.stat().st_mode & 0o001 for path in (found, *found.parents))
    return None if closed or not found.is_dir() else str(found)
