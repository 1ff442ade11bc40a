# Generated from src/sessionbay/_async/session_list.py by scripts/generate_sync.py. Do not edit.
"""Requests for the list of sessions, and for a page of it."""

from collections.abc import Mapping

from ..core import validation
from ..core.errors import SessionError
from ..dialects.base import Dialect
from ..models.sessions import SessionListResult
from ..operations.session import LIST, ListRequest
from .api_client import ApiClient


def list_request(
    dialect: Dialect, labels: Mapping[str, str] | None, status: str | None, image_id: str | None, limit: int
) -> ListRequest:
    """Return the request for a list; raise SessionUsageError if an argument is invalid."""
    if status is not None and dialect.statuses:
        validation.choice("status", status, dialect.statuses, SessionError)
    for name, value in (("status", status), ("image_id", image_id)):
        if value is not None:
            validation.text(name, value, SessionError)
    return ListRequest(
        labels=validation.labels(labels, SessionError) if labels else {},
        max_results=validation.count("limit", limit, SessionError),
        status=status,
        image_id=image_id,
    )


def get_page(api: ApiClient, request: ListRequest, page: int) -> SessionListResult:
    """Return a page of a list, counted from 1; the clouds return the pages before it first."""
    last = validation.count("page", page, SessionError)
    listed = api.call(LIST, request)
    for number in range(2, last + 1):
        if not listed.success:
            break
        if not listed.next_token:
            reason = f"there is no page {last}: the list has {number - 1} of {request.max_results}"
            return api.raise_if_strict(listed.as_failure(SessionListResult, reason))
        request = request.model_copy(update={"next_token": listed.next_token})
        listed = api.call(LIST, request)
    return api.raise_if_strict(listed)
