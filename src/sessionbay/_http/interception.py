"""Whether anything wants to see or answer the requests of an httpx client.

Without that, a request can go to our connections directly, which saves httpx's part of the work. Libraries that trace
or mock requests replace functions of httpx's classes or of one client; hooks, authentication and mounts belong to one.
"""

from collections.abc import Iterable, KeysView
from operator import attrgetter, is_
from types import FunctionType
from typing import Any, cast

import httpx

_SENDING = ("send", "_send_handling_auth", "_send_handling_redirects", "_send_single_request", "_transport_for_url")
_functions_of_client = attrgetter(*_SENDING)
_functions_of_transports = attrgetter("AsyncHTTPTransport.handle_async_request", "HTTPTransport.handle_request")


def is_intercepted(client: Any) -> bool:
    """Return whether requests have to go through ``client``, an httpx client of either kind."""
    hooks = client._event_hooks
    return bool(
        hooks["request"]
        or hooks["response"]
        or client._auth
        or client._mounts
        or _own(client) & _SENDING_SET
        or _own(client._transport) & _HANDLERS
        or not all(map(is_, _functions_of_client(type(client)), _ORIGINAL[type(client).__base__]))
        or is_transport_replaced()
    )


def is_transport_replaced() -> bool:
    """Return whether the functions of httpx's own transports, which ours are none of, were replaced."""
    return not all(map(is_, _functions_of_transports(httpx), _ORIGINAL[None]))  # wrapt's wrappers equal what they wrap


def _own(instance: Any) -> KeysView[str]:
    return cast("dict[str, Any]", vars(instance)).keys()


def _is_original(function: Any) -> bool:
    """Return whether a function is httpx's: a wrapper may have its module, name and class, but not its globals."""
    return type(function) is FunctionType and function.__globals__["__name__"].startswith("httpx.")


def _originals(functions: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(function if _is_original(function) else None for function in functions)


_SENDING_SET = frozenset(_SENDING)
_HANDLERS = frozenset(["handle_async_request", "handle_request"])
_ORIGINAL: dict[type | None, tuple[Any, ...]] = {
    httpx.AsyncClient: _originals(_functions_of_client(httpx.AsyncClient)),
    httpx.Client: _originals(_functions_of_client(httpx.Client)),
    None: _originals(_functions_of_transports(httpx)),
}
