# Generated from src/sessionbay/_async/git.py by scripts/generate_sync.py. Do not edit.
"""Git repositories in a session. The clouds have no git tool, so the session's shell runs git."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from ..core import validation
from ..core.errors import CommandError, GitError
from ..core.public import public
from ..models.git import (
    GitBranchListResult,
    GitCommitResult,
    GitDoneResult,
    GitLogResult,
    GitPathResult,
    GitResult,
    GitStatusResult,
    GitValueResult,
)
from ..operations import git
from .command import execute_shell
from .module import Module

CLONE_TIMEOUT = 300_000  # milliseconds
Scope = Literal["global", "local"]
PULL_TIMEOUT = 120_000  # milliseconds
ResetMode = Literal["soft", "mixed", "hard", "merge", "keep"]
R = TypeVar("R", bound=GitResult[Any])
COMMAND_TIMEOUT = 30_000  # milliseconds


@public
class Git(Module):
    """Runs git in the session's shell; git must be installed there.

    A failed command returns a failed result, classified by git's output: ``raise_for_error`` raises ``GitAuthError``,
    ``GitConflictError``, ``GitNotARepoError``, ``GitNotFoundError``, or ``GitError``. Every method raises
    ``GitUsageError`` for an invalid argument, before anything is sent, and ``GitError`` when there is no response.
    """

    def clone(
        self,
        url: str,
        *,
        path: str | None = None,
        branch: str | None = None,
        depth: int | None = None,
        timeout_ms: int | None = None,
    ) -> GitPathResult:
        """Clone a repository.

        Args:
            url: Where it is.
            path: Where to; a folder of the repository's name if not given.
            branch: The only branch to fetch.
            depth: How many commits to fetch.
            timeout_ms: Milliseconds; 300,000 if not given.

        Returns:
            ``path`` is the folder.

        Example:
            ```python
            session.git.init("origin")
            cloned = session.git.clone("origin", path="copy")
            print(cloned.path)
            ```
        """
        git.validate_word("url", url)
        target = git.clone_folder(url) if path is None else git.validate_word("path", path)
        args = ["clone"]
        if branch is not None:
            args += ["--branch", git.validate_word("branch", branch), "--single-branch"]
        if depth is not None:
            args += ["--depth", str(validation.count("depth", depth, GitError))]
        args += [url, target]
        return self._git(GitPathResult, args, None, timeout_ms or CLONE_TIMEOUT, lambda text: target)

    def init(
        self, path: str, *, initial_branch: str | None = None, bare: bool = False, timeout_ms: int | None = None
    ) -> GitPathResult:
        """Make a new repository.

        Args:
            path: Its folder.
            initial_branch: The name of its first branch; git's own default if not given.
            bare: Whether it has no working files.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            ``path`` is the folder.

        Example:
            ```python
            made = session.git.init("repo", initial_branch="main")
            print(made.path)
            ```
        """
        args = ["init"]
        if initial_branch is not None:
            args += ["--initial-branch", git.validate_word("initial_branch", initial_branch)]
        args += [*(["--bare"] if bare else []), git.validate_word("path", path)]
        return self._git(GitPathResult, args, None, timeout_ms, lambda text: path)

    def remote_add(
        self,
        repo_path: str,
        name: str,
        url: str,
        *,
        fetch: bool = False,
        overwrite: bool = False,
        timeout_ms: int | None = None,
    ) -> GitDoneResult:
        """Name a remote repository.

        Args:
            repo_path: The repository.
            name: The remote's name.
            url: Where it is.
            fetch: Whether to fetch from it at once.
            overwrite: Whether a remote of this name gets the new address; it is refused otherwise.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo")
            added = session.git.remote_add("repo", "origin", "https://git.example/repo.git")
            print(added.success)
            ```
        """
        validation.text("repo_path", repo_path, GitError)
        remote = [git.validate_word("name", name), git.validate_word("url", url)]
        line = git.command_line(["remote", "add", *remote], repo_path)
        if overwrite:
            line = f"{git.command_line(['remote', 'set-url', *remote], repo_path)} 2>/dev/null || {line}"
        if fetch:
            line = f"{{ {line}; }} && {git.command_line(['fetch', name], repo_path)}"
        return self._run(GitDoneResult, line, timeout_ms)

    def remote_get(self, repo_path: str, name: str, *, timeout_ms: int | None = None) -> GitValueResult:
        """Tell the address of a remote repository.

        Args:
            repo_path: The repository.
            name: The remote's name.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            ``value``; None when there is no such remote.

        Example:
            ```python
            session.git.init("repo")
            print((session.git.remote_get("repo", "origin")).value)
            ```
        """
        args = ["remote", "get-url", git.validate_word("name", name)]
        return git.accept_unset(self._git(GitValueResult, args, repo_path, timeout_ms, git.parse_last_line))

    def configure_user(
        self,
        repo_path: str,
        name: str,
        email: str,
        *,
        scope: Scope = "global",
        timeout_ms: int | None = None,
    ) -> GitDoneResult:
        """Set who commits.

        Args:
            repo_path: The repository.
            name: The author's name.
            email: The author's address.
            scope: ``global`` for all repositories of the session's user, or ``local``.
            timeout_ms: Milliseconds for each of the two commands; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo")
            set_up = session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            print(set_up.success)
            ```
        """
        named = self.set_config(repo_path, "user.name", name, scope=scope, timeout_ms=timeout_ms)
        if not named.success:
            return named
        return self.set_config(repo_path, "user.email", email, scope=scope, timeout_ms=timeout_ms)

    def set_config(
        self, repo_path: str, key: str, value: str, *, scope: Scope = "global", timeout_ms: int | None = None
    ) -> GitDoneResult:
        """Set one of git's settings.

        Args:
            repo_path: The repository.
            key: The setting, e.g. ``core.autocrlf``.
            value: Its value.
            scope: ``global`` for all repositories of the session's user, or ``local``.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo")
            print((session.git.set_config("repo", "core.autocrlf", "false", scope="local")).success)
            ```
        """
        validation.choice("scope", scope, ("global", "local"), GitError)
        args = ["config", f"--{scope}", git.validate_word("key", key), validation.utf8("value", value, GitError)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms)

    def get_config(
        self, repo_path: str, key: str, *, scope: Scope = "global", timeout_ms: int | None = None
    ) -> GitValueResult:
        """Tell one of git's settings.

        Args:
            repo_path: The repository.
            key: The setting.
            scope: ``global`` for all repositories of the session's user, or ``local``.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            ``value``; None when it is not set.

        Example:
            ```python
            session.git.init("repo")
            print((session.git.get_config("repo", "core.bare", scope="local")).value)
            ```
        """
        validation.choice("scope", scope, ("global", "local"), GitError)
        args = ["config", f"--{scope}", "--get", git.validate_word("key", key)]
        return git.accept_unset(self._git(GitValueResult, args, repo_path, timeout_ms, git.parse_value))

    def add(
        self,
        repo_path: str,
        *,
        files: Sequence[str] | None = None,
        stage_all: bool = True,
        timeout_ms: int | None = None,
    ) -> GitDoneResult:
        """Stage changes.

        Args:
            repo_path: The repository.
            files: The files; all if not given.
            stage_all: Whether "all" is the whole repository; else the folder ``repo_path`` and below.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            print((session.git.status("repo")).staged_count)
            ```
        """
        args = (
            ["add", "--", *git.validate_words("files", files)]
            if files is not None
            else ["add", "-A" if stage_all else "."]
        )
        return self._git(GitDoneResult, args, repo_path, timeout_ms)

    def commit(
        self,
        repo_path: str,
        message: str,
        *,
        author_name: str | None = None,
        author_email: str | None = None,
        allow_empty: bool = False,
        timeout_ms: int | None = None,
    ) -> GitCommitResult:
        """Commit what is staged.

        Args:
            repo_path: The repository.
            message: What for.
            author_name: Who commits; as configured if not given.
            author_email: The author's address.
            allow_empty: Whether a commit without changes will do.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            ``commit_hash``.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            print((session.git.commit("repo", "Begin")).commit_hash)
            ```
        """
        who = {"user.name": author_name, "user.email": author_email}
        args = [word for key, one in who.items() if one is not None for word in ("-c", f"{key}={one}")]
        args += ["commit", "-m", validation.text("message", message, GitError)]
        args += ["--allow-empty"] if allow_empty else []
        validation.text("repo_path", repo_path, GitError)
        line = f"{git.command_line(args, repo_path)} && {git.command_line(['rev-parse', 'HEAD'], repo_path)}"
        return self._run(GitCommitResult, line, timeout_ms, git.parse_last_line)

    def status(self, repo_path: str, *, timeout_ms: int | None = None) -> GitStatusResult:
        """Tell what differs from the last commit.

        Args:
            repo_path: The repository.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            ``current_branch``, ``upstream``, ``ahead``, ``behind``, ``detached``, ``files``, and counts of them.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            status = session.git.status("repo")
            print(status.current_branch, [file.path for file in status.files])
            ```
        """
        args = ["status", "--porcelain=v2", "--branch", "-z"]
        return self._git(GitStatusResult, args, repo_path, timeout_ms, git.parse_status)

    def log(self, repo_path: str, *, max_count: int | None = None, timeout_ms: int | None = None) -> GitLogResult:
        """Tell the commits that led to this one.

        Args:
            repo_path: The repository.
            max_count: How many; all if not given.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            ``entries``, newest first.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            print([entry.message for entry in (session.git.log("repo")).entries])
            ```
        """
        limit = [] if max_count is None else ["--max-count", str(validation.count("max_count", max_count, GitError))]
        args = ["log", "-z", git.LOG_FORMAT, *limit]
        return self._git(GitLogResult, args, repo_path, timeout_ms, git.parse_log)

    def reset(
        self,
        repo_path: str,
        *,
        mode: ResetMode | None = None,
        target: str | None = None,
        paths: Sequence[str] | None = None,
        timeout_ms: int | None = None,
    ) -> GitDoneResult:
        """Move the branch, or unstage.

        Args:
            repo_path: The repository.
            mode: What becomes of the staged and the working files; git's own default is ``mixed``.
            target: The commit to go to; the last one if not given.
            paths: The files to unstage; without them the branch moves.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            print((session.git.reset("repo", mode="hard")).success)
            ```
        """
        if mode is not None:
            validation.choice("mode", mode, git.RESET_MODES, GitError)
        args = ["reset", *([] if mode is None else [f"--{mode}"])]
        args += [] if target is None else [git.validate_word("target", target)]
        args += [] if paths is None else ["--", *git.validate_words("paths", paths)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms)

    def restore(
        self,
        repo_path: str,
        paths: Sequence[str],
        *,
        staged: bool = False,
        worktree: bool | None = None,
        source: str | None = None,
        timeout_ms: int | None = None,
    ) -> GitDoneResult:
        """Give up changes of files.

        Args:
            repo_path: The repository.
            paths: The files.
            staged: Whether to unstage them.
            worktree: Whether to put the files themselves back; the contrary of ``staged`` if not given.
            source: The commit to take them from.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            session.file_system.write_file("repo/a.txt", "other")
            print((session.git.restore("repo", ["a.txt"])).success)
            ```
        """
        files = git.validate_words("paths", paths)
        args = ["restore", *(["--worktree"] if worktree or (worktree is None and not staged) else [])]
        args += ["--staged"] if staged else []
        args += [] if source is None else ["--source", git.validate_word("source", source)]
        return self._git(GitDoneResult, [*args, "--", *files], repo_path, timeout_ms)

    def pull(
        self, repo_path: str, *, remote: str | None = None, branch: str | None = None, timeout_ms: int | None = None
    ) -> GitDoneResult:
        """Fetch and merge.

        Args:
            repo_path: The repository.
            remote: Where from; the branch's own upstream if not given.
            branch: The branch there.
            timeout_ms: Milliseconds; 120,000 if not given.

        Returns:
            Whether it worked; a conflict is a refusal with ``reason`` ``conflict``.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            session.git.clone("repo", path="copy")
            print((session.git.pull("copy")).success)
            ```
        """
        args = ["pull", *git.remote_args(remote, branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms or PULL_TIMEOUT)

    def push(
        self,
        repo_path: str,
        *,
        remote: str | None = None,
        branch: str | None = None,
        set_upstream: bool = False,
        timeout_ms: int | None = None,
    ) -> GitDoneResult:
        """Send commits to a remote repository.

        Args:
            repo_path: The repository.
            remote: Where to; the branch's own upstream if not given.
            branch: The branch to send.
            set_upstream: Whether the branch follows the remote one from now on.
            timeout_ms: Milliseconds; 120,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            session.git.init("origin", bare=True)
            session.git.remote_add("repo", "origin", "../origin")
            print((session.git.push("repo", remote="origin", branch="main")).success)
            ```
        """
        args = ["push", *(["--set-upstream"] if set_upstream else []), *git.remote_args(remote, branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms or PULL_TIMEOUT)

    def list_branches(self, repo_path: str, *, timeout_ms: int | None = None) -> GitBranchListResult:
        """List the local branches.

        Args:
            repo_path: The repository.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            ``branches``, each with ``name`` and ``is_current``, and ``current``.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            print((session.git.list_branches("repo")).current)
            ```
        """
        args = ["for-each-ref", git.BRANCH_FORMAT, "refs/heads"]
        return self._git(GitBranchListResult, args, repo_path, timeout_ms, git.parse_branches)

    def create_branch(
        self, repo_path: str, branch: str, *, checkout: bool = True, timeout_ms: int | None = None
    ) -> GitDoneResult:
        """Make a branch.

        Args:
            repo_path: The repository.
            branch: Its name.
            checkout: Whether to go to it.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            print((session.git.create_branch("repo", "feature")).success)
            ```
        """
        args = [*(["checkout", "-b"] if checkout else ["branch"]), git.validate_word("branch", branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms)

    def checkout_branch(self, repo_path: str, branch: str, *, timeout_ms: int | None = None) -> GitDoneResult:
        """Go to a branch, or to a commit.

        Args:
            repo_path: The repository.
            branch: The branch.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            print((session.git.checkout_branch("repo", "main")).success)
            ```
        """
        return self._git(GitDoneResult, ["checkout", git.validate_word("branch", branch)], repo_path, timeout_ms)

    def delete_branch(
        self, repo_path: str, branch: str, *, force: bool = False, timeout_ms: int | None = None
    ) -> GitDoneResult:
        """Delete a branch.

        Args:
            repo_path: The repository.
            branch: The branch.
            force: Whether to delete it although its commits are on no other branch.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            session.git.init("repo", initial_branch="main")
            session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            session.file_system.write_file("repo/a.txt", "text")
            session.git.add("repo")
            session.git.commit("repo", "Begin")
            session.git.create_branch("repo", "old", checkout=False)
            print((session.git.delete_branch("repo", "old")).success)
            ```
        """
        args = ["branch", "-D" if force else "-d", git.validate_word("branch", branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms)

    def _git(
        self,
        kind: type[R],
        args: Sequence[str],
        repo_path: str | None,
        timeout_ms: int | None,
        read: Callable[[str], Any] = lambda text: True,
    ) -> R:
        """Run one git command in ``repo_path``; return its result."""
        if repo_path is not None:
            validation.text("repo_path", repo_path, GitError)
        return self._run(kind, git.command_line(args, repo_path), timeout_ms, read)

    def _run(
        self, kind: type[R], line: str, timeout_ms: int | None, read: Callable[[str], Any] = lambda text: True
    ) -> R:
        """Run a git command line and return its result."""
        if timeout_ms is not None:
            validation.milliseconds("timeout_ms", timeout_ms, GitError)
        try:
            ran = execute_shell(self._connection, line, timeout_ms or COMMAND_TIMEOUT, envs=git.ENVS)
        except CommandError as exc:
            raise GitError.of(exc.kind, str(exc), outcome=exc.outcome, request_id=exc.request_id) from exc
        return self._connection.api.raise_if_strict(git.parse_result(kind, ran, read))
