"""Ctrl-C in a script, which comes as an exception in the middle of a call."""

import httpx
import pytest

from .._sync.test_creation import LaggingCloud, create


def test_an_interrupt_from_the_keyboard_undoes_the_creation() -> None:
    def interrupted() -> httpx.Response:
        raise KeyboardInterrupt

    cloud = LaggingCloud(interrupted, lag=1)
    with pytest.raises(KeyboardInterrupt):
        create(cloud)
    assert cloud.asked[-1] == "DeleteSessionAsync"
