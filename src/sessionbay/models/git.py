"""The results of git commands."""

from typing import Generic, Literal, TypeVar

from ..core.errors import AgentBayError, GitAuthError, GitConflictError, GitError, GitNotARepoError, GitNotFoundError
from ..core.public import public
from ..core.result import Delegated, ListResult, Result
from ..core.value import Record, Value

T = TypeVar("T")
GitReason = Literal["", "auth", "conflict", "not_a_repository", "not_found"]
_ERRORS: dict[GitReason, type[AgentBayError]] = {
    "auth": GitAuthError,
    "conflict": GitConflictError,
    "not_a_repository": GitNotARepoError,
    "not_found": GitNotFoundError,
}


@public
class GitResult(Result[T], Generic[T], error=GitError):
    """The result of a git command.

    Attributes:
        exit_code: Git's exit code; None if it did not complete.
        stderr: Git's standard error.
        reason: The kind of failure, recognised by git's messages: ``auth``, ``conflict``, ``not_a_repository``,
            ``not_found`` (git is not installed), or an empty string. ``raise_for_error`` raises the matching error.
    """

    exit_code: int | None = None
    stderr: str = ""
    reason: GitReason = ""

    def _errors(self) -> type[AgentBayError]:
        return _ERRORS.get(self.reason, GitError)


@public
class GitDoneResult(GitResult[bool]):
    """The result of a git command without a payload. ``data`` is True."""


@public
class GitPathResult(GitResult[str]):
    """The result of ``clone`` and ``init``."""

    @property
    def path(self) -> str:
        """The path of the repository."""
        return self.unwrap()


@public
class GitCommitResult(GitResult[str]):
    """The result of ``commit``."""

    @property
    def commit_hash(self) -> str:
        """The full hash of the new commit."""
        return self.unwrap()


@public
class GitValueResult(GitResult[str]):
    """The result of a query for a value that may be unset."""

    @property
    def value(self) -> str | None:
        """The value; None if it is unset."""
        self.raise_for_error()
        return self.data


GitFileStatus = Literal[
    "conflict", "renamed", "copied", "deleted", "added", "modified", "typechange", "untracked", "unknown"
]


@public
class GitFile(Record):
    """A file that differs from the last commit.

    Attributes:
        path: The path, relative to the root of the repository.
        status: The kind of change.
        index_status: Git's status letter of the index; a space if unchanged.
        work_tree_status: Git's status letter of the working tree; a space if unchanged.
        renamed_from: The path before a rename, or an empty string.
    """

    path: str
    status: GitFileStatus
    index_status: str
    work_tree_status: str
    renamed_from: str = ""

    @property
    def staged(self) -> bool:
        """Whether a change of the file is staged."""
        return self.index_status not in (" ", "?")


@public
class GitStatus(Value):
    """The state of a repository.

    Attributes:
        current_branch: The current branch; None with a detached HEAD.
        upstream: The upstream branch, or None.
        ahead: The number of commits that the upstream branch lacks.
        behind: The number of commits that the current branch lacks.
        detached: Whether HEAD is detached.
        files: The files that differ from the last commit.
    """

    current_branch: str | None = None
    upstream: str | None = None
    ahead: int = 0
    behind: int = 0
    detached: bool = False
    files: tuple[GitFile, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether no file differs from the last commit."""
        return not self.files

    @property
    def has_changes(self) -> bool:
        """Whether any file differs from the last commit."""
        return bool(self.files)

    @property
    def has_staged(self) -> bool:
        """Whether any change is staged."""
        return self.staged_count > 0

    @property
    def has_untracked(self) -> bool:
        """Whether there are untracked files."""
        return self.untracked_count > 0

    @property
    def has_conflicts(self) -> bool:
        """Whether there are merge conflicts."""
        return self.conflict_count > 0

    @property
    def total_count(self) -> int:
        """The number of files that differ from the last commit."""
        return len(self.files)

    @property
    def staged_count(self) -> int:
        """The number of files with staged changes."""
        return sum(file.staged for file in self.files)

    @property
    def unstaged_count(self) -> int:
        """The number of tracked files with unstaged changes."""
        return sum(file.work_tree_status not in (" ", "?") for file in self.files)

    @property
    def untracked_count(self) -> int:
        """The number of untracked files."""
        return sum(file.status == "untracked" for file in self.files)

    @property
    def conflict_count(self) -> int:
        """The number of files in conflict."""
        return sum(file.status == "conflict" for file in self.files)


@public
class GitStatusResult(GitResult[GitStatus]):
    """The result of ``status``. The attributes of ``data`` are also attributes of the result."""

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


@public
class GitLogEntry(Record):
    """A commit. ``date`` is ISO 8601, ``message`` the first line of the message."""

    hash: str
    short_hash: str
    author_name: str
    author_email: str
    date: str
    message: str


@public
class GitLogResult(GitResult[tuple[GitLogEntry, ...]], ListResult[GitLogEntry], error=GitError):
    """The result of ``log``."""

    @property
    def entries(self) -> list[GitLogEntry]:
        """The commits, newest first."""
        return list(self.unwrap())


@public
class GitBranch(Record):
    """A branch."""

    name: str
    is_current: bool


@public
class GitBranchListResult(GitResult[tuple[GitBranch, ...]], ListResult[GitBranch], error=GitError):
    """The result of ``list_branches``."""

    @property
    def branches(self) -> list[GitBranch]:
        """The local branches."""
        return list(self.unwrap())

    @property
    def current(self) -> str | None:
        """The current branch; None with a detached HEAD."""
        return next((branch.name for branch in self.unwrap() if branch.is_current), None)
