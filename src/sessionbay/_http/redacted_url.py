"""URLs that are secrets."""

import httpx


class RedactedUrl(httpx.URL):
    """A URL that grants access to its holder. httpx logs every URL, so its text shows the host only."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc.decode()}/***"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"
