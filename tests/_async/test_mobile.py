"""Phones: results of touch, settings and adb; checks before sending; settings of new sessions."""

import json
from typing import Any

import httpx
import pytest

from sessionbay import (
    AppManagerRule,
    AsyncAGB,
    AsyncAgentBay,
    AsyncSession,
    ExtraConfigs,
    KeyCode,
    MobileConfig,
    MobileSimulateConfig,
    RetryPolicy,
    ScreenError,
    ScreenUsageError,
    SessionUsageError,
)

from ..fake_cloud import KEY, FakeCloud, no, session_data, yes

WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("tap", (1.5, 2), "x must be a whole number"),
    ("tap", (1, -2), "y must be a whole number"),
    ("swipe", (1, 2, 3, "4"), "end_y must be"),
    ("swipe", (1, 2, 3, 4, 0), "duration_ms must be"),
    ("input_text", (b"x",), "text must be a string"),
    ("send_key", (289,), "key must be a whole number from 0 to 288, not 289"),
    ("send_key", (-1,), "key must be"),
    ("send_key", ("HOME",), "key must be"),
    ("get_clickable_ui_elements", (0,), "timeout_ms must be"),
    ("get_all_ui_elements", (2000, "yaml"), "format must be 'json' or 'xml', not 'yaml'"),
    ("get_all_ui_elements", (2000, None), "format must be"),
    ("beta_take_long_screenshot", (11,), "max_screens must be a whole number from 2 to 10"),
    ("beta_take_long_screenshot", (4, "gif"), "format must be"),
    ("beta_take_long_screenshot", (4, "jpeg", 0), "quality must be a whole number from 1 to 100"),
    ("configure", (MobileConfig(),), "mobile_config must change a setting"),
    ("configure", ({"lock_resolution": True},), "mobile_config must be of the class"),
    ("configure", (MobileConfig(True, AppManagerRule("White", [])),), "app_package_name_list must not be empty"),
    ("set_resolution_lock", (1,), "enable must be True or False"),
    ("set_navigation_bar_visibility", ("no",), "hide must be True or False"),
    ("set_app_whitelist", ([],), "package_names must not be empty"),
    ("set_app_blacklist", (["a.b", "x'y"],), r"package_names\[1\] must be the name of a package"),
    ("set_uninstall_blacklist", ("a.b",), "package_names must be a list"),
    ("get_adb_url", (" ",), "adbkey_pub must be"),
]
SETTINGS = MobileConfig(True, AppManagerRule("White", ["a.b"]), False)


def text(value: str, *, is_error: bool = False) -> Any:
    return yes({"content": [{"type": "text", "text": value}], "isError": is_error})


def ran(exit_code: int = 0, stderr: str = "") -> Any:
    return text(json.dumps({"stdout": "", "stderr": stderr, "exit_code": exit_code}))


def on(*answers: Any, **options: Any) -> tuple[AsyncSession, FakeCloud]:
    """Return a session whose tools answer so, and its cloud."""
    cloud = FakeCloud(CallMcpTool=answers)
    return AsyncSession(AsyncAgentBay(api_key=KEY, transport=cloud, **options), "session-1"), cloud


@pytest.mark.parametrize(("method", "args", "message"), WRONG)
async def test_a_mistake_raises_before_anything_is_sent(method: str, args: tuple[Any, ...], message: str) -> None:
    session, cloud = on(ran())
    with pytest.raises(ScreenUsageError, match=message):
        await getattr(session.mobile, method)(*args)
    assert cloud.requests == []


async def test_a_refusal_is_a_result_and_an_error_of_a_strict_client() -> None:
    session, _ = on(text("no such key", is_error=True))
    pressed = await session.mobile.send_key(KeyCode.KEYCODE_CUT)
    assert (pressed.success, pressed.data, pressed.error_message) == (False, None, "no such key")
    assert not await session.mobile.get_all_ui_elements()
    strict, _ = on(text("no such key", is_error=True), strict=True)
    with pytest.raises(ScreenError, match="no such key"):
        await strict.mobile.tap(1, 2)


async def test_elements_are_values_that_lead_to_a_tap() -> None:
    shown = '[{"bounds": "[0,10][100,60]", "text": "OK", "clickable": true, "children": [{"text": "x"}]}]'
    session, cloud = on(text(shown), text("True"))
    found = await session.mobile.get_clickable_ui_elements()
    (element,) = found
    assert (found.elements, found.raw, found.format) == ([element], shown, "json")
    assert (element["clickable"], element.children[0].text, element.bounds_rect is not None) == (True, "x", True)
    assert element.bounds_rect
    assert await session.mobile.tap(*element.bounds_rect.center)
    assert json.loads(cloud.forms[-1]["Args"]) == {"x": 50, "y": 35}


async def test_an_answer_that_holds_no_elements_raises() -> None:
    session, _ = on(text("the phone sleeps"))
    with pytest.raises(ScreenError, match="invalid response") as caught:
        await session.mobile.get_all_ui_elements(format=" XML ")
    assert caught.value.kind == "invalid_response"


async def test_all_settings_are_tried_and_the_refused_ones_are_named() -> None:
    session, cloud = on(ran(1, "denied"), ran(), text("[timeout] too slow", is_error=True))
    changed = await session.mobile.configure(SETTINGS)
    reasons = "lock_resolution: exit code 1: denied; hide_navigation_bar: [timeout] too slow"
    assert (changed.success, changed.code, changed.error_message) == (False, "exit_code", reasons)
    assert [json.loads(form["Args"])["command"].partition("\n")[0] for form in cloud.forms] == [
        "setprop sys.wuying.lockres 1",
        "cat > /data/system/pm_whitelist.txt << 'EOF'",
        "setprop persist.wy.hasnavibar true; killall com.android.systemui",
    ]


async def test_a_setting_that_is_refused_raises_for_a_strict_client() -> None:
    session, _ = on(ran(1), strict=True)
    with pytest.raises(ScreenError, match="lock_resolution: exit code 1"):
        await session.mobile.set_resolution_lock(True)


async def test_adb_is_a_command_to_run() -> None:
    cloud = FakeCloud(GetAdbLink=[yes({"Url": "adb connect 203.0.113.7:54321"}), no("NotSupported", "needs mobile")])
    mobile = AsyncSession(AsyncAgentBay(api_key=KEY, transport=cloud), "session-1").mobile
    reached = await mobile.get_adb_url("QAAA\u00e9")
    assert (str(reached), reached.data) == ("adb connect 203.0.113.7:54321", "adb connect 203.0.113.7:54321")
    assert cloud.forms[0]["Option"] == '{"adbkey_pub": "QAAA\\u00e9"}'
    assert (await mobile.get_adb_url("x")).error_message == "[NotSupported] needs mobile"


async def test_agb_has_no_phones() -> None:
    cloud = FakeCloud()
    session = AsyncSession(AsyncAGB(api_key=KEY, transport=cloud), "session-1")
    for module, method, args in (
        ("mobile", "tap", (1, 2)),
        ("mobile", "input_text", ("x",)),
        ("mobile", "start_app", ("monkey -p a.b 1",)),
        ("mobile", "take_screenshot", ()),
        ("mobile", "set_resolution_lock", (True,)),
        ("mobile", "get_adb_url", ("x",)),
        ("ui", "click", (1, 2)),
    ):
        with pytest.raises(ScreenUsageError, match="AGB has no phones: use AgentBay"):
            await getattr(getattr(session, module), method)(*args)
    assert (cloud.requests, repr(session.mobile)) == ([], f"<{type(session.mobile).__name__} of session-1>")


async def test_the_older_documents_click() -> None:
    session, cloud = on(text("True"))
    assert await session.ui.click(1, 2)
    assert await session.ui.send_key(KeyCode.BACK)
    assert [(form["Name"], json.loads(form["Args"])) for form in cloud.forms] == [
        ("click", {"x": 1, "y": 2, "button": "left"}),
        ("send_key", {"key": 4}),
    ]
    with pytest.raises(ScreenUsageError, match="button must be"):
        await session.ui.click(1, 2, "double_left")


async def test_the_local_engine_refuses_phones_by_name(bay_session: AsyncSession) -> None:
    assert "needs a phone" in (await bay_session.mobile.tap(1, 2)).error_message
    assert (await bay_session.mobile.get_adb_url("x")).code == "ActionNotSupportedLocally"


def creates(*answers: Any) -> tuple[AsyncAgentBay, FakeCloud]:
    cloud = FakeCloud(CreateMcpSession=yes(session_data(ToolList=None)), CallMcpTool=answers or [ran()])
    return AsyncAgentBay(api_key=KEY, transport=cloud, retry=RetryPolicy(attempts=1)), cloud


async def test_settings_of_a_new_session_that_are_refused_are_reported_with_it() -> None:
    bay, _ = creates(ran(), httpx.ConnectError("lost"))
    created = await bay.create(extra_configs=ExtraConfigs(MobileConfig(True, hide_navigation_bar=True)))
    assert created.success
    assert created.mobile_error
    bay, cloud = creates(ran(), ran(1), ran())
    simulation = MobileSimulateConfig(True, "/data/info")
    created = await bay.create(extra_configs=ExtraConfigs(MobileConfig(True, None, True, None, simulation)))
    assert (created.success, created.mobile_error) == (True, "hide_navigation_bar: exit code 1")
    assert cloud.requests == ["CreateMcpSession", *["CallMcpTool"] * 3]


async def test_a_simulation_alone_sends_no_settings() -> None:
    bay, cloud = creates(ran(127, "wya: not found"))
    simulation = MobileSimulateConfig(True, "/data/info", "All")
    created = await bay.create(extra_configs=ExtraConfigs(MobileConfig(simulate_config=simulation)))
    assert created.mobile_error == "simulate_config: exit code 127: wya: not found"
    assert [name for name in cloud.forms[0] if name.startswith("ExtraConfigs")] == []


async def test_wrong_packages_of_a_new_session_raise_before_anything_is_sent() -> None:
    bay, cloud = creates()
    for phone in (MobileConfig(uninstall_blacklist=["x'y"]), MobileConfig(None, AppManagerRule("Black", []))):
        with pytest.raises(SessionUsageError, match="name"):
            await bay.create(extra_configs=ExtraConfigs(phone))
    assert cloud.requests == []
