"""Uploads and downloads by presigned URLs, in chunks, so that the size of a file is not limited by memory.

The requests carry no key and no token. A presigned URL grants access by itself, so no error and no log shows it.
"""

import math
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from html import unescape
from typing import Any, BinaryIO, Self
from urllib.parse import urlsplit

import httpx

from .._concurrency._async import run_in_thread
from .._concurrency._async_httpx import HttpBody
from .._concurrency.readiness import RECEIVE_SIZE
from .._http.httpx_errors import from_httpx
from .._http.redacted_url import RedactedUrl
from .._http.request import http_request
from ..core.config import parse_endpoint
from ..core.errors import AgentBayError, ContextError
from ..core.escaping_filter import escaping_logger
from ..core.http import HttpRequest
from ..core.result import format_refusal
from ..local_files import AtomicFile, LocalPath, file_size
from ..models.contexts import ContextTransferResult
from ..operations.contexts import UPLOAD_URL, FileRef
from .api_client import AsyncApiClient, map_transport_error
from .http.httpx_sender import INVALID_URL_ERRORS

log = escaping_logger("sessionbay.channel")

STORED = (200, 201, 204)
_ERROR_FIELDS = re.compile(rb"<(Code|Message|RequestId)>([^<]{1,500})<")
_MAX_ERROR_SIZE = 64 * 1024  # bytes of a refusal that are read

ByteProgress = Callable[[int], object]
"""Called with the number of bytes that have been transferred so far."""


class FileShrank(Exception):
    """A file became shorter during its upload, whose length was announced."""


class AsyncFileBody(HttpBody):
    """An open file as the body of a request, with the size that it had when it was opened."""

    def __init__(self, file: BinaryIO, size: int, progress: ByteProgress | None) -> None:
        self._file = file
        self._size = size
        self._left = size
        self._progress = progress

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._progress and 0 < self._left < self._size:
            self._progress(self._size - self._left)  # the previous chunk is sent when the next one is requested
        chunk = await run_in_thread(partial(self._file.read, min(RECEIVE_SIZE, self._left)))
        if not chunk and self._left:
            raise FileShrank(f"the file became {self._left} bytes shorter during the upload")
        if not chunk:
            raise StopAsyncIteration
        self._left -= len(chunk)
        return chunk


class AsyncPresigned:
    """Transfers files of one client. The client's timeout applies to each step: connecting, or a chunk.

    A request without a response raises one of ``errors``.
    """

    def __init__(self, api: AsyncApiClient, errors: type[AgentBayError] = ContextError) -> None:
        self._api = api
        self._errors = errors

    async def put(
        self,
        url: str,
        file: BinaryIO,
        path: str,
        *,
        content_type: str | None = None,
        progress: ByteProgress | None = None,
    ) -> ContextTransferResult:
        """Upload a file to a presigned URL."""
        size = await run_in_thread(partial(file_size, file))
        request = self._request("PUT", url)
        request.headers["content-length"] = str(size)
        if content_type:
            request.headers["content-type"] = content_type
        request.stream = AsyncFileBody(file, size, progress)
        async with self._response(request, f"upload of {path}") as response:
            if response.status_code not in STORED:
                return await _refusal(response, path)
            if progress:
                progress(size)
            etag = response.headers.get("etag", "")
            return ContextTransferResult(
                success=True, path=path, size=size, etag=etag, http_status_code=response.status_code
            )

    async def get(
        self, url: str, path: str, target: LocalPath, *, overwrite: bool, progress: ByteProgress | None = None
    ) -> ContextTransferResult:
        """Download from a presigned URL to a local file, which is replaced when the download is complete."""
        async with self._response(self._request("GET", url), f"download of {path}") as response:
            if response.status_code != 200:
                return await _refusal(response, path)
            file = await run_in_thread(partial(AtomicFile, target, overwrite=overwrite))
            try:
                await _for_each_chunk(response, file.write, progress)
                await run_in_thread(file.finish)
            finally:
                file.discard()
            etag = response.headers.get("etag", "")
            return ContextTransferResult(success=True, path=path, size=file.size, etag=etag, http_status_code=200)

    async def read(self, url: str, path: str, content: bytearray, max_size: int) -> ContextTransferResult:
        """Download from a presigned URL into ``content``. More than ``max_size`` bytes are an invalid response."""

        def take(chunk: bytes) -> bool:
            content.extend(chunk)
            return len(content) <= max_size

        async with self._response(self._request("GET", url), f"download of {path}") as response:
            if response.status_code != 200:
                return await _refusal(response, path)
            await _for_each_chunk(response, take)
        if len(content) > max_size:
            raise self._errors.of("invalid_response", f"download of {path}: it has more than {max_size} bytes")
        return ContextTransferResult(success=True, path=path, size=len(content), http_status_code=200)

    def _request(self, method: str, url: str) -> httpx.Request:
        """Return the request; raise an AgentBayError if the URL is invalid or unsafe."""
        config, parts = self._api.config, urlsplit(url)
        parse_endpoint(f"{parts.scheme}://{parts.netloc}", allow_http=config.allow_http)
        request = HttpRequest(method, url, {"accept": "*/*", "user-agent": self._api.dialect.user_agent})
        try:
            prepared = http_request(request, config.call_timeout, None, math.inf)
            prepared.url = RedactedUrl(url)
        except INVALID_URL_ERRORS as exc:
            message = "the cloud returned an invalid presigned URL"
            raise self._errors.of("invalid_response", message, outcome="not_sent") from exc
        return prepared

    @asynccontextmanager
    async def _response(self, request: httpx.Request, name: str) -> AsyncGenerator[httpx.Response]:
        """Send a request and yield its response, whose body is not read yet; redirects are not followed."""
        await self._api.open()
        http = self._api.http
        response: httpx.Response | None = None
        try:
            response = await http.send(request, stream=True, follow_redirects=False)
            log.debug("%s -> HTTP %s", name, response.status_code)
            yield response
        except (TimeoutError, httpx.TransportError) as exc:
            cause = from_httpx(exc) if isinstance(exc, httpx.TransportError) else exc
            error = map_transport_error(name, self._errors, cause, self._api.config.call_timeout)[0]
            if self._api.engine.is_engine_url(str(request.url)):
                error = await self._api.engine.explain(name, error)
            raise error from exc
        except FileShrank as exc:
            raise self._errors.of("usage", f"{name}: {exc}", outcome="unknown") from exc
        except INVALID_URL_ERRORS as exc:  # httpx parses the target of a redirect
            raise self._errors.of("invalid_response", f"{name}: the store redirects to an invalid URL") from exc
        finally:
            if response:
                await response.aclose()


async def upload(api: AsyncApiClient, target: FileRef, file: BinaryIO) -> ContextTransferResult:
    """Upload an open file to a context, by a presigned URL. A refusal is a result, also for a strict client."""
    url = await api.call(UPLOAD_URL, target, timeout=api.timeout(None))
    if not url.success:
        return replace(url.as_failure(ContextTransferResult), path=target.file_path)
    return await AsyncPresigned(api).put(url.url, file, target.file_path)


async def _for_each_chunk(
    response: httpx.Response, take: Callable[[bytes], object], progress: ByteProgress | None = None
) -> None:
    """Call ``take``, which may block, with each chunk of a body until it returns False."""
    body: Any = response.stream
    chunks, size = body.__aiter__(), 0
    try:
        async for chunk in chunks:
            if await run_in_thread(partial(take, chunk)) is False:
                break
            size += len(chunk)
            if progress:
                progress(size)
    finally:
        await chunks.aclose()  # trio reports a generator that was not exhausted


async def _refusal(response: httpx.Response, path: str) -> ContextTransferResult:
    """Return a refusal with the store's code and message; the rest of the body may repeat the URL's signature."""
    body = bytearray()

    def take(chunk: bytes) -> bool:
        body.extend(chunk[:_MAX_ERROR_SIZE])
        return len(body) < _MAX_ERROR_SIZE

    await _for_each_chunk(response, take)
    matches = _ERROR_FIELDS.findall(bytes(body))
    fields = {name.decode(): unescape(value.decode("utf-8", "replace")) for name, value in matches}
    code, message = fields.get("Code", ""), fields.get("Message", "")
    return ContextTransferResult(
        path=path,
        code=code,
        error_message=format_refusal(code, message) or f"the store returned HTTP {response.status_code}",
        request_id=fields.get("RequestId", ""),
        http_status_code=response.status_code,
    )
