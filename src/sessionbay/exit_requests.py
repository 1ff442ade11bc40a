"""Deletes sessions when the program ends, by requests that were encoded while it ran."""

import json
import os
import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from ._http.plain_connection import PlainConnection, Server
from .core.http import RequestStamp
from .core.polling import is_gone, is_throttled, is_transient
from .core.reserved_labels import ATTEMPT
from .core.result import Result, format_refusal
from .core.secrets import without
from .core.wire_model import Wire
from .dialects.base import AnyOperation, Dialect
from .operations.labels import GET_LABELS
from .operations.session import DELETE, GET_STATUS, LIST, RESUME, ListRequest, SessionRef
from .shutdown import DELETED, Outcome

MAX_FAILURES = 3  # without a usable response, or with a refusal
SAFE_ID = re.compile(r"[\w.~-]+", re.ASCII)  # an id that every encoding leaves as it is
SESSION_ID, ATTEMPT_NAME, NONCE = "sessionbay-id-here", "sessionbay-attempt-here", "sessionbay-nonce-here"
TIMESTAMP, TIMESTAMP_FORMAT = b"1970-01-01T00%3A00%3A00", "%Y-%m-%dT%H%%3A%M%%3A%S"  # as AgentBay writes time 0
ENDED = ("DELETING", "DELETED", "FINISH")
ON_THE_WAY = ("PAUSED", "PAUSING", "RESUMING")


@dataclass(frozen=True)
class Template:
    """An encoded request with placeholders."""

    head: bytes
    body: bytes

    def render(self, **values: str) -> bytes:
        """Return the request with the values of its placeholders, a new nonce and the current time."""
        head, body = self.head, self.body
        head = head.replace(NONCE.encode(), os.urandom(16).hex().encode())
        head = head.replace(TIMESTAMP, time.strftime(TIMESTAMP_FORMAT, time.gmtime()).encode())
        for placeholder, value in values.items():
            head = head.replace(PLACEHOLDERS[placeholder], value.encode())
            body = body.replace(PLACEHOLDERS[placeholder], value.encode())
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        return head + length + b"\r\n" + body


PLACEHOLDERS = {"session_id": SESSION_ID.encode(), "attempt": ATTEMPT_NAME.encode()}


class ExitRequests:
    """The requests to one endpoint that delete its sessions.

    ``is_engine`` returns whether it is a local engine, whose sessions end with it.
    """

    def __init__(
        self,
        dialect: Dialect,
        server: Server,
        session_id: str = SESSION_ID,
        is_engine: Callable[[], bool] = lambda: False,
    ) -> None:
        self.dialect = dialect
        self.server = server
        self.is_engine = is_engine
        by_session = {op.action: op for op in (DELETE, GET_LABELS, GET_STATUS, RESUME) if dialect.offers(op)}
        ref = SessionRef(session_id=session_id)
        self._templates = {action: self._encode(op, ref) for action, op in by_session.items()}
        self._templates[LIST.action] = self._encode(LIST, ListRequest(labels={ATTEMPT: ATTEMPT_NAME}))

    def can_resume(self) -> bool:
        """Return whether the cloud has paused sessions, which must be resumed before their deletion."""
        return RESUME.action in self._templates

    def deletion(self, session_id: str) -> "SessionDeletion":
        """Return the deletion of a session."""
        own = (
            self
            if SAFE_ID.fullmatch(session_id)
            else ExitRequests(self.dialect, self.server, session_id, self.is_engine)
        )
        return SessionDeletion(own, session_id)

    def undo(self, attempt: str) -> "CreationUndo":
        """Return the deletion of the session of a creation that is under way."""
        return CreationUndo(self, attempt)

    def send(self, connection: PlainConnection, op: AnyOperation, deadline: float, **values: str) -> Result[Any]:
        """Send an operation; the result's data is the response's own, with its names in lower case."""
        status, body = connection.send(self._templates[op.action].render(**values), deadline)
        try:
            fields = _lower(json.loads(body))
        except (ValueError, RecursionError) as exc:
            raise OSError(f"the response with HTTP status {status} is not JSON") from exc
        if "success" not in fields:
            fields |= _lower(fields.get("body"))
        code, message = str(fields.get("code") or ""), str(fields.get("message") or "")
        text = format_refusal(code, message) or f"refused with HTTP {status}"
        return Result(
            success=status < 400 and fields.get("success") is True,
            code=code,
            error_message=without(text, self.dialect.api_key),
            http_status_code=status,
            data=fields.get("data"),
        )

    def _encode(self, op: AnyOperation, request: Wire) -> Template:
        encoded = self.dialect.encode(op, request, RequestStamp(0.0, NONCE))
        url = urlsplit(encoded.url)
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        head = b"%s %s%s HTTP/1.1\r\nHost: %s\r\n%s" % (
            encoded.method.encode(),
            self.server.target_prefix,
            target.encode(),
            self.server.host,
            self.server.extra_headers,
        )
        headers = "".join(f"{name}: {value}\r\n" for name, value in encoded.headers.items())
        return Template(head + headers.encode("latin-1"), encoded.body)


class SessionDeletion:
    """The deletion of a session. Each call makes one attempt."""

    def __init__(self, requests: ExitRequests, session_id: str) -> None:
        self._requests = requests
        self._session_id = session_id
        self._failures = 0

    def __call__(self, deadline: float) -> Outcome:
        """Make one attempt, and return its outcome."""
        try:
            with closing(PlainConnection(self._requests.server, deadline)) as connection:
                return self._run(connection, deadline)
        except ConnectionRefusedError as exc:
            return DELETED if self._requests.is_engine() else self._failed(str(exc))
        except OSError as exc:
            return self._failed(str(exc) or type(exc).__name__)

    def _run(self, connection: PlainConnection, deadline: float) -> Outcome:
        return self._delete(connection, self._session_id, deadline)

    def _delete(self, connection: PlainConnection, session_id: str, deadline: float) -> Outcome:
        requests = self._requests
        result = requests.send(connection, DELETE, deadline, session_id=session_id)
        if result.success or is_gone(result):
            return DELETED
        if not requests.can_resume() or is_throttled(result.code) or is_transient(result):
            return self._failed(result.error_message)
        status = str(_lower(requests.send(connection, GET_STATUS, deadline, session_id=session_id).data).get("status"))
        if status in ENDED:
            return DELETED
        if status == "PAUSED":
            requests.send(connection, RESUME, deadline, session_id=session_id)
        return Outcome(f"it was {status}", final=False) if status in ON_THE_WAY else self._failed(result.error_message)

    def _failed(self, reason: str) -> Outcome:
        self._failures += 1
        return Outcome(reason, final=self._failures >= MAX_FAILURES)


class CreationUndo(SessionDeletion):
    """The deletion of a session whose creation was not answered yet: it is found by the label of its attempt."""

    def _run(self, connection: PlainConnection, deadline: float) -> Outcome:
        requests, attempt = self._requests, self._session_id
        listed = requests.send(connection, LIST, deadline, attempt=attempt)
        for entry in listed.data or ():
            session_id = str(_lower(entry).get("sessionid"))
            if SAFE_ID.fullmatch(session_id) and self._is_own(connection, session_id, deadline):
                return self._delete(connection, session_id, deadline)
        return Outcome("its creation was under way", final=False)

    def _is_own(self, connection: PlainConnection, session_id: str, deadline: float) -> bool:
        """Return whether a session has the attempt's label: how the clouds match labels is not documented."""
        answer = self._requests.send(connection, GET_LABELS, deadline, session_id=session_id)
        labels: Any = _lower(answer.data).get("labels") or {}
        try:
            labels = json.loads(labels) if isinstance(labels, str) else labels
        except ValueError:
            return False
        return isinstance(labels, dict) and cast("Any", labels).get(ATTEMPT) == self._session_id


def _lower(document: object) -> dict[str, Any]:
    """Return the fields of an object with their names in lower case; AgentBay and AGB differ in the case only."""
    fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    return {name.lower(): value for name, value in fields.items()}
