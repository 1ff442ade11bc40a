"""A bound on the values in JSON: they cost a hundred times more than their text, in time and in memory."""

QUOTES = 4  # of a value that is a string, with its name


def has_more_values(json: str | bytes | bytearray, limit: int) -> bool:
    """Return whether JSON text has more values than ``limit``, in linear time."""
    if len(json) <= limit:
        return False
    text = json.encode("utf-8", "replace") if isinstance(json, str) else json
    text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    if text.count(b'"') > QUOTES * limit:
        return True
    outside = b"".join(text.split(b'"')[::2])
    return outside.count(b",") + outside.count(b"[") + outside.count(b"{") > limit
