"""Where a client goes, as whom, and how long it waits."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from sessionbay._async.client_config import ClientConfig
from sessionbay.core.config import DotEnv, Settings, is_loopback, parse_dotenv, parse_endpoint, resolve
from sessionbay.core.errors import AgentBayUsageError
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.dialects.base import Dialect

from ..support import some, texts

FILE = "/project/.env"
DEFAULT = "https://agentbay.cn-hangzhou.aliyuncs.com"


def settle(
    env: dict[str, str] | None = None,
    file: dict[str, str] | None = None,
    dialect: type[Dialect] = AgentBayDialect,
    **given: Any,
) -> Settings:
    """Resolve settings from arguments, an environment and a ``.env`` file."""
    dotenv = None if file is None else DotEnv(FILE, file)
    return resolve(
        ClientConfig(max_connections=1, **given), dialect.variables, dialect.address, env=env or {}, dotenv=dotenv
    )


@pytest.mark.parametrize(
    ("argument", "env", "file", "key"),
    [
        ("akm-argument", "akm-env", "akm-file", "akm-argument"),
        (None, "akm-env", "akm-file", "akm-env"),
        (None, "", "akm-file", "akm-file"),
        ("", None, "akm-file", "akm-file"),
    ],
)
def test_a_key_comes_from_the_first_place_that_has_one(
    argument: str | None, env: str | None, file: str, key: str
) -> None:
    variables = {} if env is None else {"AGENTBAY_API_KEY": env}
    assert settle(variables, {"AGENTBAY_API_KEY": file}, api_key=argument).api_key.reveal() == key


@pytest.mark.parametrize(
    ("argument", "env", "file", "endpoint"),
    [
        ("argument.invalid", "env.invalid", "file.invalid", "https://argument.invalid"),
        (None, "env.invalid", "file.invalid", "https://env.invalid"),
        (None, "", "file.invalid", "https://file.invalid"),
        (None, "", "", DEFAULT),
    ],
)
def test_an_endpoint_comes_from_the_first_place_that_has_one(
    argument: str | None, env: str, file: str, endpoint: str
) -> None:
    settings = settle(
        {"AGENTBAY_ENDPOINT": env}, {"AGENTBAY_ENDPOINT": file, "AGENTBAY_API_KEY": "akm-file"}, endpoint=argument
    )
    assert settings.endpoint == endpoint


@pytest.mark.parametrize(
    ("argument", "env", "file", "region"),
    [
        ("us-east-1", "ap-southeast-1", "eu-west-1", "us-east-1"),
        (None, "ap-southeast-1", "eu-west-1", "ap-southeast-1"),
        (None, "", "eu-west-1", "eu-west-1"),
        (None, "", "", "cn-hangzhou"),
    ],
)
def test_a_region_comes_from_the_first_place_that_has_one(
    argument: str | None, env: str, file: str, region: str
) -> None:
    settings = settle({"AGENTBAY_REGION_ID": env}, {"AGENTBAY_REGION_ID": file}, api_key="akm-1", region_id=argument)
    assert (settings.region_id, settings.endpoint) == (region, f"https://agentbay.{region}.aliyuncs.com")


@pytest.mark.parametrize(
    ("argument", "env", "file", "timeout"),
    [(5, "1500", "2500", 5.0), (None, "1500", "2500", 1.5), (None, "", "2500", 2.5), (None, "", "", 60.0)],
)
def test_a_timeout_comes_from_the_first_place_that_has_one(
    argument: float | None, env: str, file: str, timeout: float
) -> None:
    settings = settle({"AGENTBAY_TIMEOUT_MS": env}, {"AGENTBAY_TIMEOUT_MS": file}, api_key="akm-1", timeout=argument)
    assert settings.timeout == timeout


@pytest.mark.parametrize("timeout", ["1.5", "-1", "0", "60s", "1e3"])
def test_a_timeout_in_the_environment_is_whole_milliseconds(timeout: str) -> None:
    with pytest.raises(AgentBayUsageError, match="AGENTBAY_TIMEOUT_MS must be a whole number of milliseconds above 0"):
        settle({"AGENTBAY_TIMEOUT_MS": timeout}, api_key="akm-1")


def test_a_timeout_that_is_passed_is_seconds_above_0() -> None:
    with pytest.raises(AgentBayUsageError, match="timeout must be above 0 seconds"):
        settle(api_key="akm-1", timeout=0)


@pytest.mark.parametrize(
    ("region", "endpoint", "goes_by"),
    [
        ("cn-hangzhou", DEFAULT, "cn-hangzhou"),
        ("ap-southeast-1", "https://agentbay.ap-southeast-1.aliyuncs.com", "ap-southeast-1"),
        ("us-east-1", "https://agentbay.us-east-1.aliyuncs.com", "us-east-1"),
        ("pre-cn-hangzhou", "https://agentbay-pre.cn-hangzhou.aliyuncs.com", "cn-hangzhou"),
        ("pre-ap-southeast-1", "https://wuyingai-pre.ap-southeast-1.aliyuncs.com", "ap-southeast-1"),
        ("pre-us-east-1", "https://agentbay-pre.us-east-1.aliyuncs.com", "us-east-1"),
    ],
)
def test_a_region_has_an_endpoint_of_its_own(region: str, endpoint: str, goes_by: str) -> None:
    settings = settle(api_key="akm-1", region_id=region)
    assert (settings.endpoint, settings.region_id) == (endpoint, goes_by)


def test_a_region_that_is_passed_counts_more_than_an_endpoint_of_the_environment() -> None:
    settings = settle({"AGENTBAY_ENDPOINT": "env.invalid"}, api_key="akm-1", region_id="us-east-1")
    assert settings.endpoint == "https://agentbay.us-east-1.aliyuncs.com"


def test_a_region_goes_along_with_an_endpoint_that_is_passed() -> None:
    settings = settle(api_key="akm-1", region_id="us-east-1", endpoint="gw.invalid")
    assert (settings.endpoint, settings.region_id) == ("https://gw.invalid", "us-east-1")


def test_a_region_loses_its_pre_beside_an_endpoint_too() -> None:
    assert settle(api_key="akm-1", region_id="pre-us-east-1", endpoint="gw.invalid").region_id == "us-east-1"


def test_agb_has_one_endpoint_and_no_region() -> None:
    settings = settle({"AGB_API_KEY": "akm-1"}, dialect=AGBDialect)
    assert (settings.endpoint, settings.region_id) == ("https://sdk-api.agb.cloud", None)


def test_a_region_for_agb_is_a_mistake() -> None:
    with pytest.raises(AgentBayUsageError, match="this cloud has no regions: leave region_id out"):
        settle(api_key="akm-1", region_id="us-east-1", dialect=AGBDialect)


@pytest.mark.parametrize(("dialect", "prefix"), [(AgentBayDialect, "AGENTBAY"), (AGBDialect, "AGB")])
def test_without_a_key_both_ways_on_are_reported(dialect: type[Dialect], prefix: str) -> None:
    with pytest.raises(AgentBayUsageError) as failure:
        settle(dialect=dialect)
    reported = str(failure.value)
    assert f"set {prefix}_API_KEY" in reported
    assert 'endpoint="local"' in reported


@pytest.mark.parametrize("place", [{"endpoint": "local"}, {"env": {"AGENTBAY_ENDPOINT": "local"}}], ids=str)
def test_this_machine_needs_no_key(place: dict[str, Any]) -> None:
    settings = settle(**place)
    assert (settings.endpoint, bool(settings.api_key)) == ("local", False)


@pytest.mark.parametrize("place", [{"api_key": "akm-1"}, {"env": {"AGENTBAY_API_KEY": "akm-1"}}], ids=str)
def test_a_key_from_elsewhere_goes_to_no_endpoint_of_a_file(place: dict[str, Any]) -> None:
    with pytest.raises(AgentBayUsageError, match=f"^{FILE} sets AGENTBAY_ENDPOINT") as failure:
        settle(file={"AGENTBAY_ENDPOINT": "file.invalid", "AGENTBAY_API_KEY": "akm-file"}, **place)
    assert "akm-1" not in str(failure.value)


def test_a_key_goes_to_the_endpoint_of_its_own_file() -> None:
    settings = settle(file={"AGENTBAY_ENDPOINT": "file.invalid", "AGENTBAY_API_KEY": "akm-file"})
    assert (settings.endpoint, settings.api_key.reveal()) == ("https://file.invalid", "akm-file")


def test_a_key_of_a_file_goes_to_an_endpoint_from_elsewhere() -> None:
    settings = settle({"AGENTBAY_ENDPOINT": "env.invalid"}, {"AGENTBAY_API_KEY": "akm-file"})
    assert settings.endpoint == "https://env.invalid"


@pytest.mark.parametrize("region", ["gw.invalid/", "gw.invalid#", "gw.invalid?", "gw.invalid:443/"])
def test_no_region_leads_a_key_away_from_the_cloud(region: str) -> None:
    with pytest.raises(AgentBayUsageError):
        settle({"AGENTBAY_API_KEY": "akm-1"}, {"AGENTBAY_REGION_ID": region})


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("gw.invalid", "https://gw.invalid"),
        ("gw.invalid:8443", "https://gw.invalid:8443"),
        ("https://gw.invalid/", "https://gw.invalid"),
        ("https://gw.invalid/base/", "https://gw.invalid/base"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.1.2.3", "http://127.1.2.3"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("local", "local"),
    ],
)
def test_an_endpoint_is_made_a_url(endpoint: str, url: str) -> None:
    assert parse_endpoint(endpoint, allow_http=False) == url


@pytest.mark.parametrize(
    "endpoint", ["http://gw.invalid", "http://10.0.0.1", "http://127.0.0.1.gw.invalid", "http://localhost.gw.invalid"]
)
def test_plain_http_to_another_machine_is_refused(endpoint: str) -> None:
    with pytest.raises(AgentBayUsageError, match="neither https nor this machine: pass allow_http=True"):
        parse_endpoint(endpoint, allow_http=False)


def test_plain_http_to_another_machine_may_be_allowed() -> None:
    assert settle(api_key="akm-1", endpoint="http://10.0.0.1", allow_http=True).endpoint == "http://10.0.0.1"


@pytest.mark.parametrize(
    "endpoint", ["ftp://gw.invalid", "https://", "://gw.invalid", "https://:443", "https://user:word@gw.invalid"]
)
def test_what_is_no_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(AgentBayUsageError, match=r"Invalid endpoint .*: use a host, an http"):
        parse_endpoint(endpoint, allow_http=True)


@pytest.mark.parametrize(
    "endpoint",
    ["http://[::1", " ", "gw .invalid", "gw.invalid?a=b", "gw.invalid#a", "gw.invalid:99999", "gw.invalid:x"],
)
def test_what_no_request_can_be_sent_to_is_refused(endpoint: str) -> None:
    with pytest.raises(AgentBayUsageError):
        parse_endpoint(endpoint, allow_http=True)


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("10.0.0.1", False), ("", False)],
)
def test_loopback_is_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("A=b", {"A": "b"}),
        ("  A = b  ", {"A": "b"}),
        ("export A=b", {"A": "b"}),
        ("A='b c'", {"A": "b c"}),
        ('A="b # c" # d', {"A": "b # c"}),
        ("A=b # c", {"A": "b"}),
        ("A=b#c", {"A": "b#c"}),
        ("A=b=c", {"A": "b=c"}),
        ("A=", {"A": ""}),
        ("A=''", {"A": ""}),
        ("A='b", {"A": "'b"}),
        ("# A=b", {}),
        ("  # A=b", {}),
        ("A", {}),
        ("", {}),
        ("A=b\r\nC=d\r\n", {"A": "b", "C": "d"}),
        ("A=b\nA=c", {"A": "c"}),
        ("A=${HOME}$B", {"A": "${HOME}$B"}),
        ('A="$B"', {"A": "$B"}),
    ],
)
def test_a_dotenv_file_is_read_line_by_line(line: str, values: dict[str, str]) -> None:
    assert parse_dotenv(line) == values


@some
@given(texts)
def test_any_text_is_a_dotenv_file(text: str) -> None:
    assert all(name == name.strip() for name in parse_dotenv(text))


@some
@given(st.dictionaries(st.from_regex("[A-Z_]+", fullmatch=True), st.from_regex(r"[ -&(-~]*", fullmatch=True)))
def test_quoted_values_are_read_as_they_are(values: dict[str, str]) -> None:
    text = "\n".join(f"{name}='{value}'" for name, value in values.items())
    assert parse_dotenv(text) == values


@pytest.mark.parametrize("name", ["api_key", "region_id", "endpoint"])
def test_a_setting_that_is_no_string_is_refused(name: str) -> None:
    with pytest.raises(AgentBayUsageError, match=f"{name} must be a string, not int"):
        settle(None, None, AgentBayDialect, **{"api_key": "akm-1", name: 8080})


def test_an_endpoint_in_the_place_of_the_key_is_reported_where_it_belongs() -> None:
    with pytest.raises(AgentBayUsageError, match='pass endpoint="local"'):
        settle(api_key="local")
