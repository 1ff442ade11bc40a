# Generated from tests/_async/test_presigned.py by scripts/generate_sync.py. Do not edit.
"""Files to and from a store by presigned addresses: what goes along, what is read, and what is left behind."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionbay import AgentBay, AgentBayUsageError, ContextError, ContextTransferResult
from sessionbay._concurrency._sync_httpx import HttpTransport
from sessionbay.engine import LocalEngine

from ..fake_cloud import KEY, FakeCloud, no, yes
from ..support import names
from .conftest import connect

SIGNED = "https://store.invalid/contexts/c%2Fa%20b.txt?Expires=1&Signature=abc%2Bdef%3D&security-token=S"
FILE = "/tmp/data/a.txt"


class FakeStore(httpx.MockTransport):
    """A cloud that gives out addresses of a store, and that store."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response], url: str = SIGNED) -> None:
        super().__init__(self._route)
        given = yes({"Url": url, "ExpireTime": 3600})
        self._cloud = FakeCloud(GetContextFileUploadUrl=given, GetContextFileDownloadUrl=given)
        self._store = answer
        self.requests: list[httpx.Request] = []

    def _route(self, request: httpx.Request) -> httpx.Response:
        if "Action" in request.url.params:
            return self._cloud.handler(request)  # type: ignore[return-value]  # ours is a plain function
        self.requests.append(request)
        return self._store(request)


def refuse(request: httpx.Request) -> httpx.Response:
    reported = "<Code>SignatureDoesNotMatch</Code><Message>&quot;wrong&quot;</Message>"
    body = f"<Error>{reported}<StringToSign>S3CRET</StringToSign></Error>"
    return httpx.Response(403, text=body)


def upload(store: FakeStore, *, allow_http: bool = False) -> ContextTransferResult:
    with AgentBay(api_key=KEY, transport=store, allow_http=allow_http) as bay:
        return bay.context.upload_file("c", FILE, b"12345")


def download(store: FakeStore, place: Path) -> ContextTransferResult:
    with AgentBay(api_key=KEY, transport=store) as bay:
        return bay.context.download_file("c", FILE, place)


@pytest.mark.parametrize("logger", ["httpx", "sessionbay"])
def test_no_log_shows_the_address(tmp_path: Path, caplog: pytest.LogCaptureFixture, logger: str) -> None:
    caplog.set_level(logging.DEBUG, logger)
    store = FakeStore(lambda request: httpx.Response(200))
    assert upload(store)
    assert download(store, tmp_path / "a")
    reported = [record.getMessage() + repr(record.args) for record in caplog.records]
    assert reported
    assert [line for line in reported if "Signature=" in line or "/contexts/" in line] == []
    assert [str(request.url) for request in store.requests] == [SIGNED] * 2


def test_no_log_shows_an_address_of_the_engine(engine: LocalEngine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with connect(engine, AgentBay) as bay:
        made = bay.context.create("hidden")
        assert bay.context.upload_file(made.context_id, FILE, b"12345")
        bay.context.delete(made.context_id)
    reported = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert len(reported) == 1  # all other requests go past httpx
    assert [line for line in reported if "signature" in line] == []


def test_a_store_that_leads_to_no_address_is_reported() -> None:
    for nowhere in ("http:0", "https://xn--/"):
        store = FakeStore(lambda request, to=nowhere: httpx.Response(302, headers={"location": to}))  # type: ignore[misc]
        with pytest.raises(ContextError, match="redirects to an invalid URL") as raised:
            upload(store)
        assert (raised.value.kind, raised.value.outcome) == ("invalid_response", "unknown")


def test_an_address_that_is_none_is_reported_and_not_shown() -> None:
    with pytest.raises(ContextError, match="the cloud returned an invalid presigned URL") as raised:
        upload(FakeStore(refuse, "https://store.invalid/a\x07?Signature=abc"))
    assert (raised.value.kind, raised.value.outcome) == ("invalid_response", "not_sent")


def test_nothing_goes_along_with_an_upload_but_the_file() -> None:
    store = FakeStore(lambda request: httpx.Response(200, headers={"ETag": '"e1"'}))
    sent = upload(store)
    request = store.requests[0]
    assert (sent.success, sent.size, sent.etag, sent.path) == (True, 5, '"e1"', FILE)
    assert (request.method, str(request.url), request.content) == ("PUT", SIGNED, b"12345")
    assert sorted(request.headers) == ["accept", "content-length", "host", "user-agent"]
    assert request.headers["content-length"] == "5"


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_store_says_yes_in_three_ways(status: int) -> None:
    assert (upload(FakeStore(lambda request: httpx.Response(status)))).http_status_code == status


def test_nothing_goes_along_with_a_download(tmp_path: Path) -> None:
    store = FakeStore(lambda request: httpx.Response(200, content=b"12345"))
    assert (download(store, tmp_path / "a")).size == 5
    assert (store.requests[0].method, str(store.requests[0].url)) == ("GET", SIGNED)
    assert sorted(store.requests[0].headers) == ["accept", "host", "user-agent"]
    assert names(tmp_path) == ["a"]


def test_a_refusal_of_the_store_says_why_and_no_more(tmp_path: Path) -> None:
    for refused in (upload(FakeStore(refuse)), download(FakeStore(refuse), tmp_path / "a")):
        assert (refused.success, refused.code, refused.http_status_code) == (False, "SignatureDoesNotMatch", 403)
        assert refused.error_message == '[SignatureDoesNotMatch] "wrong"'
        assert "S3CRET" not in repr(refused)
    assert names(tmp_path) == []


def test_a_refusal_without_words_reports_its_status() -> None:
    refused = upload(FakeStore(lambda request: httpx.Response(500, text="<html>")))
    assert refused.error_message == "the store returned HTTP 500"


class Counting(HttpTransport):
    """A store that notes how large the pieces are that it gets."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if "Action" in request.url.params:
            return yes({"Url": SIGNED})
        body: Any = request.stream
        for piece in body:
            self.sizes.append(len(piece))
        return httpx.Response(200)


def test_a_large_file_goes_piece_by_piece(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(5_000_000))
    store = Counting()
    with AgentBay(api_key=KEY, transport=store) as bay:
        sent = bay.context.upload_file("c", FILE, tmp_path / "large")
    assert (sent.size, sum(store.sizes)) == (5_000_000, 5_000_000)
    assert max(store.sizes) <= 1_000_000


def test_a_redirection_is_not_followed() -> None:
    store = FakeStore(lambda request: httpx.Response(307, headers={"location": "https://elsewhere.invalid/"}))
    assert ((upload(store)).http_status_code, len(store.requests)) == (307, 1)


def lose(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("the connection was lost", request=request)


def test_a_lost_connection_raises_and_shows_no_address(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "sessionbay")
    with pytest.raises(ContextError, match=r"download of /tmp/data/a\.txt: the connection was lost") as lost:
        download(FakeStore(lose), tmp_path / "a")
    assert lost.value.kind == "unreachable"
    assert "Signature" not in f"{lost.value!r} {lost.value.__cause__!r} {caplog.text}"
    assert names(tmp_path) == []


def test_an_address_that_is_not_safe_is_not_gone_to() -> None:
    store = FakeStore(lambda request: httpx.Response(200), url=SIGNED.replace("https", "http"))
    with pytest.raises(AgentBayUsageError, match="neither https nor this machine"):
        upload(store)
    assert (upload(store, allow_http=True)).success
    assert len(store.requests) == 1


def test_no_address_no_upload() -> None:
    cloud = FakeCloud(GetContextFileUploadUrl=no("Context.NotFound", "no such context"))
    with AgentBay(api_key=KEY, transport=cloud) as bay:
        refused = bay.context.upload_file("c", FILE, b"12345")
    assert (refused.success, refused.code, refused.path) == (False, "Context.NotFound", FILE)
