"""What one side says, the other side hears: requests and answers of both dialects and of the direct route."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.errors import ContextUsageError, SessionUsageError
from sessionbay.core.http import HttpResponse
from sessionbay.core.operation import NOTHING, OperationReply
from sessionbay.core.result import format_refusal
from sessionbay.core.secrets import Secret
from sessionbay.core.wire_model import Wire
from sessionbay.dialects.base import AnyOperation, Dialect
from sessionbay.models.mobile_config import AppManagerRule, ExtraConfigs, MobileConfig
from sessionbay.operations import direct_route
from sessionbay.operations.context import BIND_CONTEXTS, LIST_BINDINGS, BindRequest
from sessionbay.operations.contexts import FilesRequest, ListContextsRequest
from sessionbay.operations.labels import SET_LABELS, SetLabelsRequest
from sessionbay.operations.links import GET_LINK, LinkRequest
from sessionbay.operations.registry import OPERATIONS
from sessionbay.operations.session import CREATE, LIST, PAUSE, RESUME, CreateRequest, ListRequest, SessionRef
from sessionbay.operations.tools import CALL_TOOL, CallAnswer, CallRequest

from ..support import (
    AGB,
    BAY,
    SPOKEN,
    STAMP,
    each_operation_once,
    either_dialect,
    every_operation,
    few,
    json_values,
    key_of,
    some,
    some_operations,
    texts,
    words,
)
from .strategies import answers, lacking, models, of, requests

SMALLEST = {
    "CreateMcpSession": CreateRequest(),
    "ListSession": ListRequest(),
    "GetLink": LinkRequest(session_id="session-1"),
    "CallMcpTool": CallRequest(session_id="session-1", name="shell", args={}),
    "ListContexts": ListContextsRequest(),
    "DescribeContextFiles": FilesRequest(context_id="c"),
}
LACKING = [(dialect, op, field) for dialect, op in SPOKEN for field in lacking(op, dialect)]


def received(dialect: Dialect, op: AnyOperation, request: Wire) -> Wire:
    """Return ``request`` as the engine reads it."""
    return dialect.parse_request(dialect.encode(op, request, STAMP), OPERATIONS).request


@every_operation
@few
@given(data=st.data())
def test_a_request_is_heard_as_it_was_said(dialect: Dialect, op: AnyOperation, data: st.DataObject) -> None:
    request = data.draw(requests(op, dialect))
    try:
        payload = dialect.encode(op, request, STAMP)
    except (
        SessionUsageError,
        ContextUsageError,
    ):  # what the cloud cannot say is the caller's mistake, and nothing was sent
        return
    accepted = dialect.parse_request(payload, OPERATIONS)
    assert (accepted.op, accepted.request) == (op, request)


@either_dialect
def test_a_request_is_heard_with_the_key_of_its_client(dialect: Dialect) -> None:
    assert key_of(dialect, dialect.encode(LIST, ListRequest(), STAMP)) == dialect.api_key.reveal()


@pytest.mark.parametrize(
    ("dialect", "op", "field"), LACKING, ids=[f"{dialect.name}-{op.action}-{field}" for dialect, op, field in LACKING]
)
@few
@given(data=st.data())
def test_a_field_that_a_cloud_lacks_is_refused_by_its_name(
    dialect: Dialect, op: AnyOperation, field: str, data: st.DataObject
) -> None:
    value = data.draw(of(op.request.model_fields[field].annotation).filter(lambda value: value is not None))
    request = SMALLEST[op.action].model_copy(update={field: value})
    with pytest.raises((SessionUsageError, ContextUsageError), match=f"has no {field} in {op.action}"):
        dialect.encode(op, request, STAMP)


@pytest.mark.parametrize("op", [PAUSE, RESUME], ids=lambda op: op.action)
def test_an_operation_that_a_cloud_lacks_is_refused_before_it_is_sent(op: AnyOperation) -> None:
    with pytest.raises(SessionUsageError, match=f"AGB has no {op.action}"):
        AGB.encode(op, SessionRef(session_id="session-1"), STAMP)


def test_agb_has_no_binding_of_contexts() -> None:
    with pytest.raises(ContextUsageError, match="AGB has no BindContexts"):
        AGB.encode(BIND_CONTEXTS, BindRequest(session_id="session-1", persistence_data_list=[]), STAMP)
    with pytest.raises(ContextUsageError, match="AGB has no DescribeSessionContexts"):
        AGB.encode(LIST_BINDINGS, SessionRef(session_id="session-1"), STAMP)


@pytest.mark.parametrize("time", ["timeout", "max_runtime"])
def test_a_part_of_a_minute_beside_a_maximum_run_time_is_refused(time: str) -> None:
    request = CreateRequest(timeout=60, max_runtime=120).model_copy(update={time: 90})
    with pytest.raises(SessionUsageError, match="whole minutes"):
        BAY.encode(CREATE, request, STAMP)


@pytest.mark.parametrize("labels", [{}, {"a": ""}, {"": "a"}, {"名": "值", "emoji": "\U0001f600"}, {"=&+ %": "\n\t\0"}])
@either_dialect
def test_labels_arrive_whatever_they_hold(dialect: Dialect, labels: dict[str, str]) -> None:
    request = SetLabelsRequest(session_id="session-1", labels=labels)
    assert received(dialect, SET_LABELS, request) == request


@pytest.mark.parametrize("args", [{}, {"a": {"b": [1, None, {"c": "文"}]}}, {"": ""}, {"n": None, "f": 1.5, "t": True}])
@either_dialect
def test_the_arguments_of_a_tool_arrive_whatever_they_hold(dialect: Dialect, args: dict[str, Any]) -> None:
    request = CallRequest(session_id="session-1", name="shell", args=args)
    assert received(dialect, CALL_TOOL, request) == request


def test_agb_leaves_an_empty_text_out_of_a_query() -> None:
    url = AGB.encode(GET_LINK, LinkRequest(session_id="session-1", protocol_type=""), STAMP).url
    assert url.endswith("/internet/getLink?sessionId=session-1")


@pytest.mark.parametrize(
    "phone",
    [
        MobileConfig(),
        MobileConfig(uninstall_blacklist=()),
        MobileConfig(app_manager_rule=AppManagerRule(rule_type="Black", app_package_name_list=())),
    ],
    ids=["nothing", "an empty list", "an empty list that is required"],
)
def test_the_settings_of_a_phone_that_are_empty_arrive_or_are_refused(phone: MobileConfig) -> None:
    request = CreateRequest(extra_configs=ExtraConfigs(mobile=phone))
    try:
        payload = BAY.encode(CREATE, request, STAMP)
    except SessionUsageError:
        return
    assert BAY.parse_request(payload, OPERATIONS).request == request


@each_operation_once
@few
@given(data=st.data(), code=texts, message=texts, request_id=texts)
def test_a_grant_is_read_as_it_was_answered(
    dialect: Dialect, op: AnyOperation, data: st.DataObject, code: str, message: str, request_id: str
) -> None:
    answer = data.draw(answers(op))
    result = dialect.decode(
        op, dialect.format_response(OperationReply(data=answer, code=code, message=message, request_id=request_id))
    )
    fields = {} if op.answer is NOTHING else op.fields(answer)
    known = {"request_id": request_id, "http_status_code": 200}
    refusal = answer.refusal() if isinstance(answer, Wire) else None
    if refusal is None:
        assert result == op.result(**{"success": True, "code": code or result.code, **known, **fields})
    else:
        assert result == op.result(**{**known, **fields, "data": None, "error_message": refusal})


@some_operations
@few
@given(
    gateway=st.booleans(),
    code=words,
    message=texts,
    request_id=texts,
    status=st.sampled_from([400, 404, 409, 500, 503]),
)
def test_a_refusal_is_read_as_it_was_answered(
    dialect: Dialect, op: AnyOperation, gateway: bool, code: str, message: str, request_id: str, status: int
) -> None:
    reply: OperationReply[Any] = OperationReply(
        success=False, gateway=gateway, code=code, message=message, request_id=request_id, status=status
    )
    wanted = op.result(
        code=code, error_message=format_refusal(code, message), request_id=request_id, http_status_code=status
    )
    assert dialect.decode(op, dialect.format_response(reply)) == wanted


@either_dialect
@some
@given(token=st.none() | texts, size=st.none() | st.integers(0), total=st.none() | st.integers(0))
def test_the_marks_of_a_page_are_read_as_they_were_answered(
    dialect: Dialect, token: str | None, size: int | None, total: int | None
) -> None:
    page = dialect.decode(
        LIST, dialect.format_response(OperationReply(data=[], next_token=token, max_results=size, total_count=total))
    )
    assert (page.next_token, page.max_results, page.total_count) == (token or "", size, total)


@pytest.mark.parametrize("link", ["https://gw.invalid/request_ai/T/path", "https://gw.invalid/request_ai/T/path/"])
@some
@given(tool=texts, server=texts, token=texts, args=st.dictionaries(texts, json_values, max_size=3))
def test_a_direct_call_is_heard_as_it_was_said(
    link: str, tool: str, server: str, token: str, args: dict[str, Any]
) -> None:
    request = direct_route.encode_request(link, Secret(token), tool, server, args, STAMP)
    call = direct_route.DirectCall.model_validate_json(request.body)
    assert (request.method, request.url) == ("POST", "https://gw.invalid/request_ai/T/path/callTool")
    assert request.headers["x-access-token"] == token
    assert call == direct_route.DirectCall(
        args=args, server=server, request_id="link-1795243855720-126043978", tool=tool, token=token
    )


@some
@given(answer=models(CallAnswer), request_id=texts)
def test_a_direct_answer_is_read_as_it_was_answered(answer: CallAnswer, request_id: str) -> None:
    result = direct_route.parse_response(HttpResponse(200, {}, direct_route.format_response(request_id, answer)))
    refusal = answer.refusal()
    fields = answer.fields() if refusal is None else answer.fields() | {"data": None, "error_message": refusal}
    known: dict[str, Any] = {"request_id": request_id, "http_status_code": 200}
    assert result == CALL_TOOL.result(success=refusal is None, **known, **fields)
