"""Folders by difference: what a session's list of files says, what is to go over, and which names are none."""

import hashlib

import pytest
from hypothesis import given, strategies as st

from sessionbay.operations.trees import Entry, Rules, Tree, is_below, parent_paths, parse_listing, plan

from ..support import some

DIGEST = hashlib.sha256(b"x").hexdigest()
ALL = Rules()
names = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1).filter(
    lambda n: n not in (".", "..")
)


def listing(*records: bytes, digests: tuple[bytes, ...] = ()) -> bytes:
    return b"".join(record + b"\0" for record in records) + b"\0" + b"".join(one + b"\0" for one in digests)


def tree(*names: str, **kinds: str) -> Tree:
    return Tree({name: Entry() for name in names} | {name: Entry(kind) for name, kind in kinds.items()})


def test_a_list_reports_kinds_sizes_and_digests() -> None:
    read = parse_listing(
        listing(
            b"d\t40\t755\ta", b"f\t1\t4644\ta/b\tc\n", b"l\t3\t777\tlink", digests=(DIGEST.encode() + b"  ./a/b\tc\n",)
        )
    )
    assert read.entries == {
        "a": Entry("d", 40, is_executable=True),
        "a/b\tc\n": Entry("f", 1, DIGEST),
        "link": Entry("l", 3, is_executable=True),
    }
    assert read.errors == {}


def test_an_empty_folder_has_an_empty_list() -> None:
    assert parse_listing(b"\0") == Tree()


@pytest.mark.parametrize("data", [b"nonsense\0", b"f\tmany\t644\ta\0", b"f\t1\t9\ta\0", b"\xff\t1\t644\ta\0"])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_listing(data)


@pytest.mark.parametrize("name", [b"../x", b"/etc/passwd", b"a/../../x", b"a//b", b".", b"a/./b", b"caf\xe9"])
def test_a_name_that_leads_elsewhere_is_an_error_of_that_name(name: bytes) -> None:
    read = parse_listing(
        listing(b"f\t1\t644\t" + name, b"f\t1\t644\tgood", digests=(DIGEST.encode() + b"  ./" + name,))
    )
    assert list(read.entries) == ["good"]
    assert len(read.errors) == 1


def test_a_digest_of_a_file_that_is_not_listed_adds_none() -> None:
    read = parse_listing(
        listing(b"l\t1\t644\tlink", digests=(DIGEST.encode() + b"  ./link", DIGEST.encode() + b"  ./new"))
    )
    assert read.entries == {"link": Entry("l", 1)}


@some
@given(st.lists(names, min_size=1, max_size=4))
def test_any_other_name_is_read_as_it_is(parts: list[str]) -> None:
    path = "/".join(parts)
    assert list(parse_listing(listing(b"f\t1\t644\t" + path.encode())).entries) == [path]
    assert is_below(path)


@some
@given(st.binary())
def test_no_list_whatever_holds_a_path_out_of_the_folder(data: bytes) -> None:
    try:
        read = parse_listing(data)
    except ValueError:
        return
    assert all(is_below(path) for path in read.entries)


@pytest.mark.parametrize(
    ("include", "exclude", "wanted"),
    [
        ([], [], ["a.py", "src/b.py", "src/c.txt"]),
        (["*.py"], [], ["a.py", "src/b.py"]),
        (["src"], [], ["src/b.py", "src/c.txt"]),
        (["src/"], ["*.txt"], ["src/b.py"]),
        ([], ["src/?.py", "a*"], ["src/c.txt"]),
    ],
)
def test_patterns_choose_by_path_and_by_name(include: list[str], exclude: list[str], wanted: list[str]) -> None:
    rules = Rules(include, exclude)
    assert [path for path in ("a.py", "src/b.py", "src/c.txt") if rules.matches(path)] == wanted


def test_a_plan_reports_what_goes_and_what_is_left_over() -> None:
    made = plan(
        tree("a", "b/c", b="d", link="l", pipe="p"), tree("b/c", "old", "keep.log", gone="d"), Rules((), ["*.log"])
    )
    assert (made.to_send, made.to_delete) == (["a", "b/c"], ["old"])
    assert made.skipped == {"link": "a symbolic link", "pipe": "not a regular file"}


def test_what_stands_in_the_way_is_an_error_of_the_file() -> None:
    made = plan(tree("a/b/c", "d", "e", "f"), tree("a/b", d="d", e="l", f="s"), ALL)
    assert made.to_send == []
    assert made.errors == {
        "a/b/c": "a/b is not a folder on the other side",
        "d": "it is a folder on the other side",
        "e": "it is a symbolic link on the other side",
        "f": "it is not a regular file on the other side",
    }


def test_a_symbolic_link_above_a_file_is_in_its_way() -> None:
    made = plan(tree("link/child"), tree(link="l"), ALL)
    assert made.errors == {"link/child": "link is a symbolic link on the other side"}


def test_only_the_errors_of_what_is_meant_count() -> None:
    source = Tree({}, {".": "find: one is unreadable", "b\\xff": "no UTF-8", "c.tmp": "no UTF-8"})
    assert list(plan(source, Tree({}, {"x": "no UTF-8"}), Rules((), ["*.tmp"])).errors) == [".", "b\\xff"]


def test_the_folders_above_a_path() -> None:
    assert (parent_paths("a/b/c"), parent_paths("a")) == (["a/b", "a"], [])
