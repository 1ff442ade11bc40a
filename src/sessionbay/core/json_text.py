"""JSON as the official clients read it: with a byte order mark, and with lone surrogates."""

import re

_ESCAPE = r"\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(\\u[dD][89a-fA-F]\w\w)"  # the group is a lone surrogate
_TEXT, _BYTES = re.compile(_ESCAPE), re.compile(_ESCAPE.encode())


def readable(data: str | bytes | bytearray) -> str | bytes:
    """Return JSON without a byte order mark, and with U+FFFD in place of lone surrogates, which have no UTF-8."""
    if isinstance(data, str):
        data = data.removeprefix("\ufeff")
        if "\\ud" not in data and "\\uD" not in data:
            return data
        return _TEXT.sub(lambda match: r"\ufffd" if match[1] else match[0], data)
    data = bytes(data).removeprefix(b"\xef\xbb\xbf")
    if b"\\ud" not in data and b"\\uD" not in data:
        return data
    return _BYTES.sub(lambda match: rb"\ufffd" if match[1] else match[0], data)
