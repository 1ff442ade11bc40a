"""A request goes to the connections directly, unless httpx or its client was changed to see it."""

import logging
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sessionbay import AgentBayError, AsyncAgentBay
from sessionbay._http import response_parser
from sessionbay.core.http import HttpRequest, Timeouts

from ..equal_wrapper import EqualWrapper
from ..fake_cloud import KEY
from ..raw_server import RawServer, always, answer, silence
from .carrier import Carrier

PAGE = b'{"RequestId": "r-1", "Success": true, "Code": "ok", "Data": []}'
Change = Callable[[httpx.AsyncClient, pytest.MonkeyPatch, Callable[..., Any]], None]


def hook(client: httpx.AsyncClient, patch: pytest.MonkeyPatch, see: Callable[..., Any]) -> None:
    async def on_request(request: httpx.Request) -> None:
        see(request)

    client.event_hooks = {"request": [on_request]}


def function_of_the_class(client: httpx.AsyncClient, patch: pytest.MonkeyPatch, see: Callable[..., Any]) -> None:
    original = httpx.AsyncClient.send

    async def send(self: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
        see(request)
        return await original(self, request, **options)

    patch.setattr(httpx.AsyncClient, "send", send)


def function_of_the_client(client: httpx.AsyncClient, patch: pytest.MonkeyPatch, see: Callable[..., Any]) -> None:
    original = client.send

    async def send(request: httpx.Request, **options: Any) -> httpx.Response:
        see(request)
        return await original(request, **options)

    patch.setattr(client, "send", send)


def function_of_the_transport(client: httpx.AsyncClient, patch: pytest.MonkeyPatch, see: Callable[..., Any]) -> None:
    original = client._transport.handle_async_request

    async def handle(request: httpx.Request) -> httpx.Response:
        see(request)
        return await original(request)

    patch.setattr(client._transport, "handle_async_request", handle)


def wrapped_function_of_the_class(
    client: httpx.AsyncClient, patch: pytest.MonkeyPatch, see: Callable[..., Any]
) -> None:
    patch.setattr(httpx.AsyncClient, "send", EqualWrapper(httpx.AsyncClient.send, see))


def function_of_all_transports(client: httpx.AsyncClient, patch: pytest.MonkeyPatch, see: Callable[..., Any]) -> None:
    wrapper = EqualWrapper(httpx.AsyncHTTPTransport.handle_async_request, see)
    patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", wrapper)


def authentication(client: httpx.AsyncClient, patch: pytest.MonkeyPatch, see: Callable[..., Any]) -> None:
    def auth(request: httpx.Request) -> httpx.Request:
        see(request)
        return request

    client.auth = auth


CHANGES: list[Change] = [
    hook,
    function_of_the_class,
    wrapped_function_of_the_class,
    function_of_the_client,
    function_of_the_transport,
    function_of_all_transports,
    authentication,
]


@pytest.fixture(autouse=True)
def _without_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SESSIONBAY_HTTPX", raising=False)


async def test_a_request_is_sent_directly(caplog: pytest.LogCaptureFixture) -> None:
    with RawServer(always(answer(PAGE))) as server, caplog.at_level(logging.DEBUG):
        async with AsyncAgentBay(KEY, endpoint=server.url, allow_http=True) as client:
            assert (await client.list()).success
    assert "sent directly" in caplog.messages
    assert not [record for record in caplog.records if record.name == "httpx"]


@pytest.mark.parametrize("change", CHANGES)
async def test_what_wants_to_see_requests_sees_them(
    change: Change, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[httpx.Request] = []
    with RawServer(always(answer(PAGE))) as server, caplog.at_level(logging.DEBUG):
        async with AsyncAgentBay(KEY, endpoint=server.url, allow_http=True) as client:
            await client.list()
            change(client.core.api.http, monkeypatch, seen.append)
            caplog.clear()
            assert (await client.list()).success
            monkeypatch.undo()
        assert server.accepted == 1
    assert [request.method for request in seen] == ["POST"]
    assert "sent through httpx" in caplog.messages


async def test_errors_and_deadlines_are_ours_where_all_transports_are_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[httpx.Request] = []
    function_of_all_transports(httpx.AsyncClient(), monkeypatch, seen.append)
    with RawServer(silence) as server:
        async with AsyncAgentBay(KEY, endpoint=server.url, allow_http=True, timeout=0.2) as client:
            with pytest.raises(AgentBayError, match=r"within 0\.2 s") as raised:
                await client.list()
    assert (raised.value.kind, raised.value.outcome) == ("timeout", "unknown")
    assert seen


async def test_a_setting_sends_all_requests_through_httpx(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SESSIONBAY_HTTPX", "1")
    with RawServer(always(answer(PAGE))) as server, caplog.at_level(logging.DEBUG):
        async with AsyncAgentBay(KEY, endpoint=server.url, allow_http=True) as client:
            assert (await client.list()).success
    assert "sent through httpx" in caplog.messages


async def test_without_llhttp_the_transport_is_that_of_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_parser, "HAS_PARSER", False)
    with RawServer(always(answer(PAGE))) as server:
        async with AsyncAgentBay(KEY, endpoint=server.url, allow_http=True) as client:
            assert [(await client.list()).success for _ in range(2)] == [True, True]
        assert server.accepted == 1


async def test_without_llhttp_the_local_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_parser, "HAS_PARSER", False)
    async with AsyncAgentBay(endpoint="local:private") as client:
        with pytest.raises(AgentBayError, match="httptools") as raised:
            await client.list()
    assert (raised.value.kind, raised.value.outcome) == ("usage", "not_sent")


@pytest.mark.parametrize("target", ["/b\u00fccher", "/a/../b", "/a b", "/#a"])
async def test_what_httpx_rewrites_is_left_to_it(target: str) -> None:
    async with Carrier() as carrier:
        timeouts = Timeouts({}, None, time.monotonic)
        assert await carrier.core.exchange(HttpRequest("GET", f"http://127.0.0.1:1{target}"), timeouts) is None
