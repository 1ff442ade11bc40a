"""The exceptions of this package.

The class names the module that raised, ``kind`` the cause::

    AgentBayError                 base of all
      SessionError                a session operation
        SessionGoneError          any operation on a session that does not exist (any more)
          EngineEndedError        any call to a local engine that has ended, and its sessions with it
      CommandError                a command
        CodeError                 a code run
      FileError                   a file operation
        FileMissingError, ...     one for each code, also a FileNotFoundError, ...
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

import errno
from typing import Any, ClassVar, Literal

from .error_codes import ErrorCode
from .public import public
from .text import escape_controls

Kind = Literal[
    "refused", "gone", "engine_ended", "timeout", "unreachable", "invalid_response", "usage", "unknown_outcome"
]
Outcome = Literal["not_sent", "rejected", "unknown"]

_OUTCOMES: dict[Kind, Outcome] = {"usage": "not_sent", "refused": "rejected", "gone": "rejected"}


@public
class AgentBayError(Exception):
    """The base class of this package's exceptions.

    Attributes:
        kind: The cause: ``refused``, ``gone`` (the session does not exist any more), ``engine_ended``, ``timeout``,
            ``unreachable``, ``invalid_response``, ``usage`` or ``unknown_outcome``.
        code: The error code (see ``ErrorCode``), or an empty string.
        request_id: The request id, for the service's support, or an empty string.
        http_status_code: The HTTP status of the response; 0 without a response.
        outcome: Whether the request took effect: ``not_sent``, ``rejected`` or ``unknown``.
        attempt: The attempt id of a creation with an unknown outcome, for ``reap``; otherwise an empty string.
        result: The failed result that this error was raised from, or None.
    """

    _variants: ClassVar[dict[str, type["AgentBayError"]]] = {}  # by kind, or by code

    def __init_subclass__(cls, kind: Kind | None = None, code: ErrorCode | None = None) -> None:
        if variant := kind or code:
            cls.__bases__[0]._variants[variant] = cls  # type: ignore[attr-defined]  # the first base is one of ours
        else:
            cls._variants = {}

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
        super().__init__(escape_controls(message))
        self.kind: Kind = kind
        self.code = code
        self.request_id = request_id
        self.http_status_code = http_status_code
        self.outcome: Outcome = outcome or _OUTCOMES.get(kind, "unknown")
        self.attempt = attempt
        self.result = result

    @classmethod
    def of(cls, kind: Kind, message: str, **details: Any) -> "AgentBayError":
        """Return an error of this class's variant for ``kind``, or for the code of a refusal."""
        if kind == "gone":
            details["code"] = ErrorCode.SESSION_GONE.value
            return SessionGoneError(message, kind=kind, **details)
        if kind == "engine_ended":
            details["code"] = ErrorCode.ENGINE_ENDED.value
            return EngineEndedError(message, kind=kind, **details)
        variant = details.get("code", "") if kind == "refused" else kind
        return cls._variants.get(variant, cls)(message, kind=kind, **details)

    @classmethod
    def gone(cls, session_id: str, reason: str = "does not exist any more") -> "AgentBayError":
        """Return the error for a session that was deleted or lost. Nothing was sent."""
        message = f"Session {session_id} {reason}: create a new one."
        return cls.of("gone", message, outcome="not_sent")

    @classmethod
    def usage(cls, message: str) -> "AgentBayError":
        """Return the error for invalid arguments. Nothing was sent."""
        return cls.of("usage", message)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args), self.__dict__


def _rebuild(cls: type[AgentBayError], args: tuple[Any, ...]) -> AgentBayError:
    return cls(*args)


AGBError = AgentBayError
APIError = AgentBayError


@public
class AgentBayUsageError(AgentBayError, ValueError, kind="usage"):
    """The client was used incorrectly. Nothing was sent."""


AuthenticationError = AgentBayUsageError


@public
class AgentBayTimeoutError(AgentBayError, TimeoutError, kind="timeout"):
    """The service did not respond before the timeout."""


@public
class SessionError(AgentBayError):
    """A session operation failed."""


@public
class SessionGoneError(SessionError):
    """The session was deleted, was released by the cloud, or is lost. Every operation on it raises this error."""


@public
class EngineEndedError(SessionGoneError):
    """The local engine has ended, and its sessions with it. Every call of its clients raises this error."""


@public
class SessionUsageError(SessionError, ValueError, kind="usage"):
    """A session operation has invalid arguments. Nothing was sent."""


@public
class SessionTimeoutError(SessionError, TimeoutError, kind="timeout"):
    """A session operation, or a strict client's wait for a state, timed out."""


@public
class CommandError(AgentBayError):
    """A command could not run, or failed with ``check=True``."""


@public
class CommandUsageError(CommandError, ValueError, kind="usage"):
    """A command has invalid arguments. Nothing was sent."""


@public
class CommandTimeoutError(CommandError, TimeoutError, kind="timeout"):
    """A command got no response before the timeout."""


@public
class FileError(AgentBayError):
    """A file operation failed."""


@public
class FileUsageError(FileError, ValueError, kind="usage"):
    """A file operation has invalid arguments. Nothing was sent."""


@public
class FileTimeoutError(FileError, TimeoutError, kind="timeout"):
    """A file operation timed out."""


@public
class FileMissingError(FileError, FileNotFoundError, code=ErrorCode.NOT_FOUND):
    """There is no such file or folder."""

    errno = errno.ENOENT


@public
class FileConflictError(FileError, FileExistsError, code=ErrorCode.ALREADY_EXISTS):
    """There is a file or folder of this name already."""

    errno = errno.EEXIST


@public
class FileIsDirectoryError(FileError, IsADirectoryError, code=ErrorCode.IS_DIRECTORY):
    """The operation needs a file, and this is a folder."""

    errno = errno.EISDIR


@public
class FileNotDirectoryError(FileError, NotADirectoryError, code=ErrorCode.NOT_A_DIRECTORY):
    """The operation needs a folder, and this, or a part of the path, is a file."""

    errno = errno.ENOTDIR


@public
class FilePermissionError(FileError, PermissionError, code=ErrorCode.PERMISSION_DENIED):
    """The session's user may not do this."""

    errno = errno.EACCES


@public
class FileReadOnlyError(FileError, OSError, code=ErrorCode.READ_ONLY):
    """The file system is read-only."""

    errno = errno.EROFS


@public
class FileTooLargeError(FileError, OSError, code=ErrorCode.TOO_LARGE):
    """The file or the folder is too large for this operation."""

    errno = errno.EFBIG


@public
class FileNotTextError(FileError, UnicodeError, code=ErrorCode.NOT_TEXT):
    """The file is not UTF-8 text: read it as bytes."""


@public
class ContextError(AgentBayError):
    """A context operation failed."""


@public
class ContextUsageError(ContextError, ValueError, kind="usage"):
    """A context operation has invalid arguments. Nothing was sent."""


@public
class ContextTimeoutError(ContextError, TimeoutError, kind="timeout"):
    """A context operation timed out."""


@public
class ClearanceTimeoutError(ContextTimeoutError):
    """The wait for a context to be cleared timed out."""


@public
class GitError(AgentBayError):
    """A git command failed."""

    @property
    def exit_code(self) -> int | None:
        """Git's exit code; None if it did not complete."""
        return getattr(self.result, "exit_code", None)

    @property
    def stderr(self) -> str:
        """Git's standard error."""
        return getattr(self.result, "stderr", "")


@public
class GitUsageError(GitError, ValueError, kind="usage"):
    """A git command has invalid arguments. Nothing was sent."""


@public
class GitTimeoutError(GitError, TimeoutError, kind="timeout"):
    """A git command timed out."""


@public
class GitAuthError(GitError):
    """Authentication with the remote repository failed."""


@public
class GitConflictError(GitError):
    """A merge conflict must be resolved."""


@public
class GitNotARepoError(GitError):
    """The path is not a git repository."""


@public
class GitNotFoundError(GitError):
    """Git is not installed in the session."""


@public
class CodeError(CommandError):
    """Code could not run, or raised with ``check=True``. ``result`` is the result of the run."""


@public
class CodeUsageError(CodeError, ValueError, kind="usage"):
    """A code run has invalid arguments. Nothing was sent."""


@public
class CodeTimeoutError(CodeError, TimeoutError, kind="timeout"):
    """A code run got no response before the timeout."""


@public
class WsCancelledError(CodeUsageError):
    """A code stream was read after its block had been left before the end of the run."""


@public
class EnvError(AgentBayError):
    """An operation on environment variables failed."""


@public
class EnvUsageError(EnvError, ValueError, kind="usage"):
    """An operation on environment variables has invalid arguments. Nothing was sent."""


@public
class EnvTimeoutError(EnvError, TimeoutError, kind="timeout"):
    """An operation on environment variables timed out."""


@public
class OssError(AgentBayError):
    """An operation on object storage failed."""


@public
class OssUsageError(OssError, ValueError, kind="usage"):
    """An operation on object storage has invalid arguments. Nothing was sent."""


@public
class OssTimeoutError(OssError, TimeoutError, kind="timeout"):
    """An operation on object storage timed out."""


@public
class SkillError(AgentBayError):
    """An operation on skills failed."""


@public
class SkillUsageError(SkillError, ValueError, kind="usage"):
    """An operation on skills has invalid arguments. Nothing was sent."""


@public
class SkillTimeoutError(SkillError, TimeoutError, kind="timeout"):
    """An operation on skills timed out."""


@public
class PtyError(AgentBayError):
    """An operation on a terminal failed."""


PtySessionNotFoundError = PtyError


@public
class PtyUsageError(PtyError, ValueError, kind="usage"):
    """A terminal operation has invalid arguments. Nothing was sent."""


@public
class PtyTimeoutError(PtyError, TimeoutError, kind="timeout"):
    """A terminal operation, or a wait for the shell's exit, timed out."""


@public
class PtyNotConnectedError(PtyUsageError):
    """The terminal was disconnected. Nothing was sent."""


@public
class ScreenError(AgentBayError):
    """An operation on a screen, its input, windows or applications failed."""


@public
class ScreenUsageError(ScreenError, ValueError, kind="usage"):
    """An operation on a screen, its input, windows or applications has invalid arguments. Nothing was sent."""


@public
class ScreenTimeoutError(ScreenError, TimeoutError, kind="timeout"):
    """An operation on a screen, its input, windows or applications timed out."""


ApplicationError = ScreenError


@public
class BrowserError(AgentBayError):
    """An operation on the browser failed."""


@public
class BrowserUsageError(BrowserError, ValueError, kind="usage"):
    """An operation on the browser has invalid arguments. Nothing was sent."""


@public
class BrowserTimeoutError(BrowserError, TimeoutError, kind="timeout"):
    """An operation on the browser timed out."""


@public
class AgentError(AgentBayError):
    """An agent's task failed."""


@public
class AgentUsageError(AgentError, ValueError, kind="usage"):
    """An agent's task has invalid arguments. Nothing was sent."""


@public
class AgentTimeoutError(AgentError, TimeoutError, kind="timeout"):
    """An agent's task timed out."""


__all__ = [
    "AGBError",
    "APIError",
    "AgentBayError",
    "AgentBayTimeoutError",
    "AgentBayUsageError",
    "AgentError",
    "AgentTimeoutError",
    "AgentUsageError",
    "ApplicationError",
    "AuthenticationError",
    "BrowserError",
    "BrowserTimeoutError",
    "BrowserUsageError",
    "ClearanceTimeoutError",
    "CodeError",
    "CodeTimeoutError",
    "CodeUsageError",
    "CommandError",
    "CommandTimeoutError",
    "CommandUsageError",
    "ContextError",
    "ContextTimeoutError",
    "ContextUsageError",
    "EngineEndedError",
    "EnvError",
    "EnvTimeoutError",
    "EnvUsageError",
    "FileConflictError",
    "FileError",
    "FileIsDirectoryError",
    "FileMissingError",
    "FileNotDirectoryError",
    "FileNotTextError",
    "FilePermissionError",
    "FileReadOnlyError",
    "FileTimeoutError",
    "FileTooLargeError",
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
    "PtyNotConnectedError",
    "PtySessionNotFoundError",
    "PtyTimeoutError",
    "PtyUsageError",
    "ScreenError",
    "ScreenTimeoutError",
    "ScreenUsageError",
    "SessionError",
    "SessionGoneError",
    "SessionTimeoutError",
    "SessionUsageError",
    "SkillError",
    "SkillTimeoutError",
    "SkillUsageError",
    "WsCancelledError",
]
