"""Rules for faults: which request they mean, how often, and what is remembered."""

from typing import Any

import pytest

from sessionbay import AgentBayUsageError
from sessionbay.core.faults import Fault, FaultPlan, Rule
from sessionbay.core.http import HttpResponse
from sessionbay.operations.registry import request_names

ANSWER = HttpResponse(200, {"content-length": "4", "x-request-id": "REQ-1"}, b"body")


def decided(plan: FaultPlan, *actions: str) -> list[str]:
    """Return the names of the faults that befall requests, empty where there is none."""
    return [fault.name if (fault := plan.decide([action])) else "" for action in actions]


def test_a_rule_means_the_first_request_of_its_action() -> None:
    plan = FaultPlan(Rule(fault=Fault.drop(), action="A"))
    assert decided(plan, "B", "A", "A") == ["", "drop", ""]


def test_a_rule_may_mean_later_requests_and_several() -> None:
    plan = FaultPlan(Rule(fault=Fault.drop(), action="A", first=2, times=2))
    assert decided(plan, "A", "B", "A", "A", "A") == ["", "", "drop", "drop", ""]


def test_a_rule_without_an_action_means_every_request() -> None:
    assert decided(FaultPlan(Rule(fault=Fault.drop(), times=None)), "A", "B") == ["drop", "drop"]


def test_the_first_of_two_rules_has_the_request() -> None:
    plan = FaultPlan(Rule(fault=Fault.drop(), action="A"), Rule(fault=Fault.delay(1), action="A", times=2))
    assert decided(plan, "A", "A", "A") == ["drop", "delay", "delay"]


def test_a_rule_that_hit_nothing_is_known() -> None:
    used, unused = Rule(fault=Fault.drop(), action="A"), Rule(fault=Fault.drop(), action="Misspelt")
    plan = FaultPlan(used, unused)
    decided(plan, "A", "B")
    assert plan.unfired == (unused,)
    assert [(fired.action, fired.rule) for fired in plan.fired] == [("A", used)]


def test_the_same_seed_brings_the_same_faults() -> None:
    rule = Rule(fault=Fault.drop(), times=None, probability=0.3)
    runs = [decided(FaultPlan(rule, seed=seed), *"A" * 100) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert 15 < runs[0].count("drop") < 45


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://cloud.example/?Action=ListSession&Format=json", ["ListSession"]),
        ("https://cloud.example/sdk/ListSession?maxResults=10", ["ListSession", "/sdk/ListSession"]),
        ("https://machine.example/direct/callTool", ["CallMcpTool", "/direct/callTool"]),
        ("https://elsewhere.example/upload", ["/upload"]),
    ],
)
def test_a_request_goes_by_its_action_on_every_route(url: str, names: list[str]) -> None:
    assert request_names(url) == names


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault.truncate(), 200, b"bo"),
        (Fault.truncate(0), 200, b""),
        (Fault.garbage(b"?"), 200, b"?"),
        (Fault.answer(503), 503, b""),
        (Fault.delay(1), 200, b"body"),
    ],
)
def test_a_fault_makes_something_else_of_an_answer(fault: Fault, status: int, body: bytes) -> None:
    made = fault.apply(ANSWER)
    assert (made.status, made.body) == (status, body)
    assert "content-length" not in made.headers


def test_headers_stay_with_a_body_that_stays() -> None:
    assert Fault.truncate().apply(ANSWER).headers == {"x-request-id": "REQ-1"}
    assert Fault.answer(500, b"x", {"a": "b"}).apply(ANSWER).headers == {"a": "b"}


@pytest.mark.parametrize("wrong", [{"first": 0}, {"times": 0}, {"probability": 1.5}, {"probability": -0.1}])
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(AgentBayUsageError, match=next(iter(wrong))):
        Rule(fault=Fault.drop(), **wrong)


def test_faults_that_make_no_sense_are_refused() -> None:
    with pytest.raises(AgentBayUsageError, match="seconds"):
        Fault.delay(-1)
    with pytest.raises(AgentBayUsageError, match="keep"):
        Fault.truncate(2)
