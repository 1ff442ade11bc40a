"""Images: the clouds' image names that the engine serves, and the programs that they require."""

import re
import shutil
from dataclasses import dataclass
from typing import Literal

from .api_errors import ApiError
from .sandbox.programs import PATH

Kind = Literal["linux", "code", "browser", "computer"]

DEFAULT_IMAGE = "linux_latest"
CUSTOM = "imgc-"  # custom images of the clouds, whose contents are unknown here: served as the default
PHONE = "mobile images need the cloud: use its endpoint"
WINDOWS = "Windows needs the cloud: use its endpoint, or a Linux image here"
ELSEWHERE = {"mobile": PHONE, "android": PHONE, "windows": WINDOWS}
WORDS: dict[str, Kind] = {"browser": "browser", "code": "code", "computer": "computer"}
WITH_DESKTOP: tuple[Kind, ...] = ("linux", "computer")


@dataclass(frozen=True)
class Runtime:
    """A program of this machine that sessions use.

    Attributes:
        programs: Its possible names, of which one is required.
        use: What it is used for.
        install: How to install it.
    """

    name: str
    programs: tuple[str, ...]
    use: str
    install: str

    def find(self, path: str = PATH) -> str | None:
        """Return its path on a session's PATH; None when it is missing."""
        return next((found for name in self.programs if (found := shutil.which(name, path=path))), None)


def install_line(apt: str, dnf: str) -> str:
    """Return the commands that install packages."""
    return f"apt-get install {apt} (Debian, Ubuntu), dnf install {dnf} (Fedora)"


CHROMIUM = Runtime(
    "chromium",
    ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "browser images",
    install_line("chromium", "chromium"),
)
XVFB = Runtime("Xvfb", ("Xvfb",), "the desktop", install_line("xvfb", "xorg-x11-server-Xvfb"))
OPENBOX = Runtime("openbox", ("openbox",), "the desktop", install_line("openbox", "openbox"))
X11VNC = Runtime("x11vnc", ("x11vnc",), "control of the desktop by a viewer", install_line("x11vnc", "x11vnc"))
RUNTIMES = (
    Runtime("python", ("python3",), "Python code, and the agent of every session", install_line("python3", "python3")),
    Runtime("node", ("node", "nodejs"), "JavaScript code", install_line("nodejs", "nodejs")),
    Runtime("git", ("git",), "git commands", install_line("git", "git")),
    CHROMIUM,
)


def kind_of(image: str) -> Kind:
    """Return the kind of an image; raise ApiError for one that is not Linux."""
    if image.startswith(CUSTOM):
        return "linux"
    words = re.split(r"[^a-z]+", image.lower())
    for word, instead in ELSEWHERE.items():
        if word in words:
            raise ApiError("ImageNotSupportedLocally", f"The local engine cannot run {image}: {instead}.")
    for word, kind in WORDS.items():
        if word in words:
            return kind
    return "linux"


def check(image: str, browser: Runtime = CHROMIUM) -> None:
    """Raise ApiError for an image that this machine cannot serve."""
    if kind_of(image) == "browser" and browser.find() is None:
        reason = f"{image} needs a browser, and this machine has none"
        raise ApiError("DependencyMissing", f"{reason}. Install one: {browser.install}.")
