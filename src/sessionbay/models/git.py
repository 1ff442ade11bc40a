"""Git repositories of a session as callers see them."""

from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeVar

from ..core.errors import (
    AgentBayError,
    GitAuthError,
    GitConflictError,
    GitError,
    GitNotARepoError,
    GitNotFoundError,
)
from ..core.result import Delegated, Result

T = TypeVar("T")
GitReason = Literal["", "auth", "conflict", "not_a_repository", "not_found"]
_ERRORS: dict[GitReason, type[AgentBayError]] = {
    "auth": GitAuthError,
    "conflict": GitConflictError,
    "not_a_repository": GitNotARepoError,
    "not_found": GitNotFoundError,
}


@dataclass(frozen=True, kw_only=True)
class GitResult(Result[T], Generic[T]):
    """The answer to a git command.

    Attributes:
        exit_code: The code that git ended with; None when it did not run to its end.
        stderr: What git wrote to its standard error.
        reason: What kind of failure it was, as far as git's words tell: ``auth``, ``conflict``, ``not_a_repository``,
            ``not_found`` (there is no git on the machine), or empty. ``raise_for_error`` raises the error of that name.
    """

    exit_code: int | None = None
    stderr: str = ""
    reason: GitReason = ""

    error_type: ClassVar[type[AgentBayError]] = GitError

    def _errors(self) -> type[AgentBayError]:
        return _ERRORS.get(self.reason, GitError)


class GitDoneResult(GitResult[bool]):
    """The answer to a git command that has nothing to tell but its success: ``data`` is True."""


class GitPathResult(GitResult[str]):
    """The answer to ``clone`` and ``init``."""

    @property
    def path(self) -> str:
        """Where the repository is."""
        return self.unwrap()


class GitCommitResult(GitResult[str]):
    """The answer to ``commit``."""

    @property
    def commit_hash(self) -> str:
        """The whole hash of the new commit."""
        return self.unwrap()


class GitValueResult(GitResult[str]):
    """The answer to a question for one value, which may not be set."""

    @property
    def value(self) -> str | None:
        """The value; None where there is none."""
        self.raise_for_error()
        return self.data


GitFileStatus = Literal[
    "conflict", "renamed", "copied", "deleted", "added", "modified", "typechange", "untracked", "unknown"
]


@dataclass(frozen=True)
class GitFile:
    """One file that differs from the last commit.

    Attributes:
        path: The file, from the repository's root.
        status: What happened to it.
        index_status: Git's letter for what is staged; a blank is nothing.
        work_tree_status: Git's letter for what is not.
        renamed_from: Its former path, or empty.
    """

    path: str
    status: GitFileStatus
    index_status: str
    work_tree_status: str
    renamed_from: str = ""

    @property
    def staged(self) -> bool:
        """Whether some change of it is staged."""
        return self.index_status not in (" ", "?")


@dataclass(frozen=True)
class GitStatus:
    """A repository's state.

    Attributes:
        current_branch: The branch; None on a detached head.
        upstream: The branch that it follows, or None.
        ahead: Commits that the upstream lacks.
        behind: Commits that it lacks.
        detached: Whether the head is on no branch.
        files: The files that differ.
    """

    current_branch: str | None = None
    upstream: str | None = None
    ahead: int = 0
    behind: int = 0
    detached: bool = False
    files: tuple[GitFile, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing differs from the last commit."""
        return not self.files

    @property
    def has_changes(self) -> bool:
        """Whether something differs from the last commit."""
        return bool(self.files)

    @property
    def has_staged(self) -> bool:
        """Whether something is staged."""
        return self.staged_count > 0

    @property
    def has_untracked(self) -> bool:
        """Whether there are files that git does not know."""
        return self.untracked_count > 0

    @property
    def has_conflicts(self) -> bool:
        """Whether a merge is to be resolved."""
        return self.conflict_count > 0

    @property
    def total_count(self) -> int:
        """How many files differ."""
        return len(self.files)

    @property
    def staged_count(self) -> int:
        """How many of them have a staged change."""
        return sum(file.staged for file in self.files)

    @property
    def unstaged_count(self) -> int:
        """How many of them have a change that is not staged, those that git does not know aside."""
        return sum(file.work_tree_status not in (" ", "?") for file in self.files)

    @property
    def untracked_count(self) -> int:
        """How many of them git does not know."""
        return sum(file.status == "untracked" for file in self.files)

    @property
    def conflict_count(self) -> int:
        """How many of them are in conflict."""
        return sum(file.status == "conflict" for file in self.files)


class GitStatusResult(GitResult[GitStatus]):
    """The answer to ``status``: what ``data`` tells is here too."""

    current_branch = Delegated[str | None]()
    upstream = Delegated[str | None]()
    ahead = Delegated[int]()
    behind = Delegated[int]()
    detached = Delegated[bool]()
    files = Delegated[tuple[GitFile, ...]]()
    is_clean = Delegated[bool]()
    has_changes = Delegated[bool]()
    has_staged = Delegated[bool]()
    has_untracked = Delegated[bool]()
    has_conflicts = Delegated[bool]()
    total_count = Delegated[int]()
    staged_count = Delegated[int]()
    unstaged_count = Delegated[int]()
    untracked_count = Delegated[int]()
    conflict_count = Delegated[int]()


@dataclass(frozen=True)
class GitLogEntry:
    """One commit; ``date`` is ISO 8601, ``message`` its first line."""

    hash: str
    short_hash: str
    author_name: str
    author_email: str
    date: str
    message: str


class GitLogResult(GitResult[tuple[GitLogEntry, ...]]):
    """The answer to ``log``."""

    @property
    def entries(self) -> list[GitLogEntry]:
        """The commits, newest first."""
        return list(self.unwrap())


@dataclass(frozen=True)
class GitBranch:
    """One branch."""

    name: str
    is_current: bool


class GitBranchListResult(GitResult[tuple[GitBranch, ...]]):
    """The answer to ``list_branches``."""

    @property
    def branches(self) -> list[GitBranch]:
        """The local branches."""
        return list(self.unwrap())

    @property
    def current(self) -> str | None:
        """The branch that is checked out; None on a detached head."""
        return next((branch.name for branch in self.unwrap() if branch.is_current), None)
