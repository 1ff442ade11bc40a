"""Ours, sync, as it was built before the work on the cost of a call."""

from .sessionbay_sync import Contender

__all__ = ["Contender"]
