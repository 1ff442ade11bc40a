"""Real programs on a desktop, and what has been typed into them."""

import shlex
from pathlib import Path

from ..processes import eventually
from .live import Line, Live


class Terminal:
    """An xterm that writes each line that is typed into it to a file."""

    def __init__(self, live: Live, line: Line, name: str = "terminal") -> None:
        self.file = live.folder / f"{name}.txt"
        self.line = line
        shown = live.folder / f"{name}.ready"
        file, ready = shlex.quote(str(self.file)), shlex.quote(str(shown))
        script = f"stty -echo; : >{file}; touch {ready}; exec cat >{file}"
        self.process = live.start(["xterm", "-u8", "-T", name, "-geometry", "100x20+60+60", "-e", "sh", "-c", script])
        assert eventually(shown.exists)
        assert eventually(lambda: live.has_focus(name))

    def lines(self) -> list[str]:
        """Return the lines that have arrived."""
        return self.file.read_text().splitlines()

    def types(self, text: str) -> str:
        """Type a line; return it as it arrived."""
        before = len(self.lines())
        self.line.call("input_text", text=f"{text}\n")
        assert eventually(lambda: len(self.lines()) > before)
        return self.lines()[before]


class Editor:
    """A GTK editor with a file."""

    def __init__(self, live: Live, line: Line, name: str = "editor") -> None:
        self.file: Path = live.folder / f"{name}.txt"
        self.file.write_text("")
        self.line = line
        self.process = live.start(["mousepad", "--disable-server", str(self.file)])
        assert eventually(lambda: live.has_focus(self.file.name))

    def saved(self) -> str:
        """Save what has been typed; return it."""
        before = self.file.stat().st_mtime_ns
        self.line.call("press_keys", keys=["Ctrl", "s"])
        assert eventually(lambda: self.file.stat().st_mtime_ns != before)
        return self.file.read_text()
