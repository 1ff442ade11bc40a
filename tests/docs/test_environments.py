"""The guide's table of environments is what the clients and the engine make of the help centre's."""

from pathlib import Path

import pytest

import sessionbay
from sessionbay.engine import images
from sessionbay.operations.registry import OPERATIONS

from ..environments import FACTS, IMAGES, MODULES, ONLY, image_refusal, refusal, table

SERVED = ("command", "file_system", "code", "computer", "browser", "browser.operator")
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "sessions.md"


def test_the_guide_has_the_table() -> None:
    assert "\n".join(table()) in GUIDE.read_text("utf-8")


@pytest.mark.parametrize("module", MODULES)
def test_each_module_is_declared_and_served_or_refused_with_a_reason(module: str) -> None:
    call = MODULES[module]["call"]
    assert hasattr(sessionbay.AsyncSession, module.partition(".")[0])
    assert call in ONLY or call in OPERATIONS.by_action
    assert bool(refusal(call)) is (module not in SERVED)


@pytest.mark.parametrize(("cloud", "image"), IMAGES)
def test_an_image_is_served_or_refused_by_its_name(cloud: str, image: str) -> None:
    if why := image_refusal(image):
        assert image in why
        assert images.PHONE in why or images.WINDOWS in why
    else:
        assert images.kind_of(image) in ("linux", "browser", "code", "computer")


@pytest.mark.parametrize("method", FACTS["methods"])
def test_the_methods_of_the_help_centre_exist_whatever_the_environment(method: str) -> None:
    holder = sessionbay.AsyncClient if method in ("create", "list") else sessionbay.AsyncSession
    assert callable(getattr(holder, method))
