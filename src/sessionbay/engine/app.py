"""The engine's front door: both clouds' wire, the direct route, and a page for each session."""

import html
import logging
import uuid
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from .._version import __version__
from ..core.challenge import answer as proof_of_engine
from ..core.http import HttpRequest, InvalidRequest, UnknownOperation
from ..core.operation import OperationReply
from ..core.secrets import Secret
from ..dialects.agb import AGBDialect
from ..dialects.agentbay import AgentBayDialect
from ..dialects.base import Dialect
from ..operations.registry import OPERATIONS
from . import direct_route
from .actions import Actions
from .api_errors import ApiError, bad_key
from .request_body import body_of, constant_time_equal
from .session import GONE, EngineSession
from .session_registry import SessionRegistry
from .transfers import ROUTE, Transfers
from .unsupported import not_served
from .ws.code_stream import serve_code

log = logging.getLogger("sessionbay.engine")
PAGE = """<!doctype html><title>{id}</title><style>body{{font:16px sans-serif;margin:3em}}td{{padding:.2em 1em}}</style>
<h1>{id}</h1><table>{rows}</table>"""


def create_app(sessions: SessionRegistry, actions: Actions, transfers: Transfers, api_key: Secret) -> Starlette:
    """Return the ASGI app that serves ``sessions``."""
    door = Endpoints(sessions, actions, api_key)
    sessions.on_start = lambda session: serve_code(session, sessions.config)
    return Starlette(
        routes=[
            Route("/health", door.health, methods=["GET"]),
            Route("/direct/{session_id}/callTool", door.direct_route, methods=["POST"]),
            WebSocketRoute("/ws/{session_id}", door.hub),
            Route("/instance/{session_id}/dashboard", door.page, methods=["GET"]),
            Route(ROUTE, transfers),
            Route("/", door.agentbay, methods=["POST"]),
            Route("/{path:path}", door.agb, methods=["GET", "POST"]),
        ]
    )


class Endpoints:
    """The endpoints."""

    def __init__(self, sessions: SessionRegistry, actions: Actions, api_key: Secret) -> None:
        self._sessions = sessions
        self._actions = actions
        self._api_key = api_key

    async def health(self, request: Request) -> Response:
        """Tell that the engine is there, and prove that it is the one whose key the caller has."""
        port = request.scope["server"][1]  # where this connection came in, whatever the caller calls it
        proof = proof_of_engine(self._api_key, request.query_params.get("challenge", ""), port)
        return JSONResponse({"engine": "sessionbay", "version": __version__, **proof})

    async def agentbay(self, request: Request) -> Response:
        """Serve AgentBay's wire."""
        return await self._control(AgentBayDialect, request)

    async def agb(self, request: Request) -> Response:
        """Serve AGB's wire."""
        return await self._control(AGBDialect, request)

    async def _control(self, dialect: type[Dialect], request: Request) -> Response:
        """Serve one operation of the control plane."""
        try:
            accepted = dialect.parse_request(await _received(request), OPERATIONS)
            if not constant_time_equal(accepted.api_key, self._api_key.reveal()):
                raise bad_key()
            reply = await self._actions.serve(accepted.op, accepted.request)
        except UnknownOperation as exc:
            reply = _told(not_served(exc.name))
        except (InvalidRequest, ApiError) as exc:
            reply = _told(exc)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception:  # the outermost edge: whatever is wrong here, the client gets an answer that it can read
            log.exception("%s %s failed", dialect.title, request.url.path)
            reply = _refused("InternalError", "the local engine failed; its log says how", 500, gateway=True)
        reply = replace(reply, request_id=str(uuid.uuid4()).upper())
        log.debug("%s %s -> success=%s code=%s", dialect.title, request.url.path, reply.success, reply.code)
        answer = dialect.format_response(reply)
        return Response(answer.body, answer.status, dict(answer.headers))

    async def direct_route(self, request: Request) -> Response:
        """Serve a tool call on the direct route; the session's own token opens it."""
        session = self._opened(request, request.headers.get(direct_route.HEADER, ""))
        if session is None:
            return direct_route.refused(direct_route.no_way_in())
        return await direct_route.serve(session, request, self._sessions.config)

    async def hub(self, socket: WebSocket) -> None:
        """Serve a connection to a session's hub; the session's own token opens it."""
        session = self._opened(socket, socket.headers.get(direct_route.HEADER, ""))
        if session is None:
            await direct_route.refused(direct_route.no_way_in())(socket.scope, socket.receive, socket.send)
            return
        await session.hub.serve(socket.scope, socket.receive, socket.send)

    async def page(self, request: Request) -> Response:
        """Show what a session is, to those who have its address."""
        session = self._opened(request, request.query_params.get("token", ""))
        if session is None:
            raise HTTPException(401, str(direct_route.no_way_in()))
        facts = {
            "status": session.status,
            "image": session.image,
            "isolation": session.sandbox.capabilities.isolation,
            "network": session.sandbox.capabilities.network,
            **{f"label {name}": value for name, value in session.labels.items()},
        }
        rows = "".join(f"<tr><td>{html.escape(name)}<td>{html.escape(value)}" for name, value in facts.items())
        return HTMLResponse(PAGE.format(id=html.escape(session.id), rows=rows))

    def _opened(self, asked: HTTPConnection, token: str) -> EngineSession | None:
        """Return the session of a path, to those who hold its token."""
        try:
            session = self._sessions.get(asked.path_params["session_id"])
        except ApiError:
            return None
        return session if session.status not in GONE and constant_time_equal(token, session.token) else None


def _told(no: InvalidRequest | ApiError) -> OperationReply[Any]:
    return _refused(no.code, str(no), no.status, gateway=no.gateway)


def _refused(code: str, message: str, status: int, *, gateway: bool) -> OperationReply[Any]:
    return OperationReply(success=False, code=code, message=message, status=status, gateway=gateway)


async def _received(request: Request) -> HttpRequest:
    return HttpRequest(request.method, str(request.url), request.headers, await body_of(request))
