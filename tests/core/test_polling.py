"""How a wait decides."""

from itertools import islice

import pytest

from sessionbay.core.error_codes import ErrorCode
from sessionbay.core.errors import SessionError
from sessionbay.core.polling import (
    PollOutcome,
    constant_backoff,
    exponential_backoff,
    is_gone,
    is_permanent,
    is_throttled,
    is_transient,
)
from sessionbay.models.sessions import SessionStatusResult

PAUSED, PAUSING = "PAUSED", "PAUSING"


def saw(status: str) -> SessionStatusResult:
    return SessionStatusResult(success=True, data=status)


def refused(code: str = "", status: int = 200) -> SessionStatusResult:
    return SessionStatusResult(code=code, http_status_code=status, error_message="why")


@pytest.mark.parametrize(
    ("code", "gone"),
    [
        ("InvalidMcpSession.NotFound", True),
        ("InvalidSession.NotFound", True),
        ("SessionNotFound", True),
        ("InvalidAction.NotFound", False),
        ("NotFound.Not", False),
        ("", False),
    ],
)
def test_a_code_reports_whether_a_thing_is_gone(code: str, gone: bool) -> None:
    assert is_gone(refused(code, 404)) is gone


def test_a_success_is_never_gone() -> None:
    assert not is_gone(SessionStatusResult(success=True, code="InvalidMcpSession.NotFound"))


@pytest.mark.parametrize(
    ("code", "status", "heals"),
    [
        ("InternalError", 500, True),
        ("", 502, True),
        ("X", 503, True),
        ("X", 504, True),
        ("X", 408, True),
        ("X", 429, True),
        ("Throttling.User", 400, True),
        ("ServiceUnavailable", 200, True),
        ("X", 400, False),
        ("X", 200, False),
        ("InternalError", 401, False),
        ("Throttling", 403, False),
        ("X", 404, False),
        ("NOT_LOGIN", 503, False),
        ("Forbidden.RAM", 500, False),
        ("AccessDenied", 500, False),
        ("InvalidApiKey", 500, False),
        ("InvalidMcpSession.NotFound", 503, False),
    ],
)
def test_code_and_status_tell_whether_a_refusal_heals(code: str, status: int, heals: bool) -> None:
    assert is_transient(refused(code, status)) is heals


@pytest.mark.parametrize(
    ("code", "status", "permanent"),
    [
        ("NOT_LOGIN", 200, True),
        ("X", 401, True),
        ("InvalidMcpSession.NotFound", 400, True),
        (ErrorCode.SESSION_GONE, 200, True),
        ("X", 400, False),
        ("InternalError", 500, False),
        ("", 200, False),
    ],
)
def test_code_and_status_tell_whether_a_refusal_is_for_ever(code: str, status: int, permanent: bool) -> None:
    assert is_permanent(refused(code, status)) is permanent
    assert not is_permanent(SessionStatusResult(success=True, code=code, http_status_code=status))


@pytest.mark.parametrize(
    ("code", "throttled"),
    [
        ("Throttling", True),
        ("Throttling.User", True),
        ("ServiceUnavailable", True),
        ("TooManyRequests", True),
        ("QuotaExceeded.Rate", True),
        ("QuotaExceeded", False),
        ("NotThrottling", False),
        ("", False),
    ],
)
def test_a_code_reports_whether_there_were_too_many_requests(code: str, throttled: bool) -> None:
    assert is_throttled(code) is throttled


@pytest.mark.parametrize(
    ("waited", "last_state", "text"),
    [
        (PollOutcome("failed", saw("FINISH")), "FINISH", "went FINISH, not PAUSED"),
        (PollOutcome("timeout", saw(PAUSING)), PAUSING, "not PAUSED after 2.5 s, last seen PAUSING"),
        (PollOutcome("timeout"), "", "not PAUSED after 2.5 s, no state was seen"),
        (PollOutcome("timeout", refused()), PAUSING, "not PAUSED after 2.5 s, last seen PAUSING; why"),
        (
            PollOutcome("timeout", saw(PAUSING), SessionError("no route")),
            PAUSING,
            "not PAUSED after 2.5 s, last seen PAUSING; no route",
        ),
    ],
)
def test_the_end_of_a_wait_is_reported_in_one_line(
    waited: PollOutcome[SessionStatusResult], last_state: str, text: str
) -> None:
    assert waited.describe(PAUSED, last_state, 2.5) == text


def test_steady_pauses_stay_the_same() -> None:
    assert list(islice(constant_backoff(2.0), 3)) == [2.0, 2.0, 2.0]


def test_growing_pauses_grow_to_the_longest() -> None:
    assert list(islice(exponential_backoff(1.0, 2.0, 5.0), 5)) == [1.0, 2.0, 4.0, 5.0, 5.0]
