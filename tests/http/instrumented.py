"""A program that shows whether a library sees calls of both clients.

``python -m tests.http.instrumented LIBRARY WHEN``. libraries replace functions for good, so each runs in a process of
its own: ``before`` the client is imported, or ``after`` its first call.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from importlib import import_module
from typing import Any

from ..raw_server import RawServer, always, answer

PAGE = b'{"RequestId": "r-1", "Success": true, "Code": "ok", "Data": []}'
Seen = Callable[[], list[str]]


def opentelemetry() -> Seen:
    """Instrument all httpx clients, those that there are included."""
    trace = import_module("opentelemetry.sdk.trace")
    export = import_module("opentelemetry.sdk.trace.export")
    memory = import_module("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    provider = trace.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(memory))
    import_module("opentelemetry.instrumentation.httpx").HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    return lambda: [span.name for span in memory.get_finished_spans()]


def sentry() -> Seen:
    """Start sentry, whose integration of httpx comes with it where httpx is installed."""
    sdk = import_module("sentry_sdk")
    spans: list[str] = []

    def keep(event: dict[str, Any], hint: object) -> None:
        spans.extend(span["description"].split()[0] for span in event["spans"] if span["op"] == "http.client")

    sdk.init(dsn="http://key@127.0.0.1:9/1", traces_sample_rate=1.0, before_send_transaction=keep)
    transaction = sdk.start_transaction(name="calls")
    transaction.__enter__()

    def seen() -> list[str]:
        transaction.__exit__(None, None, None)
        return spans

    return seen


@contextmanager
def clients(url: str) -> Iterator[Callable[[], bool]]:
    """Yield what makes a call by each client."""
    from sessionbay import AgentBay, AsyncAgentBay

    with AgentBay("key", endpoint=url, allow_http=True) as bay, asyncio.Runner() as runner:
        client = AsyncAgentBay("key", endpoint=url, allow_http=True)
        yield lambda: bay.list().success and runner.run(client.list(), context=copy_context()).success
        runner.run(client.aclose())


def main() -> None:
    """Print what was seen of two calls, and of how many connections the server knows."""
    instrument = {"opentelemetry": opentelemetry, "sentry": sentry}[sys.argv[1]]
    with RawServer(always(answer(PAGE))) as server:
        seen = instrument() if sys.argv[2] == "before" else None
        with clients(server.url) as call:
            if seen is None:
                call()
                seen = instrument()
            assert call()
        assert server.accepted == 2, "other connections than the clients' own were used"
        print(*seen())


if __name__ == "__main__":
    main()
