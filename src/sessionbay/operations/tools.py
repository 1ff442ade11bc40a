"""Listing MCP tools, and calling them through the control plane."""

from functools import cache
from typing import Annotated, Any, TypeVar, cast

from pydantic import BeforeValidator, Field, model_validator
from pydantic.alias_generators import to_camel

from ..core.encoding import ONLY_AGENTBAY, TEXT, DialectField
from ..core.operation import Operation, Route
from ..core.result import Result, convert
from ..core.secrets import Secret
from ..core.tool import Tool
from ..core.wire_model import Case, TextWire, Wire, as_text, parsed
from ..models.tools import McpTool, McpToolResult, McpToolsResult, ToolContent
from .file_failures import strip_envelope
from .session import ToolEntry

R = TypeVar("R", bound=Result[Any])

SHORTEST_SECRET = 4  # characters of a value of a dict


class CallRequest(Wire):
    args: Annotated[dict[str, Any], TEXT]
    session_id: str
    name: str
    server: Annotated[str | None, ONLY_AGENTBAY] = None
    auto_gen_session: Annotated[bool, DialectField("agb", place="query")] = False


class ContentAnswer(Wire):
    """One item of MCP content. The direct route also sends bare strings, and ``blob`` for ``data``."""

    type: str = "text"
    text: str | None = None
    data: str | None = Field(default=None, repr=False)
    blob: str | None = Field(default=None, repr=False)
    mime_type: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    def item(self) -> ToolContent:
        return ToolContent(self.type, self.text or "", self.data or self.blob or "", self.mime_type or "")


def _dict_or_none(value: Any) -> Any:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


class CallAnswer(TextWire):
    """The result of a tool. ``structured_content``, of the local engine alone, extends what the text has room for."""

    content: list[ContentAnswer] = Field(default_factory=list[ContentAnswer])
    is_error: bool = False
    structured_content: Annotated[dict[str, Any] | None, BeforeValidator(_dict_or_none)] = None

    @property
    def text(self) -> str:
        """All texts, one per line; if there is none, the data of the first item."""
        texts = [item.text for item in self.content if item.text is not None]
        data = next((item.data or item.blob or "" for item in self.content), "")
        return "\n".join(texts) if texts else data

    def dump(self, case: Case = str) -> Any:
        """Return the plain value. The names of MCP are camelCase on both clouds."""
        return super().dump(to_camel)

    def refusal(self) -> str | None:
        return (strip_envelope(self.text) or "the tool failed without a reason") if self.is_error else None

    def fields(self) -> dict[str, Any]:
        """Return the result's own fields; the code of a failure is the tool's, that of a success the envelope's."""
        content = tuple(item.item() for item in self.content)
        structured = self.structured_content or {}
        return {
            "data": self.text,
            "content": content,
            "is_error": self.is_error,
            "structured_content": structured,
            **({"code": str(structured.get("code", ""))} if self.is_error else {}),
        }


class ToolsRequest(Wire):
    image_id: str


class ToolsAnswer(Wire):
    tools: list[ToolEntry]

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: object) -> object:
        tools = parsed(value)
        return {"tools": cast("list[object]", tools)} if isinstance(tools, list) else tools

    def dump(self, case: Case = str) -> Any:
        """Return the list as JSON text, its form on the wire."""
        return as_text(self.tools)

    def public(self) -> tuple[McpTool, ...]:
        """Return the public values."""
        return tuple(entry.to_tool() for entry in self.tools)


CALL_TOOL = Operation(
    action="CallMcpTool",
    agb=Route("POST", "/mcp", "body"),
    request=CallRequest,
    answer=CallAnswer,
    result=McpToolResult,
    fields=CallAnswer.fields,
)
LIST_TOOLS = Operation(
    action="ListMcpTools",
    agb=Route("POST", "/mcp/listTools"),
    request=ToolsRequest,
    answer=ToolsAnswer,
    result=McpToolsResult,
    fields=lambda answer: {"data": answer.public()},
    idempotent=True,
)


def to_tool_result(tool: Tool[Any, R], answer: McpToolResult) -> R:
    """Return the result of ``tool``. Raise ValueError if the answer is invalid."""
    if answer.success:
        fields = {"success": True, **tool.read(answer.data or "")}
        return convert(answer, tool.result, **tool.read_extra(fields, answer.structured_content))
    if not answer.is_error:
        return answer.as_failure(tool.result)
    fields = {"code": answer.code, **tool.read_error(answer.error_message)}
    return convert(answer, tool.result, **{**fields, "code": fields["code"] or answer.code})


def secret_args(args: Wire) -> tuple[Secret, ...]:
    """Return the arguments that must not appear in errors: those that the model's repr omits.

    Of a dict, these are the values, but short ones, which are parts of other words.
    """
    hidden = [getattr(args, name) for name in _hidden_fields(type(args))]
    texts = [value for value in hidden if isinstance(value, str) and value]
    maps = [cast("dict[str, Any]", value).values() for value in hidden if isinstance(value, dict)]
    texts += [value for values in maps for value in values if isinstance(value, str) and len(value) >= SHORTEST_SECRET]
    return tuple(map(Secret, texts))


@cache
def _hidden_fields(args: type[Wire]) -> tuple[str, ...]:
    return tuple(name for name, info in args.model_fields.items() if not info.repr)
