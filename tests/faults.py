"""The fault matrix as data: what can go wrong, with which operation, and what its caller is to get of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pytest
from _pytest.mark import ParameterSet

from sessionbay.core.faults import Fault, FaultPlan, Rule

Group = Literal["repeated", "once", "create", "delete", "pause"]
"""Operations that are repeated, that are sent once, and the two that look after what they did."""
Expected = tuple[str, int | None]
"""What the caller gets, and how often the client asks; None is as often as chance has it."""
Strikes = tuple[tuple[Fault, int, int | None], ...]
"""Faults, from which request on, and how many requests are hit."""

CALL = 60.0  # seconds that a call may take
CODE = 70.0  # seconds that code may take, and its answer
DELETION = 30.0
LOOKING = 15.5  # seconds that a creation may look for its session beyond that
CONTEXT = "context-0"
FILE = (CONTEXT, "/a", b"text")


@dataclass(frozen=True)
class Asked:
    """An operation: ``call`` is what to call of the client or the session, ``action`` what that sends first."""

    name: str
    call: str
    action: str
    group: Group
    args: tuple[Any, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    start: str = "RUNNING"
    direct: bool = False
    bound: float = CALL


REPEATED = [
    Asked("get", "bay.get", "GetSession", "repeated", ("session-0",)),
    Asked("list", "bay.list", "ListSession", "repeated"),
    Asked("set_labels", "session.set_labels", "SetLabel", "repeated", ({"job": "new"},)),
    Asked("get_labels", "session.get_labels", "GetLabel", "repeated"),
    Asked("info", "session.info", "GetMcpResource", "repeated"),
    Asked("get_link", "session.get_link", "GetLink", "repeated", ("https", 30100)),
    Asked("get_status", "session.get_status", "GetSessionDetail", "repeated"),
    Asked("keep_alive", "session.keep_alive", "RefreshSessionIdleTime", "repeated"),
    Asked("list_mcp_tools", "session.list_mcp_tools", "ListMcpTools", "repeated"),
    Asked("context.create", "bay.context.create", "GetContext", "repeated", ("new",)),
    Asked("context.list", "bay.context.list", "ListContexts", "repeated"),
    Asked("context.list_files", "bay.context.list_files", "DescribeContextFiles", "repeated", (CONTEXT, "/")),
    Asked("context.upload_file", "bay.context.upload_file", "GetContextFileUploadUrl", "repeated", FILE),
    Asked("context.delete_file", "bay.context.delete_file", "DeleteContextFile", "repeated", FILE[:2]),
    Asked("context.delete", "bay.context.delete", "DeleteContext", "repeated", (CONTEXT,)),
]
ONCE = [
    Asked("pause_async", "session.pause_async", "PauseSessionAsync", "once"),
    Asked("resume_async", "session.resume_async", "ResumeSessionAsync", "once", start="PAUSED"),
    Asked("pause", "session.pause", "PauseSessionAsync", "pause", given={"timeout": CALL}),
    Asked("call_mcp_tool", "session.call_mcp_tool", "CallMcpTool", "once", ("click", {"x": 1})),
    Asked("command.run", "session.command.run", "CallMcpTool", "once", ("make",)),
    Asked("code.run_code", "session.code.run_code", "CallMcpTool", "once", ("1 + 1", "python"), bound=CODE),
    Asked("context.clear_async", "bay.context.clear_async", "ClearContext", "once", (CONTEXT,)),
    Asked("context.sync", "session.context.sync", "SyncContext", "once", given={"timeout": CALL}),
    Asked("get_file_info", "session.file_system.get_file_info", "CallMcpTool", "once", ("a",)),
    Asked("write_file", "session.file_system.write_file", "CallMcpTool", "once", ("a", "text")),
    Asked("command.run, direct", "session.command.run", "CallMcpTool", "once", ("make",), direct=True),
    Asked("read_file, direct", "session.file_system.read_file", "CallMcpTool", "once", ("a",), direct=True),
    Asked("write_file, direct", "session.file_system.write_file", "CallMcpTool", "once", ("a", "text"), direct=True),
]
OTHERS = [
    Asked("create", "bay.create", "CreateMcpSession", "create", given={"image_id": "any"}, bound=CALL + LOOKING),
    Asked("delete", "session.delete", "DeleteSessionAsync", "delete", bound=DELETION),
]
NOT_AGB = {"pause_async", "resume_async", "pause"}
OPERATIONS = [*REPEATED, *ONCE, *OTHERS]


@dataclass(frozen=True)
class Case:
    """What goes wrong, and what each group of operations is to make of it: a word, and how often it asks.

    The word is ``success``, or the kind of the error and whether there was an effect.
    """

    name: str
    faults: Strikes
    expected: Mapping[Group, Expected]
    beside: tuple[Rule, ...] = ()

    def plan(self, action: str) -> FaultPlan:
        """Return the plan that does it to an action."""
        return FaultPlan(
            *(Rule(fault=fault, action=action, first=first, times=times) for fault, first, times in self.faults),
            *self.beside,
        )


def once(fault: Fault) -> Strikes:
    """Return: it goes wrong the first time."""
    return ((fault, 1, 1),)


def always(fault: Fault) -> Strikes:
    """Return: it goes wrong every time."""
    return ((fault, 1, None),)


def after(first: Fault, then: Fault) -> Strikes:
    """Return: first this goes wrong, then always that."""
    return ((first, 1, 1), (then, 2, None))


def all_get(word: str, tries: int) -> dict[Group, Expected]:
    """Return the same for all groups."""
    return dict.fromkeys(get_args(Group), (word, tries))


def refused(tries: int) -> dict[Group, Expected]:
    """Return the result of a refusal. A deletion or pause is repeated where the session's state may explain it."""
    result = ("refused rejected", None)
    return all_get("refused rejected", tries) | {"delete": result, "pause": result}


def answered(code: str, status: int, *, processed: bool = False) -> Fault:
    """Return: the service, or its gateway, refuses in its own words."""
    body = json.dumps({"Code": code, "Message": "no", "RequestId": "REQ-3"}).encode()
    return Fault.answer(status, body, {"content-type": "application/json"}, processed=processed)


def ridden_out(word: str, *, created: str = "success") -> dict[Group, Expected]:
    """Return what becomes of a fault that strikes once, and that only what may be repeated overcomes."""
    return all_get("success", 2) | {"once": (word, 1), "pause": (word, 1), "create": (created, 1)}


def given_up(word: str, *, created: str = "success", tries: int = 4) -> dict[Group, Expected]:
    """Return what becomes of a fault that stays."""
    return all_get(word, tries) | {"once": (word, 1), "pause": (word, 1), "create": (created, 1)}


RESET, UNREAD = Fault.reset(), Fault.reset(processed=False)
LOST, LATE, ODD = "unreachable unknown", "timeout unknown", "invalid_response unknown"
NOBODY_KNOWS = "unknown_outcome unknown"
CASES = [
    Case("connection refused once", once(Fault.drop()), all_get("success", 2)),
    Case("connection refused always", always(Fault.drop()), all_get("unreachable not_sent", 4)),
    Case("no route once", once(Fault.unreachable()), all_get("success", 2)),
    Case("no route always", always(Fault.unreachable()), all_get("timeout not_sent", 4)),
    Case("reset after it was done, once", once(RESET), ridden_out(LOST)),
    Case("reset after it was done, always", always(RESET), given_up(LOST)),
    Case("reset before it was read, once", once(UNREAD), ridden_out(LOST, created=NOBODY_KNOWS)),
    Case("reset before it was read, always", always(UNREAD), given_up(LOST, created=NOBODY_KNOWS)),
    Case("reset, then connection refused", after(RESET, Fault.drop()), given_up(LOST)),
    Case(
        "reset, then throttled",
        after(RESET, Fault.throttle()),
        given_up("refused unknown", tries=8) | {"once": (LOST, 1), "pause": (LOST, 1)},
    ),
    Case(
        "reset, then forbidden",
        after(RESET, answered("Forbidden", 403)),
        given_up("refused unknown", tries=2) | {"once": (LOST, 1), "pause": (LOST, 1), "delete": ("success", 2)},
    ),
    Case("throttled once, Retry-After", once(Fault.throttle()), all_get("success", 2)),
    Case("throttled once, x-acs-retry-after", once(Fault.throttle(2.5, milliseconds=True)), all_get("success", 2)),
    Case("throttled once, by code alone", once(answered("Throttling.User", 400)), all_get("success", 2)),
    Case("throttled always", always(Fault.throttle()), refused(8)),
    Case("throttled for longer than there is time", always(Fault.throttle(3600)), refused(1)),
    Case("forbidden", always(answered("Forbidden", 403)), refused(1)),
    Case(
        "500 before it was done, once",
        once(answered("InternalError", 500)),
        ridden_out("refused unknown", created=NOBODY_KNOWS) | {"pause": ("success", 2)},
    ),
    Case(
        "500 after it was done, once",
        once(answered("InternalError", 500, processed=True)),
        ridden_out("refused unknown") | {"pause": ("success", 1)},
    ),
    Case(
        "500 after it was done, always",
        always(answered("InternalError", 500, processed=True)),
        given_up("refused unknown") | {"delete": ("success", 4), "pause": ("success", 1)},
    ),
    Case("502 and HTML, before it was done", once(Fault.bad_gateway()), ridden_out(ODD, created=NOBODY_KNOWS)),
    Case("502 and HTML, after it was done", once(Fault.bad_gateway(processed=True)), ridden_out(ODD)),
    Case("502 and HTML, always", always(Fault.bad_gateway(processed=True)), given_up(ODD)),
    Case("503 and a code, always", always(answered("ServiceUnavailable", 503)), refused(8)),
    Case(
        "404 and HTML",
        always(Fault.answer(404, b"<html>not found</html>")),
        given_up(ODD, tries=1, created=NOBODY_KNOWS),
    ),
    Case(
        "redirect",
        always(Fault.answer(307, b"{}", {"location": "https://elsewhere.example/"})),
        given_up(ODD, tries=1, created=NOBODY_KNOWS),
    ),
    Case("slow answer", always(Fault.delay(5.0)), all_get("success", 1)),
    Case("no answer in time", always(Fault.delay()), given_up(LATE, tries=1)),
    Case("a byte a second", always(Fault.drip()), given_up(LATE, tries=1)),
    Case("a byte each hundredth of a second", always(Fault.drip(0.01)), all_get("success", 1)),
    Case("content length too large, once", once(Fault.cut()), ridden_out(LOST)),
    Case("content length too large, always", always(Fault.cut()), given_up(LOST)),
    Case("content length too small", always(Fault.truncate()), given_up(ODD) | {"delete": (ODD, None)}),
    Case("empty answer once", once(Fault.garbage(b"")), ridden_out(ODD)),
    Case("empty answer", always(Fault.garbage(b"")), given_up(ODD)),
    Case("null", always(Fault.garbage(b"null")), given_up(ODD)),
    Case("list", always(Fault.garbage(b"[]")), given_up(ODD)),
    Case("bad UTF-8", always(Fault.garbage()), given_up(ODD)),
    Case("100,000 brackets", always(Fault.garbage(b"[" * 100_000)), given_up(ODD)),
    Case(
        "compressed, it says",
        always(Fault.answer(200, b"{}", {"content-encoding": "gzip"}, processed=True)),
        given_up(ODD, tries=1),
    ),
]

LOSSES = [case for case in CASES if case.expected["create"] == ("success", 1) and case.expected["once"][0] != "success"]
"""What loses the answer to a creation."""
BLINDNESS = {
    "refused connections": Fault.drop(),
    "resets": Fault.reset(),
    "no answers": Fault.delay(),
    "throttling": Fault.throttle(),
    "garbage": Fault.garbage(),
    "502 and HTML": Fault.bad_gateway(),
}
"""What keeps a client from seeing the list of sessions."""


def cell(*names: str, values: tuple[object, ...], sample: bool) -> ParameterSet:
    """Return one cell of the matrix; in the gate, trio and the sync client try the sample only."""
    marks = () if sample else (pytest.mark.one_driver,)
    return pytest.param(*values, id="-".join(names), marks=marks)


def cells(cases: Sequence[Case], operations: Sequence[Asked]) -> list[ParameterSet]:
    """Return each case with each operation; the sample is each case with one operation of each group, in rotation."""
    groups: dict[Group, list[Asked]] = {}
    for request in operations:
        groups.setdefault(request.group, []).append(request)
    return [
        cell(case.name, request.name, values=(case, request), sample=group[number % len(group)] is request)
        for number, case in enumerate(cases)
        for group in groups.values()
        for request in group
    ]


CELLS = cells(CASES, OPERATIONS)
AGB_CELLS = cells(CASES[::3], [request for request in OPERATIONS if request.name not in NOT_AGB])
BLIND_CELLS = [
    cell(loss.name, blindness, values=(loss, blindness), sample=number % len(BLINDNESS) == other)
    for number, loss in enumerate(LOSSES)
    for other, blindness in enumerate(BLINDNESS)
]
"""Each lost creation with each blindness; the sample is each loss with one blindness, in rotation."""
