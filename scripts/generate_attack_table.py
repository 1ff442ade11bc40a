"""Write the table of docs/internals/security.md: every attack of the tests, and what repels it.

``--check`` only says whether it is up to date.
"""

import sys
from itertools import groupby

from page import ROOT, renew, with_table

PAGE = ROOT / "docs" / "internals" / "security.md"
sys.path.insert(0, str(ROOT))

from tests.attacks import test_attacks  # noqa: E402, F401  # it is found only now, and fills the table
from tests.attacks.attack import ATTACKS, Attack  # noqa: E402


def main() -> None:
    """Write the page, or say that it differs."""
    renew(PAGE, __doc__, lambda kept: with_table(kept, table()))


def table() -> str:
    """Return the table, by threats in the order of their first attack."""
    threats = list(dict.fromkeys(attack.threat for attack in ATTACKS))
    ordered = sorted(ATTACKS, key=lambda attack: threats.index(attack.threat))
    lines = ["", f"{len(ATTACKS)} attacks.", "", "| Attack | What it does | What repels it |", "| --- | --- | --- |"]
    for threat, attacks in groupby(ordered, key=lambda attack: attack.threat):
        lines.append(f"| **{threat[0].upper()}{threat[1:]}** | | |")
        for _, alike in groupby(attacks, key=lambda attack: attack.defence):
            first, *others = alike
            lines += [
                row(first, f"{first.defence[0].upper()}{first.defence[1:]}."),
                *(row(each, "〃") for each in others),
            ]
    return "\n".join([*lines, "", ""])


def row(attack: Attack, defence: str) -> str:
    """Return an attack's row."""
    about = " ".join(attack.about.split()).replace("|", "\\|")
    return f"| `{attack.name}` | {about} | {defence} |"


if __name__ == "__main__":
    main()
