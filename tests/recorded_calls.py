"""Recorded calls of the official clients: the Python call, and the requests that it sent."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import parse_qsl

import httpx
from pydantic import BaseModel

from sessionbay import ContextSync, __version__
from sessionbay.operations.session import SessionAnswer

CAPTURES = Path(__file__).parent / "data" / "captures"
LINK = "https://gw.invalid/request_ai/LINKTOKEN/path/"
FREE = [  # drawn anew for each request, or made of the time
    (re.compile(r"\b[0-9a-f]{32}\b"), "<hex>"),
    (re.compile(r"(?<=%22)[0-9a-f]{32}\b"), "<hex>"),  # in a form
    (re.compile(r"(?<=ext_)[0-9a-f]{32}"), "<hex>"),
    (re.compile(r"(?<=mobile_sim_)[0-9a-f]{32}_\d+"), "<hex and time>"),
    (re.compile(r"link-\d+-\d+"), "<request id>"),
    (re.compile(r"(?<=extensions-)\d+|(?<=lock.trigger )\d+|(?<=lock.trigger\+)\d+"), "<time>"),
    (re.compile(r"0\.22\.3|0\.12\.0"), __version__),
]

Outcome = Literal["success", "failure", "raises"]


class Page1(BaseModel):
    title: str


class T(BaseModel):
    title: str


@dataclass(frozen=True)
class Difference:
    """What we do otherwise in some recorded calls, and why.

    ``like`` is the recorded call whose requests we send, and which is answered in its place.
    """

    name: str
    reason: str
    calls: list[str]
    replace: Mapping[str, str] = field(default_factory=dict[str, str])
    only: int | None = None
    like: str = ""
    outcome: Outcome | None = None

    def __str__(self) -> str:
        return self.name

    def apply(self, requests: list[str]) -> list[str]:
        """Return what we send in place of the recorded requests."""
        if self.like:
            return _named(self.like).requests
        for old, new in self.replace.items():
            requests = [request.replace(old, new) for request in requests]
        return requests if self.only is None else requests[: self.only]

    def changes(self, recorded: "RecordedCall") -> bool:
        """Return whether it makes a difference for a call that it names."""
        return self.apply(recorded.requests) != recorded.requests or self.outcome not in (None, recorded.outcome)


@dataclass(frozen=True)
class RecordedCall:
    """One recorded call."""

    cloud: str
    name: str
    call: str
    exchanges: list[dict[str, Any]]
    outcome: Outcome
    setup: str = ""
    before: list[str] = field(default_factory=list[str])
    direct: bool = False
    records: bool | None = None

    def __str__(self) -> str:
        return f"{self.cloud} {self.name}"

    @property
    def api_key(self) -> str:
        return "akm-00000000-0000-0000-0000-000000000000" if self.cloud == "agentbay" else "akm-EXAMPLE-KEY"

    @cached_property
    def requests(self) -> list[str]:
        """The recorded requests, each as text."""
        return [_as_text(exchange["request"]) for exchange in self.exchanges]

    @property
    def details(self) -> SessionAnswer:
        """The session that the call was recorded with."""
        direct = [exchange["request"]["direct"] for exchange in self.exchanges if "direct" in exchange["request"]]
        tools = [{"name": call["tool"], "server": call["server"]} for call in direct]
        session_id = "session-04bdwfj7u688ec96t" if self.cloud == "agentbay" else "session-04example0000000001"
        token = direct[0]["token"] if direct else "TOKEN-EXAMPLE"
        link = {"link_url": LINK, "token": token, "tool_list": tools} if self.direct else {}
        return SessionAnswer.model_validate({"session_id": session_id, **link})

    def values(self, archive: str) -> dict[str, Any]:
        """Return the values that recorded calls name."""
        sync = ContextSync(context_id="SdkCtx-1", path="/tmp/data")
        return {"Page1": Page1, "T": T, "zip": archive, "context_sync": sync}

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The exchanges whose responses our requests get."""
        like = next((difference.like for difference in self.differences() if difference.like), "")
        return _named(like).exchanges if like else self.exchanges

    def differences(self) -> list[Difference]:
        return [difference for difference in DIFFERENCES if self.name in difference.calls]

    def expected(self) -> list[str]:
        """Return the requests that we are to send."""
        requests = self.requests
        for difference in self.differences():
            requests = difference.apply(requests)
        return requests

    def expected_outcome(self) -> Outcome:
        """Return how the call is to end. What is refused before anything is sent raises."""
        for difference in self.differences():
            if difference.outcome:
                return difference.outcome
        return self.outcome if self.exchanges or self.outcome == "success" else "raises"


class RecordedCloud(httpx.MockTransport):
    """Answers with the recorded responses, and keeps the requests of the call as text."""

    def __init__(self, recorded: RecordedCall) -> None:
        super().__init__(self._answer)
        self._recorded = recorded
        self._started = False
        self.sent: list[str] = []

    def start(self) -> None:
        """Begin with the requests that are compared."""
        self._started = True

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if not self._started:
            return self._before(request)
        self.sent.append(_as_text(_taken_apart(request)))
        if len(self.sent) > len(self._recorded.answers):
            return httpx.Response(500, text="more requests than were recorded")
        exchange = self._recorded.answers[len(self.sent) - 1]
        status, body = exchange["status"], exchange["response"]
        return httpx.Response(status, json=body) if isinstance(body, dict) else httpx.Response(status, text=body or "")

    def _before(self, request: httpx.Request) -> httpx.Response:
        """Answer what sets the scene: each answer has what any of these requests looks for."""
        data = {"Id": "SdkCtx-1", "Name": "my-ext", "Port": 9333, "content": [{"type": "text", "text": "ok"}]}
        if "DescribeContextFiles" in str(request.url):
            return httpx.Response(200, json={"Success": True, "Code": "ok", "Data": [], "Count": 0})
        if self._recorded.cloud == "agb":
            known = "SdkCtx-1" if "SdkCtx-1" in str(self._recorded.exchanges) else "SdkCtx-example"
            data = {name.lower(): value for name, value in data.items()} | {"id": known}
            return httpx.Response(200, json={"success": True, "code": "OK", "data": data})
        return httpx.Response(200, json={"Success": True, "Code": "ok", "Data": data})


def _taken_apart(request: httpx.Request) -> dict[str, Any]:
    """Return a request of ours in the form of the recordings."""
    body = request.content.decode("utf-8", "replace")
    if request.method == "PUT":
        return {"put": request.url.path}
    if request.url.path.endswith("/callTool"):
        return {"direct": json.loads(body)}
    if action := request.url.params.get("Action"):
        return {"action": action, "form": body}
    fields: dict[str, Any] = {"path": request.url.path, "query": request.url.query.decode()}
    return fields | ({"body": json.loads(body), "length": len(request.content)} if body else {})


def _as_text(request: Mapping[str, Any]) -> str:
    """Return a request as text, without what differs from one to the next."""
    request = {name: value for name, value in request.items() if "put" not in request or name != "length"}
    if "query" in request:
        request["query"] = sorted(parse_qsl(request["query"], keep_blank_values=True))
        if not request.get("body"):  # the recorded async calls of AGB have no body where the others have {}
            request = {name: value for name, value in request.items() if name not in ("body", "length")}
    if isinstance(body := request.get("body"), dict):
        request["body"] = dict(sorted(cast("dict[str, Any]", body).items()))
    text = json.dumps(request, ensure_ascii=False)
    for pattern, word in FREE:
        text = pattern.sub(word, text)
    return text


def _named(name: str) -> RecordedCall:
    return next(call for call in CALLS if call.name == name)


def matching(difference: Difference) -> list[RecordedCall]:
    """Return the calls that a difference names; an unknown name fails."""
    found = [call for call in CALLS if call.name in difference.calls]
    assert {call.name for call in found} == set(difference.calls)
    return found


def _calls(cloud: str) -> list[RecordedCall]:
    rows = json.loads((CAPTURES / f"calls-{cloud}.json").read_text("utf-8"))["calls"]
    return [RecordedCall(cloud, **row) for row in rows]


DIFFERENCES = [Difference(**row) for row in json.loads((CAPTURES / "call-differences.json").read_text("utf-8"))]
CALLS = _calls("agentbay") + _calls("agb")
