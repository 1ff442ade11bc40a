"""What each cloud takes of a browser's option."""

from typing import Any

import pytest

from sessionbay import BrowserOption, BrowserProxy, BrowserUsageError
from sessionbay.core.secrets import Secret
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.dialects.base import Dialect
from sessionbay.operations import browser as ops
from sessionbay.operations.frames import Frame

AGENTBAY = AgentBayDialect(endpoint="https://x", api_key=Secret("k"))
AGB = AGBDialect(endpoint="https://x", api_key=Secret("k"))


def sent(option: BrowserOption, dialect: Dialect, **more: Any) -> dict[str, Any]:
    request = ops.init_request("session-1", option, dialect, **{"simulate": None, "record": None, **more})
    return request.browser_option


def test_the_paths_are_those_of_the_cloud() -> None:
    option = BrowserOption(fingerprint_persistent=True)
    for dialect, folder in ((AGENTBAY, "/tmp/browser_fingerprint"), (AGB, "/tmp/agb_browser_fingerprint")):
        assert sent(option, dialect)["fingerprintPersistPath"] == f"{folder}/fingerprint.json"
    request = ops.init_request("s", option, AGB, simulate=None, record=None)
    assert request.persistent_path == "/tmp/agb_browser_data"


def test_agb_is_sent_what_it_knows() -> None:
    assert list(sent(BrowserOption(), AGB, simulate=True)) == ["useStealth", "solveCaptchas", "extensionPath"]
    with pytest.raises(BrowserUsageError, match="AGB has no auto_login, call_for_user in a BrowserOption"):
        sent(BrowserOption(auto_login=True, call_for_user=True), AGB)


def test_agentbay_is_sent_the_simulation_first_and_the_recording_last() -> None:
    names = list(sent(BrowserOption(), AGENTBAY, simulate=False, record=True))
    assert (names[0], names[-1]) == ("behaviorSimulate", "enableRecord")


@pytest.mark.parametrize(("kind", "owner", "other"), [("wuying", AGENTBAY, AGB), ("built-in", AGB, AGENTBAY)])
def test_each_cloud_has_its_own_type_of_proxy(kind: Any, owner: Dialect, other: Dialect) -> None:
    option = BrowserOption(proxies=[BrowserProxy(kind, strategy="restricted")])
    assert sent(option, owner)["proxies"] == [{"type": kind, "strategy": "restricted"}]
    with pytest.raises(BrowserUsageError, match=f"a proxy on {other.title} must be 'custom' or .*, not '{kind}'"):
        sent(option, other)


def test_the_credentials_of_a_proxy_are_secrets() -> None:
    option = BrowserOption(proxies=[BrowserProxy("custom", "http://me:hush@p:1", "me", "hidden")])
    assert [secret.reveal() for secret in ops.secrets_of(option)] == ["hidden", "me:hush"]
    assert ops.secrets_of(BrowserOption()) == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [({"code": 201}, True), ({"action": "pause"}, True), ({}, False), ({"result": 1}, False), ({"id": 1}, False)],
)
def test_a_push_that_says_nothing_is_no_notification(data: dict[str, Any], expected: bool) -> None:
    assert ops.is_notification(Frame(id="1", source=ops.SERVER, target="SDK", data=data)) is expected
