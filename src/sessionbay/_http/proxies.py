"""Proxy selection."""

import os
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

ProxyOf = Callable[[str], str | None]
"""Returns the proxy of a URL."""


def proxy_of(given: str | None, *, trust_env: bool) -> ProxyOf | None:
    """Return a function from URL to proxy URL, None if no proxy is configured."""
    if given:
        return lambda _: given
    return _environment_proxy if trust_env and _environment_proxies() else None


def is_proxied(url: str, given: str | None, *, trust_env: bool) -> bool:
    """Return whether requests to ``url`` go through a proxy."""
    select = proxy_of(given, trust_env=trust_env)
    return bool(select and select(url))


def _environment_proxy(url: str) -> str | None:
    from urllib.request import proxy_bypass

    parts, proxies = urlsplit(url), _environment_proxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _environment_proxies() -> dict[str, str]:
    """Return the proxies by scheme. Most processes have none, and do without the import of ``urllib.request``."""
    has_system_settings = sys.platform in ("darwin", "win32")
    if not has_system_settings and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies

    return getproxies()
