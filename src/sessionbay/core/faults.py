"""Faults for tests, which ``FaultTransport`` injects; import them from ``sessionbay.testing``.

Requests are selected by AgentBay's name of the action; on AGB by that name or the path. ``CallMcpTool`` includes the
tool calls on the direct route.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

from . import validation
from .errors import AgentBayError
from .http import HttpResponse

Silence = Literal["refused", "unreachable", "reset", "cut"]
FOREVER = 1e9  # seconds
_LENGTHS = ("content-length", "transfer-encoding")
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault of one request. The class methods return the common ones.

    Attributes:
        name: The name in ``FaultPlan.fired``.
        processed: Whether the service receives and processes the request.
        seconds: The delay of the response.
        silence: The failure in place of a response: no connection (``refused``, ``unreachable``), or a connection that
            ends before (``reset``) or within the response (``cut``).
        status: The HTTP status in place of the service's.
        headers: Headers that are added to those of the response; with a ``body``, all headers.
        body: The body in place of the service's.
        keep: The part of the body that is sent, from 0 to 1.
        pause: Seconds before each byte of the body.

    Example:
        ```python
        print(Fault.reset().processed, Fault.drop().processed)
        ```
    """

    name: str
    processed: bool = False
    seconds: float = 0.0
    silence: Silence | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    keep: float = 1.0
    pause: float = 0.0

    def __post_init__(self) -> None:
        for name in ("seconds", "pause"):
            validation.seconds(name, getattr(self, name), AgentBayError, zero=True)
        if not 0 <= self.keep <= 1:
            raise AgentBayError.usage(f"keep must be from 0 to 1, not {self.keep!r}")

    @classmethod
    def drop(cls) -> "Fault":
        """Refuse the connection: the request was certainly not sent."""
        return cls(name="drop", silence="refused")

    @classmethod
    def unreachable(cls) -> "Fault":
        """Accept no connection until the client times out."""
        return cls(name="unreachable", silence="unreachable", seconds=FOREVER)

    @classmethod
    def reset(cls, *, processed: bool = True) -> "Fault":
        """Close the connection without a response, after the request was processed or before."""
        return cls(name="reset", silence="reset", processed=processed)

    @classmethod
    def delay(cls, seconds: float = FOREVER) -> "Fault":
        """Delay the response, by default until the client times out."""
        return cls(name="delay", seconds=seconds, processed=True)

    @classmethod
    def answer(
        cls, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *, processed: bool = False
    ) -> "Fault":
        """Return this response in place of the service's own."""
        return cls(name=f"answer {status}", status=status, body=body, headers=headers or {}, processed=processed)

    @classmethod
    def throttle(cls, wait: float = 1.0, *, milliseconds: bool = False) -> "Fault":
        """Return "too many requests", with a ``Retry-After``, or an ``x-acs-retry-after`` in milliseconds."""
        header = {"x-acs-retry-after": f"{wait * 1000:.0f}"} if milliseconds else {"retry-after": f"{wait:.0f}"}
        body = json.dumps({"Code": "Throttling.User", "Message": "slow down", "RequestId": "FAULT"}).encode()
        return replace(cls.answer(429, body, {**_JSON, **header}), name="throttle")

    @classmethod
    def bad_gateway(cls, *, processed: bool = False) -> "Fault":
        """Return 502 with HTML, as a gateway that cannot reach the service, or loses its response."""
        return replace(cls.answer(502, _HTML, {"content-type": "text/html"}, processed=processed), name="bad gateway")

    @classmethod
    def garbage(cls, body: bytes = b"\x00\xff no protocol") -> "Fault":
        """Return 200 with a malformed body; the request is processed."""
        return replace(cls.answer(200, body, processed=True), name="garbage")

    @classmethod
    def truncate(cls, keep: float = 0.5) -> "Fault":
        """Send a part of the body as if it were complete: the content length was too small."""
        return cls(name="truncate", keep=keep, processed=True)

    @classmethod
    def cut(cls, keep: float = 0.5) -> "Fault":
        """Send a part of the body, then close the connection: the content length was too large."""
        return cls(name="cut", keep=keep, silence="cut", processed=True)

    @classmethod
    def drip(cls, pause: float = 1.0) -> "Fault":
        """Send the body byte by byte, with a pause before each."""
        return cls(name="drip", pause=pause, processed=True)

    def apply(self, response: HttpResponse) -> HttpResponse:
        """Return the response as the fault modifies it."""
        body = response.body if self.body is None else self.body
        headers = {**response.headers, **self.headers} if self.body is None else self.headers
        headers = {name: value for name, value in headers.items() if name.lower() not in _LENGTHS}
        return HttpResponse(self.status or response.status, headers, body[: int(len(body) * self.keep)])


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A fault, and the requests that it applies to.

    Attributes:
        fault: The fault.
        action: The action, e.g. ``ListSession``, or its path on AGB; None is any action.
        first: The number of the first of these requests that may fail, from 1.
        times: The number of requests that fail; None is all from ``first`` on.
        probability: The probability of each of them, from 0 to 1.

    Example:
        ```python
        rule = Rule(fault=Fault.drop(), action="ListSession", first=2, times=3)  # the second, third and fourth list
        ```
    """

    fault: Fault
    action: str | None = None
    first: int = 1
    times: int | None = 1
    probability: float = 1.0

    def __post_init__(self) -> None:
        validation.count("first", self.first, AgentBayError)
        if self.times is not None:
            validation.count("times", self.times, AgentBayError)
        if not 0 <= self.probability <= 1:
            raise AgentBayError.usage(f"probability must be from 0 to 1, not {self.probability!r}")


@dataclass(frozen=True)
class Fired:
    """A fault that was injected.

    Attributes:
        action: The action of the request.
        fault: The fault.
        rule: The rule that applied.
    """

    action: str
    fault: Fault
    rule: Rule


class FaultPlan:
    """Decides by its rules which requests fail, and records the faults. Several clients may share a plan.

    The first rule that matches a request applies. The same ``seed`` gives the same faults.

    Attributes:
        fired: The faults that were injected, in order.

    Example:
        ```python
        plan = FaultPlan(Rule(fault=Fault.reset(), action="ListSession"))
        with AgentBay(transport=FaultTransport(plan)) as client:
            client.list()  # the client retries it
        print([fired.fault.name for fired in plan.fired], plan.unfired)
        ```
    """

    def __init__(self, *rules: Rule, seed: int = 0) -> None:
        self.fired: list[Fired] = []
        self._rules = rules
        self._matches = [0] * len(rules)
        self._hits = [0] * len(rules)
        self._random = Random(seed)  # noqa: S311  # not for secrets

    @property
    def unfired(self) -> tuple[Rule, ...]:
        """The rules that applied to no request: the test has not tested them."""
        return tuple(rule for rule, hit in zip(self._rules, self._hits, strict=True) if not hit)

    def decide(self, names: Collection[str]) -> Fault | None:
        """Return the fault of the next request, or None; the first of its names is the action."""
        due = [number for number, rule in enumerate(self._rules) if self._is_due(number, rule, names)]
        if not due:
            return None
        rule = self._rules[due[0]]
        self._hits[due[0]] += 1
        self.fired.append(Fired(next(iter(names)), rule.fault, rule))
        return rule.fault

    def _is_due(self, number: int, rule: Rule, names: Collection[str]) -> bool:
        if rule.action is not None and rule.action not in names:
            return False
        self._matches[number] += 1
        in_turn = self._matches[number] >= rule.first and (rule.times is None or self._hits[number] < rule.times)
        return in_turn and (rule.probability == 1 or self._random.random() < rule.probability)
