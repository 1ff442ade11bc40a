"""The names that the official clients export exist here, or the guide says what takes their place."""

import json
import re
from pathlib import Path

import pytest

import sessionbay

ROOT = Path(__file__).parents[2]
OFFICIAL: dict[str, list[str]] = json.loads((ROOT / "tests" / "data" / "official_names.json").read_text("utf-8"))
GUIDE = (ROOT / "docs" / "guides" / "coming-from-the-official-sdks.md").read_text("utf-8")
SECTION = GUIDE.partition("## Names that do not exist here\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| (`.*?) \| (.+?) \|$", SECTION, re.MULTILINE)
ABSENT = {name for names, _ in ROWS for name in re.findall(r"`(\w+)`", names)}
NAMES = sorted({*OFFICIAL["agentbay"], *OFFICIAL["agb"]})


@pytest.mark.parametrize("name", NAMES)
def test_an_official_name_can_be_imported_or_the_guide_says_what_takes_its_place(name: str) -> None:
    assert hasattr(sessionbay, name) is not (name in ABSENT)


def test_the_guide_names_only_what_the_official_clients_export() -> None:
    assert set(NAMES) >= ABSENT
