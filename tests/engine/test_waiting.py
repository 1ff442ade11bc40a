"""The engine's loop serves all sessions: it waits for no single process, and touches none that is not its own."""

import subprocess
import time

import pytest

from sessionbay.engine import workdir
from sessionbay.engine.sandbox import process_exit
from sessionbay.engine.sandbox.pasta import kill_group

from .boxes import done


class Undying(subprocess.Popen[bytes]):
    """A process that was killed, and that the kernel does not give up."""

    def poll(self) -> None:
        """Tell that it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Show that nobody may wait here."""
        raise AssertionError("the loop would stand still")


def test_a_removal_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workdir, "REMOVE_TIMEOUT", 0.1)
    begun = time.monotonic()
    done(workdir._run("sleep", "50"))
    assert time.monotonic() - begun < 40


def test_a_process_that_does_not_end_when_it_is_killed_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(process_exit, "STOP_TIMEOUT", 0.1)
    process = Undying(["sleep", "60"])
    done(process_exit.kill_process(process))
    assert f"process {process.pid} was killed and does not end" in caplog.text
    assert super(Undying, process).wait() == -9


def test_a_group_that_has_got_the_number_of_one_that_has_ended_is_not_touched() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as decoy:
        ended.pid = decoy.pid
        done(kill_group(ended))
        assert decoy.poll() is None
        decoy.kill()
