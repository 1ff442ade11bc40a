"""The process that is measured: one contender, one scenario, then it ends. It is told what by its only argument."""

import asyncio
import inspect
import json
import sys
from dataclasses import asdict, dataclass, field
from importlib import import_module
from typing import Any

from . import scenarios
from .contenders import ON_UVLOOP, Place, load
from .meter import Figures


@dataclass(frozen=True)
class Order:
    """What to do: a function of ``scenarios`` with its sizes, by whom, and where the server listens."""

    scenario: str
    contender: str
    host: str
    host_of_counts: str
    authority: str | None = None
    sizes: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """Return it as an argument of a process."""
        return json.dumps(asdict(self))


def carry_out(order: Order) -> Figures:
    """Do what was ordered and return the figures."""
    scenario = getattr(scenarios, order.scenario)
    place = Place(order.host, order.authority)
    if inspect.iscoroutinefunction(scenario):
        factory = import_module("uvloop").new_event_loop if order.contender.endswith(ON_UVLOOP) else None
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(_carry_out(scenario, order, place))
    who = load(order.contender, place)
    figures: Figures = scenario(who, order.host_of_counts, **order.sizes)
    who.close()
    return figures


async def _carry_out(scenario: Any, order: Order, place: Place) -> Figures:
    who = load(order.contender, place)
    figures: Figures = await scenario(who, order.host_of_counts, **order.sizes)
    await who.aclose()
    return figures


if __name__ == "__main__":
    print(json.dumps(carry_out(Order(**json.loads(sys.argv[1])))))
