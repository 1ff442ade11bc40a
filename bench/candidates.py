"""The transports that were weighed, by the CPU of a call through each: ``python -m bench.candidates``.

They carry the requests of one and the same bare ``httpx.AsyncClient``, so that nothing but the transport differs.
"""

from .machinery import measure, serving
from .plan import HTTPX, Results
from .report import machine, table

LEVELS = (1, 10, 50, 200, 1000)
ROUNDS = 3
CALLS = 2000
CANDIDATES = {HTTPX: "httpx's own", "over_aiohttp": "an adapter to aiohttp", "over_ours": "ours: llhttp over streams"}


def main() -> None:
    """Measure the candidates in turn, and print a table."""
    results = Results()
    with serving(latency=0.0, transition=0.0) as server:
        for _ in range(ROUNDS):
            for level in LEVELS:
                sizes: dict[str, float] = {"at_once": level, "calls": CALLS, "warm_up": level}
                for who in CANDIDATES:
                    results.add(str(level), who, measure(server.order("concurrent", who, sizes)))
    print(machine(), "CPU of a call, ms (connections).\n")
    print(table(["Transport", *map(str, LEVELS)], [_row(results, who) for who in CANDIDATES]))


def _row(results: Results, who: str) -> list[str]:
    cells = [
        f"{results.median(str(level), who, 'cpu') * 1000:.2f} ({results.median(str(level), who, 'most'):.0f})"
        for level in LEVELS
    ]
    return [CANDIDATES[who], *cells]


if __name__ == "__main__":
    main()
