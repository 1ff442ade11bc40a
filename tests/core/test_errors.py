"""What errors are: whose, of which kind, and what they carry."""

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sessionbay.core.errors import (
    AgentBayError,
    AgentBayTimeoutError,
    AgentBayUsageError,
    CommandError,
    CommandTimeoutError,
    CommandUsageError,
    ContextError,
    ContextTimeoutError,
    ContextUsageError,
    FileError,
    FileTimeoutError,
    FileUsageError,
    SessionError,
    SessionTimeoutError,
    SessionUsageError,
)
from sessionbay.models.sessions import SessionStatusResult

MODULES = {
    AgentBayError: (AgentBayUsageError, AgentBayTimeoutError),
    SessionError: (SessionUsageError, SessionTimeoutError),
    CommandError: (CommandUsageError, CommandTimeoutError),
    FileError: (FileUsageError, FileTimeoutError),
    ContextError: (ContextUsageError, ContextTimeoutError),
}


def _family(error: type[AgentBayError]) -> Iterator[type[AgentBayError]]:
    yield error
    for child in error.__subclasses__():
        yield from _family(child)


ALL = list(_family(AgentBayError))
COPIES = [copy.deepcopy, copy.copy, lambda error: pickle.loads(pickle.dumps(error))]
every_module = pytest.mark.parametrize("module", MODULES)
every_copy = pytest.mark.parametrize("copied", COPIES, ids=["deepcopy", "copy", "pickle"])


@every_module
def test_every_error_is_an_agent_bay_error(module: type[AgentBayError]) -> None:
    assert all(issubclass(error, AgentBayError) for error in (module, *MODULES[module]))


@every_module
def test_the_variants_of_a_module_are_its_own_errors(module: type[AgentBayError]) -> None:
    assert all(issubclass(variant, module) for variant in MODULES[module])


@every_module
def test_a_mistake_of_the_caller_is_a_value_error_too(module: type[AgentBayError]) -> None:
    assert issubclass(MODULES[module][0], ValueError)


@every_module
def test_a_timeout_is_a_timeout_error_too(module: type[AgentBayError]) -> None:
    assert issubclass(MODULES[module][1], TimeoutError)


@every_module
def test_a_kind_picks_its_variant(module: type[AgentBayError]) -> None:
    assert [type(module.of(kind, "why")) for kind in ("usage", "timeout")] == list(MODULES[module])


@pytest.mark.parametrize("kind", ["refused", "unreachable", "invalid_response", "unknown_outcome"])
@every_module
def test_a_kind_without_a_variant_is_the_modules_own_class(module: type[AgentBayError], kind: Any) -> None:
    error = module.of(kind, "why")
    assert (type(error), error.kind) == (module, kind)


@every_module
def test_a_mistake_is_reported_with_its_reason(module: type[AgentBayError]) -> None:
    error = module.usage("give a number")
    assert (type(error), error.kind, str(error)) == (MODULES[module][0], "usage", "give a number")


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("usage", "not_sent"),
        ("refused", "rejected"),
        ("timeout", "unknown"),
        ("unreachable", "unknown"),
        ("invalid_response", "unknown"),
        ("unknown_outcome", "unknown"),
    ],
)
def test_a_kind_reports_whether_the_request_took_effect(kind: Any, outcome: str) -> None:
    assert SessionError.of(kind, "why").outcome == outcome


def test_an_outcome_that_is_known_better_stands() -> None:
    assert SessionError.of("unreachable", "why", outcome="not_sent").outcome == "not_sent"


def test_an_error_keeps_what_the_service_said() -> None:
    error = SessionError("[X] why", code="X", request_id="REQ-1", http_status_code=404)
    assert (error.code, error.request_id, error.http_status_code) == ("X", "REQ-1", 404)


def test_the_text_of_an_error_is_its_message() -> None:
    for error in ALL:
        assert str(error("why it happened")) == "why it happened"


@every_copy
def test_an_error_survives_being_copied(copied: Callable[[AgentBayError], AgentBayError]) -> None:
    for error in ALL:
        first = error("why", kind="timeout", code="X", request_id="REQ-1", http_status_code=503, outcome="not_sent")
        second = copied(first)
        assert (type(second), second.args, vars(second)) == (type(first), first.args, vars(first))


@every_copy
def test_a_copied_error_carries_its_result_along(copied: Callable[[AgentBayError], AgentBayError]) -> None:
    refused = SessionStatusResult(code="X", error_message="[X] why", request_id="REQ-1")
    assert copied(SessionError("why", result=refused)).result == refused


def test_the_cause_of_an_error_stays_in_its_process() -> None:
    error = SessionError("why")
    error.__cause__ = OSError("a connection that no other process has")
    assert pickle.loads(pickle.dumps(error)).__cause__ is None
