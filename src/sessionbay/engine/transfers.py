"""The files of contexts by signed addresses: any plain HTTP client can put and get them."""

import hashlib
import logging
import os
import sqlite3
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from .api_errors import ApiError
from .contexts.copy import CHUNK, run_in_threads, write_all
from .contexts.paths import BadPath, Parts, file_parts
from .contexts.signing import PREFIX, BadSignature, SignedGrant, Signer
from .contexts.store import Packed, Store
from .contexts.sync_job import ARCHIVE_SUFFIXES

log = logging.getLogger("sessionbay.engine")
ROUTE = PREFIX + "/{context_id}/files{path:path}"
NO_PAGE = {  # a file is data: whatever a browser opens, it must not become a page of the engine's
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
}


class Transfers:
    """The endpoint that signed addresses lead to. The address is all that a caller needs, and all that opens it."""

    def __init__(self, store: Store, signer: Signer) -> None:
        self._store = store
        self._signer = signer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        try:
            parts = file_parts(request.path_params["path"])
            grant = self._signer.check(
                request.method, request.path_params["context_id"], parts, dict(request.query_params)
            )
            await run_in_threads(partial(self._store.get, grant.context_id))
            if request.method == "PUT":
                response = await self._put(request, grant)
            else:
                await self._get(request, grant, send)
                return
        except (BadPath, BadSignature) as exc:
            response = _no("AccessDenied", str(exc), 403)
        except ApiError as exc:
            response = _no(exc.code, str(exc), 404 if exc.code == "Context.NotFound" else exc.status)
        except ClientDisconnect:
            return  # nobody is left to be told, and nothing was kept
        except (FileExistsError, NotADirectoryError):
            response = _no("FileAlreadyExists", "a folder has this name, or a file that of a folder in the path", 409)
        except (OSError, sqlite3.Error) as exc:
            log.warning("a transfer to context %s failed: %s", request.path_params["context_id"], exc)
            response = _no("InternalError", f"the file cannot be kept or read: {type(exc).__name__}", 500)
        await response(scope, receive, send)

    async def _put(self, request: Request, grant: SignedGrant) -> Response:
        length = request.headers.get("content-length")
        if length is None:
            return _no("MissingContentLength", "the Content-Length is missing", 411)
        if not length.isdecimal():
            return _no("InvalidArgument", "the Content-Length is no number", 400)
        if int(length) > grant.most:
            return _no("EntityTooLarge", f"the file is larger than {grant.most} bytes", 413)
        draft, fd = await run_in_threads(self._store.draft)
        try:
            try:
                size, digest = await _written(request, fd, grant.most)
            finally:
                os.close(fd)
            if size != int(length):
                return _no("IncompleteBody", f"{size} bytes came, where {length} were promised", 400)
            await run_in_threads(partial(self._store.keep, draft, grant.context_id, grant.parts, _packed(grant.parts)))
        finally:
            draft.unlink(missing_ok=True)
        return Response(headers={"ETag": f'"{digest}"'})

    async def _get(self, request: Request, grant: SignedGrant, send: Send) -> None:
        try:
            fd = await run_in_threads(partial(self._store.files.open, grant.context_id, grant.parts))
        except (FileNotFoundError, NotADirectoryError):
            await _no("NoSuchKey", "there is no such file", 404)(request.scope, request.receive, send)
            return
        try:  # the open file is served, not the path: what takes its place meanwhile does not mix with it
            response = FileResponse(
                Path(f"/proc/self/fd/{fd}"),
                headers=NO_PAGE,
                media_type="application/octet-stream",
                stat_result=os.fstat(fd),
            )
            await response(request.scope, request.receive, send)
        finally:
            os.close(fd)


def _no(code: str, message: str, status: int) -> Response:
    """Refuse as the clouds' stores do, so that clients find the reason."""
    told = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{told}\n', status, media_type="application/xml")


async def _written(request: Request, fd: int, most: int) -> tuple[int, str]:
    """Write a body to ``fd`` as it comes; return its size, and its digest as the clouds' stores give it."""
    digest, size, waiting = hashlib.md5(usedforsecurity=False), 0, bytearray()
    async for chunk in request.stream():
        waiting += chunk
        size += len(chunk)
        if size > most:
            break
        if len(waiting) >= CHUNK:
            await run_in_threads(partial(_write, fd, bytes(waiting), digest))
            waiting.clear()
    await run_in_threads(partial(_write, fd, bytes(waiting), digest))
    return size, digest.hexdigest().upper()


def _write(fd: int, data: bytes, digest: "hashlib._Hash") -> None:
    digest.update(data)
    write_all(fd, data)


def _packed(parts: Parts) -> Packed:
    """Return what becomes of a file that is put from outside: an archive may be extracted on the way down."""
    return "archive" if parts[-1].endswith(ARCHIVE_SUFFIXES) else ""
