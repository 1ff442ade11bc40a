"""URLs at an origin that was parsed before are httpx's own in all that can be asked of them."""

from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given, strategies as st

from sessionbay._http.request import _url

from ..support import some, texts

ORIGINS = [
    "https://cloud.example",
    "https://cloud.example:8443",
    "https://cloud.example:443",
    "http://127.0.0.1:8000",
    "http://[::1]:8000",
    "https://user:secret@cloud.example",
    "https://bücher.example",
    "https://CLOUD.example",
    "http://c",
]
ODD = [
    "https://cloud.example",
    "https://cloud.example/",
    "https://cloud.example?a=b/c",
    "https://cloud.example#a/b",
    "https://cloud.example/a/../b",
    "https://cloud.example/a/./b",
    "https://cloud.example/a#fragment",
    "https://cloud.example/a b",
    "https://cloud.example/ü?ö=ä",
    "https://cloud.example/?a=%zz",
    "https://cloud.example/a?b?c",
    "https://cloud.example//double",
    "https://cloud.example/a?",
    "https://cloud.example/a'\"<>`{}|^\\",
]

segments = st.lists(texts.map(lambda text: quote(text, safe="")), max_size=4).filter(
    lambda parts: not {".", ".."} & set(parts)
)
queries = st.none() | st.dictionaries(texts, texts, max_size=4).map(urlencode)


def parts_of(url: httpx.URL) -> dict[str, Any]:
    """Return all that can be asked of a URL."""
    names = [name for name in dir(httpx.URL) if not name.startswith("_") and name != "raw"]  # deprecated
    sent = {name: getattr(url, name) for name in names}
    values = {name: value for name, value in sent.items() if not callable(value)}
    changed = [url.copy_with(path="/other"), url.copy_with(query=b"q"), url.copy_set_param("a", "b"), url.join("/x?y")]
    return {**values, "str": str(url), "repr": repr(url), "hash": hash(url), "changed": [str(one) for one in changed]}


def check(text: str) -> None:
    ours, httpxs = _url(text), httpx.URL(text)
    assert parts_of(ours) == parts_of(httpxs)
    assert ours == httpxs
    assert httpxs == ours
    assert ours == text


@given(st.sampled_from(ORIGINS), segments, queries)
@some
def test_a_target_is_httpxs_url_in_all_that_can_be_asked(origin: str, parts: list[str], query: str | None) -> None:
    check(f"{origin}/{'/'.join(parts)}" + ("" if query is None else f"?{query}"))


@pytest.mark.parametrize("text", ODD)
def test_odd_urls_are_httpxs_urls_too(text: str) -> None:
    check(text)


def test_urls_with_different_targets_differ() -> None:
    assert _url("https://cloud.example/a") != _url("https://cloud.example/b")


def test_what_is_no_url_is_refused_as_httpx_does() -> None:
    with pytest.raises(httpx.InvalidURL):
        _url("https://cloud.example:port/x")
