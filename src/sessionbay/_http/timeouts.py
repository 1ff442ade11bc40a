"""Timeouts of connections."""

CONNECT_TIMEOUT = 5.0  # seconds
CLOSE_TIMEOUT = 1.0  # seconds that a graceful close may take


def format_timeout(limit: float | None) -> str:
    """Return " within N s" for an error message, empty without a limit."""
    return "" if limit is None else f" within {limit:.3g} s"


def connect_timeout(limit: float, connect: float | None) -> float:
    """Return the timeout of the connect step in seconds, for a call that may take ``limit`` seconds."""
    return min(limit, connect or CONNECT_TIMEOUT)


def step_timeouts(limit: float, connect: float | None) -> dict[str, float | None]:
    """Return the timeouts of the steps of an exchange in seconds, by the names that httpx has for the steps."""
    return {"connect": connect_timeout(limit, connect), "read": limit, "write": limit, "pool": limit}
