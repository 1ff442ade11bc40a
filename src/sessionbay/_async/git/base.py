"""How git commands are run."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ...core import validation
from ...core.errors import CommandError, GitError
from ...models.git import GitResult
from ...operations import git
from ..command import AsyncCommand
from ..module import AsyncModule

R = TypeVar("R", bound=GitResult[Any])
TIMEOUT = 30_000  # milliseconds


class AsyncGitBase(AsyncModule):
    """Runs git by the session's shell."""

    async def _git(
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
        return await self._run(kind, git.line(args, repo_path), timeout_ms, read)

    async def _run(
        self, kind: type[R], line: str, timeout_ms: int | None, read: Callable[[str], Any] = lambda text: True
    ) -> R:
        """Run a command line of git's; return what it came to."""
        if timeout_ms is not None:
            validation.milliseconds("timeout_ms", timeout_ms, GitError)
        try:
            ran = await AsyncCommand(self._connection)._execute(line, timeout_ms or TIMEOUT, envs=git.ENVS)
        except CommandError as exc:
            raise GitError.of(exc.kind, str(exc), outcome=exc.outcome, request_id=exc.request_id) from exc
        return self._connection.api.raise_if_strict(git.result(kind, ran, read))
