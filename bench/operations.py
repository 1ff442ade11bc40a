"""The operations that ``bench.breaking`` interrupts, and the callers that repeat them."""

import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from sessionbay import AgentBay, AgentBayError, ContextSync, Session, SyncPolicy, UploadPolicy

FILES, SIZE = 12, 200_000  # of a context
FOLDER = "/tmp/data"
WRITE = f"head -c {SIZE} /dev/zero | tr '\\0' %s >{FOLDER}/$n || exit 1"  # or a sync copies half a file of a full disk
REWRITE = f"mkdir -p {FOLDER} && for n in $(seq {FILES}); do {WRITE}; done"
SERVER = "cd /tmp; echo fine >page; nohup python3 -m http.server 8000 >/dev/null 2>&1 & "
SERVER += "until (exec 3<>/dev/tcp/127.0.0.1/8000) 2>/dev/null; do sleep 0.02; done"


class CallFailed(Exception):
    """A call that was refused, or whose effect is not as it should be."""


class Job:
    """One operation of one caller: ``prepare`` is called once, ``call`` again and again."""

    def __init__(self, bay: AgentBay, number: int) -> None:
        self.bay = bay
        self.number = number
        self.session: Session | None = None

    def prepare(self) -> None:
        """Create what the calls need."""
        self.session = self.bay.create().raise_for_error().session

    def call(self, turn: int) -> None:
        """Do it once."""
        raise NotImplementedError

    @property
    def own(self) -> Session:
        """The session of this caller."""
        assert self.session
        return self.session


class Command(Job):
    """A command that writes and reads a file."""

    def call(self, turn: int) -> None:
        self.own.command.run(f"echo {turn} >/tmp/turn; cat /tmp/turn; sleep 0.2").raise_for_error()


class Creation(Job):
    """The creation of a session; a few are deleted."""

    def prepare(self) -> None:
        self.bay.list().raise_for_error()

    def call(self, turn: int) -> None:
        self.session = self.bay.create().raise_for_error().session
        if turn % 4 == 0:
            self.own.delete().raise_for_error()


class Deletion(Job):
    """The deletion of a session."""

    def call(self, turn: int) -> None:
        self.own.delete().raise_for_error()
        super().prepare()


class Sync(Job):
    """Copies of changed files to a context and back."""

    mode = "File"

    def prepare(self) -> None:
        super().prepare()
        context = self.bay.context.create(f"of-caller-{self.number}").raise_for_error().context_id
        policy = SyncPolicy(upload_policy=UploadPolicy(auto_upload=False, upload_mode=self.mode))  # type: ignore[arg-type]
        self.own.context.bind(ContextSync(context_id=context, path=FOLDER, policy=policy)).raise_for_error()

    def call(self, turn: int) -> None:
        self.own.command.run(REWRITE % "abcdefgh"[turn % 8]).raise_for_error()
        self.own.context.sync(mode="upload").raise_for_error()
        self.own.context.sync(mode="download").raise_for_error()


class Archive(Sync):
    """The same as one archive."""

    mode = "Archive"


class Upload(Job):
    """An upload to a context, a file that is written, and an upload to a session."""

    def call(self, turn: int) -> None:
        content = bytes([97 + turn % 8]) * 1_000_000
        context = self.bay.context.create(f"uploads-{self.number}").raise_for_error().context_id
        sent = self.bay.context.upload_file(context, f"/files/{turn % 3}", content)
        if not sent.success:
            raise CallFailed(sent.error_message)
        self.own.file_system.write_file("/tmp/written", "x" * 500_000).raise_for_error()
        with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:  # not on the disk that becomes full
            file.write(content)
            file.flush()
            self.own.file_system.upload_file(file.name, "/tmp/uploaded").raise_for_error()


class Link(Job):
    """A request through a link."""

    def prepare(self) -> None:
        super().prepare()
        self.own.command.run(SERVER).raise_for_error()

    def call(self, turn: int) -> None:
        link = self.own.get_link(port=30100 if turn < 0 else 8000).raise_for_error().data
        assert link
        with httpx.Client(trust_env=False, timeout=30) as http:
            http.get(f"{link.rstrip('/')}/page", follow_redirects=True).raise_for_status()


class Desktop(Job):
    """A program that is started on a desktop, clicked and photographed; each third session is deleted."""

    def prepare(self) -> None:
        self.session = self.bay.create(image_id="linux_latest").raise_for_error().session

    def call(self, turn: int) -> None:
        self.own.computer.start_app("xterm").raise_for_error()
        self.own.computer.click_mouse(100 + turn % 100, 100).raise_for_error()
        self.own.computer.take_screenshot().raise_for_error()
        if turn % 3 == 2:
            self.own.delete().raise_for_error()
            self.prepare()


OPERATIONS: dict[str, type[Job]] = {
    "sync": Sync,
    "archive": Archive,
    "upload": Upload,
    "creation": Creation,
    "deletion": Deletion,
    "command": Command,
    "link": Link,
    "desktop": Desktop,
}


class Caller:
    """Repeats an operation, and records how long each call took to answer."""

    def __init__(self, address: dict[str, Any], job: type[Job], number: int) -> None:
        self.name = f"caller {number}"
        self.has_begun = threading.Event()
        self.failures = 0
        self.error: Exception | None = None
        self._address = address
        self._job = job
        self._number = number
        self._stopping = threading.Event()
        self._calls: list[tuple[float, float, bool]] = []

    def stop(self) -> None:
        """Make the current call the last."""
        self._stopping.set()

    def run(self) -> None:
        """Call until stopped; the next call follows a failure after a moment."""
        with AgentBay(**self._address) as bay:
            job = self._job(bay, self._number)
            if self._timed(job.prepare):
                for turn in range(100_000):
                    self.has_begun.set()
                    if not self._timed(lambda turn=turn: job.call(turn)):  # type: ignore[misc]
                        self._stopping.wait(0.05)
                    if self._stopping.is_set():
                        break
            self.has_begun.set()

    def longest_since(self, moment: float, *, failed: bool) -> float:
        """Return the longest time after ``moment`` that a call took to fail, or to succeed."""
        calls = [(start, end) for start, end, has_failed in self._calls if end > moment and has_failed == failed]
        return max((end - max(start, moment) for start, end in calls), default=0.0)

    def _timed(self, call: Callable[[], object]) -> bool:
        start, failed = time.monotonic(), False
        try:
            call()
        except (AgentBayError, CallFailed, httpx.HTTPError, OSError) as exc:
            self.failures, self.error, failed = self.failures + 1, exc, True
        self._calls.append((start, time.monotonic(), failed))
        return not failed


def is_whole(path: Path) -> bool:
    """Return whether a stored file is one that a caller has written, and all of it."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    content = path.read_bytes()
    return len(set(content)) == 1 and len(content) in (SIZE, 1_000_000)
