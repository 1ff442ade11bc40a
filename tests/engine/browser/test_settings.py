"""The options of a browser: what the engine takes, and what it refuses by name."""

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sessionbay import BrowserOption, Fingerprint, FingerprintFormat, NavigatorFingerprint, ScreenFingerprint
from sessionbay.engine.api_errors import ApiError
from sessionbay.engine.browser.command_line import command_line, find_browser
from sessionbay.engine.browser.page_setup import is_needed, user_agent_of
from sessionbay.engine.browser.settings import BrowserSettings, Size, settings_of

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"cmdArgs": ["--remote-debugging-port=1"]}, "cmd_args must not have --remote-debugging-port"),
    ({"cmdArgs": ["--user-data-dir=/tmp/other"]}, "cmd_args must not have --user-data-dir"),
    ({"cmdArgs": ["--load-extension=/tmp/x"]}, "use extension_path"),
    ({"cmdArgs": ["http://example.com"]}, "cmd_args must be switches"),
    ({"cmdArgs": "--a"}, "cmd_args"),
    ({"defaultNavigateUrl": "--remote-debugging-port=1"}, "default_navigate_url must be a URL"),
    ({"cmdArgs": ["--remote-debugging-pipe\t"]}, "cmd_args must not have --remote-debugging-pipe"),
    ({"cmdArgs": ["--"]}, "not '--'"),
    ({"cmdArgs": ["--a=\0"]}, "NUL"),
    ({"defaultNavigateUrl": " \n--user-data-dir=/tmp/other"}, "default_navigate_url must be a URL"),
    ({"extensionPath": "-delete"}, "extension_path must be an absolute path"),
    ({"viewport": {"width": 0, "height": 10}}, "viewport.width"),
    ({"screen": {"width": 10**9, "height": 10}}, "screen.width"),
    ({"proxies": [{"type": "managed"}]}, "Proxies of type 'managed' belong to the cloud"),
    ({"proxies": [{"type": "custom", "server": "http://u:p@h:1"}]}, "use username and password"),
    ({"proxies": [{"type": "custom"}]}, "a proxy needs its server"),
    ({"proxies": [{"type": "custom", "server": "socks5://h:1", "username": "u"}]}, "cannot log in to a SOCKS proxy"),
]


@pytest.mark.parametrize(("option", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_served_is_refused_by_name(option: dict[str, Any], message: str) -> None:
    with pytest.raises(ApiError) as refused:
        settings_of(option)
    assert message in str(refused.value)


def test_what_only_a_cloud_does_is_named_and_does_not_prevent_the_start() -> None:
    settings = settings_of({"solveCaptchas": True, "autoLogin": False, "callForUser": True, "unknown": 1})
    assert [reason.partition(":")[0] for reason in settings.left_out] == ["solve_captchas", "call_for_user"]
    assert not is_needed(settings)
    assert is_needed(settings_of({"fingerprint": {"locales": ["de-DE"]}}))


def test_a_whole_fingerprint_sets_user_agent_languages_and_screen() -> None:
    names = [
        name for name, field in ScreenFingerprint.model_fields.items() if name not in ("width", "height", "hasHDR")
    ]
    screen = ScreenFingerprint(**dict.fromkeys(names, 1), width=1600, height=900, hasHDR=False)
    navigator = NavigatorFingerprint(userAgent="Agent/1", languages=("de-DE", "en"))
    option = BrowserOption(fingerprint_format=FingerprintFormat(Fingerprint(screen=screen, navigator=navigator), {}))
    settings = settings_of(option.to_map())
    assert (settings.user_agent, settings.screen) == ("Agent/1", Size(width=1600, height=900))
    assert settings.fingerprint
    assert settings.fingerprint.locales == ["de-DE", "en"]
    assert [reason.partition(":")[0] for reason in settings.left_out] == ["fingerprint_raw_data"]
    own = settings_of({**option.to_map(), "userAgent": "Own/2"})
    assert own.user_agent == "Own/2"


@pytest.mark.parametrize("raw", ["%%%", "aGk=", "/w=="])
def test_a_fingerprint_that_is_none_is_refused(raw: str) -> None:
    with pytest.raises(ApiError, match="Invalid browser option"):
        settings_of({"fingerprintRawData": raw})


def test_a_browser_that_is_missing_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *args, **options: None)
    with pytest.raises(ApiError, match=r"no chromium\. Install it: apt-get install chromium"):
        find_browser("")
    with pytest.raises(ApiError, match="no chrome"):
        find_browser("chrome")


def test_the_command_starts_the_browser_with_what_the_option_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionbay.engine.browser.command_line.LOG", f"{tmp_path}/log")
    profile = tmp_path / "a profile"
    profile.mkdir()
    (profile / "SingletonLock").symlink_to("sessionbay-7")
    for name in ("one", "two/inner"):
        (tmp_path / "extensions" / name).mkdir(parents=True)
        (tmp_path / "extensions" / name / "manifest.json").write_text("{}")
    settings = settings_of(
        {
            "extensionPath": f"{tmp_path}/extensions/",
            "cmdArgs": ["--one=a b", "--two=$(touch /tmp/no)"],
            "defaultNavigateUrl": "http://localhost/?a=1&b=2",
            "viewport": {"width": 800, "height": 600},
            "proxies": [{"type": "custom", "server": "http://localhost:1"}],
            "useStealth": True,
        }
    )
    (tmp_path / "program").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {shlex.quote(f"{tmp_path}/words")}\n')
    (tmp_path / "program").chmod(0o755)
    command = command_line(str(tmp_path / "program"), settings, str(profile), 9333, headless=False)
    subprocess.run(["sh", "-c", command], check=True, timeout=60)
    words = (tmp_path / "words").read_text().splitlines()
    assert not list(profile.iterdir())
    assert "--headless=new" not in words
    assert {"--one=a b", "--two=$(touch /tmp/no)", f"--user-data-dir={profile}", "--window-size=800,600"} <= set(words)
    assert {"--proxy-server=http://localhost:1", "--disable-blink-features=AutomationControlled"} <= set(words)
    found = next(word for word in words if word.startswith("--load-extension="))
    loaded = set(found.partition("=")[2].rstrip(",").split(","))
    assert loaded == {f"{tmp_path}/extensions/one", f"{tmp_path}/extensions/two/inner"}
    assert words[-1] == "http://localhost/?a=1&b=2"


@pytest.mark.parametrize(
    ("agent", "platform", "hint"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.1.2 Safari", "Win32", "Windows"),
        ("Mozilla/5.0 (Macintosh; Intel) Chrome/139.0.0.0", "MacIntel", "macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/156.0.0.0", "Linux x86_64", "Linux"),
    ],
)
def test_the_client_hints_agree_with_the_user_agent(agent: str, platform: str, hint: str) -> None:
    found = user_agent_of(BrowserSettings(), agent)
    assert "Headless" not in found["userAgent"]
    assert (found["platform"], found["userAgentMetadata"]["platform"]) == (platform, hint)
    version = agent.partition("Chrome/")[2].split(".")[0]
    assert {brand["version"] for brand in found["userAgentMetadata"]["brands"]} == {version}
