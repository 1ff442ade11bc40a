"""A bare ``aiohttp.ClientSession``, on uvloop."""

from .aiohttp_async import Contender

__all__ = ["Contender"]
