"""Presigned URLs, used by plain HTTP as any program could."""

import urllib.error
import urllib.request


def put(url: str, data: bytes) -> tuple[int, str]:
    """Upload; return the status and the ETag."""
    with urllib.request.urlopen(urllib.request.Request(url, data, method="PUT"), timeout=60) as answer:
        return answer.status, answer.headers.get("etag", "")


def get(url: str) -> bytes:
    """Download."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        data: bytes = answer.read()
        return data


def refused(url: str, method: str = "GET") -> int:
    """Return the status of a request that is to be refused."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
