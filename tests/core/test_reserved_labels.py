"""Our labels: anybody may have written them, so whatever they say is read."""

import pytest

from sessionbay.core.reserved_labels import age


@pytest.mark.parametrize(
    ("created", "seconds"),
    [("100", 900.0), ("5000", 0.0), ("9" * 5000, 0.0), ("", None), ("-1", None), ("1e3", None), ("soon", None)],
    ids=lambda value: str(value)[:5],
)
def test_the_age_of_a_session_is_what_its_label_says(created: str, seconds: float | None) -> None:
    assert age({"sessionbay": "1", "sessionbay.created": created}, 1000.0) == seconds


def test_a_session_without_our_mark_has_no_age() -> None:
    assert age({"sessionbay.created": "100"}, 1000.0) is None
