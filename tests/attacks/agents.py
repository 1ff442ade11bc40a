"""Attacks on the agent, and by it: taken over, it may say what it likes, and may not reach beyond its session."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from sessionbay import Session
from sessionbay.engine import api_errors, session_registry
from sessionbay.engine.agent import connection
from sessionbay.engine.sandbox import bwrap

from ..engine.processes import eventually
from .attack import add, attack
from .defences_off import agent_with, change_agent, soft, words
from .scene import Scene, descriptors, got, output, python

TAKEOVER = "taking the agent over"
FORGED = "forged frames"

# What commands try on the agent, their parent.
WAYS = {
    "reading-its-memory": "open(f'/proc/{agent}/mem', 'rb').close(); print('got: memory')",
    "writing-its-memory": "open(f'/proc/{agent}/mem', 'r+b').close(); print('got: memory')",
    "reading-its-environment": "print('got:', open(f'/proc/{agent}/environ').read())",
    "listing-its-descriptors": "print('got:', os.listdir(f'/proc/{agent}/fd'))",
    "tracing-it": "print('got: it' if libc.ptrace(0x4206, agent, 0, 0) == 0 else 'refused')",
    "taking-its-line": (
        "pidfd = os.pidfd_open(agent)\n"
        "taken = [fd for fd in range(3, 64) if libc.syscall(438, pidfd, fd, 0) >= 0]\n"
        "print('got:' if taken else 'refused', taken)"
    ),
}


def on_agent(code: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        begin = "import ctypes, os, sys\nlibc = ctypes.CDLL(None, use_errno=True)\nagent = int(sys.argv[1])\n"
        return got(python(scene.lost_session(), begin + code, "$PPID"))

    return attempt


for _kind, _code in WAYS.items():
    add(
        f"agent-{_kind}",
        TAKEOVER,
        "the agent is not dumpable",
        on_agent(_code),
        soft("dumpable", "landlock"),
        f"A command tries it on its parent, the agent: {_kind.replace('-', ' ')}.",
    )


@attack(
    TAKEOVER,
    "the agent's interpreter looks nowhere but in its own folder",
    lambda scene: change_agent(scene, lambda start: f"import sys; sys.path.insert(0, ''); {start}"),
    needs=("namespaces",),
)
def module_in_the_agents_way(scene: Scene) -> str | None:
    """Leave modules where the agent works, and have it do what it imports some of that name for."""
    session = scene.lost_session()
    for name in ("shutil", "difflib", "base64", "gzip"):
        session.file_system.write_file(f"{name}.py", "open('/tmp/canary', 'w').write('taken')").unwrap()
    session.file_system.write_file("/tmp/file", "x").unwrap()
    session.file_system.move_file("/tmp/file", "moved")
    session.file_system.edit_file("moved", [{"oldText": "x", "newText": "y"}])
    return output(session, "cat /tmp/canary 2>/dev/null") or None


def libraries_by_a_link(scene: Scene) -> None:
    """Give sessions /lib as a link, as the machine has it."""

    def change(argv: list[str]) -> list[str]:
        place = next(i for i, word in enumerate(argv) if word == "--ro-bind" and argv[i + 2] == "/lib")
        return [*argv[:place], "--symlink", argv[place + 1], *argv[place + 2 :]]

    words(change)(scene)


@attack(
    TAKEOVER,
    "each folder that the agent loads code from is a mount, which cannot be moved",
    libraries_by_a_link,
    needs=("namespaces",),
)
def libraries_in_the_agents_way(scene: Scene) -> str | None:
    """Move the folder of the machine's libraries away, to put others in its place for the agent to load."""
    return got(output(scene.lost_session(), "mv /lib /tmp/lib && echo got: libraries"))


def stay(session_variable: str, value: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        session = scene.session()
        evil = "/tmp" if session_variable == "PYTHONPATH" else value
        session.command.run("true", envs={session_variable: evil})
        return output(session, f'echo "${session_variable}"') or None

    return attempt


def keep_environment(scene: Scene) -> None:
    """Put a command's variables into the agent's own environment."""
    agent_with(
        "import os\n"
        "real = run.Run.__init__\n"
        "def init(self, *args, **more):\n"
        "    real(self, *args, **more)\n"
        "    os.environ.update(self._envs or {})\n"
        "run.Run.__init__ = init"
    )(scene)


for _name in ("LD_PRELOAD", "BASH_ENV", "PYTHONPATH", "GCONV_PATH"):
    add(
        f"environment-{_name.lower().replace('_', '-')}",
        "environment injection",
        "a command's variables are that command's only",
        stay(_name, "/tmp/evil.so"),
        keep_environment,
        f"Set {_name} for one command, and find it in the next.",
    )


# --- an agent that is hostile: it answers the first request, then does what it likes, with the line as `sock`

HOSTILE = """
import array, json, os, socket, struct, sys, time
def frame(answer, blob=b""):
    body = json.dumps(answer).encode()
    return struct.pack("!II", len(body), len(blob)) + body + blob
def send_fds(data, fds):
    sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
def serve(self):
    global sock
    sock, next_request = self._socket._sock, lambda: self._socket.receive()[0]
    self._serve_request(*self._socket.receive())
    time.sleep(0.1)
    exec(HARM, {**globals(), "next_request": next_request})
    time.sleep(60)
handlers.Agent.serve = serve
"""


def hostile(scene: Scene, code: str) -> Session:
    """Return a session whose agent does as ``code`` says; all later ones are honest again."""
    with scene.patch.context() as patch:
        agent_with(f"HARM = {code!r}\n{HOSTILE}")(Scene(scene.engine, patch, scene.folder))
        return scene.lost_session()


def unharmed(scene: Scene, bystander: Session) -> str | None:
    """Return what is wrong with the engine, or with another session of it."""
    begun = time.monotonic()
    reported = bystander.command.run("echo well").output
    if reported != "well\n":
        return f"another session answers {reported!r}"
    return "another session had to wait" if scene.is_late(begun, 2) else None


def ended(scene: Scene, session: Session) -> bool:
    """Return whether a session has soon failed; its processes may end later than its calls are refused."""
    return scene.eventually(lambda: scene.status(session) in api_errors.GONE, 1.5)


def forging(code: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        bystander = scene.session()
        session = hostile(scene, code)
        if not ended(scene, session):
            scene.end(session)
            return "the session goes on"
        return unharmed(scene, bystander)

    return attempt


def trusting(scene: Scene) -> None:
    """Take what comes for what an honest agent sends."""
    for name in ("MAX_FRAME_SIZE", "MAX_VALUES"):
        scene.patch.setattr(connection, name, 2**40)
    real = connection.AgentConnection._take_frames

    def take(self: connection.AgentConnection) -> None:
        try:
            real(self)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            self._buffer.clear()

    scene.patch.setattr(connection.AgentConnection, "_take_frames", take)


FRAMES = {
    "with-no-end": ("A length of 2^32-1.", r'sock.sendall(b"\xff" * 8 + b"x" * 1000)'),
    "too-deep": (
        "200,000 lists in each other.",
        'sock.sendall(struct.pack("!II", 400000, 0) + b"[" * 200000 + b"]" * 200000)',
    ),
    "of-many-values": ("A million lists.", 'sock.sendall(frame({"id": 2, "value": [[]] * 1_000_000}))'),
    "not-json": ("No JSON.", r'sock.sendall(struct.pack("!II", 4, 0) + b"\xff\xfe{{")'),
    "not-an-object": ("JSON, but no object.", "sock.sendall(frame([1, 2]))"),
    "without-an-id": ("An answer to nothing.", 'sock.sendall(frame({"value": 1}))'),
    "with-an-id-that-is-a-list": ("An id that cannot be one.", 'sock.sendall(frame({"id": [], "value": 1}))'),
    "with-a-file-that-is-not-there": (
        "A descriptor is promised, none comes.",
        'sock.sendall(frame({"id": 2, "fds": 1}))',
    ),
}
for _kind, (_about, _code) in FRAMES.items():
    add(
        f"frame-{_kind}", FORGED, "the line is closed at the first frame that is none", forging(_code), trusting, _about
    )


def collect(scene: Scene) -> None:
    """Take every descriptor that comes."""
    scene.patch.setattr(connection, "MAX_DESCRIPTORS", 253)
    real = connection.AgentConnection._read

    def read(self: connection.AgentConnection) -> None:
        real(self)
        if not self.gone.done():
            for fd in filter(None, self._descriptors):
                scene.ending.callback(os.close, fd)
            self._descriptors.clear()

    scene.patch.setattr(connection.AgentConnection, "_read", read)


FLOOD = """
folder = os.open(".", os.O_RDONLY)
for _ in range(20):
    send_fds(frame({"id": 999999}), [folder] * 250)
    time.sleep(0.005)
"""


@attack(FORGED, "a line takes a few descriptors, closes the rest and itself", collect)
def flood_of_descriptors(scene: Scene) -> str | None:
    """250 descriptors with each of 20 messages: the engine is to run out of them."""
    bystander = scene.session()
    before = descriptors()
    session = hostile(scene, FLOOD)
    eventually(lambda: scene.status(session) in api_errors.GONE or descriptors() - before > 50)
    grown = descriptors() - before
    scene.end(session)
    return f"{grown} descriptors more" if grown > 50 else unharmed(scene, bystander)


SERVE = """
while True:
    found = next_request()
    sock.sendall(frame({{"id": found["id"], {answer}}}))
"""


def number_as_descriptor(scene: Scene) -> None:
    """Take the value of an answer for a descriptor."""
    real = connection.AgentConnection.request

    async def descriptor(self: connection.AgentConnection, op: str, **order: Any) -> Any:
        return None, os.dup(await real(self, op, **order))

    scene.patch.setattr(connection.AgentConnection, "request_fd", descriptor)


@attack(FORGED, "a descriptor is one that came over the line, never a number in an answer", number_as_descriptor)
def descriptor_by_its_number(scene: Scene) -> str | None:
    """Answer the question for a connection with a number: the engine's own descriptor of that number."""
    victim = scene.lost_session()
    number = scene.known(victim).sandbox.agent._sock.fileno()
    session = hostile(scene, SERVE.format(answer=f'"value": {number}'))
    link = scene.on_loop(lambda: scene.known(session).links.open(30100))
    with suppress(httpx.HTTPError):
        scene.http("GET", link, timeout=1)
    reported: list[str] = []
    caller = threading.Thread(target=lambda: reported.append(victim.command.run("echo well").output), daemon=True)
    caller.start()
    caller.join(2 * scene.slack)
    scene.end(session)
    scene.end(victim)
    caller.join(2 * scene.slack)
    return None if reported == ["well\n"] else "another session's line"


def one_list_for_all(scene: Scene) -> None:
    """Keep the questions of all sessions in one list."""
    waiting: dict[int, Any] = {}
    real = connection.AgentConnection.__init__

    def init(self: connection.AgentConnection, *args: Any) -> None:
        real(self, *args)
        self._waiting = waiting

    scene.patch.setattr(connection.AgentConnection, "__init__", init)


@attack(FORGED, "each line knows its own questions only", one_list_for_all)
def answer_to_another_session(scene: Scene) -> str | None:
    """Answer every question that another session may have asked."""
    victim = scene.session()
    ran = '{"exit_code": 0, "timed_out": False, "stdout": "forged", "stderr": ""}'
    answer = f'sock.sendall(frame({{"id": number, "value": {ran}}}))'
    session = hostile(scene, f"while True:\n    for number in range(2, 12):\n        {answer}")
    reported = [victim.command.run("sleep 0.05; echo well").output for _ in range(4)]
    scene.end(session)
    return None if set(reported) == {"well\n"} else f"{reported}"


# --- agents that end, or stop


def unnoticed(scene: Scene) -> None:
    """Do not look after agents."""

    async def notice(self: object, session: object) -> None:
        return

    scene.patch.setattr(session_registry.SessionRegistry, "_end_with_agent", notice)


@attack(TAKEOVER, "a session whose agent has ended has ended", unnoticed)
def killing_the_agent(scene: Scene) -> str | None:
    """Kill the agent: the session must be told to be lost, and others must not notice."""
    bystander, session = scene.session(), scene.lost_session()
    session.command.run("kill -9 $PPID", timeout_ms=2000)
    if not ended(scene, session):
        scene.end(session)
        return "the session is said to run"
    return unharmed(scene, bystander)


def ask_the_agent_to_end(scene: Scene) -> None:
    """End a session by asking its agent."""
    real = bwrap.BwrapSandbox.kill

    async def kill(self: bwrap.BwrapSandbox) -> None:
        await self.agent.request("kill")
        await real(self)

    scene.patch.setattr(bwrap.BwrapSandbox, "kill", kill)


@attack(
    TAKEOVER, "a session ends from outside, and needs nobody inside for it", ask_the_agent_to_end, needs=("namespaces",)
)
def agent_that_stands_still(scene: Scene) -> str | None:
    """Stop the agent, and have the session deleted."""
    bystander, session = scene.session(), scene.lost_session()
    threading.Thread(target=session.command.run, args=("kill -STOP $PPID",), daemon=True).start()
    pid = scene.known(session).sandbox._process
    assert pid
    assert eventually(lambda: any(_state(p) == "T" for p in _below(pid.pid)))
    if (trouble := unharmed(scene, bystander)) is not None:
        return trouble
    known = scene.known(session)
    scene.engine._loop.call_soon_threadsafe(scene.engine._engine.sessions.delete, known)
    if scene.eventually(lambda: known.status == "FINISH", 3):
        return None
    for below in _below(pid.pid):
        os.kill(below, 18)
    return "the session cannot be deleted"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _below(pid: int) -> list[int]:
    found = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(below for child in found for below in _below(child))]
