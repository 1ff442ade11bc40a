"""What can go wrong.

The class says who asked, ``kind`` says what happened::

    AgentBayError                 base of all
      SessionError                a session operation
      CommandError                a command
        CodeError                 code
      FileError                   a file tool
      ContextError                a context
      EnvError                    an environment variable
      OssError                    object storage
      SkillError                  an operation on skills
      PtyError                    a terminal
      GitError                    a git command; GitAuthError, GitConflictError, GitNotARepoError, GitNotFoundError
    each with
      ...UsageError               the caller's mistake; also a ValueError; nothing was sent
      ...TimeoutError             no answer in time; also a TimeoutError
"""

from typing import Any, ClassVar, Literal

Kind = Literal["refused", "timeout", "unreachable", "invalid_response", "usage", "unknown_outcome"]
Outcome = Literal["not_sent", "rejected", "unknown"]

_OUTCOMES: dict[Kind, Outcome] = {"usage": "not_sent", "refused": "rejected"}


class AgentBayError(Exception):
    """Base of every error this package raises.

    Attributes:
        kind: What happened: ``refused``, ``timeout``, ``unreachable``, ``invalid_response``, ``usage`` or
            ``unknown_outcome``.
        code: The service's error code, or empty.
        request_id: The id to quote to the service's support, or empty.
        http_status_code: The HTTP status of the answer, or 0.
        outcome: Whether the request took effect: ``not_sent``, ``rejected`` or ``unknown``.
        attempt: The name of a creation whose outcome is unknown, for ``reap``; else empty.
        result: The refused result that this error was raised from, if there is one.
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
        """Build the variant of this class that stands for ``kind``."""
        return cls._variants.get(kind, cls)(message, kind=kind, **details)

    @classmethod
    def usage(cls, message: str) -> "AgentBayError":
        """Build the error for a mistake of the caller's that is told before anything is sent."""
        return cls.of("usage", message)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args), self.__dict__


def _rebuild(cls: type[AgentBayError], args: tuple[Any, ...]) -> AgentBayError:
    return cls(*args)


class AgentBayUsageError(AgentBayError, ValueError, kind="usage"):
    """The client was used wrongly; nothing was sent."""


class AgentBayTimeoutError(AgentBayError, TimeoutError, kind="timeout"):
    """The service did not answer in time."""


class SessionError(AgentBayError):
    """A session operation failed."""


class SessionUsageError(SessionError, ValueError, kind="usage"):
    """A session was used wrongly; nothing was sent."""


class SessionTimeoutError(SessionError, TimeoutError, kind="timeout"):
    """A session operation was not answered in time; or a strict client's wait ran out."""


class CommandError(AgentBayError):
    """A command could not be run, or failed where ``check=True`` was asked for."""


class CommandUsageError(CommandError, ValueError, kind="usage"):
    """A command was asked for wrongly; nothing was sent."""


class CommandTimeoutError(CommandError, TimeoutError, kind="timeout"):
    """A command was not answered in time."""


class FileError(AgentBayError):
    """A file operation failed."""


class FileUsageError(FileError, ValueError, kind="usage"):
    """A file operation was asked for wrongly; nothing was sent."""


class FileTimeoutError(FileError, TimeoutError, kind="timeout"):
    """A file operation was not answered in time."""


class ContextError(AgentBayError):
    """A context operation failed."""


class ContextUsageError(ContextError, ValueError, kind="usage"):
    """A context operation was asked for wrongly; nothing was sent."""


class ContextTimeoutError(ContextError, TimeoutError, kind="timeout"):
    """A context operation was not answered in time."""


class GitError(AgentBayError):
    """A git command failed."""


class GitUsageError(GitError, ValueError, kind="usage"):
    """A git command was asked for wrongly; nothing was sent."""


class GitTimeoutError(GitError, TimeoutError, kind="timeout"):
    """A git command was not answered in time."""


class GitAuthError(GitError):
    """Git was not let in."""


class GitConflictError(GitError):
    """Git left a conflict to be resolved."""


class GitNotARepoError(GitError):
    """There is no repository at that place."""


class GitNotFoundError(GitError):
    """There is no git on the machine."""


class CodeError(CommandError):
    """Code could not be run, or raised where ``check=True`` was asked for; ``result`` is what it came to."""


class CodeUsageError(CodeError, ValueError, kind="usage"):
    """Code was asked for wrongly; nothing was sent."""


class CodeTimeoutError(CodeError, TimeoutError, kind="timeout"):
    """Code was asked for, and there was no answer in time."""


class EnvError(AgentBayError):
    """An operation on the environment failed."""


class EnvUsageError(EnvError, ValueError, kind="usage"):
    """The environment was asked for wrongly; nothing was sent."""


class EnvTimeoutError(EnvError, TimeoutError, kind="timeout"):
    """The environment was asked for, and there was no answer in time."""


class OssError(AgentBayError):
    """An operation on object storage failed."""


class OssUsageError(OssError, ValueError, kind="usage"):
    """Object storage was asked for wrongly; nothing was sent."""


class OssTimeoutError(OssError, TimeoutError, kind="timeout"):
    """Object storage was asked for, and there was no answer in time."""


class SkillError(AgentBayError):
    """An operation on skills failed."""


class SkillUsageError(SkillError, ValueError, kind="usage"):
    """Skills were asked for wrongly; nothing was sent."""


class SkillTimeoutError(SkillError, TimeoutError, kind="timeout"):
    """Skills were asked for, and there was no answer in time."""


class PtyError(AgentBayError):
    """An operation on a terminal failed."""


class PtyUsageError(PtyError, ValueError, kind="usage"):
    """A terminal was used wrongly; nothing was sent."""


class PtyTimeoutError(PtyError, TimeoutError, kind="timeout"):
    """A terminal was not heard of in time; or a wait for its end ran out."""


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
