"""Attacks on the host: by its other users, by impostors on its ports and paths, and by what a session has planted."""

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil

from sessionbay import AgentBay, AgentBayError, RetryPolicy
from sessionbay._sync.http import pool
from sessionbay._sync.ws import socket as websocket
from sessionbay.cli import daemon
from sessionbay.core import challenge
from sessionbay.core.secrets import Secret
from sessionbay.engine import crash_cleanup, discovery, workdir
from sessionbay.engine.sandbox.sandbox import Sandbox

from .attack import add, attack
from .scene import PATIENCE, Scene, as_other

USERS = "other users of the machine"
IDENTITY = "false identity"
PLANTED = "planted trust"
NOBODY = 65534
KEY = "akm-attack-canary"


def written(home: Path, port: int, **changes: Any) -> Path:
    """Write where an engine would be, as this process."""
    payload = {
        "endpoint": f"http://127.0.0.1:{port}",
        "api_key": KEY,
        "pid": os.getpid(),
        "started": discovery.started_at(os.getpid()),
        "boot_id": discovery.boot_id(),
        "version": "0",
    }
    file = home / "engine.json"
    file.write_text(json.dumps(payload | changes))
    file.chmod(0o600)
    return file


class Impostor(BaseHTTPRequestHandler):
    """Says yes to everything, and keeps what it hears."""

    received: list[str]
    answer: Callable[[str], bytes]

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.received.append(f"{self.path} {self.headers} {body.decode('latin-1')}")
        data = type(self).answer(self.path)
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815  # as the library calls it

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def impostor(answer: Callable[[str], bytes], port: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Serve as an impostor; give the port, and what is heard on it."""
    received: list[str] = []
    handler = type("Handler", (Impostor,), {"received": received, "answer": staticmethod(answer)})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1], received
        finally:
            server.shutdown()
            thread.join()


def told_to(received: list[str]) -> str | None:
    """Use the published engine as a program does; return what it told the impostor of its key."""
    try:
        if (found := discovery.find()) is not None:
            form = {"Authorization": f"Bearer {found.api_key.reveal()}"}
            httpx.post(f"{found.endpoint}/?Action=ListSession", data=form, trust_env=False, timeout=PATIENCE)
    except OSError:
        pass
    return next((line for line in received if KEY in line), None)


def trusting(scene: Scene) -> None:
    """Believe whatever is in the file's place."""
    scene.patch.setattr(discovery, "_check", lambda *_: None)
    scene.patch.setattr(discovery, "holds", lambda *_: True)
    flags = os.O_RDONLY | os.O_DIRECTORY
    scene.patch.setattr(discovery, "_open_checked", lambda home: os.open(home, flags))
    scene.patch.setattr(discovery, "_read", lambda at: Path(f"/proc/self/fd/{at}/engine.json").read_bytes())


def misplaced(change: Callable[[Path, Path], None]) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        home = scene.state()
        home.mkdir(mode=0o700)
        with impostor(lambda path: b"{}") as (port, received):
            change(home, written(home, port))
            return told_to(received)

    return attempt


def moved(path: Path) -> None:
    aside = path.with_name(f"{path.name}-aside")
    path.rename(aside)
    path.symlink_to(aside)


PLACES: dict[str, tuple[str, Callable[[Path, Path], None], tuple[str, ...]]] = {
    "folder-of-another-user": (
        "made by another user before us.",
        lambda home, file: os.chown(home, NOBODY, 0),
        ("root",),
    ),
    "folder-that-is-a-link": ("a link to a folder of the attacker's.", lambda home, file: moved(home), ()),
    "folder-open-to-all": ("one that everyone may write to.", lambda home, file: home.chmod(0o777), ()),
    "file-of-another-user": (
        "with another user's file in it.",
        lambda home, file: os.chown(file, NOBODY, 0),
        ("root",),
    ),
    "file-that-is-a-link": ("with a link in the file's place.", lambda home, file: moved(file), ()),
    "file-open-to-all": ("with a file that everyone may write to.", lambda home, file: file.chmod(0o666), ()),
}
for _kind, (_about, _change, _needs) in PLACES.items():
    add(
        f"state-{_kind}",
        IDENTITY,
        "the folder and the file must be the user's own alone, and no links",
        misplaced(_change),
        trusting,
        f"The folder that says where the shared engine is, {_about}",
        needs=_needs,
    )


@attack(IDENTITY, "the engine proves that it has the key before it is sent", trusting)
def server_that_is_no_engine(scene: Scene) -> str | None:
    """A server of the attacker's on the port of an engine that has ended."""
    home = scene.state()
    home.mkdir(mode=0o700)
    with impostor(lambda path: b'{"engine": "sessionbay", "proof": "0000"}') as (port, received):
        written(home, port)
        return told_to(received)


def proof_without_a_port(scene: Scene) -> None:
    """Prove the key, and not where one listens."""
    real = challenge.challenge_response
    scene.patch.setattr(challenge, "challenge_response", lambda key, challenge, port: real(key, challenge, 0))


@attack(IDENTITY, "the proof is about the port that the engine listens on", proof_without_a_port)
def server_between(scene: Scene) -> str | None:
    """A server that has the real engine answer for it, to get the key of the next request."""
    home = scene.state()
    home.mkdir(mode=0o700)
    with impostor(lambda path: scene.http("GET", path).content) as (port, _):
        written(home, port, api_key=scene.key)
        found = discovery.find()
        return f"{found.endpoint} is believed" if found else None


def proved_once(scene: Scene) -> None:
    """Know an engine again by its address."""
    for module in (pool, websocket):
        scene.patch.setattr(module, "authenticate", lambda *_: None)


@attack(IDENTITY, "each connection to the shared engine proves itself, before anything is said on it", proved_once)
def server_after_the_engine(scene: Scene) -> str | None:
    """A server of the attacker's on the port of an engine that ends while a client is in use."""
    scene.state()
    engine = scene.started()
    discovery.publish(engine.endpoint, engine.api_key)
    scene.ending.callback(discovery.withdraw)
    bay = scene.ending.enter_context(AgentBay(endpoint="local", retry=RetryPolicy(attempts=1)))
    session = bay.create().unwrap()
    secrets = (engine.api_key.reveal(), session.get_token(), "a word of the user's")
    engine.stop()
    uses: list[Callable[[], object]] = [
        bay.list,
        lambda: session.command.run("echo a word of the user's"),
        lambda: session.pty.create(),
    ]
    with impostor(lambda path: b'{"proof": "0000"}', Scene(engine, scene.patch, scene.folder).port) as (_, received):
        for use in uses:
            with contextlib.suppress(AgentBayError):
                use()
        return next((line for line in received if any(secret in line for secret in secrets)), None)


def number_only(scene: Scene) -> None:
    """Take a process for the engine by its number."""
    scene.patch.setattr(discovery, "started_at", lambda pid: 1)
    scene.patch.setattr(daemon, "started_at", lambda pid: 1)
    scene.patch.setattr(crash_cleanup, "_remaining", lambda pid, *_: [psutil.Process(pid)])


@contextmanager
def decoy() -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that waits, and has nothing to do with any engine."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        yield process


@attack(IDENTITY, "a process is known by when it started, too", number_only)
def number_of_another_process(scene: Scene) -> str | None:
    """Stop an engine whose number has gone to another process."""
    home = scene.state()
    home.mkdir(mode=0o700)
    with decoy() as process:
        written(home, 1, pid=process.pid, started=1)
        daemon.stop(1)
        return "the other process was ended" if process.poll() is not None else None


@attack(IDENTITY, "a process is known by when it started, too", number_only)
def left_over_number(scene: Scene) -> str | None:
    """Clean up after an engine whose session's number has gone to another process."""
    with decoy() as process:
        root = scene.folder / "sessions" / "1"
        root.mkdir(parents=True)
        (root / crash_cleanup.RECORD).write_text(f"{process.pid} 1 {crash_cleanup.BOOT.read_text().strip()} ")
        crash_cleanup.end_recorded(scene.folder)
        try:
            process.wait(0.3)
        except subprocess.TimeoutExpired:
            return None
        return "the other process was ended"


@attack(
    USERS,
    "written for the user alone, in a folder for the user alone",
    lambda scene: open_to_all(scene),
    needs=("root",),
)
def key_of_another_user(scene: Scene) -> str | None:
    """Read, as another user, where the shared engine is and what its key is."""
    home = scene.state()
    discovery.publish(scene.engine.endpoint, Secret(KEY))
    scene.ending.callback(discovery.withdraw)
    return as_other(NOBODY, lambda: (home / "engine.json").read_text())


def open_to_all(scene: Scene) -> None:
    """Write state as most programs do."""
    real = discovery.publish

    def publish(*args: Any) -> None:
        real(*args)
        folder = Path(os.environ["SESSIONBAY_HOME"])
        folder.chmod(0o755)
        (folder / "engine.json").chmod(0o644)

    scene.patch.setattr(discovery, "publish", publish)


def folders_open_to_all(scene: Scene) -> None:
    """Make sessions' folders as most programs make theirs."""
    real = Sandbox._make

    def make(self: Sandbox, folder: Path, mode: int = 0o700) -> None:
        real(self, folder, mode | 0o755)

    scene.patch.setattr(Sandbox, "_make", make)


@attack(USERS, "a session's folders are for its own user alone", folders_open_to_all, needs=("root",))
def files_of_a_session(scene: Scene) -> str | None:
    """Read, as another user of the machine, a file of a session's."""
    session = scene.session()
    session.file_system.write_file("secret", "the session's secret").raise_for_error()
    home = scene.home(session)
    return as_other(NOBODY, lambda: (home / "secret").read_text())


def unlocked(scene: Scene) -> None:
    """Have locks hold nobody off."""
    scene.patch.setattr(fcntl, "flock", lambda *_: None)


@attack(
    USERS,
    "a folder is locked while its engine lives",
    unlocked,
)
def folder_of_a_living_engine(scene: Scene) -> str | None:
    """Have another engine take the folder of a living one for left over."""
    apart = Path(tempfile.mkdtemp(prefix="attack-"))  # a sweep takes every folder that it finds
    apart.chmod(0o711)
    scene.ending.callback(shutil.rmtree, apart, ignore_errors=True)
    scene.patch.setattr(tempfile, "tempdir", str(apart))
    scene.started()
    asyncio.run(workdir.sweep())
    return None if list(apart.iterdir()) else "the folder of a living engine is gone"


# --- planted trust

CANARY = "canary"
PLANTS = {
    "sitecustomize.py": "open({canary!r}, 'w')",
    "usercustomize.py": "open({canary!r}, 'w')",
    "conftest.py": "open({canary!r}, 'w')",
    "sessionbay.py": "open({canary!r}, 'w')",
    "rich.py": "open({canary!r}, 'w')",
    "json.py": "open({canary!r}, 'w')",
    "evil.pth": "import sys; open({canary!r}, 'w')",
    ".netrc": "machine 127.0.0.1 login evil password evil",
    "engine.json": '{{"endpoint": "http://127.0.0.1:1", "api_key": "evil"}}',
    ".git/config": "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = touch {canary}\n\thooksPath = hooks\n",
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/objects/.keep": "",
    ".git/refs/.keep": "",
}
RUNS = "from sessionbay import AgentBay; bay = AgentBay(endpoint='local'); print(bay.list().success); bay.close()"


def programs(scene: Scene) -> list[list[str]]:
    """Return the host's programs that are run where a session has planted its files."""
    script = Path(sys.executable).with_name("sessionbay")
    start = [str(script)] if script.exists() else [sys.executable, "-P", "-m", "sessionbay.cli"]
    more = [["git", "status"]] if "git" in scene.marks else []
    more += [[sys.executable, "-m", "sessionbay.cli", "--help"]] if "python" in scene.marks else []
    return [[*start, "doctor"], [sys.executable, "-P", "-c", RUNS], *more]


def planted(*names: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        session = scene.session()
        home = scene.home(session)
        canary = scene.folder / CANARY
        for name in names:
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(PLANTS[name].format(canary=str(canary)))
        environment = {
            **os.environ,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }
        for words in programs(scene):
            subprocess.run(words, cwd=home, env=environment, capture_output=True, timeout=100, check=False)
        return "it ran on the host" if canary.exists() else None

    return attempt


add(
    "planted-modules",
    PLANTED,
    "the command's own program looks for modules nowhere in the working folder",
    planted("sitecustomize.py", "usercustomize.py", "conftest.py", "sessionbay.py", "rich.py", "json.py", "evil.pth"),
    lambda scene: scene.marks.add("python"),
    "Modules that Python finds in the folder where it is started; the user then works in that folder.",
)
add(
    "planted-git",
    PLANTED,
    "nothing of the engine's runs git, or any program that reads settings of the folder, on the host",
    planted(".git/config", ".git/HEAD", ".git/objects/.keep", ".git/refs/.keep", ".netrc", "engine.json"),
    lambda scene: scene.marks.add("git"),
    "A repository whose settings name a command to run, with every git command.",
    needs=("git",),
)
