"""How the figures of a machine read."""

import json
from typing import Any

import pytest
from hypothesis import given

from sessionbay.models.tools import McpToolResult, SessionMetrics
from sessionbay.operations.metrics import METRICS, parse_metrics
from sessionbay.operations.tools import to_tool_result

from ..support import json_values, some, texts

FIGURES = {
    "cpu_count": 4,
    "cpu_used_pct": 12.5,
    "mem_total": 8_000_000_000,
    "mem_used": 2_000_000_000,
    "disk_total": 100_000_000_000,
    "disk_used": 50_000_000_000,
    "rx_rate_kbyte_per_s": 0.5,
    "tx_rate_kbyte_per_s": 0.25,
    "rx_used_kbyte": 1247.5,
    "tx_used_kbyte": 120.0,
    "timestamp": "2025-05-06T07:08:09+08:00",
}


def test_figures_are_read_by_their_names() -> None:
    assert parse_metrics(json.dumps(FIGURES))["data"] == SessionMetrics(**FIGURES)  # type: ignore[arg-type]  # mixed values


def test_what_was_sent_is_kept_beside_the_figures() -> None:
    sent = {**FIGURES, "gpu_count": 1, "nested": {"a": [None]}}
    assert parse_metrics(json.dumps(sent))["raw"] == sent


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rx_rate_kbps", "rx_rate_kbyte_per_s"),
        ("rx_rate_KBps", "rx_rate_kbyte_per_s"),
        ("tx_rate_kbps", "tx_rate_kbyte_per_s"),
        ("tx_rate_KBps", "tx_rate_kbyte_per_s"),
        ("rx_used_kb", "rx_used_kbyte"),
        ("rx_used_KB", "rx_used_kbyte"),
        ("tx_used_kb", "tx_used_kbyte"),
        ("tx_used_KB", "tx_used_kbyte"),
    ],
)
def test_an_older_name_is_read_too(old: str, new: str) -> None:
    assert getattr(parse_metrics(json.dumps({old: 1.5}))["data"], new) == 1.5


def test_the_newest_name_counts_most() -> None:
    assert parse_metrics('{"rx_used_KB": 1, "rx_used_kb": 2, "rx_used_kbyte": 3}')["data"].rx_used_kbyte == 3


@pytest.mark.parametrize("name", FIGURES)
def test_what_is_not_known_is_nothing(name: str) -> None:
    assert parse_metrics(json.dumps({name: None}))["data"] == SessionMetrics()


def test_figures_that_are_missing_are_nothing() -> None:
    assert parse_metrics("{}")["data"] == SessionMetrics()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "5",
        "no figures",
        '{"cpu_count": "many"}',
        '{"mem_total": {}}',
        '{"cpu_used_pct": []}',
        "[" * 9999,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_metrics_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="the metrics are not the tool's"):
        parse_metrics(text)


@some
@given(texts | json_values.map(json.dumps))
def test_any_text_is_metrics_or_an_error(text: str) -> None:
    try:
        read: dict[str, Any] = parse_metrics(text)
    except ValueError:
        return
    assert isinstance(read["data"], SessionMetrics)


def test_a_result_says_what_the_answer_says() -> None:
    result = to_tool_result(METRICS, McpToolResult(success=True, data='{"cpu_count": 2}', request_id="REQ-1"))
    assert (result.cpu_count, result.raw, result.request_id) == (2, {"cpu_count": 2}, "REQ-1")
