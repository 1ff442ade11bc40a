"""Which copy of a file is waited for, and where a file passes through."""

import pytest

from sessionbay.models.contexts import ContextInfoResult, ContextStatus
from sessionbay.operations.transfers import CopyWatch, TransferPath

PATH = "/tmp/file-transfer/a"


def saw(
    status: str, error: str = "", *, path: str = PATH, mode: str = "download", context: str = "c"
) -> ContextInfoResult:
    return ContextInfoResult(success=True, data=(ContextStatus(context, path, status, mode, error),))


@pytest.mark.parametrize("word", ["success", "Successful", "OK", "finished", "done", "completed", "complete"])
def test_a_copy_is_done_by_any_of_the_words_for_it(word: str) -> None:
    assert CopyWatch("c", PATH, "download").evaluate(saw(word)) == "done"


@pytest.mark.parametrize("other", [{"path": PATH + "/"}, {"mode": "upload"}, {"context": "d"}])
def test_another_copy_is_not_the_one_that_is_waited_for(other: dict[str, str]) -> None:
    watch = CopyWatch("c", PATH, "download")
    assert watch.evaluate(saw("Success", **other)) == "pending"
    assert "no such copy" in watch.reason


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        ("Failed", "disk full", "disk full"),
        ("Failed", "", "ended as Failed, without a reason"),
        ("ERROR", "", "ended as ERROR"),
        ("Running", "no such file", "no such file"),
        ("Success", "but not all", "but not all"),
    ],
)
def test_a_copy_that_failed_ends_the_wait_with_or_without_a_reason(status: str, error: str, reason: str) -> None:
    watch = CopyWatch("c", PATH, "download")
    assert watch.evaluate(saw(status, error)) == "failed"
    assert reason in watch.reason


def test_a_copy_that_runs_is_waited_for() -> None:
    watch = CopyWatch("c", PATH, "download")
    assert (watch.evaluate(saw("Running")), watch.reason) == ("pending", "last seen Running")


def test_a_look_that_is_refused_for_now_is_made_again() -> None:
    watch = CopyWatch("c", PATH, "download")
    assert watch.evaluate(ContextInfoResult(error_message="busy", http_status_code=503)) == "pending"
    assert watch.evaluate(ContextInfoResult(error_message="gone", code="Context.NotFound")) == "refused"
    assert watch.reason == "gone"


@pytest.mark.parametrize("path", ["/tmp/file-transfer/a", "/tmp/file-transfer/in/a", "/tmp//file-transfer/./a"])
def test_a_file_in_the_folder_for_transfers_has_no_detour(path: str) -> None:
    station = TransferPath.of(path, "/tmp/file-transfer", "u", copies_folders=False)
    assert not station.is_staged
    assert station.staged == station.synced


@pytest.mark.parametrize(
    "path", ["/tmp/file-transfer", "/tmp/file-transfer/../a", "/tmp/file-transferred/a", "a", "../file-transfer/a"]
)
def test_any_other_file_passes_through_a_folder_of_its_own(path: str) -> None:
    station = TransferPath.of(path, "/tmp/file-transfer", "u", copies_folders=False)
    assert station.is_staged
    assert station.staged == "/tmp/file-transfer/u/file"


def test_agb_copies_the_folder_that_a_file_is_in() -> None:
    assert TransferPath.of(PATH, "/tmp/file-transfer", "u", copies_folders=True).synced == "/tmp/file-transfer"
    assert TransferPath.of("/a", "/tmp/file-transfer", "u", copies_folders=True).synced == "/tmp/file-transfer/u"


def test_the_shell_gets_any_name_as_it_is() -> None:
    station = TransferPath.of("a/$(reboot) 'b\n", "/tmp/file-transfer", "u", copies_folders=False)
    assert """path='a/$(reboot) '"'"'b\n'""" in station.names("p")
