"""The service on Debian's own Python, which has python-xlib and nothing else."""

import subprocess
from pathlib import Path

import pytest

from sessionbay.core.image import image_format, image_size

from .live import HEIGHT, WIDTH, Answer, Live
from .programs import Terminal
from .texts import SEVEN

PYTHON = "/usr/bin/python3"


@pytest.fixture
def debian() -> None:
    command = [PYTHON, "-c", "import sys, Xlib; sys.exit(sys.version_info < (3, 11))"]
    if not Path(PYTHON).exists() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("Debian's Python has no python-xlib: apt-get install python3-xlib")


@pytest.mark.usefixtures("debian")
def test_it_types_and_takes_pictures(live: Live) -> None:
    with live.service(PYTHON) as line:
        picture = line.call("screenshot")
        assert (image_format(picture), image_size(picture)) == ("png", (WIDTH, HEIGHT))
        terminal = Terminal(live, line)
        assert terminal.types(SEVEN["chinese"]) == SEVEN["chinese"]
        has_pillow = subprocess.run([PYTHON, "-c", "import PIL"], capture_output=True).returncode == 0
        if not has_pillow:
            with pytest.raises(Answer, match="jpeg needs Pillow: pip install pillow; png works without it"):
                line.call("screenshot", format="jpeg")
