"""The engine's ASGI app: both clouds' APIs, the direct route, and a page for each session."""

import html
import uuid
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from .._version import __version__
from ..core.challenge import ENGINE_HEADER, health_proof
from ..core.escaping_filter import escaping_logger
from ..core.http import HttpRequest, HttpResponse, InvalidRequest, UnknownOperation
from ..core.operation import OperationReply
from ..core.secrets import Secret
from ..dialects.agb import AGBDialect
from ..dialects.agentbay import AgentBayDialect
from ..dialects.base import Dialect
from ..operations.registry import OPERATIONS
from ..operations.tools import CallAnswer, CallRequest
from . import direct_route
from .actions import Actions
from .api_errors import GONE, ApiError
from .connections import connections
from .desktop.screen_relay import relay_screen
from .query_limit import QueryLimitMiddleware
from .request_body import KeyGuard, constant_time_equal, parse_body
from .session import EngineSession
from .session_registry import SessionRegistry
from .shortage import unexpected
from .tool_response import run_for_client, to_response
from .transfers import ROUTE, Transfers
from .unsupported import not_served
from .ws.code_stream import serve_code

log = escaping_logger("sessionbay.engine")
PAGE = """<!doctype html><title>{id}</title><style>body{{font:16px sans-serif;margin:3em}}td{{padding:.2em 1em}}</style>
<h1>{id}</h1><table>{rows}</table>"""


def create_app(sessions: SessionRegistry, actions: Actions, transfers: Transfers, api_key: Secret) -> Starlette:
    """Return the ASGI app that serves ``sessions``."""
    endpoints = Endpoints(sessions, actions, api_key)

    def on_start(session: EngineSession) -> None:
        serve_code(session, sessions.config)
        session.sign = lambda name: transfers.picture_address(session.id, name)

    sessions.on_start = on_start
    return Starlette(
        routes=[
            Route("/health", endpoints.health, methods=["GET"]),
            Route("/direct/{session_id}/callTool", endpoints.direct_route, methods=["POST"]),
            WebSocketRoute("/ws/{session_id}", endpoints.hub),
            WebSocketRoute("/screen/{session_id}", endpoints.screen),
            Route("/instance/{session_id}/dashboard", endpoints.page, methods=["GET"]),
            Route(ROUTE, transfers),
            Route("/", endpoints.agentbay, methods=["POST"]),
            Route("/{path:path}", endpoints.agb, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(QueryLimitMiddleware)],
    )


class Endpoints:
    """The HTTP and WebSocket endpoints of the engine."""

    def __init__(self, sessions: SessionRegistry, actions: Actions, api_key: Secret) -> None:
        self._sessions = sessions
        self._actions = actions
        self._api_key = api_key
        self._guard = KeyGuard(lambda key: constant_time_equal(key, api_key.reveal()))

    async def health(self, request: Request) -> Response:
        """Report the version, and answer the caller's challenge to prove knowledge of the key."""
        port = request.scope["server"][1]  # the port of this connection, not that of the Host header
        proof = health_proof(self._api_key, request.query_params.get("challenge", ""), port)
        return JSONResponse({"engine": "sessionbay", "version": __version__, **proof})

    async def agentbay(self, request: Request) -> Response:
        """Serve AgentBay's API."""
        return await self._control(AgentBayDialect, request)

    async def agb(self, request: Request) -> Response:
        """Serve AGB's API."""
        return await self._control(AGBDialect, request)

    async def _control(self, dialect: type[Dialect], request: Request) -> Response:
        """Serve an operation of the control plane."""
        try:
            head = HttpRequest(request.method, str(request.url), request.headers)
            body = await self._guard.read(request, dialect.key_search(head))
            connections().authorize(request.scope)
            accepted = await parse_body(body, lambda: dialect.parse_request(replace(head, body=body), OPERATIONS))
            tool = accepted.request.name if isinstance(accepted.request, CallRequest) else ""
            reply = await run_for_client(request, tool, self._actions.serve(accepted.op, accepted.request))
        except UnknownOperation as exc:
            reply = _error_reply(not_served(exc.name))
        except (InvalidRequest, ApiError) as exc:
            reply = _error_reply(exc)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as exc:  # noqa: BLE001  # the outermost edge: the client still gets a response
            reply = _error_reply(unexpected(exc, f"{dialect.title} {request.url.path}"))
        reply = replace(reply, request_id=str(uuid.uuid4()).upper())
        log.debug("%s %s -> success=%s code=%s", dialect.title, request.url.path, reply.success, reply.code)
        if isinstance(reply.data, CallAnswer):
            return await to_response(reply.data, lambda one: _format(dialect, replace(reply, data=one)))
        answer = _format(dialect, reply)
        return Response(answer.body, answer.status, dict(answer.headers))

    async def direct_route(self, request: Request) -> Response:
        """Serve a tool call on the direct route, authorized by the session's token."""
        session = self._authorized_session(request, request.headers.get(direct_route.HEADER, ""))
        if session is None:
            return direct_route.error_response(direct_route.unauthorized())
        return await direct_route.serve(session, request, self._sessions.config)

    async def hub(self, socket: WebSocket) -> None:
        """Serve a WebSocket to a session's hub, authorized by the session's token."""
        session = self._authorized_session(socket, socket.headers.get(direct_route.HEADER, ""))
        if session is None:
            await direct_route.error_response(direct_route.unauthorized())(socket.scope, socket.receive, socket.send)
            return
        await session.hub.serve(socket.scope, socket.receive, socket.send)

    async def screen(self, socket: WebSocket) -> None:
        """Show the screen of a session to a viewer, authorized by the session's token in the query or in its header."""
        query = socket.query_params
        token = query.get("token") or socket.headers.get(direct_route.HEADER, "")
        session = self._authorized_session(socket, token)
        if session is None:
            await direct_route.error_response(direct_route.unauthorized())(socket.scope, socket.receive, socket.send)
            return
        await relay_screen(session, socket, control=query.get("control") in ("1", "true"))

    async def page(self, request: Request) -> Response:
        """Show the page of a session, authorized by the token in its URL."""
        session = self._authorized_session(request, request.query_params.get("token", ""))
        if session is None:
            raise HTTPException(401, str(direct_route.unauthorized()))
        facts = {
            "status": session.status,
            "image": session.image,
            "isolation": session.sandbox.capabilities.isolation,
            "network": session.sandbox.capabilities.network,
            **{f"label {name}": value for name, value in session.labels.items()},
        }
        rows = "".join(f"<tr><td>{html.escape(name)}<td>{html.escape(value)}" for name, value in facts.items())
        return HTMLResponse(PAGE.format(id=html.escape(session.id), rows=rows))

    def _authorized_session(self, connection: HTTPConnection, token: str) -> EngineSession | None:
        """Return the session of the request's path if ``token`` is its token."""
        try:
            session = self._sessions.get(connection.path_params["session_id"])
        except ApiError:
            return None
        if session.status in GONE or not constant_time_equal(token, session.token):
            return None
        connections().authorize(connection.scope)
        return session


def _format(dialect: type[Dialect], reply: OperationReply[Any]) -> HttpResponse:
    """Return the response, with the header by which clients know an engine."""
    response = dialect.format_response(reply)
    return replace(response, headers={**response.headers, ENGINE_HEADER: __version__})


def _error_reply(error: InvalidRequest | ApiError) -> OperationReply[Any]:
    return _failure(error.code, str(error), error.status, gateway=error.gateway)


def _failure(code: str, message: str, status: int, *, gateway: bool) -> OperationReply[Any]:
    return OperationReply(success=False, code=code, message=message, status=status, gateway=gateway)
