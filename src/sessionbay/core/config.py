"""Resolves a client's settings: arguments, then the environment, then a ``.env`` file, then the cloud's defaults.

Pure: the caller passes the environment and the content of the file.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .errors import AgentBayError
from .public import public
from .secrets import Secret
from .validation import instance, seconds, utf8

LOCAL, LOCAL_PRIVATE = "local", "local:private"
DEFAULT_TIMEOUT = 60.0

_REGION = re.compile(r"[A-Za-z0-9-]+")
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?(?P<path>/[^\s?#]*)?"
)
_PROXY = re.compile(r"(?:https?|socks5h?)://[^\s/?#]+(?:/|$)", re.ASCII)

Address = Callable[[str | None], tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Variables:
    """The names of one cloud's environment variables."""

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
    chosen: bool = False  # by the program, rather than found in the working directory


@dataclass(frozen=True, slots=True)
class Settings:
    """The resolved endpoint, key, region and call timeout (seconds)."""

    endpoint: str
    api_key: Secret
    region_id: str | None
    timeout: float


@public
@dataclass(kw_only=True)
class Config:
    """A client's settings as one object, as in the official clients. None is "not given".

    Attributes:
        region_id: AgentBay's region.
        endpoint: A host or URL in place of the cloud's own, or ``local``.
        timeout_ms: Milliseconds for one call.
    """

    region_id: str | None = None
    endpoint: str | None = None
    timeout_ms: float | None = None

    @property
    def timeout(self) -> float | None:
        """Seconds for one call, or None."""
        return None if self.timeout_ms is None else seconds("timeout_ms", self.timeout_ms, AgentBayError) / 1000

    @classmethod
    def of(cls, value: "Config | None") -> "Config":
        """Return ``value``, or empty settings for None."""
        instance("cfg", value, Config, AgentBayError)
        return value or cls()


class Arguments(Protocol):
    """The arguments of a client that the environment may complete; None is "not given"."""

    @property
    def api_key(self) -> str | None: ...
    @property
    def region_id(self) -> str | None: ...
    @property
    def endpoint(self) -> str | None: ...
    @property
    def timeout(self) -> float | None: ...
    @property
    def allow_http(self) -> bool: ...


class Sources:
    """The sources of a setting, in the order of their precedence."""

    def __init__(self, env: Mapping[str, str], dotenv: DotEnv | None) -> None:
        self._env = env
        self._file: Mapping[str, str] = dotenv.values if dotenv else {}

    def find(self, argument: str | None, variable: str | None) -> tuple[str, bool]:
        """Return the setting, or an empty string, and whether it came from the file."""
        if argument:
            return argument, False
        if variable is None:
            return "", False
        if value := self._env.get(variable, ""):
            return value, False
        return self._file.get(variable, ""), True


def resolve(
    given: Arguments, names: Variables, address: Address, *, env: Mapping[str, str], dotenv: DotEnv | None
) -> Settings:
    """Return the settings of a client; raise AgentBayUsageError if they are incomplete or unsafe."""
    for name in ("api_key", "region_id", "endpoint"):
        if (value := getattr(given, name)) is not None:
            utf8(name, value, AgentBayError)
    sources = Sources(env, dotenv)
    api_key, key_from_file = sources.find(given.api_key, names.api_key)
    region: str | None = sources.find(given.region_id, names.region_id)[0]
    endpoint, endpoint_from_file = sources.find(given.endpoint, names.endpoint)
    if given.region_id and names.region_id is None:
        raise AgentBayError.usage("this cloud has no regions: leave region_id out")
    if (
        endpoint
        and not is_local(endpoint)
        and endpoint_from_file
        and dotenv
        and api_key
        and not (key_from_file or dotenv.chosen)
    ):
        raise AgentBayError.usage(
            f"{dotenv.path} sets {names.endpoint}, but the API key does not come from that file, and is not sent to"
            f" an address that a file in the working directory chose: pass endpoint=, or put {names.api_key} there too"
        )
    if region and not _REGION.fullmatch(region):
        raise AgentBayError.usage(f"Invalid region {region!r}: use letters, digits and dashes.")
    own, region = address(region or None)
    if not endpoint or (given.region_id and not given.endpoint):
        endpoint = own
    if not api_key and not is_local(endpoint):
        raise AgentBayError.usage(
            f"no API key: pass api_key= or set {names.api_key} to use the cloud,"
            f' or pass endpoint="local" (or set {names.endpoint}=local) to run on this machine without one'
        )
    if given.api_key == LOCAL and endpoint == own:
        raise AgentBayError.usage('the API key is "local": to run on this machine, pass endpoint="local"')
    if not Secret(api_key).is_header_safe():
        raise AgentBayError.usage(
            "Invalid API key: it contains a space, a line break or another character that a header cannot carry."
        )
    timeout = parse_timeout(given.timeout, sources.find(None, names.timeout_ms)[0], names.timeout_ms)
    return Settings(parse_endpoint(endpoint, allow_http=given.allow_http), Secret(api_key), region, timeout)


def parse_endpoint(endpoint: str, *, allow_http: bool) -> str:
    """Return ``endpoint`` as a URL without a trailing slash; plain http is for this machine only, unless allowed."""
    if is_local(endpoint):
        return endpoint
    url = endpoint if "://" in endpoint else f"https://{endpoint}"
    if not (found := _URL.fullmatch(url)) or int(found["port"] or 0) > 65535:
        shown = "(it contains a user or a password)" if "@" in endpoint else repr(endpoint)
        raise AgentBayError.usage(
            f"Invalid endpoint {shown}: use a host, an http(s) URL, {LOCAL!r} or {LOCAL_PRIVATE!r}."
        )
    if found["scheme"] == "http" and not allow_http and not is_loopback(found["host"].strip("[]")):
        raise AgentBayError.usage(f"{url} is neither https nor this machine: pass allow_http=True to allow it")
    return url.rstrip("/")


def validate_proxy_url(value: object) -> str:
    """Return the URL of a proxy; an error does not show it, since it may contain a password."""
    if not isinstance(value, str) or not _PROXY.match(value):
        raise AgentBayError.usage("proxy must be a URL that begins with http://, https://, socks5:// or socks5h://")
    return value


def matches_endpoint(endpoint: str, address: str) -> bool:
    """Return whether a client of ``endpoint`` may reach ``address``; ``local`` is resolved by the first call."""
    return endpoint == address or is_local(endpoint) or is_local(address)


def is_local(endpoint: str) -> bool:
    """Return whether an endpoint means an engine that is found or started by the first call."""
    return endpoint in (LOCAL, LOCAL_PRIVATE)


def is_loopback(host: str) -> bool:
    """Return whether ``host`` names this machine."""
    if host in ("localhost", "127.0.0.1"):
        return True
    if ":" not in host and not host[-1:].isdigit():  # a name: most clients do without the import
        return False
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def parse_timeout(argument: float | None, milliseconds: str, variable: str) -> float:
    """Return the timeout of a call in seconds: an argument in seconds, or a variable in milliseconds."""
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
            values[name.strip()] = _unquote(value.strip())
    return values


def _unquote(value: str) -> str:
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        return value[1:end]
    return f" {value}".partition(" #")[0].strip()
