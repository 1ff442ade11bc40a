"""The file tools."""

from base64 import b64encode
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from posixpath import dirname
from typing import Any

from ...core.error_codes import ErrorCode
from ...core.output import MAX_CHARACTER_SIZE, cut_off
from ...models.files import DirectoryEntry, FileChangeEvent
from ...operations.file_codecs import format_blocks, format_changes, format_info, format_listing, format_matches
from ...operations.files import EditArgs, MoveArgs, PathArgs, PathsArgs, ReadArgs, SearchArgs, WriteArgs
from ..agent.connection import AgentFailure
from ..api_errors import ToolFailure, execution_failed
from ..session import EngineSession
from ..turns import take_turn
from . import DONE

SLICE_SIZE = 3 * 2**14  # bytes that are converted in one turn of the event loop; base64 without padding
Extended = tuple[str, dict[str, Any]]  # a text, and structured content that extends it


async def read_file(session: EngineSession, args: ReadArgs) -> list[str]:
    """Return a file, or the requested part of it, as parts of a text."""
    agent = session.running_agent()
    if args.format == "binary":
        content: deque[bytes] = await agent.request("read", path=args.path, offset=args.offset, length=args.length)
        return [b64encode(piece).decode() async for piece in _slices(content)]
    before = min(args.offset, MAX_CHARACTER_SIZE - 1)
    after = args.length + before + MAX_CHARACTER_SIZE - 1 if args.length else 0
    data: deque[bytes] = await agent.request("read", path=args.path, offset=args.offset - before, length=after)
    cut(data, before, args.length)
    decoder = getincrementaldecoder("utf-8")()
    try:
        parts = [decoder.decode(piece) async for piece in _slices(data)]
        decoder.decode(b"", True)
    except UnicodeDecodeError as exc:
        raise execution_failed(f"{args.path}: Not UTF-8 text", ErrorCode.NOT_TEXT) from exc
    return parts


def cut(pieces: deque[bytes], before: int, length: int) -> None:
    """Cut off what ``core.output.whole_characters`` would."""
    _join_ends(pieces)
    surplus = sum(map(len, pieces)) - before - length
    if length and surplus > 0:
        last = pieces.pop()
        end = len(last) - surplus
        pieces.append(last[: end + cut_off(last[end:])])
    if before and pieces:
        first = pieces.popleft()
        pieces.appendleft(first[before + cut_off(first[before:]) :])


def _join_ends(pieces: deque[bytes]) -> None:
    """Join pieces until the first and the last have all bytes that may be cut off there."""
    while len(pieces) > 1 and len(pieces[0]) < 2 * MAX_CHARACTER_SIZE:
        pieces.appendleft(pieces.popleft() + pieces.popleft())
    while len(pieces) > 1 and len(pieces[-1]) < 2 * MAX_CHARACTER_SIZE:
        last = pieces.pop()
        pieces.append(pieces.pop() + last)


async def _slices(pieces: deque[bytes]) -> AsyncIterator[bytes]:
    """Yield slices of ``SLICE_SIZE``, each in a turn of its own, and free the pieces one by one."""
    rest = b""
    while pieces:
        data = rest + pieces.popleft()
        end = len(data) - len(data) % SLICE_SIZE if pieces else len(data)
        for start in range(0, end, SLICE_SIZE):
            yield data[start : min(start + SLICE_SIZE, end)]
            await take_turn()
        rest = data[end:]


async def write_file(session: EngineSession, args: WriteArgs) -> str:
    """Write a file."""
    if args.create_parent_dir:
        await session.running_agent().request("make_directory", path=dirname(args.path) or ".")
    await session.running_agent().request("write", args.content.encode(), path=args.path, mode=args.mode)
    return DONE


async def get_file_info(session: EngineSession, args: PathArgs) -> str:
    """Return the metadata of a file."""
    found: dict[str, Any] = await session.running_agent().request("info", path=args.path)
    created, modified = (datetime.fromtimestamp(found[name], UTC).isoformat() for name in ("created", "modified"))
    return format_info(
        {
            "name": args.path.rstrip("/").rpartition("/")[2],
            "path": args.path,
            "size": found["size"],
            "created": created,
            "modified": modified,
            "modTime": modified,
            "isDirectory": found["is_directory"],
            "isFile": found["is_file"],
            "permissions": found["mode"],
            "mode": found["mode"],
        }
    )


async def list_directory(session: EngineSession, args: PathArgs) -> Extended:
    """List a folder."""
    entries = await session.running_agent().request("list", path=args.path)
    text = format_listing(DirectoryEntry(name, is_directory) for name, is_directory, _ in entries)
    return text, {"sizes": [size for _, _, size in entries]}


async def create_directory(session: EngineSession, args: PathArgs) -> str:
    """Create a folder."""
    await session.running_agent().request("make_directory", path=args.path)
    return DONE


async def delete_file(session: EngineSession, args: PathArgs) -> str:
    """Delete a file."""
    await session.running_agent().request("delete", path=args.path)
    return DONE


async def move_file(session: EngineSession, args: MoveArgs) -> str:
    """Move a file or folder."""
    await session.running_agent().request("move", source=args.source, destination=args.destination)
    return DONE


async def edit_file(session: EngineSession, args: EditArgs) -> str:
    """Replace texts in a file, and return the diff."""
    edits = [(edit.old_text, edit.new_text) for edit in args.edits]
    diff: str = await session.running_agent().request("edit", path=args.path, edits=edits, dry_run=args.dry_run)
    return diff or DONE


async def read_multiple_files(session: EngineSession, args: PathsArgs) -> str:
    """Return several files, with errors for those that cannot be read."""
    contents: dict[str, str] = {}
    errors: dict[str, str] = {}
    for path in args.paths:
        try:
            contents[path] = "".join(await read_file(session, ReadArgs(path=path)))
        except (ToolFailure, AgentFailure) as exc:
            errors[path] = str(exc)
    return format_blocks(args.paths, contents, errors)


async def search_files(session: EngineSession, args: SearchArgs) -> Extended:
    """Find files by their names."""
    found, skipped = await session.running_agent().request(
        "search", path=args.path, pattern=args.pattern, excluded=args.exclude_list()
    )
    return format_matches(found), {"skipped": skipped} if skipped else {}


async def get_file_change(session: EngineSession, args: PathArgs) -> str:
    """Return the changes in a folder since the last call; the first call returns none."""
    changes: list[list[str]] = await session.running_agent().request(
        "changes", watch=f"polled {args.path}", path=args.path, patience=0.0
    )
    return format_changes(FileChangeEvent(event, path, kind) for event, path, kind in changes)
