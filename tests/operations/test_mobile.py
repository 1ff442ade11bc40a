"""The tools of a phone: what is parsed of its screen, and the commands that configure it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from sessionbay import AppManagerRule, KeyCode, MobileConfig, MobileSimulateConfig, MobileSimulateMode, ScreenUsageError
from sessionbay.operations import mobile as ops

RECT = {"left": 1, "top": -2, "right": 30, "bottom": 40}
BUTTON = {
    "bounds": "[0,10][100,60]",
    "className": "android.widget.Button",
    "text": None,
    "resourceId": "id/ok",
    "index": 3,
    "isParent": True,
    "contentDescription": "agree",
    "clickable": True,
    "children": [{"bounds": "1,2,3,4", "text": "x", "package": "com.a"}],
}


@pytest.mark.parametrize("bounds", [RECT, "1,-2,30,40", "[1,-2][30,40]", " 1 -2 30 40 50", RECT | {"more": 1}])
def test_a_position_is_read_in_every_form(bounds: Any) -> None:
    assert ops.parse_bounds(bounds) == RECT


@pytest.mark.parametrize(
    "bounds", [None, "", "1,2,3", 7, [1, 2, 3, 4], {}, RECT | {"top": "2"}, RECT | {"top": True}, RECT | {"top": 2.0}]
)
def test_another_position_is_none(bounds: Any) -> None:
    assert ops.parse_bounds(bounds) is None


@settings(max_examples=30)
@given(st.tuples(*[st.integers(-10_000, 10_000)] * 4))
def test_both_texts_of_a_position_mean_the_same(edges: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = edges
    found = ops.parse_bounds(f"[{left},{top}][{right},{bottom}]")
    assert found == ops.parse_bounds(f"{left},{top},{right},{bottom}") == dict(zip(RECT, edges, strict=True))


def test_an_element_keeps_every_key_of_the_wire() -> None:
    (element,) = ops.parse_elements(json.dumps([BUTTON]))["data"]
    assert {key: element[key] for key in BUTTON} == BUTTON | {"text": "", "children": element.children}
    assert (element.class_name, element.content_desc, element.index) == ("android.widget.Button", "agree", 3)
    assert (element.get("clickable"), element.get("checked")) == (True, None)
    assert element.bounds_rect.center == (50, 35)
    assert (element.children[0].text, element.children[0].package) == ("x", "com.a")
    assert (element.children[0].index, element.children[0].is_parent) == (-1, False)


def test_xml_is_kept_as_it_is() -> None:
    text = '\ufeff<?xml version="1.0"?><hierarchy rotation="0"/>'
    assert ops.parse_elements(text) == {"data": (), "raw": text, "format": "xml"}


@pytest.mark.parametrize("text", ["", "null", "[]"])
def test_nothing_is_no_elements(text: str) -> None:
    assert ops.parse_elements(text)["data"] == ()


@pytest.mark.parametrize("text", ["{}", "[1]", '[{"children": 1}]', "no JSON"])
def test_other_text_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ops.parse_elements(text)


def test_a_deep_tree_is_read() -> None:
    text = '[{"children":' * 90 + "[]" + "}]" * 90
    (element,) = ops.parse_elements(text)["data"]
    for _ in range(89):
        (element,) = element.children
    assert element.children == ()


def test_the_keys_are_those_of_android_and_the_guides() -> None:
    assert [int(key) for key in KeyCode] == list(range(289))
    short = [KeyCode.HOME, KeyCode.BACK, KeyCode.VOLUME_UP, KeyCode.VOLUME_DOWN, KeyCode.POWER, KeyCode.MENU]
    assert short == [3, 4, 24, 25, 26, 82]
    assert ops.key_code(KeyCode.KEYCODE_PROFILE_SWITCH) == 288


def test_settings_become_commands_in_order() -> None:
    config = MobileConfig(True, AppManagerRule("Black", ["a.b", "c_d"]), True, ["e.f"])
    commands = dict(ops.setting_commands(config, 1796007909.9))
    assert list(commands) == ["lock_resolution", "app_manager_rule", "hide_navigation_bar", "uninstall_blacklist"]
    assert commands["app_manager_rule"].startswith("cat > /data/system/pm_blacklist.txt << 'EOF'\na.b\nc_d\nEOF\nchmod")
    assert commands["uninstall_blacklist"].endswith("setprop persist.wy.pm_lock.trigger 1796007909\n")
    assert ops.setting_commands(MobileConfig(), 0) == []


@pytest.mark.parametrize("names", [[], ["a.b", "x'y"], ["a b"], ["a\nb"], ["EOF"], ["a\nEOF"], ["a.b\n"], [""]])
def test_names_that_could_change_a_command_are_refused(names: list[str]) -> None:
    for config in (MobileConfig(uninstall_blacklist=names), MobileConfig(True, AppManagerRule("White", names))):
        with pytest.raises(ScreenUsageError):
            ops.setting_commands(config, 0)


@pytest.mark.parametrize(
    ("mode", "option"),
    [(None, " "), ("PropertiesOnly", " "), (MobileSimulateMode.SENSORS_ONLY, " -sensors "), ("All", " -all ")],
)
def test_a_simulation_has_the_option_of_its_mode(mode: Any, option: str) -> None:
    config = MobileConfig(simulate_config=MobileSimulateConfig(True, "/data/info", mode))
    command = f"chmod -R a+rwx /data/info; wya apply{option.ljust(2)}/data/info/dev_info.json"
    assert ops.simulation_commands(config) == [("simulate_config", command)]


def test_the_path_of_a_simulation_is_quoted() -> None:
    config = MobileConfig(simulate_config=MobileSimulateConfig(True, "/a b;c"))
    assert ops.simulation_commands(config)[0][1].endswith(" '/a b;c'/dev_info.json")


def test_a_simulation_that_is_off_has_no_command() -> None:
    assert ops.simulation_commands(MobileConfig(simulate_config=MobileSimulateConfig(False, "/p"))) == []
    assert ops.simulation_commands(MobileConfig()) == []
