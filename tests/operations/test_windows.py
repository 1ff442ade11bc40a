"""Windows, as the clouds write them."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sessionbay import Window
from sessionbay.operations.windows import parse_window, parse_windows

from ..support import few

NUMBER = st.sampled_from([None, 0, -5, 2**31])
TEXT = st.sampled_from(["", "Terminal", '"\\u4e2d\n'])
FIELDS = (st.integers(1, 2**32), TEXT, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, st.none() | TEXT)
LEAVES = st.builds(Window, *FIELDS)
WINDOWS = st.builds(Window, *FIELDS, st.lists(LEAVES, max_size=2).map(tuple))


def on_wire(window: Window, title: str) -> dict[str, Any]:
    """Return a window as JSON, its title by the name ``title``; what is not known is left out or null."""
    fields = {name: value for name, value in window.items() if value is not None or name != "pname"}
    children = [on_wire(child, title) for child in window.child_windows]
    return {**fields, "child_windows": children or None, "title": "", title: window.title}


@few
@given(st.lists(WINDOWS, max_size=2), st.sampled_from(["title", "window_title"]))
def test_windows_come_back_as_they_were(windows: list[Window], title: str) -> None:
    text = json.dumps([on_wire(window, title) for window in windows])
    assert parse_windows(text) == {"data": tuple(windows)}


def test_the_newer_name_of_the_title_wins() -> None:
    text = '{"window_id": 1, "window_title": "new", "title": "old"}'
    assert parse_window(text) == {"data": Window(1, "new")}


@pytest.mark.parametrize("text", ["", " \n", "null"])
def test_no_text_is_no_window(text: str) -> None:
    assert parse_windows(text) == {"data": ()}
    assert parse_window(text) == {"data": None}


@pytest.mark.parametrize("text", ["{}", "[{}]", "True", '[{"window_id": "x"}]', '[{"window_id": 1, "width": "x"}]'])
def test_other_text_is_an_error_that_does_not_repeat_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        parse_windows(text)
