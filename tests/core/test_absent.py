"""Modules whose place is kept."""

import copy
import pickle

import pytest

from sessionbay.core.absent import AbsentModule
from sessionbay.core.errors import AgentBayUsageError

MODULE = AbsentModule("session.code")


def test_using_a_module_of_a_later_version_says_so_and_what_to_do() -> None:
    with pytest.raises(AgentBayUsageError, match=r"session\.code\.run is not part of this version.*call_mcp_tool"):
        MODULE.run  # noqa: B018  # asking for it is the point


def test_a_module_of_a_later_version_shows_what_it_is() -> None:
    assert repr(MODULE) == "<session.code: in a later version>"


def test_a_module_of_a_later_version_survives_being_copied() -> None:
    copies = [copy.deepcopy(MODULE), pickle.loads(pickle.dumps(MODULE))]
    assert [repr(copied) for copied in copies] == [repr(MODULE)] * 2
