"""AGB: a path for each operation, JSON in camelCase, the key in a header."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast
from urllib.parse import urlsplit

from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from ..core.config import Variables
from ..core.encoding import DialectName, NamingConvention
from ..core.form import encode_form
from ..core.http import HttpRequest, HttpResponse, InvalidRequest, RequestStamp, UnknownOperation
from ..core.json_text import readable
from ..core.operation import Operation, OperationRegistry, OperationReply
from ..core.result import Result
from ..core.wire_model import Wire
from . import envelope
from .base import AnyOperation, Dialect, ParsedRequest, parse_fields
from .key_search import KeySearch, parse_bearer

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])


@dataclass(frozen=True)
class AGBDialect(Dialect):
    """agb.cloud's REST interface."""

    name: ClassVar[DialectName] = "agb"
    title: ClassVar[str] = "AGB"
    convention: ClassVar[NamingConvention] = NamingConvention(
        case=to_camel, true="true", false="false", plain_body=True
    )
    variables: ClassVar[Variables] = Variables(
        api_key="AGB_API_KEY", endpoint="AGB_ENDPOINT", timeout_ms="AGB_TIMEOUT_MS"
    )
    link_ports: ClassVar[range] = range(1, 65536)
    default_image: ClassVar[str] = "agb-code-space-1"
    image_required: ClassVar[bool] = True
    call_limit_unit: ClassVar[float] = 0.001
    sends_server: ClassVar[bool] = False
    joins_patterns: ClassVar[bool] = False
    copies_folders: ClassVar[bool] = True
    statuses: ClassVar[tuple[str, ...]] = ()
    names_framework: ClassVar[bool] = False
    mounts: ClassVar[bool] = False
    archive_excludes: ClassVar[bool] = False
    policy_required: ClassVar[bool] = True
    regex_white_lists: ClassVar[bool] = False
    phones: ClassVar[bool] = False
    traces_tasks: ClassVar[bool] = False
    default_white_lists: ClassVar[tuple[str, ...]] = ()
    sync_mode: ClassVar[str] = "minimal"
    profile_path: ClassVar[str] = "/tmp/agb_browser_data"
    fingerprint_path: ClassVar[str] = "/tmp/agb_browser_fingerprint"
    proxy_types: ClassVar[tuple[str, ...]] = ("custom", "built-in", "managed")
    absent_browser_options: ClassVar[tuple[str, ...]] = ("behaviorSimulate", "autoLogin", "callForUser", "enableRecord")
    notifies: ClassVar[bool] = False

    @classmethod
    def address(cls, region_id: str | None) -> tuple[str, str | None]:
        return "sdk-api.agb.cloud", None

    def offers(self, op: AnyOperation) -> bool:
        return op.agb is not None

    def encode(self, op: Operation[Q, A, R], request: Q, stamp: RequestStamp) -> HttpRequest:
        if op.agb is None:
            raise op.result.error_type.usage(f"AGB has no {op.action}: it is an operation of AgentBay only")
        params = envelope.format_params(op, request, self.name, self.convention, default_place=op.agb.place)
        query = encode_form((name, value) for name, value in params["query"].items() if value != "")
        return HttpRequest(
            op.agb.method,
            f"{self.endpoint}{op.agb.path}" + (f"?{query}" if query else ""),
            {
                "authorization": f"Bearer {self.api_key.reveal()}",
                "content-type": "application/json",
                "user-agent": self.user_agent,
                "accept": "*/*",
            },
            json.dumps(params["body"]).encode() if op.agb.method == "POST" else b"",
        )

    @classmethod
    def key_search(cls, head: HttpRequest) -> KeySearch:
        return KeySearch(parse_bearer(head.headers.get("authorization", "")))

    @classmethod
    def parse_request(cls, request: HttpRequest, catalogue: OperationRegistry) -> ParsedRequest:
        parts = urlsplit(request.url)
        if (op := catalogue.by_path.get(parts.path)) is None:
            raise UnknownOperation(parts.path)
        try:
            body: object = from_json(readable(request.body)) if request.body.strip() else {}
        except ValueError as exc:
            raise InvalidRequest(f"{op.action}: The request body is not JSON: {exc}.") from exc
        if not isinstance(body, dict):
            raise InvalidRequest(f"{op.action}: The request body is not a JSON object.")
        params = parse_fields(parts.query) | cast("dict[str, Any]", body)
        return ParsedRequest(op, envelope.parse_params(op, params, cls.name, cls.convention))

    @classmethod
    def format_response(cls, reply: OperationReply[Any]) -> HttpResponse:
        body = envelope.format_envelope(reply, cls.convention, ok="")
        return HttpResponse(reply.status, {"content-type": "application/json"}, json.dumps(body).encode())
