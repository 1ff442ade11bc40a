"""Attacks by archives that are extracted in a session."""

import io
import tarfile
import zipfile
from collections.abc import Callable

from sessionbay import Session
from sessionbay.engine.agent.connection import AgentFailure
from sessionbay.engine.contexts.sync_job import MAX_COMPRESSION_RATIO, MAX_FILES

from .attack import add
from .defences_off import agent_with
from .scene import Scene, output

ARCHIVES = "zip bombs and evil archives"
LIMITS = {"max_files": MAX_FILES, "max_bytes": 2**30, "max_ratio": MAX_COMPRESSION_RATIO}


def zipped(*members: tuple[str, bytes]) -> bytes:
    """Return a zip archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def tarred(*members: tuple[str, bytes, str]) -> bytes:
    """Return a tar archive of files (name, content) and of links (name, nothing, target)."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.size = (
                (tarfile.SYMTYPE if target else tarfile.REGTYPE),
                target,
                len(content),
            )
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


TRUSTING = """
from inside import archives
import tarfile, zipfile
def extract(archive, folder, *most, **more):
    if archive.endswith(".tar"):
        with tarfile.open(archive) as packed:
            packed.extraction_filter = lambda member, path: member
            packed.extractall(folder)
        return []
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "wb").write(packed.read(name))
    return []
import os
archives.extract = extract
"""


def extracting(data: Callable[[], bytes], kind: str, look: str) -> Callable[[Scene], str | None]:
    """Return the attack that has an archive extracted, and then looks for what it should not have done."""

    def attempt(scene: Scene) -> str | None:
        session: Session = scene.session()
        home = session.info().unwrap().connection["home"]
        agent = scene.known(session).sandbox.agent
        archive = f"{home}/evil.{kind}"

        async def extract() -> None:
            await agent.request("write", data(), path=archive, mode="overwrite")
            try:
                await agent.request("extract", archive=archive, folder=f"{home}/a/b/into", limits=LIMITS)
            except AgentFailure as exc:
                scene.marks.add(str(exc))

        scene.on_loop(extract)
        return output(session, f"cd {home}; {look}") or None

    return attempt


EVIL: dict[str, tuple[str, Callable[[], bytes], str, str]] = {
    "that-climbs-out": (
        "A file with the name ../../climbed.",
        lambda: zipped(("../../climbed", b"x")),
        "zip",
        "ls a/climbed 2>/dev/null",
    ),
    "with-a-link": (
        "A link to another folder, then a file in it.",
        lambda: tarred(("link", b"", "../../../"), ("link/climbed", b"x", "")),
        "tar",
        "ls climbed 2>/dev/null",
    ),
    "that-leaves-folders": (
        "A file in folders of its own, then one that is refused: the folders are to remain.",
        lambda: zipped(("new/deep/kept", b"x"), ("../../climbed", b"x")),
        "zip",
        "ls -d a 2>/dev/null",
    ),
    "that-is-a-bomb": (
        "60 MB of nothing, in 60 KB.",
        lambda: zipped(("bomb", bytes(60_000_000))),
        "zip",
        "find a -size +50M 2>/dev/null",
    ),
}
for _kind, (_about, _data, _ending, _look) in EVIL.items():
    add(
        f"archive-{_kind}",
        ARCHIVES,
        "plain names only, no links, a bound on bytes and on their ratio; extracted inside, all or nothing",
        extracting(_data, _ending, _look),
        agent_with(TRUSTING),
        _about,
    )
