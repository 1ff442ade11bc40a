"""The TLS context: one for the process, made when it is needed, for HTTP/1.1 and nothing else."""

import ssl

import pytest

from sessionbay._http import tls
from sessionbay._http.tls import TlsSettings


def first_flight(context: ssl.SSLContext) -> bytes:
    """Return what a client says first."""
    sent = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="cloud.example")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return sent.read()


def test_there_is_one_common_context_a_process() -> None:
    assert TlsSettings(True, trust_env=False).context() is TlsSettings(True, trust_env=False).context()


def test_the_common_context_offers_http_1_1_and_nothing_else() -> None:
    offered = first_flight(TlsSettings(True, trust_env=False).context())
    assert b"\x00\x09\x08http/1.1" in offered


def test_a_context_that_was_given_is_used_as_it_is() -> None:
    given = ssl.create_default_context()
    assert TlsSettings(given, trust_env=False).context() is given


def test_a_context_of_its_own_is_made_once_and_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []
    original = tls._unverified_context

    def make() -> ssl.SSLContext:
        made.append(original())
        return made[-1]

    monkeypatch.setattr(tls, "_unverified_context", make)
    settings = TlsSettings(False, trust_env=False)
    assert made == []
    assert [settings.context(), settings.context()] == made * 2
    assert [context.verify_mode for context in made] == [ssl.CERT_NONE]
