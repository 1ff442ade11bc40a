"""One desktop for the tests of a module."""

from collections.abc import Iterator

import pytest

from .live import Line, Live, desktop


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with desktop() as made:
        yield made


@pytest.fixture(scope="module")
def line(live: Live) -> Iterator[Line]:
    with live.service() as made:
        yield made
