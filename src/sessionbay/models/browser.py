"""The results of operations on a browser, and its notifications."""

from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any, Self

from pydantic.alias_generators import to_camel

from ..core.errors import BrowserError
from ..core.public import public
from ..core.result import AwaitableResult
from ..core.value import Value


@public
class BrowserResult(AwaitableResult[bool], error=BrowserError):
    """The result of an operation on the browser. ``data`` is True on success, None on failure."""


@public
class BrowserInitResult(AwaitableResult[int], error=BrowserError):
    """The result of ``initialize``. ``data`` is the port of the browser's debugging interface in the session."""

    @property
    def port(self) -> int:
        """The port of the browser's debugging interface in the session."""
        return self.unwrap()


@public
class BrowserNotifyMessage(Value):
    """A notification from the browser, or to it.

    Attributes:
        type: The type, e.g. ``call-for-user``.
        id: The id, to which ``send_takeover_done`` refers.
        code: The code, e.g. 101 (a captcha for the user), 201 (the cloud solves a captcha), 202 (it has ended).
        message: The same in words.
        action: What to do: ``takeover`` (the user), ``pause``, ``resume``, ``takeoverdone`` or ``none``.
        extra_params: More about it, e.g. ``max_wait_time``, the seconds after which the browser continues by itself.
    """

    type: str | None = None
    id: int | None = None
    code: int | None = None
    message: str | None = None
    action: str | None = None
    extra_params: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        if not self.extra_params:  # as the official client's constructor, this takes None
            object.__setattr__(self, "extra_params", {})
        super().__post_init__()

    def to_map(self) -> dict[str, Any]:
        """Return the fields that are set, by the names of the protocol."""
        values = {to_camel(spec.name): getattr(self, spec.name) for spec in fields(self)}
        return {name: value for name, value in values.items() if value not in (None, {})}

    @classmethod
    def from_map(cls, m: Mapping[str, Any] | None = None) -> Self:
        """Return the message of a map, as ``to_map`` returns it. Other names are ignored."""
        found: dict[str, Any] = {spec.name: (m or {}).get(to_camel(spec.name)) for spec in fields(cls)}
        return cls(**found)
