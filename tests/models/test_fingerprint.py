"""Fingerprints: what is read is what is written, and what is not one is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from sessionbay import (
    Brand,
    BrowserOption,
    BrowserUsageError,
    FingerprintFormat,
    NavigatorFingerprint,
    ScreenFingerprint,
    UserAgentData,
    VideoCard,
)

SCREEN: dict[str, Any] = dict.fromkeys(ScreenFingerprint.model_fields, 0) | {"hasHDR": False, "devicePixelRatio": 1.5}
TEXTS = strategies.text(max_size=8)
JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: strategies.lists(inner, max_size=2) | strategies.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
NAVIGATORS = strategies.fixed_dictionaries(
    {},
    optional={
        "userAgent": TEXTS,
        "userAgentData": strategies.none()
        | strategies.fixed_dictionaries(
            {"brands": strategies.lists(strategies.fixed_dictionaries({"brand": TEXTS, "version": TEXTS}), max_size=2)},
            optional={"mobile": strategies.booleans(), "wow64": JSON},
        ),
        "doNotTrack": strategies.none() | TEXTS,
        "webdriver": strategies.none() | strategies.booleans() | TEXTS,
        "deviceMemory": strategies.none() | strategies.integers(0, 64) | strategies.sampled_from([0.25, 0.5]),
        "languages": strategies.lists(TEXTS, max_size=2),
        "newInterface": JSON,
    },
)


def whole(navigator: Any = None, **more: Any) -> dict[str, Any]:
    return {"fingerprint": {"screen": SCREEN, "navigator": navigator or {}, **more}, "headers": {"accept": "*/*"}}


def holds(outer: Any, inner: Any) -> bool:
    """Return whether ``outer`` has all that ``inner`` has; it may have more keys."""
    if isinstance(inner, dict):
        return all(key in outer and holds(outer[key], value) for key, value in inner.items())
    if isinstance(inner, list):
        return len(outer) == len(inner) and all(map(holds, outer, inner))
    return type(outer) is type(inner) and bool(outer == inner)


@settings(max_examples=20)
@given(NAVIGATORS, JSON)
def test_what_is_loaded_is_kept(navigator: dict[str, Any], unknown: Any) -> None:
    data = whole(navigator, somethingNew=unknown)
    loaded = FingerprintFormat.load(data)
    assert holds(loaded.to_dict(), data)
    assert FingerprintFormat.load(loaded.to_json()) == loaded


def test_a_browser_without_client_hints_stays_one() -> None:
    loaded = FingerprintFormat.load(whole({"userAgentData": None}))
    assert loaded.to_dict()["fingerprint"]["navigator"]["userAgentData"] is None


def test_json_has_two_blanks_for_each_level_and_keeps_what_is_not_ascii() -> None:
    text = FingerprintFormat.load(whole({"userAgent": "\u540d"})).to_json()
    assert text.startswith('{\n  "fingerprint": {\n    "screen": {\n      "availHeight": 0,')
    assert "\u540d" in text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (3, "must be a dict or JSON text, not int"),
        (b"{}", "must be a dict or JSON text, not bytes"),
        ("{", "Invalid fingerprint"),
        ("[]", "Invalid fingerprint"),
        ({}, "fingerprint: Field required"),
        (whole() | {"fingerprint": {}}, "fingerprint.screen: Field required"),
        ({"fingerprint": {"screen": SCREEN | {"width": "wide"}}}, "fingerprint.screen.width"),
        ({"fingerprint": {"screen": {**SCREEN, "width": float("inf")}}}, "fingerprint.screen.width"),
        (whole(videoCard={"renderer": "r"}), "fingerprint.videoCard.vendor: Field required"),
        ("[" * 100_000, "Invalid fingerprint"),
    ],
)
def test_what_is_no_fingerprint_is_refused(data: Any, message: str) -> None:
    with pytest.raises(BrowserUsageError, match=message) as raised:
        FingerprintFormat.load(data)
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize("name", ScreenFingerprint.model_fields)
def test_each_value_of_the_screen_is_required(name: str) -> None:
    screen = {key: value for key, value in SCREEN.items() if key != name}
    with pytest.raises(BrowserUsageError, match=f"screen.{name}: Field required"):
        FingerprintFormat.load({"fingerprint": {"screen": screen}})


def test_a_fingerprint_is_made_of_parts() -> None:
    hints = UserAgentData(brands=(Brand("Chromium", "156"),), mobile=False, platform="Linux")
    made = FingerprintFormat.create(
        ScreenFingerprint(**SCREEN),
        NavigatorFingerprint(userAgent="UA/1", userAgentData=hints),
        VideoCard("ANGLE", "Google"),
        {"accept": "*/*"},
        fonts=["Arial"],
        battery={"level": 1},
        multimedia_devices={"speakers": []},
    )
    loaded = FingerprintFormat.load(made.to_json(indent=None))
    assert loaded == made
    assert loaded.fingerprint.navigator.userAgentData == hints
    assert FingerprintFormat(made.fingerprint, {"accept": "*/*"}) == made


def test_a_value_that_is_no_part_is_refused() -> None:
    with pytest.raises(BrowserUsageError, match="headers"):
        FingerprintFormat.create(
            ScreenFingerprint(**SCREEN),
            NavigatorFingerprint(),
            VideoCard("r", "v"),
            {"accept": 1},  # type: ignore[dict-item]
        )


def test_infinity_which_json_cannot_hold_is_null() -> None:
    made = FingerprintFormat.load(whole(battery={"chargingTime": float("inf")}))
    assert FingerprintFormat.load(made.to_json()).fingerprint.battery == {"chargingTime": None}


def test_a_fingerprint_goes_into_the_option_of_a_browser() -> None:
    fingerprint = FingerprintFormat.load(whole())
    assert "fingerprintRawData" in BrowserOption(fingerprint_format=fingerprint).to_map()


def test_data_is_what_it_was(tmp_path: Any) -> None:
    data = whole({"userAgent": "UA/1"})
    before = json.dumps(data)
    FingerprintFormat.load(data)
    assert json.dumps(data) == before
