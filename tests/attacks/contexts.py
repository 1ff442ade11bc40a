"""Attacks on contexts: addresses that were not given out, or not for this."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from sessionbay.engine.contexts import signing, store

from ..engine.conftest import Raw
from .attack import add, attack
from .scene import PATIENCE, Scene

ADDRESSES = "signed addresses"
FILE = "/tmp/data/file.txt"
TEXT = "what the context keeps"


class ContextWithFile:
    """A context with a file, and the addresses that lead to it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._raw = Raw(scene.engine)
        made = self.ok("GetContext", Name=f"attacked-{time.monotonic_ns()}", AllowCreate="True", LoginRegionId="x")
        self.id = str(made["Id"])
        scene.ending.callback(lambda: self._raw.agentbay("DeleteContext", Id=self.id))
        assert httpx.put(self.address("Upload"), content=TEXT, trust_env=False, timeout=PATIENCE).status_code == 200

    def ok(self, action: str, **form: Any) -> Any:
        """Return the data of an answer that must be a yes."""
        answer = self._raw.agentbay(action, **form).json()
        assert answer.get("Success") is True, answer
        return answer.get("Data")

    def address(self, way: str, path: str = FILE) -> httpx.URL:
        """Return an address for one way."""
        found = self.ok(f"GetContextFile{way}Url", ContextId=self.id, FilePath=path)
        return httpx.URL(found["Url"])

    def request(self, method: str, url: httpx.URL | str, **more: Any) -> str | None:
        """Return what an address gives or takes."""
        answer = self.scene.http(method, str(url), **more)
        return f"{answer.status_code} {answer.text[:50]}" if answer.status_code < 400 else None


def unsigned(scene: Scene) -> None:
    """Take every address for one that was given out."""

    def check(self: signing.Signer, method: str, context_id: str, parts: Any, query: Any) -> signing.SignedGrant:
        return signing.SignedGrant("PUT" if method == "PUT" else "GET", context_id, parts, 2**31, 2**40)

    scene.patch.setattr(signing.Signer, "check", check)


def changed(
    way: str, method: str, change: Callable[[httpx.URL, ContextWithFile], httpx.URL]
) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        kept = ContextWithFile(scene)
        more = {"content": "attacked"} if method == "PUT" else {}
        return kept.request(method, change(kept.address(way), kept), **more)

    return attempt


def of_another(url: httpx.URL, kept: ContextWithFile) -> httpx.URL:
    return url.copy_with(path=ContextWithFile(kept.scene).address("Download").path)


CHANGES: dict[str, tuple[str, str, str, Callable[[httpx.URL, ContextWithFile], Any]]] = {
    "without-a-signature": ("No signature.", "Download", "GET", lambda url, kept: url.copy_remove_param("signature")),
    "with-an-empty-signature": (
        "An empty one.",
        "Download",
        "GET",
        lambda url, kept: url.copy_set_param("signature", ""),
    ),
    "with-a-changed-signature": (
        "One letter of the signature is another.",
        "Download",
        "GET",
        lambda url, kept: url.copy_set_param("signature", "0" * 64),
    ),
    "with-a-later-end": (
        "A later end.",
        "Download",
        "GET",
        lambda url, kept: url.copy_set_param("expires", "4000000000"),
    ),
    "with-more-bytes": (
        "More bytes than were granted.",
        "Upload",
        "PUT",
        lambda url, kept: url.copy_set_param("most", str(2**50)),
    ),
    "to-write-with-one-to-read": ("PUT to an address for GET.", "Download", "PUT", lambda url, kept: url),
    "to-read-with-one-to-write": ("GET of an address for PUT.", "Upload", "GET", lambda url, kept: url),
    "to-look-with-one-to-write": ("HEAD of an address for PUT.", "Upload", "HEAD", lambda url, kept: url),
    "of-another-context": ("The same signature for another context.", "Download", "GET", of_another),
    "of-another-file": (
        "The same signature for another file.",
        "Upload",
        "PUT",
        lambda url, kept: url.copy_with(path=url.path.replace("file.txt", "other.txt")),
    ),
}
for _kind, (_about, _way, _method, _change) in CHANGES.items():
    add(
        f"address-{_kind}",
        ADDRESSES,
        "a signature over method, context, path, end and size, by a key of this engine's alone",
        changed(_way, _method, _change),
        unsigned,
        _about,
    )


class Clock:
    """The signer's clock."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        """Return seconds."""
        return self.now


@attack(
    ADDRESSES, "an address ends after an hour", lambda scene: scene.patch.setattr(signing, "LIFETIME", 10 * 365 * 86400)
)
def address_of_yesterday(scene: Scene) -> str | None:
    """An address that was given out a day ago."""
    kept = ContextWithFile(scene)
    url = kept.address("Download")
    scene.patch.setattr(signing, "time", Clock(time.time() + 86400))
    return kept.request("GET", url)


@attack(
    ADDRESSES,
    "an address leads nowhere once its context is gone",
    lambda scene: scene.patch.setattr(store.Store, "delete", lambda *_: None),
)
def address_after_deletion(scene: Scene) -> str | None:
    """An address of a context that was deleted."""
    kept = ContextWithFile(scene)
    url = kept.address("Download")
    kept.ok("DeleteContext", Id=kept.id)
    return kept.request("GET", url)
