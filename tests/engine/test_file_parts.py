"""Parts of a text file, as the engine reads them."""

from collections import deque

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.output import MAX_CHARACTER_SIZE, whole_characters
from sessionbay.engine.tools.files import cut


@given(st.text(), st.integers(1, 7))
def test_parts_join_without_loss_wherever_they_are_cut(text: str, length: int) -> None:
    data = text.encode()
    assert "".join(whole_characters(data, start, length) for start in range(0, len(data), length)) == text


@pytest.mark.parametrize("start", [0, 3])
def test_bytes_that_go_on_with_no_character_are_refused_and_not_left_out(start: int) -> None:
    with pytest.raises(UnicodeDecodeError):
        whole_characters(b"\x80" * 10 + b"abc", start, 0)


@given(st.lists(st.text()), st.lists(st.integers(1, 9)), st.integers(0, 9), st.integers(0, 9))
def test_pieces_are_cut_like_a_whole(texts: list[str], sizes: list[int], offset: int, length: int) -> None:
    before = min(offset, MAX_CHARACTER_SIZE - 1)
    data = "".join(texts).encode()[offset - before :]
    data = data[: length + before + MAX_CHARACTER_SIZE - 1] if length else data
    pieces: deque[bytes] = deque()
    rest = data
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    pieces.append(rest)
    cut(pieces, before, length)
    assert b"".join(pieces).decode() == whole_characters(data, before, length)
