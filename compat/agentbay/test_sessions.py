"""Sessions: made, found, described, ended."""

import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from agentbay import CreateSessionParams, LifecyclePolicy

from ..engine import Engine
from .conftest import KINDS, NUMBERS, Do

Make = Callable[..., Any]


def mark() -> dict[str, str]:
    """Return labels that no other session has."""
    return {"mark": f"{time.time_ns()}-{next(NUMBERS)}"}


def ids(result: Any) -> list[str]:
    return [entry["sessionId"] for entry in result.session_ids]


def test_a_session_is_created_with_all_ways_into_it(make: Make) -> None:
    session = make()
    assert session.session_id.startswith("session-")
    assert session.token
    assert session.link_url.endswith(session.session_id)
    assert session.session_id in session.resource_url


def test_a_session_with_lifecycle_and_framework_is_created(make: Make, do: Do) -> None:
    session = make(lifecycle_policy=LifecyclePolicy(idle_release_timeout=50, max_runtime=100), framework="checks")
    assert do(session.get_status()).status == "RUNNING"


def test_a_session_that_is_released_by_hand_is_created(make: Make, do: Do) -> None:
    assert do(make(lifecycle_policy=LifecyclePolicy(manual_release=True)).get_status()).status == "RUNNING"


def test_an_image_is_remembered(make: Make, bay: Any, do: Do) -> None:
    labels = mark()
    make(image_id="code_latest", labels=labels)
    assert [entry["imageId"] for entry in do(bay.list(labels)).session_ids] == ["code_latest"]


@pytest.mark.parametrize("image", ["mobile_latest", "windows_latest"])
def test_an_image_that_no_linux_can_run_is_refused_with_a_reason(bay: Any, do: Do, image: str) -> None:
    result = do(bay.create(CreateSessionParams(image_id=image)))
    assert (result.success, result.session) == (False, None)
    assert "ImageNotSupportedLocally" in result.error_message
    assert image in result.error_message


def test_a_session_is_got_by_its_id_and_works(make: Make, bay: Any, do: Do) -> None:
    made = make()
    got = do(bay.get(made.session_id))
    assert (got.success, got.session.session_id, got.session.token) == (True, made.session_id, made.token)
    assert do(got.session.command.execute_command("echo same")).stdout == "same\n"


def test_an_unknown_session_is_not_got(bay: Any, do: Do) -> None:
    result = do(bay.get("session-00000000000000000"))
    assert (result.success, result.session) == (False, None)
    assert "not found" in result.error_message.lower()


def test_sessions_are_listed_by_labels(make: Make, bay: Any, do: Do) -> None:
    one, other = mark(), mark()
    session = make(labels=one | {"kind": "listed"})
    make(labels=other | {"kind": "listed"})
    result = do(bay.list(one))
    assert (result.success, result.total_count, ids(result)) == (True, 1, [session.session_id])
    assert result.session_ids[0]["sessionStatus"] == "RUNNING"
    assert result.session_ids[0]["appInstanceId"].startswith("ai-")


def test_all_labels_of_a_list_must_match(make: Make, bay: Any, do: Do) -> None:
    labels = mark()
    make(labels=labels)
    assert ids(do(bay.list(labels | {"kind": "another"}))) == []


def test_a_list_comes_in_pages(make: Make, bay: Any, do: Do) -> None:
    labels = mark()
    made = [make(labels=labels).session_id for _ in range(3)]
    first, second = (do(bay.list(labels, page=page, limit=2)) for page in (1, 2))
    assert (len(first.session_ids), len(second.session_ids)) == (2, 1)
    assert (first.total_count, first.max_results, bool(first.next_token), bool(second.next_token)) == (
        3,
        2,
        True,
        False,
    )
    assert sorted(ids(first) + ids(second)) == sorted(made)


def test_a_page_beyond_the_end_is_refused(make: Make, bay: Any, do: Do) -> None:
    labels = mark()
    make(labels=labels)
    assert do(bay.list(labels, page=3, limit=2)).success is False


@pytest.mark.parametrize(("status", "found"), [("RUNNING", 1), ("PAUSED", 0)])
def test_sessions_are_listed_by_status(make: Make, bay: Any, do: Do, status: str, found: int) -> None:
    labels = mark()
    make(labels=labels)
    assert do(bay.list(labels, status=status)).total_count == found


def test_sessions_are_listed_by_image(make: Make, bay: Any, do: Do) -> None:
    labels = mark()
    session = make(labels=labels, image_id="linux_latest")
    assert ids(do(bay.list(labels, image_id="linux_latest"))) == [session.session_id]
    assert ids(do(bay.list(labels, image_id="code_latest"))) == []


def test_labels_of_the_creation_are_read(make: Make, do: Do) -> None:
    labels = mark() | {"name": "Grüße \u540d"}
    assert do(make(labels=labels).get_labels()).data == labels


def test_set_labels_replaces_all(make: Make, do: Do) -> None:
    session = make(labels={"old": "1"})
    assert do(session.set_labels({"new": "2"})).success
    assert do(session.get_labels()).data == {"new": "2"}


def test_the_status_is_reported(session: Any, do: Do) -> None:
    result = do(session.get_status())
    assert (result.success, result.status, result.code) == (True, "RUNNING", "ok")


def test_info_has_the_session_and_its_page(session: Any, do: Do) -> None:
    result = do(session.info())
    assert (result.success, result.data.session_id) == (True, session.session_id)
    assert result.data.resource_url == session.resource_url
    assert "sessionbay" in result.data.connection_properties


def test_the_page_of_a_session_is_served(session: Any) -> None:
    with urllib.request.urlopen(session.resource_url, timeout=60) as page:
        assert session.session_id in page.read().decode()


def test_metrics_are_numbers_that_make_sense(machine: Any, do: Do) -> None:
    result = do(machine.get_metrics())
    found = result.metrics
    assert (result.success, found.cpu_count > 0) == (True, True)
    assert 0 < found.mem_used < found.mem_total
    assert found.disk_total > 0
    assert found.timestamp


def test_keep_alive_holds_a_session_that_would_be_released(make: Make, do: Do) -> None:
    session = make(idle_release_timeout=5)
    until = time.monotonic() + 6.5
    while time.monotonic() < until:
        assert do(session.keep_alive()).success
        time.sleep(0.4)
    assert do(session.get_status()).status == "RUNNING"


def test_an_idle_session_is_released(make: Make, do: Do) -> None:
    session = make(idle_release_timeout=1)
    until = time.monotonic() + 60
    while (status := do(session.get_status()).status) == "RUNNING" and time.monotonic() < until:
        time.sleep(0.2)
    assert status in ("DELETING", "FINISH")


def test_delete_ends_a_session_for_good(bay: Any, do: Do) -> None:
    session = do(bay.create()).session
    assert do(session.delete()).success
    assert do(session.get_status()).status == "FINISH"
    assert do(bay.get(session.session_id)).success is False


def test_the_client_deletes_a_session_too(bay: Any, do: Do) -> None:
    labels = mark()
    session = do(bay.create(CreateSessionParams(labels=labels))).session
    assert do(bay.delete(session)).success
    assert do(bay.list(labels)).session_ids == []


@pytest.mark.defect("It takes a session that is gone already for a failed deletion.")
def test_a_second_delete(bay: Any, do: Do) -> None:
    session = do(bay.create()).session
    assert do(session.delete()).success
    again = do(session.delete())
    assert again.success is False
    assert "InvalidMcpSession.NotFound" in again.error_message


def test_a_wrong_key_is_refused(client_of: Callable[[str, str], Any], engine: Engine, do: Do) -> None:
    result = do(client_of(engine.endpoint, "akm-wrong").create())
    assert result.success is False
    assert "NOT_LOGIN" in result.error_message


def test_the_environment_sets_the_endpoint(
    flavour: str, engine: Engine, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTBAY_ENDPOINT", engine.endpoint)
    monkeypatch.setenv("AGENTBAY_API_KEY", engine.api_key)
    result = do(KINDS[flavour]().list())
    assert (result.success, result.error_message) == (True, "")
