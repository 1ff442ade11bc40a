# Generated from tests/_async/test_screenshots.py by scripts/generate_sync.py. Do not edit.
"""Screenshots: which tool takes them on which session, and what is checked of the picture."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from sessionbay import AgentBay, ScreenError, ScreenTimeoutError, ScreenUsageError, Session
from sessionbay._concurrency._sync_httpx import HttpBody
from sessionbay.operations import screen

from ..fake_cloud import KEY, FakeCloud, no, yes
from ..pictures import JPEG, PNG

URL = "https://store.example/shots/1.png?Signature=canary"


def tool_text(text: str, *, is_error: bool = False) -> httpx.Response:
    return yes({"content": [{"type": "text", "text": text}], "isError": is_error})


def picture(content: bytes, mime_type: str = "image/png", **fields: Any) -> str:
    data = b64encode(content).decode()
    return json.dumps({"type": "image", "mime_type": mime_type, "data": data, **fields})


class Store(httpx.MockTransport):
    """A cloud whose answers are prepared, and its store."""

    def __init__(self, cloud: FakeCloud, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        super().__init__(self._choose)
        self.cloud = cloud
        self.stored = answer
        self.fetched: list[httpx.Request] = []

    def _choose(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != "store.example":
            return self.cloud.handle_request(request)
        self.fetched.append(request)
        return self.stored(request)


def on(text: str, answer: httpx.Response | None = None, *, linked: bool = False, **options: Any) -> Any:
    """Return a session whose tools answer so, its cloud and its store; a linked one has a link but no tools there."""
    cloud = FakeCloud(CallMcpTool=tool_text(text))
    store = Store(cloud, lambda _: answer or httpx.Response(200, content=PNG))
    session = Session(AgentBay(api_key=KEY, transport=store, **options), "session-1")
    if linked:
        session.connection.details = session.connection.details.model_copy(update={"link_url": "https://link.example"})
    return session, cloud, store


def test_a_session_with_a_link_returns_the_picture(tmp_path: Path) -> None:
    session, cloud, store = on(picture(PNG), linked=True)
    shot = session.computer.take_screenshot()
    assert (shot.data, shot.format, shot.width, shot.height) == (PNG, "png", 4, 3)
    assert [(form["Name"], form["Args"]) for form in cloud.forms] == [("screenshot", '{"format": "png"}')]
    assert shot.save(tmp_path / "shot.png").read_bytes() == PNG
    assert store.fetched == []


def test_a_notebook_shows_the_picture_and_the_repr_is_short() -> None:
    session, _, _ = on(picture(PNG), linked=True)
    shot = session.computer.take_screenshot()
    shown = shot._repr_mimebundle_()
    assert b64decode(shown["image/png"]) == PNG
    assert shown["text/plain"] == repr(shot)
    assert repr(shot) == (
        "ScreenshotResult(success=True, request_id='REQ-1', http_status_code=200, type='image', "
        "mime_type='image/png', width=4, height=3)"
    )


def test_without_a_link_the_picture_is_fetched_from_the_store() -> None:
    session, cloud, store = on(URL)
    shot = session.computer.take_screenshot()
    assert (shot.success, shot.data, shot.mime_type, shot.request_id) == (True, PNG, "image/png", "REQ-1")
    assert [form["Name"] for form in cloud.forms] == ["system_screenshot"]
    assert [str(request.url) for request in store.fetched] == [URL]
    assert sorted(store.fetched[0].headers) == ["accept", "host", "user-agent"]


@pytest.mark.parametrize("format", [" JPG ", "jpeg", "JPEG"])
def test_a_format_is_sent_by_one_name(format: str) -> None:
    session, cloud, _ = on(picture(JPEG, "image/jpeg", width=9, height=8), linked=True)
    shot = session.computer.screen.beta_take_screenshot(format)
    assert (shot.format, shot.width, shot.height) == ("jpeg", 9, 8)
    assert cloud.forms[0]["Args"] == '{"format": "jpeg"}'


@pytest.mark.parametrize("format", ["webp", "", None, 1])
def test_another_format_raises_before_anything_is_sent(format: Any) -> None:
    session, cloud, _ = on(picture(PNG), linked=True)
    with pytest.raises(ScreenUsageError, match="format must be 'png', 'jpeg' or 'jpg'"):
        session.computer.take_screenshot(format)
    assert cloud.requests == []


def test_each_tool_is_refused_where_the_other_one_works() -> None:
    linked, one, _ = on(picture(PNG), linked=True)
    bare, other, _ = on(URL)
    with pytest.raises(ScreenUsageError, match=r"use take_screenshot\(\) or beta_take_screenshot\(\)"):
        linked.computer.screenshot()
    with pytest.raises(ScreenUsageError, match=r"use take_screenshot\(\) or screenshot\(\)"):
        bare.computer.beta_take_screenshot()
    with pytest.raises(ScreenUsageError, match="must be 'png' on a session without a direct link"):
        bare.computer.take_screenshot("jpeg")
    assert one.requests == other.requests == []


@pytest.mark.one_driver
@pytest.mark.parametrize("text", ["ok", "null", "/screen.png", " "])
def test_what_is_not_a_url_is_an_invalid_response(text: str) -> None:
    session, _, store = on(text)
    with pytest.raises(ScreenError, match="there is no URL of a picture") as caught:
        session.computer.take_screenshot()
    assert (caught.value.kind, store.fetched) == ("invalid_response", [])


def test_the_url_is_the_text_of_the_result_and_not_in_its_repr() -> None:
    session, _, _ = on(URL)
    stored = session.computer.screen.capture()
    assert str(stored) == stored.url == stored.data == URL
    assert "canary" not in repr(stored)


@pytest.mark.one_driver
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("True", "Invalid JSON"),
        ("[]", "valid"),
        ("", "Invalid JSON"),
        (json.dumps({"type": "image", "data": "x"}), "mime_type"),
        (picture(PNG, "image/jpeg"), "expected image/png, not 'image/jpeg'"),
        (picture(JPEG), "the content is not png"),
        (picture(b"GIF89a"), "neither png nor jpeg"),
        (picture(PNG).replace("iVBOR", "iV BOR"), "base64|data"),
        (picture(PNG, width="4"), "width"),
        (picture(PNG, width=True), "width"),
        (picture(PNG).replace('"image"', '""'), "type"),
    ],
)
def test_an_answer_that_is_no_such_picture_raises(text: str, reason: str) -> None:
    session, _, _ = on(text, linked=True)
    with pytest.raises(ScreenError, match=reason) as caught:
        session.computer.beta_take_screenshot()
    assert (caught.value.kind, caught.value.request_id) == ("invalid_response", "REQ-1")


def test_a_refusal_of_the_store_is_a_result() -> None:
    refused = httpx.Response(403, content=b"<Error><Code>Expired</Code><Message>too late</Message></Error>")
    session, _, _ = on(URL, refused)
    shot = session.computer.take_screenshot()
    assert (shot.success, shot.data, shot.code) == (False, None, "Expired")
    assert shot.error_message == "[Expired] too late"
    strict, _, _ = on(URL, refused, strict=True)
    with pytest.raises(ScreenError, match="too late"):
        strict.computer.take_screenshot()


def test_a_redirect_of_the_store_is_not_followed() -> None:
    session, _, store = on(URL, httpx.Response(302, headers={"location": "http://store.example/plain"}))
    assert "HTTP 302" in (session.computer.take_screenshot()).error_message
    assert len(store.fetched) == 1


def test_a_picture_is_fetched_by_https_alone() -> None:
    session, _, store = on("http://store.example/shots/1.png")
    with pytest.raises(ValueError, match="https"):
        session.computer.take_screenshot()
    assert store.fetched == []


class Endless(HttpBody):
    """A body without an end."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return PNG


def test_what_the_store_returns_must_be_a_picture_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _, _ = on(URL, httpx.Response(200, content=b"<html>"))
    with pytest.raises(ScreenError, match="neither png nor jpeg") as caught:
        session.computer.take_screenshot()
    assert (caught.value.kind, caught.value.request_id) == ("invalid_response", "REQ-1")
    monkeypatch.setattr(screen, "MAX_SCREENSHOT_SIZE", 100)
    session, _, _ = on(URL, httpx.Response(200, stream=Endless()))
    with pytest.raises(ScreenError, match="more than 100 bytes"):
        session.computer.take_screenshot()


def test_a_store_without_an_answer_raises_and_does_not_show_the_url() -> None:
    session, _, store = on(URL)

    def slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    store.stored = slow
    with pytest.raises(ScreenTimeoutError) as caught:
        session.computer.take_screenshot()
    assert "canary" not in str(caught.value)


def test_a_tool_without_a_screen_is_a_refusal() -> None:
    cloud = FakeCloud(CallMcpTool=[no("Tool.NotFound"), tool_text("no display", is_error=True)])
    session = Session(AgentBay(api_key=KEY, transport=cloud), "session-1")
    assert (session.computer.take_screenshot()).code == "Tool.NotFound"
    assert (session.computer.screenshot()).error_message == "no display"


def test_the_size_of_the_screen_reads_like_the_wires() -> None:
    session, cloud, _ = on('{"width":1024,"height":768,"dpiScalingFactor":1.5}')
    size = session.computer.screen.get_size()
    assert (size.width, size["height"], size["dpiScalingFactor"], size.dpi_scaling_factor) == (1024, 768, 1.5, 1.5)
    assert size.data == {"width": 1024, "height": 768, "dpi_scaling_factor": 1.5}
    assert [(form["Name"], form["Args"]) for form in cloud.forms] == [("get_screen_size", "{}")]


def test_a_size_that_is_none_raises() -> None:
    session, _, _ = on('{"width":1024}')
    with pytest.raises(ScreenError, match="get_screen_size: invalid response: height"):
        session.computer.get_screen_size()
