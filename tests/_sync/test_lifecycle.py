# Generated from tests/_async/test_lifecycle.py by scripts/generate_sync.py. Do not edit.
"""Pausing, resuming, deleting: on the engine, and on a cloud that misbehaves."""

import json
from itertools import pairwise
from typing import Any

import httpx
import pytest

from sessionbay import AGB, AgentBay, Session, SessionError, SessionTimeoutError, SessionUsageError
from sessionbay.engine import LocalEngine

from ..engine.processes import ANOTHER_TICK, TICKER
from ..engine.transitions import held
from ..fake_cloud import GONE, KEY, FakeCloud, no, status, yes
from ..requirements import promise
from .clock import FakeClock
from .conftest import connect

LOST = httpx.ReadError("the connection was lost")


def on(cloud: FakeCloud, *, strict: bool = False) -> Session:
    """Return a session of a cloud, with a clock that never waits."""
    bay = AgentBay(api_key=KEY, transport=cloud, clock=FakeClock(), strict=strict)
    return Session(bay, "session-1")


@promise("waits.pause", "waits.resume")
def test_a_pause_freezes_processes_and_a_resume_thaws_them(bay_session: Session, session: Session) -> None:
    bay_session.command.run(TICKER)
    assert (bay_session.pause(poll_interval=0.01)).status == "PAUSED"
    session.command.run("sleep 0.3")  # another session, which goes on
    assert (bay_session.resume(poll_interval=0.01)).status == "RUNNING"
    bay_session.command.run(ANOTHER_TICK)
    ticks = [float(tick) for tick in (bay_session.file_system.read_file("ticks")).content.split()]
    assert max(later - earlier for earlier, later in pairwise(ticks)) > 0.3


@promise("waits.pause_async")
def test_the_states_on_the_way_are_visible(engine: LocalEngine, bay: AgentBay, bay_session: Session) -> None:
    go_on = held(engine, bay_session.session_id)
    bay_session.pause_async()
    assert (bay_session.get_status()).status == "PAUSING"
    go_on.set()
    assert (bay_session.delete()).success


def test_a_paused_session_refuses_commands(bay_session: Session) -> None:
    bay_session.pause(poll_interval=0.01)
    result = bay_session.command.run("echo x")
    assert (result.success, result.code, result.exit_code) == (False, "InvalidSessionStatus", None)


def test_agb_has_no_pause_and_says_so_before_sending(engine: LocalEngine) -> None:
    with connect(engine, AGB) as agb:
        with pytest.raises(SessionUsageError, match="AGB has no PauseSessionAsync"):
            Session(agb, "session-1").pause()


def test_a_session_that_was_kept_alive_says_so(session: Session) -> None:
    assert (session.keep_alive()).success


def test_the_old_state_right_after_asking_is_no_error() -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=[status("RUNNING"), status("PAUSING"), status("PAUSED")])
    assert (on(cloud).pause()).status == "PAUSED"


def test_the_old_state_seen_twice_after_the_change_had_begun_ends_the_wait() -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=[status("PAUSING"), status("RUNNING")])
    result = on(cloud).pause()
    assert (result.success, result.status, result.timed_out) == (False, "RUNNING", False)
    assert result.error_message == "went RUNNING, not PAUSED"


def test_a_wait_that_runs_out_reports_the_last_state() -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=status("PAUSING"))
    result = on(cloud).pause(timeout=7, poll_interval=2.0)
    assert (result.success, result.status, result.timed_out) == (False, "PAUSING", True)
    assert result.error_message == "not PAUSED after 7 s, last seen PAUSING"
    assert cloud.requests == ["PauseSessionAsync", *["GetSession"] * 4]


def test_a_wait_without_time_asks_and_looks_once() -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=status("PAUSED"))
    assert (on(cloud).pause(timeout=0)).success
    assert cloud.requests == ["PauseSessionAsync", "GetSession"]


def test_the_last_sleep_of_a_wait_is_cut_to_its_deadline() -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=status("PAUSING"))
    session = on(cloud)
    session.pause(timeout=5, poll_interval=2.0)
    clock = session.connection.api.clock
    assert isinstance(clock, FakeClock)
    assert clock.slept == [2.0, 2.0, 1.0]


def test_a_look_that_is_not_answered_is_tried_again() -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=[LOST] * 6 + [status("PAUSED")])
    assert (on(cloud).pause()).success


def test_a_wait_through_an_outage_reports_the_cause() -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=[status("PAUSING"), LOST])
    result = on(cloud).pause(timeout=10)
    assert (result.status, result.timed_out) == ("PAUSING", True)
    assert "the connection was lost" in result.error_message


@pytest.mark.parametrize("refusal", [GONE, no("NOT_LOGIN", status=400), no("Forbidden", status=403)], ids=str)
def test_a_refusal_that_will_not_heal_ends_a_wait_at_once(refusal: httpx.Response) -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=[status("PAUSING"), refusal])
    result = on(cloud).pause()
    assert (result.success, result.timed_out, result.status) == (False, False, "PAUSING")
    assert len(cloud.requests) == 3


def test_a_refusal_that_will_heal_is_waited_through() -> None:
    cloud = FakeCloud(
        PauseSessionAsync=yes(), GetSession=[no("ServiceUnavailable", status=503)] * 9 + [status("PAUSED")]
    )
    assert (on(cloud).pause()).success


def test_a_state_that_leads_elsewhere_ends_a_wait_at_once() -> None:
    cloud = FakeCloud(ResumeSessionAsync=yes(), GetSession=status("DELETING"))
    assert (on(cloud).resume()).error_message == "went DELETING, not RUNNING"


def test_a_refused_request_to_pause_is_the_result() -> None:
    cloud = FakeCloud(PauseSessionAsync=no("NotAllowed", "your account has no pause"), GetSession=status("RUNNING"))
    result = on(cloud).pause()
    assert (result.code, result.error_message) == ("NotAllowed", "[NotAllowed] your account has no pause")
    assert (result.status, result.timed_out) == ("RUNNING", False)
    assert cloud.requests == ["PauseSessionAsync", "GetSession"] * 2  # once more: its state might just have changed


@pytest.mark.parametrize("refusal", [GONE, no("Throttling.User", status=429)], ids=["gone", "throttled"])
def test_a_refusal_that_no_state_explains_is_the_result_at_once(refusal: httpx.Response) -> None:
    cloud = FakeCloud(PauseSessionAsync=refusal)
    assert not (on(cloud).pause()).success
    assert set(cloud.requests) == {"PauseSessionAsync"}


def test_a_request_to_pause_without_an_answer_raises() -> None:
    with pytest.raises(SessionError) as raised:
        on(FakeCloud(PauseSessionAsync=LOST)).pause()
    assert (raised.value.kind, raised.value.outcome) == ("unreachable", "unknown")


def test_a_strict_client_raises_when_a_wait_runs_out() -> None:
    cloud = FakeCloud(PauseSessionAsync=yes(), GetSession=status("PAUSING"))
    with pytest.raises(SessionTimeoutError) as raised:
        on(cloud, strict=True).pause(timeout=1)
    assert raised.value.result.status == "PAUSING"


def test_beta_names_do_the_same(bay_session: Session) -> None:
    assert (bay_session.beta_pause(poll_interval=0.01)).success
    assert (bay_session.beta_resume(poll_interval=0.01)).success


@pytest.mark.parametrize("word", ["FINISH", "DELETED"])
def test_a_deletion_ends_when_the_session_is_gone(word: str) -> None:
    cloud = FakeCloud(DeleteSessionAsync=yes(), GetSessionDetail=[status("DELETING"), status(word)])
    assert (on(cloud).delete()).status == word


def test_a_session_that_cannot_be_found_after_its_deletion_is_gone() -> None:
    cloud = FakeCloud(DeleteSessionAsync=yes(), GetSessionDetail=[status("DELETING"), GONE])
    assert (on(cloud).delete()).success


@promise("pages.delete.idempotent")
def test_deleting_what_is_deleted_is_a_success() -> None:
    assert (on(FakeCloud(DeleteSessionAsync=GONE)).delete()).success


def test_a_deletion_whose_answer_was_lost_is_asked_again() -> None:
    cloud = FakeCloud(DeleteSessionAsync=[LOST, GONE])
    assert (on(cloud).delete()).success


def test_a_deletion_that_takes_too_long_is_reported() -> None:
    cloud = FakeCloud(DeleteSessionAsync=yes(), GetSessionDetail=status("DELETING"))
    session = on(cloud)
    result = session.delete()
    assert (result.success, result.timed_out, result.status) == (False, True, "DELETING")
    assert (session.get_status()).status == "DELETING"


def test_a_paused_session_is_resumed_to_be_deleted() -> None:
    cloud = FakeCloud(
        DeleteSessionAsync=[no("InvalidSessionStatus", "it is paused"), yes()],
        GetSession=[status("PAUSING"), status("PAUSED"), status("RESUMING"), status("RUNNING")],
        ResumeSessionAsync=yes(),
        GetSessionDetail=status("FINISH"),
    )
    assert (on(cloud).delete()).success
    assert cloud.requests.count("ResumeSessionAsync") == 1


def test_a_refused_deletion_of_a_running_session_is_the_result() -> None:
    cloud = FakeCloud(DeleteSessionAsync=no("NotYours", "it belongs to somebody else"), GetSession=status("RUNNING"))
    result = on(cloud).delete()
    assert (result.success, result.code) == (False, "NotYours")


@promise("pages.delete.sync_failure", "agb.delete")
def test_a_deletion_whose_contexts_could_not_be_copied_still_deletes(caplog: pytest.LogCaptureFixture) -> None:
    cloud = FakeCloud(
        SyncContext=no("InternalError", "no storage"), DeleteSessionAsync=yes(), GetSessionDetail=status("FINISH")
    )
    result = on(cloud).delete(sync_context=True)
    assert (result.success, result.sync_error) == (True, "[InternalError] no storage")
    assert "without its contexts being copied" in caplog.text


@promise("pages.delete.order")
def test_a_deletion_copies_the_contexts_first() -> None:
    tasks = [{"contextId": "c", "path": "/p", "status": "Success", "taskType": "upload"}]
    copied = yes({"ContextStatus": _doubly_encoded(tasks)})
    cloud = FakeCloud(
        SyncContext=yes(), GetContextInfo=copied, DeleteSessionAsync=yes(), GetSessionDetail=status("FINISH")
    )
    assert (on(cloud).delete(sync_context=True)).sync_error == ""
    assert cloud.requests == ["SyncContext", "GetContextInfo", "DeleteSessionAsync", "GetSessionDetail"]


RECORD = {"ContextId": "SdkCtx-rec", "Path": "/home/wuying/record"}
PROFILE = {"ContextId": "SdkCtx-1", "Path": "/p", "Policy": '{"uploadPolicy": {"autoUpload": false}}'}
UPLOADED = {"contextId": "SdkCtx-rec", "path": "/home/wuying/record", "status": "Success", "taskType": "upload"}


def recorded(cloud: FakeCloud) -> Session:
    """Return a new session that records its browser."""
    bay = AgentBay(api_key=KEY, transport=cloud, clock=FakeClock())
    return (bay.create(enable_browser_replay=True)).session


class RecordingCloud(FakeCloud):
    def __init__(self, **answers: Any) -> None:
        made = yes({"SessionId": "session-1", "Success": True})
        gone = {"DeleteSessionAsync": yes(), "GetSessionDetail": status("FINISH")}
        super().__init__(**{"CreateMcpSession": made, **gone, **answers})


@promise("pages.delete.replay", "pages.delete.order")
def test_the_recording_of_a_browser_is_copied_out_before_the_deletion() -> None:
    copied = yes({"ContextStatus": _doubly_encoded([UPLOADED])})
    cloud = RecordingCloud(DescribeSessionContexts=yes([PROFILE, RECORD]), SyncContext=yes(), GetContextInfo=copied)
    result = (recorded(cloud)).delete()
    assert (result.success, result.sync_error) == (True, "")
    assert cloud.requests[1:5] == ["DescribeSessionContexts", "SyncContext", "GetContextInfo", "DeleteSessionAsync"]
    assert (cloud.forms[2]["ContextId"], cloud.forms[2]["Path"]) == ("SdkCtx-rec", "/home/wuying/record")


@pytest.mark.parametrize("listed", [yes([]), yes([PROFILE | {"Policy": ""}]), no("NotServed")])
def test_all_contexts_are_copied_out_where_the_cloud_does_not_name_the_recording(listed: httpx.Response) -> None:
    copied = yes({"ContextStatus": _doubly_encoded([UPLOADED])})
    cloud = RecordingCloud(DescribeSessionContexts=listed, SyncContext=yes(), GetContextInfo=copied)
    assert ((recorded(cloud)).delete()).sync_error == ""
    assert "SyncContext" in cloud.requests
    assert "ContextId" not in cloud.forms[2]


def test_a_recording_does_not_upload_what_is_not_to_be_uploaded() -> None:
    cloud = RecordingCloud(DescribeSessionContexts=yes([PROFILE]))
    assert ((recorded(cloud)).delete()).sync_error == ""
    assert "SyncContext" not in cloud.requests


@promise("pages.delete.sync_failure")
@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"DescribeSessionContexts": httpx.ConnectError("no way there")}, "DescribeSessionContexts"),
        ({"DescribeSessionContexts": yes([RECORD]), "SyncContext": no("InternalError", "no storage")}, "no storage"),
        ({"DescribeSessionContexts": yes([RECORD]), "SyncContext": yes(), "GetContextInfo": yes({})}, "after"),
    ],
    ids=["not listed", "refused", "never done"],
)
def test_a_recording_that_cannot_be_copied_does_not_prevent_the_deletion(answers: Any, reason: str) -> None:
    session = recorded(RecordingCloud(**answers))
    result = session.delete()
    assert result.success
    assert reason in result.sync_error
    clock = session.agent_bay.core.clock
    assert sum(clock.slept) <= 20.1  # type: ignore[attr-defined]  # of the fake clock


@pytest.mark.parametrize("replay", [None, False])
def test_a_session_without_a_recording_is_deleted_at_once(replay: bool | None) -> None:
    cloud = RecordingCloud()
    bay = AgentBay(api_key=KEY, transport=cloud, clock=FakeClock())
    session = (bay.create(enable_browser_replay=replay)).session
    assert session.connection.records_browser is replay
    session.delete()
    assert cloud.requests == ["CreateMcpSession", "DeleteSessionAsync", "GetSessionDetail"]


@pytest.mark.parametrize(("timeout", "poll_interval"), [(-1, 1), (float("nan"), 1), (1, 0), (1, -2), ("ten", 1)])
def test_a_time_that_makes_no_sense_is_refused_before_sending(timeout: float, poll_interval: float) -> None:
    cloud = FakeCloud()
    with pytest.raises(SessionUsageError, match="seconds"):
        on(cloud).pause(timeout=timeout, poll_interval=poll_interval)
    assert cloud.requests == []


def _doubly_encoded(tasks: list[dict[str, str]]) -> str:
    return json.dumps([{"type": "data", "data": json.dumps(tasks)}])
