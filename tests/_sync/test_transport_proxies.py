# Generated from tests/_async/test_transport_proxies.py by scripts/generate_sync.py. Do not edit.
"""Proxies: which requests go through one, and that nothing is made for them before."""

import httpx
import pytest

from sessionbay import AgentBay, RetryPolicy, SessionError
from sessionbay._http.proxies import proxy_of
from sessionbay._sync.http.pool import PoolCounts

from ..certificates import client_context
from ..fake_cloud import KEY
from ..raw_server import RawServer, always, answer
from .carrier import Carrier

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_requests_go_through_the_proxy_that_was_named() -> None:
    with RawServer(always(answer(b"proxied"))) as proxy:
        with Carrier(verify=client_context(), proxy_of=proxy_of(proxy.url, trust_env=False)) as carrier:
            assert (carrier.ask("http://cloud.example/x")).text == "proxied"
            assert carrier.counts == PoolCounts()
        assert proxy.requests[0].startswith(b"GET http://cloud.example/x HTTP/1.1\r\n")


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_requests_go_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with RawServer(always(answer(b"proxied"))) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        with Carrier(verify=client_context(), proxy_of=proxy_of(None, trust_env=True)) as carrier:
            assert (carrier.ask("http://cloud.example/x")).text == "proxied"


def test_a_proxy_without_a_scheme_is_spoken_to_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(always(answer(b"proxied"))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
        with Carrier(verify=client_context(), proxy_of=proxy_of(None, trust_env=True)) as carrier:
            assert (carrier.ask("http://cloud.example/x")).text == "proxied"


def test_https_goes_through_a_tunnel_of_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(always(answer(b"", status="403 Forbidden"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with Carrier(verify=client_context(), proxy_of=proxy_of(None, trust_env=True)) as carrier:
            with pytest.raises(httpx.ProxyError):
                carrier.ask("https://cloud.example/x")
        assert proxy.requests[0].startswith(b"CONNECT cloud.example:443 HTTP/1.1\r\n")


@pytest.mark.parametrize("exempt", ["127.0.0.1", "*", "other.example, 127.0.0.1"])
def test_a_host_that_is_exempt_is_spoken_to_directly(monkeypatch: pytest.MonkeyPatch, exempt: str) -> None:
    with RawServer() as proxy, RawServer() as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", exempt)
        with Carrier(proxy_of=proxy_of(None, trust_env=True)) as carrier:
            assert (carrier.ask(server.url)).text == "ok"
            assert carrier.counts == PoolCounts(idle=1, origins=1)
        assert (proxy.accepted, server.accepted) == (0, 1)


def test_the_environment_counts_for_nothing_where_it_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with RawServer() as server:
        with Carrier(proxy_of=proxy_of(None, trust_env=False)) as carrier:
            assert (carrier.ask(server.url)).text == "ok"


def test_the_proxys_connection_is_used_again() -> None:
    with RawServer() as proxy:
        with Carrier(verify=client_context(), proxy_of=proxy_of(proxy.url, trust_env=False)) as carrier:
            carrier.ask_often("http://cloud.example/x", 3)
        assert proxy.accepted == 1


def test_no_tls_context_is_made_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "create_ssl_context", lambda **_: pytest.fail("nobody speaks TLS here"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with RawServer() as server:
        with Carrier(verify=False, proxy_of=proxy_of(None, trust_env=True)) as carrier:
            assert (carrier.ask(server.url)).text == "ok"


@pytest.mark.parametrize("proxy", ["gopher://proxy.example", "http://proxy.example:port"])
def test_a_proxy_of_the_environment_that_cannot_be_used_is_reported(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with AgentBay(KEY, endpoint="https://cloud.example", retry=RetryPolicy(attempts=1)) as bay:
        with pytest.raises(SessionError, match="the proxy cannot be used") as raised:
            bay.list()
    assert (raised.value.kind, raised.value.outcome) == ("unreachable", "not_sent")
