"""The transports that were weighed, by the CPU of a call through each: ``nox -s candidates``.

They carry the requests of one and the same bare ``httpx.AsyncClient``, so that nothing but the transport differs.
"""

import argparse
import sys

from .machinery import ROOT, measure, serving
from .plan import HTTPX, OURS, Results
from .report import machine, table, write

PAGE = ROOT / "docs" / "decisions" / "transport.md"
LEVELS = (1, 10, 50, 200, 1000)
ROUNDS = 3
CALLS = 2000
CANDIDATES = {
    HTTPX: "httpx's own",
    "over_aiohttp": "an adapter to aiohttp",
    "over_ours": "an adapter to our core",
    OURS: "our core directly, by our client",
}


def main() -> None:
    """Measure the candidates in turn, and print a table."""
    parser = argparse.ArgumentParser(prog="bench.candidates", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round only")
    parser.add_argument("--write", action="store_true", help="put the table into docs/decisions/transport.md")
    given = parser.parse_args()
    results = Results()
    with serving(latency=0.0, transition=0.0) as server:
        for number in range(1 if given.quick else ROUNDS):
            for level in LEVELS:
                print(f"round {number + 1}: {level} at once", file=sys.stderr, flush=True)
                sizes: dict[str, float] = {"at_once": level, "calls": CALLS, "warm_up": level}
                for who in CANDIDATES:
                    results.add(str(level), who, measure(server.order("concurrent", who, sizes)))
    rows = table(["Transport", *map(str, LEVELS)], [_row(results, who) for who in CANDIDATES])
    text = f"{machine()}\n\n{rows}"
    print(text)
    if given.write:
        write(PAGE, "nox -s candidates -- --write", text)


def _row(results: Results, who: str) -> list[str]:
    cells = [
        f"{results.median(str(level), who, 'cpu') * 1000:.2f} ({results.median(str(level), who, 'most'):.0f})"
        for level in LEVELS
    ]
    return [CANDIDATES[who], *cells]


if __name__ == "__main__":
    main()
