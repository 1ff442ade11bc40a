"""The screen of desktops as a command-line option."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..engine.desktop.settings import Desktop


class DesktopType(click.ParamType["Desktop"]):
    """A screen, as ``WIDTHxHEIGHT`` with an optional ``@SCALE``."""

    name = "WIDTHxHEIGHT[@SCALE]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Desktop":
        """Parse the option."""
        from ..core.errors import AgentBayError
        from ..engine.desktop.settings import Desktop

        try:
            return Desktop.parse(str(value))
        except AgentBayError as exc:
            self.fail(str(exc), param, ctx)
