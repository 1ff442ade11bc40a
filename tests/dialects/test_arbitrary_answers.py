"""Whatever comes: an answer is a result or is no answer, and no guess is ever a success."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st
from hypothesis.strategies import SearchStrategy

from sessionbay.core.http import HttpResponse, InvalidResponse
from sessionbay.core.operation import NOTHING
from sessionbay.core.wire_model import Wire
from sessionbay.dialects.base import AnyOperation, Dialect
from sessionbay.operations import direct_route

from ..support import AGB, BAY, each_operation_once, few, json_answer, json_values, some, some_operations, texts

ENVELOPE = (
    "success",
    "data",
    "code",
    "message",
    "http_status_code",
    "request_id",
    "next_token",
    "max_results",
    "count",
)
STATUSES = st.sampled_from([200, 204, 302, 400, 404, 500, 503])
anything = json_values | json_values.map(json.dumps)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        dialect.convention.case(name): st.booleans() | json_values for name in ENVELOPE for dialect in (BAY, AGB)
    },
)


def payloads(answer: Any) -> SearchStrategy[Any]:
    """Return JSON values with the names of ``answer``, in any case, and any values."""
    if answer is NOTHING:
        return anything
    if get_args(answer):
        return st.lists(payloads(get_args(answer)[0]), max_size=3)
    names: type[Wire] = answer
    fields = {
        case(name): anything for name in names.model_fields for case in (str, BAY.convention.case, AGB.convention.case)
    }
    return st.fixed_dictionaries({}, optional=fields)


@some_operations
@few
@given(body=st.binary() | texts.map(str.encode), status=STATUSES)
def test_arbitrary_bytes_are_no_answer(dialect: Dialect, op: AnyOperation, body: bytes, status: int) -> None:
    with pytest.raises(InvalidResponse):
        dialect.decode(op, HttpResponse(status, {}, body))


@some_operations
@few
@given(body=envelopes | json_values, status=STATUSES)
def test_arbitrary_json_is_a_success_only_when_it_says_so(
    dialect: Dialect, op: AnyOperation, body: Any, status: int
) -> None:
    try:
        result = dialect.decode(op, json_answer(body, status))
    except InvalidResponse:
        return
    payload = body.get("Success", body.get("success"))
    assert not result.success or (status < 400 and payload is True)


@each_operation_once
@few
@given(data=st.data())
def test_arbitrary_data_is_read_or_is_no_answer(dialect: Dialect, op: AnyOperation, data: st.DataObject) -> None:
    body = {dialect.convention.case("success"): True, dialect.convention.case("data"): data.draw(payloads(op.answer))}
    try:
        result = dialect.decode(op, json_answer(body))
    except InvalidResponse:
        return
    assert result.success or result.error_message


@some
@given(body=st.binary() | anything.map(json.dumps).map(str.encode), status=STATUSES)
def test_an_arbitrary_answer_of_the_direct_route_is_a_success_only_with_a_result(body: bytes, status: int) -> None:
    try:
        result = direct_route.parse_response(HttpResponse(status, {}, body))
    except InvalidResponse:
        return
    assert not result.success


@some
@given(data=payloads(direct_route.RpcAnswer), status=STATUSES)
def test_arbitrary_data_of_the_direct_route_is_a_success_only_below_400(data: Any, status: int) -> None:
    try:
        result = direct_route.parse_response(json_answer({"data": data}, status))
    except InvalidResponse:
        return
    assert not result.success or (status < 400 and "result" in {name.lower() for name in data})
