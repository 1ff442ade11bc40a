"""The paths of a context's files: absolute, as a session has them, and of plain names only."""

MAX_PATH_BYTES = 4096
MAX_NAME_BYTES = 255
Parts = tuple[str, ...]


class BadPath(ValueError):
    """A path that no file of a context has; the message says why."""


def file_parts(path: str) -> Parts:
    """Return the names that lead to a file."""
    parts = folder_parts(path)
    if not parts or path.endswith("/"):
        raise BadPath(f"{shown(path)} names no file")
    return parts


def folder_parts(path: str) -> Parts:
    """Return the names that lead to a folder; a path without any is the root, and a last slash does no harm."""
    if path in ("", "/"):
        return ()
    if not path.startswith("/"):
        raise BadPath(f"{shown(path)} is not absolute: give the path that it has in the session")
    return relative_parts(path[1:].removesuffix("/"))


def relative_parts(path: str) -> Parts:
    """Return the names of a path that does not begin with a slash."""
    parts = tuple(path.split("/"))
    for name in parts:
        if problem := _problem(name):
            raise BadPath(f"{shown(path)} has {problem}")
    if len(path.encode()) >= MAX_PATH_BYTES:
        raise BadPath(f"a path has more than {MAX_PATH_BYTES} bytes")
    return parts


def joined(parts: Parts) -> str:
    """Return the path that ``folder_parts`` reads as ``parts``."""
    return "/" + "/".join(parts)


def mapped(path: str) -> Parts:
    """Return where the files of a path on another operating system are kept, in the words of this one."""
    plain = path.replace("\\", "/")
    return folder_parts(plain if plain.startswith("/") else f"/{plain}")


def shown(path: str) -> str:
    """Return a path as a message may hold it: short, and without characters that do things."""
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
