"""The programs that ``bench.interrupts`` interrupts."""

from . import locks, moments
from .row import ROWS

__all__ = ["ROWS", "locks", "moments"]
