"""Send a signal at random moments of a program's life, and look for sessions left: ``python -m bench.signals``.

Each round runs a program that installs the signal handlers, imports the rest, creates sessions, runs commands, streams
and deletes, over and over. The rounds go through both clouds' APIs and both twins, with logging at INFO.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import asdict, dataclass
from textwrap import dedent, indent

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine

LABELS = {"made": "by bench.signals"}
LONGEST_LIFE = 3.0  # seconds after its start within which a program gets the signal
BOUND = 12.0  # seconds from the signal to the end of the program: the 10 of the guide, and what ending takes
SETTLE_TIMEOUT = 30.0  # seconds for deletions that are under way
BEGIN = """
print("begun", flush=True)
import signal, sessionbay
signal.signal(signal.SIGTERM, signal.SIG_DFL)
sessionbay.install_signal_handlers()
print("installed", flush=True)
import asyncio, logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stderr)
from sessionbay import {client} as Client
"""
LIFE = """
{a}with Client() as bay:
    while True:
        {a}with bay.session(image_id="{image}", labels={labels}) as session:
            ({w}session.command.run("echo hello")).raise_for_error()
            {w}session.file_system.write_file("note.txt", "text")
            {a}with session.command.start("echo 1; echo 2") as process:
                {a}for line in process:
                    pass
"""


@dataclass
class Figures:
    """The numbers of rounds, of late ends, of sessions left, of unexpected exit statuses; seconds to the end."""

    rounds: int = 0
    late: int = 0
    left: int = 0
    other_status: int = 0
    median: float = 0.0
    slowest: float = 0.0


def program(client: str, image: str) -> str:
    """Return the program of a client."""
    is_async = client.startswith("Async")
    life = LIFE.format(a="async " if is_async else "", w="await " if is_async else "", image=image, labels=LABELS)
    if is_async:
        life = f"async def main():{indent(life, '    ')}\nasyncio.run(main())"
    return dedent(BEGIN.format(client=client)) + life


PROGRAMS = {
    client: program(client, image)
    for client, image in (
        ("AgentBay", "linux_latest"),
        ("AsyncAgentBay", "linux_latest"),
        ("AGB", "agb-code-space-1"),
        ("AsyncAGB", "agb-code-space-1"),
    )
}


def main() -> int:
    """Run the rounds, and print the figures."""
    parser = argparse.ArgumentParser(prog="bench.signals", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with LocalEngine() as engine:
        figures = asdict(run(engine, options.rounds, random.Random(options.seed)))
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))
    return 1 if figures["late"] or figures["left"] or figures["other_status"] else 0


def run(engine: LocalEngine, rounds: int, chance: random.Random) -> Figures:
    """Run the rounds."""
    figures, seconds = Figures(rounds), list[float]()
    for number in range(rounds):
        moment = chance.uniform(0, LONGEST_LIFE)
        client = list(PROGRAMS)[number % len(PROGRAMS)]
        status, took, log = end(engine, PROGRAMS[client], moment)
        left = sessions(engine)
        seconds.append(took)
        figures.late += took > BOUND
        figures.left += len(left)
        figures.other_status += status != -signal.SIGTERM
        if left or took > BOUND or status != -signal.SIGTERM:
            print(f"{client} after {moment:.3f} s: status {status}, {took:.2f} s, left {left}\n{log}", file=sys.stderr)
            engine.end_sessions(left)
    figures.median, figures.slowest = sorted(seconds)[rounds // 2], max(seconds)
    return figures


def end(engine: LocalEngine, code: str, moment: float) -> tuple[int, float, str]:
    """Start a program and end it ``moment`` seconds later; return its status, the seconds it took, and its log."""
    key = engine.api_key.reveal()
    settings = {f"{cloud}_ENDPOINT": engine.endpoint for cloud in ("AGENTBAY", "AGB")}
    settings |= {f"{cloud}_API_KEY": key for cloud in ("AGENTBAY", "AGB")}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
        begun = time.perf_counter()
        log = process.communicate(timeout=60)[1]
    return process.returncode, time.perf_counter() - begun, log


def sessions(engine: LocalEngine) -> list[str]:
    """Return the sessions that are left, once deletions that are under way have ended."""
    deadline = time.monotonic() + SETTLE_TIMEOUT
    with AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()) as bay:
        while True:
            listed = bay.list(labels=LABELS, limit=50).raise_for_error().sessions
            if time.monotonic() > deadline or not any(entry.status == "DELETING" for entry in listed):
                return [entry.session_id for entry in listed]


if __name__ == "__main__":
    sys.exit(main())
