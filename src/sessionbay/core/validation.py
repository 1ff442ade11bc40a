"""Telling the caller's mistakes before anything is sent: what was given, and what is allowed."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from . import reserved_labels
from .errors import AgentBayError

Errors = type[AgentBayError]

MOST = 10**9  # seconds: thirty years, and less than what the system's clocks can count


def seconds(name: str, value: object, errors: Errors, *, zero: bool = False) -> float:
    """Return a length of time as seconds; it must be finite and above 0 (or 0, where ``zero`` is set)."""
    number = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)) or _is_endless(number):
        raise errors.usage(f"{name} must be a number of seconds, not {value!r}")
    if number < 0 or (number == 0 and not zero):
        raise errors.usage(f"{name} must be {'0 or more' if zero else 'above 0'} seconds, not {value!r}")
    if number > MOST:
        raise errors.usage(f"{name} must be at most {MOST} seconds")
    return float(number)


def count(name: str, value: object, errors: Errors, *, least: int = 1) -> int:
    """Return a whole number of ``least`` or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise errors.usage(f"{name} must be a whole number of {least} or more, not {value!r}")
    return value


def _is_endless(number: float) -> bool:
    return isinstance(number, float) and not math.isfinite(number)


def milliseconds(name: str, value: object, errors: Errors) -> int:
    """Return a length of time that is given as a whole number of milliseconds."""
    found = count(name, value, errors)
    if found > MOST * 1000:
        raise errors.usage(f"{name} must be at most {MOST * 1000} milliseconds")
    return found


def text(name: str, value: object, errors: Errors) -> str:
    """Return a string that is not blank, holds no NUL, and that UTF-8 can say."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise errors.usage(f"{name} must be a string that is not blank, not {value!r}")
    return utf8(name, value, errors)


def choice(name: str, value: object, allowed: Sequence[str], errors: Errors) -> None:
    """Refuse a word that is none of ``allowed``."""
    if value not in allowed:
        raise errors.usage(f"{name} must be {' or '.join(map(repr, allowed))}, not {value!r}")


def instance(name: str, value: object, kind: type[object], errors: Errors) -> None:
    """Refuse what is neither of a kind nor None."""
    if value is not None and not isinstance(value, kind):
        home = kind.__module__.partition(".")[0]
        raise errors.usage(f"{name} must be of the class {home}.{kind.__name__}, not {value!r}")


def utf8(name: str, value: object, errors: Errors) -> str:
    """Return a string that UTF-8 can say; it may be empty."""
    if not isinstance(value, str):
        raise errors.usage(f"{name} must be a string, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise errors.usage(f"{name} holds half a surrogate pair at {exc.start}, which UTF-8 cannot say") from exc
    return value


def items(name: str, value: object, errors: Errors) -> list[object]:
    """Return the items of a list; a lone string is taken for a mistake."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise errors.usage(f"{name} must be a list, not {value!r}")
    return list(cast("Sequence[object]", value))


def texts(name: str, value: object, errors: Errors) -> list[str]:
    """Return a list of strings, each as ``text`` wants it."""
    return [text(f"{name}[{place}]", item, errors) for place, item in enumerate(items(name, value, errors))]


def content(name: str, value: object, errors: Errors) -> bytes:
    """Return text as UTF-8, or bytes as they are."""
    if isinstance(value, bytes):
        return value
    return utf8(name, value, errors).encode()


def string_map(name: str, value: object, errors: Errors) -> dict[str, str]:
    """Return a mapping of strings to strings as a dict."""
    if not isinstance(value, Mapping):
        raise errors.usage(f"{name} must be a dict of strings, not {type(value).__name__}")
    found = cast("Mapping[object, object]", value)
    for key, inner in found.items():
        if not isinstance(key, str) or not isinstance(inner, str):
            raise errors.usage(f"{name} must map strings to strings, not {key!r} to {inner!r}")
        utf8(f"a name in {name}", key, errors)
        utf8(f"{name}[{key!r}]", inner, errors)
    return dict(cast("Mapping[str, str]", found))


def is_variable(name: str, value: str) -> bool:
    """Return whether the system can hold an environment variable."""
    return bool(name) and "=" not in name and "\0" not in name + value


def variables(name: str, value: object, errors: Errors) -> dict[str, str]:
    """Return environment variables: what the system can hold, by names that it can hold."""
    found = string_map(name, value, errors)
    for key, inner in found.items():
        if not is_variable(key, inner):
            raise errors.usage(f"{name}: {key!r} cannot be the name of a variable with that value")
    return found


def labels(value: object, errors: Errors) -> dict[str, str]:
    """Return labels: at least one, no blank key, no blank value."""
    found = string_map("labels", value, errors)
    if not found:
        raise errors.usage("labels must not be empty: give at least one key and value")
    for key, inner in found.items():
        if not key.strip() or not inner.strip():
            raise errors.usage(f"labels must have no blank key and no blank value, not {key!r}: {inner!r}")
    return found


def own_labels(value: object, errors: Errors) -> dict[str, str]:
    """Return labels that a session may be given: none of them is one of ours."""
    found = labels(value, errors)
    if taken := sorted(filter(reserved_labels.is_reserved, found)):
        raise errors.usage(f"labels must not be called {', '.join(taken)}: these names serve to find lost sessions")
    return found


def port(value: object, allowed: range, errors: Errors) -> int | None:
    """Return a port that the cloud opens, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise errors.usage(f"port must be an integer in range [{allowed[0]}, {allowed[-1]}], not {value!r}")
    return value


def json_object(name: str, value: object, errors: Errors) -> dict[str, Any]:
    """Return a dict that JSON can say."""
    if not isinstance(value, Mapping):
        raise errors.usage(f"{name} must be a dict, not {type(value).__name__}")
    plain = dict(cast("Mapping[str, Any]", value))
    try:
        json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as exc:
        raise errors.usage(f"{name} must hold JSON values only: {exc}") from exc
    return plain
