"""Proxy selection."""

import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

ProxyOf = Callable[[str], str | None]
"""Returns the proxy of a URL."""


def proxy_of(given: str | None, *, trust_env: bool) -> ProxyOf | None:
    """Return a function from URL to proxy URL, None if no proxy is configured."""
    if given:
        return lambda _: given
    return _environment_proxy if trust_env and urllib.request.getproxies() else None


def is_proxied(url: str, given: str | None, *, trust_env: bool) -> bool:
    """Return whether requests to ``url`` go through a proxy."""
    select = proxy_of(given, trust_env=trust_env)
    return bool(select and select(url))


def _environment_proxy(url: str) -> str | None:
    parts, proxies = urlsplit(url), urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
