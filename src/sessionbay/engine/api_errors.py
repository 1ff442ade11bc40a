"""The errors of the engine's API, worded as the clouds word them where that is known."""

from ..core.error_codes import ErrorCode
from ..models.sessions import SessionStatus
from ..operations.code import refusal_code
from ..operations.file_failures import classify

GONE = (SessionStatus.FINISH, SessionStatus.DELETING)


class ApiError(Exception):
    """A failed operation.

    ``gateway`` is set for errors that a cloud's gateway returns before the operation is reached.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, gateway: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.gateway = gateway


class ToolFailure(Exception):
    """A failed tool call; ``text`` is its error output."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


def no_session() -> ApiError:
    """Return the error for a session that does not exist; the blanks are AgentBay's."""
    return ApiError(ErrorCode.SESSION_GONE, "  Resource [McpSession] is not found.", gateway=True)


def bad_key() -> ApiError:
    """Return the error for a wrong key."""
    return ApiError("NOT_LOGIN", "You are not logged in or your login token has expired", gateway=True)


def not_running(status: str) -> ApiError:
    """Return the error for an operation that requires a running session."""
    if status in GONE:
        return no_session()
    hint = ": resume it first" if status == "PAUSED" else ""
    return ApiError("InvalidSessionStatus", f"The session is {status}{hint}.", status=409)


def execution_failed(message: str, code: str = "InvalidParameter", *, rpc_code: int = -32602) -> ToolFailure:
    """Return a tool's failure in the clouds' form, with the code that the engine adds."""
    return ToolFailure(f"Execution failed. Error code:{rpc_code} Error message: {message}", code)


def tool_refusal(error: ApiError) -> ToolFailure:
    """Return a tool's failure for an error that other operations have, too."""
    return ToolFailure(execution_failed(str(error)).text, error.code)


def failure_code(message: str) -> str:
    """Return the code of a failure inside the session, from the agent's message."""
    return refusal_code(message) or classify(message) or ErrorCode.FAILED.value
