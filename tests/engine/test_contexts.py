"""Contexts: what the engine keeps of them, and what sessions get and leave."""

import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionbay.engine import LocalEngine
from sessionbay.engine.contexts.sync_job import SyncJob

from .conftest import Raw, started
from .processes import ENOUGH, eventually, until

PLACE = "/tmp/data"


@contextmanager
def serving(**config: Any) -> Generator[LocalEngine]:
    """Give an engine of its own."""
    engine = started(**config)
    try:
        yield engine
    finally:
        engine.stop()


class Account(Raw):
    """The contexts of an engine, by AgentBay's wire."""

    def ok(self, action: str, **form: Any) -> dict[str, Any]:
        """Return the answer to an action that must succeed."""
        answer: dict[str, Any] = self.agentbay(action, **form).json()
        assert answer.get("Success") is True, answer
        return answer

    def refused(self, action: str, **form: Any) -> str:
        """Return the code of an action that must be refused."""
        answer = self.agentbay(action, **form).json()
        assert answer.get("Success") is not True, answer
        return str(answer["Code"])

    def context(self, name: str) -> str:
        """Return the id of a context, made if need be."""
        return str(self.ok("GetContext", Name=name, AllowCreate="True", LoginRegionId="x")["Data"]["Id"])

    def put(self, context_id: str, path: str, data: bytes) -> None:
        """Put a file by its address."""
        url = self.ok("GetContextFileUploadUrl", ContextId=context_id, FilePath=path)["Data"]["Url"]
        assert httpx.put(url, content=data, trust_env=False, timeout=ENOUGH).status_code == 200

    def get(self, context_id: str, path: str) -> bytes | None:  # type: ignore[override]
        """Return a file by its address, None when there is none."""
        answer = self.agentbay("GetContextFileDownloadUrl", ContextId=context_id, FilePath=path).json()
        if not answer.get("Success"):
            return None
        return httpx.get(answer["Data"]["Url"], trust_env=False, timeout=ENOUGH).content

    def names(self, context_id: str, folder: str = PLACE) -> list[str]:
        """Return what is in a folder of a context."""
        found = self.ok("DescribeContextFiles", ContextId=context_id, ParentFolderPath=folder)["Data"]
        return [entry["FileName"] for entry in found]

    def session(self, *bound: dict[str, Any]) -> str:
        """Return a new session into which all is copied that is bound."""
        made = self.ok("CreateMcpSession", PersistenceDataList=json.dumps(bound))["Data"]["SessionId"]
        self.wait(made)
        return str(made)

    def tasks(self, session: str, **sent: str) -> list[dict[str, Any]]:
        """Return the copies of a session."""
        text = self.ok("GetContextInfo", SessionId=session, **sent)["Data"].get("ContextStatus") or "[]"
        return [task for group in json.loads(text) for task in json.loads(group["data"])]

    def wait(self, session: str) -> list[dict[str, Any]]:
        """Return the copies of a session once all have ended."""
        assert eventually(lambda: all(task["status"] != "Running" for task in self.tasks(session)))
        return self.tasks(session)

    def sync(self, session: str, mode: str = "upload", **sent: str) -> list[dict[str, Any]]:
        """Copy what is bound, and return how it went."""
        self.ok("SyncContext", SessionId=session, Mode=mode, **sent)
        return [task for task in self.wait(session) if task["taskType"] == mode]

    def run(self, session: str, command: str) -> str:
        """Run a command and return what it wrote."""
        answer = self.ok("CallMcpTool", SessionId=session, Name="shell", Args=json.dumps({"command": command}))
        text = answer["Data"]["content"][0]["text"]
        reported = json.loads(text)
        assert reported["exit_code"] == 0, reported
        return str(reported["stdout"])

    def delete(self, session: str) -> None:
        """Delete a session, and wait for its end."""
        self.ok("DeleteSessionAsync", SessionId=session)
        assert eventually(
            lambda: self.agentbay("GetSessionDetail", SessionId=session).json()["Data"]["Status"] == "FINISH"
        )


def bound(context_id: str, path: str = PLACE, /, **policy: Any) -> dict[str, Any]:
    """Return a binding by a policy."""
    return {"ContextId": context_id, "Path": path, **({"Policy": json.dumps(policy)} if policy else {})}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    engine = started(state=tmp_path_factory.mktemp("state"))
    yield Account(engine)
    engine.stop()


@pytest.fixture
def home(account: Account, request: pytest.FixtureRequest) -> str:
    """Give a context of the test's own."""
    return account.context(request.node.name)


def test_a_context_is_made_once_and_found_by_name_and_id(account: Account) -> None:
    made = account.context("one")
    assert made == account.context("one")
    assert account.ok("GetContext", Name="one")["Data"]["Id"] == made
    assert account.ok("GetContext", ContextId=made)["Data"]["Name"] == "one"
    assert account.ok("GetContext", ContextId=made)["Data"]["State"] == "available"
    assert made.startswith("SdkCtx-")
    assert len(made) == 24


@pytest.mark.parametrize("sent", [{"Name": "none such"}, {"ContextId": "SdkCtx-none"}, {"Name": ""}])
def test_a_context_that_is_not_there_is_refused(account: Account, sent: dict[str, str]) -> None:
    assert account.refused("GetContext", **sent) in ("Context.NotFound", "InvalidParameter")


def test_a_context_gets_another_name_unless_it_is_taken(account: Account) -> None:
    first, second = account.context("first"), account.context("second")
    account.ok("ModifyContext", Id=first, Name="renamed")
    assert account.ok("GetContext", Name="renamed")["Data"]["Id"] == first
    assert account.refused("ModifyContext", Id=second, Name="renamed") == "Context.NameExists"


def test_a_deleted_context_is_gone_and_its_name_is_free(account: Account) -> None:
    made = account.context("short lived")
    account.put(made, "/a/b", b"x")
    account.ok("DeleteContext", Id=made)
    assert account.refused("GetContext", ContextId=made) == "Context.NotFound"
    assert account.context("short lived") != made


def test_contexts_are_listed_in_pages(tmp_path: Path) -> None:
    engine = started(state=tmp_path)
    account = Account(engine)
    made = [account.context(f"page {number}") for number in range(7)]
    found, mark = [], ""
    while True:
        page = account.ok("ListContexts", MaxResults="3", **({"NextToken": mark} if mark else {}))
        found += [entry["Id"] for entry in page["Data"]]
        assert page["TotalCount"] == 7
        mark = page.get("NextToken") or ""
        if not mark:
            break
    assert found == made
    assert account.refused("ListContexts", NextToken="AAAA") == "InvalidNextToken"
    engine.stop()


def test_clearing_is_seen_and_leaves_an_empty_context(tmp_path: Path) -> None:
    engine = started(state=tmp_path, transition_delay=5.0)
    account = Account(engine)
    made = account.context("full")
    account.put(made, "/tmp/data/a", b"x")
    account.ok("ClearContext", Id=made)
    assert account.ok("GetContext", ContextId=made)["Data"]["State"] == "clearing"
    assert eventually(lambda: account.ok("GetContext", ContextId=made)["Data"]["State"] == "available")
    assert account.names(made) == []
    engine.stop()


def test_contexts_survive_their_engine(tmp_path: Path) -> None:
    for _ in range(2):
        engine = started(state=tmp_path)
        account = Account(engine)
        made = account.context("lasting")
        if account.get(made, "/tmp/data/a.txt") is None:
            account.put(made, "/tmp/data/a.txt", b"kept")
        else:
            assert account.get(made, "/tmp/data/a.txt") == b"kept"
            break
        engine.stop()
    else:
        pytest.fail("the file was lost")
    engine.stop()


def test_two_engines_share_the_contexts(tmp_path: Path) -> None:
    with serving(state=tmp_path) as first, serving(state=tmp_path) as second:
        one, other = Account(first), Account(second)
        for number in range(20):
            assert one.context(f"shared {number}") == other.context(f"shared {number}")
            other.put(one.context("shared 0"), f"/tmp/{number}", b"x")
        assert len(one.names(other.context("shared 0"), "/tmp")) == 20


def test_nothing_is_written_for_who_has_no_contexts(tmp_path: Path) -> None:
    with serving(state=tmp_path) as engine:
        made = Account(engine).ok("CreateMcpSession")["Data"]["SessionId"]
        Account(engine).delete(made)
        assert list(tmp_path.iterdir()) == []


def test_files_are_listed_folder_by_folder_in_both_forms_of_pages(account: Account, home: str) -> None:
    for name in ("b", "a", "c/d", "e"):
        account.put(home, f"/tmp/data/{name}", b"12345")
    assert account.names(home) == ["a", "b", "c", "e"]
    entry = account.ok("DescribeContextFiles", ContextId=home, ParentFolderPath="/tmp/data/c")["Data"][0]
    assert (entry["FilePath"], entry["FileType"], entry["Size"]) == ("/tmp/data/c/d", "FILE", 5)
    second = account.ok("DescribeContextFiles", ContextId=home, ParentFolderPath=PLACE, PageNumber="2", PageSize="3")
    assert ([entry["FileName"] for entry in second["Data"]], second["Count"]) == (["e"], 4)
    page = account.agentbay("DescribeContextFiles&MaxResults=3", ContextId=home, ParentFolderPath=PLACE).json()
    mark = str(httpx.QueryParams({"NextToken": page["NextToken"]}))
    rest = account.agentbay(f"DescribeContextFiles&{mark}", ContextId=home, ParentFolderPath=PLACE).json()
    assert [entry["FileName"] for entry in page["Data"] + rest["Data"]] == ["a", "b", "c", "e"]


def test_a_deleted_file_is_gone_and_so_is_its_empty_folder(account: Account, home: str) -> None:
    account.put(home, "/tmp/data/only/file", b"x")
    account.ok("DeleteContextFile", ContextId=home, FilePath="/tmp/data/only/file")
    assert account.names(home) == []
    assert (
        account.refused("DeleteContextFile", ContextId=home, FilePath="/tmp/data/only/file") == "ContextFile.NotFound"
    )


@pytest.mark.parametrize("path", ["", "a/", "/", "/a/", "/../a", "/a/..", "/a\\b", "/a\nb", "/" + "x" * 256])
def test_a_path_that_no_file_has_is_refused(account: Account, home: str, path: str) -> None:
    assert account.refused("GetContextFileUploadUrl", ContextId=home, FilePath=path) == "InvalidParameter"


def test_two_slashes_count_as_one(account: Account, home: str) -> None:
    assert account.ok("GetContextFileUploadUrl", ContextId=home, FilePath="/a//b")["Data"]["Url"]


def test_what_one_session_leaves_the_next_one_finds(account: Account, home: str) -> None:
    session = account.session(bound(home))
    account.run(
        session,
        f"mkdir -p {PLACE}/in; echo hi >{PLACE}/in/a; printf '#!/bin/sh\\necho ran' >{PLACE}/b; chmod +x {PLACE}/b",
    )
    account.delete(session)
    session = account.session(bound(home))
    assert account.run(session, f"cat {PLACE}/in/a; {PLACE}/b") == "hi\nran\n"
    account.delete(session)


def test_a_session_without_automatic_upload_leaves_nothing_but_when_asked(account: Account, home: str) -> None:
    session = account.session(bound(home, uploadPolicy={"autoUpload": False}))
    account.run(session, f"echo 1 >{PLACE}/asked")
    assert [task["status"] for task in account.sync(session)] == ["Success"]
    account.run(session, f"echo 2 >{PLACE}/unasked")
    account.delete(session)
    assert account.names(home) == ["asked"]


def test_deletions_in_the_session_reach_the_context_if_the_policy_says_so(account: Account, home: str) -> None:
    account.put(home, f"{PLACE}/old", b"x")
    session = account.session(bound(home, deletePolicy={"syncLocalFile": False}))
    account.run(session, f"rm {PLACE}/old")
    account.delete(session)
    assert account.names(home) == ["old"]
    session = account.session(bound(home))
    account.run(session, f"rm {PLACE}/old")
    account.delete(session)
    assert account.names(home) == []


def test_a_file_that_another_put_there_meanwhile_stays(account: Account, home: str) -> None:
    account.put(home, f"{PLACE}/shared", b"old")
    session = account.session(bound(home))
    account.put(home, f"{PLACE}/new", b"x")
    account.put(home, f"{PLACE}/shared", b"newer")
    account.run(session, f"rm {PLACE}/shared")
    account.delete(session)
    assert account.names(home) == ["new", "shared"]


def test_white_lists_say_what_is_copied_both_ways(account: Account, home: str) -> None:
    for name in ("src/a", "src/out/b", "other"):
        account.put(home, f"{PLACE}/{name}", b"x")
    lists = {"whiteLists": [{"path": "/src", "excludePaths": ["/out"]}]}
    session = account.session(bound(home, bwList=lists))
    assert account.run(session, f"cd {PLACE}; find . -type f") == "./src/a\n"
    account.run(session, f"cd {PLACE}; mkdir src/out; touch src/new src/out/new new")
    account.delete(session)
    assert account.names(home) == ["other", "src"]
    assert account.names(home, f"{PLACE}/src") == ["a", "new", "out"]
    assert account.names(home, f"{PLACE}/src/out") == ["b"]


def test_white_lists_may_be_regular_expressions(account: Account, home: str) -> None:
    entry = {"path": r"\.txt$", "excludePaths": ["^secret"], "isPathRegex": True, "isExcludeRegex": True}
    session = account.session(bound(home, bwList={"whiteLists": [entry]}))
    account.run(session, f"cd {PLACE}; touch a.txt b.bin secret.txt")
    account.delete(session)
    assert account.names(home) == ["a.txt"]


def test_an_archive_keeps_all_files_in_one_and_brings_them_back(account: Account, home: str) -> None:
    policy: dict[str, Any] = {"uploadPolicy": {"uploadMode": "Archive", "archiveExcludePaths": ["tmp"]}}
    session = account.session(bound(home, **policy))
    account.run(session, f"cd {PLACE}; mkdir d tmp; echo 1 >d/a; echo 2 >tmp/b; head -c 3000000 /dev/zero >zeros")
    account.delete(session)
    assert account.names(home) == ["data.zip"]
    session = account.session(bound(home, **policy))
    assert account.run(session, f"cd {PLACE}; find . -type f | sort") == "./d/a\n./zeros\n"
    account.run(session, f"rm {PLACE}/zeros; echo 3 >{PLACE}/c")
    account.delete(session)
    session = account.session(bound(home, **policy))
    assert account.run(session, f"cd {PLACE}; find . -type f | sort; cat c") == "./c\n./d/a\n3\n"
    account.delete(session)


def test_what_cannot_be_read_as_an_archive_is_kept_and_fails_the_copy_up(account: Account, home: str) -> None:
    account.put(home, f"{PLACE}/data.zip", b"no archive at all")
    session = account.session(bound(home, uploadPolicy={"uploadMode": "Archive"}))
    account.run(session, f"echo 1 >{PLACE}/a")
    [task] = account.sync(session)
    assert task["status"] == "Failed"
    assert "is not a readable archive" in task["errorMessage"]
    account.delete(session)
    assert account.get(home, f"{PLACE}/data.zip") == b"no archive at all"


def test_a_session_ends_whatever_befalls_its_last_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: SyncJob) -> None:
        raise RuntimeError("a defect of ours")

    monkeypatch.setattr(SyncJob, "upload", broken)
    with serving(state=tmp_path) as engine:
        account = Account(engine)
        session = account.session(bound(account.context("one")))
        assert [task["errorMessage"] for task in account.sync(session)] == ["the copy was aborted"]
        account.delete(session)


def test_a_copy_of_the_whole_says_no_more_how_one_of_a_part_went(account: Account, home: str) -> None:
    session = account.session(bound(home))
    [part] = account.sync(session, ContextId=home, Path=f"{PLACE}/nothing")
    assert part["status"] == "Failed"
    assert [(task["path"], task["status"]) for task in account.sync(session)] == [(PLACE, "Success")]
    assert account.tasks(session, Path=f"{PLACE}/nothing") == [part]
    account.delete(session)


def test_a_context_has_the_place_of_another_system_by_its_mapping(account: Account, home: str) -> None:
    account.put(home, "/C:/Users/me/a", b"mapped")
    session = account.session(bound(home, mappingPolicy={"path": "C:\\Users\\me"}))
    assert account.run(session, f"cat {PLACE}/a") == "mapped"
    account.delete(session)


def test_a_path_is_bound_once(account: Account, home: str) -> None:
    session = account.session(bound(home))
    for path in (PLACE, f"{PLACE}/inner", "/tmp"):
        items = json.dumps([bound(home, path)])
        assert account.refused("BindContexts", SessionId=session, PersistenceDataList=items) == "PathAlreadyBound"
    account.delete(session)


def test_a_context_is_bound_to_a_running_session(account: Account, home: str) -> None:
    account.put(home, f"{PLACE}/a", b"late")
    session = account.session()
    account.ok("BindContexts", SessionId=session, PersistenceDataList=json.dumps([bound(home)]))
    assert [task["status"] for task in account.wait(session)] == ["Success"]
    assert account.run(session, f"cat {PLACE}/a") == "late"
    binding = account.ok("DescribeSessionContexts", SessionId=session)["Data"][0]
    assert (binding["ContextId"], binding["Path"]) == (home, PLACE)
    assert [entry["Id"] for entry in account.ok("ListContexts", SessionId=session)["Data"]] == [home]
    account.delete(session)


def test_what_cannot_be_bound_is_refused_before_anything_starts(account: Account, home: str) -> None:
    mount = {"ContextId": home, "Path": PLACE, "Type": "mount", "MountConfig": {"AccessMode": "a", "StorageMode": "b"}}
    wrong = [
        (bound("SdkCtx-none"), "Context.NotFound"),
        (mount, "NotSupportedLocally"),
        (bound(home, "relative"), "InvalidParameter"),
        (bound(home, "/"), "InvalidParameter"),
        (bound(home, bwList={"whiteLists": [{"path": "(", "isPathRegex": True}]}), "InvalidParameter"),
        (bound(home, recyclePolicy={"lifecycle": "Lifecycle_2Days"}), "InvalidParameter"),
    ]
    for item, code in wrong:
        assert account.refused("CreateMcpSession", PersistenceDataList=json.dumps([item])) == code, item
    assert account.ok("ListSession", Labels="{}")["Data"] == []


def test_a_paused_session_is_not_copied(account: Account, home: str) -> None:
    session = account.session(bound(home))
    account.ok("PauseSessionAsync", SessionId=session)
    assert eventually(lambda: account.ok("GetSessionDetail", SessionId=session)["Data"]["Status"] == "PAUSED")
    assert account.refused("SyncContext", SessionId=session) == "InvalidSessionStatus"
    account.ok("ResumeSessionAsync", SessionId=session)
    assert eventually(lambda: account.ok("GetSessionDetail", SessionId=session)["Data"]["Status"] == "RUNNING")
    account.delete(session)


def test_a_file_is_transferred_into_a_session_and_out_of_it(account: Account) -> None:
    session = account.session()
    loaded = account.ok("GetAndLoadInternalContext", SessionId=session, **{"ContextTypes.1": "file_transfer"})["Data"]
    assert loaded[0]["ContextPath"].endswith("/file-transfer")
    context_id, path = loaded[0]["ContextId"], f"{loaded[0]['ContextPath']}/a.zip"
    account.put(context_id, path, b"no zip at all")
    tasks = account.sync(session, "download", ContextId=context_id, Path=path)
    assert [(task["path"], task["status"], task["errorMessage"]) for task in tasks] == [(path, "Success", "")]
    account.run(session, f"printf more >>{path}; echo away >/tmp/elsewhere")
    account.sync(session, "upload", ContextId=context_id, Path=path)
    account.sync(session, "upload", ContextId=context_id, Path="/tmp/elsewhere")
    assert account.get(context_id, path) == b"no zip at allmore"
    assert account.get(context_id, "/tmp/elsewhere") == b"away\n"
    missing = account.sync(session, "upload", ContextId=context_id, Path="/tmp/none")
    assert "no such file" in next(task for task in missing if task["path"] == "/tmp/none")["errorMessage"]
    account.delete(session)
    assert account.refused("GetContext", ContextId=context_id) == "Context.NotFound"


def test_nothing_but_regular_files_leaves_a_session(account: Account, home: str) -> None:
    session = account.session(bound(home))
    account.run(session, f"cd {PLACE}; echo 1 >plain; mkfifo fifo; ln -s /etc/passwd link; ln -s /etc folder")
    account.run(session, f"cd {PLACE}; python3 -c 'import socket; socket.socket(1).bind(\"sock\")'")
    assert [task["status"] for task in account.sync(session)] == ["Success"]
    assert account.names(home) == ["plain"]
    account.delete(session)


def test_a_hostile_name_fails_the_copy_and_keeps_no_other_file_back(account: Account, home: str) -> None:
    session = account.session(bound(home))
    account.run(session, f"cd {PLACE}; touch good; touch \"$(printf 'a\\377')\" 'b\\c' \"$(printf 'd\\nx')\"")
    task = account.sync(session)[0]
    assert task["status"] == "Failed"
    assert "UTF-8" in task["errorMessage"] or "backslash" in task["errorMessage"]
    assert account.names(home) == ["good"]
    account.delete(session)


def test_a_file_beyond_the_limit_fails_the_copy_at_once(tmp_path: Path) -> None:
    with serving(state=tmp_path, context_limit=2**20) as engine:
        account = Account(engine)
        home = account.context("small")
        session = account.session(bound(home))
        account.run(session, f"cd {PLACE}; truncate -s 100M sparse && echo 1 >good")
        task = account.sync(session)[0]
        assert (task["status"], "larger than" in task["errorMessage"]) == ("Failed", True)
        assert account.names(home) == ["good"]
        account.delete(session)


def test_a_link_in_the_session_does_not_lead_a_download_out_of_it(account: Account, home: str, tmp_path: Path) -> None:
    account.put(home, f"{PLACE}/in/a", b"x")
    session = account.session()
    account.run(session, f"mkdir -p {PLACE}; ln -s {tmp_path} {PLACE}/in")
    account.ok("BindContexts", SessionId=session, PersistenceDataList=json.dumps([bound(home)]))
    account.wait(session)
    assert list(tmp_path.iterdir()) == []
    account.delete(session)


def test_an_engine_that_stops_copies_what_its_sessions_leave(tmp_path: Path) -> None:
    with serving(state=tmp_path) as engine:
        account = Account(engine)
        home = account.context("left")
        account.run(account.session(bound(home)), f"echo last >{PLACE}/a")
    with serving(state=tmp_path) as engine:
        assert Account(engine).get(home, f"{PLACE}/a") == b"last\n"


def test_a_session_that_is_released_leaves_its_files(account: Account, home: str) -> None:
    item = json.dumps([bound(home)])
    session = account.ok("CreateMcpSession", PersistenceDataList=item, Timeout="5")["Data"]["SessionId"]
    account.run(session, f"mkdir -p {PLACE} && echo idle >{PLACE}/a")  # the copy may not have made it yet
    assert eventually(lambda: account.get(home, f"{PLACE}/a") == b"idle\n")


def zipped(**files: bytes) -> bytes:
    """Return an archive of files; two underscores in a name stand for a slash, a leading one for a way up."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("UP", ".."), data)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ({}, ["./a/in/x"]),
        ({"extractToCurrentFolder": True}, ["./in/x"]),
        ({"deleteSrcFile": False}, ["./a.zip", "./a/in/x"]),
        ({"extract": False}, ["./a.zip"]),
    ],
)
def test_an_archive_that_was_put_there_is_extracted_as_the_policy_says(
    account: Account, home: str, policy: dict[str, bool], found: list[str]
) -> None:
    account.put(home, f"{PLACE}/a.zip", zipped(in__x=b"1"))
    session = account.session(bound(home, extractPolicy=policy))
    assert account.run(session, f"cd {PLACE}; find . -type f | sort").split() == found
    account.delete(session)
    assert "a.zip" in account.names(home)


def test_an_archive_that_a_session_left_comes_back_as_it_was(account: Account, home: str) -> None:
    session = account.session(bound(home))
    account.run(session, f"cd {PLACE}; echo 1 >a; python3 -m zipfile -c a.zip a; rm a")
    account.delete(session)
    session = account.session(bound(home))
    assert account.run(session, f"ls {PLACE}") == "a.zip\n"
    account.delete(session)


def tarred(kind: bytes, name: str = "a") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    return packed.getvalue()


def linked() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        member = zipfile.ZipInfo("link")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomb.zip", zipped(a=bytes(300 * 2**20))),
        ("up.zip", zipped(UP__UP__evil=b"x")),
        ("root.zip", zipped(__tmp__evil=b"x")),
        ("link.zip", linked()),
        ("link.tar.gz", tarred(tarfile.SYMTYPE)),
        ("hard.tgz", tarred(tarfile.LNKTYPE)),
        ("device.tgz", tarred(tarfile.CHRTYPE)),
        ("up.tgz", tarred(tarfile.REGTYPE, "../evil")),
        ("none.zip", b"no archive"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_archive_that_means_harm_is_not_extracted(account: Account, home: str, name: str, data: bytes) -> None:
    account.put(home, f"{PLACE}/{name}", data)
    account.put(home, f"{PLACE}/good", b"x")
    session = account.session(bound(home))
    task = account.tasks(session)[0]
    assert (task["status"], "extracted" in task["errorMessage"]) == ("Failed", True)
    assert account.run(session, f"cd {PLACE}; find . -type f; ls /tmp").split() == ["./good", "data"]
    account.delete(session)


def test_an_honest_tar_is_extracted(account: Account, home: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("./in/a")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"abc"))
    account.put(home, f"{PLACE}/t.tar.gz", packed.getvalue())
    session = account.session(bound(home))
    assert account.run(session, f"cat {PLACE}/t/in/a") == "abc"
    account.delete(session)


def test_files_are_recycled_when_their_days_are_over(tmp_path: Path) -> None:
    policy: dict[str, Any] = {"recyclePolicy": {"lifecycle": "Lifecycle_1Day", "paths": ["old"]}}
    with serving(state=tmp_path) as engine:
        account = Account(engine)
        home = account.context("recycled")
        for name in ("old/a", "old/b", "kept"):
            account.put(home, f"{PLACE}/{name}", b"x")
        account.delete(account.session(bound(home, **policy)))
    data = tmp_path / "contexts" / "data" / home / "tmp" / "data"
    for name in ("old/a", "kept"):
        os.utime(data / name, (0, 0))
    with serving(state=tmp_path) as engine:
        account = Account(engine)
        assert eventually(lambda: account.names(home, f"{PLACE}/old") == ["b"])
        assert account.names(home) == ["kept", "old"]


def test_the_contexts_are_nobody_elses_to_read(account: Account, home: str) -> None:
    account.put(home, "/a", b"x")
    state = account.engine._engine.config.state
    assert state is not None
    assert [
        path for path in state.rglob("*") if path.stat().st_mode & 0o077 and not path.name.startswith("contexts.")
    ] == []


def test_contexts_reach_sessions_that_are_plain_processes(tmp_path: Path) -> None:
    with serving(state=tmp_path, isolation="process") as engine:
        account = Account(engine)
        home = account.context("plain")
        session = account.session()
        place = account.run(session, "echo $HOME").strip() + "/data"
        account.put(home, f"{place}/a", b"down")
        items = json.dumps([bound(home, place)])
        account.ok("BindContexts", SessionId=session, PersistenceDataList=items)
        account.wait(session)
        assert account.run(session, f"cat {place}/a; echo up >{place}/b") == "down"
        account.delete(session)
        assert account.names(home, place) == ["a", "b"]


def test_a_growing_file_and_a_deep_tree_do_not_hold_a_copy_up(account: Account, home: str) -> None:
    session = account.session(bound(home))
    growing = "nohup sh -c 'while :; do echo x >>grows; done' >/dev/null 2>&1 & "
    account.run(session, f"cd {PLACE}; {growing}{until('-s grows')}")
    account.run(session, f"cd {PLACE}; for _ in $(seq 30); do n=$(printf 'd%.0s' $(seq 200)); mkdir $n; cd $n; done")
    task = account.sync(session)[0]
    assert task["status"] in ("Success", "Failed")
    assert account.names(home) == ["grows"]
    account.delete(session)


LEAVING = """
import atexit, json, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from sessionbay.engine import EngineConfig, LocalEngine
from tests.engine.test_contexts import Account, bound
engine = LocalEngine(EngineConfig(state=Path(sys.argv[1]))).start()
atexit.register(engine.stop)
account = Account(engine)
session = account.session(bound(account.context("left")))
account.run(session, "echo last >/tmp/data/a")
"""


def test_a_program_that_just_ends_leaves_its_files_and_says_nothing(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", LEAVING, str(tmp_path)]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=100, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    with serving(state=tmp_path) as engine:
        account = Account(engine)
        assert account.get(account.context("left"), f"{PLACE}/a") == b"last\n"
