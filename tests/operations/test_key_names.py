"""The names of keys: one spelling for each, and errors that help."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sessionbay import ScreenUsageError
from sessionbay.operations.key_names import NAMES, key_names

ALIASES = ["control", "esc", "Return", "DEL", "pgup", "up", "cmd", "prtsc", "break", "minus", "backslash", "quote"]
OTHERS = ["numpad5", "Hyper_L", "XF86AudioMute", "KP_Enter", "ISO_Left_Tab", "Menu", "plus", "VolumeUp"]
SIGNS = list("aZ7- +ÉßİⅧ中\n")
ANY_KEY = st.sampled_from([*NAMES, *map(str.lower, NAMES), *ALIASES, *OTHERS, *SIGNS])


@given(ANY_KEY, ANY_KEY)
def test_what_was_normalised_stays_as_it_is(one: str, other: str) -> None:
    once = key_names([one, other])
    assert key_names(once) == once
    assert len(once) == 2


@pytest.mark.parametrize("case", [str.upper, str.lower, str.swapcase])
def test_a_name_is_found_in_any_case(case: Callable[[str], str]) -> None:
    assert key_names([case(name) for name in NAMES]) == list(NAMES)


@pytest.mark.parametrize("name", OTHERS)
def test_names_of_other_tables_are_sent_as_they_are(name: str) -> None:
    assert key_names([name]) == [name]


def test_a_character_is_a_key_and_a_letter_has_no_case() -> None:
    assert key_names(["A", "7", "-", " ", "é", "É", "\u4e2d"]) == ["a", "7", "-", " ", "é", "É", "\u4e2d"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ([], "keys must not be empty"),
        ("Ctrl", "keys must be a list"),
        (None, "keys must be a list"),
        (["Ctrl", ""], "keys[1] is '', which is no key: use a character, or a name"),
        ([1], "keys[0] must be a string, not int"),
        (["\ud800"], "lone surrogate"),
        (["ctrk"], "'ctrk', which is no key: the nearest name is 'Ctrl'"),
        (["f25"], "the nearest name is 'F"),
        ([" Ctrl"], "the nearest name is 'Ctrl'"),
        (["ctrl+c"], "pass ['ctrl', 'c'], which are pressed together"),
        (["Ctrl + Alt + Del"], "pass ['Ctrl', 'Alt', 'Del']"),
        (["hello world"], "input_text types text"),
    ],
)
def test_what_is_no_key_raises(keys: Any, message: str) -> None:
    with pytest.raises(ScreenUsageError, match=re.escape(message)):
        key_names(keys)
