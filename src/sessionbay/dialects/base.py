"""The base class of dialects: the constants of a cloud, and four pure functions."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qsl

from ..core.config import Variables
from ..core.encoding import DialectName, NamingConvention
from ..core.http import HttpRequest, HttpResponse, InvalidRequest, RequestStamp
from ..core.operation import Operation, OperationRegistry, OperationReply
from ..core.result import Result
from ..core.secrets import Secret
from ..core.wire_model import Wire
from . import envelope
from .key_search import KeySearch

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])
AnyOperation = Operation[Any, Any, Any]
MAX_FIELDS = 4096  # of a query or a form


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request that the engine parsed."""

    op: AnyOperation
    request: Wire


@dataclass(frozen=True)
class Dialect(ABC):
    """The wire protocol of one cloud. No other module tests which cloud it talks to.

    The class attributes are constants of the cloud; the fields are the endpoint and the credentials.

    Attributes:
        link_ports: The documented ports of links; the cloud may refuse others.
        default_image: The default image of ``list_mcp_tools``.
        call_limit_unit: The unit, in seconds, of the timeouts of ``call_mcp_tool``.
        sends_server: Whether a tool call through the control plane names the tool's server.
        joins_patterns: Whether ``search_files`` takes the exclude patterns as one comma-separated string.
        copies_folders: Whether a file transfer copies the file's folder instead of the file.
        statuses: The states that a list of sessions can be filtered by.
        names_framework: Whether the statistics sent with a new session name the agent framework.
        policy_required: Whether the default policy of a context must be sent.
        default_white_lists: The paths that a policy without white lists stands for.
        sync_mode: The default ``sync_mode`` of a ``BrowserContext``.
        proxy_types: The types of a ``BrowserProxy``.
        absent_browser_options: The names in a ``BrowserOption`` on the wire that the cloud does not know.
        traces_tasks: Whether the operator's tasks carry a trace id, observations among them, and pages their context.
        notifies: Whether browsers send notifications over the session's WebSocket.
    """

    name: ClassVar[DialectName]
    title: ClassVar[str]
    convention: ClassVar[NamingConvention]
    variables: ClassVar[Variables]
    link_ports: ClassVar[range]
    default_image: ClassVar[str]
    image_required: ClassVar[bool]
    call_limit_unit: ClassVar[float]
    sends_server: ClassVar[bool]
    joins_patterns: ClassVar[bool]
    copies_folders: ClassVar[bool]
    statuses: ClassVar[tuple[str, ...]]
    names_framework: ClassVar[bool]
    mounts: ClassVar[bool]
    archive_excludes: ClassVar[bool]
    policy_required: ClassVar[bool]
    regex_white_lists: ClassVar[bool]
    phones: ClassVar[bool]
    traces_tasks: ClassVar[bool]
    default_white_lists: ClassVar[tuple[str, ...]]
    sync_mode: ClassVar[str]
    profile_path: ClassVar[str]
    fingerprint_path: ClassVar[str]
    proxy_types: ClassVar[tuple[str, ...]]
    absent_browser_options: ClassVar[tuple[str, ...]]
    notifies: ClassVar[bool]

    endpoint: str
    api_key: Secret
    region_id: str | None = None
    user_agent: str = "sessionbay"

    @classmethod
    @abstractmethod
    def address(cls, region_id: str | None) -> tuple[str, str | None]:
        """Return the default endpoint and region for ``region_id``."""

    def offers(self, op: AnyOperation) -> bool:
        """Return whether this cloud has ``op``."""
        return True

    @abstractmethod
    def encode(self, op: Operation[Q, A, R], request: Q, stamp: RequestStamp) -> HttpRequest:
        """Return ``request`` as an HTTP request."""

    def decode(self, op: Operation[Q, A, R], answer: HttpResponse) -> R:
        """Return the result of a response. Raise ``InvalidResponse`` if it violates the protocol."""
        return envelope.parse_response(op, answer)

    @classmethod
    @abstractmethod
    def key_search(cls, head: HttpRequest) -> KeySearch:
        """Return the search for the key of a request whose body is still to come (the engine's side)."""

    @classmethod
    @abstractmethod
    def parse_request(cls, request: HttpRequest, catalogue: OperationRegistry) -> ParsedRequest:
        """Parse an HTTP request (the engine's side). Raise ``InvalidRequest`` if it is invalid."""

    @classmethod
    @abstractmethod
    def format_response(cls, reply: OperationReply[Any]) -> HttpResponse:
        """Return ``reply`` as an HTTP response (the engine's side)."""


def parse_fields(text: str) -> dict[str, Any]:
    """Return the fields of a query or a form. Raise ``InvalidRequest`` if there are too many."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as exc:
        raise InvalidRequest(f"The query or the form has more than {MAX_FIELDS} fields.") from exc
