"""The environments of the help centre, what the clients offer in each, and what the local engine makes of them."""

import json
from pathlib import Path
from typing import Any

from sessionbay.engine import images, unsupported
from sessionbay.engine.api_errors import ApiError
from sessionbay.operations.registry import TOOLS

FACTS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "environments.json").read_text("utf-8"))
ENVIRONMENTS: dict[str, dict[str, str]] = FACTS["environments"]
MODULES: dict[str, dict[str, Any]] = FACTS["modules"]
IMAGES = [(cloud, image) for known in ENVIRONMENTS.values() for cloud, image in known.items()]
ONLY = {tool.name: tool.only for tool in TOOLS}


def refusal(call: str) -> str:
    """Return why the engine refuses a tool or an action; empty if it serves it."""
    return unsupported.TOOLS.get(call) or unsupported.ACTIONS.get(call, "")


def image_refusal(image: str) -> str:
    """Return why the engine refuses an image on any machine; empty if it serves it."""
    try:
        images.kind_of(image)
    except ApiError as exc:
        return str(exc)
    return ""


def clouds(module: str, environment: str) -> str:
    """Return the clouds on which the client offers a module in an environment."""
    if environment not in MODULES[module]["environments"]:
        return ""
    only = ONLY.get(MODULES[module]["call"])
    found = [cloud for cloud in ENVIRONMENTS[environment] if only in (None, "", cloud)]
    return {2: "both", 1: "AgentBay"}[len(found)]


def table() -> list[str]:
    """Return the lines of the table in the guide."""
    rows = [["", *ENVIRONMENTS, "Local engine"], ["---"] * (len(ENVIRONMENTS) + 2)]
    for cloud, title in (("agentbay", "Image of AgentBay"), ("agb", "Image of AGB")):
        rows.append([title, *(f"`{known[cloud]}`" if cloud in known else "" for known in ENVIRONMENTS.values()), ""])
    for module, about in MODULES.items():
        why = refusal(about["call"])
        rows.append([f"`{module}`", *(clouds(module, name) for name in ENVIRONMENTS), f"no: {why}" if why else "yes"])
    kinds = ["no" if image_refusal(known["agentbay"]) else "yes" for known in ENVIRONMENTS.values()]
    rows.append(["Local engine", *kinds, ""])
    return [f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |") for row in rows]
