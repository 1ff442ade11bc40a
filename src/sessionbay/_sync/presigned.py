# Generated from src/sessionbay/_async/presigned.py by scripts/generate_sync.py. Do not edit.
"""Files to and from a store by addresses that need no key: piece by piece, so that a large one takes no memory.

Nothing goes along but the file: no key, no token. The address lets its reader in, so no error and no log shows it.
"""

import logging
import math
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from html import unescape
from typing import Any, BinaryIO, Self
from urllib.parse import urlsplit

import httpx

from .._concurrency._sync import HttpBody, run_in_thread
from .._concurrency.readiness import RECEIVE_SIZE
from .._http.redacted_url import RedactedUrl
from .._http.request import http_request
from ..core.config import parse_endpoint
from ..core.errors import AgentBayError, ContextError
from ..core.http import HttpRequest
from ..core.result import format_refusal
from ..local_files import AtomicFile, LocalPath, file_size
from ..models.contexts import ContextTransferResult
from .api_client import INVALID_URL_ERRORS, ApiClient, map_transport_error

log = logging.getLogger("sessionbay.channel")

STORED = (200, 201, 204)
_TOLD = re.compile(rb"<(Code|Message|RequestId)>([^<]{1,500})<")
_MOST_TOLD = 64 * 1024  # bytes of a refusal that are read

Told = Callable[[int], object]
"""What is called with the number of bytes that have gone over so far."""


class FileShrank(Exception):
    """A file that is sent has no longer as many bytes as were promised; the message says so."""


class FileBody(HttpBody):
    """An open file as the body of a request: as long as it was when it was opened."""

    def __init__(self, file: BinaryIO, size: int, progress: Told | None) -> None:
        self._file = file
        self._size = size
        self._left = size
        self._progress = progress

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._progress and 0 < self._left < self._size:
            self._progress(self._size - self._left)  # who asks for more has sent what there was
        piece = run_in_thread(partial(self._file.read, min(RECEIVE_SIZE, self._left)))
        if not piece and self._left:
            raise FileShrank(f"the file became {self._left} bytes shorter while it was sent")
        if not piece:
            raise StopIteration
        self._left -= len(piece)
        return piece


class Presigned:
    """Carries files of one client; each step of it (connecting, a piece) has the client's timeout.

    What is not answered raises one of ``errors``.
    """

    def __init__(self, api: ApiClient, errors: type[AgentBayError] = ContextError) -> None:
        self._api = api
        self._errors = errors

    def put(
        self, url: str, file: BinaryIO, path: str, *, content_type: str | None = None, progress: Told | None = None
    ) -> ContextTransferResult:
        """Send a file to an address; ``progress`` is told how many bytes of it have gone."""
        size = run_in_thread(partial(file_size, file))
        request = self._request("PUT", url)
        request.headers["content-length"] = str(size)
        if content_type:
            request.headers["content-type"] = content_type
        request.stream = FileBody(file, size, progress)
        with self._answered(request, f"upload of {path}") as answer:
            if answer.status_code not in STORED:
                return _refused(answer, path)
            if progress:
                progress(size)
            etag = answer.headers.get("etag", "")
            return ContextTransferResult(
                success=True, path=path, size=size, etag=etag, http_status_code=answer.status_code
            )

    def get(
        self, url: str, path: str, place: LocalPath, *, overwrite: bool, progress: Told | None = None
    ) -> ContextTransferResult:
        """Write what an address gives to ``place``, which has all of it or nothing; ``progress`` is told the bytes."""
        with self._answered(self._request("GET", url), f"download of {path}") as answer:
            if answer.status_code != 200:
                return _refused(answer, path)
            landing = run_in_thread(partial(AtomicFile, place, overwrite=overwrite))
            try:
                _each_piece(answer, landing.write, progress)
                run_in_thread(landing.finish)
            finally:
                landing.discard()
            etag = answer.headers.get("etag", "")
            return ContextTransferResult(success=True, path=path, size=landing.size, etag=etag, http_status_code=200)

    def _request(self, method: str, url: str) -> httpx.Request:
        """Return the request; raise where the address is no safe one."""
        options, parts = self._api.config, urlsplit(url)
        parse_endpoint(f"{parts.scheme}://{parts.netloc}", allow_http=options.allow_http)
        request = HttpRequest(method, url, {"accept": "*/*", "user-agent": self._api.dialect.user_agent})
        try:
            made = http_request(request, options.call_timeout, None, math.inf)
            made.url = RedactedUrl(url)
        except INVALID_URL_ERRORS as exc:
            raise self._errors.of(
                "invalid_response", "the address that the cloud gave is none", outcome="not_sent"
            ) from exc
        return made

    @contextmanager
    def _answered(self, request: httpx.Request, name: str) -> Generator[httpx.Response]:
        """Send ``request`` and give its answer, the body still to be read; redirects are not followed."""
        http = self._api.open()
        answer: httpx.Response | None = None
        try:
            answer = http.send(request, stream=True, follow_redirects=False)
            log.debug("%s -> HTTP %s", name, answer.status_code)
            yield answer
        except (TimeoutError, httpx.TransportError) as exc:
            raise map_transport_error(name, self._errors, exc, self._api.config.call_timeout)[0] from exc
        except FileShrank as exc:
            raise self._errors.of("usage", f"{name}: {exc}", outcome="unknown") from exc
        except INVALID_URL_ERRORS as exc:  # of a redirect, see the channel
            raise self._errors.of("invalid_response", f"{name}: the store leads to no address") from exc
        finally:
            if answer:
                answer.close()


def _each_piece(answer: httpx.Response, take: Callable[[bytes], object], progress: Told | None = None) -> None:
    """Give every piece of a body to ``take``, which may block, and says False when it has enough."""
    body: Any = answer.stream
    pieces, size = body.__iter__(), 0
    try:
        for piece in pieces:
            if run_in_thread(partial(take, piece)) is False:
                break
            size += len(piece)
            if progress:
                progress(size)
    finally:
        pieces.close()  # trio finds a generator that is left half-way


def _refused(answer: httpx.Response, path: str) -> ContextTransferResult:
    """Return the store's "no": its code and message, since the rest may repeat what opens the address."""
    told = bytearray()

    def take(piece: bytes) -> bool:
        told.extend(piece[:_MOST_TOLD])
        return len(told) < _MOST_TOLD

    _each_piece(answer, take)
    said = {name.decode(): unescape(value.decode("utf-8", "replace")) for name, value in _TOLD.findall(bytes(told))}
    code, message = said.get("Code", ""), said.get("Message", "")
    return ContextTransferResult(
        path=path,
        code=code,
        error_message=format_refusal(code, message) or f"the store answered HTTP {answer.status_code}",
        request_id=said.get("RequestId", ""),
        http_status_code=answer.status_code,
    )
