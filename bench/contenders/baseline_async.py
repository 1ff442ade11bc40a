"""Ours, async, as it was built before the work on the cost of a call."""

from .sessionbay_async import Contender

__all__ = ["Contender"]
