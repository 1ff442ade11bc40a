"""Proxy selection."""

import urllib.request
from collections.abc import Callable

import httpx

ProxyOf = Callable[[httpx.URL], str | None]


def proxy_of(given: str | None, *, trust_env: bool) -> ProxyOf | None:
    """Return a function from URL to proxy URL, None if no proxy is configured."""
    if given:
        return lambda _: given
    return _environment_proxy if trust_env and urllib.request.getproxies() else None


def is_proxied(url: str, given: str | None, *, trust_env: bool) -> bool:
    """Return whether requests to ``url`` go through a proxy."""
    select = proxy_of(given, trust_env=trust_env)
    return bool(select and select(httpx.URL(url)))


def _environment_proxy(url: httpx.URL) -> str | None:
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(url.netloc.decode()):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
