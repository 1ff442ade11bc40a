"""The tools of a phone, and the commands that configure it. AgentBay only."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, TypeVar, cast

from pydantic import ConfigDict, Field

from ..core import validation
from ..core.encoding import TEXT_ASCII
from ..core.errors import ScreenError
from ..core.operation import Operation
from ..core.tool import Tool
from ..core.wire_model import NullableStr, Wire, parse_json_list
from ..models.key_code import KeyCode
from ..models.mobile import AdbUrlResult, UIBounds, UIElement, UIElementListResult
from ..models.mobile_config import MobileConfig, MobileSimulateMode, check_packages
from ..models.screen import BoolResult, ScreenshotResult
from . import command
from .input import ClickArgs, MoveArgs
from .screen import CAPTURE_SERVER, UI_SERVER, action_tool, parse_screenshot, picture_format
from .session import SessionRef

Q = TypeVar("Q", bound=Wire)

ELEMENT_FORMATS = ("json", "xml")
BUTTONS = ("left", "right", "middle")
MOBILE_INFO_FOLDER = "/agentbay_mobile_info/"
"""The folder below the path of another context."""
MOBILE_INFO_FILE = "dev_info.json"
SIMULATION_OPTIONS: dict[str, str] = {
    MobileSimulateMode.SENSORS_ONLY: "-sensors",
    MobileSimulateMode.PACKAGES_ONLY: "-packages",
    MobileSimulateMode.SERVICES_ONLY: "-services",
    MobileSimulateMode.ALL: "-all",
}
_INTEGER = re.compile(r"-?\d+")


class SwipeArgs(Wire):
    start_x: int
    start_y: int
    end_x: int
    end_y: int
    duration_ms: int


class KeyArgs(Wire):
    key: int


class ClickableArgs(Wire):
    timeout_ms: int


class ElementsArgs(ClickableArgs):
    format: str


class LongScreenshotArgs(Wire):
    max_screens: int
    format: str
    quality: int | None = None


class AdbLinkRequest(SessionRef):
    """``option`` holds the public key of the caller's adb."""

    option: Annotated[dict[str, str], TEXT_ASCII]


class AdbLinkAnswer(Wire):
    url: str = Field(min_length=1)


class ElementAnswer(Wire):
    """An element, with any further fields."""

    model_config = ConfigDict(extra="allow")

    bounds: Any = ""
    class_name: NullableStr = ""
    text: NullableStr = ""
    type: NullableStr = ""
    resource_id: NullableStr = ""
    index: int | None = None
    is_parent: bool | None = None
    content_desc: NullableStr = ""
    package: NullableStr = ""
    element_id: NullableStr = ""
    children: "list[ElementAnswer] | None" = None

    def element(self) -> UIElement:
        """Return the public value."""
        extra = self.model_extra or {}
        return UIElement(
            bounds=self.bounds,
            bounds_rect=parse_bounds(self.bounds),
            class_name=self.class_name,
            text=self.text,
            type=self.type,
            resource_id=self.resource_id,
            index=-1 if self.index is None else self.index,
            is_parent=bool(self.is_parent),
            content_desc=self.content_desc or str(extra.get("contentDescription") or ""),
            package=self.package,
            element_id=self.element_id,
            extra=extra,
            children=tuple(child.element() for child in self.children or ()),
        )


def parse_bounds(bounds: Any) -> UIBounds | None:
    """Parse a position: ``l,t,r,b``, ``[l,t][r,b]``, or an object of whole numbers; return None for another."""
    if isinstance(bounds, str):
        edges: list[object] = [int(number) for number in _INTEGER.findall(bounds)[:4]]
    elif isinstance(bounds, Mapping):
        fields = cast("Mapping[str, object]", bounds)
        edges = [fields.get(edge) for edge in ("left", "top", "right", "bottom")]
    else:
        return None
    whole = [edge for edge in edges if isinstance(edge, int) and not isinstance(edge, bool)]
    return UIBounds(*whole) if len(whole) == 4 else None


def parse_elements(text: str) -> Mapping[str, Any]:
    """Parse elements: a JSON array of trees, or XML, which is kept as it is."""
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return {"data": (), "raw": text, "format": "xml"}
    return {"data": tuple(answer.element() for answer in parse_json_list(ElementAnswer, text)), "raw": text}


def element_format(value: object) -> str:
    """Return the format of elements, in lower case."""
    name = value.strip().lower() if isinstance(value, str) else value
    validation.choice("format", name, ELEMENT_FORMATS, ScreenError)
    return str(name)


def key_code(value: object) -> int:
    """Return the code of a key."""
    return int(validation.integer("key", value, ScreenError, min(KeyCode), max(KeyCode)))


def long_screenshot_args(max_screens: object, format: object, quality: object) -> LongScreenshotArgs:
    """Return the arguments of a long screenshot."""
    return LongScreenshotArgs(
        max_screens=validation.integer("max_screens", max_screens, ScreenError, 2, 10),
        format=picture_format(format),
        quality=None if quality is None else validation.integer("quality", quality, ScreenError, 1, 100),
    )


def setting_commands(config: MobileConfig, time: float) -> list[tuple[str, str]]:
    """Return the settings of a phone, each with the command that applies it, in the order of the official client.

    ``time``, in seconds since the epoch, makes the phone read the list of protected packages again.
    """
    check_packages(config, ScreenError)
    return list(_setting_commands(config, int(time)))


def _setting_commands(config: MobileConfig, time: int) -> Iterator[tuple[str, str]]:
    if config.lock_resolution is not None:
        yield "lock_resolution", f"setprop sys.wuying.lockres {int(config.lock_resolution)}"
    if rule := config.app_manager_rule:
        name, switch = ("whitelist", 2) if rule.rule_type == "White" else ("blacklist", 1)
        refresh = f"setprop rw.wy.pm_{name}.refresh 1\nsetprop persist.wy.pm_blacklist.switch {switch}"
        yield "app_manager_rule", _list_command(f"pm_{name}.txt", rule.app_package_name_list, refresh)
    if config.hide_navigation_bar is not None:
        shown = "false" if config.hide_navigation_bar else "true"
        yield "hide_navigation_bar", f"setprop persist.wy.hasnavibar {shown}; killall com.android.systemui"
    if config.uninstall_blacklist is not None:
        refresh = f"setprop persist.wy.pm_lock.trigger {time}"
        yield "uninstall_blacklist", _list_command("pm_lock.conf", config.uninstall_blacklist, refresh)


def _list_command(file: str, packages: Sequence[str], refresh: str) -> str:
    """Return the command that replaces a list of packages, and makes the phone read it."""
    path = f"/data/system/{file}"
    lines = "\n".join(packages)
    return f"cat > {path} << 'EOF'\n{lines}\nEOF\nchmod 644 {path}\n{refresh}\n"


def simulation_commands(config: MobileConfig) -> list[tuple[str, str]]:
    """Return the command by which a new phone simulates another one; without an option it takes the properties only."""
    simulation = config.simulate_config
    if not simulation or not simulation.simulate or not simulation.simulate_path:
        return []
    path = shlex.quote(simulation.simulate_path)
    option = SIMULATION_OPTIONS.get(simulation.simulate_mode or "", "")
    return [("simulate_config", f"chmod -R a+rwx {path}; wya apply {option} {path}/{MOBILE_INFO_FILE}")]


def _parse_setting(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the outcome of a command without its output."""
    return {name: fields[name] for name in ("success", "code", "error_message") if name in fields} or {"data": True}


def _phone_tool(name: str, about: str, args: type[Q]) -> Tool[Q, BoolResult]:
    return replace(action_tool(name, about, args), only="agentbay")


def _element_tool(name: str, about: str, args: type[Q]) -> Tool[Q, UIElementListResult]:
    return Tool(
        name=name,
        server=UI_SERVER,
        about=about,
        args=args,
        result=UIElementListResult,
        read=parse_elements,
        only="agentbay",
    )


TAP = _phone_tool("tap", "Tap the screen.", MoveArgs)
CLICK = _phone_tool("click", "Click on the screen.", ClickArgs)
SWIPE = _phone_tool("swipe", "Swipe over the screen.", SwipeArgs)
SEND_KEY = _phone_tool("send_key", "Press a key of the phone.", KeyArgs)
CLICKABLE = _element_tool("get_clickable_ui_elements", "List the elements that can be tapped.", ClickableArgs)
ELEMENTS = _element_tool("get_all_ui_elements", "List all elements of the user interface.", ElementsArgs)
LONG_SCREENSHOT = Tool(
    name="long_screenshot",
    server=CAPTURE_SERVER,
    about="Scroll down, take a screenshot of several screens, and return it in base64.",
    args=LongScreenshotArgs,
    result=ScreenshotResult,
    read=partial(parse_screenshot, "png"),
    only="agentbay",
)
CONFIGURE = Tool(
    name=command.SHELL.name,
    server=command.SHELL.server,
    about="Change a setting of the phone.",
    args=command.ShellArgs,
    result=BoolResult,
    read=lambda text: _parse_setting(command.parse_response(text)),
    read_error=lambda text: _parse_setting(command.parse_failure(text)),
    only="agentbay",
)
"""The shell, reduced to its outcome."""
GET_ADB_LINK = Operation(
    action="GetAdbLink",
    agb=None,
    request=AdbLinkRequest,
    answer=AdbLinkAnswer,
    result=AdbUrlResult,
    fields=lambda answer: {"data": answer.url},
    idempotent=True,
)
