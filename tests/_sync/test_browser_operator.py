# Generated from tests/_async/test_browser_operator.py by scripts/generate_sync.py. Do not edit.
"""The browser operator: what is sent, how its tasks are waited for, and what raises before anything is sent."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import BaseModel

from sessionbay import (
    AGB,
    ActOptions,
    AgentBay,
    BrowserError,
    BrowserOperator,
    BrowserTimeoutError,
    BrowserUsageError,
    ExtractOptions,
    ObserveOptions,
    ObserveResult,
    Session,
    SessionGoneError,
)

from ..fake_cloud import GONE, KEY, no
from .clock import FakeClock

STARTED = '{"task_id": "task-1"}'
DONE = '{"is_done": true, "success": true, "steps": [{"method": "click"}]}'
RUNNING = '{"is_done": false, "steps": [{"method": "scroll"}]}'
BUTTON = '[{"selector": "#btn", "description": "A button", "method": "click", "arguments": {"count": 2}}]'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0dIHDR" + b"\0\0\0\x04\0\0\0\x03" + bytes(5)
PAGE = "E4A1"

Answer = str | httpx.Response | Exception


class Product(BaseModel):
    name: str
    price: float


class ToolCloud(httpx.MockTransport):
    """Answers each tool call with the next text or response; the last one stays. ``calls`` holds name and arguments."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__(self._answer)
        self._answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = request.content.decode()
        is_agentbay = "Action" in request.url.params
        sent = dict(parse_qsl(body)) if is_agentbay else json.loads(body)
        self.calls.append((sent.get("Name") or sent["name"], json.loads(sent.get("Args") or sent["args"])))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, content=answer.content)
        is_error, text = answer.startswith("!"), answer.removeprefix("!")
        data = {"content": [{"type": "text", "text": text}], "isError": is_error}
        envelope = {"success": True, "code": "ok", "data": data}
        return httpx.Response(200, json={k.capitalize() if is_agentbay else k: v for k, v in envelope.items()})


class Scene:
    """An operator, its cloud, and the time that passes there."""

    def __init__(self, *answers: Answer, make: Any = AgentBay, ready: bool = True, **options: Any) -> None:
        self.cloud = ToolCloud(answers or ["unasked"])
        self.clock = FakeClock()
        client = make(api_key=KEY, transport=self.cloud, clock=self.clock, **options)
        state = SimpleNamespace(is_initialized=lambda: ready)
        self.operator = BrowserOperator(Session(client, "session-1"), state)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.cloud.calls]


class FakePage:
    """A page of Playwright's, the second context's of its browser."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.context = self
        self.browser = SimpleNamespace(contexts=[object(), self])
        self.detached = 0
        self._is_open = is_open

    def new_cdp_session(self, page: object) -> "FakePage":
        assert page is self
        return self

    def send(self, method: str) -> dict[str, Any]:
        assert method == "Target.getTargetInfo"
        if not self._is_open:
            raise OSError("Target page has been closed")
        return {"targetInfo": {"targetId": PAGE}}

    def detach(self) -> None:
        self.detached += 1


def test_an_action_is_looked_at_without_a_sleep_and_returns_its_steps() -> None:
    scene = Scene(STARTED, DONE)
    done = scene.operator.act(ActOptions("click the button"))
    assert (done.success, done.message, list(done.steps)) == (True, '[{"method": "click"}]', [{"method": "click"}])
    assert (done.task_id, done.is_done, done.timed_out) == ("task-1", True, False)
    assert scene.names == ["page_use_act_async", "page_use_get_act_result"]
    assert scene.clock.slept == []


def test_looks_are_as_far_apart_as_the_caller_wants() -> None:
    scene = Scene(STARTED, RUNNING, RUNNING, DONE)
    assert scene.operator.act(ActOptions("click"))
    assert scene.clock.slept == [3.0, 3.0]
    scene = Scene(STARTED, "", "", BUTTON)
    assert scene.operator.observe(ObserveOptions("buttons"), poll_interval=0.5)
    assert scene.clock.slept == [0.5, 0.5]


@pytest.mark.parametrize("hiccup", ["!no result yet", "", no("Internal", status=503), httpx.ReadError("cut")])
def test_a_failed_look_is_repeated(hiccup: Answer) -> None:
    scene = Scene(STARTED, hiccup, '{"name": "tea", "price": 2}')
    extracted = scene.operator.extract(ExtractOptions("the product", Product))
    assert extracted.data == Product(name="tea", price=2)
    assert scene.names[1:] == ["page_use_get_extract_result"] * 2


def test_a_look_that_will_always_be_refused_ends_the_wait_with_the_reason() -> None:
    scene = Scene(STARTED, no("NOT_LOGIN", "sign in again"))
    refused = scene.operator.act(ActOptions("click"))
    assert (refused.success, refused.timed_out, refused.code) == (False, False, "NOT_LOGIN")
    assert "sign in again" in refused.message
    with pytest.raises(SessionGoneError):
        (Scene(STARTED, GONE).operator.observe(ObserveOptions("x"))).raise_for_error()


def test_a_task_that_fails_has_the_clouds_reason() -> None:
    failed = Scene(STARTED, '{"is_done": true, "success": false, "steps": "no such button"}').operator.act(
        ActOptions("click")
    )
    assert (failed.success, failed.message, failed.is_done) == (False, "no such button", True)
    ok, found = Scene(STARTED, "The model is overloaded").operator.observe(ObserveOptions("x"))
    assert (ok, found) == (False, [])
    failed_search = Scene(STARTED, "The model is overloaded").operator.observe(ObserveOptions("x"))
    assert failed_search.error_message == "The model is overloaded"


def test_a_wait_that_runs_out_says_so_and_what_was_seen() -> None:
    scene = Scene(STARTED, RUNNING)
    started = scene.clock.now
    late = scene.operator.act(ActOptions("click", timeout=10))
    assert (late.success, late.timed_out, late.task_id, late.kind) == (False, True, "task-1", "timeout")
    assert list(late.steps) == [{"method": "scroll"}]
    assert late.message == (
        'the task task-1 did not end within 10 s: the task is running; done so far: [{"method": "scroll"}]'
    )
    assert scene.clock.now == started + 10
    assert scene.clock.slept == [3.0, 3.0, 3.0, 1.0]


def test_the_default_timeout_is_300_seconds_and_a_strict_client_raises() -> None:
    scene = Scene(STARTED, "!busy", strict=True)
    with pytest.raises(BrowserTimeoutError, match="did not end within 300 s: busy"):
        scene.operator.extract(ExtractOptions("x", {"type": "object"}))
    assert sum(scene.clock.slept) == 300


def test_a_refused_start_is_a_result_with_the_reason() -> None:
    scene = Scene("!no model")
    for call in (
        scene.operator.act(ActOptions("x")),
        scene.operator.observe(ObserveOptions("x")),
        scene.operator.extract(ExtractOptions("x", Product)),
        scene.operator.navigate("https://example.com"),
        scene.operator.screenshot(),
        scene.operator.login("{}"),
        scene.operator.close(),
    ):
        refused: Any = call
        assert (refused.success, refused.error_message) == (False, "no model")
    assert len(scene.cloud.calls) == 7
    with pytest.raises(BrowserError, match="no model"):
        Scene("!no model", strict=True).operator.act(ActOptions("x"))


@pytest.mark.parametrize("answer", ["", "started", "{}", '{"task_id": ""}'])
def test_a_start_without_a_task_raises(answer: str) -> None:
    with pytest.raises(BrowserError, match="no id of a task") as caught:
        Scene(answer).operator.act(ActOptions("x"))
    assert caught.value.kind == "invalid_response"


def test_what_was_observed_can_be_unpacked_and_acted_on() -> None:
    scene = Scene(STARTED, BUTTON)
    ok, found = scene.operator.observe(ObserveOptions("buttons", selector="#main"))
    assert (ok, found) == (True, [ObserveResult("#btn", "A button", "click", {"count": 2})])
    acting = Scene(STARTED, DONE)
    assert acting.operator.act(found[0])
    action = json.loads(acting.cloud.calls[0][1]["action"])
    assert action == {"method": "click", "arguments": {"count": 2}, "selector": "#btn"}


def test_nothing_observed_is_a_success() -> None:
    result = Scene(STARTED, "[]").operator.observe(ObserveOptions("x"))
    assert (result.success, result.elements, result[1], len(result)) == (True, [], [], 2)


def test_data_that_does_not_fit_is_a_failure_that_keeps_it() -> None:
    result = Scene(STARTED, '{"name": "tea"}').operator.extract(ExtractOptions("x", Product))
    assert (result.success, tuple(result), result.text) == (False, (False, None), '{"name": "tea"}')
    assert result.error_message == "the data does not fit Product: price: Field required"


def test_data_for_a_json_schema_is_plain() -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    scene = Scene(STARTED, '{"name": "tea"}')
    ok, data = scene.operator.extract(ExtractOptions("x", schema))
    assert (ok, data) == (True, {"name": "tea"})
    assert scene.cloud.calls[0][1]["field_schema"] == f"schema: {json.dumps(schema)}"


def test_agb_observes_in_one_call() -> None:
    scene = Scene(BUTTON, make=AGB)
    assert (scene.operator.observe(ObserveOptions("x", iframes=True))).elements[0].arguments == {"count": 2}
    assert scene.cloud.calls == [("page_use_observe", {"context_id": 0, "instruction": "x", "iframes": True})]
    for answer, reason in [("", "no text"), ("!no model", "no model"), ("what?", "what?")]:
        refused = Scene(answer, make=AGB).operator.observe(ObserveOptions("x"))
        assert not refused
        assert reason in refused.error_message


def test_agb_observing_for_too_long_is_a_result() -> None:
    scene = Scene(httpx.ReadTimeout("slow"), make=AGB)
    late = scene.operator.observe(ObserveOptions("x", timeout=5))
    assert (late.success, late.timed_out, late.kind) == (False, True, "timeout")
    assert "no answer within 5 s" in late.error_message
    with pytest.raises(BrowserError):
        Scene(httpx.ReadError("cut"), make=AGB).operator.observe(ObserveOptions("x"))


def test_a_page_is_known_by_its_target_and_context() -> None:
    page, scene = FakePage(), Scene("data:image/png;base64," + b64encode(PNG).decode())
    shot = scene.operator.screenshot(page)
    assert scene.cloud.calls[0][1] == {"context_id": 1, "page_id": PAGE, "full_page": True, "quality": 80}
    assert (shot.data, shot.format, shot.width, shot.height, page.detached) == (PNG, "png", 4, 3, 1)
    assert str(shot) == "data:image/png;base64," + b64encode(PNG).decode()
    scene = Scene(STARTED, DONE, make=AGB)
    assert scene.operator.act(ActOptions("x"), page)
    assert scene.cloud.calls[0][1] == {"context_id": 0, "page_id": PAGE, "action": "x"}


def test_a_page_that_is_closed_or_no_page_raises_before_anything_is_sent() -> None:
    page, scene = FakePage(is_open=False), Scene()
    with pytest.raises(BrowserUsageError, match=r"open page of Playwright's.*has been closed"):
        scene.operator.act(ActOptions("x"), page)
    assert page.detached == 1
    with pytest.raises(BrowserUsageError, match="open page of Playwright"):
        scene.operator.login("{}", "the first page")  # type: ignore[arg-type]
    assert scene.cloud.calls == []


def test_a_screenshot_is_read_with_or_without_the_prefix_of_its_url() -> None:
    scene = Scene(b64encode(PNG).decode())
    shot = scene.operator.screenshot(None, False, 50, {"height": 2, "width": 10.5, "y": 0, "x": -1}, 5000)
    assert shot.data == PNG
    sent = scene.cloud.calls[0][1]
    assert json.dumps(sent["clip"]) == '{"x": -1, "y": 0, "width": 10.5, "height": 2}'
    assert (sent["full_page"], sent["quality"], sent["timeout"]) == (False, 50, 5000)
    with pytest.raises(BrowserError, match="page_use_screenshot: invalid response"):
        Scene("no picture").operator.screenshot()


def test_navigating_returns_the_clouds_text() -> None:
    assert str(Scene("Navigated to https://example.com").operator.navigate("https://example.com")) == (
        "Navigated to https://example.com"
    )
    failed = Scene("!net::ERR_NAME_NOT_RESOLVED").operator.navigate("https://nowhere.example")
    assert (failed.success, failed.message) == (False, "net::ERR_NAME_NOT_RESOLVED")


def test_the_configuration_of_a_login_is_in_no_error() -> None:
    scene = Scene('!bad login {"api_key": "HUSH"}')
    refused = scene.operator.login('{"api_key": "HUSH"}')
    assert refused.error_message.startswith("bad login")
    assert "HUSH" not in refused.error_message
    for wrong in ({"api_key": "HUSH"}, b'{"api_key": "HUSH"}', '["HUSH"]', '{"api_key": "HUSH"'):
        with pytest.raises(BrowserUsageError, match="login_config must be a JSON object, as text") as caught:
            scene.operator.login(wrong)  # type: ignore[arg-type]
        assert "HUSH" not in str(caught.value)
    assert (Scene("signed in").operator.login("{}", use_vision=True)).message == "signed in"


def test_options_convert_to_json_also_with_a_class() -> None:
    converted = json.loads(ExtractOptions("the product", Product).to_json())
    assert sorted(converted["schema"]["properties"]) == ["name", "price"]


def test_the_variables_of_an_action_are_in_no_error() -> None:
    scene = Scene('!cannot run {"variables": {"pin": "1234", "x": "no"}}')
    refused = scene.operator.act(ActOptions("type %pin%", variables={"pin": "1234", "x": "no"}))
    assert refused.error_message == 'cannot run {"variables": {"pin": "***", "x": "no"}}'


def test_without_a_browser_only_closing_is_possible() -> None:
    scene = Scene("closed", ready=False)
    for call in (
        lambda: scene.operator.navigate("https://example.com"),
        lambda: scene.operator.screenshot(),
        lambda: scene.operator.act(ActOptions("x")),
        lambda: scene.operator.observe(ObserveOptions("x")),
        lambda: scene.operator.extract(ExtractOptions("x", Product)),
        lambda: scene.operator.login("{}"),
    ):
        with pytest.raises(BrowserUsageError, match="the browser is not initialized"):
            call()
    assert scene.cloud.calls == []
    assert (scene.operator.close()).data is True
    assert scene.cloud.calls == [("page_use_close_session", {})]


def test_options_of_the_other_cloud_raise_before_anything_is_sent() -> None:
    bay, agb = Scene(), Scene(make=AGB)
    with pytest.raises(BrowserUsageError, match=r"AgentBay has no option ActOptions\.timeoutMS"):
        bay.operator.act(ActOptions("x", timeoutMS=5))
    with pytest.raises(BrowserUsageError, match=r"AgentBay has no option ObserveOptions\.iframes"):
        bay.operator.observe(ObserveOptions("x", iframes=False))
    with pytest.raises(BrowserUsageError, match=r"AGB has no option ObserveOptions\.selector"):
        agb.operator.observe(ObserveOptions("x", selector="#a"))
    with pytest.raises(BrowserUsageError, match=r"AGB has no option ExtractOptions\.max_page"):
        agb.operator.extract(ExtractOptions("x", Product, max_page=2))
    with pytest.raises(BrowserUsageError, match="AGB has no tool page_use_login"):
        agb.operator.login("{}")
    assert bay.cloud.calls + agb.cloud.calls == []


def test_invalid_arguments_raise_before_anything_is_sent() -> None:
    scene, wrong = Scene(), {"x": 0, "y": 0, "width": 1, "height": "1"}
    operator: Any = scene.operator
    calls: list[Callable[[], Any]] = [
        lambda: operator.screenshot(quality=101),
        lambda: operator.screenshot(quality=True),
        lambda: operator.screenshot(full_page=1),
        lambda: operator.screenshot(timeout=0),
        lambda: operator.screenshot(clip={"x": 0, "y": 0, "width": 1}),
        lambda: operator.screenshot(clip=wrong),
        lambda: operator.screenshot(clip=wrong | {"height": 0}),
        lambda: operator.screenshot(clip=wrong | {"height": float("nan")}),
        lambda: operator.screenshot(clip=wrong | {"height": 1, "z": 1}),
        lambda: operator.act("click"),
        lambda: operator.act(None),
        lambda: operator.act(ActOptions("x"), poll_interval=0),
        lambda: operator.observe(ActOptions("x")),
        lambda: operator.extract(ObserveOptions("x")),
        lambda: operator.login("not JSON"),
        lambda: operator.login("[]"),
        lambda: operator.login("{}", use_vision="yes"),
    ]
    for call in calls:
        with pytest.raises(BrowserUsageError):
            call()
    assert scene.cloud.calls == []
