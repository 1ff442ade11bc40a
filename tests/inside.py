"""Servers inside sessions."""

import pytest

serves_on_a_port = pytest.mark.usefixtures("a_turn_at_the_ports")
"""Where sessions share the machine's network they share its ports: the tests that listen on one take turns."""


def listening(server: str) -> str:
    """Return the command that starts a server of Python's, and ends once it listens."""
    return f"nohup python3 -u {server} >log 2>&1 & until grep -q ^Serving log; do sleep 0.01; done"


def web(port: int) -> str:
    """Return the command that serves the working folder on ``port``."""
    return listening(f"-m http.server {port}")
