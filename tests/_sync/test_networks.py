# Generated from tests/_async/test_networks.py by scripts/generate_sync.py. Do not edit.
"""Networks: requests, the wait, and clouds without them."""

from typing import Any

import pytest

from sessionbay import AGB, AgentBay, SessionError, SessionTimeoutError, SessionUsageError

from ..fake_cloud import KEY, FakeCloud, no, yes
from .clock import FakeClock

MADE = yes({"NetworkId": "network-1", "NetworkToken": "TOKEN-canary"})
BUSY = no("ServiceUnavailable", "later", status=503)


def client(cloud: FakeCloud, **options: Any) -> AgentBay:
    return AgentBay(api_key=KEY, transport=cloud, clock=FakeClock(), **options)


def test_a_network_is_made_and_its_token_is_not_shown() -> None:
    cloud = FakeCloud(CreateNetwork=MADE)
    made = client(cloud).beta_network.get_network_bind_token()
    assert (made.network_id, made.network_token) == ("network-1", "TOKEN-canary")
    assert "canary" not in repr(made)
    assert (cloud.forms[0]["LoginRegionId"], "NetworkId" in cloud.forms[0]) == ("cn-hangzhou", False)


def test_a_network_that_exists_gets_another_token() -> None:
    cloud = FakeCloud(CreateNetwork=MADE)
    client(cloud).beta_network.get_network_bind_token("network-1")
    assert cloud.forms[0]["NetworkId"] == "network-1"


def test_an_answer_without_a_token_is_invalid() -> None:
    with pytest.raises(SessionError, match="network_token: Field required"):
        client(FakeCloud(CreateNetwork=yes({"NetworkId": "network-1"}))).beta_network.get_network_bind_token()


@pytest.mark.parametrize("data", [{"Online": True}, {"Online": False}, {"Online": None}, {}])
def test_a_network_is_online_or_not(data: dict[str, Any]) -> None:
    seen = client(FakeCloud(DescribeNetwork=yes(data))).beta_network.describe("network-1")
    assert (seen.success, seen.online) == (True, bool(data.get("Online")))


def test_a_refusal_keeps_its_reason() -> None:
    cloud = FakeCloud(DescribeNetwork=no("Network.NotFound", "no such network"))
    seen = client(cloud).beta_network.describe("network-1")
    assert (seen.success, seen.error_message) == (False, "[Network.NotFound] no such network")
    with pytest.raises(SessionError, match="no such network"):
        _ = seen.online
    with pytest.raises(SessionError, match="no such network"):
        client(cloud, strict=True).beta_network.describe("network-1")


def test_a_busy_cloud_is_asked_again() -> None:
    cloud = FakeCloud(DescribeNetwork=[BUSY, BUSY, yes({"Online": True})])
    assert (client(cloud).beta_network.describe("network-1")).online


def test_a_wait_ends_when_the_network_is_online() -> None:
    cloud = FakeCloud(DescribeNetwork=[yes({}), yes({"Online": False}), yes({"Online": True})])
    bay = client(cloud)
    seen = bay.beta_network.wait_until_online("network-1", poll_interval=3)
    assert (seen.success, seen.online, cloud.requests) == (True, True, ["DescribeNetwork"] * 3)
    assert bay.core.clock.slept == [3, 3]  # type: ignore[attr-defined]  # of the fake clock


def test_a_wait_that_runs_out_is_a_failure_of_its_own_kind() -> None:
    seen = client(FakeCloud(DescribeNetwork=yes({}))).beta_network.wait_until_online("network-1", timeout=5)
    assert (seen.success, seen.timed_out, seen.kind) == (False, True, "timeout")
    assert seen.error_message == "network network-1 is not online after 5 s"
    with pytest.raises(SessionTimeoutError):
        seen.raise_for_error()


def test_a_wait_ends_at_once_when_the_network_does_not_exist() -> None:
    cloud = FakeCloud(DescribeNetwork=no("Network.NotFound"))
    seen = client(cloud).beta_network.wait_until_online("network-1")
    assert (seen.success, seen.timed_out, len(cloud.requests)) == (False, False, 1)


def test_a_mistake_raises_before_anything_is_sent() -> None:
    cloud = FakeCloud()
    network = client(cloud).beta_network
    wait = network.wait_until_online
    calls: list[tuple[Any, dict[str, Any]]] = [
        (network.describe, {"network_id": ""}),
        (network.get_network_bind_token, {"network_id": " "}),
        (wait, {"network_id": ""}),
        (wait, {"network_id": "n", "timeout": -1}),
        (wait, {"network_id": "n", "poll_interval": 0}),
    ]
    for method, fields in calls:
        with pytest.raises(SessionUsageError):
            method(**fields)
    assert cloud.requests == []


def test_agb_has_no_networks() -> None:
    with pytest.raises(SessionUsageError, match="AGB has no DescribeNetwork"):
        AGB(api_key=KEY, transport=FakeCloud()).beta_network.describe("network-1")


def test_the_local_engine_refuses_networks_by_name(bay: AgentBay) -> None:
    made = bay.beta_network.get_network_bind_token()
    assert (made.success, made.code) == (False, "ActionNotSupportedLocally")
    assert "no shared network" in made.error_message
