"""Every attack is repelled, and would not be without its defence."""

import pytest

from . import (  # noqa: F401  # which fill the table
    agents,
    answers,
    archives,
    browser_options,
    browsers,
    contexts,
    desktops,
    devtools,
    door,
    downloads,
    files,
    frames,
    framing,
    full_machine,
    host,
    isolation,
    links,
    memory,
    overload,
    resources,
    websockets,
)
from .attack import ATTACKS, Attack
from .scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore::sessionbay.engine.IsolationWarning")  # any isolation is attacked
every_attack = pytest.mark.parametrize(
    "attack",
    [pytest.param(each, id=each.name, marks=[pytest.mark.slow] if each.slow else []) for each in ATTACKS],
)


@every_attack
def test_an_attack_is_repelled(attack: Attack, scene: Scene) -> None:
    assert attack.attempt(scene) is None


@every_attack
def test_the_attack_succeeds_when_its_defence_is_off(attack: Attack, scene: Scene) -> None:
    scene.slack = 1.0
    attack.defence_off(scene)
    assert attack.attempt(scene) is not None


def test_there_are_as_many_attacks_as_are_promised() -> None:
    assert len(ATTACKS) >= 60
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
