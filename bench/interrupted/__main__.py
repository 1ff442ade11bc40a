"""Runs the programs that ``bench.interrupts`` interrupts.

It reads the names of rows, and runs each in a fork of its own, which sends the signal to itself. For each row it prints
the exit status, the seconds from the signal to the end, and standard error.
"""

import atexit
import faulthandler
import json
import os
import signal
import sys
import tempfile
import time
from typing import IO

import sessionbay
from sessionbay import shutdown

from . import ROWS
from .row import Interruption

END = "end"  # stands before the time when a program exits by itself: freeing its modules is not timed
BOUND = 60.0  # seconds after which a row is ended with the stacks of its threads


def main() -> None:
    """Run the rows whose names are read."""
    for line in sys.stdin:
        with tempfile.TemporaryFile() as stderr:
            reader, writer = os.pipe()
            if not (child := os.fork()):
                run(Interruption(line.strip(), writer), stderr)
                return
            os.close(writer)
            with open(reader) as lines:
                times = lines.read().split()
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            ended = float(times.pop()) if END in times else time.monotonic()
            seconds = ended - float(([each for each in times if each != END] or ["nan"])[-1])
            stderr.seek(0)
            print(json.dumps([status, seconds, stderr.read().decode("utf-8", "replace")]), flush=True)


def run(program: Interruption, stderr: IO[bytes]) -> None:
    """Run a row in this fork."""
    os.dup2(stderr.fileno(), shutdown.STDERR)
    atexit.register(lambda: os.write(program.pipe, f"{END} {time.monotonic()}\n".encode()))  # the last that runs
    faulthandler.dump_traceback_later(BOUND, exit=True, file=stderr)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored after a shell's "&"
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    sessionbay.install_signal_handlers()
    ROWS[program.name].run(program)


if __name__ == "__main__":
    main()
