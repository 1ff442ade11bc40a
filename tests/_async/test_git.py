"""Git in a session: real repositories, and the classification of failures."""

import json
from typing import Any

import pytest

from sessionbay import (
    AsyncAgentBay,
    AsyncCommand,
    AsyncFileSystem,
    AsyncProcess,
    AsyncSession,
    GitAuthError,
    GitConflictError,
    GitError,
    GitNotARepoError,
    GitUsageError,
)
from sessionbay._async.git import AsyncGit

from ..fake_cloud import KEY, FakeCloud, yes


@pytest.fixture
async def git(routed: AsyncSession) -> AsyncGit:
    """Give git, with a repository that has one commit."""
    git = routed.git
    await git.init("repo", initial_branch="main")
    (await git.configure_user("repo", "Ada", "ada@example.com")).raise_for_error()
    await save(git, "a.txt", "one\n", "Begin")
    return git


async def save(git: AsyncGit, name: str, text: str, message: str, repo: str = "repo") -> str:
    await AsyncFileSystem(git._connection).write_file(f"{repo}/{name}", text)
    (await git.add(repo)).raise_for_error()
    return (await git.commit(repo, message)).unwrap()


async def test_a_commit_is_reported_with_its_hash(git: AsyncGit) -> None:
    commit = await save(git, "b.txt", "two\n", "Second\n\nwith a body")
    entries = (await git.log("repo")).entries
    assert [entry.message for entry in entries] == ["Second", "Begin"]
    assert (entries[0].hash, entries[0].author_name, entries[0].author_email) == (commit, "Ada", "ada@example.com")
    assert [entry.message for entry in (await git.log("repo", max_count=1)).entries] == ["Second"]


async def test_a_commit_has_the_author_that_was_given(git: AsyncGit) -> None:
    made = await git.commit("repo", "Nothing", author_name="Bo", author_email="bo@example.com", allow_empty=True)
    assert made.success
    assert (await git.log("repo")).entries[0].author_name == "Bo"


async def test_a_commit_of_nothing_is_refused(git: AsyncGit) -> None:
    result = await git.commit("repo", "Nothing")
    assert (result.success, result.exit_code, result.reason) == (False, 1, "")
    assert "nothing to commit" in result.error_message
    with pytest.raises(GitError):
        result.raise_for_error()


async def test_the_status_distinguishes_files_whatever_their_names(git: AsyncGit) -> None:
    shell = AsyncCommand(git._connection)
    await shell.run("cd repo && echo x > 'q\"uote' && echo x > 'a -> b' && git mv a.txt 'new name' && echo x > \u540d")
    await git.add("repo", files=['q"uote'])
    status = await git.status("repo")
    assert (status.current_branch, status.detached, status.upstream) == ("main", False, None)
    reported = {file.path: (file.status, file.staged, file.renamed_from) for file in status.files}
    assert reported == {
        'q"uote': ("added", True, ""),
        "a -> b": ("untracked", False, ""),
        "new name": ("renamed", True, "a.txt"),
        "\u540d": ("untracked", False, ""),
    }
    assert (status.total_count, status.staged_count, status.untracked_count) == (4, 2, 2)
    assert status.has_changes
    assert not status.is_clean


async def test_a_branch_with_detached_in_its_name_is_none_that_is(git: AsyncGit) -> None:
    (await git.create_branch("repo", "detached-x")).raise_for_error()
    status = await git.status("repo")
    assert (status.current_branch, status.detached) == ("detached-x", False)
    await git.checkout_branch("repo", "HEAD~0")
    status = await git.status("repo")
    assert (status.current_branch, status.detached, status.is_clean) == (None, True, True)
    branches = await git.list_branches("repo")
    assert ([branch.name for branch in branches.branches], branches.current) == (["detached-x", "main"], None)


async def test_branches_come_and_go(git: AsyncGit) -> None:
    await git.create_branch("repo", "feature", checkout=False)
    assert (await git.list_branches("repo")).current == "main"
    assert (await git.delete_branch("repo", "feature")).success
    await git.create_branch("repo", "other")
    await save(git, "b.txt", "x", "On other")
    await git.checkout_branch("repo", "main")
    assert not (await git.delete_branch("repo", "other")).success
    assert (await git.delete_branch("repo", "other", force=True)).success


async def test_a_conflict_is_reported_as_one(git: AsyncGit) -> None:
    await git.clone("repo", path="copy")
    await save(git, "a.txt", "theirs\n", "Theirs")
    await save(git, "a.txt", "ours\n", "Ours", "copy")
    await git.set_config("copy", "pull.rebase", "false", scope="local")
    result = await git.pull("copy")
    assert (result.success, result.reason) == (False, "conflict")
    with pytest.raises(GitConflictError, match="CONFLICT"):
        result.raise_for_error()
    status = await git.status("copy")
    assert (status.has_conflicts, status.conflict_count, status.ahead, status.behind) == (True, 1, 1, 1)
    assert status.files[0].status == "conflict"


async def test_commits_are_pushed_and_pulled(git: AsyncGit) -> None:
    await git.init("origin", bare=True, initial_branch="main")
    await git.remote_add("repo", "origin", "../origin")
    assert (await git.push("repo", remote="origin", branch="main", set_upstream=True)).success
    assert (await git.clone("origin", path="copy", branch="main", depth=1)).path == "copy"
    await save(git, "b.txt", "two\n", "Second")
    assert (await git.status("repo")).ahead == 1
    assert (await git.push("repo")).success
    assert (await git.pull("copy", remote="origin", branch="main")).success
    assert len((await git.log("copy")).entries) == 2


async def test_remotes_are_named_and_renamed(git: AsyncGit) -> None:
    assert (await git.remote_get("repo", "origin")).value is None
    await git.remote_add("repo", "origin", "../one")
    assert not (await git.remote_add("repo", "origin", "../two")).success
    assert (await git.remote_get("repo", "origin")).value == "../one"
    assert (await git.remote_add("repo", "origin", "../two", overwrite=True)).success
    assert (await git.remote_get("repo", "origin")).value == "../two"
    assert not (await git.remote_add("repo", "other", "../nowhere", fetch=True)).success


async def test_settings_are_kept_and_missing_ones_are_none(git: AsyncGit) -> None:
    assert (await git.get_config("repo", "user.name")).value == "Ada"
    assert (await git.get_config("repo", "user.name", scope="local")).value is None
    await git.set_config("repo", "core.editor", "", scope="local")
    assert (await git.get_config("repo", "core.editor", scope="local")).value == ""
    await git.set_config("repo", "note.text", "two\nlines\n", scope="local")
    assert (await git.get_config("repo", "note.text", scope="local")).value == "two\nlines\n"


async def test_changes_are_unstaged_and_given_up(git: AsyncGit) -> None:
    files = AsyncFileSystem(git._connection)
    await files.write_file("repo/a.txt", "changed\n")
    await git.add("repo")
    await git.restore("repo", ["a.txt"], staged=True)
    assert [(file.staged, file.status) for file in (await git.status("repo")).files] == [(False, "modified")]
    await git.restore("repo", ["a.txt"])
    assert (await git.status("repo")).is_clean
    await save(git, "b.txt", "x", "Second")
    assert (await git.reset("repo", mode="hard", target="HEAD~1")).success
    assert len((await git.log("repo")).entries) == 1
    await files.write_file("repo/a.txt", "changed\n")
    await git.add("repo", stage_all=False)
    await git.reset("repo", paths=["a.txt"])
    assert not (await git.status("repo")).has_staged


async def test_long_messages_many_names_and_long_outputs_pass_complete(bay_session: AsyncSession) -> None:
    git = bay_session.git
    names = [f"{number:03}-{'n' * 240}" for number in range(600)]  # 147 KB: more than a command line holds
    message = "m" * 1_200_000  # more than the engine keeps of a command's output
    make = f"git init -q long && cd long && seq -f %03g-{'n' * 240} 0 599 | xargs touch"
    (await bay_session.command.run(make)).raise_for_error()
    assert (await git.add("long", files=names)).success
    assert [file.path for file in (await git.status("long")).files if file.staged] == names
    assert (await git.commit("long", message, author_name="Ada", author_email="a@example.com")).success
    assert [entry.message for entry in (await git.log("long")).entries] == [message]
    assert (await git.restore("long", names, source="HEAD")).success
    assert (await git.reset("long", paths=names)).success


async def test_untracked_files_are_in_the_status_although_the_configuration_hides_them(
    bay_session: AsyncSession,
) -> None:
    git = bay_session.git
    await git.init("hidden")
    await git.set_config("hidden", "status.showUntrackedFiles", "no", scope="local")
    await bay_session.file_system.write_file("hidden/new.txt", "text")
    assert (await git.status("hidden")).untracked_count == 1


@pytest.mark.parametrize(
    "stdout", ["30\nIyBicmFuY2guaGVhZCBtYWlu\n", "# branch.head main\0", "12\nIyB[... 9 bytes", ""]
)
async def test_an_output_that_was_cut_is_no_status(stdout: str) -> None:
    shell = json.dumps({"stdout": stdout, "stderr": "", "exit_code": 0})
    cloud = FakeCloud(CallMcpTool=yes({"content": [{"type": "text", "text": shell}]}))
    async with AsyncAgentBay(KEY, transport=cloud) as bay:
        with pytest.raises(GitError, match="incomplete") as caught:
            await AsyncSession(bay, "session-1").git.status("repo")
    assert caught.value.kind == "invalid_response"


async def test_a_folder_that_is_no_repository_is_reported(bay_session: AsyncSession) -> None:
    result = await bay_session.git.status("/tmp")
    assert result.reason == "not_a_repository"
    with pytest.raises(GitNotARepoError):
        result.raise_for_error()


async def test_a_machine_without_git_is_reported(bay_session: AsyncSession) -> None:
    shell = '{"stdout": "", "stderr": "bash: git: command not found", "exit_code": 127}'
    cloud = FakeCloud(CallMcpTool=yes({"content": [{"type": "text", "text": shell}]}))
    async with AsyncAgentBay(KEY, transport=cloud) as bay:
        assert (await AsyncSession(bay, "session-1").git.status("repo")).reason == "not_found"


@pytest.mark.parametrize(
    ("method", "mistake"),
    [
        ("clone", {"url": "--upload-pack=touch /tmp/x"}),
        ("clone", {"url": "x", "depth": 0}),
        ("add", {"repo_path": "", "files": ["x"]}),
        ("add", {"repo_path": "repo", "files": []}),
        ("commit", {"repo_path": "repo", "message": ""}),
        ("checkout_branch", {"repo_path": "repo", "branch": "-f"}),
        ("reset", {"repo_path": "repo", "mode": "gentle"}),
        ("pull", {"repo_path": "repo", "branch": "main"}),
        ("get_config", {"repo_path": "repo", "key": "a.b", "scope": "system"}),
        ("status", {"repo_path": "repo", "timeout_ms": 0}),
    ],
)
async def test_a_mistake_raises_before_sending(method: str, mistake: dict[str, Any]) -> None:
    cloud = FakeCloud()
    async with AsyncAgentBay(KEY, transport=cloud) as bay:
        with pytest.raises(GitUsageError):
            await getattr(AsyncSession(bay, "session-1").git, method)(**mistake)
    assert cloud.requests == []


REFUSES = """
import http.server
class Refuses(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Basic")
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Refuses)
print(server.server_port, flush=True)
server.serve_forever()
"""


async def first_line(process: AsyncProcess) -> str:
    async for line in process:
        return line.text
    raise AssertionError("the server ended at once")


@pytest.mark.usefixtures("a_turn_at_the_ports")
async def test_a_repository_that_is_served_is_cloned_and_pulled(git: AsyncGit, routed: AsyncSession) -> None:
    await git.create_branch("repo", "feature", checkout=False)
    await git.set_config("repo", "daemon.receivepack", "true", scope="local")
    serve = "git daemon --export-all --reuseaddr --verbose --base-path=. --listen=127.0.0.1 --port=30187 2>&1"
    async with routed.command.start(serve) as server:
        assert "Ready to rumble" in await first_line(server)
        url = "git://127.0.0.1:30187/repo"
        assert (await git.clone(url, path="copy", branch="feature")).success
        await save(git, "b.txt", "two\n", "Second")
        again = await git.clone(url)  # the folder of its name is there already
        assert (again.success, again.reason) == (False, "")
        assert (await git.pull("copy", remote="origin", branch="main")).success
    assert (await git.status("copy")).current_branch == "feature"
    assert [entry.message for entry in (await git.log("copy")).entries] == ["Second", "Begin"]


async def test_a_server_that_wants_a_password_is_reported_as_such(bay_session: AsyncSession) -> None:
    await bay_session.file_system.write_file("refuses.py", REFUSES)
    async with bay_session.command.start("python3 refuses.py") as server:
        port = await first_line(server)
        result = await bay_session.git.clone(f"http://127.0.0.1:{port}/repo", path="copy")
    assert result.reason == "auth"
    with pytest.raises(GitAuthError):
        result.raise_for_error()
