"""Files by signed addresses: who may, what may not, and what is left of what broke off."""

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from hypothesis import given, strategies as st

from sessionbay.engine.contexts.paths import BadPath, file_parts, folder_parts, joined
from sessionbay.engine.contexts.signing import BadSignature, Signer

from .conftest import started
from .processes import ENOUGH
from .test_contexts import Account, serving

FILE = "/tmp/data/a file%20?#\u540d"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    engine = started(state=tmp_path_factory.mktemp("state"), context_limit=3 * 2**20)
    yield Account(engine)
    engine.stop()


@pytest.fixture
def home(account: Account, request: pytest.FixtureRequest) -> str:
    """Give a context of the test's own."""
    return account.context(request.node.name)


def address(account: Account, home: str, kind: str, path: str = FILE) -> str:
    url: str = account.ok(f"GetContextFile{kind}Url", ContextId=home, FilePath=path)["Data"]["Url"]
    return url


def plain(method: str, url: str, **more: object) -> httpx.Response:
    return httpx.request(method, url, trust_env=False, timeout=ENOUGH, **more)  # type: ignore[arg-type]


def test_any_client_can_put_and_get_a_file_whatever_its_name(account: Account, home: str) -> None:
    put = plain("PUT", address(account, home, "Upload"), content=b"hello")
    assert (put.status_code, put.headers["etag"]) == (200, '"5D41402ABC4B2A76B9719D911017C592"')
    got = plain("GET", address(account, home, "Download"))
    assert (got.status_code, got.content) == (200, b"hello")
    assert (got.headers["content-type"], got.headers["x-content-type-options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    part = plain("GET", str(got.url), headers={"range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"ell")
    head = plain("HEAD", str(got.url))
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "5", b"")


def test_an_address_lasts_an_hour_at_most(account: Account, home: str) -> None:
    answer = account.ok("GetContextFileUploadUrl", ContextId=home, FilePath=FILE)["Data"]
    import time

    assert 3500 < answer["ExpireTime"] - time.time() <= 3600


def test_an_address_is_good_for_its_own_method_only(account: Account, home: str) -> None:
    up = address(account, home, "Upload")
    plain("PUT", up, content=b"x")
    down = address(account, home, "Download")
    for method, url in (("GET", up), ("HEAD", up), ("PUT", down), ("DELETE", up), ("POST", up), ("PATCH", down)):
        assert plain(method, url).status_code == 403, (method, url)
    assert account.get(home, FILE) == b"x"


def test_a_changed_address_is_refused(account: Account, home: str) -> None:
    other = account.context("another")
    url = address(account, home, "Upload")
    parts = urlsplit(url)
    query = dict(httpx.QueryParams(parts.query))
    changed = [
        {**query, "expires": str(int(query["expires"]) + 1)},
        {**query, "most": str(2**60)},
        {**query, "method": "GET"} | {"signature": query["signature"][::-1]},
        {**query, "signature": ""},
        {**query, "signature": "\u540d"},
        {**query, "expires": "soon"},
        {"signature": query["signature"]},
        {},
    ]
    urls = [urlunsplit(parts._replace(query=str(httpx.QueryParams(form)))) for form in changed]
    urls += [
        url.replace(home, other),
        url.replace("/tmp/data/", "/tmp/other/"),
        url.replace("/tmp/data/", "/tmp/../data/"),
    ]
    assert [plain("PUT", wrong, content=b"x").status_code for wrong in urls] == [403] * len(urls)
    assert account.names(home, "/") == []


def test_an_address_of_another_engine_is_refused(account: Account, home: str, tmp_path: Path) -> None:
    with serving(state=tmp_path) as engine:
        foreign = Account(engine)
        url = address(foreign, foreign.context("x"), "Upload")
    port = urlsplit(account.engine.endpoint).port
    moved = urlunsplit(urlsplit(url)._replace(netloc=f"127.0.0.1:{port}"))
    assert plain("PUT", moved, content=b"x").status_code == 403


def test_an_address_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer(100)
    url, expires = signer.address("", "GET", "SdkCtx-x", ("a",))
    query = dict(httpx.QueryParams(urlsplit(url).query))
    assert signer.check("GET", "SdkCtx-x", ("a",), query).max_bytes == 100
    monkeypatch.setattr("time.time", lambda: float(expires))
    with pytest.raises(BadSignature, match="expired"):
        signer.check("GET", "SdkCtx-x", ("a",), query)


def test_a_web_page_cannot_use_an_address(account: Account, home: str) -> None:
    url = address(account, home, "Upload")
    for headers in ({"origin": "https://evil.example"}, {"host": "evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert plain("PUT", url, content=b"x", headers=headers).status_code == 403


def test_an_address_of_a_deleted_context_leads_nowhere(account: Account, home: str) -> None:
    url = address(account, home, "Upload")
    account.ok("DeleteContext", Id=home)
    assert plain("PUT", url, content=b"x").status_code == 404


def test_a_file_that_is_too_large_is_refused_and_not_kept(account: Account, home: str) -> None:
    url = address(account, home, "Upload")
    answer = plain("PUT", url, content=b"x" * (3 * 2**20 + 1))
    assert (answer.status_code, account.names(home, "/")) == (413, [])
    assert plain("PUT", url, content=b"x" * (3 * 2**20)).status_code == 200


def test_a_body_of_unknown_length_is_refused(account: Account, home: str) -> None:
    answer = plain("PUT", address(account, home, "Upload"), content=iter([b"x", b"y"]))
    assert (answer.status_code, account.names(home, "/")) == (411, [])


def raw_put(url: str, length: int) -> socket.socket:
    """Return a connection on which a file of ``length`` bytes was announced."""
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname, parts.port), timeout=ENOUGH)
    head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {length}\r\n\r\n"
    sock.sendall(head.encode())
    return sock


def test_an_upload_that_breaks_off_leaves_the_old_file_and_no_draft(
    account: Account, home: str, tmp_path: Path
) -> None:
    with serving(state=tmp_path) as engine:
        own = Account(engine)
        made = own.context("broken")
        own.put(made, "/a", b"old")
        with raw_put(address(own, made, "Upload", "/a"), 100) as sock:
            sock.sendall(b"new")
        assert own.get(made, "/a") == b"old"
    assert [path for path in (tmp_path / "contexts" / "drafts").rglob("*") if path.name != "lock"] == []


ENGINE = """
import sys, threading
from pathlib import Path
from sessionbay.engine import EngineConfig, LocalEngine
engine = LocalEngine(EngineConfig(state=Path(sys.argv[1]))).start()
print(engine.endpoint, engine.api_key.reveal(), flush=True)
threading.Event().wait()
"""


def test_an_engine_that_is_killed_in_an_upload_leaves_the_old_file(tmp_path: Path) -> None:
    with serving(state=tmp_path) as engine:
        own = Account(engine)
        made = own.context("killed")
        own.put(made, "/a", b"old")
        # The address is this engine's; the one that is killed gives out its own.
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen([sys.executable, "-c", ENGINE, str(tmp_path)], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    with process.stdout as output:
        endpoint, key = output.readline().decode().split()
    form = {"Authorization": f"Bearer {key}", "ContextId": made, "FilePath": "/a"}
    sent = f"{endpoint}/?Action=GetContextFileUploadUrl"
    url = httpx.post(sent, data=form, trust_env=False, timeout=ENOUGH).json()["Data"]["Url"]
    with raw_put(url, 4 * 2**20) as sock:
        sock.sendall(b"n" * (3 * 2**20))
        process.send_signal(signal.SIGKILL)
        process.wait()
    with serving(state=tmp_path) as engine:
        assert Account(engine).get(made, "/a") == b"old"


@pytest.mark.slow
def test_a_large_file_goes_through_in_little_memory(tmp_path: Path) -> None:
    size = 512 * 2**20
    with serving(state=tmp_path) as engine:
        own = Account(engine)
        made = own.context("large")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with raw_put(address(own, made, "Upload", "/a"), size) as sock:
            chunk = bytes(2**20)
            for _ in range(size // 2**20):
                sock.sendall(chunk)
            assert sock.recv(100).startswith(b"HTTP/1.1 200")
        with httpx.stream("GET", address(own, made, "Download", "/a"), trust_env=False, timeout=ENOUGH) as answer:
            assert sum(len(data) for data in answer.iter_bytes()) == size
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
        own.ok("DeleteContext", Id=made)


@given(st.text(max_size=30).map("/".__add__))
def test_a_path_is_read_as_it_is_written_or_refused(path: str) -> None:
    try:
        parts = file_parts(path)
    except BadPath:
        return
    assert joined(parts) == path
    assert not {"", ".", ".."} & set(parts)
    assert not any("/" in name or "\\" in name or "\0" in name for name in parts)
    assert folder_parts(path + "/") == parts


@given(st.lists(st.sampled_from(["a", "..", ".", "", "b\\c", "\0", "\udcff", "%2e%2e", "~", "x" * 300]), max_size=5))
def test_no_path_leads_up(names: list[str]) -> None:
    bad = {"..", ".", "b\\c", "\0", "\udcff", "x" * 300}
    path = "/" + "/".join(names)
    if names and names[-1] and not bad & set(names):
        assert file_parts(path) == tuple(filter(None, names))
    else:
        with pytest.raises(BadPath):
            file_parts(path)
