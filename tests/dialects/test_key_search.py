"""The search for a key in a request, whose body comes in pieces."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.http import HttpRequest
from sessionbay.dialects.key_search import MAX_KEY, KeySearch

from ..support import AGB, BAY, key_of, some

FIELD = b"Authorization"


def found(*pieces: bytes) -> str:
    """Return the key of a form that comes in pieces."""
    search = KeySearch(field=FIELD)
    for piece in pieces:
        search.feed(piece)
    return search.finish()


@pytest.mark.parametrize("key", ["Bearer akm-1", "akm-1", "Bearer akm-1 "])
def test_a_key_is_found_with_and_without_its_word(key: str) -> None:
    form = urlencode({"Args": "{}", "Authorization": key, "Name": "shell"}).encode()
    assert key_of(BAY, HttpRequest("POST", "https://gw.invalid/", {}, form)) == "akm-1"
    assert key_of(AGB, HttpRequest("POST", "https://gw.invalid/", {"authorization": key})) == "akm-1"


def test_a_key_may_stand_in_the_query() -> None:
    url = "https://gw.invalid/?Action=SyncContext&Authorization=Bearer+akm-1"
    assert BAY.key_search(HttpRequest("POST", url)).key == "akm-1"


@pytest.mark.parametrize("form", [b"", b"XAuthorization=k", b"authorization=k", b"a=Authorization=k", b"Authorization"])
def test_what_only_looks_like_a_key_is_none(form: bytes) -> None:
    assert found(form) == ""


def test_the_first_key_counts() -> None:
    assert found(b"Authorization=a&Authorization=b") == "a"


def test_a_key_is_known_before_the_rest_comes() -> None:
    search = KeySearch(field=FIELD)
    search.feed(b"Authorization=a&Args=")
    assert search.key == "a"


def test_a_key_without_an_end_is_a_wrong_one() -> None:
    search = KeySearch(field=FIELD)
    search.feed(b"Authorization=" + b"a" * (MAX_KEY + 1))
    assert search.key == ""


@some
@given(
    fields=st.lists(
        st.tuples(st.sampled_from(["Args", "Auth", "Authorization", "XAuthorization", ""]), st.text(max_size=9))
    ),
    sizes=st.lists(st.integers(1, 20)),
)
def test_the_pieces_do_not_matter(fields: list[tuple[str, str]], sizes: list[int]) -> None:
    form, pieces, start = urlencode(fields).encode(), [], 0
    for size in sizes:
        pieces.append(form[start : start + size])
        start += size
    keys = [value for name, value in parse_qsl(form.decode(), keep_blank_values=True) if name == "Authorization"]
    expected = keys[0].removeprefix("Bearer ").strip() if keys else ""
    assert found(*pieces, form[start:]) == expected
