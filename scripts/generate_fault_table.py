"""Write the table of docs/internals/faults.md: every fault with every operation, and what the caller receives.

``--check`` only says whether it is up to date. It is the tests' own matrix, in the sync twin: see
``tests/_async/test_fault_matrix.py``.
"""

import logging
import os
import sys

from page import ROOT, renew, with_table

PAGE = ROOT / "docs" / "internals" / "faults.md"
sys.path.insert(0, str(ROOT))

from tests._sync.test_fault_matrix import Cell, run  # noqa: E402  # it is found only now
from tests.faults import CASES, OPERATIONS, Asked  # noqa: E402


def main() -> None:
    """Write the page, or say that it differs."""
    os.environ["SESSIONBAY_HTTPX"] = "1"  # outside pytest, nothing stands in for the connections
    logging.disable()  # sessions are found that were lost, which is worth a warning elsewhere
    renew(PAGE, __doc__, lambda kept: with_table(kept, table()))


def table() -> str:
    """Return the table; operations that fare the same with every fault share a column."""
    columns: dict[tuple[str, ...], list[Asked]] = {}
    for asked in OPERATIONS:
        columns.setdefault(tuple(told(run(asked, case), asked) for case in CASES), []).append(asked)
    heads = ["Fault", *(", ".join(f"`{asked.name}`" for asked in column) for column in columns.values())]
    rows = [[case.name, *cells] for case, *cells in zip(CASES, *columns, strict=True)]
    lines = [heads, ["---"] * len(heads), *rows]
    count = f"{len(CASES)} faults with {len(OPERATIONS)} operations: {len(CASES) * len(OPERATIONS)} cells."
    return "\n".join(["", count, "", *(f"| {' | '.join(line)} |" for line in lines), "", ""])


def told(cell: Cell, asked: Asked) -> str:
    """Return what the caller got in a word or two."""
    if cell.error:
        return f"{cell.error.kind}, {cell.error.outcome}".replace("_", " ").replace(
            "unknown outcome, unknown", "unknown outcome"
        )
    if asked.group == "create" and cell.cloud.arrived["ListSession"]:
        return "success, found"
    return "success, repeated" if cell.tries(asked.action) > 1 else "success"


if __name__ == "__main__":
    main()
