"""A desktop is ready once its window manager takes windows, and not before."""

import os
import signal

import pytest

from .live import Line, Live


def test_a_window_manager_that_does_not_serve_yet_is_waited_for(live: Live, line: Line) -> None:
    assert line.call("ping")["manager"] == "Openbox"
    os.kill(live.manager.pid, signal.SIGSTOP)
    try:
        with live.service(waits=False) as other:
            other.sock.settimeout(1)
            with pytest.raises(TimeoutError):  # it has its name already
                other.call("ping")
            os.kill(live.manager.pid, signal.SIGCONT)
            other.sock.settimeout(60)
            assert other.receive()[0]["value"]["manager"] == "Openbox"
    finally:
        os.kill(live.manager.pid, signal.SIGCONT)
