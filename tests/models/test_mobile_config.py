"""The settings of a phone: built as with the official client, validated at once."""

from typing import Any

import pytest

from sessionbay import AppManagerRule, ExtraConfigs, MobileConfig, MobileSimulateConfig, MobileSimulateMode
from sessionbay.models.strict_model import WIRE_CONTEXT


def test_the_settings_take_positional_arguments_in_the_official_order() -> None:
    rule = AppManagerRule("White", ["a.b"])
    simulation = MobileSimulateConfig(True, "/data/info", MobileSimulateMode.ALL, "SdkCtx-1")
    config = MobileConfig(True, rule, False, ["c.d"], simulation)
    assert config == MobileConfig(
        lock_resolution=True,
        app_manager_rule=AppManagerRule(rule_type="White", app_package_name_list=["a.b"]),
        hide_navigation_bar=False,
        uninstall_blacklist=("c.d",),
        simulate_config=MobileSimulateConfig(
            simulate=True, simulate_path="/data/info", simulate_mode="All", simulated_context_id="SdkCtx-1"
        ),
    )
    assert ExtraConfigs(config).mobile is config


def test_the_simulation_is_never_sent() -> None:
    config = MobileConfig(lock_resolution=False, simulate_config=MobileSimulateConfig(True, "/data/info"))
    assert config.dump() == {"lock_resolution": False}


def test_settings_are_parsed_from_the_wire_as_ever() -> None:
    wire = {"LockResolution": "True", "AppManagerRule": {"RuleType": "Black", "AppPackageNameList": ["a"], "More": 1}}
    parsed = MobileConfig.model_validate(wire, context=WIRE_CONTEXT)
    assert parsed == MobileConfig(True, AppManagerRule("Black", ["a"]))


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (AppManagerRule, ("Grey", ["a"]), "rule_type"),
        (AppManagerRule, ("White", "a.b"), "app_package_name_list"),
        (MobileSimulateConfig, (True, "/p", "Everything"), "simulate_mode"),
        (MobileConfig, (None, None, None, None, MobileSimulateConfig(True)), "upload the phone's description first"),
    ],
)
def test_a_wrong_value_is_a_value_error_at_once(kind: Any, given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind(*given)


def test_assigned_values_are_validated_too() -> None:
    config = MobileConfig()
    config.uninstall_blacklist = ["a.b"]  # type: ignore[assignment]  # any list will do
    assert config.uninstall_blacklist == ("a.b",)
    with pytest.raises(ValueError, match="lock_resolution"):
        config.lock_resolution = "perhaps"  # type: ignore[assignment]
