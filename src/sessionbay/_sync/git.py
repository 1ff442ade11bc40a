# Generated from src/sessionbay/_async/git.py by scripts/generate_sync.py. Do not edit.
"""Git repositories in a session. The clouds have no git tool; the session's shell runs git."""

import shlex
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from ..core import validation
from ..core.errors import CommandError, FileError, GitError
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
from ..operations.complete_output import framed
from .command import execute_shell
from .files.scratch_file import read_output, scratch_file
from .module import Module

CLONE_TIMEOUT = 300_000  # milliseconds
PULL_TIMEOUT = 120_000  # milliseconds
COMMAND_TIMEOUT = 30_000  # milliseconds
Scope = Literal["global", "local"]
ResetMode = Literal["soft", "mixed", "hard", "merge", "keep"]
R = TypeVar("R", bound=GitResult[Any])


@public
class Git(Module):
    """Runs git in the session's shell. Git must be installed there.

    A failed command returns a failed result, classified by git's output: ``raise_for_error`` raises ``GitAuthError``,
    ``GitConflictError``, ``GitNotARepoError``, ``GitNotFoundError``, or ``GitError``. Every method raises
    ``GitUsageError`` for an invalid argument, before anything is sent, and ``GitError`` when there is no response.
    Output of any length is read completely; ``GitError`` (``invalid_response``) is raised if a part is missing.

    Example:
        ```python
        session.git.init("repo", initial_branch="main")
        session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
        session.file_system.write_file("repo/a.txt", "text")
        session.git.add("repo")
        session.git.commit("repo", "Begin")
        ```
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
            url: The URL or path of the repository.
            path: The target folder; the name of the repository by default.
            branch: The only branch to fetch.
            depth: The number of commits to fetch.
            timeout_ms: Milliseconds; 300,000 by default.

        Returns:
            ``path`` is the folder.

        Example:
            ```python
            cloned = session.git.clone("repo", path="copy")
            print(cloned.path)
            ```
        """
        git.validate_word("url", url)
        target = git.clone_folder(url) if path is None else git.validate_word("path", path)
        args = ["clone", *git.option("--branch", "branch", branch), *git.switch("--single-branch", branch is not None)]
        args += [*git.limit("--depth", "depth", depth), url, target]
        return self._git(GitPathResult, args, None, timeout_ms or CLONE_TIMEOUT, data=target)

    def init(
        self, path: str, *, initial_branch: str | None = None, bare: bool = False, timeout_ms: int | None = None
    ) -> GitPathResult:
        """Create a repository.

        Args:
            path: The folder.
            initial_branch: The name of the first branch; git's own default if not given.
            bare: Whether the repository has no working tree.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            ``path`` is the folder.

        Example:
            ```python
            created = session.git.init("new", initial_branch="main")
            print(created.path)
            ```
        """
        args = ["init", *git.option("--initial-branch", "initial_branch", initial_branch), *git.switch("--bare", bare)]
        args.append(git.validate_word("path", path))
        return self._git(GitPathResult, args, None, timeout_ms, data=path)

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
        """Add a remote repository.

        Args:
            repo_path: The repository.
            name: The name of the remote.
            url: Its URL or path.
            fetch: Whether to fetch from it.
            overwrite: Whether to replace the URL of an existing remote, which is refused otherwise.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
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
        """Return the URL of a remote repository.

        Args:
            repo_path: The repository.
            name: The name of the remote.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            ``value``; None if there is no such remote.

        Example:
            ```python
            print((session.git.remote_get("repo", "origin")).value)
            ```
        """
        args = ["remote", "get-url", git.validate_word("name", name)]
        return git.accept_unset(self._git(GitValueResult, args, repo_path, timeout_ms, git.parse_value))

    def configure_user(
        self,
        repo_path: str,
        name: str,
        email: str,
        *,
        scope: Scope = "global",
        timeout_ms: int | None = None,
    ) -> GitDoneResult:
        """Set the author of commits.

        Args:
            repo_path: The repository.
            name: The author's name.
            email: The author's email address.
            scope: ``global`` for all repositories of the session's user, or ``local``.
            timeout_ms: Milliseconds for each of the two commands; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
            configured = session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            print(configured.success)
            ```
        """
        result = self.set_config(repo_path, "user.name", name, scope=scope, timeout_ms=timeout_ms)
        if not result.success:
            return result
        return self.set_config(repo_path, "user.email", email, scope=scope, timeout_ms=timeout_ms)

    def set_config(
        self, repo_path: str, key: str, value: str, *, scope: Scope = "global", timeout_ms: int | None = None
    ) -> GitDoneResult:
        """Set a configuration variable of git.

        Args:
            repo_path: The repository.
            key: The variable, e.g. ``core.autocrlf``.
            value: Its value.
            scope: ``global`` for all repositories of the session's user, or ``local``.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
            print((session.git.set_config("repo", "core.autocrlf", "false", scope="local")).success)
            ```
        """
        validation.choice("scope", scope, git.SCOPES, GitError)
        args = ["config", f"--{scope}", git.validate_word("key", key), validation.utf8("value", value, GitError)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms)

    def get_config(
        self, repo_path: str, key: str, *, scope: Scope = "global", timeout_ms: int | None = None
    ) -> GitValueResult:
        """Return a configuration variable of git.

        Args:
            repo_path: The repository.
            key: The variable.
            scope: ``global`` for all repositories of the session's user, or ``local``.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            ``value``; None if it is unset.

        Example:
            ```python
            print((session.git.get_config("repo", "core.bare", scope="local")).value)
            ```
        """
        validation.choice("scope", scope, git.SCOPES, GitError)
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
            files: The files, any number of them; all by default.
            stage_all: Whether all changes of the repository are staged, or only those below ``repo_path``.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
            session.file_system.write_file("repo/b.txt", "text")
            session.git.add("repo", files=["b.txt"])
            print((session.git.status("repo")).staged_count)
            ```
        """
        if files is None:
            return self._git(GitDoneResult, ["add", "-A" if stage_all else "."], repo_path, timeout_ms)
        paths, stdin = git.paths_args(git.validate_paths("files", files))
        return self._git(GitDoneResult, ["add", *paths], repo_path, timeout_ms, stdin=stdin)

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
        """Commit the staged changes.

        Args:
            repo_path: The repository.
            message: The commit message, of any length.
            author_name: The author's name; the configured one by default.
            author_email: The author's email address.
            allow_empty: Whether to commit without changes.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            ``commit_hash``.

        Example:
            ```python
            print((session.git.commit("repo", "Nothing", allow_empty=True)).commit_hash)
            ```
        """
        author = {"user.name": author_name, "user.email": author_email}
        args = [word for key, value in author.items() if value is not None for word in ("-c", f"{key}={value}")]
        text, stdin = git.message_args(validation.text("message", message, GitError))
        args += ["commit", *text, *git.switch("--allow-empty", allow_empty)]
        validation.text("repo_path", repo_path, GitError)
        # Git's summary and the output of hooks go to standard error: standard output is the hash alone.
        line = f"{git.command_line(args, repo_path)} >&2 && {git.command_line(['rev-parse', 'HEAD'], repo_path)}"
        return self._run(GitCommitResult, line, timeout_ms, git.parse_hash, stdin=stdin)

    def status(self, repo_path: str, *, timeout_ms: int | None = None) -> GitStatusResult:
        """Return the differences from the last commit.

        Untracked files are listed whatever ``status.showUntrackedFiles`` is; an untracked folder is one entry.

        Args:
            repo_path: The repository.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            ``current_branch``, ``upstream``, ``ahead``, ``behind``, ``detached``, ``files``, and counts of them.

        Example:
            ```python
            status = session.git.status("repo")
            print(status.current_branch, [file.path for file in status.files])
            ```
        """
        return self._git(GitStatusResult, git.STATUS, repo_path, timeout_ms, git.parse_status)

    def log(self, repo_path: str, *, max_count: int | None = None, timeout_ms: int | None = None) -> GitLogResult:
        """Return the history of the current commit.

        Args:
            repo_path: The repository.
            max_count: The maximum number of commits; all by default.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            ``entries``, newest first.

        Example:
            ```python
            print([entry.message for entry in (session.git.log("repo")).entries])
            ```
        """
        args = [*git.LOG, *git.limit("--max-count", "max_count", max_count)]
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
        """Move the branch, or unstage files.

        Args:
            repo_path: The repository.
            mode: What happens to the index and the working tree; ``mixed`` by default.
            target: The commit; the last one by default.
            paths: The files to unstage; without them the branch moves.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
            print((session.git.reset("repo", mode="hard")).success)
            ```
        """
        if mode is not None:
            validation.choice("mode", mode, git.RESET_MODES, GitError)
        args = ["reset", *git.switch(f"--{mode}", mode is not None)]
        args += [] if target is None else [git.validate_word("target", target)]
        files, stdin = ([], "") if paths is None else git.paths_args(git.validate_paths("paths", paths))
        return self._git(GitDoneResult, args + files, repo_path, timeout_ms, stdin=stdin)

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
        """Discard changes of files.

        Args:
            repo_path: The repository.
            paths: The files.
            staged: Whether to unstage them.
            worktree: Whether to restore the working tree; by default, if ``staged`` is False.
            source: The commit to restore from.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
            session.file_system.write_file("repo/a.txt", "other")
            print((session.git.restore("repo", ["a.txt"])).success)
            ```
        """
        files, stdin = git.paths_args(git.validate_paths("paths", paths))
        args = ["restore", *git.switch("--worktree", worktree or (worktree is None and not staged))]
        args += [*git.switch("--staged", staged), *git.option("--source", "source", source)]
        return self._git(GitDoneResult, args + files, repo_path, timeout_ms, stdin=stdin)

    def pull(
        self, repo_path: str, *, remote: str | None = None, branch: str | None = None, timeout_ms: int | None = None
    ) -> GitDoneResult:
        """Fetch and merge.

        Args:
            repo_path: The repository.
            remote: The remote; the upstream of the branch by default.
            branch: The remote branch.
            timeout_ms: Milliseconds; 120,000 by default.

        Returns:
            A result without a payload. A conflict is a failure with the ``reason`` ``conflict``.

        Example:
            ```python
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
        """Push commits to a remote repository.

        Args:
            repo_path: The repository.
            remote: The remote; the upstream of the branch by default.
            branch: The branch to push.
            set_upstream: Whether the remote branch becomes the upstream.
            timeout_ms: Milliseconds; 120,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
            session.git.init("origin", bare=True)
            session.git.remote_add("repo", "origin", "../origin")
            print((session.git.push("repo", remote="origin", branch="main")).success)
            ```
        """
        args = ["push", *git.switch("--set-upstream", set_upstream), *git.remote_args(remote, branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms or PULL_TIMEOUT)

    def list_branches(self, repo_path: str, *, timeout_ms: int | None = None) -> GitBranchListResult:
        """List the local branches.

        Args:
            repo_path: The repository.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            ``branches``, each with ``name`` and ``is_current``, and ``current``.

        Example:
            ```python
            print((session.git.list_branches("repo")).current)
            ```
        """
        return self._git(GitBranchListResult, git.BRANCHES, repo_path, timeout_ms, git.parse_branches)

    def create_branch(
        self, repo_path: str, branch: str, *, checkout: bool = True, timeout_ms: int | None = None
    ) -> GitDoneResult:
        """Create a branch.

        Args:
            repo_path: The repository.
            branch: The name of the branch.
            checkout: Whether to check it out.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
            print((session.git.create_branch("repo", "feature")).success)
            ```
        """
        args = [*(["checkout", "-b"] if checkout else ["branch"]), git.validate_word("branch", branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms)

    def checkout_branch(self, repo_path: str, branch: str, *, timeout_ms: int | None = None) -> GitDoneResult:
        """Check out a branch or a commit.

        Args:
            repo_path: The repository.
            branch: The branch or commit.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
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
            force: Whether to delete it even if its commits are on no other branch.
            timeout_ms: Milliseconds; 30,000 by default.

        Returns:
            A result without a payload.

        Example:
            ```python
            session.git.create_branch("repo", "old", checkout=False)
            print((session.git.delete_branch("repo", "old")).success)
            ```
        """
        args = ["branch", "-D" if force else "-d", git.validate_word("branch", branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms)

    def _git(
        self,
        result: type[R],
        args: Sequence[str],
        repo_path: str | None,
        timeout_ms: int | None,
        parse: Callable[[str], object] | None = None,
        *,
        data: object = True,
        stdin: str = "",
    ) -> R:
        """Run one git command in ``repo_path`` and return its result."""
        if repo_path is not None:
            validation.text("repo_path", repo_path, GitError)
        line = git.command_line(args, repo_path)
        return self._run(result, line, timeout_ms, parse, data=data, stdin=stdin)

    def _run(
        self,
        result: type[R],
        line: str,
        timeout_ms: int | None,
        parse: Callable[[str], object] | None = None,
        *,
        data: object = True,
        stdin: str = "",
    ) -> R:
        """Run a command line and return its result, with the payload ``data`` or what ``parse`` makes of the output."""
        if timeout_ms is not None:
            validation.milliseconds("timeout_ms", timeout_ms, GitError)
        with _git_errors():
            if stdin:
                with scratch_file(self._connection, stdin) as path:
                    return self._run(result, f"{{ {line}; }} < {shlex.quote(path)}", timeout_ms, parse, data=data)
            script = line if parse is None else framed(line)
            ran = execute_shell(self._connection, script, timeout_ms or COMMAND_TIMEOUT, envs=git.ENVS)
            if parse is not None and ran.success:
                try:
                    data = parse((read_output(self._connection, ran)).decode("utf-8", "replace"))
                except (ValueError, LookupError) as exc:
                    message = f"git's output is incomplete or invalid: {exc}"
                    raise GitError.of("invalid_response", message, request_id=ran.request_id) from exc
        return self._connection.api.raise_if_strict(git.to_result(result, ran, data))


@contextmanager
def _git_errors() -> Generator[None, None, None]:
    """Raise the errors of commands and files as ``GitError``."""
    try:
        yield
    except (CommandError, FileError) as exc:
        raise GitError.of(exc.kind, str(exc), outcome=exc.outcome, request_id=exc.request_id) from exc
