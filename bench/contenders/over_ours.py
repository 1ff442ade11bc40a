"""A candidate: a bare ``httpx.AsyncClient`` that sends through sessionbay's transport."""

import time

from sessionbay._async.http.core import AsyncHttpCore
from sessionbay._async.http.pool import PoolLimits
from sessionbay._async.http.transport import AsyncTransport
from sessionbay._http.tls import TlsSettings

from . import CONNECTIONS, Place, httpx_async


class Contender(httpx_async.Contender):
    """As httpx, but for the transport."""

    def __init__(self, place: Place) -> None:
        limits = PoolLimits(CONNECTIONS, 20.0)
        self.transport = AsyncTransport(AsyncHttpCore(limits, TlsSettings(True, trust_env=False), time.monotonic))
        super().__init__(place)
