"""The page on security says what the tests try."""

import re
import subprocess
import sys
from pathlib import Path

from . import test_attacks, test_routes
from .attack import ATTACKS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "internals" / "security.md"
TEST = re.compile(r"`tests/attacks/(test_\w+)\.py::(\w+)(?:\[([\w-]+)\])?`")


def test_the_table_of_attacks_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "generate_attack_table.py"), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert ran.returncode == 0, ran.stderr


def test_every_promise_names_a_test_that_is_there() -> None:
    modules, names = {"test_attacks": test_attacks, "test_routes": test_routes}, {attack.name for attack in ATTACKS}
    named = TEST.findall(PAGE.read_text("utf-8"))
    assert named
    for module, function, attack in named:
        assert callable(getattr(modules[module], function))
        assert not attack or attack in names, attack


def test_every_promise_has_an_attack() -> None:
    promises = re.findall(r"^\| (P\d+) \|.*\| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(promises) > 10
    for promise, tests in promises:
        attacks = re.findall(r"`([\w-]+)`", tests)
        assert attacks, promise
        assert all(name in {attack.name for attack in ATTACKS} or name.startswith("test_") for name in attacks), promise


def test_every_test_that_the_page_names_is_there() -> None:
    text = PAGE.read_text("utf-8").partition("<!-- table -->")[0]
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    attacks = {attack.name for attack in ATTACKS}
    for name in re.findall(r"`(test_\w+)`", text):
        assert f"def {name}(" in sources, name
    for path in re.findall(r"`(tests/[\w/]+\.py)", text):
        assert (ROOT / path).exists(), path
    for name in re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", text):
        assert name in attacks, name


def test_every_bound_has_an_attack() -> None:
    tables = re.findall(r"^\| (?:Listener|Input) \|.*\n\|[-| ]+\n((?:\|.*\n)+)", PAGE.read_text("utf-8"), re.MULTILINE)
    rows = [row for table in tables for row in table.splitlines()]
    assert len(rows) > 15
    for row in rows:
        assert re.search(r"`(?:test_\w+|[a-z0-9]+(?:-[a-z0-9]+)+)`", row), row
