"""Encoding of request fields and response envelopes, shared by both dialects."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import StrictBool, ValidationError, create_model

from ..core.encoding import PLAIN, DialectField, DialectName, Encoder, NamingConvention, ParameterLocation, Params
from ..core.http import HttpResponse, InvalidRequest, InvalidResponse
from ..core.operation import NOTHING, Operation, OperationReply
from ..core.result import Result, format_refusal
from ..core.wire_model import Wire, first_error, plain

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])


class Envelope(Wire):
    """The envelope of each response. The clouds differ only in the case of its names."""

    success: StrictBool | None = None
    code: str | int | None = None
    message: str | None = None
    http_status_code: int | None = None
    request_id: str | None = None
    data: Any = None
    next_token: str | None = None
    max_results: int | None = None
    total_count: int | None = None
    count: int | None = None
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """The name, location and encoder of a request field in one dialect."""

    field: str
    name: str
    place: ParameterLocation | None
    form: Encoder
    absent: bool


@cache
def field_specs(request: type[Wire], dialect: DialectName, convention: NamingConvention) -> tuple[FieldSpec, ...]:
    """Return the field specs of ``request`` in ``dialect``."""
    found: list[FieldSpec] = []
    for field, info in request.model_fields.items():
        form = next((mark for mark in info.metadata if isinstance(mark, Encoder)), PLAIN)
        on = next(
            (m for m in info.metadata if isinstance(m, DialectField) and m.dialect == dialect), DialectField(dialect)
        )
        found.append(FieldSpec(field, on.name or convention.case(field), on.place, on.form or form, on.absent))
    return tuple(found)


def format_params(
    op: Operation[Q, A, R],
    request: Q,
    dialect: DialectName,
    convention: NamingConvention,
    default_place: ParameterLocation,
) -> dict[ParameterLocation, dict[str, Any]]:
    """Return the parameters of ``request`` by location. Fields that the dialect lacks raise."""
    values, specs = vars(request), field_specs(op.request, dialect, convention)
    given = [(spec, value) for spec in specs if (value := values[spec.field]) is not None]
    if unknown := [spec.field for spec, _ in given if spec.absent]:
        raise op.result.error_type.usage(f"{dialect} has no {', '.join(unknown)} in {op.action}: leave it out")
    params: dict[ParameterLocation, dict[str, Any]] = {"query": {}, "body": {}}
    for spec, value in given:
        place = spec.place or default_place
        params[place].update(spec.form.write(spec.name, value, request, convention, place))
    return params


def parse_params(op: Operation[Q, A, R], params: Params, dialect: DialectName, convention: NamingConvention) -> Q:
    """Return the request decoded from the parameters of query and body."""
    try:
        known = [spec for spec in field_specs(op.request, dialect, convention) if not spec.absent]
        found = {spec.field: spec.form.read(spec.name, params) for spec in known}
        return op.request.model_validate({field: value for field, value in found.items() if value is not None})
    except ValidationError as exc:
        raise InvalidRequest(f"{op.action}: {first_error(exc)}.") from exc
    except ValueError as exc:
        raise InvalidRequest(f"{op.action}: A parameter is neither JSON nor dotted names: {exc}.") from exc


def parse_response(op: Operation[Q, A, R], answer: HttpResponse) -> R:
    """Return the result of a response. Raise ``InvalidResponse`` if it violates the protocol."""
    envelope = _parse_envelope(op, answer)
    request_id = envelope.request_id or answer.headers.get("x-request-id", "")
    known: dict[str, Any] = {"request_id": request_id, "http_status_code": envelope.http_status_code or answer.status}
    try:
        if answer.status >= 400 or envelope.success is False:
            return op.result(success=False, **_failure_fields(envelope, answer.status), **known)
        return op.result(**_success_fields(op, envelope), **known)
    except ValueError as exc:
        raise InvalidResponse(f"{op.action}: {exc}", status=answer.status, request_id=request_id) from exc


def _failure_fields(envelope: Envelope, status: int) -> dict[str, Any]:
    """Return the fields of an unsuccessful result."""
    code = "" if envelope.code is None else str(envelope.code)
    if envelope.success is None and not code:
        raise ValueError(f"HTTP {status} without a reason")
    reason = envelope.data.refusal() if isinstance(envelope.data, Wire) else None
    text = format_refusal(code, envelope.message or reason or "") or f"refused with HTTP {status}"
    if code == "NOT_LOGIN":
        text += ": check the API key, and that it belongs to this endpoint"
    return {"code": code, "error_message": text}


def _success_fields(op: Operation[Any, Any, Any], envelope: Envelope) -> dict[str, Any]:
    """Return the fields of a result with a successful envelope. The payload may still report a failure."""
    if envelope.success is None:
        raise ValueError("the answer does not say Success")
    if op.answer is not NOTHING and envelope.data is None:
        raise ValueError("the answer has no Data")
    fields = {} if op.answer is NOTHING else op.fields(envelope.data)
    if op.paged:
        total = envelope.count if envelope.total_count is None else envelope.total_count
        fields |= {"next_token": envelope.next_token or "", "total_count": total, "max_results": envelope.max_results}
    if isinstance(envelope.data, Wire) and (reason := envelope.data.refusal()) is not None:
        return fields | {"success": False, "data": None, "error_message": reason}
    return fields | {"success": True, "code": "" if envelope.code is None else str(envelope.code)}


def _parse_envelope(op: Operation[Q, A, R], answer: HttpResponse) -> Envelope:
    request_id = answer.headers.get("x-request-id", "")
    try:
        return _unwrap_body(op, _envelope_type(op).model_validate_json(answer.body))
    except ValidationError as exc:
        shaped = exc
    try:
        loose = Envelope.model_validate_json(answer.body)
    except ValidationError as exc:
        text = f"HTTP {answer.status} and not the protocol: {first_error(exc)}"
        raise InvalidResponse(text, status=answer.status, request_id=request_id) from exc
    if answer.status < 400 and loose.success is not False:
        text = f"Data is not what {op.action} answers: {first_error(shaped)}"
        raise InvalidResponse(text, status=answer.status, request_id=loose.request_id or request_id) from shaped
    return loose.model_copy(update={"data": None})


def _unwrap_body(op: Operation[Q, A, R], envelope: Envelope) -> Envelope:
    """Return the envelope inside ``body``, as in some of AGB's responses to a deletion."""
    if envelope.success is None and envelope.body:
        return _envelope_type(op).model_validate(envelope.body)
    return envelope


@cache
def _envelope_type(op: Operation[Any, Any, Any]) -> type[Envelope]:
    if op.answer is NOTHING:
        return Envelope
    data: Any = op.answer | None
    return create_model(f"Envelope[{op.action}]", __base__=Envelope, data=(data, None))


def format_envelope(reply: OperationReply[Any], convention: NamingConvention, ok: str) -> dict[str, Any]:
    """Return the plain JSON of ``reply``, named in the dialect's case (the engine's side)."""
    fields: Mapping[str, Any] = {
        "request_id": reply.request_id,
        "success": reply.success,
        "code": reply.code or (ok if reply.success else "Refused"),
        "message": reply.message,
        "http_status_code": reply.status,
        "data": plain(reply.data, convention.case),
        "next_token": reply.next_token,
        "max_results": reply.max_results,
        "total_count": reply.total_count,
        "count": reply.total_count,
    }
    return {convention.case(name): value for name, value in fields.items() if value is not None}
