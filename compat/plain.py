"""Requests to presigned URLs, and a wheel to install."""

import io
import urllib.error
import urllib.request
import zipfile


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
    """Return the status of a request that must be refused."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def wheel(name: str, value: int) -> bytes:
    """Return a wheel of a package with one module, which has a ``value``."""
    info, data = f"{name}-1.0.dist-info", io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"{name}.py", f"value = {value}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return data.getvalue()
