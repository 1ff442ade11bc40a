"""The paths of context files: paths in a session, without ``.``, ``..`` or special characters."""

import re

MAX_PATH_BYTES = 4096
MAX_NAME_BYTES = 255
Parts = tuple[str, ...]


class BadPath(ValueError):
    """An invalid path; the message has the reason."""


def file_parts(path: str) -> Parts:
    """Parse the path of a file into its names; a relative path starts at the root.

    Double slashes count as one: the official client sends them for a phone's simulation.
    """
    if not path or path.endswith("/"):
        raise BadPath(f"{shown(path)} does not name a file")
    return relative_parts(re.sub("/{2,}", "/", path).removeprefix("/"))


def folder_parts(path: str) -> Parts:
    """Parse the path of a folder into its names; the root has none, and a trailing slash is ignored."""
    if path in ("", "/"):
        return ()
    if not path.startswith("/"):
        raise BadPath(f"{shown(path)} is not absolute: use its absolute path in the session")
    return relative_parts(path[1:].removesuffix("/"))


def relative_parts(path: str) -> Parts:
    """Parse a relative path into its names."""
    parts = tuple(path.split("/"))
    for name in parts:
        if problem := _problem(name):
            raise BadPath(f"{shown(path)} has {problem}")
    if len(path.encode()) >= MAX_PATH_BYTES:
        raise BadPath(f"a path has more than {MAX_PATH_BYTES} bytes")
    return parts


def joined(parts: Parts) -> str:
    """Return the absolute path of ``parts``."""
    return "/" + "/".join(parts)


def mapped(path: str) -> Parts:
    """Return the path in the context of a path on another operating system."""
    plain = path.replace("\\", "/")
    return folder_parts(plain if plain.startswith("/") else f"/{plain}")


def shown(path: str) -> str:
    """Return a path for a message: shortened, and without control characters."""
    text = ascii(path)
    return text if len(text) < 200 else f"{text[:200]}..."


def _problem(name: str) -> str:
    if name == "":
        return "an empty name"
    if name in (".", ".."):
        return f"the name {name!r}"
    if "\\" in name:
        return "a backslash"
    if any(ord(char) < 32 or ord(char) == 127 for char in name):
        return "a control character"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "a name that is not UTF-8"
    return f"a name of more than {MAX_NAME_BYTES} bytes" if size > MAX_NAME_BYTES else ""
