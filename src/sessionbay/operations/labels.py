"""Labels: the names and values that sessions are found by."""

from typing import Annotated

from ..core.encoding import TEXT_ASCII, DialectField
from ..core.operation import NOTHING, Operation, Route
from ..core.wire_model import JsonText, Wire
from ..models.sessions import LabelsResult, OperationResult
from .session import SessionRef


class SetLabelsRequest(SessionRef):
    labels: Annotated[dict[str, str], TEXT_ASCII, DialectField("agb", name="Labels")]


class LabelsAnswer(Wire):
    labels: JsonText[dict[str, str] | None] = None


SET_LABELS = Operation(
    action="SetLabel",
    agb=Route("POST", "/sdk/SetLabel"),
    request=SetLabelsRequest,
    answer=NOTHING,
    result=OperationResult[None],
    idempotent=True,
)
GET_LABELS = Operation(
    action="GetLabel",
    agb=Route("GET", "/sdk/GetLabel"),
    request=SessionRef,
    answer=LabelsAnswer,
    result=LabelsResult,
    fields=lambda answer: {"data": answer.labels or {}},
    idempotent=True,
)
