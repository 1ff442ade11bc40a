"""The desktop: what is checked before it is sent, the groups, and what is read of the answers."""

import json
import re
from typing import Any

import httpx
import pytest

from sessionbay import (
    AppProcess,
    AsyncAGB,
    AsyncAgentBay,
    AsyncComputer,
    AsyncSession,
    InstalledApp,
    MouseButton,
    ScreenError,
    ScreenUsageError,
    ScrollDirection,
)

from ..fake_cloud import KEY, FakeCloud, yes

APP = '[{"name":"AptURL","start_cmd":"apturl %u","stop_cmd":"","work_directory":null}]'
PROCESS = '[{"pname":"chrome","pid":4443},{"pname":"cat","pid":4444,"cmdline":"cat"}]'
WINDOW = '{"window_id":7,"window_title":"Terminal","child_windows":[{"window_id":8}]}'


def on(text: str = "", *, is_error: bool = False, **options: Any) -> tuple[AsyncComputer, FakeCloud]:
    """Return a desktop whose tools answer so, and its cloud."""
    content = {"content": [{"type": "text", "text": text}], "isError": is_error}
    cloud = FakeCloud(CallMcpTool=yes(content))
    return AsyncSession(AsyncAgentBay(api_key=KEY, transport=cloud, **options), "session-1").computer, cloud


def sent(cloud: FakeCloud) -> list[tuple[str, Any]]:
    return [(form["Name"], json.loads(form["Args"])) for form in cloud.forms]


NO_COORDINATES = [1.5, -1, 65536, True, "10", None]
MISTAKES = [
    *[("click_mouse", (bad, 1), f"x must be a whole number from 0 to 65535, not {bad!r}") for bad in NO_COORDINATES],
    ("move_mouse", (0, 1.0), "y must be a whole number"),
    ("drag_mouse", (1, 2, 3, -4), "to_y must be a whole number"),
    ("click_mouse", (1, 2, "double_right"), "'middle' or 'double_left', not 'double_right'"),
    ("click_mouse", (1, 2, None), "button must be 'left'"),
    ("drag_mouse", (1, 2, 3, 4, MouseButton.DOUBLE_LEFT), "'left' or 'right' or 'middle', not"),
    ("scroll", (1, 2, "sideways"), "direction must be 'up' or 'down'"),
    ("scroll", (1, 2, "up", 0), "amount must be a whole number of 1 or more"),
    ("scroll", (1, 2, "up", 1.0), "amount must be a whole number of 1 or more"),
    ("input_text", (5,), "text must be a string"),
    ("input_text", ("\ud800",), "lone surrogate"),
    ("press_keys", (["Ctlr"],), "the nearest name is 'Ctrl'"),
    ("press_keys", (["a"], "yes"), "hold must be True or False"),
    ("release_keys", ([],), "keys must not be empty"),
    ("list_root_windows", (0,), "timeout_ms must be"),
    ("get_active_window", (-1,), "timeout_ms must be"),
    ("activate_window", (0,), "window_id must be a whole number of 1 or more"),
    ("close_window", ("7",), "window_id must be"),
    ("resize_window", (7, 0, 600), "width must be a whole number from 1 to 65535"),
    ("resize_window", (7, 800, True), "height must be"),
    ("focus_mode", (1,), "on must be True or False"),
    ("get_installed_apps", (None,), "start_menu must be True or False"),
    ("start_app", (" ",), "start_cmd must be a string that is not blank"),
    ("start_app", ("xterm", None), "work_directory must be a string"),
    ("stop_app_by_pname", ("",), "pname must be"),
    ("stop_app_by_pid", (0,), "pid must be a whole number of 1 or more"),
    ("stop_app_by_cmd", (None,), "stop_cmd must be"),
]


@pytest.mark.one_driver
@pytest.mark.parametrize(("method", "arguments", "message"), MISTAKES)
async def test_a_mistake_raises_before_anything_is_sent(method: str, arguments: tuple[Any, ...], message: str) -> None:
    computer, cloud = on()
    with pytest.raises(ScreenUsageError, match=re.escape(message)):
        await getattr(computer, method)(*arguments)
    assert cloud.requests == []


async def test_words_and_members_are_sent_alike() -> None:
    computer, cloud = on()
    await computer.click_mouse(0, 65535, "right")
    await computer.click_mouse(0, 65535, MouseButton.RIGHT)
    await computer.scroll(1, 2, ScrollDirection.LEFT)
    await computer.scroll(1, 2, "left")
    calls = sent(cloud)
    assert (calls[0], calls[2]) == (calls[1], calls[3])
    assert calls[0] == ("click_mouse", {"x": 0, "y": 65535, "button": "right"})


async def test_keys_are_pressed_and_released_by_the_same_names() -> None:
    computer, cloud = on()
    await computer.press_keys(("CTRL", "A"), hold=True)
    await computer.release_keys(["CTRL", "A"])
    assert sent(cloud) == [
        ("press_keys", {"keys": ["Ctrl", "a"], "hold": True}),
        ("release_keys", {"keys": ["Ctrl", "a"]}),
    ]


async def test_the_groups_of_agb_call_the_same_tools() -> None:
    computer, cloud = on()
    await computer.mouse.click(1, 2)
    await computer.mouse.drag(x1=1, y1=2, x2=3, y2=4)
    await computer.keyboard.type("a")
    await computer.window.maximize(7)
    await computer.app.stop_by_pname("x")
    assert sent(cloud) == [
        ("click_mouse", {"x": 1, "y": 2, "button": "left"}),
        ("drag_mouse", {"from_x": 1, "from_y": 2, "to_x": 3, "to_y": 4, "button": "left"}),
        ("input_text", {"text": "a"}),
        ("maximize_window", {"window_id": 7}),
        ("stop_app_by_pname", {"pname": "x"}),
    ]


async def test_agb_sends_the_argument_that_its_change_log_names() -> None:
    content = {"content": [{"type": "text", "text": "[]"}], "isError": False}
    answer = httpx.Response(200, json={"success": True, "code": "ok", "requestId": "R", "data": content})
    bodies: list[Any] = []

    def reply(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return answer

    session = AsyncSession(AsyncAGB(api_key=KEY, transport=httpx.MockTransport(reply)), "session-1")
    assert (await session.computer.app.list_installed()).data == ()
    assert json.loads(bodies[0]["args"]) == {"start_menu": True, "desktop": False, "ignore_system_app": True}


async def test_the_modules_of_older_documents_are_groups() -> None:
    cloud = FakeCloud(CallMcpTool=yes({"content": [{"type": "text", "text": WINDOW}], "isError": False}))
    session = AsyncSession(AsyncAgentBay(api_key=KEY, transport=cloud), "session-1")
    assert session.application is session.computer.app
    active = await session.window.get_active_window(3000)
    assert active.window is not None
    assert (active.window.title, active.window.child_windows[0].window_id) == ("Terminal", 8)
    assert sent(cloud) == [("get_active_window", {"timeout_ms": 3000})]


async def test_an_action_succeeds_with_any_text_and_fails_with_the_machines_reason() -> None:
    for text in ("", "True", "whatever"):
        done = await on(text)[0].close_window(7)
        assert (done.success, done.data) == (True, True)
    refused = await on("no such window", is_error=True)[0].close_window(7)
    assert (refused.success, refused.data, refused.error_message) == (False, None, "no such window")
    with pytest.raises(ScreenError, match="no such window"):
        await on("no such window", is_error=True, strict=True)[0].stop_app_by_pid(1)


async def test_the_position_of_the_cursor_reads_like_the_wires() -> None:
    position = await on('{"x":512,"y":384}')[0].mouse.get_position()
    assert (position.x, position["y"], position.data) == (512, 384, {"x": 512, "y": 384})


async def test_applications_and_processes_are_values() -> None:
    apps = await on(APP)[0].get_installed_apps()
    assert apps.data == (InstalledApp("AptURL", "apturl %u", ""),)
    started = await on(PROCESS)[0].start_app("chrome")
    assert list(started) == [AppProcess("chrome", 4443), AppProcess("cat", 4444, "cat")]


@pytest.mark.parametrize("text", ["", "null", "[]"])
async def test_nothing_is_an_empty_list_and_no_window(text: str) -> None:
    computer, _ = on(text)
    assert (await computer.list_visible_apps()).data == (await computer.get_installed_apps()).data == ()
    assert (await computer.list_root_windows()).windows == []


async def test_no_active_window_is_a_success() -> None:
    active = await on("")[0].get_active_window()
    assert (active.success, active.window) == (True, None)


@pytest.mark.parametrize(
    "method", ["get_cursor_position", "list_root_windows", "get_active_window", "list_visible_apps"]
)
async def test_an_answer_in_another_format_raises(method: str) -> None:
    with pytest.raises(ScreenError, match=f"{method}: invalid response") as caught:
        await getattr(on("True")[0], method)()
    assert caught.value.kind == "invalid_response"


@pytest.mark.one_driver
async def test_the_local_engine_names_the_reason(session: AsyncSession) -> None:
    for refused in (await session.computer.click_mouse(1, 2), await session.computer.take_screenshot()):
        assert "have no desktop: use linux_latest" in refused.error_message
