"""Names of cookies on a link: browsers keep cookies per host, so all services of 127.0.0.1 share them."""

COOKIE = "sessionbay_link_"


class CookieNames:
    """Maps the names of one session's cookies to names that belong to its link.

    ``link`` is the name of the cookie with the link's token. ``sid`` becomes ``sessionbay_link_<port>.sid``.
    """

    def __init__(self, link: str) -> None:
        self._prefix = f"{link}.".encode()

    def inward(self, header: bytes) -> bytes:
        """Return a Cookie header with the session's cookies only, by their own names."""
        cookies = (part.strip(b" \t").partition(b"=") for part in header.split(b";"))
        own = ((name.removeprefix(self._prefix), value) for name, _, value in cookies if name.startswith(self._prefix))
        return b"; ".join(name + b"=" + value if name else value for name, value in own)

    def outward(self, header: bytes, base: str) -> bytes:
        """Return a Set-Cookie header for the link alone; ``base`` is the part of its paths that the session lacks."""
        cookie, *attributes = header.split(b";")
        name, equals, value = cookie.partition(b"=")
        if not equals:  # as browsers read it
            name, value = b"", cookie
        kept = [self._prefix + name.strip(b" \t") + b"=" + value.strip(b" \t")]
        for attribute in attributes:
            key, _, path = (part.strip(b" \t") for part in attribute.partition(b"="))
            if key.lower() == b"path" and path.startswith(b"/") and path != b"/":
                kept.append(b"Path=" + base.encode() + path)
            elif key and key.lower() != b"domain":
                kept.append(attribute.strip(b" \t"))
        return b"; ".join(kept)
