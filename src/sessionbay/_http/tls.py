"""TLS settings."""

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING

from ..core.errors import AgentBayError

if TYPE_CHECKING:
    import ssl


def validate_verify(verify: object) -> "bool | ssl.SSLContext":
    """Return ``verify`` if it is a supported value. httpx treats some other values as "do not verify"."""
    if isinstance(verify, bool):
        return verify
    import ssl  # a client of plain HTTP does without

    if isinstance(verify, ssl.SSLContext):
        return verify
    hint = "create a context with ssl.create_default_context(cafile=…)"
    raise AgentBayError.usage(f"verify must be True, False or an ssl.SSLContext, not {verify!r}: {hint}")


class TlsSettings:
    """TLS settings. The context is expensive, so it is created on first use, and the default one once per process."""

    def __init__(self, verify: "bool | ssl.SSLContext", *, trust_env: bool) -> None:
        self._verify = verify
        self._trust_env = trust_env

    def context(self) -> "ssl.SSLContext":
        """Return the SSL context."""
        return _default_context(self._trust_env) if self._verify is True else self._own

    @cached_property
    def _own(self) -> "ssl.SSLContext":
        return _unverified_context() if isinstance(self._verify, bool) else self._verify


@cache
def _default_context(trust_env: bool) -> "ssl.SSLContext":
    import ssl

    import certifi

    file, folder = (os.environ.get(name) if trust_env else None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    context = ssl.create_default_context(
        cafile=file or (None if folder else certifi.where()), capath=None if file else folder
    )
    context.set_alpn_protocols(["http/1.1"])
    return context


def _unverified_context() -> "ssl.SSLContext":
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
