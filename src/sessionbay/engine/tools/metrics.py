"""The metrics tool: the usage of the session, and the capacity of the machine."""

import asyncio
import json
import time
from datetime import datetime
from typing import Any

import psutil

from ...core.tool import NoArgs
from ..session import EngineSession

SAMPLE_INTERVAL = 0.1  # seconds between the two readings of a rate


async def get_metrics(session: EngineSession, args: NoArgs) -> str:
    """Read the session's counters twice, and return them with their rates."""
    agent = session.running_agent()
    begun = time.monotonic()
    first: dict[str, Any] = await agent.request("figures")
    await asyncio.sleep(SAMPLE_INTERVAL)
    last: dict[str, Any] = await agent.request("figures")
    seconds = time.monotonic() - begun
    processors = psutil.cpu_count() or 1

    def rate(name: str) -> float:
        return max(0.0, float(last[name] - first[name])) / seconds

    return json.dumps(
        {
            "cpu_count": processors,
            "cpu_used_pct": round(min(100.0, 100 * rate("cpu_seconds") / processors), 2),
            "mem_total": psutil.virtual_memory().total,
            "mem_used": last["memory"],
            "disk_total": last["disk_total"],
            "disk_used": last["disk"],
            "rx_rate_kbyte_per_s": round(rate("received") / 1024, 2),
            "tx_rate_kbyte_per_s": round(rate("sent") / 1024, 2),
            "rx_used_kbyte": round(last["received"] / 1024, 2),
            "tx_used_kbyte": round(last["sent"] / 1024, 2),
            "timestamp": datetime.now().astimezone().isoformat(timespec="milliseconds"),
        }
    )
