"""The codes of failures that do not depend on the cloud. docs/reference/errors.md lists these and the engine's."""

from enum import StrEnum

from .public import public


@public
class ErrorCode(StrEnum):
    """The codes that this package gives to failures; other codes are the service's own.

    A code is a plain string: ``result.code == "not_found"`` works.

    Example:
        ```python
        print(ErrorCode.NOT_FOUND == "not_found")
        ```
    """

    # Files.
    NOT_FOUND = "not_found"
    IS_DIRECTORY = "is_directory"
    NOT_A_DIRECTORY = "not_a_directory"
    NOT_A_FILE = "not_a_file"  # a socket, a pipe, a device
    DIRECTORY_NOT_EMPTY = "directory_not_empty"
    PERMISSION_DENIED = "permission_denied"
    ALREADY_EXISTS = "already_exists"
    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    READ_ONLY = "read_only"
    NO_SPACE = "no_space"
    TEXT_NOT_FOUND = "text_not_found"  # an edit of a text that the file does not contain
    # Commands and code.
    TIMEOUT = "timeout"
    EXIT_CODE = "exit_code"  # a command exited with a code other than 0
    CODE_RAISED = "code_raised"
    KERNEL_DIED = "kernel_died"  # code ended the process that runs it, with all variables
    LANGUAGE_UNAVAILABLE = "language_unavailable"
    OUTPUT_TRUNCATED = "output_truncated"
    # Any tool.
    FAILED = "failed"  # for another reason, which the message has
    # Sessions; the code of both clouds' gateways.
    SESSION_GONE = "InvalidMcpSession.NotFound"
    # The local engine.
    ENGINE_ENDED = "engine_ended"
