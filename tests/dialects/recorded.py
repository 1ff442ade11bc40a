"""What the official clients were recorded to send, and the exceptions: where we send something else, and why."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from sessionbay import __version__
from sessionbay.core.http import HttpRequest

CAPTURES = Path(__file__).parents[1] / "data" / "captures"

Cloud = Literal["agentbay", "agb"]
Part = Literal["line", "query", "headers", "form", "json", "length"]
Parts = dict[Part, dict[str, Any]]
CLOUDS: tuple[Cloud, ...] = ("agentbay", "agb")


@dataclass(frozen=True)
class Recorded:
    """One recorded request, taken apart: each part is a mapping of names to values."""

    cloud: Cloud
    name: str
    operation: str
    parts: Parts
    raw_form: str
    raw_query: str

    def __str__(self) -> str:
        return f"{self.cloud} {self.name}"


@dataclass(frozen=True)
class Exempt:
    """One value that we send otherwise, in one recorded request or in all that have it.

    Exactly one of these says what we send: ``ours`` (None is "nothing"), ``replace`` (another word within the recorded
    text; ``{version}`` is ours), ``insert`` (one more item in the recorded list), or ``free`` (not compared at all).
    """

    cloud: Cloud
    part: Part
    name: str
    reason: str
    request: str = ""
    operation: str = ""
    ours: Any = None
    replace: tuple[str, str] | None = None
    insert: tuple[int, Any] | None = None
    free: bool = False

    def __str__(self) -> str:
        return f"{self.cloud} {self.request or self.operation or 'all'} {self.part} {self.name}"

    def concerns(self, recorded: Recorded) -> bool:
        """Return whether ``recorded`` is one that this is about."""
        if self.cloud != recorded.cloud or self.operation not in ("", recorded.operation):
            return False
        return self.request == recorded.name if self.request else self.name in recorded.parts[self.part]

    def edit(self, parts: Parts, sent: Parts) -> None:
        """Make ``parts`` what we are to send in place of the recorded values."""
        values = parts[self.part]
        if self.free:
            values[self.name] = sent[self.part].get(self.name)
        elif self.replace:
            old, new = self.replace
            values[self.name] = values[self.name].replace(old, new.format(version=__version__))
        elif self.insert:
            at, item = self.insert
            values[self.name] = [*values[self.name][:at], item, *values[self.name][at:]]
        elif self.ours is None:
            values.pop(self.name, None)
        else:
            values[self.name] = self.ours


def parts_of(request: HttpRequest) -> Parts:
    """Take a request of ours apart; the connection's own headers are no part of it."""
    url = urlsplit(request.url)
    is_form = request.headers["content-type"] == "application/x-www-form-urlencoded"
    return {
        "line": {"method": request.method, "path": url.path},
        "query": dict(parse_qsl(url.query, keep_blank_values=True)),
        "headers": dict(request.headers),
        "form": dict(parse_qsl(request.body.decode(), keep_blank_values=True)) if is_form else {},
        "json": {} if is_form or not request.body else json.loads(request.body),
        "length": {} if is_form else {"body": len(request.body)},
    }


def form_of(parts: Parts) -> str:
    """Return the form of ``parts`` as it travels: in the order of its names."""
    return urlencode(sorted(parts["form"].items()))


def query_of(parts: Parts) -> str:
    """Return the query of ``parts`` as it travels."""
    return urlencode(parts["query"])


def _recorded(cloud: Cloud) -> Iterator[Recorded]:
    capture = json.loads((CAPTURES / f"{cloud}.json").read_text())
    for row in capture["requests"]:
        yield _taken_apart(cloud, row, capture["headers"])
    for row in capture["direct_requests"]:
        yield _taken_apart(cloud, {"operation": "direct", **row}, capture["direct_headers"])


def _taken_apart(cloud: Cloud, row: dict[str, Any], headers: dict[str, str]) -> Recorded:
    form, raw_query = row.get("form_raw", ""), row.get("query_raw", "")
    query = row.get("query") or parse_qsl(raw_query, keep_blank_values=True)
    parts: Parts = {
        "line": {"method": row["method"], "path": row["path"]},
        "query": dict(query),
        "headers": headers | row.get("headers", {}),
        "form": dict(parse_qsl(form, keep_blank_values=True)),
        "json": row.get("body_json") or {},
        "length": {"body": row["body_len"]} if "body_len" in row else {},
    }
    return Recorded(cloud, row["name"], row["operation"], parts, form, raw_query)


RECORDED = [recorded for cloud in CLOUDS for recorded in _recorded(cloud)]
EXCEPTIONS = [Exempt(**row) for row in json.loads((CAPTURES / "exceptions.json").read_text())]
