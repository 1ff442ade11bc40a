"""What can go wrong with a request, for tests that want it to: import it from ``sessionbay.testing``.

The action of a request is AgentBay's name of it, on AGB too, where its path will do as well. ``CallMcpTool`` is also a
tool call that goes straight to the machine.
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
FOR_EVER = 1e9  # seconds
_LENGTHS = ("content-length", "transfer-encoding")
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong with one request. The class's methods make the usual ones.

    Attributes:
        name: What it is called in ``FaultPlan.fired``.
        processed: Whether the service gets the request, and does what it says, before it goes wrong.
        seconds: How long the answer is in coming.
        silence: What comes in place of an answer: no connection (``refused``, ``unreachable``), its end (``reset``), or
            its end in the middle of the answer (``cut``).
        status: The HTTP status, in place of the service's.
        headers: Headers beside those of the answer, or in place of them.
        body: The body, in place of the service's.
        keep: How much of the body comes, from 0 to 1.
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
        """Refuse the connection: the request surely never left."""
        return cls(name="drop", silence="refused")

    @classmethod
    def unreachable(cls) -> "Fault":
        """Let the client wait for a connection for as long as it does, in vain."""
        return cls(name="unreachable", silence="unreachable", seconds=FOR_EVER)

    @classmethod
    def reset(cls, *, processed: bool = True) -> "Fault":
        """End the connection in place of an answer: the service did what was asked, or has not even read it."""
        return cls(name="reset", silence="reset", processed=processed)

    @classmethod
    def delay(cls, seconds: float = FOR_EVER) -> "Fault":
        """Answer so many seconds later; too late, unless the client waits as long."""
        return cls(name="delay", seconds=seconds, processed=True)

    @classmethod
    def answer(
        cls, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *, processed: bool = False
    ) -> "Fault":
        """Give this answer in place of the service's own."""
        return cls(name=f"answer {status}", status=status, body=body, headers=headers or {}, processed=processed)

    @classmethod
    def throttle(cls, wait: float = 1.0, *, milliseconds: bool = False) -> "Fault":
        """Say "too many requests", and to wait so many seconds: in ``Retry-After``, or in ``x-acs-retry-after``."""
        said = {"x-acs-retry-after": f"{wait * 1000:.0f}"} if milliseconds else {"retry-after": f"{wait:.0f}"}
        body = json.dumps({"Code": "Throttling.User", "Message": "slow down", "RequestId": "FAULT"}).encode()
        return replace(cls.answer(429, body, {**_JSON, **said}), name="throttle")

    @classmethod
    def bad_gateway(cls, *, processed: bool = False) -> "Fault":
        """Answer 502 and a page of HTML, as a gateway does that does not reach the service, or loses its answer."""
        return replace(cls.answer(502, _HTML, {"content-type": "text/html"}, processed=processed), name="bad gateway")

    @classmethod
    def garbage(cls, body: bytes = b"\x00\xff no protocol") -> "Fault":
        """Answer 200, and something that says nothing, though the service did what was asked."""
        return replace(cls.answer(200, body, processed=True), name="garbage")

    @classmethod
    def truncate(cls, keep: float = 0.5) -> "Fault":
        """Give a part of the body as if it were all: the content length was too small."""
        return cls(name="truncate", keep=keep, processed=True)

    @classmethod
    def cut(cls, keep: float = 0.5) -> "Fault":
        """Give a part of the body, then end the connection: the content length was too large."""
        return cls(name="cut", keep=keep, silence="cut", processed=True)

    @classmethod
    def drip(cls, pause: float = 1.0) -> "Fault":
        """Give the body byte by byte, with so many seconds before each."""
        return cls(name="drip", pause=pause, processed=True)

    def made_of(self, answer: HttpResponse) -> HttpResponse:
        """Return what comes of an answer."""
        body = answer.body if self.body is None else self.body
        given = {**answer.headers, **self.headers} if self.body is None else self.headers
        headers = {name: value for name, value in given.items() if name.lower() not in _LENGTHS}
        return HttpResponse(self.status or answer.status, headers, body[: int(len(body) * self.keep)])


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Which requests a fault befalls.

    Attributes:
        fault: The fault.
        action: The action, e.g. ``ListSession``, or its path on AGB; None is every one.
        first: The first of the requests of that action that may be hit; 1 is the very first.
        times: How many are hit; None is all from there on.
        probability: The chance of each of these, from 0 to 1.

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
    """A fault that befell a request.

    Attributes:
        action: What was asked.
        fault: The fault.
        rule: The rule that wanted it.
    """

    action: str
    fault: Fault
    rule: Rule


class FaultPlan:
    """Says which request goes wrong, and how; remembers what did. One plan may serve several clients.

    It is made of rules; of several that mean the same request, the first one given has it. ``seed`` is where chance
    begins: the same one brings the same faults.

    Attributes:
        fired: The faults that befell requests, in order.

    Example:
        ```python
        plan = FaultPlan(Rule(fault=Fault.reset(), action="ListSession"))
        with AgentBay(transport=FaultTransport(plan)) as client:
            client.list()  # asked for again, without the caller's knowing
        print([fired.fault.name for fired in plan.fired], plan.unfired)
        ```
    """

    def __init__(self, *rules: Rule, seed: int = 0) -> None:
        self.fired: list[Fired] = []
        self._rules = rules
        self._met = [0] * len(rules)
        self._hit = [0] * len(rules)
        self._random = Random(seed)  # noqa: S311  # chance, not secrecy

    @property
    def unfired(self) -> tuple[Rule, ...]:
        """The rules that have hit no request: a test that asked for them tested something else."""
        return tuple(rule for rule, hit in zip(self._rules, self._hit, strict=True) if not hit)

    def decide(self, names: Collection[str]) -> Fault | None:
        """Return the fault that befalls the next request, which goes by these names; the first is its action."""
        due = [number for number, rule in enumerate(self._rules) if self._is_due(number, rule, names)]
        if not due:
            return None
        rule = self._rules[due[0]]
        self._hit[due[0]] += 1
        self.fired.append(Fired(next(iter(names)), rule.fault, rule))
        return rule.fault

    def _is_due(self, number: int, rule: Rule, names: Collection[str]) -> bool:
        if rule.action is not None and rule.action not in names:
            return False
        self._met[number] += 1
        in_turn = self._met[number] >= rule.first and (rule.times is None or self._hit[number] < rule.times)
        return in_turn and (rule.probability == 1 or self._random.random() < rule.probability)
