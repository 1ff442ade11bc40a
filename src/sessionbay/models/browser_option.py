"""The options of a browser. They are mutable: results are frozen, and what callers build and send is not."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self, cast

from pydantic.alias_generators import to_camel

from ..core import validation
from ..core.errors import BrowserError
from ..core.public import public
from ..core.value import Plain
from .fingerprint import FingerprintFormat

DEVICES = ("desktop", "mobile")
OPERATING_SYSTEMS = ("windows", "macos", "linux", "android", "ios")
PROXY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "custom": ("server", "username", "password"),
    "wuying": ("strategy", "pollsize"),
    "built-in": ("strategy", "pollsize"),
    "managed": ("strategy", "user_id", "isp", "country", "province", "city"),
}
STRATEGIES: Mapping[str, tuple[str, ...]] = {
    "wuying": ("restricted", "polling"),
    "built-in": ("restricted", "polling"),
    "managed": ("polling", "sticky", "rotating", "matched"),
}
FILTERS = ("isp", "country", "province", "city")
FLAGS = ("use_stealth", "fingerprint_persistent", "solve_captchas", "auto_login", "call_for_user")
CREDENTIALS = re.compile(r"//[^/@\s]*@")
_RENAMED = {"fingerprintFormat": "fingerprintRawData", "fingerprintPersistent": "fingerprintPersistPath"}


class _Option(Plain):
    """An option that callers build and change. Invalid values raise BrowserUsageError, which is a ValueError."""

    def __post_init__(self) -> None:
        self.validate()

    def validate(self) -> None:
        """Raise BrowserUsageError if a field is invalid: fields may be assigned after the construction."""
        raise NotImplementedError

    def to_map(self) -> dict[str, Any]:
        """Return the option by the names of the clouds' protocol, without the fields that are None."""
        self.validate()
        values = {to_camel(spec.name): getattr(self, spec.name) for spec in fields(self)}
        return {name: _to_wire(value) for name, value in values.items() if value is not None}

    @classmethod
    def from_map(cls, m: Mapping[str, Any] | None = None) -> Self:
        """Return the option of a map, as ``to_map`` returns it. Fields that are missing have their defaults."""
        found = {spec.name: (m or {}).get(to_camel(spec.name)) for spec in fields(cls)}
        return cls(**{name: value for name, value in found.items() if value is not None})


@dataclass(repr=False)
class _Size(_Option):
    """A size in CSS pixels."""

    width: int = 1920
    height: int = 1080

    def validate(self) -> None:
        for name in ("width", "height"):
            validation.count(f"{name} of a {type(self).__name__}", getattr(self, name), BrowserError)


@public
class BrowserViewport(_Size):
    """The size of the browser's pages, in CSS pixels."""


@public
class BrowserScreen(_Size):
    """The size of the screen that pages see, in CSS pixels."""


@public
@dataclass(repr=False)
class BrowserFingerprint(_Option):
    """The kinds of machine from which the cloud chooses the browser's fingerprint.

    Attributes:
        devices: Some of ``desktop``, ``mobile``.
        operating_systems: Some of ``windows``, ``macos``, ``linux``, ``android``, ``ios``.
        locales: Locales, e.g. ``en-US``.
    """

    devices: Sequence[Literal["desktop", "mobile"]] | None = None
    operating_systems: Sequence[Literal["windows", "macos", "linux", "android", "ios"]] | None = None
    locales: Sequence[str] | None = None

    def validate(self) -> None:
        if self.locales is not None:
            validation.texts("locales", self.locales, BrowserError)
        for name, allowed in (("devices", DEVICES), ("operating_systems", OPERATING_SYSTEMS)):
            for index, item in enumerate(validation.items(name, getattr(self, name) or (), BrowserError)):
                validation.choice(f"{name}[{index}]", item, allowed, BrowserError)


@public
@dataclass(repr=False)
class BrowserProxy(_Option):
    """The proxy of a browser. Only the fields that its type uses are sent.

    Attributes:
        proxy_type: ``custom``, your own proxy; ``wuying`` (AgentBay) or ``built-in`` (AGB), one of the cloud;
            ``managed``, one of yours that the cloud manages.
        server: ``custom``: the address (http, https, socks). Required.
        username: ``custom``: the user name.
        password: ``custom``: the password. The repr omits it.
        strategy: ``wuying``, ``built-in``: ``restricted`` (one stable address) or ``polling`` (a pool). ``managed``:
            ``polling`` (the next proxy for each session), ``sticky`` (the same address for the user), ``rotating`` (a
            new address for the user) or ``matched`` (by ``isp``, ``country``, ``province`` and ``city``).
        pollsize: ``wuying``, ``built-in``: the size of the pool of ``polling``.
        user_id: ``managed``: the user. Required.
        isp: ``managed``: a filter of ``matched``, which needs at least one.
        country: A filter, too.
        province: A filter, too.
        city: A filter, too.
    """

    proxy_type: Literal["custom", "wuying", "built-in", "managed"]
    server: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    strategy: Literal["restricted", "polling", "sticky", "rotating", "matched"] | None = None
    pollsize: int = 10
    user_id: str | None = None
    isp: str | None = None
    country: str | None = None
    province: str | None = None
    city: str | None = None

    @property
    def type(self) -> str:
        """The same as ``proxy_type``."""
        return self.proxy_type

    def validate(self) -> None:
        kind = self.proxy_type
        validation.choice("proxy_type", kind, tuple(PROXY_FIELDS), BrowserError)
        for name in ("server", "username", "password", "user_id", *FILTERS):
            validation.utf8(name, getattr(self, name) or "", BrowserError)
        if kind in STRATEGIES:
            validation.choice(f"strategy of a {kind!r} proxy", self.strategy, STRATEGIES[kind], BrowserError)
        if "pollsize" in self._used():
            validation.count("pollsize", self.pollsize, BrowserError)
        for name, owner in (("server", "custom"), ("user_id", "managed")):
            if kind == owner and not getattr(self, name):
                raise BrowserError.usage(f"{name} is required for a {kind!r} proxy")
        if kind == "managed" and self.strategy == "matched" and not any(getattr(self, name) for name in FILTERS):
            raise BrowserError.usage(f"the strategy 'matched' needs a filter: {', '.join(FILTERS)}")

    def to_map(self) -> dict[str, Any]:
        """Return the proxy by the names of the clouds' protocol: the fields that its type uses."""
        self.validate()
        values = {to_camel(name): getattr(self, name) for name in self._used()}
        return {"type": self.proxy_type} | {name: value for name, value in values.items() if value}

    @classmethod
    def from_map(cls, m: Mapping[str, Any] | None = None) -> Self:
        """Return the proxy of a map, as ``to_map`` returns it."""
        given = m or {}
        return super().from_map({**given, "proxyType": given.get("type", "")})

    def _used(self) -> list[str]:
        """Return the fields that are sent."""
        pooled = self.proxy_type != "managed" and self.strategy == "polling"
        return [name for name in PROXY_FIELDS[self.proxy_type] if name != "pollsize" or pooled]

    def __repr__(self) -> str:
        return CREDENTIALS.sub("//***@", super().__repr__())


@public
@dataclass(repr=False)
class BrowserOption(_Option):
    """How a browser is started. All fields are optional, and may be assigned until the browser is initialized.

    Attributes:
        use_stealth: Whether to hide from pages that the browser is automated.
        user_agent: The user agent.
        viewport: The size of the pages.
        screen: The size of the screen that pages see.
        fingerprint: The kinds of machine from which the cloud chooses a fingerprint.
        fingerprint_format: A whole fingerprint, in place of the cloud's choice.
        fingerprint_persistent: Whether to keep the fingerprint in the session's fingerprint folder, which a context
            can store.
        solve_captchas: Whether the cloud solves captchas (sliders).
        auto_login: Whether the cloud logs in to pages by itself (AgentBay).
        call_for_user: Whether the browser calls for a user where it needs one (AgentBay): see ``register_callback``.
        proxies: At most one proxy.
        extension_path: The folder of the extensions in the session; None loads none.
        cmd_args: Command-line switches of the browser.
        default_navigate_url: The first page. The clouds advise an internal one, such as ``chrome://version/``: a slow
            page can make the start time out.
        browser_type: ``chrome`` or ``chromium``; the image's own by default.

    Example:
        ```python
        option = BrowserOption(use_stealth=True, viewport=BrowserViewport(1366, 768))
        print(option.to_map()["viewport"])
        ```
    """

    use_stealth: bool = False
    user_agent: str | None = None
    viewport: BrowserViewport | None = None
    screen: BrowserScreen | None = None
    fingerprint: BrowserFingerprint | None = None
    fingerprint_format: FingerprintFormat | None = field(default=None, repr=False)
    fingerprint_persistent: bool = False
    solve_captchas: bool = False
    auto_login: bool = False
    call_for_user: bool = False
    proxies: Sequence[BrowserProxy] | None = None
    extension_path: str | None = "/tmp/extensions/"
    cmd_args: Sequence[str] | None = None
    default_navigate_url: str | None = None
    browser_type: Literal["chrome", "chromium"] | None = None

    def validate(self) -> None:
        for name in FLAGS:
            if not isinstance(getattr(self, name), bool):
                raise BrowserError.usage(f"{name} must be True or False, not {getattr(self, name)!r}")
        for name, kind in _NESTED.items():
            validation.instance(name, getattr(self, name), kind, BrowserError)
        validation.instance("fingerprint_format", self.fingerprint_format, FingerprintFormat, BrowserError)
        for name in ("user_agent", "extension_path", "default_navigate_url"):
            if getattr(self, name) is not None:
                validation.text(name, getattr(self, name), BrowserError)
        if self.browser_type is not None:
            validation.choice("browser_type", self.browser_type, ("chrome", "chromium"), BrowserError)
        validation.texts("cmd_args", self.cmd_args or (), BrowserError)
        if isinstance(self.proxies, (Mapping, BrowserProxy)):  # one proxy, whose password no error shows
            raise BrowserError.usage(f"proxies must be a list of one BrowserProxy, not {type(self.proxies).__name__}")
        proxies = validation.items("proxies", self.proxies or (), BrowserError)
        if len(proxies) > 1:
            raise BrowserError.usage(f"proxies must have at most one item, not {len(proxies)}")
        for proxy in proxies:
            validation.instance("proxies[0]", proxy, BrowserProxy, BrowserError, required=True)

    def to_map(self, *, fingerprint_folder: str = "/tmp/browser_fingerprint") -> dict[str, Any]:
        """Return the option by the names of AgentBay's protocol; ``initialize`` adapts it to the cloud."""
        found = {_RENAMED.get(name, name): value for name, value in super().to_map().items()}
        if self.fingerprint_persistent:
            found["fingerprintPersistPath"] = f"{fingerprint_folder}/fingerprint.json"
        else:
            del found["fingerprintPersistPath"]
        return found

    @classmethod
    def from_map(cls, m: Mapping[str, Any] | None = None) -> Self:
        """Return the option of a map as ``to_map`` returns it. Fields that are missing have their defaults."""
        given = dict(m or {})
        given["fingerprintPersistent"] = bool(given.get("fingerprintPersistPath"))
        if given.get("fingerprintRawData") is not None:
            given["fingerprintFormat"] = FingerprintFormat.load(b64decode(given["fingerprintRawData"]).decode())
        for name, kind in _NESTED.items():
            if given.get(name) is not None:
                given[name] = kind.from_map(given[name])
        if given.get("proxies") is not None:
            given["proxies"] = [BrowserProxy.from_map(proxy) for proxy in given["proxies"]]
        return super().from_map(given)


_NESTED: Mapping[str, type[_Option]] = {
    "viewport": BrowserViewport,
    "screen": BrowserScreen,
    "fingerprint": BrowserFingerprint,
}


def _to_wire(value: object) -> Any:
    if isinstance(value, _Option):
        return value.to_map()
    if isinstance(value, FingerprintFormat):
        return b64encode(value.to_json(indent=2).encode()).decode()
    if isinstance(value, (list, tuple)):
        return [_to_wire(item) for item in cast("Sequence[object]", value)]
    return value
