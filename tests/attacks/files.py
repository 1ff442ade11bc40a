"""Attacks by files: paths that lead elsewhere, files that are none, names that are commands, trees that cannot go."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sessionbay import ContextSync, Session
from sessionbay.core.escaping_filter import EscapingFilter
from sessionbay.engine import http_protocol, session_registry, tool_dispatch, workdir
from sessionbay.engine.api_errors import ApiError, ToolFailure
from sessionbay.engine.contexts import byte_budget, copy, sync_job
from sessionbay.operations.files import ReadArgs

from ..engine.processes import eventually
from .agents import unharmed
from .attack import add, attack
from .defences_off import agent_with
from .isolation import host_file
from .scene import Scene, python

PATHS = "paths that lead elsewhere"
NO_FILES = "files that are not files"
NAMES = "hostile names"
UNDELETABLE = "sessions that cannot be deleted"
ROUNDS = 20_000


# --- paths


def by_the_host(check: Callable[[Path, Path], bool]) -> Callable[[Scene], None]:
    """Read files from the host's side, after a check."""

    def off(scene: Scene) -> None:
        async def read(session: Any, args: ReadArgs, *_: object) -> str:
            home = session.sandbox.home_folder
            path = home / args.path if not args.path.startswith("/") else Path(f"{home}{args.path}")
            if not check(home, path):
                raise ToolFailure("refused", "failed")
            return Path(path).read_text()  # noqa: ASYNC240  # which is the mistake

        scene.patch.setitem(tool_dispatch.SERVED, "read_file", read)

    return off


def unchecked(home: Path, path: Path) -> bool:
    return True


def resolved(home: Path, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(home))


def content(session: Session, path: str) -> str | None:
    read = session.file_system.read_file(path)
    return read.content if read.success and "the host's secret" in read.content else None


@attack(PATHS, "files are opened inside, by the session's own view", by_the_host(unchecked), needs=("namespaces",))
def path_that_climbs_out(scene: Scene) -> str | None:
    """Read /../../..: up from the session's folder to a file of the host's."""
    secret, session = host_file(scene, "/var/tmp"), scene.session()
    up = "../" * 12
    return content(session, f"/{up}{secret}") or content(session, f"{up}{secret}")


@attack(PATHS, "files are opened inside, by the session's own view", by_the_host(unchecked), needs=("namespaces",))
def link_that_leads_out(scene: Scene) -> str | None:
    """Read a symbolic link to a file of the host's."""
    secret, session = host_file(scene, "/var/tmp"), scene.session()
    session.command.run(f"ln -s {secret} link; ln -s {secret.parent} folder").raise_for_error()
    return content(session, "link") or content(session, "folder/secret")


FLIP = """
import os, sys, time
open("real", "w").write("own")
os.symlink(sys.argv[1], "away")
open("begun", "w").close()
while True:
    for name in ("real", "away"):
        os.link(name, "next", follow_symlinks=False)
        os.rename("next", "flip")
        os.path.lexists("next") and os.unlink("next")
"""


@attack(PATHS, "files are opened inside, by the session's own view", by_the_host(resolved), needs=("namespaces",))
def link_that_flips(scene: Scene) -> str | None:
    """Flip a name between a file and a link to the host's, while it is read 20,000 times."""
    secret, session = host_file(scene, "/var/tmp"), scene.session()
    session.file_system.write_file("flip.py", FLIP).raise_for_error()
    session.command.run(f"nohup python3 flip.py {secret} >log 2>&1 & until [ -e begun ]; do sleep 0.01; done")
    args = ReadArgs(path="flip")
    known = scene.known(session)
    reported = {"own": 0, "refused": 0, "escaped": 0}

    async def read(rounds: int) -> None:
        for _ in range(rounds):
            if reported["escaped"]:
                return
            try:
                found = await tool_dispatch.SERVED["read_file"](known, args, None)  # type: ignore[arg-type]  # not looked at
            except Exception:  # noqa: BLE001  # whatever it says, it is no escape
                reported["refused"] += 1
            else:
                reported["escaped" if "the host's secret" in found else "own"] += 1

    async def all_rounds() -> None:
        await asyncio.gather(*(read(ROUNDS // 20) for _ in range(20)))

    scene.on_loop(all_rounds)
    print(f"{sum(reported.values())} rounds: {reported}")
    return f"{reported['escaped']} escapes" if reported["escaped"] else None


# --- files that are not files


def any_file(scene: Scene) -> None:
    """Open whatever it is, and wait for it."""
    agent_with("import os\nfiles.open_regular = lambda path, flags=0, *a, **k: os.open(path, flags, 0o644)\n")(scene)


def reading(make: str, path: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        session = scene.session()
        session.command.run(make)
        begun = time.monotonic()
        try:
            answer = _read(scene, session, path)
        except TimeoutError:
            return "the caller waits"
        if scene.is_late(begun, 2):
            return "it took too long"
        return f"read {answer}" if answer is not None else None

    return attempt


def _read(scene: Scene, session: Session, path: str) -> str | None:
    """Read a part of a file; return what came, None when it was refused."""
    known = scene.known(session)

    async def read() -> str | None:
        async with asyncio.timeout(2 * scene.slack):
            reported = await tool_dispatch.call(
                known, "read_file", {"path": path, "offset": 0, "length": 100}, scene.engine._engine.config
            )
        return None if reported.is_error else str(reported.content[0].text)[:20]

    found: str | None = scene.on_loop(read)
    return found


THINGS = {
    "a-pipe": ("A pipe that nobody writes to.", "mkfifo thing", "thing"),
    "a-device-without-end": ("/dev/zero.", "true", "/dev/zero"),
    "a-link-to-a-device": ("A link to /dev/zero.", "ln -s /dev/zero thing", "thing"),
}
for _kind, (_about, _make, _path) in THINGS.items():
    add(
        f"read-{_kind}",
        NO_FILES,
        "opened without waiting, and only if it is a regular file",
        reading(_make, _path),
        any_file,
        _about,
    )


@attack(NO_FILES, "opened without waiting, and only if it is a regular file", any_file)
def write_to_a_pipe(scene: Scene) -> str | None:
    """Append to a pipe that nobody reads."""
    session = scene.session()
    session.command.run("mkfifo thing")
    known = scene.known(session)

    async def write() -> bool:
        args = {"path": "thing", "content": "x", "mode": "append"}
        async with asyncio.timeout(2 * scene.slack):
            return (await tool_dispatch.call(known, "write_file", args, scene.engine._engine.config)).is_error or False

    try:
        return None if scene.on_loop(write) else "written"
    except TimeoutError:
        return "the caller waits"


@attack(
    NO_FILES,
    "what is read at once is bounded, whatever the file says of its size",
    agent_with("files.MAX_READ_BYTES = 2**40"),
)
def file_of_a_tebibyte(scene: Scene) -> str | None:
    """Read all of a sparse file of 1 TiB in one call: the session must go on, and others must not wait."""
    bystander, session = scene.session(), scene.session()
    session.command.run("truncate -s 1T thing || truncate -s 3G thing").raise_for_error()
    with suppress(OSError):  # the peak of this process, which has the engine, begins anew, where the kernel can do that
        Path("/proc/self/clear_refs").write_text("5")
    before = peak_memory()
    for length in (2**28, 0):
        with ThreadPoolExecutor() as pool:
            attempt = pool.submit(_read_at_once, scene, session, length)
            harm = unharmed(scene, bystander)
            found = attempt.result()
        if harm or "File too large: read at most" not in found:
            return harm or found[:100]
    if (more := peak_memory() - before) > 64 * 2**20:
        return f"the engine took {more} bytes of memory"
    part = session.file_system.read_file("thing", offset=2**31, length=100)
    return None if part.content == "\0" * 100 else f"a part of it cannot be read: {part.error_message[:100]}"


def _read_at_once(scene: Scene, session: Session, length: int) -> str:
    """Ask for so many bytes of the file, or for all of them, in one call; return what was answered."""
    known, config = scene.known(session), scene.engine._engine.config
    args = {"path": "thing", "offset": 0, "length": length, "format": "binary"}

    async def read() -> str:
        async with asyncio.timeout(2 * scene.slack):
            reported = await tool_dispatch.call(known, "read_file", args, config)
        return str(reported.content[0].text)

    try:
        answered: str = scene.on_loop(read)
    except TimeoutError:
        return "the caller waits"
    except ApiError as exc:
        return f"the session is gone: {exc}"
    return answered


def peak_memory() -> int:
    """Return the most bytes of memory that this process, and so the engine, has had."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def any_size(scene: Scene) -> None:
    """Copy to the end, wherever that is by then."""
    scene.patch.setattr(byte_budget.ByteBudget, "take", lambda self, fd: 2**40)


@attack(NO_FILES, "a copy moves as many bytes as the file had when it was opened, and no more", any_size)
def file_that_grows_while_it_is_copied(scene: Scene) -> str | None:
    """Have a file copied to a context, and let it grow to eight times what a copy may have once it was looked at."""
    engine = scene.started(context_limit=2**20)
    session = scene.session(engine)
    home = session.info().unwrap().connection["home"]
    session.command.run("mkdir kept").raise_for_error()
    session.file_system.write_file("kept/grows", "x" * 2**19).raise_for_error()
    inside = engine._engine.sessions._sessions[session.session_id].sandbox.home_folder / "kept" / "grows"
    real, contexts = copy.copy, session.agent_bay.context

    def copy_while_it_grows(source: int, target: int, size: int) -> int:
        with inside.open("ab") as file:
            file.write(bytes(2**23))
        return real(source, target, size)

    scene.patch.setattr(sync_job, "copy", copy_while_it_grows)
    made = contexts.create(f"grows-{time.monotonic_ns()}").context
    scene.ending.callback(contexts.delete, made)
    session.context.bind(ContextSync(context_id=made.id, path=f"{home}/kept")).raise_for_error()
    session.context.sync(made.id, f"{home}/kept", "upload").raise_for_error()
    sizes = [entry.size for entry in contexts.list_files(made, f"{home}/kept").entries]
    return f"{sizes} bytes are kept" if sizes != [2**19] else None


# --- names


def raw_names(scene: Scene) -> None:
    """List names as they are."""
    agent_with("files.shown = lambda name: name.encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')")(scene)


@attack(NAMES, "a mark stands for what no line of text can hold", raw_names)
def name_of_two_lines(scene: Scene) -> str | None:
    """A file whose name goes on in the next line of a listing, as a folder that is not there."""
    session = scene.session()
    python(session, "open('a\\n[DIR] forged', 'w').close(); open(b'\\xff\\n\\x1b[2J', 'w').close()")
    entries = session.file_system.list_directory(".").unwrap()
    return next((entry.name for entry in entries if entry.name == "forged"), None)


def plain_logs(scene: Scene) -> None:
    """Write into the log what was sent."""
    scene.patch.setattr(EscapingFilter, "filter", lambda *_: True)


class LogCapture(logging.Handler):
    """Keeps the lines of a log as a terminal would get them."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def logged(scene: Scene) -> LogCapture:
    kept = LogCapture()
    log = logging.getLogger("sessionbay.engine")
    before = log.level
    log.setLevel(logging.DEBUG)
    log.addHandler(kept)
    scene.ending.callback(log.setLevel, before)
    scene.ending.callback(log.removeHandler, kept)
    return kept


@attack("injection into logs", "what is logged has no control characters", plain_logs)
def lines_in_the_log(scene: Scene) -> str | None:
    """Paths, actions, names and labels with new lines and with commands to a terminal."""
    kept = logged(scene)
    for evil in ("%0AERROR%20forged", "%1B%5D52;c;eA==%07", "%C2%9B2J"):
        scene.http("POST", f"/{evil}")
        scene.http("POST", f"/sdk/{evil}", headers={"authorization": f"Bearer {scene.key}"})
        scene.http("POST", f"/?Action={evil}", data={"Authorization": f"Bearer {scene.key}"})
        scene.http("GET", f"/instance/{evil}/dashboard?token={evil}")
        scene.http("PUT", f"/contexts/{evil}/files/{evil}")
    session = scene.session(labels={"a\nERROR forged": "\x1b]52;c;eA==\x07"})
    session.file_system.read_file("\x1b[2J\nERROR forged")
    session.command.run("printf '\\033[2J\\nERROR forged'; exit 3")
    bad = [line for line in kept.lines if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in line)]
    return bad[0] if bad else None


def loud_listener(scene: Scene) -> None:
    """Log every request with its address."""
    loud = property(lambda _: True, lambda _, value: None)
    scene.patch.setattr(http_protocol.HttpProtocol, "access_log", loud, raising=False)


@attack("secrets in logs", "no key, no token, and no address that has one is logged", loud_listener)
def secrets_in_the_log(scene: Scene) -> str | None:
    """Use everything that has a secret, then search the whole log for one, down to its smallest lines."""
    kept, root = LogCapture(), logging.getLogger()
    before = root.level
    root.addHandler(kept)
    scene.ending.callback(root.removeHandler, kept)
    scene.ending.callback(root.setLevel, before)
    engine = scene.started()
    session = scene.session(engine)
    link = str(session.get_link("https", 30100))
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the test's own client, which is no part of the product
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    scene.ending.callback(logging.getLogger("httpx").setLevel, logging.NOTSET)
    scene.ending.callback(logging.getLogger("httpcore").setLevel, logging.NOTSET)
    root.setLevel(logging.DEBUG)
    logging.getLogger("uvicorn.access").addHandler(kept)
    scene.ending.callback(logging.getLogger("uvicorn.access").removeHandler, kept)
    session.command.run("true")
    scene.http("GET", link)
    known = engine._engine.sessions.get(session.session_id)
    scene.http("GET", f"{engine.endpoint}/instance/{known.id}/dashboard?token={known.token}")
    text = "\n".join(kept.lines)
    found = [
        name
        for name, secret in (("key", engine.api_key.reveal()), ("token", known.token), ("link", link.split("/")[4]))
        if secret in text
    ]
    return ", ".join(found) or None


# --- trees


def simple_removal(scene: Scene) -> None:
    """Remove a tree by the paths of its files."""

    async def remove(folder: Path, *_: object, **__: object) -> None:
        try:
            _by_paths(folder)
        except (OSError, RecursionError):
            scene.marks.add("given up")
            scene.ending.callback(scene.on_loop, partial(workdir.remove_tree, folder))

    scene.patch.setattr(session_registry, "remove_tree", remove)


def _by_paths(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            _by_paths(path)
        else:
            path.unlink()
    folder.rmdir()


TREES = {
    "too-deep": (
        "3,000 folders in each other.",
        "import os\nfor _ in range(3000):\n    os.mkdir('deep'); os.chdir('deep')",
    ),
    "of-long-names": (
        "Names that are longer together than any path.",
        "import os\nfor _ in range(40):\n    os.mkdir('x' * 250); os.chdir('x' * 250)\nopen('y' * 250, 'w').close()",
    ),
}


def _left_of(root: Path) -> list[str]:
    return [path.name for path in root.parent.glob(f"*{root.name}*")]


def remaining(code: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        session = scene.lost_session()
        root = scene.root(session)
        session.file_system.write_file("make.py", code).raise_for_error()
        session.command.run("python3 make.py").raise_for_error()
        begun = time.monotonic()
        if not session.delete().success or scene.is_late(begun, 5):
            return "the deletion took too long"
        eventually(lambda: "given up" in scene.marks or not _left_of(root))
        return f"{_left_of(root)} remain" if _left_of(root) else None

    return attempt


for _kind, (_about, _code) in TREES.items():
    add(
        f"tree-{_kind}",
        UNDELETABLE,
        "removed by rm, whose walk knows no depth",
        remaining(_code),
        simple_removal,
        _about,
    )
add(
    "tree-that-is-locked",
    UNDELETABLE,
    "permissions are given back before a second try",
    remaining("import os\nos.makedirs('locked/inner')\nopen('locked/inner/file', 'w').close()\nos.chmod('locked', 0)"),
    simple_removal,
    "Folders that nobody may open.",
    needs=("user",),
)


@attack(UNDELETABLE, "a deletion answers before the last file is gone, and goes on beside", simple_removal)
def tree_of_many_files(scene: Scene) -> str | None:
    """5,000 empty files in a tree that is too deep."""
    code = "for number in range(5000):\n    open(str(number), 'w').close()\n"
    return remaining(f"import os\nos.mkdir('many'); os.chdir('many')\n{code}{TREES['too-deep'][1]}")(scene)
