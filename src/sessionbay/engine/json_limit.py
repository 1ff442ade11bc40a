"""A bound on the values in JSON: they cost a hundred times more than their text, in time and in memory."""

QUOTES = 4  # of a value that is a string, with its name


def has_more_values(json: str | bytes, limit: int) -> bool:
    """Return whether JSON text has more values than ``limit``, in linear time."""
    text = json if isinstance(json, str) else json.decode("latin-1")
    if len(text) <= limit:
        return False
    text = text.replace("\\\\", "").replace('\\"', "")
    if text.count('"') > QUOTES * limit:
        return True
    outside = "".join(text.split('"')[::2])
    return outside.count(",") + outside.count("[") + outside.count("{") > limit
