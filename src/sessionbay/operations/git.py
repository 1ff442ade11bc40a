"""Git command lines, and the parsers of git's output. The clouds have no git tool; the shell runs git."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ..core import validation
from ..core.errors import GitError
from ..models.commands import CommandResult
from ..models.git import GitBranch, GitFile, GitFileStatus, GitLogEntry, GitReason, GitResult, GitStatus, GitValueResult

R = TypeVar("R", bound=GitResult[Any])

ENVS = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}  # never prompt, and report failures in English, to be classified
RESET_MODES = ("soft", "mixed", "hard", "merge", "keep")
SCOPES = ("global", "local")
FIELD_SEPARATOR = "\x01"
MAX_REASON_LENGTH = 2000  # characters of git's output in an error message
MAX_INLINE = 32 * 1024  # bytes of a message, or of names, in the command line; more are passed in a file
UNSET_MESSAGES = ("no such remote", "key does not contain")
LOG = ["-c", "log.showSignature=false", "log", "-z", "--format=%H%x01%h%x01%an%x01%ae%x01%aI%x01%s"]
STATUS = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal"]
BRANCHES = ["for-each-ref", "--format=%(refname:short)%09%(HEAD)", "refs/heads"]

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


def option(flag: str, name: str, value: object) -> list[str]:
    """Return ``flag`` and its value; nothing if the value is None."""
    return [] if value is None else [flag, validate_word(name, value)]


def limit(flag: str, name: str, value: object) -> list[str]:
    """Return ``flag`` and a count; nothing if the count is None."""
    return [] if value is None else [flag, str(validation.count(name, value, GitError))]


def switch(flag: str, is_on: bool | None) -> list[str]:
    """Return ``flag`` if it is on."""
    return [flag] if is_on else []


def validate_word(name: str, value: object) -> str:
    """Return an argument that git cannot take for an option."""
    word = validation.text(name, value, GitError)
    if word.startswith("-"):
        raise GitError.usage(f"Invalid {name} {word!r}: git would take a leading dash for an option.")
    return word


def validate_paths(name: str, value: object) -> list[str]:
    """Return at least one path."""
    paths = validation.texts(name, value, GitError)
    if not paths:
        raise GitError.usage(f"{name} must not be empty: give at least one")
    return paths


def paths_args(paths: Sequence[str]) -> tuple[list[str], str]:
    """Return the arguments that name files, and git's standard input: names that are too long for a command line."""
    text = "\0".join(paths)
    if len(text.encode()) <= MAX_INLINE:
        return ["--", *paths], ""
    return ["--pathspec-from-file=-", "--pathspec-file-nul"], text


def message_args(message: str) -> tuple[list[str], str]:
    """Return the arguments for a commit message, and git's standard input: a message too long for a command line."""
    return (["-m", message], "") if len(message.encode()) <= MAX_INLINE else (["-F", "-"], message)


def remote_args(remote: str | None, branch: str | None) -> list[str]:
    """Return the arguments that name a remote repository and a branch of it."""
    if branch is not None and remote is None:
        raise GitError.usage("branch needs remote: git takes the first argument for the remote")
    return [validate_word(name, value) for name, value in (("remote", remote), ("branch", branch)) if value is not None]


def clone_folder(url: str) -> str:
    """Return the folder into which git clones ``url``."""
    from urllib.parse import unquote

    plain = url.rstrip("/").removesuffix("/.git").rstrip("/")
    return unquote(plain.replace(":", "/").rpartition("/")[2]).removesuffix(".git")


def to_result(result: type[R], ran: CommandResult, data: object) -> R:
    """Return the result of a git command; ``data`` is the payload of a success."""
    if ran.success:
        fields: dict[str, Any] = {"request_id": ran.request_id, "exit_code": ran.exit_code, "stderr": ran.stderr}
        return result(success=True, data=data, **fields)
    reason = classify_failure(ran)
    output = ran.stdout if reason == "conflict" else ran.stderr
    message = (output.strip() or ran.output.strip() or ran.error_message)[:MAX_REASON_LENGTH]
    failure = ran.as_failure(result, message)
    return replace(failure, exit_code=ran.exit_code, stderr=ran.stderr, reason=reason)


def accept_unset(result: GitValueResult) -> GitValueResult:
    """Return a success without a value if git failed because the value is unset."""
    unset = result.exit_code == 1 and not result.stderr
    if result.success or not (unset or any(message in result.stderr.lower() for message in UNSET_MESSAGES)):
        return result
    return GitValueResult(success=True, request_id=result.request_id, exit_code=result.exit_code, stderr=result.stderr)


def classify_failure(ran: CommandResult) -> GitReason:
    """Return the kind of a failure. Git reports conflicts on its standard output."""
    output = f"{ran.stderr}\n{ran.stdout}\n{ran.error_message}"
    for reason, messages in _FAILURE_MESSAGES:
        if any(message in output for message in messages):
            return reason
    return "not_found" if ran.exit_code == 127 else ""


def parse_status(text: str) -> GitStatus:
    """Parse the output of ``STATUS``."""
    headers: dict[str, str] = {}
    files: list[GitFile] = []
    records = iter(text.split("\0"))
    for record in records:
        if record.startswith("# "):
            name, _, value = record[2:].partition(" ")
            headers[name] = value
        elif record:
            files.append(_parse_file(record, records))
    ahead, behind = (abs(int(number)) for number in headers.get("branch.ab", "+0 -0").split())
    head = headers.get("branch.head", "")
    detached = head == "(detached)"
    branch = None if detached else head or None
    return GitStatus(branch, headers.get("branch.upstream"), ahead, behind, detached, tuple(files))


def _parse_file(record: str, records: Iterator[str]) -> GitFile:
    """Parse one file; the former path of a renamed file is the next record."""
    kind, _, rest = record.partition(" ")
    if kind in ("?", "!"):
        return GitFile(rest, "untracked", "?", "?")
    position = {"1": 7, "2": 8, "u": 9}[kind]  # of the path among the fields
    fields = rest.split(" ", position)
    letters = fields[0].replace(".", " ")
    former = next(records, "") if kind == "2" else ""
    status = "conflict" if kind == "u" else _parse_letters(letters)
    return GitFile(fields[position], status, letters[0], letters[1], former)


def _parse_letters(letters: str) -> GitFileStatus:
    for letter, status in _STATUSES.items():
        if letter in letters:
            return status
    return "unknown"


def parse_log(text: str) -> tuple[GitLogEntry, ...]:
    """Parse the output of ``LOG``."""
    return tuple(_parse_commit(record) for record in text.split("\0") if record)


def _parse_commit(record: str) -> GitLogEntry:
    commit, short, author, email, date, message = record.split(FIELD_SEPARATOR, 5)
    return GitLogEntry(commit, short, author, email, date, message)


def parse_branches(text: str) -> tuple[GitBranch, ...]:
    """Parse the output of ``BRANCHES``."""
    rows = [row.split("\t") for row in text.splitlines() if row]
    return tuple(GitBranch(name, mark == "*") for name, mark in rows)


def parse_value(text: str) -> str:
    """Parse a value, which may have several lines."""
    return text.removesuffix("\n")


def parse_hash(text: str) -> str:
    """Parse the hash of a commit."""
    if not re.fullmatch(r"[0-9a-f]{40,64}\n", text):
        raise ValueError("it is not the hash of a commit")
    return text.removesuffix("\n")
