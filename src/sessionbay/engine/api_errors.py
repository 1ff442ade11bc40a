"""How the engine says no: in the clouds' own words where those are known."""


class ApiError(Exception):
    """The engine's "no" to an operation.

    ``gateway`` is set where a cloud's gateway refuses before the operation is reached.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, gateway: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.gateway = gateway


class ToolFailure(Exception):
    """A tool's own "no": ``text`` is what it answers as its error."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def no_session() -> ApiError:
    """Return the refusal for a session that does not exist (any more), blanks and all as AgentBay words it."""
    return ApiError("InvalidMcpSession.NotFound", "  Resource [McpSession] is not found.", gateway=True)


def bad_key() -> ApiError:
    """Return the refusal for a wrong key."""
    return ApiError("NOT_LOGIN", "You are not logged in or your login token has expired", gateway=True)


def not_running(status: str) -> ApiError:
    """Return the refusal for something that only a running session can do."""
    hint = ": resume it first" if status == "PAUSED" else ""
    return ApiError("InvalidSessionStatus", f"the session is {status}{hint}", status=409)


def execution_failed(code: int, message: str) -> ToolFailure:
    """Return a tool's failure in the clouds' form."""
    return ToolFailure(f"Execution failed. Error code:{code} Error message: {message}")
