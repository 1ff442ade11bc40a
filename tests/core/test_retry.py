"""When a request is sent again."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.errors import AgentBayUsageError
from sessionbay.core.retry import Failure, RetryBudget, RetryPolicy, RetryState, classify_response, parse_retry_after

from ..support import some, texts

NOW = 1_445_412_470.0  # ten seconds before the date below
DATE = "Wed, 21 Oct 2015 07:28:00 GMT"
LOST = Failure("connection lost", "unknown")
NEVER_LEFT = Failure("connect refused", "not_sent")
THROTTLED = Failure("HTTP 429", "rejected", throttled=True)


def retries(policy: RetryPolicy | None = None, *, idempotent: bool = True, chance: float = 1.0) -> RetryState:
    """Return the attempts of one call, where chance is no chance."""
    policy = policy or RetryPolicy()
    return RetryState(policy, idempotent, lambda: chance, RetryBudget(policy.budget, lambda: 0.0))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("attempts", 0),
        ("attempts", 1.5),
        ("base", -1),
        ("cap", float("nan")),
        ("throttle_base", "1"),
        ("throttle_cap", None),
        ("budget", -1),
    ],
)
def test_a_policy_is_checked_by_its_fields(field: str, value: Any) -> None:
    with pytest.raises(AgentBayUsageError, match=f"^{field} must be"):
        RetryPolicy(**{field: value})


def test_pauses_of_a_policy_may_be_nothing() -> None:
    assert retries(RetryPolicy(base=0, cap=0)).pause(LOST, 60) == 0


@pytest.mark.parametrize(
    ("failure", "idempotent", "again"),
    [
        (LOST, True, True),
        (LOST, False, False),
        (NEVER_LEFT, False, True),
        (THROTTLED, False, True),
        (Failure("HTTP 500", "unknown"), False, False),
    ],
)
def test_only_what_does_no_harm_twice_is_sent_again(failure: Failure, idempotent: bool, again: bool) -> None:
    assert (retries(idempotent=idempotent).pause(failure, 60) is not None) is again


def test_pauses_double_up_to_the_cap() -> None:
    retry = retries(RetryPolicy(attempts=6, base=0.5, cap=3.0))
    assert [retry.pause(LOST, 60) for _ in range(6)] == [0.5, 1.0, 2.0, 3.0, 3.0, None]


def test_pauses_after_too_many_requests_have_their_own_numbers() -> None:
    retry = retries(RetryPolicy(throttle_attempts=4, throttle_base=2.0, throttle_cap=3.0))
    assert [retry.pause(THROTTLED, 60) for _ in range(4)] == [2.0, 3.0, 3.0, None]


def test_one_attempt_is_one_attempt() -> None:
    assert retries(RetryPolicy(attempts=1)).pause(LOST, 60) is None


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 0.0), (0.25, 0.25), (1.0, 1.0)])
def test_a_pause_is_a_random_part_of_the_longest(chance: float, pause: float) -> None:
    assert retries(RetryPolicy(base=1.0), chance=chance).pause(LOST, 60) == pause


def test_a_pause_that_the_service_asks_for_is_kept() -> None:
    assert retries().pause(Failure("HTTP 503", "unknown", wait=30.0), 60) == 30.0


@pytest.mark.parametrize(("wait", "left"), [(30.0, 29.9), (61.0, 600.0), (float("inf"), 600.0)])
def test_a_pause_beyond_the_time_that_is_left_or_a_minute_is_not_made(wait: float, left: float) -> None:
    assert retries().pause(Failure("HTTP 503", "unknown", wait=wait), left) is None


def test_an_outage_is_not_made_worse_than_the_budget_allows() -> None:
    budget = RetryBudget(1000, lambda: 0.0)
    calls = [RetryState(RetryPolicy(), True, lambda: 1.0, budget) for _ in range(1000)]
    assert sum(call.pause(LOST, 60) is not None for call in calls for _ in range(4)) == 100


def test_a_blip_on_a_hundred_calls_is_ridden_out_again_and_again() -> None:
    budget = RetryBudget(1000, lambda: 0.0)
    for _ in range(5):
        calls = [RetryState(RetryPolicy(), True, lambda: 1.0, budget) for _ in range(100)]
        assert all(call.pause(LOST, 60) is not None for call in calls)
        for call in calls:
            budget.record_success(call.charged)


def test_an_empty_budget_fills_with_time_and_with_calls_that_succeed() -> None:
    now = 0.0
    budget = RetryBudget(10, lambda: now)
    assert [budget.spend(), budget.spend()] == [True, False]
    now = 4.0
    budget.record_success(0)
    assert not budget.spend()
    budget.record_success(0)
    assert budget.spend()


def test_too_many_requests_cost_no_budget() -> None:
    retry = retries(RetryPolicy(budget=0))
    assert (retry.pause(THROTTLED, 60), retry.pause(LOST, 60)) == (1.0, None)


@some
@given(
    chance=st.floats(0, 1),
    left=st.floats(0, 100),
    throttled=st.booleans(),
    wait=st.none() | st.floats(0, 1000),
    attempts=st.integers(1, 50),
)
def test_no_pause_is_longer_than_what_is_left(
    chance: float, left: float, throttled: bool, wait: float | None, attempts: int
) -> None:
    retry = retries(RetryPolicy(attempts=attempts), chance=chance)
    pauses = [retry.pause(Failure("why", "unknown", throttled, wait), left) for _ in range(attempts)]
    assert all(pause is None or 0 <= pause <= left for pause in pauses)


def test_on_retry_is_called_for_each_pause() -> None:
    reported: list[tuple[int, float, str]] = []
    retry = retries(RetryPolicy(attempts=3, base=1.0, on_retry=lambda *what: reported.append(what)))
    for _ in range(3):
        retry.pause(LOST, 60)
    assert reported == [(1, 1.0, "connection lost"), (2, 2.0, "connection lost")]


@pytest.mark.parametrize(
    ("start", "left"),
    [
        (lambda reported: retries(RetryPolicy(on_retry=reported), idempotent=False), 60.0),
        (lambda reported: retries(RetryPolicy(on_retry=reported)), 0.0),
    ],
    ids=["not safe", "no time left"],
)
def test_on_retry_is_not_told_of_what_is_not_tried_again(
    start: Callable[[Callable[..., None]], RetryState], left: float
) -> None:
    reported: list[object] = []
    start(lambda *what: reported.append(what)).pause(LOST, left)
    assert not reported


@pytest.mark.parametrize(
    ("status", "code", "headers", "failure"),
    [
        (429, "", {}, Failure("HTTP 429", "rejected", throttled=True)),
        (400, "Throttling.User", {}, Failure("HTTP 400 [Throttling.User]", "rejected", throttled=True)),
        (200, "ServiceUnavailable", {}, Failure("HTTP 200 [ServiceUnavailable]", "rejected", throttled=True)),
        (400, "X", {"x-acs-retry-after": "500"}, Failure("HTTP 400 [X]", "rejected", throttled=True, wait=0.5)),
        (503, "", {"retry-after": "7"}, Failure("HTTP 503", "unknown", wait=7.0)),
        (408, "", {}, Failure("HTTP 408", "unknown")),
        (500, "InternalError", {}, Failure("HTTP 500 [InternalError]", "unknown")),
        (502, "", {}, Failure("HTTP 502", "unknown")),
        (504, "", {}, Failure("HTTP 504", "unknown")),
    ],
)
def test_an_answer_that_may_be_asked_for_again_is_a_failure(
    status: int, code: str, headers: dict[str, str], failure: Failure
) -> None:
    assert classify_response(status, code, headers, NOW) == failure


@pytest.mark.parametrize(("status", "code"), [(200, ""), (400, "X"), (401, ""), (403, ""), (404, "X"), (501, "X")])
def test_an_answer_that_stands_is_no_failure(status: int, code: str) -> None:
    assert classify_response(status, code, {}, NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "5"}, 5.0),
        ({"retry-after": " 5 "}, 5.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": DATE}, 10.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:27:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 +99999999999999999999"}, None),
        ({"x-acs-retry-after": "1500"}, 1.5),
        ({"x-acs-retry-after": "1500", "retry-after": "9"}, 1.5),
        ({"x-acs-retry-after": "soon", "retry-after": "9"}, 9.0),
    ],
    ids=str,
)
def test_the_wait_that_a_service_asks_for_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_retry_after(headers, NOW) == seconds


@some
@given(texts)
def test_any_retry_after_is_a_wait_or_none(value: str) -> None:
    wait = parse_retry_after({"retry-after": value}, NOW)
    assert wait is None or wait >= 0


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_wait_of_many_digits_is_a_long_one(digits: int) -> None:
    assert parse_retry_after({"x-acs-retry-after": "9" * digits}, NOW) in (None, float("inf"))
