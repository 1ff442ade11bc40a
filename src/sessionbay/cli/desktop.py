"""What a desktop needs, as checked by ``sessionbay doctor``."""

import shutil
import subprocess
from collections.abc import Iterator

from ..engine.desktop import requirements
from ..engine.images import OPENBOX, X11VNC, XVFB
from ..engine.sandbox.backends import Report, session_uid
from .finding import Finding

GROUP = "desktop"
LIST_CHINESE = ["fc-list", ":lang=zh", "family"]


def check_desktop(best: Report | None) -> Iterator[Finding]:
    """Check what the desktops of sessions need; ``best`` is the strongest sandbox that works."""
    if best is None or best.isolation != "namespaces":
        yield Finding(
            GROUP, "isolation", works=False, detail="only namespaces have a desktop", fix="namespaces, as above"
        )
        return
    for program in (XVFB, OPENBOX):
        path = program.find()
        yield Finding(
            GROUP, program.name, works=path is not None, detail=path or "", fix="" if path else requirements.PROGRAMS
        )
    packages = {
        "python-xlib": (requirements.XLIB, "", requirements.PACKAGES),
        "mss": (requirements.MSS, "without it, pictures take ten times as long", requirements.PACKAGES),
        "Pillow": (requirements.PILLOW, "without it, pictures are png only", requirements.PACKAGES),
    }
    for name, (module, without, fix) in packages.items():
        found = requirements.has_package(module, best.python, session_uid())
        yield Finding(GROUP, name, works=found, detail="" if found else without, fix="" if found else fix)
    viewer = X11VNC.find()
    yield Finding(
        GROUP, "x11vnc", works=viewer is not None, detail=viewer or X11VNC.use, fix="" if viewer else X11VNC.install
    )
    fonts = has_fonts()
    detail, fix = ("", "") if fonts else (requirements.NO_FONTS, requirements.FONTS)
    yield Finding(GROUP, "fonts", works=fonts, detail=detail, fix=fix)


def has_fonts() -> bool:
    """Return whether there is a font for Chinese, as there is then for Japanese and Korean."""
    if shutil.which(LIST_CHINESE[0]) is None:
        return False
    return bool(subprocess.run(LIST_CHINESE, capture_output=True, timeout=60, check=False).stdout.strip())
