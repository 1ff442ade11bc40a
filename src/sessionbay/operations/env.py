"""The environment tools."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..core.json_text import readable
from ..core.tool import Tool, parse_done
from ..core.wire_model import Wire
from ..models.env import EnvResult, EnvSetResult

SERVER = "wuying_system"


class Variable(Wire):
    key: str
    value: str


class SetEnvArgs(Wire):
    envs: list[Variable]


class GetEnvArgs(Wire):
    """All variables without ``keys``."""

    keys: list[str] | None = None


def parse_envs(text: str) -> dict[str, Any]:
    """Parse a JSON object of names and values."""
    try:
        return {"data": TypeAdapter(dict[str, str]).validate_json(readable(text))}
    except ValidationError as exc:
        raise ValueError("the environment is not a JSON object of strings") from exc


def format_envs(envs: dict[str, str]) -> str:
    """Format names and values as JSON, the inverse of ``parse_envs``."""
    return json.dumps(envs, ensure_ascii=False)


SET_ENV = Tool(
    name="set_env",
    server=SERVER,
    only="agentbay",
    about="Set environment variables for the processes that the session starts later.",
    args=SetEnvArgs,
    result=EnvSetResult,
    read=parse_done,
)
GET_ENV = Tool(
    name="get_env",
    server=SERVER,
    only="agentbay",
    about="Get the session's environment variables.",
    args=GetEnvArgs,
    result=EnvResult,
    read=parse_envs,
)
