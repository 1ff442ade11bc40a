"""Modules and methods whose place is kept."""

import copy
import pickle

import pytest

from sessionbay.core.absent import LATER, AbsentModule, refuse
from sessionbay.core.errors import AgentBayUsageError

MODULE = AbsentModule("session.code")


def test_using_a_module_of_a_later_version_says_so_and_what_to_do() -> None:
    with pytest.raises(AgentBayUsageError, match=r"session\.code\.run is not part of this version.*call_mcp_tool"):
        MODULE.run  # noqa: B018  # asking for it is the point


@pytest.mark.parametrize(
    "name", [f"{module}.{method}" for module, methods in LATER.items() for method in sorted(methods)]
)
def test_a_method_of_a_later_version_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(AgentBayUsageError, match=f"^{name} is not part"):
        refuse(name)


def test_a_module_of_a_later_version_shows_what_it_is() -> None:
    assert repr(MODULE) == "<session.code: in a later version>"


def test_a_module_of_a_later_version_survives_being_copied() -> None:
    copies = [copy.deepcopy(MODULE), pickle.loads(pickle.dumps(MODULE))]
    assert [repr(copied) for copied in copies] == [repr(MODULE)] * 2
