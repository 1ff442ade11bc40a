"""The metrics tool."""

from typing import Any

from pydantic import AliasChoices, Field, ValidationError
from pydantic_core import from_json

from ..core.json_text import readable
from ..core.tool import NoArgs, Tool
from ..core.wire_model import Wire
from ..models.tools import SessionMetrics, SessionMetricsResult


def _rate(name: str) -> Any:
    """Return a field for a rate that older services name otherwise."""
    return Field(
        default=0.0, validation_alias=AliasChoices(f"{name}_rate_kbyte_per_s", f"{name}_rate_kbps", f"{name}_rate_KBps")
    )


def _used(name: str) -> Any:
    return Field(default=0.0, validation_alias=AliasChoices(f"{name}_used_kbyte", f"{name}_used_kb", f"{name}_used_KB"))


class MetricsAnswer(Wire):
    """Null stands for "not known" and reads as 0."""

    cpu_count: int | None = None
    cpu_used_pct: float | None = None
    mem_total: int | None = None
    mem_used: int | None = None
    disk_total: int | None = None
    disk_used: int | None = None
    rx_rate_kbyte_per_s: float | None = _rate("rx")
    tx_rate_kbyte_per_s: float | None = _rate("tx")
    rx_used_kbyte: float | None = _used("rx")
    tx_used_kbyte: float | None = _used("tx")
    timestamp: str | None = None


def parse_metrics(text: str) -> dict[str, Any]:
    """Read the figures, which are a JSON object."""
    try:
        answer = MetricsAnswer.model_validate_json(text)
    except ValidationError as exc:
        raise ValueError(f"the metrics are not the tool's: {exc.error_count()} of their fields do not read") from exc
    return {"data": SessionMetrics(**answer.dump()), "raw": from_json(readable(text))}


METRICS = Tool(
    name="get_metrics",
    server="wuying_system",
    about="Tell the load of processor, memory, disk and network.",
    args=NoArgs,
    result=SessionMetricsResult,
    read=parse_metrics,
)
