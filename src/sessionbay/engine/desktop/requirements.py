"""What a desktop needs of the isolation and of the machine: one wording for creation, for the tools and for doctor."""

import subprocess
from functools import partial

from ..api_errors import ApiError
from ..contexts.threads import run_in_threads
from ..images import OPENBOX, XVFB, install_line
from ..sandbox.capabilities import Isolation
from ..sandbox.programs import packages_folder

PROGRAMS = install_line("xvfb openbox", "xorg-x11-server-Xvfb openbox")
NO_PROGRAMS = f"The desktop needs Xvfb and openbox on this machine: {PROGRAMS}."
PACKAGES = 'pip install "sessionbay[local-desktop]"'
NO_PACKAGES = f"The desktop needs the packages of the extra: {PACKAGES}."
NO_JPEG = "Jpeg needs Pillow: pip install pillow; png works without it."
NO_VIEWER = f"Control by a viewer needs x11vnc: {install_line('x11vnc', 'x11vnc')}."
NO_FONTS = "without them, Chinese, Japanese and Korean are boxes in pictures"
FONTS = install_line("fonts-noto-cjk fonts-noto-color-emoji", "google-noto-sans-cjk-fonts google-noto-emoji-fonts")
XLIB, MSS, PILLOW = "Xlib", "mss", "PIL"
PROBE = (
    "import importlib.util as u, sys; sys.path += filter(None, [sys.argv[1]]);"
    " print(*[name for name in sys.argv[2:] if u.find_spec(name)])"
)
PROBE_TIMEOUT = 30.0  # seconds
_present: set[tuple[str, str, str]] = set()  # what was found stays; what is missing may be installed meanwhile


TOO_WEAK = (
    "Under {} isolation a session has no desktop, as other users of this machine could reach its screen: use namespaces"
    " (sessionbay doctor shows what they need), or the cloud."
)


async def unmet(isolation: Isolation, python: str, uid: int | None) -> ApiError | None:
    """Return why there is no desktop in sessions of this kind, whose agent runs on ``python``; None if there is one."""
    if isolation != "namespaces":
        return ApiError("IsolationTooWeak", TOO_WEAK.format(isolation))
    return await run_in_threads(partial(unmet_here, python, uid))


def unmet_here(python: str, uid: int | None) -> ApiError | None:
    """Return the refusal of a desktop on this machine, for what it lacks."""
    if not XVFB.find() or not OPENBOX.find():
        return ApiError("DependencyMissing", NO_PROGRAMS)
    if not has_package(XLIB, python, uid):
        return ApiError("DependencyMissing", NO_PACKAGES)
    return None


def has_package(name: str, python: str, uid: int | None) -> bool:
    """Return whether a session can import a package: this program's, or one of the interpreter's own."""
    packages = packages_folder(python, uid) or ""
    key = (name, python, packages)
    if key not in _present and name in _importable(python, packages, name):
        _present.add(key)
    return key in _present


def _importable(python: str, packages: str, name: str) -> list[str]:
    """Return ``name`` if an interpreter can import it."""
    argv = [python, "-I", "-c", PROBE, packages, name]
    try:
        done = subprocess.run(argv, env={}, capture_output=True, text=True, timeout=PROBE_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.split()
