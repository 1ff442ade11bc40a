"""Parts of a text file, as the engine reads them."""

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.output import whole_characters


@given(st.text(), st.integers(1, 7))
def test_parts_join_without_loss_wherever_they_are_cut(text: str, length: int) -> None:
    data = text.encode()
    assert "".join(whole_characters(data, start, length) for start in range(0, len(data), length)) == text


@pytest.mark.parametrize("start", [0, 3])
def test_bytes_that_go_on_with_no_character_are_refused_and_not_left_out(start: int) -> None:
    with pytest.raises(UnicodeDecodeError):
        whole_characters(b"\x80" * 10 + b"abc", start, 0)
