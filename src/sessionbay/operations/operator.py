"""The tools of the browser operator, their arguments, and the parsers of their results."""

import json
import math
import re
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from pydantic import Field

from ..core import validation
from ..core.errors import BrowserError
from ..core.tool import NoArgs, Tool, parse_done, parse_text
from ..core.wire_model import Wire
from ..dialects.base import Dialect
from ..models.browser import BrowserResult
from ..models.operator import (
    ActOptions,
    ActResult,
    ExtractOptions,
    ExtractResult,
    NavigateResult,
    ObserveListResult,
    ObserveOptions,
    ObserveResult,
    OperatorOptions,
    OperatorTaskResult,
    PageScreenshotResult,
    PageSnapshotResult,
    TabListResult,
)
from .operator_results import (
    parse_act,
    parse_extract,
    parse_json_value,
    parse_login,
    parse_observe,
    parse_observe_at_once,
    parse_screenshot,
    parse_snapshot,
    parse_tabs,
    parse_task,
)

Q = TypeVar("Q", bound="PageArgs")
R = TypeVar("R", bound=OperatorTaskResult[Any])

SERVER = "wuying_browseruse"
OWN_SERVER = "sessionbay_browser"  # of the tools that only the local engine has
WAIT_TIMEOUT = 300.0  # seconds
SCHEMES = ("http", "https", "about", "chrome", "chrome-extension", "data", "file")
CLIP = ("x", "y", "width", "height")


class UrlArgs(Wire):
    url: str


class PageArgs(Wire):
    """The page of a call: by default the one that has the focus."""

    context_id: int = 0
    page_id: str | None = None


class ScreenshotArgs(PageArgs):
    full_page: bool
    quality: int
    clip: dict[str, Any] | None = None
    timeout: int | None = None


class ActArgs(PageArgs):
    """The fields stand in an order that is right for both clouds, each of which has some of them."""

    trace_id: str | None = None
    action: str
    variables: dict[str, str] | None = Field(default=None, repr=False)
    timeout_ms: int | None = None
    iframes: bool | None = None
    dom_settle_timeout_ms: int | None = None
    use_vision: bool | None = None
    timeout: int | None = None


class ObserveArgs(PageArgs):
    instruction: str
    iframes: bool | None = None
    dom_settle_timeout_ms: int | None = None
    use_vision: bool | None = None
    selector: str | None = None
    trace_id: str | None = None


class ExtractArgs(PageArgs):
    instruction: str
    field_schema: str
    use_text_extract: bool | None = None
    use_vision: bool | None = None
    selector: str | None = None
    iframe: bool | None = None
    dom_settle_timeout_ms: int | None = None
    max_page: int | None = None
    trace_id: str | None = None


class LoginArgs(PageArgs):
    login_config: str = Field(repr=False)
    use_vision: bool | None = None

    def dump(self, case: Any = str) -> Any:
        """Return the plain value. The clouds' client sends the configuration first."""
        return {"login_config": self.login_config, **super().dump(case)}


class TaskArgs(Wire):
    task_id: str


@dataclass(frozen=True, eq=False)
class Task(Generic[Q, R]):
    """Work that one tool starts, and of which another returns the result once it is there."""

    start: Tool[Q, R]
    poll: Tool[TaskArgs, R]


def checked_url(value: object) -> str:
    """Return a URL that a browser can open."""
    url = validation.text("url", value, BrowserError)
    scheme, _, rest = url.partition(":")
    if scheme.lower() not in SCHEMES or not rest:
        hint = f"; did you mean {f'https://{url}'!r}?" if re.match(r"[\w.-]+\.\w|localhost", url) else ""
        raise BrowserError.usage(f"url must begin with one of {', '.join(SCHEMES)} and a colon, not {url!r}{hint}")
    if scheme.lower() in ("http", "https") and not re.match(r"//[^/?#\s]", rest):
        raise BrowserError.usage(f"url names no host: {url!r}")
    return url


def checked_clip(value: object) -> dict[str, float] | None:
    """Return the rectangle of a picture: four numbers, in the order of the wire."""
    if value is None:
        return None
    given = validation.json_object("clip", value, BrowserError)
    numbers = [given.get(name) for name in CLIP]
    if given.keys() != set(CLIP) or not all(type(number) in (int, float) for number in numbers):
        raise BrowserError.usage(f"clip must have the numbers {', '.join(CLIP)} and nothing else, not {value!r}")
    if given["width"] <= 0 or given["height"] <= 0:
        raise BrowserError.usage(f"clip must have a width and a height above 0, not {value!r}")
    return {name: given[name] for name in CLIP}


def screenshot_args(full_page: object, quality: object, clip: object, timeout: object) -> ScreenshotArgs:
    """Return the arguments of a screenshot."""
    return ScreenshotArgs(
        full_page=validation.boolean("full_page", full_page, BrowserError),
        quality=validation.integer("quality", quality, BrowserError, 0, 100),
        clip=checked_clip(clip),
        timeout=None if timeout is None else validation.count("timeout", timeout, BrowserError),
    )


def act_args(given: ActOptions | ObserveResult, dialect: Dialect, trace_id: str) -> ActArgs:
    """Return the arguments of an action, which is described in words or is an observed element."""
    _require_kind("action_input", given, ActOptions, ObserveResult)
    trace = trace_id if dialect.traces_tasks else None
    if isinstance(given, ObserveResult):
        step = {"method": given.method, "arguments": given.arguments}
        if given.selector:  # the official clients leave it out, so that a server has to guess the element
            step["selector"] = given.selector
        return ActArgs(trace_id=trace, action=json.dumps(step))
    _require_cloud(given, dialect)
    return ActArgs(
        trace_id=trace,
        action=given.action,
        variables=None if given.variables is None else dict(given.variables),
        timeout_ms=given.timeoutMS,
        iframes=given.iframes,
        dom_settle_timeout_ms=given.dom_settle_timeout_ms,
        use_vision=given.use_vision,
        timeout=math.ceil(wait_timeout(given)) if trace and given.timeout is not None else None,
    )


def observe_args(options: ObserveOptions, dialect: Dialect, trace_id: str) -> ObserveArgs:
    """Return the arguments of an observation."""
    _require_kind("options", options, ObserveOptions)
    _require_cloud(options, dialect)
    return ObserveArgs(
        instruction=options.instruction,
        iframes=options.iframes,
        dom_settle_timeout_ms=options.dom_settle_timeout_ms,
        use_vision=options.use_vision,
        selector=options.selector,
        trace_id=trace_id if dialect.traces_tasks else None,
    )


def extract_args(options: ExtractOptions[Any], dialect: Dialect, trace_id: str) -> ExtractArgs:
    """Return the arguments of an extraction."""
    _require_kind("options", options, ExtractOptions)
    _require_cloud(options, dialect)
    return ExtractArgs(
        instruction=options.instruction,
        field_schema=f"schema: {json.dumps(options.json_schema())}",
        use_text_extract=options.use_text_extract,
        use_vision=options.use_vision,
        selector=options.selector,
        iframe=options.iframe,
        dom_settle_timeout_ms=options.dom_settle_timeout_ms,
        max_page=options.max_page if dialect.traces_tasks else None,
        trace_id=trace_id if dialect.traces_tasks else None,
    )


def login_args(login_config: object, use_vision: bool | None) -> LoginArgs:
    """Return the arguments of a login."""
    if not isinstance(login_config, str):  # without the value, which is a secret
        kind = type(login_config).__name__
        raise BrowserError.usage(f"login_config must be a JSON object, as text, not {kind}")
    config = validation.text("login_config", login_config, BrowserError)
    try:
        parse_json_value(config, dict)
    except ValueError as exc:  # which repeats the configuration
        raise BrowserError.usage("login_config must be a JSON object, as text") from exc.__cause__
    if use_vision is not None:
        use_vision = validation.boolean("use_vision", use_vision, BrowserError)
    return LoginArgs(login_config=config, use_vision=use_vision)


def _require_kind(name: str, value: object, *kinds: type[object]) -> None:
    if not isinstance(value, kinds):
        allowed = " or ".join(kind.__name__ for kind in kinds)
        raise BrowserError.usage(f"{name} must be {allowed}, not {type(value).__name__}")


def _require_cloud(options: OperatorOptions, dialect: Dialect) -> None:
    """Raise if an option is set that only the other cloud has."""
    for spec in fields(options):
        value = getattr(options, spec.name)
        if spec.metadata.get("only", dialect.name) != dialect.name and value not in (None, spec.default):
            name = f"{type(options).__name__}.{spec.name}"
            raise BrowserError.usage(f"{dialect.title} has no option {name}: leave it out, or use the other cloud")


def wait_timeout(options: ActOptions | ObserveOptions | ExtractOptions[Any] | ObserveResult) -> float:
    """Return the seconds to wait for the end of a task."""
    given = None if isinstance(options, ObserveResult) else options.timeout
    return WAIT_TIMEOUT if given is None else validation.seconds("timeout", given, BrowserError)


def _poll(name: str, result: type[R], read: Any) -> Tool[TaskArgs, R]:
    about = "Return the result of a task; no text while it runs."
    return Tool(name=name, server=SERVER, about=about, args=TaskArgs, result=result, read=read)


NAVIGATE = Tool(
    name="page_use_navigate",
    server=SERVER,
    about="Open a URL in the browser.",
    args=UrlArgs,
    result=NavigateResult,
    read=parse_text,
)
SCREENSHOT = Tool(
    name="page_use_screenshot",
    server=SERVER,
    about="Take a screenshot of a page, and return it in base64.",
    args=ScreenshotArgs,
    result=PageScreenshotResult,
    read=parse_screenshot,
)
TABS = Tool(
    name="page_use_tabs",
    server=OWN_SERVER,
    about="List the open pages. Only the local engine has this tool.",
    args=NoArgs,
    result=TabListResult,
    read=parse_tabs,
)
SNAPSHOT = Tool(
    name="page_use_snapshot",
    server=OWN_SERVER,
    about="Describe a page by text, with the elements that can be acted on. Only the local engine has this tool.",
    args=PageArgs,
    result=PageSnapshotResult,
    read=parse_snapshot,
)
CLOSE = Tool(
    name="page_use_close_session",
    server=SERVER,
    about="Close the operator's session with the browser.",
    args=NoArgs,
    result=BrowserResult,
    read=parse_done,
)
LOGIN = Tool(
    name="page_use_login",
    server=SERVER,
    about="Sign in to the site of a page.",
    args=LoginArgs,
    result=ActResult,
    read=parse_login,
    only="agentbay",
)
OBSERVE_AT_ONCE = Tool(
    name="page_use_observe",
    server=SERVER,
    about="Find elements of a page by a description.",
    args=ObserveArgs,
    result=ObserveListResult,
    read=parse_observe_at_once,
)
ACT = Task(
    Tool(
        name="page_use_act_async",
        server=SERVER,
        about="Start an action on a page.",
        args=ActArgs,
        result=ActResult,
        read=parse_task,
    ),
    _poll("page_use_get_act_result", ActResult, parse_act),
)
OBSERVE = Task(
    Tool(
        name="page_use_observe_async",
        server=SERVER,
        about="Start a search for elements of a page.",
        args=ObserveArgs,
        result=ObserveListResult,
        read=parse_task,
    ),
    _poll("page_use_get_observe_result", ObserveListResult, parse_observe),
)
EXTRACT = Task(
    Tool(
        name="page_use_extract_async",
        server=SERVER,
        about="Start an extraction of data from a page.",
        args=ExtractArgs,
        result=ExtractResult,
        read=parse_task,
    ),
    _poll("page_use_get_extract_result", ExtractResult, parse_extract),
)
