"""MCP tools, the results of their calls, and the metrics of a session."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..core.public import public
from ..core.result import Delegated, ListResult, MappingResult, Result
from ..core.value import Record


@public
class McpTool(Record):
    """An MCP tool of an image.

    Attributes:
        input_schema: The JSON Schema of its arguments.
        server: The MCP server of the tool.
        tool: The tool's name on that server.
    """

    name: str = ""
    description: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=dict[str, Any])
    server: str = ""
    tool: str = ""


@public
class ToolContent(Record):
    """One content item of a tool's result.

    Attributes:
        type: The MCP content type, e.g. ``text`` or ``image``.
        text: The text of a text item.
        data: The content of an image or a blob, in base64.
        mime_type: The MIME type of ``data``.
    """

    type: str = "text"
    text: str = ""
    data: str = field(default="", repr=False)
    mime_type: str = ""


@public
class McpToolResult(Result[str]):
    """The result of ``call_mcp_tool``. ``data`` is the text of the tool's result.

    Attributes:
        content: All content items.
        is_error: Whether the tool itself failed; ``error_message`` is then its text.
        structured_content: The structured content of MCP, if there is any.
    """

    content: tuple[ToolContent, ...] = ()
    is_error: bool = False
    structured_content: Mapping[str, Any] = field(default_factory=dict[str, Any])


@public
class McpToolsResult(ListResult[McpTool]):
    """The result of ``list_mcp_tools``."""

    @property
    def tools(self) -> list[McpTool]:
        """The tools."""
        return list(self.unwrap())


@public
class SessionMetrics(Record):
    """The resource usage of a session's machine.

    ``mem_*`` and ``disk_*`` are bytes, ``cpu_used_pct`` is from 0 to 100, ``rx_*`` and ``tx_*`` are kilobytes.
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


@public
class SessionMetricsResult(MappingResult[SessionMetrics, Any]):
    """The result of ``get_metrics``. The fields of ``data`` are also keys, and most of them attributes.

    ``raw`` is the machine's response.
    """

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
        """The metrics."""
        return self.unwrap()
