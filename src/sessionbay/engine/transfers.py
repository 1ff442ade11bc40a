"""Uploads and downloads of context files by presigned URLs."""

import hashlib
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from ..core.error_codes import ErrorCode
from ..core.escaping_filter import escaping_logger
from .api_errors import ApiError
from .connections import connections
from .contexts.copy import CHUNK, write_all
from .contexts.paths import BadPath, Parts, file_parts
from .contexts.signing import PREFIX, BadSignature, SignedGrant, Signer
from .contexts.store import Packed, Store
from .contexts.sync_job import ARCHIVE_SUFFIXES
from .contexts.threads import run_in_threads
from .session_registry import SessionRegistry
from .shortage import shortage_of

log = escaping_logger("sessionbay.engine")
ROUTE = PREFIX + "/{context_id}/files{path:path}"
SESSION_PREFIX = "session-"
NOT_FOUND = ("Context.NotFound", ErrorCode.SESSION_GONE)
NO_PAGE = {  # a browser must not render an uploaded file as a page of the engine
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
}


class Digest(Protocol):
    """A hash object of hashlib, which exports no type for it."""

    def update(self, data: bytes, /) -> None:
        """Add data."""


class Transfers:
    """The endpoint of presigned URLs, which are authorized by their signature alone."""

    def __init__(self, store: Store, signer: Signer, sessions: SessionRegistry, url: str) -> None:
        self._store = store
        self._signer = signer
        self._sessions = sessions
        self._url = url

    def picture_address(self, session_id: str, name: str) -> str:
        """Return the address of a picture of a session, which takes the place of a context in it."""
        return self._signer.address(self._url, "GET", session_id, (name,))[0]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        try:
            parts = file_parts(request.path_params["path"])
            grant = self._signer.check(
                request.method, request.path_params["context_id"], parts, dict(request.query_params)
            )
            connections().authorize(scope)
            if grant.context_id.startswith(SESSION_PREFIX):
                await self._get_picture(request, grant, send)
                return
            await run_in_threads(partial(self._store.get, grant.context_id))
            if request.method == "PUT":
                response = await self._put(request, grant)
            else:
                await self._get(request, grant, send)
                return
        except (BadPath, BadSignature) as exc:
            response = _error_response("AccessDenied", str(exc), 403)
        except ApiError as exc:
            response = _error_response(exc.code, str(exc), 404 if exc.code in NOT_FOUND else exc.status)
        except ClientDisconnect:
            return  # there is no one to respond to, and nothing was stored
        except (FileExistsError, NotADirectoryError):
            response = _error_response(
                "FileAlreadyExists", "a folder has this name, or a file that of a folder in the path", 409
            )
        except (OSError, sqlite3.Error) as exc:
            log.warning("a transfer to context %s failed: %s", request.path_params["context_id"], exc)
            error = shortage_of(exc) or ApiError(
                "InternalError", f"The file cannot be kept or read: {type(exc).__name__}.", status=500
            )
            response = _error_response(error.code, str(error), error.status)
        await response(scope, receive, send)

    async def _put(self, request: Request, grant: SignedGrant) -> Response:
        length = request.headers.get("content-length")
        if length is None:
            return _error_response("MissingContentLength", "Content-Length is required", 411)
        if not length.isdecimal():
            return _error_response("InvalidArgument", "Content-Length must be a number", 400)
        if int(length) > grant.max_bytes:
            return _error_response("EntityTooLarge", f"the file is larger than {grant.max_bytes} bytes", 413)
        draft, fd = await run_in_threads(self._store.create_draft)
        try:
            try:
                size, digest = await _receive(request, fd, grant.max_bytes)
            finally:
                os.close(fd)
            if size != int(length):
                return _error_response(
                    "IncompleteBody",
                    f"received {size} bytes, but Content-Length is {length}: upload the file again",
                    400,
                )
            packed = _packed(grant.parts)
            await run_in_threads(partial(self._store.publish, draft, grant.context_id, grant.parts, packed))
        finally:
            draft.unlink(missing_ok=True)
        return Response(headers={"ETag": f'"{digest}"'})

    async def _get(self, request: Request, grant: SignedGrant, send: Send) -> None:
        opening = partial(self._store.files.open, grant.context_id, grant.parts)
        await _send_file(request, send, opening, "application/octet-stream")

    async def _get_picture(self, request: Request, grant: SignedGrant, send: Send) -> None:
        session = self._sessions.get(grant.context_id)
        await _send_file(request, send, partial(session.pictures.open, grant.parts[-1]), "image/png")


async def _send_file(request: Request, send: Send, opening: Callable[[], int], media_type: str) -> None:
    try:
        fd = await run_in_threads(opening)
    except (FileNotFoundError, NotADirectoryError):
        await _error_response("NoSuchKey", "there is no such file", 404)(request.scope, request.receive, send)
        return
    try:  # serve the open file, not the path, whose file may be replaced meanwhile
        path, status = Path(f"/proc/self/fd/{fd}"), os.fstat(fd)
        response = FileResponse(path, headers=NO_PAGE, media_type=media_type, stat_result=status)
        await response(request.scope, request.receive, send)
    finally:
        os.close(fd)


def _error_response(code: str, message: str, status: int) -> Response:
    """Return an error document in the form of the clouds' stores."""
    body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n', status, media_type="application/xml")


async def _receive(request: Request, fd: int, max_bytes: int) -> tuple[int, str]:
    """Stream a body to ``fd``; return its size, and its digest in the form of the clouds' stores."""
    digest, size, buffer = hashlib.md5(usedforsecurity=False), 0, bytearray()
    async for chunk in request.stream():
        buffer += chunk
        size += len(chunk)
        if size > max_bytes:
            break
        if len(buffer) >= CHUNK:
            await run_in_threads(partial(_write, fd, bytes(buffer), digest))
            buffer.clear()
    await run_in_threads(partial(_write, fd, bytes(buffer), digest))
    return size, digest.hexdigest().upper()


def _write(fd: int, data: bytes, digest: Digest) -> None:
    digest.update(data)
    write_all(fd, data)


def _packed(parts: Parts) -> Packed:
    """Return the kind of an uploaded file: archives may be extracted when the context is mounted."""
    return "archive" if parts[-1].endswith(ARCHIVE_SUFFIXES) else ""
