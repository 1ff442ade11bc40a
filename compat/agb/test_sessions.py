"""Sessions: made, found, described, ended."""

import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from agb import AGB, CreateSessionParams
from agb.config import Config

from ..engine import Engine
from .conftest import IMAGE, NUMBERS

Make = Callable[..., Any]


def mark() -> dict[str, str]:
    """Return labels that no other session has."""
    return {"mark": f"{time.time_ns()}-{next(NUMBERS)}"}


def test_a_session_is_created_with_all_ways_into_it(make: Make) -> None:
    session = make()
    assert session.session_id.startswith("session-")
    assert session.token
    assert session.link_url.endswith(session.session_id)
    assert session.session_id in session.resource_url
    assert session.image_id == IMAGE


@pytest.mark.parametrize("image", ["mobile_latest", "windows_latest"])
def test_an_image_that_no_linux_can_run_is_refused_with_a_reason(agb: Any, image: str) -> None:
    result = agb.create(CreateSessionParams(image_id=image))
    assert (result.success, result.session, image in result.error_message) == (False, None, True)


def test_a_session_is_got_by_its_id_and_works(make: Make, agb: Any) -> None:
    made = make()
    got = agb.get(made.session_id)
    assert (got.success, got.session.session_id, got.session.token) == (True, made.session_id, made.token)
    assert got.session.command.execute("echo same", timeout_ms=60_000).stdout == "same\n"


def test_what_is_known_of_a_session_is_got(make: Make, agb: Any) -> None:
    made = make()
    result = agb.get_session(made.session_id)
    assert (result.success, result.http_status_code, result.data.status) == (True, 200, "RUNNING")
    assert result.code in ("ok", "")
    assert (result.data.session_id, result.data.link_url) == (made.session_id, made.link_url)


def test_an_unknown_session_is_not_got(agb: Any) -> None:
    result = agb.get_session("session-00000000000000000")
    assert (result.success, result.code) == (False, "InvalidMcpSession.NotFound")
    assert "not found" in result.error_message
    assert agb.get("session-00000000000000000").success is False


def test_sessions_are_listed_by_labels(make: Make, agb: Any) -> None:
    one, other = mark(), mark()
    session = make(labels=one | {"kind": "listed"})
    make(labels=other | {"kind": "listed"})
    result = agb.list(one)
    assert (result.success, result.session_ids) == (True, [session.session_id])


def test_a_list_comes_in_pages(make: Make, agb: Any) -> None:
    labels = mark()
    made = [make(labels=labels).session_id for _ in range(3)]
    first, second = (agb.list(labels, page=page, limit=2) for page in (1, 2))
    assert (len(first.session_ids), len(second.session_ids)) == (2, 1)
    assert (first.max_results, bool(first.next_token), bool(second.next_token)) == (2, True, False)
    assert sorted(first.session_ids + second.session_ids) == sorted(made)


def test_a_list_counts_all_that_match(make: Make, agb: Any) -> None:
    labels = mark()
    for _ in range(3):
        make(labels=labels)
    assert agb.list(labels, limit=2).total_count == 3


def test_a_page_beyond_the_end_is_refused(make: Make, agb: Any) -> None:
    labels = mark()
    make(labels=labels)
    assert agb.list(labels, page=3, limit=2).success is False


def test_labels_of_the_creation_are_read(make: Make) -> None:
    labels = mark() | {"name": "Grüße \u540d"}
    assert make(labels=labels).get_labels().data == labels


def test_set_labels_replaces_all(make: Make) -> None:
    session = make(labels={"old": "1"})
    assert session.set_labels({"new": "2"}).success
    assert session.get_labels().data == {"new": "2"}


def test_the_status_is_reported(session: Any) -> None:
    result = session.get_status()
    assert (result.success, result.status, result.http_status_code) == (True, "RUNNING", 200)


def test_info_has_the_session_and_its_page(session: Any) -> None:
    result = session.info()
    assert (result.success, result.data["session_id"]) == (True, session.session_id)
    assert result.data["resource_url"] == session.resource_url
    assert "sessionbay" in result.data["connection_properties"]


def test_the_page_of_a_session_is_served(session: Any) -> None:
    with urllib.request.urlopen(session.resource_url, timeout=60) as page:
        assert session.session_id in page.read().decode()


def test_metrics_are_numbers_that_make_sense(machine: Any) -> None:
    result = machine.get_metrics()
    found = result.metrics
    assert (result.success, found.cpu_count > 0) == (True, True)
    assert 0 < found.mem_used < found.mem_total
    assert found.disk_total > 0
    assert found.timestamp


def test_keep_alive_holds_a_session_that_would_be_released(make: Make) -> None:
    session = make(idle_release_timeout=5)
    until = time.monotonic() + 6.5
    while time.monotonic() < until:
        assert session.keep_alive().success
        time.sleep(0.3)
    assert session.get_status().status == "RUNNING"


def test_delete_ends_a_session_for_good(agb: Any, make: Make) -> None:
    session = make()
    assert session.delete().success
    assert session.get_status().status == "FINISH"
    assert agb.get_session(session.session_id).code == "InvalidMcpSession.NotFound"


def test_the_client_deletes_a_session_too(agb: Any, make: Make) -> None:
    labels = mark()
    assert agb.delete(make(labels=labels)).success
    assert agb.list(labels).session_ids == []


def test_a_wrong_key_is_refused(engine: Engine) -> None:
    result = AGB(api_key="ako-wrong", cfg=Config(endpoint=engine.endpoint, timeout_ms=30_000)).create(
        CreateSessionParams(image_id=IMAGE)
    )
    assert (result.success, "logged in" in result.error_message) == (False, True)


@pytest.mark.defect("A limit below a second becomes none at all, and no call gets through.")
def test_a_limit_of_half_a_second(engine: Engine) -> None:
    agb = AGB(api_key=engine.api_key, cfg=Config(endpoint=engine.endpoint, timeout_ms=500))
    assert agb.list().success is False


@pytest.mark.defect("It needs the image to list tools, and does not know it of a session that was got by its id.")
def test_the_tools_of_a_session_that_was_got(agb: Any, session: Any) -> None:
    with pytest.raises(ValueError, match="image"):
        agb.get(session.session_id).session.list_mcp_tools()


def test_the_environment_sets_the_endpoint(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGB_ENDPOINT", engine.endpoint)
    monkeypatch.setenv("AGB_API_KEY", engine.api_key)
    assert AGB().list().success
