"""TLS settings."""

import ssl
from functools import cache, cached_property

import httpx

from ..core.errors import AgentBayError


def validate_verify(verify: object) -> bool | ssl.SSLContext:
    """Return ``verify`` if it is a supported value. httpx treats some other values as "do not verify"."""
    if isinstance(verify, (bool, ssl.SSLContext)):
        return verify
    hint = "create a context with ssl.create_default_context(cafile=…)"
    raise AgentBayError.usage(f"verify must be True, False or an ssl.SSLContext, not {verify!r}: {hint}")


class TlsSettings:
    """TLS settings. The context is expensive, so it is created on first use, and the default one once per process."""

    def __init__(self, verify: bool | ssl.SSLContext, *, trust_env: bool) -> None:
        self._verify = verify
        self._trust_env = trust_env

    def context(self) -> ssl.SSLContext:
        """Return the SSL context."""
        return _default_context(self._trust_env) if self._verify is True else self._own

    @cached_property
    def _own(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(verify=self._verify, trust_env=self._trust_env)


@cache
def _default_context(trust_env: bool) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=trust_env)
    context.set_alpn_protocols(["http/1.1"])
    return context
