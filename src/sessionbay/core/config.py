"""Where a client goes and as whom: arguments, then the environment, then a ``.env`` file, then the cloud's own address.

Pure: the environment and the file's content are handed in.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from .errors import AgentBayError
from .secrets import Secret
from .validation import seconds, utf8

LOCAL = "local"
DEFAULT_TIMEOUT = 60.0

_REGION = re.compile(r"[A-Za-z0-9-]+")
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?(?P<path>/[^\s?#]*)?"
)
_PROXY = re.compile(r"(?:https?|socks5h?)://[^\s/?#]+(?:/|$)", re.ASCII)

Address = Callable[[str | None], tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Variables:
    """The names under which one cloud's users keep their settings."""

    api_key: str
    endpoint: str
    timeout_ms: str
    region_id: str | None = None
    dotenv_upwards: bool = False


@dataclass(frozen=True, slots=True)
class DotEnv:
    """The settings of one ``.env`` file."""

    path: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to go, as whom, and how long to wait for one call (seconds)."""

    endpoint: str
    api_key: Secret
    region_id: str | None
    timeout: float


@dataclass(frozen=True, slots=True)
class Given:
    """What the caller passed to the client; None is "not said"."""

    api_key: str | None = None
    region_id: str | None = None
    endpoint: str | None = None
    timeout: float | None = None
    allow_http: bool = False


class _Sources:
    """The places a setting may come from, in the order in which they count."""

    def __init__(self, env: Mapping[str, str], dotenv: DotEnv | None) -> None:
        self._env = env
        self._file: Mapping[str, str] = dotenv.values if dotenv else {}

    def find(self, argument: str | None, variable: str | None) -> tuple[str, bool]:
        """Return the setting, empty when there is none, and whether it came from the file."""
        if argument:
            return argument, False
        if variable is None:
            return "", False
        if value := self._env.get(variable, ""):
            return value, False
        return self._file.get(variable, ""), True


def resolve(
    given: Given, names: Variables, address: Address, *, env: Mapping[str, str], dotenv: DotEnv | None
) -> Settings:
    """Return what a client is to use; raise when it would be incomplete or unsafe."""
    for name in ("api_key", "region_id", "endpoint"):
        if (value := getattr(given, name)) is not None:
            utf8(name, value, AgentBayError)
    sources = _Sources(env, dotenv)
    api_key, key_from_file = sources.find(given.api_key, names.api_key)
    region: str | None = sources.find(given.region_id, names.region_id)[0]
    endpoint, endpoint_from_file = sources.find(given.endpoint, names.endpoint)
    if given.region_id and names.region_id is None:
        raise AgentBayError.usage("this cloud has no regions: leave region_id out")
    if endpoint and endpoint != LOCAL and endpoint_from_file and dotenv and api_key and not key_from_file:
        raise AgentBayError.usage(
            f"{dotenv.path} sets {names.endpoint}, but the API key does not come from that file, and is not sent to"
            f" an address that a file in the working directory chose: pass endpoint=, or put {names.api_key} there too"
        )
    if region and not _REGION.fullmatch(region):
        raise AgentBayError.usage(f"{region!r} is no region: it has letters, digits and dashes only")
    own, region = address(region or None)
    if not endpoint or (given.region_id and not given.endpoint):
        endpoint = own
    if not api_key and endpoint != LOCAL:
        raise AgentBayError.usage(
            f"no API key: pass api_key= or set {names.api_key} to use the cloud,"
            f' or pass endpoint="local" (or set {names.endpoint}=local) to run on this machine without one'
        )
    if given.api_key == LOCAL and endpoint == own:
        raise AgentBayError.usage('the API key is "local": to run on this machine, pass endpoint="local"')
    if not Secret(api_key).is_header_safe():
        raise AgentBayError.usage("the API key holds characters that no key has: a line break, a blank or the like")
    timeout = _timeout(given.timeout, sources.find(None, names.timeout_ms)[0], names.timeout_ms)
    return Settings(base_url(endpoint, allow_http=given.allow_http), Secret(api_key), region, timeout)


def base_url(endpoint: str, *, allow_http: bool) -> str:
    """Return ``endpoint`` as a URL without a trailing slash; plain http only to this machine, unless allowed."""
    if endpoint == LOCAL:
        return LOCAL
    url = endpoint if "://" in endpoint else f"https://{endpoint}"
    if not (found := _URL.fullmatch(url)) or int(found["port"] or 0) > 65535:
        shown = "this, with a user or a password in it," if "@" in endpoint else repr(endpoint)
        raise AgentBayError.usage(f"{shown} is no endpoint: give a host, an http(s) URL, or {LOCAL!r}")
    if found["scheme"] == "http" and not allow_http and not is_loopback(found["host"].strip("[]")):
        raise AgentBayError.usage(f"{url} is neither https nor this machine: pass allow_http=True if that is meant")
    return url.rstrip("/")


def proxy_url(value: object) -> str:
    """Return the URL of a proxy; what is none is not shown, since it may hold a password."""
    if not isinstance(value, str) or not _PROXY.match(value):
        raise AgentBayError.usage("proxy must be a URL that begins with http://, https://, socks5:// or socks5h://")
    return value


def may_be_at(endpoint: str, address: str) -> bool:
    """Return whether a client of ``endpoint`` leads to ``address``: a local one does not know where until it asks."""
    return endpoint == address or LOCAL in (endpoint, address)


def is_loopback(host: str) -> bool:
    """Return whether ``host`` names this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _timeout(argument: float | None, milliseconds: str, variable: str) -> float:
    if argument is not None:
        return seconds("timeout", argument, AgentBayError)
    if not milliseconds:
        return DEFAULT_TIMEOUT
    if not milliseconds.isdecimal() or not int(milliseconds):
        raise AgentBayError.usage(f"{variable} must be a whole number of milliseconds above 0, not {milliseconds!r}")
    return int(milliseconds) / 1000


def parse_dotenv(text: str) -> dict[str, str]:
    """Return the settings of a ``.env`` file: ``NAME=value`` lines, quotes, ``export`` and comments allowed."""
    values: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.lstrip().startswith("#"):
            values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        return value[1:end]
    return f" {value}".partition(" #")[0].strip()
