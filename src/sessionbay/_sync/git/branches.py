# Generated from src/sessionbay/_async/git/branches.py by scripts/generate_sync.py. Do not edit.
"""Branches."""

from ...models.git import GitBranchListResult, GitDoneResult
from ...operations import git
from .base import GitBase


class Branches(GitBase):
    """The part of the git module that is about branches."""

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
        return self._git(GitBranchListResult, args, repo_path, timeout_ms, git.read_branches)

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
        args = [*(["checkout", "-b"] if checkout else ["branch"]), git.word("branch", branch)]
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
        return self._git(GitDoneResult, ["checkout", git.word("branch", branch)], repo_path, timeout_ms)

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
        args = ["branch", "-D" if force else "-d", git.word("branch", branch)]
        return self._git(GitDoneResult, args, repo_path, timeout_ms)
