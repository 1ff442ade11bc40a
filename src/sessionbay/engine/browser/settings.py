"""The settings of a browser, as ``InitBrowser`` has them, and the refusals of what the engine cannot do."""

from base64 import b64decode
from typing import Any

from pydantic import Field, ValidationError

from ...core.wire_model import Wire, first_error
from ...models.fingerprint import FingerprintFormat
from ..api_errors import ApiError

OWN_SWITCHES = {  # those that would open a port beside the link, or another profile
    "--load-extension": "use extension_path",
    "--proxy-server": "use proxies",
    "--remote-allow-origins": "the link serves its own origin",
    "--remote-debugging-address": "get_endpoint_url() is the way in",
    "--remote-debugging-pipe": "get_endpoint_url() is the way in",
    "--remote-debugging-port": "get_endpoint_url() is the way in",
    "--user-data-dir": "the profile is the folder that a context of browser data stores",
}
CLOUD_ONLY = {
    "solve_captchas": "captchas are solved by the cloud's models",
    "auto_login": "logins are stored in the cloud",
    "call_for_user": "the engine has no page to call a user to",
    "enable_record": "replays are recorded by the cloud",
    "fingerprint_raw_data": "user agent, languages and screen are set; canvas, audio and fonts stay this machine's",
    "fingerprint_persist_path": "fingerprints are made and kept by the cloud",
}
MAX_FINGERPRINT = 2**20  # characters of base64


class Size(Wire):
    """A size in CSS pixels."""

    width: int = Field(ge=1, le=10_000)
    height: int = Field(ge=1, le=10_000)


class Fingerprint(Wire):
    """The kinds of machine of which a page shall see one; the engine follows the locales alone."""

    devices: list[str] = Field(default_factory=list[str])
    operating_systems: list[str] = Field(default_factory=list[str])
    locales: list[str] = Field(default_factory=list[str])


class Proxy(Wire):
    """The proxy of a browser."""

    type: str
    server: str = Field(default="", repr=False)
    username: str = Field(default="", repr=False)
    password: str = Field(default="", repr=False)


class BrowserSettings(Wire):
    """What a browser is started with. Fields of the clouds that are not here are ignored."""

    use_stealth: bool = False
    user_agent: str = ""
    viewport: Size | None = None
    screen: Size | None = None
    fingerprint: Fingerprint | None = None
    proxies: list[Proxy] = Field(default_factory=list[Proxy], max_length=1)
    extension_path: str = ""
    cmd_args: list[str] = Field(default_factory=list[str], max_length=100)
    default_navigate_url: str = ""
    browser_type: str = ""
    solve_captchas: bool = False
    auto_login: bool = False
    call_for_user: bool = False
    enable_record: bool = False
    fingerprint_raw_data: str = Field(default="", max_length=MAX_FINGERPRINT, repr=False)
    fingerprint_persist_path: str = ""

    @property
    def proxy(self) -> Proxy | None:
        """The proxy, if there is one."""
        return self.proxies[0] if self.proxies else None

    @property
    def left_out(self) -> list[str]:
        """What only a cloud does, each with its reason."""
        return [f"{name}: {why}" for name, why in CLOUD_ONLY.items() if getattr(self, name)]


def settings_of(option: dict[str, Any]) -> BrowserSettings:
    """Return the settings of a ``BrowserOption``; raise ApiError for what the engine refuses."""
    try:
        settings = _with_fingerprint(BrowserSettings.model_validate(option))
    except ValidationError as exc:
        raise _invalid(first_error(exc)) from exc
    except ValueError as exc:
        raise _invalid(str(exc)) from exc
    for switch in settings.cmd_args:
        _check_switch(switch)
    _check_words(settings)
    if settings.proxy:
        _check_proxy(settings.proxy)
    return settings


def _with_fingerprint(settings: BrowserSettings) -> BrowserSettings:
    """Return settings with the user agent, languages and screen of a whole fingerprint, where they have none."""
    if not settings.fingerprint_raw_data:
        return settings
    given = FingerprintFormat.load(b64decode(settings.fingerprint_raw_data, validate=True).decode()).fingerprint
    languages = given.navigator.languages or filter(None, [given.navigator.language])
    found = {
        "user_agent": given.navigator.userAgent,
        "screen": {"width": given.screen.width, "height": given.screen.height},
    }
    own = settings.model_dump(exclude_defaults=True)
    return BrowserSettings.model_validate({**found, "fingerprint": {"locales": list(languages)}, **own})


def _check_words(settings: BrowserSettings) -> None:
    """Check what else the browser's command line is made of."""
    if settings.default_navigate_url.strip().startswith("-"):  # Chromium strips the words of its command line
        raise _invalid("default_navigate_url must be a URL")
    if settings.extension_path and not settings.extension_path.startswith("/"):
        raise _invalid("extension_path must be an absolute path")
    words = [*settings.cmd_args, settings.default_navigate_url, settings.extension_path]
    words += settings.fingerprint.locales if settings.fingerprint else []
    words += [settings.proxy.server] if settings.proxy else []
    if any("\0" in word for word in words):
        raise _invalid("a text has a NUL character")


def _check_switch(switch: str) -> None:
    name = switch.partition("=")[0].strip()  # as Chromium strips it
    if not switch.startswith("--") or name == "--":
        raise _invalid(f"cmd_args must be switches, which begin with --, not {switch!r}")
    if why := OWN_SWITCHES.get(name):
        raise _invalid(f"cmd_args must not have {name}: {why}")


def _check_proxy(proxy: Proxy) -> None:
    if proxy.type != "custom":
        message = f"Proxies of type {proxy.type!r} belong to the cloud: give one of type 'custom'."
        raise ApiError("ProxyNotSupportedLocally", message)
    if not proxy.server:
        raise _invalid("a proxy needs its server")
    if "@" in proxy.server:  # which would stand in the list of the session's processes
        raise _invalid("the server of a proxy has no login: use username and password")
    if proxy.username and proxy.server.lower().startswith("socks"):
        raise _invalid("Chromium cannot log in to a SOCKS proxy: use an HTTP proxy, or one without a user name")


def _invalid(problem: str) -> ApiError:
    return ApiError("InvalidBrowserOption", f"Invalid browser option: {problem}.")
