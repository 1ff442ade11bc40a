# Generated from src/sessionbay/_async/git/commits.py by scripts/generate_sync.py. Do not edit.
"""Commits, and what leads to them."""

from collections.abc import Sequence
from typing import Literal

from ...core import validation
from ...core.errors import GitError
from ...models.git import GitCommitResult, GitDoneResult, GitLogResult, GitStatusResult
from ...operations import git
from .base import GitBase

PULL_TIMEOUT = 120_000  # milliseconds
ResetMode = Literal["soft", "mixed", "hard", "merge", "keep"]


class Commits(GitBase):
    """The part of the git module that is about changes."""

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
        args = ["add", "--", *git.words("files", files)] if files is not None else ["add", "-A" if stage_all else "."]
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
        line = f"{git.line(args, repo_path)} && {git.line(['rev-parse', 'HEAD'], repo_path)}"
        return self._run(GitCommitResult, line, timeout_ms, git.last_line)

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
        return self._git(GitStatusResult, args, repo_path, timeout_ms, git.read_status)

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
        return self._git(GitLogResult, args, repo_path, timeout_ms, git.read_log)

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
            validation.choice("mode", mode, git.MODES, GitError)
        args = ["reset", *([] if mode is None else [f"--{mode}"])]
        args += [] if target is None else [git.word("target", target)]
        args += [] if paths is None else ["--", *git.words("paths", paths)]
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
        files = git.words("paths", paths)
        args = ["restore", *(["--worktree"] if worktree or (worktree is None and not staged) else [])]
        args += ["--staged"] if staged else []
        args += [] if source is None else ["--source", git.word("source", source)]
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
        args = ["pull", *git.place(remote, branch)]
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
        args = ["push", *(["--set-upstream"] if set_upstream else []), *git.place(remote, branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms or PULL_TIMEOUT)
