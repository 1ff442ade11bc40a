"""Branches."""

from ...models.git import GitBranchListResult, GitDoneResult
from ...operations import git
from .base import AsyncGitBase


class AsyncBranches(AsyncGitBase):
    """The part of the git module that is about branches."""

    async def list_branches(self, repo_path: str, *, timeout_ms: int | None = None) -> GitBranchListResult:
        """List the local branches.

        Args:
            repo_path: The repository.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            ``branches``, each with ``name`` and ``is_current``, and ``current``.

        Example:
            ```python
            await session.git.init("repo", initial_branch="main")
            await session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            await session.file_system.write_file("repo/a.txt", "text")
            await session.git.add("repo")
            await session.git.commit("repo", "Begin")
            print((await session.git.list_branches("repo")).current)
            ```
        """
        args = ["for-each-ref", git.BRANCH_FORMAT, "refs/heads"]
        return await self._git(GitBranchListResult, args, repo_path, timeout_ms, git.read_branches)

    async def create_branch(
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
            await session.git.init("repo", initial_branch="main")
            await session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            await session.file_system.write_file("repo/a.txt", "text")
            await session.git.add("repo")
            await session.git.commit("repo", "Begin")
            print((await session.git.create_branch("repo", "feature")).success)
            ```
        """
        args = [*(["checkout", "-b"] if checkout else ["branch"]), git.word("branch", branch)]
        return await self._git(GitDoneResult, args, repo_path, timeout_ms)

    async def checkout_branch(self, repo_path: str, branch: str, *, timeout_ms: int | None = None) -> GitDoneResult:
        """Go to a branch, or to a commit.

        Args:
            repo_path: The repository.
            branch: The branch.
            timeout_ms: Milliseconds; 30,000 if not given.

        Returns:
            Whether it worked.

        Example:
            ```python
            await session.git.init("repo", initial_branch="main")
            await session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            await session.file_system.write_file("repo/a.txt", "text")
            await session.git.add("repo")
            await session.git.commit("repo", "Begin")
            print((await session.git.checkout_branch("repo", "main")).success)
            ```
        """
        return await self._git(GitDoneResult, ["checkout", git.word("branch", branch)], repo_path, timeout_ms)

    async def delete_branch(
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
            await session.git.init("repo", initial_branch="main")
            await session.git.configure_user("repo", "Ada", "ada@example.com", scope="local")
            await session.file_system.write_file("repo/a.txt", "text")
            await session.git.add("repo")
            await session.git.commit("repo", "Begin")
            await session.git.create_branch("repo", "old", checkout=False)
            print((await session.git.delete_branch("repo", "old")).success)
            ```
        """
        args = ["branch", "-D" if force else "-d", git.word("branch", branch)]
        return await self._git(GitDoneResult, args, repo_path, timeout_ms)
