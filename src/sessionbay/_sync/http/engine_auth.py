# Generated from src/sessionbay/_async/http/engine_auth.py by scripts/generate_sync.py. Do not edit.
"""The first exchange of a connection to an engine of this machine: is it the one whose key we have?

An engine that has ended leaves its port to whoever comes. What is proved is the connection itself, so that it does not
matter when that happened.
"""

from collections.abc import Callable

import httpx

from ..._concurrency._sync import Stream
from ...core.challenge import HOST, MOST, KnownEngine
from ...core.http import Timeouts
from ...environment import nonce
from .connection import Connection


def prove(stream: Stream, known: KnownEngine, limit: float | None, clock: Callable[[], float]) -> None:
    """Return when the peer has proved to be ``known``, within ``limit`` seconds; else close ``stream`` and raise.

    What it raises is an ``httpx.ConnectError``: of what was to be sent, nothing was.
    """
    done = False
    try:
        done = _is_proved(Connection(stream), known, limit, clock)
    except httpx.TransportError as exc:
        raise httpx.ConnectError(f"{_STRANGER.format(known.port)}: {exc}") from exc
    finally:
        if not done:
            stream.close()
    if not done:
        raise httpx.ConnectError(_STRANGER.format(known.port))


_STRANGER = (
    f"what listens at {HOST}:{{}} now does not prove to be the engine that this client began with: make a new one"
)


def _is_proved(connection: Connection, known: KnownEngine, limit: float | None, clock: Callable[[], float]) -> bool:
    challenge, said = nonce(), b""
    steps = {"read": limit, "write": limit}
    patience = Timeouts({"timeout": steps} | ({} if limit is None else {"deadline": clock() + limit}), clock)
    connection.ask(httpx.Request("GET", f"http://{HOST}:{known.port}{known.page(challenge)}"), patience)
    while len(said) <= MOST and (piece := connection.body(patience)) is not None:
        said += piece
    return known.is_proved(challenge, said) and connection.reuse()
