"""The access to a session: its screen, and links to its ports."""

from typing import Annotated

from pydantic import Field

from ..core.encoding import ONLY_AGENTBAY
from ..core.operation import Operation, Route
from ..core.wire_model import TextWire, Wire
from ..models.sessions import InfoResult, LinkResult, SessionInfo
from .session import SessionRef


class DesktopInfo(Wire):
    app_id: str | None = None
    auth_code: str | None = Field(default=None, repr=False)
    connection_properties: str | None = None
    resource_id: str | None = None
    resource_type: str | None = None
    ticket: str | None = Field(default=None, repr=False)


class InfoAnswer(Wire):
    session_id: str
    resource_url: str | None = Field(default=None, repr=False)
    desktop_info: DesktopInfo | None = None

    def info(self) -> SessionInfo:
        """Return the public value, which flattens the two levels of the wire."""
        desktop: dict[str, str] = self.desktop_info.dump() if self.desktop_info else {}
        return SessionInfo(session_id=self.session_id, resource_url=self.resource_url or "", **desktop)


class LinkRequest(SessionRef):
    protocol_type: str | None = None
    port: int | None = None
    option: Annotated[str | None, ONLY_AGENTBAY] = None


class LinkAnswer(TextWire):
    url: str = Field(min_length=1, repr=False)


INFO = Operation(
    action="GetMcpResource",
    agb=Route("POST", "/mcp/getMcpResource", "body"),
    request=SessionRef,
    answer=InfoAnswer,
    result=InfoResult,
    fields=lambda answer: {"data": answer.info()},
    idempotent=True,
)
GET_LINK = Operation(
    action="GetLink",
    agb=Route("GET", "/internet/getLink"),
    request=LinkRequest,
    answer=LinkAnswer,
    result=LinkResult,
    fields=lambda answer: {"data": answer.url},
    idempotent=True,
)
