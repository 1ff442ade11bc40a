"""Cutting text to the size of a message."""

import json

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.text import pieces

from ..support import some, texts

budgets = st.integers(1, 40)
escapes = st.text(st.sampled_from('a"\\\n\0文\U0001f600'))


def size(piece: str) -> int:
    """Return how many bytes ``piece`` takes inside a JSON string."""
    return len(json.dumps(piece, ensure_ascii=False).encode()) - len('""')


@some
@given(texts | escapes, budgets)
def test_the_pieces_of_a_text_make_up_the_text(text: str, budget: int) -> None:
    assert "".join(pieces(text, budget)) == text


@some
@given(texts | escapes, budgets)
def test_a_piece_is_within_the_budget_or_a_single_character(text: str, budget: int) -> None:
    assert all(size(piece) <= budget or len(piece) == 1 for piece in pieces(text, budget))


@some
@given(texts | escapes, budgets)
def test_no_piece_is_empty_but_that_of_an_empty_text(text: str, budget: int) -> None:
    assert all(pieces(text, budget)) or not text


def test_an_empty_text_is_one_empty_piece() -> None:
    assert list(pieces("", 10)) == [""]


@pytest.mark.parametrize(
    ("text", "budget", "parts"),
    [
        ("abcdef", 6, ["abcdef"]),
        ("abcdefg", 6, ["abcdef", "g"]),
        ("文文", 3, ["文", "文"]),
        ("文", 1, ["文"]),
    ],
)
def test_a_text_is_cut_where_the_budget_ends(text: str, budget: int, parts: list[str]) -> None:
    assert list(pieces(text, budget)) == parts


@pytest.mark.parametrize(("character", "count"), [("a", 20), ('"', 41), ("文", 61)])
def test_a_long_text_is_cut_into_few_pieces(character: str, count: int) -> None:
    assert len(list(pieces(character * 1_000_000, 50_000))) <= count
