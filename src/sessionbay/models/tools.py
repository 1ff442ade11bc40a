"""Tools as callers see them: what a session offers, what a call answers, what the machine is doing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.result import Delegated, Result


@dataclass(frozen=True)
class McpTool:
    """A tool that sessions of an image offer.

    Attributes:
        input_schema: The JSON Schema of its arguments.
        server: The MCP server that has it.
        tool: Its name on that server.
    """

    name: str = ""
    description: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=dict[str, Any])
    server: str = ""
    tool: str = ""


@dataclass(frozen=True)
class ToolContent:
    """One item of a tool's answer.

    Attributes:
        type: ``text``, ``image`` or another of MCP's words.
        text: The text of a text item.
        data: The content of an image or a blob, in base64.
        mime_type: What ``data`` is.
    """

    type: str = "text"
    text: str = ""
    data: str = field(default="", repr=False)
    mime_type: str = ""


@dataclass(frozen=True, kw_only=True)
class McpToolResult(Result[str]):
    """The answer to ``call_mcp_tool``: ``data`` is the text that the tool answered.

    Attributes:
        content: All that the tool answered, item by item.
        is_error: Whether the tool itself failed; ``error_message`` is then its text.
    """

    content: tuple[ToolContent, ...] = ()
    is_error: bool = False


class McpToolsResult(Result[tuple[McpTool, ...]]):
    """The answer to ``list_mcp_tools``."""

    @property
    def tools(self) -> list[McpTool]:
        """The tools."""
        return list(self.unwrap())


@dataclass(frozen=True)
class SessionMetrics:
    """What the machine of a session is doing.

    ``mem_*`` and ``disk_*`` are bytes, ``cpu_used_pct`` runs from 0 to 100, the network's figures are kilobytes.
    """

    cpu_count: int = 0
    cpu_used_pct: float = 0.0
    mem_total: int = 0
    mem_used: int = 0
    disk_total: int = 0
    disk_used: int = 0
    rx_rate_kbyte_per_s: float = 0.0
    tx_rate_kbyte_per_s: float = 0.0
    rx_used_kbyte: float = 0.0
    tx_used_kbyte: float = 0.0
    timestamp: str = ""


@dataclass(frozen=True, kw_only=True)
class SessionMetricsResult(Result[SessionMetrics]):
    """The answer to ``get_metrics``: the fields of ``data`` are here too; ``raw`` is what the machine sent."""

    raw: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    cpu_count = Delegated[int]()
    cpu_used_pct = Delegated[float]()
    mem_total = Delegated[int]()
    mem_used = Delegated[int]()
    disk_total = Delegated[int]()
    disk_used = Delegated[int]()
    timestamp = Delegated[str]()

    @property
    def metrics(self) -> SessionMetrics:
        """The figures."""
        return self.unwrap()
