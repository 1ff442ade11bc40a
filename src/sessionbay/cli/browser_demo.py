"""``sessionbay demo --browser``: a page that a session serves, filled in and photographed by its browser."""

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from .._async.clouds import AsyncAgentBay
from .._async.session import AsyncSession
from ..models.browser_option import BrowserOption, BrowserViewport
from .steps import Steps

PICTURE = Path("sessionbay-browser.png").absolute()
NAME = "Ada \u4f60\u597d"
PAGE = """<!doctype html><meta charset=utf-8><title>Orders</title>
<style>body { font: 20px sans-serif; margin: 3em } input, button { font: inherit; padding: .3em }</style>
<h1>Orders</h1>
<form onsubmit="greeting.textContent = 'Thank you, ' + name.value; return false">
  <input name=name placeholder=Name> <button>Order</button>
</form>
<p id=greeting></p>
"""
SERVER = "nohup python3 -um http.server 8000 >log 2>&1 & until grep -q Serving log; do sleep 0.01; done"


class BrowserDemo(Steps):
    """The steps. Each returns a line that describes its result."""

    session: AsyncSession

    def __init__(self, console: Console, bay: AsyncAgentBay) -> None:
        super().__init__(console)
        self._bay = bay

    async def run(self) -> None:
        """Run all steps."""
        made = self._bay.session(image_id="browser_latest", labels={"created-by": "sessionbay demo"})
        async with made as self.session:
            await self.step("browser started", self._start)
            await self.step("page opened", self._open)
            await self.step("form filled in", self._fill)
            await self.step("picture taken", self._picture)

    async def _start(self) -> str:
        started = await self.session.browser.initialize(BrowserOption(viewport=BrowserViewport(1000, 600)))
        return f"its debugging interface is port {started.port} of the session"

    async def _open(self) -> str:
        await self.session.file_system.create_directory("site")
        await self.session.file_system.write_file("site/index.html", PAGE)
        await self.session.command.run(SERVER, cwd="site")
        await self.session.browser.operator.navigate("http://localhost:8000/")
        page = (await self.session.browser.operator.snapshot()).unwrap()
        return "\n".join(element.description for element in page.elements)

    async def _fill(self) -> str:
        operator = self.session.browser.operator
        field, button = (await operator.snapshot()).unwrap().elements
        await operator.act(replace(field, arguments={"text": NAME}))
        await operator.act(button)
        return (await operator.snapshot()).unwrap().text.splitlines()[-1]

    async def _picture(self) -> str:
        shot = await self.session.browser.operator.screenshot(full_page=False, quality=100)
        shot.raise_for_error().save(PICTURE)
        return f"{shot.width} x {shot.height}, saved as {PICTURE}"
