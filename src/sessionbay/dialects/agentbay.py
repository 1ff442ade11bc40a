"""AgentBay: one URL, the action in the query, a form in PascalCase, the key in the form."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from pydantic.alias_generators import to_pascal

from ..core.config import Variables
from ..core.encoding import DialectName, NamingConvention
from ..core.form import encode_form
from ..core.http import HttpRequest, HttpResponse, RequestStamp, UnknownOperation
from ..core.operation import Operation, OperationRegistry, OperationReply
from ..core.result import Result
from ..core.wire_model import Wire
from . import envelope
from .base import Dialect, ParsedRequest, parse_fields
from .key_search import KeySearch

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])

VERSION = "2025-05-06"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class AgentBayDialect(Dialect):
    """Alibaba Cloud's RPC gateway."""

    name: ClassVar[DialectName] = "agentbay"
    title: ClassVar[str] = "AgentBay"
    convention: ClassVar[NamingConvention] = NamingConvention(
        case=to_pascal, true="True", false="False", plain_body=False
    )
    variables: ClassVar[Variables] = Variables(
        api_key="AGENTBAY_API_KEY",
        endpoint="AGENTBAY_ENDPOINT",
        timeout_ms="AGENTBAY_TIMEOUT_MS",
        region_id="AGENTBAY_REGION_ID",
        dotenv_upwards=True,
    )
    link_ports: ClassVar[range] = range(30100, 30200)
    default_image: ClassVar[str] = "linux_latest"
    image_required: ClassVar[bool] = False
    call_limit_unit: ClassVar[float] = 1.0
    sends_server: ClassVar[bool] = True
    joins_patterns: ClassVar[bool] = True
    copies_folders: ClassVar[bool] = False
    statuses: ClassVar[tuple[str, ...]] = ("RUNNING", "PAUSING", "PAUSED", "RESUMING", "DELETING", "DELETED")
    names_framework: ClassVar[bool] = True
    mounts: ClassVar[bool] = True
    archive_excludes: ClassVar[bool] = True
    policy_required: ClassVar[bool] = False
    regex_white_lists: ClassVar[bool] = True
    phones: ClassVar[bool] = True
    traces_tasks: ClassVar[bool] = True
    default_white_lists: ClassVar[tuple[str, ...]] = ("",)
    sync_mode: ClassVar[str] = "standard"
    profile_path: ClassVar[str] = "/tmp/agentbay_browser"
    fingerprint_path: ClassVar[str] = "/tmp/browser_fingerprint"
    proxy_types: ClassVar[tuple[str, ...]] = ("custom", "wuying", "managed")
    absent_browser_options: ClassVar[tuple[str, ...]] = ()
    notifies: ClassVar[bool] = True

    @classmethod
    def address(cls, region_id: str | None) -> tuple[str, str | None]:
        region = region_id or "cn-hangzhou"
        plain = region.removeprefix("pre-")
        if plain == region:
            return f"agentbay.{region}.aliyuncs.com", region
        product = "wuyingai-pre" if plain == "ap-southeast-1" else "agentbay-pre"
        return f"{product}.{plain}.aliyuncs.com", plain

    def encode(self, op: Operation[Q, A, R], request: Q, stamp: RequestStamp) -> HttpRequest:
        params = envelope.format_params(op, request, self.name, self.convention, default_place="body")
        moment = _timestamp(int(stamp.time))
        query = f"Action={op.action}&Format=json&Version={VERSION}&Timestamp={moment}&SignatureNonce={stamp.nonce}"
        if own := params["query"]:
            query = f"{query}&{encode_form(own.items())}"
        form = {"Authorization": f"Bearer {self.api_key.reveal()}", **params["body"]}
        return HttpRequest(
            "POST",
            f"{self.endpoint}/?{query}",
            {
                "x-acs-version": VERSION,
                "x-acs-action": op.action,
                "user-agent": self.user_agent,
                "content-type": _FORM,
                "accept": "*/*",
            },
            encode_form(sorted(form.items())).encode(),
        )

    @classmethod
    def key_search(cls, head: HttpRequest) -> KeySearch:
        search = KeySearch(field=b"Authorization")
        search.feed(urlsplit(head.url).query.encode())
        return search if search.finish() else KeySearch(field=b"Authorization")

    @classmethod
    def parse_request(cls, request: HttpRequest, catalogue: OperationRegistry) -> ParsedRequest:
        params = parse_fields(urlsplit(request.url).query) | parse_fields(request.body.decode("utf-8", "replace"))
        action = params.get("Action") or request.headers.get("x-acs-action", "")
        if (op := catalogue.by_action.get(action)) is None:
            raise UnknownOperation(action)
        return ParsedRequest(op, envelope.parse_params(op, params, cls.name, cls.convention))

    @classmethod
    def format_response(cls, reply: OperationReply[Any]) -> HttpResponse:
        if reply.gateway:
            body: dict[str, Any] = {"RequestId": reply.request_id, "Code": reply.code, "Message": reply.message}
        else:
            body = envelope.format_envelope(reply, cls.convention, ok="ok")
        return HttpResponse(
            reply.status if reply.gateway else 200, {"content-type": "application/json"}, json.dumps(body).encode()
        )


@lru_cache(maxsize=1)
def _timestamp(second: int) -> str:
    """Return a Unix time as in a URL."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H%%3A%M%%3A%SZ")
