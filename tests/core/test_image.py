"""The format and size of pictures."""

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.image import JPEG_SIGNATURE, PNG_SIGNATURE, image_format, image_size

from ..pictures import JPEG, PNG


@pytest.mark.parametrize(("content", "format"), [(PNG, "png"), (JPEG, "jpeg")])
def test_a_header_has_the_format_and_the_size(content: bytes, format: str) -> None:
    assert (image_format(content), image_size(content)) == (format, (4, 3))


@given(st.binary(max_size=40), st.sampled_from([b"", PNG_SIGNATURE, JPEG_SIGNATURE, JPEG[:20]]))
def test_any_content_has_a_size_or_none(content: bytes, head: bytes) -> None:
    width, height = image_size(head + content)
    assert (width is None) == (height is None)
    assert image_format(head + content) or width is None


@given(st.integers(min_value=0, max_value=len(JPEG) - 1))
def test_a_picture_that_was_cut_off_has_its_format_at_most(length: int) -> None:
    assert image_size(JPEG[:length]) in ((None, None), (4, 3))
    assert image_size(PNG[: min(length, 23)]) == (None, None)


def test_a_jpeg_whose_segment_has_no_length_ends() -> None:
    assert image_size(b"\xff\xd8\xff\xe0\x00\x00" + b"\xff\xe0\x00\x00" * 3) == (None, None)
