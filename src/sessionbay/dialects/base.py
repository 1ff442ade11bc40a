"""What a dialect is: the data that tells two clouds apart, and four pure functions."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from ..core.config import Variables
from ..core.encoding import DialectName, NamingConvention
from ..core.http import HttpRequest, HttpResponse, RequestStamp
from ..core.operation import Operation, OperationRegistry, OperationReply
from ..core.result import Result
from ..core.secrets import Secret
from ..core.wire_model import Wire
from . import envelope

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])
AnyOperation = Operation[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request as the engine reads it."""

    op: AnyOperation
    request: Wire
    api_key: str = field(repr=False)


@dataclass(frozen=True)
class Dialect(ABC):
    """One cloud's wire. Nothing outside a dialect tests which cloud it talks to.

    The class attributes are the clouds' own facts; the fields say where to go, and as whom.

    Attributes:
        link_ports: The ports that links may lead to.
        default_image: The image whose tools are listed when none is named.
        call_limit_unit: The unit, in seconds, of the time limits of ``call_mcp_tool``.
        sends_server: Whether a tool call through the control plane names the tool's server.
        joins_patterns: Whether ``search_files`` takes the patterns to leave out as one text, joined by commas.
        copies_folders: Whether a file that is transferred is copied with its folder, rather than by itself.
        statuses: The states that a list of sessions can be narrowed to.
        names_framework: Whether the statistics sent with a new session name the agent framework.
        policy_required: Whether a context without a policy gets the default one spelled out.
        default_white_lists: The paths that a policy without white lists stands for.
        profile: How much of a browser's profile is kept unless the caller says.
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
    default_white_lists: ClassVar[tuple[str, ...]]
    profile: ClassVar[str]
    profile_path: ClassVar[str]
    fingerprint_path: ClassVar[str]

    endpoint: str
    api_key: Secret
    region_id: str | None = None
    user_agent: str = "sessionbay"

    @classmethod
    @abstractmethod
    def address(cls, region_id: str | None) -> tuple[str, str | None]:
        """Return the cloud's endpoint, and the region it goes by there."""

    def offers(self, op: AnyOperation) -> bool:
        """Return whether this cloud has ``op`` at all."""
        return True

    @abstractmethod
    def encode(self, op: Operation[Q, A, R], request: Q, stamp: RequestStamp) -> HttpRequest:
        """Return the HTTP request that says ``request``."""

    def decode(self, op: Operation[Q, A, R], answer: HttpResponse) -> R:
        """Return the result that ``format_response`` says; raise ``InvalidAnswer`` when it is not the protocol."""
        return envelope.decode(op, answer)

    @classmethod
    @abstractmethod
    def parse_request(cls, request: HttpRequest, catalogue: OperationRegistry) -> ParsedRequest:
        """Read an HTTP request as the engine does; raise ``InvalidRequest`` when it says nothing known."""

    @classmethod
    @abstractmethod
    def format_response(cls, reply: OperationReply[Any]) -> HttpResponse:
        """Return the HTTP answer that says ``reply``."""


def bearer(value: str) -> str:
    """Return the key of an ``Authorization`` value."""
    return value.removeprefix("Bearer ").strip()
