"""A step of the operator that needs no model: an element that was observed, and what to do with it."""

from typing import Any

from pydantic import Field

from ...core.wire_model import Wire, parse_json
from .devtools import DevToolsError

METHODS = ("click", "doubleClick", "fill", "select", "press", "scroll")


class Step(Wire):
    """What ``act`` sends for an element. Clients without a ``selector`` leave the choice of the element to a model."""

    selector: str = ""
    method: str = "click"
    arguments: dict[str, Any] | list[Any] | str = Field(default_factory=dict[str, Any])
    page_id: str = ""

    def argument(self, *names: str) -> str:
        """Return the argument of a method: by one of its names, the first of a list, or the text itself."""
        given = self.arguments
        if isinstance(given, dict):
            found = next((given[name] for name in names if name in given), None)
        else:
            found = given if isinstance(given, str) else next(iter(given), None)
        if not isinstance(found, str):
            raise DevToolsError(f"{self.method} needs the argument {names[0]!r}, as text")
        return found


def parse_step(action: str) -> Step | None:
    """Return the step of an action; None for one in words."""
    try:
        step = parse_json(Step, action)
    except ValueError:
        return None
    return step if step.selector else None
