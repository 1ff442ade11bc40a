"""What a stretch of a program takes: time, processor, memory; and what the server saw of it."""

import gc
import http.client
import json
import resource
import time
from pathlib import Path
from typing import Any

Figures = dict[str, float]


class Meter:
    """Measures from where it was made to where it is read."""

    def __init__(self) -> None:
        gc.collect()
        self._cpu = _cpu()
        self._wall = time.perf_counter()

    def read(self, calls: int = 1) -> Figures:
        """Return the seconds that each of ``calls`` took: ``wall`` by the clock, ``cpu`` (user and system)."""
        return {"wall": (time.perf_counter() - self._wall) / calls, "cpu": (_cpu() - self._cpu) / calls}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory(field: str) -> float:
    """Return a size of this process in MB: ``VmRSS``, as it is now, or ``VmHWM``, at its peak (Linux only).

    ``getrusage`` would count the peak of the process that started this one.
    """
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def counts(host: str) -> dict[str, Any]:
    """Return what the server counted since it was last asked."""
    connection = http.client.HTTPConnection(host)
    connection.request("GET", "/counts")
    counted: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    return counted
