"""The agent's parent process, which kills the orphans when a command has killed the agent."""

from __future__ import annotations

import ctypes
import os

from .harden import PR_SET_DUMPABLE
from .process_tree import ProcessTree

PR_SET_CHILD_SUBREAPER = 36


def keep(line: int) -> None:
    """Return in a child. This process stays, outside of Landlock's reach, and ends the whole tree when the child ends.

    Landlock from its sixth version on does not let the session's processes signal it; before, a session that kills both
    can leave processes behind.
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    agent = os.fork()
    if not agent:
        return
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.close(line)  # the engine must see the end of the agent's
    while os.wait()[0] != agent:
        pass
    ProcessTree(whole_namespace=False).kill()
    os._exit(0)
