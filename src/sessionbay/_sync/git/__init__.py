# Generated from src/sessionbay/_async/git/__init__.py by scripts/generate_sync.py. Do not edit.
"""Git repositories of a session. The clouds have no tool for git: the session's shell runs it."""

from .branches import Branches
from .commits import Commits
from .repositories import Repositories


class Git(Repositories, Commits, Branches):
    """Git, run by the session's shell; the machine must have it.

    A failure is a result that says what it was as far as git's words tell: ``raise_for_error`` raises ``GitAuthError``,
    ``GitConflictError``, ``GitNotARepoError``, ``GitNotFoundError``, or ``GitError``. Every method raises
    ``GitUsageError`` for a wrong argument, before anything is sent, and ``GitError`` when there was no answer.
    """
