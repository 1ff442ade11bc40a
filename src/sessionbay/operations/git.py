"""Git: the command lines, and how their output reads. There is no tool for it; the shell runs them."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ..core import validation
from ..core.errors import GitError
from ..models.commands import CommandResult
from ..models.git import GitBranch, GitFile, GitFileStatus, GitLogEntry, GitReason, GitResult, GitStatus, GitValueResult

R = TypeVar("R", bound=GitResult[Any])

# Nobody is there to type a password, and the failures are told apart by git's words.
ENVS = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
RESET_MODES = ("soft", "mixed", "hard", "merge", "keep")
FIELD_SEPARATOR = "\x01"
MAX_REASON_LENGTH = 2000  # characters of what git wrote
LOG_FORMAT = "--format=%H%x01%h%x01%an%x01%ae%x01%aI%x01%s"
BRANCH_FORMAT = "--format=%(refname:short)%09%(HEAD)"
UNSET_MESSAGES = ("no such remote", "key does not contain")

_FAILURE_MESSAGES: tuple[tuple[GitReason, tuple[str, ...]], ...] = (
    ("not_a_repository", ("not a git repository", "does not appear to be a git repository")),
    ("conflict", ("CONFLICT (", "Automatic merge failed", "you need to resolve your current index first", "unmerged")),
    (
        "auth",
        (
            "Authentication failed",
            "could not read Username",
            "could not read Password",
            "Permission denied (",
            "returned error: 401",
            "returned error: 403",
            "Invalid credentials",
        ),
    ),
)
_STATUSES: dict[str, GitFileStatus] = {
    "R": "renamed",
    "C": "copied",
    "D": "deleted",
    "A": "added",
    "M": "modified",
    "T": "typechange",
    "?": "untracked",
}


def command_line(args: Sequence[str], repo_path: str | None = None) -> str:
    """Return the command line for git with ``args``."""
    return shlex.join(["git", *(("-C", repo_path) if repo_path else ()), *args])


def validate_word(name: str, value: object) -> str:
    """Return a word that git must not take for an option."""
    found = validation.text(name, value, GitError)
    if found.startswith("-"):
        raise GitError.usage(f"{name} must not begin with a dash, since git would take it for an option: {found!r}")
    return found


def validate_words(name: str, value: object) -> list[str]:
    """Return paths for behind ``--``; at least one."""
    found = validation.texts(name, value, GitError)
    if not found:
        raise GitError.usage(f"{name} must not be empty: give at least one")
    return found


def remote_args(remote: str | None, branch: str | None) -> list[str]:
    """Return the words that name a remote repository, and a branch of it."""
    if branch is not None and remote is None:
        raise GitError.usage("branch needs remote: git takes the first word for the remote")
    return [validate_word(name, one) for name, one in (("remote", remote), ("branch", branch)) if one is not None]


def clone_folder(url: str) -> str:
    """Return the folder that git makes for a repository that it clones."""
    from urllib.parse import unquote

    plain = url.rstrip("/").removesuffix("/.git").rstrip("/")
    return unquote(plain.replace(":", "/").rpartition("/")[2]).removesuffix(".git")


def parse_result(kind: type[R], ran: CommandResult, read: Callable[[str], Any]) -> R:
    """Return what a git command answered; ``read`` takes its output apart."""
    known: dict[str, Any] = {"request_id": ran.request_id, "exit_code": ran.exit_code, "stderr": ran.stderr}
    if not ran.success:
        reason = classify_failure(ran)
        told = ran.stdout if reason == "conflict" else ran.stderr
        refused = ran.as_failure(kind, (told.strip() or ran.output.strip() or ran.error_message)[:MAX_REASON_LENGTH])
        return replace(refused, exit_code=ran.exit_code, stderr=ran.stderr, reason=reason)
    try:
        return kind(success=True, data=read(ran.stdout), **known)
    except (ValueError, IndexError) as exc:
        raise GitError.of("invalid_response", f"git's answer cannot be read: {exc}", request_id=ran.request_id) from exc


def accept_unset(told: GitValueResult) -> GitValueResult:
    """Return a question's result; that there is no such value is an answer to it."""
    unset = told.exit_code == 1 and not told.stderr
    if told.success or not (unset or any(sign in told.stderr.lower() for sign in UNSET_MESSAGES)):
        return told
    return GitValueResult(success=True, request_id=told.request_id, exit_code=told.exit_code, stderr=told.stderr)


def classify_failure(ran: CommandResult) -> GitReason:
    """Return what kind of failure it was. Git tells of conflicts on its standard output."""
    said = f"{ran.stderr}\n{ran.stdout}\n{ran.error_message}"
    for reason, signs in _FAILURE_MESSAGES:
        if any(sign in said for sign in signs):
            return reason
    return "not_found" if ran.exit_code == 127 else ""


def parse_status(text: str) -> GitStatus:
    """Read ``status --porcelain=v2 --branch -z``."""
    facts: dict[str, str] = {}
    files: list[GitFile] = []
    records = iter(text.split("\0"))
    for record in records:
        if record.startswith("# "):
            name, _, value = record[2:].partition(" ")
            facts[name] = value
        elif record:
            files.append(_parse_file(record, records))
    ahead, behind = (abs(int(number)) for number in facts.get("branch.ab", "+0 -0").split())
    head = facts.get("branch.head", "")
    detached = head == "(detached)"
    branch = None if detached else head or None
    return GitStatus(branch, facts.get("branch.upstream"), ahead, behind, detached, tuple(files))


def _parse_file(record: str, records: Iterator[str]) -> GitFile:
    """Read one file; a renamed one has its former path in the record that follows."""
    kind, _, rest = record.partition(" ")
    if kind in ("?", "!"):
        return GitFile(rest, "untracked", "?", "?")
    before = {"1": 7, "2": 8, "u": 9}[kind]  # how many fields stand before the path
    fields = rest.split(" ", before)
    letters = fields[0].replace(".", " ")
    former = next(records) if kind == "2" else ""
    status = "conflict" if kind == "u" else _parse_letters(letters)
    return GitFile(fields[before], status, letters[0], letters[1], former)


def _parse_letters(letters: str) -> GitFileStatus:
    for letter, status in _STATUSES.items():
        if letter in letters:
            return status
    return "unknown"


def parse_log(text: str) -> tuple[GitLogEntry, ...]:
    """Read ``log -z`` in our format."""
    return tuple(GitLogEntry(*record.split(FIELD_SEPARATOR)) for record in text.split("\0") if record)


def parse_branches(text: str) -> tuple[GitBranch, ...]:
    """Read ``for-each-ref`` in our format."""
    rows = [row.split("\t") for row in text.splitlines() if row]
    return tuple(GitBranch(name, mark == "*") for name, mark in rows)


def parse_value(text: str) -> str:
    """Read a value, which may have several lines."""
    return text.removesuffix("\n")


def parse_last_line(text: str) -> str:
    """Read the last line of an output, where the answer stands."""
    return text.rstrip("\n").rpartition("\n")[2]
