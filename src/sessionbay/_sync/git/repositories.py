# Generated from src/sessionbay/_async/git/repositories.py by scripts/generate_sync.py. Do not edit.
"""Repositories: cloned, made, configured, and their remotes."""

from typing import Literal

from ...core import validation
from ...core.errors import GitError
from ...models.git import GitDoneResult, GitPathResult, GitValueResult
from ...operations import git
from .base import GitBase

CLONE_TIMEOUT = 300_000  # milliseconds
Scope = Literal["global", "local"]


class Repositories(GitBase):
    """The part of the git module that is about repositories as a whole."""

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
        git.word("url", url)
        target = git.folder_of(url) if path is None else git.word("path", path)
        args = ["clone"]
        if branch is not None:
            args += ["--branch", git.word("branch", branch), "--single-branch"]
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
            args += ["--initial-branch", git.word("initial_branch", initial_branch)]
        args += [*(["--bare"] if bare else []), git.word("path", path)]
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
        remote = [git.word("name", name), git.word("url", url)]
        line = git.line(["remote", "add", *remote], repo_path)
        if overwrite:
            line = f"{git.line(['remote', 'set-url', *remote], repo_path)} 2>/dev/null || {line}"
        if fetch:
            line = f"{{ {line}; }} && {git.line(['fetch', name], repo_path)}"
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
        args = ["remote", "get-url", git.word("name", name)]
        return git.unset_is_none(self._git(GitValueResult, args, repo_path, timeout_ms, git.last_line))

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
        args = ["config", f"--{scope}", git.word("key", key), validation.utf8("value", value, GitError)]
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
        args = ["config", f"--{scope}", "--get", git.word("key", key)]
        return git.unset_is_none(self._git(GitValueResult, args, repo_path, timeout_ms, git.value_of))
