"""The settings of a phone, and its simulation of another one."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ..core import validation
from ..core.public import public
from .strict_model import StrictModel, positional

MOBILE_INFO_PATH = "/data/agentbay_mobile_info"
"""The folder, in a session, of a context that ``MobileSimulateService`` made."""


@public
class AppManagerRule(StrictModel):
    """The apps that a phone shows: only the listed ones (``White``), or all others (``Black``)."""

    rule_type: Literal["White", "Black"]
    app_package_name_list: tuple[str, ...]

    @positional
    def __init__(self, rule_type: Literal["White", "Black"], app_package_name_list: Sequence[str]) -> None: ...


@public
class MobileSimulateMode(StrEnum):
    """The part of a phone that is simulated."""

    PROPERTIES_ONLY = "PropertiesOnly"
    SENSORS_ONLY = "SensorsOnly"
    PACKAGES_ONLY = "PackagesOnly"
    SERVICES_ONLY = "ServicesOnly"
    ALL = "All"


ModeOrText = MobileSimulateMode | Literal["PropertiesOnly", "SensorsOnly", "PackagesOnly", "ServicesOnly", "All"]


@public
class MobileSimulateConfig(StrictModel):
    """The simulation of another phone, as ``MobileSimulateService.get_simulate_config`` returns it.

    Attributes:
        simulate: Whether a new session simulates the phone.
        simulate_path: The folder of ``dev_info.json`` in the session.
        simulate_mode: The simulated part; None is ``PropertiesOnly``.
        simulated_context_id: The context that holds the file, if the service made it. ``create`` mounts it.
    """

    simulate: bool = False
    simulate_path: str | None = None
    simulate_mode: Annotated[ModeOrText | None, AfterValidator(lambda mode: mode and MobileSimulateMode(mode))] = None
    simulated_context_id: str | None = None

    @positional
    def __init__(
        self,
        simulate: bool = False,
        simulate_path: str | None = None,
        simulate_mode: ModeOrText | None = None,
        simulated_context_id: str | None = None,
    ) -> None: ...


@public
class MobileConfig(StrictModel):
    """Settings of a phone; None leaves a setting as it is.

    Attributes:
        lock_resolution: Whether the resolution of the display is fixed.
        app_manager_rule: The apps that may run.
        hide_navigation_bar: Whether the navigation bar is hidden.
        uninstall_blacklist: The packages that cannot be uninstalled.
        simulate_config: The phone to simulate. It takes effect in a new session only.
    """

    lock_resolution: bool | None = None
    app_manager_rule: AppManagerRule | None = None
    hide_navigation_bar: bool | None = None
    uninstall_blacklist: tuple[str, ...] | None = None
    simulate_config: MobileSimulateConfig | None = Field(default=None, exclude=True)

    @positional
    def __init__(
        self,
        lock_resolution: bool | None = None,
        app_manager_rule: AppManagerRule | None = None,
        hide_navigation_bar: bool | None = None,
        uninstall_blacklist: Sequence[str] | None = None,
        simulate_config: MobileSimulateConfig | None = None,
    ) -> None: ...

    @model_validator(mode="after")
    def _simulation_needs_path(self) -> "MobileConfig":
        simulation = self.simulate_config
        if simulation and simulation.simulate and not simulation.simulate_path:
            raise ValueError("simulate_config has no simulate_path: upload the phone's description first")
        return self


MobileExtraConfig = MobileConfig


@public
class ExtraConfigs(StrictModel):
    """Settings of special kinds of sessions."""

    mobile: MobileConfig | None = None

    @positional
    def __init__(self, mobile: MobileConfig | None = None) -> None: ...


def check_packages(config: MobileConfig, errors: validation.Errors) -> None:
    """Raise unless each list of packages has names, and only such that can be sent in a command."""
    if rule := config.app_manager_rule:
        validation.package_names("app_package_name_list", rule.app_package_name_list, errors)
    if config.uninstall_blacklist is not None:
        validation.package_names("uninstall_blacklist", config.uninstall_blacklist, errors)
