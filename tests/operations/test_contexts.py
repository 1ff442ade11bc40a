"""What the operations on contexts mean: how a clearing and a binding are judged, and what is refused unsent."""

from typing import Any

import pytest

from sessionbay.core.errors import ContextUsageError
from sessionbay.core.polling import PollOutcome
from sessionbay.models.context_sync import ContextMount, ContextSync
from sessionbay.models.contexts import (
    ClearContextResult,
    Context,
    ContextBinding,
    ContextBindingsResult,
    ContextInfoResult,
    ContextListParams,
    ContextStateResult,
    ContextStatus,
)
from sessionbay.operations.context import BindingListWatch, BindWatch, awaited_bindings, bind_request, format_unlisted
from sessionbay.operations.contexts import (
    GET_CONTEXT,
    ClearWatch,
    GetContextRequest,
    clear_result,
    file_ref,
    get_request,
    list_request,
    parse_context_id,
)

from ..support import AGB, BAY, json_answer

HEALS = ContextStateResult(code="InternalError", error_message="busy", http_status_code=503)
REFUSED = ContextStateResult(code="X", error_message="[X] why", http_status_code=400)


def state(word: str) -> ContextStateResult:
    return ContextStateResult(success=True, data=word, request_id="REQ-1")


@pytest.mark.parametrize(
    ("looks", "verdicts"),
    [
        ([state("clearing"), state("available")], ["pending", "done"]),
        ([state("clearing"), state("pre-available"), state("available")], ["pending", "pending", "done"]),
        ([state("available"), state("available")], ["pending", "done"]),
        ([state("available"), state("clearing"), state("available")], ["pending", "pending", "done"]),
        ([state("a new word")], ["pending"]),
        ([HEALS, state("clearing"), HEALS, state("available")], ["pending", "pending", "pending", "done"]),
        ([REFUSED], ["refused"]),
    ],
)
def test_a_clearing_is_judged_look_by_look(looks: list[ContextStateResult], verdicts: list[str]) -> None:
    watch = ClearWatch()
    assert [watch.evaluate(look) for look in looks] == verdicts


def test_a_clearing_that_is_done_says_so() -> None:
    watch = ClearWatch()
    watch.last_state = "available"
    result = clear_result(PollOutcome("done", state("available")), watch, "c", 60)
    assert result == ClearContextResult(success=True, status="available", context_id="c", request_id="REQ-1")


def test_a_clearing_that_takes_too_long_says_what_was_seen() -> None:
    watch = ClearWatch()
    watch.evaluate(state("clearing"))
    result = clear_result(PollOutcome("timeout", state("clearing")), watch, "c", 60)
    assert (result.success, result.timed_out, result.status) == (False, True, "clearing")
    assert result.error_message == "not empty after 60 s, last seen clearing"


def test_a_clearing_that_is_refused_keeps_the_reason() -> None:
    result = clear_result(PollOutcome("refused", REFUSED), ClearWatch(), "c", 60)
    assert (result.success, result.timed_out, result.error_message) == (False, False, "[X] why")


def listing(*context_ids: str) -> ContextBindingsResult:
    return ContextBindingsResult(success=True, data=tuple(ContextBinding(context_id=name) for name in context_ids))


def test_contexts_are_bound_when_all_of_them_are_listed() -> None:
    watch = BindingListWatch(frozenset("ab"))
    looks = [listing(), listing("a"), listing("a", "b", "c"), ContextBindingsResult(code="X", http_status_code=400)]
    assert [watch.evaluate(look) for look in looks] == ["pending", "pending", "done", "refused"]


def test_contexts_that_are_not_listed_are_reported_with_the_reason() -> None:
    refused = ContextBindingsResult(error_message="[X] why")
    assert format_unlisted(PollOutcome("refused", refused), 3) == "not listed as bound after 3 s: [X] why"
    assert format_unlisted(PollOutcome("timeout", listing()), 3) == "not listed as bound after 3 s"


def copying(*words: str, task_type: str = "download") -> ContextInfoResult:
    tasks = [ContextStatus("c", f"/{place}", word, task_type) for place, word in zip("ab", words, strict=False)]
    return ContextInfoResult(success=True, data=tuple(tasks))


@pytest.mark.parametrize(
    ("looks", "verdicts"),
    [
        ([copying("Running"), copying("Success")], ["pending", "done"]),
        ([copying("Failed")], ["failed"]),
        ([copying("Success", "Failed")], ["done"]),
        ([copying(), copying(), copying()], ["pending", "pending", "done"]),
        ([copying("Success", task_type="upload")] * 3, ["pending", "pending", "done"]),
        ([copying("Running")] * 4, ["pending"] * 4),
        ([ContextInfoResult(http_status_code=503), copying("Success")], ["pending", "done"]),
        ([ContextInfoResult(http_status_code=400)], ["refused"]),
    ],
)
def test_a_binding_waits_for_its_own_downloads(looks: list[ContextInfoResult], verdicts: list[str]) -> None:
    watch = BindWatch(frozenset({("c", "/a")}))
    assert [watch.evaluate(look) for look in looks] == verdicts


def test_only_copies_that_are_to_be_waited_for_are() -> None:
    contexts: list[ContextSync | ContextMount] = [
        ContextSync(context_id="a", path="/a"),
        ContextSync(context_id="b", path="/b", wait=False),
        ContextMount(context_id="m", path="/m"),
    ]
    assert awaited_bindings(contexts) == {("a", "/a")}
    assert [item.is_mount for item in bind_request("s", contexts, BAY).persistence_data_list] == [False, False, True]


def test_nothing_cannot_be_bound() -> None:
    with pytest.raises(ContextUsageError, match="No contexts provided"):
        bind_request("s", [], BAY)


@pytest.mark.parametrize("context", ["c", Context("c")])
def test_a_context_is_known_by_itself_and_by_its_id(context: object) -> None:
    assert (parse_context_id(context), file_ref(context, "/a").context_id) == ("c", "c")


@pytest.mark.parametrize("context", ["", " ", None, 3, Context("")])
def test_what_is_no_context_is_refused(context: object) -> None:
    with pytest.raises(ContextUsageError, match="context_id must be"):
        parse_context_id(context)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "Either 'name' or 'context_id' must be provided"),
        ({"context_id": "c", "create": True}, "Cannot create context using context_id"),
        ({"name": " "}, "name must be"),
        ({"context_id": ""}, "context_id must be"),
    ],
)
def test_a_context_that_cannot_be_asked_for_is_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContextUsageError, match=reason):
        get_request(**{"name": None, "context_id": None, "region_id": None, "create": False, **given})


def test_a_page_of_no_contexts_is_refused() -> None:
    with pytest.raises(ContextUsageError, match="max_results must be a whole number of 1 or more"):
        list_request(ContextListParams(max_results=0))


@pytest.mark.parametrize("dialect", [BAY, AGB], ids=lambda dialect: dialect.name)
def test_a_yes_without_an_id_is_no_context(dialect: Any) -> None:
    result = dialect.decode(GET_CONTEXT, json_answer({"Success": True, "Data": {"Id": None, "Name": "x"}}))
    assert (result.success, result.data, result.error_message) == (False, None, "there is no such context")


def test_a_context_that_is_only_looked_for_is_never_created() -> None:
    assert get_request("n", None, None, create=False) == GetContextRequest(name="n", allow_create=False)
