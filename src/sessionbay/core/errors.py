"""The exceptions of this package.

The class names the module that raised, ``kind`` the cause::

    AgentBayError                 base of all
      SessionError                a session operation
      CommandError                a command
        CodeError                 a code run
      FileError                   a file operation
      ContextError                a context operation
      EnvError                    environment variables
      OssError                    object storage
      SkillError                  skills
      PtyError                    a terminal (PTY)
      GitError                    a git command; GitAuthError, GitConflictError, GitNotARepoError, GitNotFoundError
    each with
      ...UsageError               invalid arguments; also a ValueError; nothing was sent
      ...TimeoutError             no response before the timeout; also a TimeoutError
"""

from typing import Any, ClassVar, Literal

Kind = Literal["refused", "timeout", "unreachable", "invalid_response", "usage", "unknown_outcome"]
Outcome = Literal["not_sent", "rejected", "unknown"]

_OUTCOMES: dict[Kind, Outcome] = {"usage": "not_sent", "refused": "rejected"}


class AgentBayError(Exception):
    """The base class of this package's exceptions.

    Attributes:
        kind: The cause: ``refused``, ``timeout``, ``unreachable``, ``invalid_response``, ``usage`` or
            ``unknown_outcome``.
        code: The service's error code, or an empty string.
        request_id: The request id, for the service's support, or an empty string.
        http_status_code: The HTTP status of the response; 0 without a response.
        outcome: Whether the request took effect: ``not_sent``, ``rejected`` or ``unknown``.
        attempt: The attempt id of a creation with an unknown outcome, for ``reap``; otherwise an empty string.
        result: The failed result that this error was raised from, or None.
    """

    _variants: ClassVar[dict[Kind, type["AgentBayError"]]] = {}

    def __init_subclass__(cls, kind: Kind | None = None) -> None:
        if kind is None:
            cls._variants = {}
        else:
            cls.__bases__[0]._variants[kind] = cls  # type: ignore[attr-defined]  # the first base is one of ours

    def __init__(
        self,
        message: str = "",
        *,
        kind: Kind = "refused",
        code: str = "",
        request_id: str = "",
        http_status_code: int = 0,
        outcome: Outcome | None = None,
        attempt: str = "",
        result: Any = None,
    ) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.code = code
        self.request_id = request_id
        self.http_status_code = http_status_code
        self.outcome: Outcome = outcome or _OUTCOMES.get(kind, "unknown")
        self.attempt = attempt
        self.result = result

    @classmethod
    def of(cls, kind: Kind, message: str, **details: Any) -> "AgentBayError":
        """Return an error of this class's variant for ``kind``."""
        return cls._variants.get(kind, cls)(message, kind=kind, **details)

    @classmethod
    def usage(cls, message: str) -> "AgentBayError":
        """Return the error for invalid arguments. Nothing was sent."""
        return cls.of("usage", message)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args), self.__dict__


def _rebuild(cls: type[AgentBayError], args: tuple[Any, ...]) -> AgentBayError:
    return cls(*args)


class AgentBayUsageError(AgentBayError, ValueError, kind="usage"):
    """The client was used incorrectly. Nothing was sent."""


class AgentBayTimeoutError(AgentBayError, TimeoutError, kind="timeout"):
    """The service did not respond before the timeout."""


class SessionError(AgentBayError):
    """A session operation failed."""


class SessionUsageError(SessionError, ValueError, kind="usage"):
    """A session operation has invalid arguments. Nothing was sent."""


class SessionTimeoutError(SessionError, TimeoutError, kind="timeout"):
    """A session operation, or a strict client's wait for a state, timed out."""


class CommandError(AgentBayError):
    """A command could not run, or failed with ``check=True``."""


class CommandUsageError(CommandError, ValueError, kind="usage"):
    """A command has invalid arguments. Nothing was sent."""


class CommandTimeoutError(CommandError, TimeoutError, kind="timeout"):
    """A command got no response before the timeout."""


class FileError(AgentBayError):
    """A file operation failed."""


class FileUsageError(FileError, ValueError, kind="usage"):
    """A file operation has invalid arguments. Nothing was sent."""


class FileTimeoutError(FileError, TimeoutError, kind="timeout"):
    """A file operation timed out."""


class ContextError(AgentBayError):
    """A context operation failed."""


class ContextUsageError(ContextError, ValueError, kind="usage"):
    """A context operation has invalid arguments. Nothing was sent."""


class ContextTimeoutError(ContextError, TimeoutError, kind="timeout"):
    """A context operation timed out."""


class GitError(AgentBayError):
    """A git command failed."""


class GitUsageError(GitError, ValueError, kind="usage"):
    """A git command has invalid arguments. Nothing was sent."""


class GitTimeoutError(GitError, TimeoutError, kind="timeout"):
    """A git command timed out."""


class GitAuthError(GitError):
    """Authentication with the remote repository failed."""


class GitConflictError(GitError):
    """A merge conflict must be resolved."""


class GitNotARepoError(GitError):
    """The path is not a git repository."""


class GitNotFoundError(GitError):
    """Git is not installed in the session."""


class CodeError(CommandError):
    """Code could not run, or raised with ``check=True``. ``result`` is the result of the run."""


class CodeUsageError(CodeError, ValueError, kind="usage"):
    """A code run has invalid arguments. Nothing was sent."""


class CodeTimeoutError(CodeError, TimeoutError, kind="timeout"):
    """A code run got no response before the timeout."""


class EnvError(AgentBayError):
    """An operation on environment variables failed."""


class EnvUsageError(EnvError, ValueError, kind="usage"):
    """An operation on environment variables has invalid arguments. Nothing was sent."""


class EnvTimeoutError(EnvError, TimeoutError, kind="timeout"):
    """An operation on environment variables timed out."""


class OssError(AgentBayError):
    """An operation on object storage failed."""


class OssUsageError(OssError, ValueError, kind="usage"):
    """An operation on object storage has invalid arguments. Nothing was sent."""


class OssTimeoutError(OssError, TimeoutError, kind="timeout"):
    """An operation on object storage timed out."""


class SkillError(AgentBayError):
    """An operation on skills failed."""


class SkillUsageError(SkillError, ValueError, kind="usage"):
    """An operation on skills has invalid arguments. Nothing was sent."""


class SkillTimeoutError(SkillError, TimeoutError, kind="timeout"):
    """An operation on skills timed out."""


class PtyError(AgentBayError):
    """An operation on a terminal failed."""


class PtyUsageError(PtyError, ValueError, kind="usage"):
    """A terminal operation has invalid arguments. Nothing was sent."""


class PtyTimeoutError(PtyError, TimeoutError, kind="timeout"):
    """A terminal operation, or a wait for the shell's exit, timed out."""


__all__ = [
    "AgentBayError",
    "AgentBayTimeoutError",
    "AgentBayUsageError",
    "CodeError",
    "CodeTimeoutError",
    "CodeUsageError",
    "CommandError",
    "CommandTimeoutError",
    "CommandUsageError",
    "ContextError",
    "ContextTimeoutError",
    "ContextUsageError",
    "EnvError",
    "EnvTimeoutError",
    "EnvUsageError",
    "FileError",
    "FileTimeoutError",
    "FileUsageError",
    "GitAuthError",
    "GitConflictError",
    "GitError",
    "GitNotARepoError",
    "GitNotFoundError",
    "GitTimeoutError",
    "GitUsageError",
    "OssError",
    "OssTimeoutError",
    "OssUsageError",
    "PtyError",
    "PtyTimeoutError",
    "PtyUsageError",
    "SessionError",
    "SessionTimeoutError",
    "SessionUsageError",
    "SkillError",
    "SkillTimeoutError",
    "SkillUsageError",
]
