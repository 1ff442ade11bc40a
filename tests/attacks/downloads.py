"""Attacks on the client's machine: by what a session, or a cloud, answers to a download."""

import contextlib
import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sessionbay import AgentBayError, local_files
from sessionbay._concurrency._sync_httpx import HttpClient
from sessionbay.engine import tool_dispatch
from sessionbay.engine.contexts import signing
from sessionbay.operations import trees
from sessionbay.operations.complete_output import framed

from .attack import add, attack
from .scene import PATIENCE, Scene

HOSTILE = "hostile downloads"


# --- folders


def every_name(scene: Scene) -> None:
    """Put files where their names lead."""
    scene.patch.setattr(trees, "is_below", lambda path: True)
    scene.patch.setattr(trees, "_find_obstacle", lambda *_: "")
    scene.patch.setattr("sessionbay._sync.files.folder_sync.safe_join", lambda top, path: top / path)


def listed_as(name: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        session, target = scene.session(), scene.folder / "into"
        (target / "kept").mkdir(parents=True)
        (target / "kept" / "link").symlink_to(scene.folder)
        outside = name.format(folder=scene.folder)
        lie = b64encode(f"f\t8\t644\t{outside}\0\0".encode()).decode()
        told = []

        async def shell(session: Any, args: Any, config: Any) -> Any:
            """Lie about what is there, as a cloud may."""
            if trees.LIST in args.command:
                told.append(outside)
                args = args.model_copy(update={"command": framed(f"printf %s {lie} | base64 -d")})
            return await real(session, args, config)

        async def read(*_: object) -> str:
            """Have any file that is asked for."""
            return "attacked"

        real = tool_dispatch.SERVED["shell"]
        session.command.run("mkdir out").raise_for_error()
        with scene.patch.context() as patch:
            patch.setitem(tool_dispatch.SERVED, "shell", shell)
            patch.setitem(tool_dispatch.SERVED, "read_file", read)
            pulled = session.file_system.pull("out", target)
        assert told, "the lie was not told, so that nothing was attacked"
        assert pulled.success or list(pulled.errors) == [outside], pulled.error_message
        found = [path for path in scene.folder.rglob("*") if path.is_file() and not path.is_symlink()]
        return ", ".join(str(path) for path in found if target not in path.parents) or None

    return attempt


NAMES = {
    "climbs-out": ("../climbed", "A file with the name ../climbed, in a folder that is fetched."),
    "climbs-out-further-in": ("kept/../../climbed", "A file with the name kept/../../climbed."),
    "has-a-whole-path": ("{folder}/climbed", "A file whose name is a path from the root of the machine."),
    "goes-by-a-link": ("kept/link/climbed", "A file below a symbolic link that the folder has here."),
}
for _kind, (_name, _about) in NAMES.items():
    add(
        f"download-that-{_kind}",
        HOSTILE,
        "each name is checked to stay below the folder, and to go through no link",
        listed_as(_name),
        every_name,
        _about,
    )


# --- stores


@contextmanager
def store(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Serve one answer to anyone who asks, and then hang up; give the address, and what was asked."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = server.accept()
                    with peer:
                        peer.settimeout(PATIENCE)
                        received.append(peer.recv(65536))
                        peer.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/file", received
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def fetched(scene: Scene, address: str) -> Path:
    """Have a client fetch a file of a context by an address that a hostile cloud gives out; return its place."""
    contexts = scene.client().context
    made = contexts.create("attacked-downloads").context
    scene.ending.callback(contexts.delete, made)
    contexts.upload_file(made, "/tmp/file", b"honest").raise_for_error()
    scene.patch.setattr(signing.Signer, "address", lambda *_: (address, 2**31))
    place = scene.folder / "fetched"
    place.write_text("what was there before")
    with contextlib.suppress(AgentBayError):
        contexts.download_file(made, "/tmp/file", place)
    return place


class AtOnce(local_files.AtomicFile):
    """A file that is written where it is to be."""

    def __init__(self, place: local_files.LocalPath, *, overwrite: bool) -> None:
        self.size = 0
        self._file = Path(place).open("wb")  # noqa: SIM115  # as the real one

    def finish(self) -> None:
        """Be done."""
        self._file.close()

    def discard(self) -> None:
        """Leave what there is."""
        self._file.close()


def in_place(scene: Scene) -> None:
    """Write what comes to its place, as it comes."""
    scene.patch.setattr("sessionbay._sync.presigned.AtomicFile", AtOnce)


SHORT: dict[str, tuple[bytes, str]] = {
    "is-cut-short": (b"Content-Length: 1000\r\n\r\nattacked", "An answer that ends long before its length does."),
    "breaks-off-in-a-chunk": (
        b"Transfer-Encoding: chunked\r\n\r\n8\r\nattacked\r\n",
        "An answer without a last chunk.",
    ),
}


def cut_short(rest: bytes) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        with store(b"HTTP/1.1 200 OK\r\n" + rest) as (address, _):
            place = fetched(scene, address)
        found = place.read_text()
        left = [path.name for path in scene.folder.iterdir() if path != place]
        return None if (found, left) == ("what was there before", []) else f"{found[:50]!r}, and {left}"

    return attempt


for _kind, (_rest, _about) in SHORT.items():
    add(
        f"download-that-{_kind}",
        HOSTILE,
        "a file is in its place when it is whole, and not before",
        cut_short(_rest),
        in_place,
        _about,
    )


def follow(scene: Scene) -> None:
    """Go where an answer says."""
    real = HttpClient.send

    def send(self: Any, request: Any, **more: Any) -> Any:
        return real(self, request, **{**more, "follow_redirects": True})

    scene.patch.setattr(HttpClient, "send", send)


@attack(HOSTILE, "redirects are never followed", follow)
def download_that_leads_elsewhere(scene: Scene) -> str | None:
    """An address that sends the client on to a service of its own machine's or network's."""
    with store(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nattacked") as (service, received):
        head = f"HTTP/1.1 302 Found\r\nLocation: {service}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        with store(head.encode()) as (address, _):
            fetched(scene, address)
        return received[0].decode().partition("\r\n")[0] if received else None
