# Generated from tests/_async/test_git.py by scripts/generate_sync.py. Do not edit.
"""Git in a session: real repositories, and the classification of failures."""

import json
from typing import Any

import pytest

from sessionbay import (
    AgentBay,
    Command,
    FileSystem,
    GitAuthError,
    GitConflictError,
    GitError,
    GitNotARepoError,
    GitUsageError,
    Process,
    Session,
)
from sessionbay._sync.git import Git

from ..fake_cloud import KEY, FakeCloud, yes


@pytest.fixture
def git(routed: Session) -> Git:
    """Give git, with a repository that has one commit."""
    git = routed.git
    git.init("repo", initial_branch="main")
    (git.configure_user("repo", "Ada", "ada@example.com")).raise_for_error()
    save(git, "a.txt", "one\n", "Begin")
    return git


def save(git: Git, name: str, text: str, message: str, repo: str = "repo") -> str:
    FileSystem(git._connection).write_file(f"{repo}/{name}", text)
    (git.add(repo)).raise_for_error()
    return (git.commit(repo, message)).unwrap()


def test_a_commit_is_reported_with_its_hash(git: Git) -> None:
    commit = save(git, "b.txt", "two\n", "Second\n\nwith a body")
    entries = (git.log("repo")).entries
    assert [entry.message for entry in entries] == ["Second", "Begin"]
    assert (entries[0].hash, entries[0].author_name, entries[0].author_email) == (commit, "Ada", "ada@example.com")
    assert [entry.message for entry in (git.log("repo", max_count=1)).entries] == ["Second"]


def test_a_commit_has_the_author_that_was_given(git: Git) -> None:
    made = git.commit("repo", "Nothing", author_name="Bo", author_email="bo@example.com", allow_empty=True)
    assert made.success
    assert (git.log("repo")).entries[0].author_name == "Bo"


def test_a_commit_of_nothing_is_refused(git: Git) -> None:
    result = git.commit("repo", "Nothing")
    assert (result.success, result.exit_code, result.reason) == (False, 1, "")
    assert "nothing to commit" in result.error_message
    with pytest.raises(GitError):
        result.raise_for_error()


def test_the_status_distinguishes_files_whatever_their_names(git: Git) -> None:
    shell = Command(git._connection)
    shell.run("cd repo && echo x > 'q\"uote' && echo x > 'a -> b' && git mv a.txt 'new name' && echo x > \u540d")
    git.add("repo", files=['q"uote'])
    status = git.status("repo")
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


def test_a_branch_with_detached_in_its_name_is_none_that_is(git: Git) -> None:
    (git.create_branch("repo", "detached-x")).raise_for_error()
    status = git.status("repo")
    assert (status.current_branch, status.detached) == ("detached-x", False)
    git.checkout_branch("repo", "HEAD~0")
    status = git.status("repo")
    assert (status.current_branch, status.detached, status.is_clean) == (None, True, True)
    branches = git.list_branches("repo")
    assert ([branch.name for branch in branches.branches], branches.current) == (["detached-x", "main"], None)


def test_branches_come_and_go(git: Git) -> None:
    git.create_branch("repo", "feature", checkout=False)
    assert (git.list_branches("repo")).current == "main"
    assert (git.delete_branch("repo", "feature")).success
    git.create_branch("repo", "other")
    save(git, "b.txt", "x", "On other")
    git.checkout_branch("repo", "main")
    assert not (git.delete_branch("repo", "other")).success
    assert (git.delete_branch("repo", "other", force=True)).success


def test_a_conflict_is_reported_as_one(git: Git) -> None:
    git.clone("repo", path="copy")
    save(git, "a.txt", "theirs\n", "Theirs")
    save(git, "a.txt", "ours\n", "Ours", "copy")
    git.set_config("copy", "pull.rebase", "false", scope="local")
    result = git.pull("copy")
    assert (result.success, result.reason) == (False, "conflict")
    with pytest.raises(GitConflictError, match="CONFLICT"):
        result.raise_for_error()
    status = git.status("copy")
    assert (status.has_conflicts, status.conflict_count, status.ahead, status.behind) == (True, 1, 1, 1)
    assert status.files[0].status == "conflict"


def test_commits_are_pushed_and_pulled(git: Git) -> None:
    git.init("origin", bare=True, initial_branch="main")
    git.remote_add("repo", "origin", "../origin")
    assert (git.push("repo", remote="origin", branch="main", set_upstream=True)).success
    assert (git.clone("origin", path="copy", branch="main", depth=1)).path == "copy"
    save(git, "b.txt", "two\n", "Second")
    assert (git.status("repo")).ahead == 1
    assert (git.push("repo")).success
    assert (git.pull("copy", remote="origin", branch="main")).success
    assert len((git.log("copy")).entries) == 2


def test_remotes_are_named_and_renamed(git: Git) -> None:
    assert (git.remote_get("repo", "origin")).value is None
    git.remote_add("repo", "origin", "../one")
    assert not (git.remote_add("repo", "origin", "../two")).success
    assert (git.remote_get("repo", "origin")).value == "../one"
    assert (git.remote_add("repo", "origin", "../two", overwrite=True)).success
    assert (git.remote_get("repo", "origin")).value == "../two"
    assert not (git.remote_add("repo", "other", "../nowhere", fetch=True)).success


def test_settings_are_kept_and_missing_ones_are_none(git: Git) -> None:
    assert (git.get_config("repo", "user.name")).value == "Ada"
    assert (git.get_config("repo", "user.name", scope="local")).value is None
    git.set_config("repo", "core.editor", "", scope="local")
    assert (git.get_config("repo", "core.editor", scope="local")).value == ""
    git.set_config("repo", "note.text", "two\nlines\n", scope="local")
    assert (git.get_config("repo", "note.text", scope="local")).value == "two\nlines\n"


def test_changes_are_unstaged_and_given_up(git: Git) -> None:
    files = FileSystem(git._connection)
    files.write_file("repo/a.txt", "changed\n")
    git.add("repo")
    git.restore("repo", ["a.txt"], staged=True)
    assert [(file.staged, file.status) for file in (git.status("repo")).files] == [(False, "modified")]
    git.restore("repo", ["a.txt"])
    assert (git.status("repo")).is_clean
    save(git, "b.txt", "x", "Second")
    assert (git.reset("repo", mode="hard", target="HEAD~1")).success
    assert len((git.log("repo")).entries) == 1
    files.write_file("repo/a.txt", "changed\n")
    git.add("repo", stage_all=False)
    git.reset("repo", paths=["a.txt"])
    assert not (git.status("repo")).has_staged


def test_long_messages_many_names_and_long_outputs_pass_complete(bay_session: Session) -> None:
    git = bay_session.git
    names = [f"{number:03}-{'n' * 240}" for number in range(600)]  # 147 KB: more than a command line holds
    message = "m" * 1_200_000  # more than the engine keeps of a command's output
    make = f"git init -q long && cd long && seq -f %03g-{'n' * 240} 0 599 | xargs touch"
    (bay_session.command.run(make)).raise_for_error()
    assert (git.add("long", files=names)).success
    assert [file.path for file in (git.status("long")).files if file.staged] == names
    assert (git.commit("long", message, author_name="Ada", author_email="a@example.com")).success
    assert [entry.message for entry in (git.log("long")).entries] == [message]
    assert (git.restore("long", names, source="HEAD")).success
    assert (git.reset("long", paths=names)).success


def test_untracked_files_are_in_the_status_although_the_configuration_hides_them(
    bay_session: Session,
) -> None:
    git = bay_session.git
    git.init("hidden")
    git.set_config("hidden", "status.showUntrackedFiles", "no", scope="local")
    bay_session.file_system.write_file("hidden/new.txt", "text")
    assert (git.status("hidden")).untracked_count == 1


@pytest.mark.parametrize(
    "stdout", ["30\nIyBicmFuY2guaGVhZCBtYWlu\n", "# branch.head main\0", "12\nIyB[... 9 bytes", ""]
)
def test_an_output_that_was_cut_is_no_status(stdout: str) -> None:
    shell = json.dumps({"stdout": stdout, "stderr": "", "exit_code": 0})
    cloud = FakeCloud(CallMcpTool=yes({"content": [{"type": "text", "text": shell}]}))
    with AgentBay(KEY, transport=cloud) as bay:
        with pytest.raises(GitError, match="incomplete") as caught:
            Session(bay, "session-1").git.status("repo")
    assert caught.value.kind == "invalid_response"


def test_a_folder_that_is_no_repository_is_reported(bay_session: Session) -> None:
    result = bay_session.git.status("/tmp")
    assert result.reason == "not_a_repository"
    with pytest.raises(GitNotARepoError):
        result.raise_for_error()


def test_a_machine_without_git_is_reported(bay_session: Session) -> None:
    shell = '{"stdout": "", "stderr": "bash: git: command not found", "exit_code": 127}'
    cloud = FakeCloud(CallMcpTool=yes({"content": [{"type": "text", "text": shell}]}))
    with AgentBay(KEY, transport=cloud) as bay:
        assert (Session(bay, "session-1").git.status("repo")).reason == "not_found"


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
def test_a_mistake_raises_before_sending(method: str, mistake: dict[str, Any]) -> None:
    cloud = FakeCloud()
    with AgentBay(KEY, transport=cloud) as bay:
        with pytest.raises(GitUsageError):
            getattr(Session(bay, "session-1").git, method)(**mistake)
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


def first_line(process: Process) -> str:
    for line in process:
        return line.text
    raise AssertionError("the server ended at once")


@pytest.mark.usefixtures("a_turn_at_the_ports")
def test_a_repository_that_is_served_is_cloned_and_pulled(git: Git, routed: Session) -> None:
    git.create_branch("repo", "feature", checkout=False)
    git.set_config("repo", "daemon.receivepack", "true", scope="local")
    serve = "git daemon --export-all --reuseaddr --verbose --base-path=. --listen=127.0.0.1 --port=30187 2>&1"
    with routed.command.start(serve) as server:
        assert "Ready to rumble" in first_line(server)
        url = "git://127.0.0.1:30187/repo"
        assert (git.clone(url, path="copy", branch="feature")).success
        save(git, "b.txt", "two\n", "Second")
        again = git.clone(url)  # the folder of its name is there already
        assert (again.success, again.reason) == (False, "")
        assert (git.pull("copy", remote="origin", branch="main")).success
    assert (git.status("copy")).current_branch == "feature"
    assert [entry.message for entry in (git.log("copy")).entries] == ["Second", "Begin"]


def test_a_server_that_wants_a_password_is_reported_as_such(bay_session: Session) -> None:
    bay_session.file_system.write_file("refuses.py", REFUSES)
    with bay_session.command.start("python3 refuses.py") as server:
        port = first_line(server)
        result = bay_session.git.clone(f"http://127.0.0.1:{port}/repo", path="copy")
    assert result.reason == "auth"
    with pytest.raises(GitAuthError):
        result.raise_for_error()
