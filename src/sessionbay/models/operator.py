"""The options and the results of the browser operator."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Generic, cast

from pydantic import BaseModel
from pydantic_core import from_json

from ..core import validation
from ..core.errors import BrowserError
from ..core.json_schema import json_schema
from ..core.json_text import readable
from ..core.public import public
from ..core.result import AwaitableResult
from ..core.value import Value
from .screen import ScreenshotResult

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=dict[str, Any])
else:
    from typing import TypeVar

    T = TypeVar("T")

ONLY_AGB = {"only": "agb"}
ONLY_AGENTBAY = {"only": "agentbay"}
_FLAGS = ("use_vision", "use_text_extract", "iframe", "iframes")
_TEXTS = ("action", "instruction", "selector")
_MILLISECONDS = ("timeoutMS", "dom_settle_timeout_ms")


class OperatorOptions(Value):
    """The base class of options. An invalid value raises ``BrowserUsageError``, a ValueError."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name in _TEXTS and (value is not None or name != "selector"):
                validation.text(name, value, BrowserError)
            if name in _FLAGS and value is not None:
                validation.boolean(name, value, BrowserError)
            if name in _MILLISECONDS and value is not None:
                validation.milliseconds(name, value, BrowserError)
            if name == "timeout" and value is not None:
                validation.seconds(name, value, BrowserError)
        super().__post_init__()


@public
class ActOptions(OperatorOptions):
    """An action in words, for ``operator.act``.

    Attributes:
        action: What to do, e.g. ``click the button 'Sign in'``.
        variables: Values of the placeholders ``%name%`` in ``action``.
        use_vision: Whether the model also looks at a picture of the page; by default the cloud decides.
        timeout: Seconds to wait for the end of the action; 300 by default. AgentBay gets it, too, rounded up.
        timeoutMS: The time limit of the action in milliseconds. AGB only; ``timeout`` limits the wait there, too.
        iframes: Whether to look into frames. AGB only.
        dom_settle_timeout_ms: How long the page may take to settle, in milliseconds. AGB only.
    """

    action: str
    variables: Mapping[str, str] | None = field(default=None, repr=False)
    use_vision: bool | None = None
    timeout: float | None = None
    timeoutMS: int | None = field(default=None, kw_only=True, metadata=ONLY_AGB)  # noqa: N815  # AGB's spelling
    iframes: bool | None = field(default=None, kw_only=True, metadata=ONLY_AGB)
    dom_settle_timeout_ms: int | None = field(default=None, kw_only=True, metadata=ONLY_AGB)

    def __post_init__(self) -> None:
        if self.variables is not None:
            validation.string_map("variables", self.variables, BrowserError)
        super().__post_init__()


@public
class ObserveOptions(OperatorOptions):
    """A question about the elements of a page, for ``operator.observe``.

    Attributes:
        instruction: What to find, e.g. ``the buttons of the form``.
        use_vision: Whether the model also looks at a picture of the page; by default the cloud decides.
        selector: The part of the page to look at, as a CSS selector. AgentBay only.
        timeout: Seconds to wait for the result; 300 by default.
        iframes: Whether to look into frames. AGB only.
        dom_settle_timeout_ms: How long the page may take to settle, in milliseconds. AGB only.
    """

    instruction: str
    use_vision: bool | None = None
    selector: str | None = field(default=None, metadata=ONLY_AGENTBAY)
    timeout: float | None = None
    iframes: bool | None = field(default=None, kw_only=True, metadata=ONLY_AGB)
    dom_settle_timeout_ms: int | None = field(default=None, kw_only=True, metadata=ONLY_AGB)


@public
class ExtractOptions(OperatorOptions, Generic[T]):
    """A question about the content of a page, for ``operator.extract``.

    Attributes:
        instruction: What to extract, e.g. ``the name and the price of each product``.
        schema: The shape of the data: a pydantic class, of which the result holds an instance, or a JSON Schema as a
            dict, for plain data.
        use_text_extract: Whether the model reads the text of the page only; by default the cloud decides.
        use_vision: Whether the model also looks at a picture of the page; by default the cloud decides.
        selector: The part of the page to read, as a CSS selector.
        timeout: Seconds to wait for the result; 300 by default.
        max_page: The number of pages to read. AgentBay only.
        iframe: Whether to look into frames. AGB only.
        dom_settle_timeout_ms: How long the page may take to settle, in milliseconds. AGB only.
    """

    instruction: str
    schema: type[T] | Mapping[str, Any]
    use_text_extract: bool | None = None
    use_vision: bool | None = None
    selector: str | None = None
    timeout: float | None = None
    max_page: int | None = field(default=1, metadata=ONLY_AGENTBAY)
    iframe: bool | None = field(default=None, kw_only=True, metadata=ONLY_AGB)
    dom_settle_timeout_ms: int | None = field(default=None, kw_only=True, metadata=ONLY_AGB)

    def __post_init__(self) -> None:
        self.json_schema()
        if self.max_page is not None:
            validation.count("max_page", self.max_page, BrowserError)
        super().__post_init__()

    @property
    def model(self) -> type[BaseModel] | None:
        """The pydantic class; None if ``schema`` is a JSON Schema."""
        return self.schema if isinstance(self.schema, type) and issubclass(self.schema, BaseModel) else None

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the data."""
        return json_schema("schema", self.schema, BrowserError)


@public
class ObserveResult(Value):
    """An element of a page, and what can be done with it. ``operator.act`` takes it in place of ``ActOptions``.

    Attributes:
        selector: Where the element is, e.g. ``xpath=/html/body/a[1]``.
        description: What it is, in words.
        method: What to do with it, e.g. ``click``.
        arguments: The arguments of the method, usually a dict. JSON text of a dict or a list is parsed; other text is
            kept.
    """

    selector: str
    description: str = ""
    method: str = ""
    arguments: Any = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        for name in ("selector", "description", "method"):
            validation.utf8(name, getattr(self, name), BrowserError)
        object.__setattr__(self, "arguments", _parsed_arguments(self.arguments))
        validation.json_object("arguments", {"arguments": self.arguments}, BrowserError)
        super().__post_init__()


@public
class PageTab(Value):
    """An open page of the browser.

    Attributes:
        id: Its id, the target of CDP.
        title: Its title.
        url: Its URL.
        current: Whether it is the page that the operator acts on by default.
    """

    id: str
    title: str = ""
    url: str = ""
    current: bool = False


@public
class PageSnapshot(Value):
    """A page as text, small enough for a model. ``str(snapshot)`` is the title, the URL and the text.

    Attributes:
        title: Its title.
        url: Its URL.
        text: What it says, line by line. An element that can be acted on has a line of its own, such as
            ``[12] button "Sign in"``; its number is that of its ``selector``, ``node=12``, and stays the same in later
            snapshots. At most 100,000 characters.
        elements: Those elements. ``operator.act`` takes them, with ``dataclasses.replace(element, arguments=...)`` for
            what is to be typed or selected.
    """

    title: str
    url: str
    text: str = ""
    elements: tuple[ObserveResult, ...] = ()

    def __str__(self) -> str:
        return f"{self.title}\n{self.url}\n\n{self.text}"


def _parsed_arguments(value: Any) -> Any:
    """Return the dict or list in JSON text, a dict for None and blank text, and other values unchanged."""
    if not isinstance(value, str):
        return {} if value is None else value
    try:
        found: Any = from_json(readable(value), allow_inf_nan=False) if value.strip() else {}
    except ValueError:
        return value
    return cast("Any", found) if isinstance(found, (dict, list)) else value


class OperatorResult(AwaitableResult[T], Generic[T], error=BrowserError):
    """The base class of results of the operator."""


class OperatorTaskResult(OperatorResult[T], Generic[T]):
    """The base class of results of the operator's tasks.

    Attributes:
        task_id: The cloud's id of the task; empty if it was not started.
        is_done: Whether the task has ended.
        timed_out: Whether the wait for its end ran out. The task may still end in the cloud.
    """

    task_id: str = ""
    is_done: bool = False
    timed_out: bool = False


class PairResult(OperatorTaskResult[T], Generic[T]):
    """A result that unpacks as ``(success, value)``: the official clients return such a tuple."""

    def _pair(self) -> tuple[bool, Any]:
        return self.success, self.data

    def __iter__(self) -> Iterator[Any]:
        return iter(self._pair())

    def __getitem__(self, index: int) -> Any:
        return self._pair()[index]

    def __len__(self) -> int:
        return 2


@public
class NavigateResult(OperatorResult[str]):
    """The result of ``operator.navigate``. ``data``, and ``str(result)``, is the cloud's text."""

    def __str__(self) -> str:
        return self.unwrap()


@public
class PageScreenshotResult(ScreenshotResult, AwaitableResult[bytes], error=BrowserError):
    """The result of ``operator.screenshot``: a screenshot of a page. ``str(result)`` is its data URL."""

    def __str__(self) -> str:
        content = self.unwrap()
        return f"data:{self.mime_type};base64,{b64encode(content).decode()}"


@public
class ActResult(OperatorTaskResult[str]):
    """The result of ``operator.act`` and ``operator.login``. ``data`` is what was done, as text.

    Attributes:
        steps: What was done so far, step by step; empty if the cloud describes it as text, or not at all.
    """

    steps: tuple[Any, ...] = ()

    @property
    def message(self) -> str:
        """What was done, as text (JSON if there are ``steps``); on failure, the reason."""
        return (self.data or "") if self.success else self.error_message


@public
class ObserveListResult(PairResult[tuple[ObserveResult, ...]]):
    """The result of ``operator.observe``. It unpacks as ``(success, elements)``."""

    @property
    def elements(self) -> list[ObserveResult]:
        """The elements that were found."""
        return list(self.unwrap())

    def _pair(self) -> tuple[bool, Any]:
        return self.success, list(self.data or ())


@public
class TabListResult(OperatorResult[tuple[PageTab, ...]]):
    """The result of ``operator.tabs``. ``data`` holds the open pages."""


@public
class PageSnapshotResult(OperatorResult[PageSnapshot]):
    """The result of ``operator.snapshot``. ``data`` is the page as text."""


@public
class ExtractResult(PairResult[T], Generic[T]):
    """The result of ``operator.extract``. It unpacks as ``(success, data)``.

    ``data`` is an instance of the pydantic class of ``ExtractOptions.schema``, or plain data if that is a dict.

    Attributes:
        text: The data as the cloud returned it, JSON text, also where it does not fit the class.
    """

    text: str = ""
