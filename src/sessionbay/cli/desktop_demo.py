"""``sessionbay demo --desktop``: a program on a session's desktop, typed into and photographed."""

from pathlib import Path

from rich.console import Console

from .._async.clouds import AsyncAgentBay
from .._async.session import AsyncSession
from .steps import Steps

PICTURE = Path("sessionbay-desktop.png").absolute()
TEXT = "Gr\u00fc\u00dfe, \u041f\u0440\u0438\u0432\u0435\u0442, \u4f60\u597d"
PROGRAM = "xterm -u8 -fa Monospace -fs 14 -geometry 80x20"
INSTALL = "apt-get install xterm (Debian, Ubuntu), dnf install xterm (Fedora)"


class DesktopDemo(Steps):
    """The steps. Each returns a line that describes its result."""

    def __init__(self, console: Console, bay: AsyncAgentBay) -> None:
        super().__init__(console)
        self._bay = bay
        self._session: AsyncSession | None = None

    async def run(self) -> None:
        """Run all steps."""
        async with self._bay.session(labels={"created-by": "sessionbay demo"}) as self._session:
            await self.step("desktop started", self._start)
            await self.step("program started", self._program)
            await self.step("text typed", self._type)
            await self.step("picture taken", self._picture)

    @property
    def session(self) -> AsyncSession:
        """The session."""
        assert self._session is not None  # noqa: S101  # of ``run``
        return self._session

    async def _start(self) -> str:
        size = (await self.session.computer.get_screen_size()).unwrap()
        return f"{size.width} x {size.height} pixels"

    async def _program(self) -> str:
        if not (await self.session.command.run("command -v xterm")).output:
            return f"xterm is not installed: {INSTALL}"
        started = (await self.session.computer.start_app(PROGRAM)).unwrap()
        windows = (await self.session.computer.list_root_windows()).unwrap()
        return f"{', '.join(one.pname for one in started)}; its window is {windows[0].title!r}"

    async def _type(self) -> str:
        (await self.session.computer.input_text(f"echo '{TEXT}' | tee typed\n")).unwrap()
        waited = await self.session.command.run("until [ -s typed ]; do sleep 0.05; done; cat typed", timeout_ms=10_000)
        return f"{waited.output.strip()!r} arrived as typed: {waited.output.strip() == TEXT}"

    async def _picture(self) -> str:
        shot = await self.session.computer.take_screenshot()
        shot.raise_for_error().save(PICTURE)
        return f"{shot.width} x {shot.height}, saved as {PICTURE}"
