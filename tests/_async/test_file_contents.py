"""What files hold: in one message and in many, text and bytes, edited, found, and never half."""

import random
from typing import Any, cast

import pytest

from sessionbay import AsyncAgentBay, AsyncFileSystem, AsyncSession, BinaryFileContentResult, FileError, RetryPolicy
from sessionbay._async import file_system
from sessionbay._async.files import file_reader
from sessionbay._async.files.file_mode import as_bytes, as_text
from sessionbay._async.files.file_reader import AsyncFileReader
from sessionbay.engine import LocalEngine
from sessionbay.operations.files import ReadArgs
from sessionbay.testing import AsyncFaultTransport, Fault, FaultPlan, Rule

from .conftest import connect

NOISE = random.Random(1).randbytes(200_000)
LARGE = "a line of text\n" * 10_000


async def parts_of(session: AsyncSession) -> str:
    return (await session.command.run("ls -A | grep part || true")).output


@pytest.mark.parametrize("content", [b"", b"plain", b"\0\xff", NOISE], ids=["empty", "text", "two bytes", "noise"])
async def test_bytes_come_back_as_they_went(routed: AsyncSession, content: bytes) -> None:
    assert (await routed.file_system.write_file("file", content)).success
    assert (await routed.file_system.read_file("file", format="bytes")).content == content
    assert await parts_of(routed) == ""


@pytest.mark.parametrize("content", [LARGE, NOISE], ids=["text", "bytes"])
async def test_many_pieces_are_appended(routed: AsyncSession, content: str | bytes) -> None:
    files = routed.file_system
    await files.write_file("file", "begin\n")
    assert (await files.write_file("file", content, mode="append")).success
    whole = b"begin\n" + (content.encode() if isinstance(content, str) else content)
    assert (await files.read_file("file", format="bytes")).content == whole


@pytest.mark.parametrize("content", [LARGE, NOISE], ids=["text", "bytes"])
async def test_many_pieces_do_not_replace_what_must_be_new(routed: AsyncSession, content: str | bytes) -> None:
    files = routed.file_system
    await files.write_file("file", "old")
    written = await files.write_file("file", content, mode="create_new")
    assert not written.success
    assert (await files.read_file("file")).content == "old"
    assert await parts_of(routed) == ""


async def test_many_pieces_keep_permissions_and_links(routed: AsyncSession) -> None:
    await routed.command.run("echo old > 'the tool'; chmod 750 'the tool'; ln -s 'the tool' link")
    assert (await routed.file_system.write_file("link", LARGE)).success
    reported = await routed.command.run("readlink link; stat -c '%a %s' 'the tool'")
    assert reported.stdout == f"the tool\n750 {len(LARGE)}\n"


async def test_a_folder_that_is_missing_is_reported(routed: AsyncSession) -> None:
    written = await routed.file_system.write_file("nowhere/file", NOISE, parents=False)
    assert not written.success
    assert "No such file or directory" in written.error_message


async def test_a_write_that_breaks_off_leaves_the_old_file(engine_without_direct_route: LocalEngine) -> None:
    plan = FaultPlan(Rule(fault=Fault.reset(), action="CallMcpTool", first=4))
    bay = connect(
        engine_without_direct_route,
        AsyncAgentBay,
        transport=AsyncFaultTransport(plan),
        retry=RetryPolicy(attempts=1),
    )
    async with bay, bay.session() as session:
        await session.file_system.write_file("file", "old")
        with pytest.raises(FileError) as caught:
            await session.file_system.write_file("file", LARGE * 10)
        assert caught.value.outcome == "rejected"
        assert (await session.file_system.read_file("file")).content == "old"
        assert await parts_of(session) == ""
    assert plan.unfired == ()


async def test_edits_replace_the_first_place_each(routed: AsyncSession) -> None:
    files = routed.file_system
    await files.write_file("file", "one two one two")
    edits = [{"oldText": "one", "newText": "1"}, {"old_text": "one", "new_text": "I"}]
    assert (await files.edit_file("file", edits, dry_run=True)).success
    assert (await files.read_file("file")).content == "one two one two"
    assert (await files.edit_file("file", edits)).success
    assert (await files.read_file("file")).content == "1 two I two"


async def test_an_edit_that_does_not_fit_changes_nothing(routed: AsyncSession) -> None:
    files = routed.file_system
    await files.write_file("file", "one")
    edited = await files.edit_file("file", [{"oldText": "one", "newText": "1"}, {"oldText": "two", "newText": "2"}])
    assert not edited.success
    assert "edit 2" in edited.error_message
    assert (await files.read_file("file")).content == "one"


async def test_several_files_are_read_exactly_with_the_errors_of_others(routed: AsyncSession) -> None:
    files = routed.file_system
    contents = {"a": "  indented\n\n", "b": "---\nb:\n---\n", "c": ""}
    for path, content in contents.items():
        await files.write_file(path, content)
    read = await files.read_multiple_files(["a", "missing", "b", "c"])
    assert read.contents == contents
    assert list(read.errors) == ["missing"]
    assert "No such file" in read.errors["missing"]


async def test_files_are_found_by_name(session: AsyncSession) -> None:
    await session.command.run("mkdir -p box/in box/skip; touch box/a.py box/in/b.py box/in/c.txt box/skip/d.py")
    files = session.file_system
    assert (await files.search_files("box", "*.py")).matches == ["box/a.py", "box/in/b.py", "box/skip/d.py"]
    assert (await files.search_files("box", "?.py", ["skip", "a*"])).matches == ["box/in/b.py"]
    assert (await files.search_files("box", "*.rs")).matches == []
    assert not (await files.search_files("nowhere", "*")).success


@pytest.mark.parametrize("content", [b"", NOISE], ids=["empty", "noise"])
async def test_an_open_file_is_written_and_read_piece_by_piece(routed: AsyncSession, content: bytes) -> None:
    files = routed.file_system
    async with files.open("file", "wb") as file:
        for start in range(0, len(content), 30_001):
            await file.write(content[start : start + 30_001])
    back = b""
    async with files.open("file", "rb") as file:
        while piece := await file.read(70_001):
            back += piece
    assert back == content


async def test_the_lines_of_an_open_file_are_never_cut(routed: AsyncSession) -> None:
    lines = [f"{number} \N{GRINNING FACE}\n" for number in range(20_000)] + ["the last"]
    files = routed.file_system
    async with files.open("file", "w") as file:
        for line in lines:
            await file.write(line)
    async with files.open("file") as file:
        assert [line async for line in file] == lines
    async with files.open("file", "a") as file:
        await file.write(" one\n")
    async with files.open("file") as file:
        assert (await file.read()).endswith("\nthe last one\n")


class Counted(bytes):
    """Bytes that count how many of them are copied out."""

    copied = 0

    def __getitem__(self, place: Any) -> Any:
        part = super().__getitem__(place)
        Counted.copied += len(part)
        return part


class OneFile:
    """The connection to a session with one file."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.api = self.connection = self

    def raise_if_strict(self, result: BinaryFileContentResult) -> BinaryFileContentResult:
        return result

    def has_direct_route(self, tool: str) -> bool:
        return True

    async def call_tool(self, tool: Any, args: ReadArgs, strict: bool = True) -> BinaryFileContentResult:
        if not args.length:
            return BinaryFileContentResult(error_message="x: File too large", code="too_large")
        part = self._content[args.offset : args.offset + args.length]
        return BinaryFileContentResult(success=True, data=Counted(part))


@pytest.mark.parametrize("way", ["lines", "readline", "read"])
async def test_reading_in_small_parts_copies_no_byte_twice(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(file_reader, "DIRECT_PIECE_SIZE", 50_000)
    content = b"line 7\n" * 20_000 + b"end"
    parts: list[bytes] = []
    monkeypatch.setattr(Counted, "copied", 0)
    async with AsyncFileReader(cast("Any", OneFile(content)), "x", as_bytes()) as file:
        if way == "lines":
            parts = [line async for line in file]
        else:
            while part := await (file.read(5) if way == "read" else file.readline()):
                parts.append(part)
    assert (b"".join(parts), Counted.copied) == (content, len(content))
    assert way == "read" or len(parts) == 20_001


async def test_an_iteration_that_is_left_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_reader, "DIRECT_PIECE_SIZE", 10)
    async with AsyncFileReader(cast("Any", OneFile(b"a\nbb\nccc\ndddd\neeeeeeeeeeeeeeeee\nf")), "x", as_text()) as file:
        async for line in file:
            if line == "bb\n":
                break
        assert (await file.read(2), await file.readline()) == ("cc", "c\n")
        assert [line async for line in file] == ["dddd\n", "eeeeeeeeeeeeeeeee\n", "f"]
        assert [line async for line in file] == []


async def test_what_does_not_fit_into_one_answer_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_system, "DIRECT_PIECE_SIZE", 50_000)
    files = AsyncFileSystem(cast("Any", OneFile(NOISE)))
    assert (await files.read_file("x", format="bytes")).content == NOISE


@pytest.mark.parametrize("content", [LARGE, NOISE], ids=["text", "bytes"])
async def test_content_above_the_limit_of_a_message_goes_in_pieces(
    monkeypatch: pytest.MonkeyPatch, bay_session: AsyncSession, content: str | bytes
) -> None:
    monkeypatch.setattr(file_system, "MAX_DIRECT_CHUNK", 50_000)
    files = bay_session.file_system
    assert (await files.write_file("pieces", content)).success
    read = await files.read_file("pieces", format="bytes")
    assert read.content == (content if isinstance(content, bytes) else content.encode())


@pytest.mark.slow
async def test_a_file_of_any_size_is_written_and_read(bay_session: AsyncSession) -> None:
    files, binary, text = bay_session.file_system, b"\xff" * (50 * 2**20), "x" * (70 * 2**20)
    assert (await files.write_file("huge", binary)).success
    assert (await files.read_file("huge", format="bytes")).content == binary
    assert (await files.write_file("huge", text)).success
    assert (await files.read_file("huge")).content == text


async def test_a_block_that_fails_leaves_the_file_as_it_was(routed: AsyncSession) -> None:
    files = routed.file_system
    await files.write_file("file", "old")
    with pytest.raises(ZeroDivisionError):
        async with files.open("file", "w") as file:
            await file.write(LARGE * 20)
            raise ZeroDivisionError
    assert (await files.read_file("file")).content == "old"
    assert await parts_of(routed) == ""


async def test_an_open_file_reports_what_is_wrong(routed: AsyncSession) -> None:
    files = routed.file_system
    with pytest.raises(FileError, match="No such file"):
        async with files.open("missing"):
            pass
    await files.write_file("nowhere", "a file")
    with pytest.raises(FileError, match="Not a directory"):
        async with files.open("nowhere/file", "w") as file:
            await file.write("text")
    await files.write_file("file", "old")
    with pytest.raises(FileError, match="exists"):
        async with files.open("file", "x") as file:
            await file.write("new")
    await files.write_file("noise", NOISE)
    with pytest.raises(FileError, match="UTF-8"):
        async with files.open("noise"):
            pass
    with pytest.raises(FileError, match="takes bytes"):
        async with files.open("file", "wb") as binary:
            await binary.write("text")  # type: ignore[arg-type]
    with pytest.raises(FileError, match="mode must be"):
        files.open("file", "r+")  # type: ignore[call-overload]


@pytest.mark.slow
async def test_a_file_that_is_too_large_for_one_answer_is_read_in_pieces(bay_session: AsyncSession) -> None:
    await bay_session.command.run("truncate -s 33M large; printf end >> large")
    read = await bay_session.file_system.read_file("large", format="bytes")
    assert (read.size, read.content[-4:]) == (33 * 2**20 + 3, b"\0end")


@pytest.mark.parametrize("kind", [str, bytes])
async def test_a_part_of_a_file_is_read(routed: AsyncSession, kind: type) -> None:
    files, text = routed.file_system, "a\u00e9\u20ac\N{GRINNING FACE}b" * 20_000  # 11 bytes each
    await files.write_file("parts", text)
    if kind is bytes:
        part = await files.read_file("parts", format="bytes", offset=3, length=100_000)
        assert part.content == text.encode()[3:100_003]
    else:
        parts = [(await files.read_file("parts", offset=at, length=90_001)).content for at in range(0, 220_000, 90_001)]
        assert "".join(parts) == text
    assert (await files.read_file("parts", offset=220_001)).content == ""
