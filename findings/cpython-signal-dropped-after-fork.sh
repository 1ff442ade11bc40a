#!/usr/bin/env bash
# CPython 3.11.7: a signal that reaches a child right after os.fork() is dropped if its handler is a Python function.
#
# The interpreter only notes such a signal, and calls the handler later. A new child forgets the signals that were noted
# before it has run its own steps after the fork, so that a signal sent meanwhile neither calls the handler nor ends the
# process. With the default action it ends the process at once. Neither the page of os.fork nor that of signal says so.
# Why it matters here: a program with install_signal_handlers() that forks, and then ends its children by SIGTERM, may
# wait for a child that never got the signal. Our test of children waits until each has run code of its own.
set -euo pipefail
python3 - <<'END'
import os
import platform
import signal
import time

CHILDREN = 40


def survivors(handler):
    signal.signal(signal.SIGTERM, handler)
    count = 0
    for _ in range(CHILDREN):
        child = os.fork()
        if not child:
            time.sleep(0.3)  # the signal is long there when this ends
            os._exit(0)
        os.kill(child, signal.SIGTERM)
        count += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return count


def end(number, frame):
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


print("CPython", platform.python_version())
with_handler, without = survivors(end), survivors(signal.SIG_DFL)
print(f"children that went on after SIGTERM: {with_handler} of {CHILDREN} with a handler, {without} without")
assert with_handler > 0 and without == 0, "the behaviour changed"
END
