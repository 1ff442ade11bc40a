"""Folders into a session and out of it: only what differs, and nothing outside of them."""

import os
import random
from pathlib import Path

import pytest

from sessionbay import AsyncSession, FileError, FileUsageError, Progress
from sessionbay._async.files.folder_sync import MAX_DIRECT_SIZE

from ..support import names

LARGE = random.Random(3).randbytes(MAX_DIRECT_SIZE + 1)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Give a folder with files of several kinds."""
    top = tmp_path / "here"
    (top / "in" / "deep").mkdir(parents=True)
    (top / "empty").mkdir()
    (top / "a.txt").write_text("one")
    (top / "in" / "b'\n $c").write_bytes(b"\0\xff")
    (top / "in" / "deep" / "large").write_bytes(LARGE)
    (top / "link").symlink_to("/etc/passwd")
    os.mkfifo(top / "pipe")
    return top


ALL = ("a.txt", "in/b'\n $c", "in/deep/large")


async def found(session: AsyncSession, folder: str) -> list[str]:
    return sorted((await session.command.run(f"cd {folder} && find . -type f")).stdout.replace("\n $", " $").split())


async def test_a_folder_goes_over_and_then_only_what_changed(routed: AsyncSession, here: Path) -> None:
    files = routed.file_system
    seen: list[Progress] = []
    pushed = await files.push(here, "there", progress=seen.append)
    assert (pushed.success, pushed.sent, pushed.kept, pushed.deleted) == (True, ALL, (), ()), pushed.errors
    assert pushed.bytes == 3 + 2 + len(LARGE)
    assert pushed.skipped == {"link": "a symbolic link", "pipe": "not a regular file"}
    assert (await files.read_file("there/in/deep/large", format="bytes")).content == LARGE
    assert (seen[0].total, seen[0].done, seen[-1].done, seen[-1].failed, seen[-1].ended) == (3, 0, 3, 0, True)
    (here / "a.txt").write_text("two")
    again = await files.push(here, "there")
    assert (again.sent, again.kept, again.bytes) == (("a.txt",), ALL[1:], 3)
    assert (await files.read_file("there/a.txt")).content == "two"


async def test_a_folder_comes_back_and_then_only_what_changed(routed: AsyncSession, here: Path, tmp_path: Path) -> None:
    files = routed.file_system
    await files.push(here, "there")
    await routed.command.run("ln -s /etc there/link; mkfifo there/pipe")
    back = tmp_path / "new" / "back"
    pulled = await files.pull("there", back)
    assert (pulled.success, pulled.sent, pulled.bytes) == (True, ALL, 3 + 2 + len(LARGE)), pulled.errors
    assert pulled.skipped == {"link": "a symbolic link", "pipe": "not a regular file"}
    assert [(back / name).read_bytes() for name in ALL] == [(here / name).read_bytes() for name in ALL]
    await files.write_file("there/a.txt", "two")
    again = await files.pull("there", back)
    assert (again.sent, again.kept, (back / "a.txt").read_text()) == (("a.txt",), ALL[1:], "two")
    assert names(back) == ["a.txt", "in"]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def test_whether_a_file_may_be_executed_goes_along(routed: AsyncSession, tmp_path: Path) -> None:
    files, there = routed.file_system, "cd there && stat -c '%n %a' *"
    here = tmp_path / "here"
    here.mkdir()
    for name, content, mode in (("run", b"#!/bin/sh", 0o700), ("large", LARGE, 0o755), ("read", b"x", 0o600)):
        (here / name).write_bytes(content)
        (here / name).chmod(mode)
    assert (await files.push(here, "there")).sent == ("large", "read", "run")
    assert (await routed.command.run(there)).stdout == "large 755\nread 644\nrun 755\n"
    assert (await files.pull("there", tmp_path / "back")).success
    assert {name: bool(mode & 0o100) for name, mode in modes(tmp_path / "back").items()} == {
        "large": True,
        "read": False,
        "run": True,
    }
    (here / "run").chmod(0o600)
    (here / "read").chmod(0o700)
    pushed = await files.push(here, "there")
    assert (pushed.kept, pushed.bytes) == (("large", "read", "run"), 0)
    assert (await routed.command.run(there)).stdout == "large 755\nread 755\nrun 644\n"


async def test_a_file_that_is_replaced_here_keeps_its_other_permissions(session: AsyncSession, tmp_path: Path) -> None:
    await session.command.run("mkdir there; echo new > there/a; cp there/a there/b; chmod 755 there/b", check=True)
    for name in ("a", "b"):
        (tmp_path / name).write_text("old")
        (tmp_path / name).chmod(0o600)
    assert (await session.file_system.pull("there", tmp_path)).sent == ("a", "b")
    assert modes(tmp_path) == {"a": 0o600, "b": 0o700}
    assert (await session.file_system.download_file("there/b", tmp_path / "a")).success
    assert modes(tmp_path) == {"a": 0o600, "b": 0o700}


async def test_what_the_other_side_has_alone_is_deleted_only_if_so_asked(session: AsyncSession, tmp_path: Path) -> None:
    files, here = session.file_system, tmp_path / "here"
    here.mkdir()
    (here / "a").write_text("1")
    await session.command.run("mkdir -p there/in; cd there; touch old in/old kept.log; ln -s /etc/passwd link")
    assert (await files.push(here, "there", exclude=["*.log"])).deleted == ()
    pushed = await files.push(here, "there", exclude=["*.log"], delete=True)
    assert (pushed.success, pushed.deleted) == (True, ("in/old", "old"))
    assert (await session.command.run("cd there; find . ! -type d | sort")).stdout == "./a\n./kept.log\n./link\n"
    (here / "old").touch()
    (here / "kept.log").touch()
    pulled = await files.pull("there", here, include=["a", "old"], delete=True)
    assert (pulled.kept, pulled.deleted, names(here)) == (("a",), ("old",), ["a", "kept.log"])


async def test_patterns_choose_what_goes(session: AsyncSession, here: Path) -> None:
    pushed = await session.file_system.push(here, "there", include=["*.txt", "deep"], exclude=["large"])
    assert pushed.sent == ("a.txt",)
    assert await found(session, "there") == ["./a.txt"]


async def test_one_file_that_fails_keeps_no_other_back_and_nothing_is_deleted(
    session: AsyncSession, tmp_path: Path
) -> None:
    files, here = session.file_system, tmp_path / "here"
    (here / "sub").mkdir(parents=True)
    for name in ("a", "b", "sub/c"):
        (here / name).write_text(name)
    await session.command.run("mkdir -p there/a; cd there; touch old; ln -s /tmp sub")
    pushed = await files.push(here, "there", delete=True)
    assert (pushed.success, pushed.sent, pushed.deleted) == (False, ("b",), ())
    assert list(pushed.errors) == ["a", "sub/c"]
    assert "a folder on the other side" in pushed.error_message
    assert "symbolic link" in pushed.errors["sub/c"]
    assert (await session.command.run("ls -A /tmp | grep -x c || true")).stdout == ""
    with pytest.raises(FileError, match="and 1 more"):
        pushed.raise_for_error()


async def test_an_unreadable_file_is_reported_by_its_name(session: AsyncSession, tmp_path: Path) -> None:
    await session.command.run("mkdir -p there/shut; cd there; echo 1 > a; echo 2 > b; chmod 0 b shut")
    pulled = await session.file_system.pull("there", tmp_path / "back", delete=True)
    if (await session.command.run("cat there/b")).success:  # a user who may read everything
        assert pulled.success
    else:
        assert (pulled.sent, set(pulled.errors)) == (("a",), {".", "b"})
        assert "Permission denied" in pulled.errors["."]
    await session.command.run("chmod 700 there/shut")


async def test_no_file_lands_outside_whatever_links_there_are(session: AsyncSession, tmp_path: Path) -> None:
    outside, back = tmp_path / "outside", tmp_path / "back"
    outside.mkdir()
    back.mkdir()
    (outside / "target").write_text("mine")
    (back / "in").symlink_to(outside)
    (back / "file").symlink_to(outside / "target")
    await session.command.run("mkdir -p there/in; echo theirs | tee there/in/target there/in/new there/file")
    pulled = await session.file_system.pull("there", back)
    assert (pulled.success, sorted(pulled.errors)) == (False, ["file", "in/new", "in/target"])
    assert (names(outside), (outside / "target").read_text()) == (["target"], "mine")


async def test_no_name_leads_outside_even_if_the_machine_lies(bay_session: AsyncSession, tmp_path: Path) -> None:
    run, back = bay_session.command.run, tmp_path / "back"
    home = (await run("pwd; mkdir there bin; echo 1 > there/good; echo 2 > evil; echo 3 > /tmp/evil")).stdout.strip()
    lies = [
        r"f\t2\t644\t../evil",
        r"f\t2\t644\t/tmp/evil",
        r"l\t4\t644\tlink",
        r"f\t2\t644\tlink/child",
        r"f\t2\t644\ta\377",
        r"f\t2\t644\tgood",
    ]
    reported = "".join(rf"{lie}\0" for lie in lies)
    await bay_session.file_system.write_file("bin/find", f"#!/bin/sh\nprintf '{reported}'\n")
    await run("chmod +x bin/find")
    await bay_session.env.set({"PATH": f"{home}/bin:/usr/bin:/bin"})
    pulled = await bay_session.file_system.pull("there", back)
    assert pulled.sent == ("good",)
    assert set(pulled.errors) == {"../evil", "/tmp/evil", "link/child", "a\\xff"}
    assert (names(tmp_path), names(back)) == (["back"], ["good"])


async def test_names_that_are_no_utf8_are_reported(session: AsyncSession, tmp_path: Path) -> None:
    await session.command.run("mkdir there; cd there; touch good \"$(printf 'a\\377')\"")
    pulled = await session.file_system.pull("there", tmp_path / "back")
    assert (pulled.sent, dict(pulled.errors)) == (("good",), {"a\\xff": "the path is not UTF-8"})
    here = tmp_path / "here"
    here.mkdir()
    os.mknod(os.fsencode(here) + b"/b\xff")
    pushed = await session.file_system.push(here, "there")
    assert dict(pushed.errors) == {"b\\xff": "the path is not UTF-8"}


async def test_what_a_callback_raises_ends_it(session: AsyncSession, here: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.done:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await session.file_system.push(here, "there", progress=stop)


async def test_a_folder_that_is_not_there_is_reported(session: AsyncSession, tmp_path: Path) -> None:
    pulled = await session.file_system.pull("nowhere", tmp_path / "back")
    assert (pulled.success, pulled.error_message) == (False, "nowhere: No such file or directory")
    with pytest.raises(FileUsageError, match="does not exist"):
        await session.file_system.push(tmp_path / "none", "there")
    (tmp_path / "file").touch()
    with pytest.raises(FileUsageError, match="is not a folder"):
        await session.file_system.pull("there", tmp_path / "file")
    with pytest.raises(FileUsageError, match="exclude"):
        await session.file_system.push(tmp_path, "there", exclude="*.py")


async def test_two_empty_folders_are_the_same(session: AsyncSession, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    pushed = await session.file_system.push(tmp_path / "here", "there")
    pulled = await session.file_system.pull("there", tmp_path / "back")
    assert (pushed.success, pulled.success, pushed.sent, pulled.sent) == (True, True, (), ())
    assert (tmp_path / "back").is_dir()
