"""The options of a browser, and its notifications: what they take, and their names on the wire."""

import pickle
from base64 import b64decode
from typing import Any

import hypothesis
import pytest
from hypothesis import settings, strategies as st

from sessionbay import (
    BrowserFingerprint,
    BrowserNotifyMessage,
    BrowserOption,
    BrowserProxy,
    BrowserScreen,
    BrowserUsageError,
    BrowserViewport,
    FingerprintFormat,
)

from .test_fingerprint import whole

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), min_size=1, max_size=5)
SIZE = st.integers(1, 10_000)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


PROXIES = st.one_of(
    st.builds(BrowserProxy, st.just("custom"), server=TEXT, username=optional(TEXT), password=optional(TEXT)),
    st.builds(BrowserProxy, st.sampled_from(["wuying", "built-in"]), strategy=st.just("polling"), pollsize=SIZE),
    st.builds(BrowserProxy, st.just("managed"), strategy=st.just("matched"), user_id=TEXT, isp=TEXT, city=TEXT),
)
OPTIONS = st.builds(
    BrowserOption,
    use_stealth=st.booleans(),
    user_agent=optional(TEXT),
    viewport=optional(st.builds(BrowserViewport, SIZE, SIZE)),
    screen=optional(st.builds(BrowserScreen, SIZE, SIZE)),
    fingerprint=optional(st.builds(BrowserFingerprint, st.just(["mobile"]), st.just(["ios"]), st.lists(TEXT))),
    fingerprint_persistent=st.booleans(),
    solve_captchas=st.booleans(),
    auto_login=st.booleans(),
    call_for_user=st.booleans(),
    proxies=optional(st.lists(PROXIES, max_size=1)),
    extension_path=TEXT,
    cmd_args=optional(st.lists(TEXT)),
    default_navigate_url=optional(TEXT),
    browser_type=st.sampled_from([None, "chrome", "chromium"]),
)


@hypothesis.given(OPTIONS)
@settings(max_examples=12)
def test_an_option_survives_its_map(option: BrowserOption) -> None:
    assert BrowserOption.from_map(option.to_map()) == option


def test_defaults_are_few_on_the_wire() -> None:
    assert BrowserOption().to_map() == {
        "useStealth": False,
        "solveCaptchas": False,
        "autoLogin": False,
        "callForUser": False,
        "extensionPath": "/tmp/extensions/",
    }
    assert "extensionPath" not in BrowserOption(extension_path=None).to_map()
    assert BrowserOption.from_map() == BrowserOption.from_map({}) == BrowserOption()


def test_only_what_the_type_of_a_proxy_uses_is_sent() -> None:
    full: Any = {"server": "http://p:1", "username": "u", "strategy": "polling", "pollsize": 3, "user_id": "me"}
    assert BrowserProxy("custom", **full).to_map() == {"type": "custom", "server": "http://p:1", "username": "u"}
    assert BrowserProxy("wuying", **full).to_map() == {"type": "wuying", "strategy": "polling", "pollsize": 3}
    assert BrowserProxy("managed", **full).to_map() == {"type": "managed", "strategy": "polling", "userId": "me"}
    assert BrowserProxy("built-in", strategy="restricted").to_map() == {"type": "built-in", "strategy": "restricted"}
    assert BrowserProxy("managed", **full).type == "managed"


PROXY = BrowserProxy("custom", "p")
MISTAKES: list[tuple[Any, dict[str, Any], str]] = [
    (BrowserOption, {"use_stealth": 1}, "use_stealth must be True or False, not 1"),
    (BrowserOption, {"viewport": BrowserScreen()}, r"viewport must be of the class sessionbay\.BrowserViewport"),
    (BrowserOption, {"extension_path": " "}, "extension_path must be a string that is not blank"),
    (BrowserOption, {"user_agent": ""}, "user_agent must be"),
    (BrowserOption, {"browser_type": "firefox"}, "browser_type must be 'chrome' or 'chromium', not 'firefox'"),
    (BrowserOption, {"cmd_args": "--x"}, "cmd_args must be a list"),
    (BrowserOption, {"cmd_args": [1]}, r"cmd_args\[0\] must be a string"),
    (BrowserOption, {"proxies": PROXY}, "proxies must be a list of one BrowserProxy, not BrowserProxy"),
    (BrowserOption, {"proxies": {"password": "hush"}}, "proxies must be a list of one BrowserProxy, not dict$"),
    (BrowserOption, {"proxies": [{"password": "hush"}]}, r"sessionbay\.BrowserProxy, not dict$"),
    (BrowserOption, {"proxies": [PROXY, PROXY]}, "proxies must have at most one item, not 2"),
    (BrowserOption, {"proxies": [None]}, r"proxies\[0\] must be of the class sessionbay\.BrowserProxy"),
    (
        BrowserOption,
        {"fingerprint_format": "{}"},
        r"fingerprint_format must be of the class sessionbay\.FingerprintFormat",
    ),
    (BrowserViewport, {"width": 0}, "width of a BrowserViewport must be a whole number of 1 or more, not 0"),
    (BrowserScreen, {"height": 1.5}, "height of a BrowserScreen must be"),
    (BrowserFingerprint, {"devices": "desktop"}, "devices must be a list"),
    (BrowserFingerprint, {"devices": ["phone"]}, r"devices\[0\] must be 'desktop' or 'mobile', not 'phone'"),
    (BrowserFingerprint, {"operating_systems": ["beos"]}, r"operating_systems\[0\] must be 'windows' or"),
    (BrowserFingerprint, {"locales": [""]}, r"locales\[0\] must be"),
    (BrowserProxy, {"proxy_type": "tor"}, "proxy_type must be 'custom' or 'wuying' or 'built-in' or 'managed'"),
    (BrowserProxy, {"proxy_type": "custom"}, "server is required for a 'custom' proxy"),
    (BrowserProxy, {"proxy_type": "custom", "server": "p", "password": 1}, "password must be a string, not int"),
    (BrowserProxy, {"proxy_type": "wuying"}, "strategy of a 'wuying' proxy must be 'restricted' or 'polling'"),
    (BrowserProxy, {"proxy_type": "wuying", "strategy": "polling", "pollsize": 0}, "pollsize must be a whole number"),
    (BrowserProxy, {"proxy_type": "managed", "strategy": "restricted"}, "strategy of a 'managed' proxy must be"),
    (BrowserProxy, {"proxy_type": "managed", "strategy": "sticky"}, "user_id is required for a 'managed' proxy"),
    (BrowserProxy, {"proxy_type": "managed", "strategy": "matched", "user_id": "u"}, "'matched' needs a filter: isp"),
]


@pytest.mark.parametrize(("kind", "given", "message"), MISTAKES, ids=[message for *_, message in MISTAKES])
def test_a_mistake_is_a_value_error_that_names_the_field(kind: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(BrowserUsageError, match=message) as caught:
        kind(**given)
    assert isinstance(caught.value, ValueError)


def test_a_map_of_a_proxy_needs_its_type() -> None:
    with pytest.raises(BrowserUsageError, match="proxy_type must be"):
        BrowserProxy.from_map({"server": "p"})


def test_what_is_assigned_is_validated_before_it_is_sent() -> None:
    option = BrowserOption()
    option.viewport = BrowserViewport()
    option.viewport.width = -1
    with pytest.raises(BrowserUsageError, match="width"):
        option.to_map()


def test_no_repr_shows_the_credentials_of_a_proxy() -> None:
    option = BrowserOption(proxies=[BrowserProxy("custom", "http://me:hush@p:1", "me", "hush")])
    assert "hush" not in repr(option)
    assert "http://***@p:1" in repr(option)


def test_a_fingerprint_is_sent_as_base64_of_its_json() -> None:
    fingerprint = FingerprintFormat.load(whole({"userAgent": "\u540d"}))
    option = BrowserOption(fingerprint_format=fingerprint, fingerprint_persistent=True)
    sent = option.to_map()
    assert b64decode(sent["fingerprintRawData"]).decode() == fingerprint.to_json(indent=2)
    assert sent["fingerprintPersistPath"] == "/tmp/browser_fingerprint/fingerprint.json"
    assert BrowserOption.from_map(sent) == option


def test_a_notification_has_the_clouds_names_and_no_empty_fields() -> None:
    sent = {"type": "call-for-user", "id": 0, "code": 101, "extraParams": {"max_wait_time": 180}}
    message = BrowserNotifyMessage.from_map({**sent, "more": 1})
    assert message.extra_params["max_wait_time"] == 180
    assert message.to_map() == sent
    nothing: dict[str, Any] = {"extra_params": None}  # the default of the official client
    plain = BrowserNotifyMessage("a", 1, 2, "b", "c", **nothing)
    assert list(plain.to_map()) == ["type", "id", "code", "message", "action"]
    assert BrowserNotifyMessage.from_map() == BrowserNotifyMessage()
    assert pickle.loads(pickle.dumps(message)) == message
