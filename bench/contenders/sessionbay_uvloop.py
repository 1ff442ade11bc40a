"""Ours, async, on uvloop."""

from .sessionbay_async import Contender

__all__ = ["Contender"]
