"""The agent's parent process, which kills the orphans when a command has killed the agent."""

from __future__ import annotations

import ctypes
import os

from .harden import PR_SET_DUMPABLE
from .process_tree import ProcessTree

PR_SET_CHILD_SUBREAPER = 36


def keep(opened: set[int]) -> None:
    """Fork, and return in the child. The parent stays outside Landlock, and kills the tree when the child ends.

    From Landlock 6 on, the session's processes cannot signal the parent. Before, a session that kills both processes
    can leave others behind.
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    agent = os.fork()
    if not agent:
        return
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    for fd in opened:  # or the engine would not see the end of the agent's connection
        os.close(fd)
    while os.wait()[0] != agent:
        pass
    ProcessTree(whole_namespace=False).kill()
    os._exit(0)
