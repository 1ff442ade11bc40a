"""The limit on the fields of a query, which the routes parse before they know a key or a token."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_FIELDS = 256


class QueryLimitMiddleware:
    """Rejects requests whose query has too many fields."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or reject it."""
        app = self._app
        if scope["query_string"].count(b"&") >= MAX_FIELDS:
            app = PlainTextResponse(f"The query has more than {MAX_FIELDS} fields.", 400)
        await app(scope, receive, send)
