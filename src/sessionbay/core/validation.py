"""Validation of arguments: caller mistakes raise a usage error before anything is sent."""

import json
import math
import operator
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import Any, SupportsIndex, cast

from . import reserved_labels
from .errors import AgentBayError

Errors = type[AgentBayError]

MAX_VARIABLE_SIZE = 128 * 1024  # bytes of "NAME=value" and a NUL, Linux's MAX_ARG_STRLEN
MAX_VARIABLES_SIZE = 512 * 1024  # bytes of all variables: a quarter of what Linux usually lets a program start with
_PACKAGE = re.compile(r"(?!EOF\Z)[A-Za-z0-9_.]+")
MAX_SECONDS = 10**9  # thirty years, within the range of the system's clocks


def seconds(name: str, value: object, errors: Errors, *, zero: bool = False) -> float:
    """Return a duration in seconds: finite and above 0, or 0 where ``zero`` is set."""
    number = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not _is_finite(number):
        raise errors.usage(f"{name} must be a number of seconds, not {value!r}")
    if number < 0 or (number == 0 and not zero):
        raise errors.usage(f"{name} must be {'0 or more' if zero else 'above 0'} seconds, not {value!r}")
    if number > MAX_SECONDS:
        raise errors.usage(f"{name} must be at most {MAX_SECONDS} seconds")
    return float(number)


def count(name: str, value: object, errors: Errors, *, least: int = 1) -> int:
    """Return a whole number of ``least`` or more, also one of NumPy's types."""
    number = _whole(value)
    if number is None or number < least:
        raise errors.usage(f"{name} must be a whole number of {least} or more, not {value!r}")
    return number


def integer(name: str, value: object, errors: Errors, low: int, high: int) -> int:
    """Return a whole number from ``low`` to ``high``, also one of NumPy's types."""
    number = _whole(value)
    if number is None or not low <= number <= high:
        raise errors.usage(f"{name} must be a whole number from {low} to {high}, not {value!r}")
    return number


def _whole(value: object) -> int | None:
    if type(value) is int:
        return value
    return operator.index(value) if isinstance(value, SupportsIndex) and not isinstance(value, bool) else None


def boolean(name: str, value: object, errors: Errors) -> bool:
    """Return True or False. A number, or a word such as ``"no"``, raises."""
    if not isinstance(value, bool):
        raise errors.usage(f"{name} must be True or False, not {value!r}")
    return value


def _is_finite(number: float) -> bool:
    return not isinstance(number, float) or math.isfinite(number)


def milliseconds(name: str, value: object, errors: Errors) -> int:
    """Return a duration given as a whole number of milliseconds."""
    found = count(name, value, errors)
    if found > MAX_SECONDS * 1000:
        raise errors.usage(f"{name} must be at most {MAX_SECONDS * 1000} milliseconds")
    return found


def text(name: str, value: object, errors: Errors) -> str:
    """Return a non-blank string without NUL that UTF-8 can encode."""
    if not isinstance(value, str) or not value.strip():
        raise errors.usage(f"{name} must be a string that is not blank, not {value!r}")
    if "\0" in value:
        raise errors.usage(f"{name} must not contain NUL, which it has at index {value.index(chr(0))}")
    return utf8(name, value, errors)


def path(name: str, value: object, errors: Errors, *, file: bool = False) -> str:
    """Return a path of a session: a string, or a ``PathLike``. ``file`` refuses one that can only be a folder's."""
    plain = value.as_posix() if isinstance(value, PurePath) else value
    plain = os.fspath(cast("os.PathLike[str]", plain)) if isinstance(plain, os.PathLike) else plain
    checked = text(name, plain, errors)
    if checked == "~" or checked.startswith("~/"):
        raise errors.usage(f"{name} must not begin with '~': relative paths start at the home folder: {checked!r}")
    if file and checked.endswith("/"):
        raise errors.usage(f"{name} must name a file, and {checked!r} ends with a slash")
    return checked


def paths(name: str, value: object, errors: Errors) -> list[str]:
    """Return a list of paths, each validated by ``path``."""
    return [path(f"{name}[{index}]", item, errors) for index, item in enumerate(items(name, value, errors))]


def choice(name: str, value: object, allowed: Sequence[str], errors: Errors) -> None:
    """Raise unless ``value`` is one of ``allowed``."""
    if value not in allowed:
        raise errors.usage(f"{name} must be {' or '.join(map(repr, allowed))}, not {value!r}")


def instance(name: str, value: object, kind: type[object], errors: Errors, *, required: bool = False) -> None:
    """Raise unless ``value`` is an instance of ``kind``, or None where it is not required.

    The error does not show the value: a dict in place of an option may hold a password.
    """
    if (required or value is not None) and not isinstance(value, kind):
        home = kind.__module__.partition(".")[0]
        raise errors.usage(f"{name} must be of the class {home}.{kind.__name__}, not {type(value).__name__}")


def utf8(name: str, value: object, errors: Errors) -> str:
    """Return a string that UTF-8 can encode. It may be empty."""
    if not isinstance(value, str):
        raise errors.usage(f"{name} must be a string, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise errors.usage(f"{name} contains a lone surrogate at index {exc.start}: UTF-8 cannot encode it") from exc
    return value


def items(name: str, value: object, errors: Errors) -> list[object]:
    """Return the items of a list. A single string raises."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise errors.usage(f"{name} must be a list, not {value!r}")
    return list(cast("Sequence[object]", value))


def texts(name: str, value: object, errors: Errors) -> list[str]:
    """Return a list of strings, each validated by ``text``."""
    return [text(f"{name}[{index}]", item, errors) for index, item in enumerate(items(name, value, errors))]


def package_names(name: str, value: object, errors: Errors) -> list[str]:
    """Return the names of one or more Android packages.

    They go into a shell's here-document, so that a name with other characters, or the end mark, could run commands.
    """
    found = texts(name, value, errors)
    if not found:
        raise errors.usage(f"{name} must not be empty: name at least one package")
    for index, package in enumerate(found):
        if not _PACKAGE.fullmatch(package):
            raise errors.usage(
                f"{name}[{index}] must be the name of a package, of letters, digits, dots and underscores, "
                f"such as 'com.android.settings', not {package!r}"
            )
    return found


def content(name: str, value: object, errors: Errors) -> bytes:
    """Return text encoded as UTF-8, and bytes as they are."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(cast("bytes", value))
    if not isinstance(value, str):
        kind = type(value)
        hint = ": use json.dumps" if issubclass(kind, (dict, list)) else ""
        raise errors.usage(f"{name} must be a string or bytes, not {kind.__name__}{hint}")
    return utf8(name, value, errors).encode()


def string_map(name: str, value: object, errors: Errors) -> dict[str, str]:
    """Return a mapping of strings to strings as a dict. No error shows a value: it may be a secret."""
    if not isinstance(value, Mapping):
        kind = type(value).__name__
        raise errors.usage(f"{name} must be a dict of strings, such as {{'name': 'value'}}, not {kind}")
    found = cast("Mapping[object, object]", value)
    for key, inner in found.items():
        if not isinstance(key, str) or not isinstance(inner, str):
            raise errors.usage(f"{name} must map strings to strings, not {key!r} to {type(inner).__name__}")
        utf8(f"a name in {name}", key, errors)
        utf8(f"{name}[{key!r}]", inner, errors)
    return dict(cast("Mapping[str, str]", found))


def variables_error(source: str, variables: Mapping[str, str]) -> str:
    """Return why no program could start with these environment variables; empty if one can."""
    total = 0
    for name, value in variables.items():
        if not name or "=" in name or "\0" in name + value:
            return f"Invalid variable {name!r} in {source}: use a name without '=', and no NUL in name or value."
        size = len(f"{name}={value}".encode(errors="surrogatepass")) + 1
        if size > MAX_VARIABLE_SIZE:
            return f"Variable {name!r} in {source} takes {size} bytes, and at most {MAX_VARIABLE_SIZE} fit: use a file."
        total += size
    if total > MAX_VARIABLES_SIZE:
        return f"{source} takes {total} bytes, and at most {MAX_VARIABLES_SIZE} fit in all: use a file."
    return ""


def variables(name: str, value: object, errors: Errors) -> dict[str, str]:
    """Return environment variables with which the operating system can start a program."""
    checked = string_map(name, value, errors)
    if error := variables_error(name, checked):
        raise errors.usage(error)
    return checked


def labels(value: object, errors: Errors) -> dict[str, str]:
    """Return labels: at least one, without blank keys or values."""
    found = string_map("labels", value, errors)
    if not found:
        raise errors.usage("labels must not be empty: give at least one key and value")
    for key, inner in found.items():
        if not key.strip() or not inner.strip():
            raise errors.usage(f"labels must have no blank key and no blank value, not {key!r}: {inner!r}")
    return found


def own_labels(value: object, errors: Errors) -> dict[str, str]:
    """Return user labels. Reserved names raise."""
    found = labels(value, errors)
    if taken := sorted(filter(reserved_labels.is_reserved, found)):
        raise errors.usage(f"Invalid labels {', '.join(taken)}: these names are reserved for finding lost sessions.")
    return found


def port(value: object, errors: Errors) -> int | None:
    """Return a port, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**16:
        raise errors.usage(f"Invalid port {value!r}: use a whole number from 1 to 65535.")
    return value


def json_object(name: str, value: object, errors: Errors) -> dict[str, Any]:
    """Return a dict that JSON can encode."""
    if not isinstance(value, Mapping):
        raise errors.usage(f"{name} must be a dict, not {type(value).__name__}")
    plain = dict(cast("Mapping[str, Any]", value))
    try:
        json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as exc:
        raise errors.usage(f"{name} must hold JSON values only: {exc}") from exc
    return plain
