# Generated from tests/_async/test_outcomes.py by scripts/generate_sync.py. Do not edit.
"""The rule for outcomes: an answer is a Result, silence is an exception, a mistake raises before sending."""

import gzip
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any, Self

import httpx
import pytest
import respx

from sessionbay import (
    AGB,
    AgentBay,
    AgentBayError,
    AgentBayUsageError,
    ContextSync,
    RetryPolicy,
    Session,
    SessionError,
    SessionTimeoutError,
    SessionUsageError,
)
from sessionbay._concurrency._sync_httpx import HttpBody

from ..fake_cloud import GONE, KEY, FakeCloud, no, session_data, status, yes
from ..requirements import promise
from .clock import FakeClock


class Flood(HttpBody, Iterator[bytes]):
    """A body without an end."""

    sent = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        self.sent += 1
        return bytes(1024 * 1024)


class Drops(HttpBody, Iterator[bytes]):
    """A body that comes in small pieces."""

    def __init__(self, content: bytes) -> None:
        self._left = [content[at : at + 1024] for at in range(0, len(content), 1024)][::-1]

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if not self._left:
            raise StopIteration
        return self._left.pop()


def client(cloud: httpx.MockTransport, **options: Any) -> AgentBay:
    return AgentBay(api_key=KEY, transport=cloud, clock=FakeClock(), **options)


def test_a_refusal_in_an_answer_of_200_is_a_result() -> None:
    cloud = FakeCloud(GetLabel=no("SomeCode", "some reason"))
    result = Session(client(cloud), "session-1").get_labels()
    assert (result.success, result.code, result.error_message) == (False, "SomeCode", "[SomeCode] some reason")
    assert result.request_id == "REQ-2"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda session: session.get_link(options={"a": 1}), "options must be a string, not dict"),
        (lambda session: session.get_link(protocol_type=5), "protocol_type must be a string, not int"),
        (lambda session: session.list_mcp_tools(5), "image_id must be a string that is not blank, not 5"),
        (lambda session: session.agent_bay.list(image_id=["a"]), r"image_id must be a string that is not blank"),
        (lambda session: session.agent_bay.get("\ud83d"), "session_id contains a lone surrogate at index 0"),
        (lambda session: session.set_labels({"a": "\ud83d"}), r"labels\['a'\] contains a lone surrogate at index 0"),
        (lambda session: session.command.run("echo \ud83d"), "command contains a lone surrogate at index 5"),
        (lambda session: session.command.run("ls", timeout_ms=10**400), "timeout_ms must be at most"),
        (lambda session: session.command.run("ls", cwd=""), "cwd must be a string that is not blank"),
        (lambda session: session.command.run("ls", envs={"a=b": "c"}), "Invalid variable 'a=b' in envs"),
        (lambda session: session.pause(timeout=10**400), "timeout must be at most"),
    ],
)
def test_a_mistake_raises_before_anything_is_sent(wrong: Any, message: str) -> None:
    cloud = FakeCloud()
    with pytest.raises(ValueError, match=message) as raised:
        wrong(Session(client(cloud), "session-1"))
    assert isinstance(raised.value, AgentBayError)
    assert cloud.requests == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"verify": None}, "verify must be True, False or an ssl.SSLContext, not None"),
        ({"verify": 0}, "verify must be True, False or an ssl.SSLContext, not 0"),
        ({"verify": "ca.pem"}, "ssl.create_default_context"),
        ({"proxy": "proxy.example:3128"}, "proxy must be a URL that begins with http://"),
        ({"proxy": "ftp://user:canary@proxy.example"}, "proxy must be a URL"),
        ({"proxy": 5}, "proxy must be a URL"),
        ({"retry": 3}, "retry must be of the class sessionbay.RetryPolicy, not int"),
        ({"transport": 5}, "transport must be of the class httpx."),
        ({"max_connections": 0}, "max_connections must be a whole number of 1 or more"),
    ],
    ids=str,
)
def test_a_setting_that_is_wrong_raises_when_the_client_is_made(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(AgentBayUsageError, match=message) as raised:
        AgentBay(KEY, endpoint="https://cloud.example", **wrong)
    assert "canary" not in str(raised.value)


def test_a_refusal_of_the_gateway_is_a_result() -> None:
    result = Session(client(FakeCloud(GetMcpResource=GONE)), "session-1").info()
    assert (result.http_status_code, result.code) == (400, "InvalidMcpSession.NotFound")


@promise("help.raises")
def test_what_a_refused_result_does_not_have_raises_its_error() -> None:
    link = Session(client(FakeCloud(GetLink=no("http not supported"))), "session-1").get_link()
    with pytest.raises(SessionError, match="http not supported"):
        str(link)


def test_a_refused_creation_is_a_result_without_a_session() -> None:
    result = client(FakeCloud(CreateMcpSession=no("no authorized app"))).create()
    assert not result
    with pytest.raises(SessionError, match="no authorized app"):
        _ = result.session


def test_a_creation_that_its_data_refuses_is_refused() -> None:
    result = client(FakeCloud(CreateMcpSession=yes({"Success": False, "ErrMsg": "no machine"}))).create()
    assert (result.success, result.error_message) == (False, "no machine")


@pytest.mark.parametrize(
    ("silence", "error", "kind", "outcome"),
    [
        (httpx.ConnectError("nobody there"), SessionError, "unreachable", "not_sent"),
        (httpx.ReadError("reset"), SessionError, "unreachable", "unknown"),
        (httpx.RemoteProtocolError("gone"), SessionError, "unreachable", "unknown"),
        (httpx.ConnectTimeout("late"), SessionTimeoutError, "timeout", "not_sent"),
        (httpx.ReadTimeout("late"), SessionTimeoutError, "timeout", "unknown"),
        (httpx.PoolTimeout("full"), SessionTimeoutError, "timeout", "not_sent"),
    ],
)
def test_silence_raises(silence: Exception, error: type[Exception], kind: str, outcome: str) -> None:
    with pytest.raises(error) as raised:
        cloud = FakeCloud(PauseSessionAsync=silence)
        Session(client(cloud, retry=RetryPolicy(attempts=1)), "session-1").pause_async()
    caught = raised.value
    assert isinstance(caught, AgentBayError)
    assert (caught.kind, caught.outcome) == (kind, outcome)
    assert caught.__cause__ is not None


@pytest.mark.parametrize(
    "nonsense",
    [
        httpx.Response(200, text=""),
        httpx.Response(200, text="null"),
        httpx.Response(200, text="<html>login</html>"),
        httpx.Response(200, json={"Success": True, "RequestId": "REQ-9"}),
        httpx.Response(200, json={"Success": True, "Data": "no object"}),
        httpx.Response(200, json={"Success": "true", "Data": {}}),
        httpx.Response(404, text="<html>not found</html>"),
    ],
)
def test_an_answer_that_is_not_the_protocol_raises(nonsense: httpx.Response) -> None:
    with pytest.raises(SessionError) as raised:
        Session(client(FakeCloud(GetMcpResource=nonsense)), "session-1").info()
    assert raised.value.kind == "invalid_response"


def test_an_answer_beyond_all_measure_is_given_up() -> None:
    flood = Flood()
    cloud = httpx.MockTransport(lambda request: httpx.Response(200, stream=flood))
    with pytest.raises(SessionError, match="longer than") as raised:
        Session(client(cloud), "session-1").info()
    assert raised.value.kind == "invalid_response"
    assert flood.sent < 100


def test_a_compressed_answer_is_read() -> None:
    packed = gzip.compress(b'{"Success": true, "Data": []}')
    answer = httpx.MockTransport(
        lambda request: httpx.Response(200, content=packed, headers={"content-encoding": "gzip"})
    )
    assert (client(answer).list()).success


def test_a_compressed_answer_beyond_all_measure_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionbay._http.response.MAX_RESPONSE_SIZE", 2**20)
    bomb = Drops(gzip.compress(bytes(2**20 + 1)))
    answer = httpx.MockTransport(lambda request: httpx.Response(200, stream=bomb, headers={"content-encoding": "gzip"}))
    with pytest.raises(SessionError, match="longer than") as raised:
        client(answer).list()
    assert raised.value.kind == "invalid_response"


def test_a_missing_payload_is_reported_with_the_request_that_lacks_it() -> None:
    answer = httpx.Response(200, json={"Success": True, "RequestId": "REQ-9"})
    with pytest.raises(SessionError, match="the answer has no Data") as raised:
        Session(client(FakeCloud(GetMcpResource=answer)), "session-1").info()
    assert raised.value.request_id == "REQ-9"


def test_a_read_is_repeated_until_it_is_answered() -> None:
    lost = httpx.ReadError("lost")
    busy = httpx.Response(502, text="<html>bad gateway</html>")
    cloud = FakeCloud(ListSession=[lost, busy, no("ServiceUnavailable", status=503), yes([])])
    assert (client(cloud).list()).success
    assert len(cloud.requests) == 4


def test_a_read_is_given_up_after_the_last_attempt() -> None:
    cloud = FakeCloud(ListSession=httpx.ReadError("lost"))
    with pytest.raises(SessionError):
        client(cloud, retry=RetryPolicy(attempts=2)).list()
    assert len(cloud.requests) == 2


def test_a_creation_that_surely_never_left_is_repeated() -> None:
    cloud = FakeCloud(CreateMcpSession=[httpx.ConnectError("refused"), yes(session_data())])
    assert (client(cloud).create()).success


def test_a_throttled_creation_is_repeated_after_the_time_that_the_cloud_asks_for() -> None:
    throttled = httpx.Response(429, headers={"x-acs-retry-after": "2500"}, json={"Code": "Throttling.User"})
    cloud = FakeCloud(CreateMcpSession=[throttled, yes(session_data())])
    clock = FakeClock()
    with AgentBay(api_key=KEY, transport=cloud, clock=clock) as bay:
        assert (bay.create()).success
    assert clock.slept == [2.5]


def test_a_call_is_not_repeated_past_its_time() -> None:
    throttled = httpx.Response(429, headers={"retry-after": "30"}, json={"Code": "Throttling", "Message": "slow down"})
    cloud = FakeCloud(ListSession=throttled)
    result = client(cloud, timeout=10).list()
    assert (result.code, len(cloud.requests)) == ("Throttling", 1)


def test_each_repetition_is_announced() -> None:
    seen: list[int] = []
    policy = RetryPolicy(on_retry=lambda attempt, pause, reason: seen.append(attempt))
    cloud = FakeCloud(ListSession=[httpx.ReadError("lost"), httpx.ReadError("lost"), yes([])])
    client(cloud, retry=policy).list()
    assert seen == [1, 2]


def test_redirects_are_not_followed() -> None:
    elsewhere = httpx.Response(307, headers={"location": "https://elsewhere.example/"}, json={})
    cloud = FakeCloud(ListSession=elsewhere)
    with pytest.raises(SessionError):
        client(cloud).list()
    assert len(cloud.requests) == 1


def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = httpx.Response(200, text=f"you sent {KEY}")
    bay = client(FakeCloud(ListSession=echo, GetSession=status("RUNNING")))
    with pytest.raises(SessionError) as raised:
        bay.list()
    bay.get("session-1")
    message = "".join(traceback.format_exception(raised.value)) + caplog.text + repr(bay) + repr(vars(bay.core.api))
    assert KEY not in message
    assert "you sent ***" in str(raised.value)
    assert KEY.encode() not in pickle.dumps(raised.value)


def test_the_key_is_in_no_url() -> None:
    urls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        urls.append(str(request.url))
        return yes({"ContextStatus": "[]"})

    Session(client(httpx.MockTransport(answer)), "session-1").context.sync()
    assert urls
    assert all(KEY not in url for url in urls)


def test_a_session_reports_no_secret_by_its_repr() -> None:
    data = session_data(
        Token="tok-secret", LinkUrl="https://x.example/link-secret", ResourceUrl="https://x/?token=url-secret"
    )
    session = (client(FakeCloud(CreateMcpSession=yes(data))).create()).session
    assert "secret" not in repr(session) + repr(session.connection.details)
    assert session.get_token() == "tok-secret"


@pytest.mark.parametrize("labels", [{}, {"": "x"}, {"x": " "}, {"x": 1}, ["x"], None])
def test_labels_that_are_none_are_refused_before_sending(labels: Any) -> None:
    cloud = FakeCloud()
    with pytest.raises(SessionUsageError, match="labels must"):
        Session(client(cloud), "session-1").set_labels(labels)
    assert cloud.requests == []


@pytest.mark.parametrize("port", [0, -1, 65536, "30100", 30100.0, True])
def test_what_is_not_a_port_is_refused_before_sending(port: Any) -> None:
    cloud = FakeCloud()
    with pytest.raises(SessionUsageError, match=r"Invalid port .*: use a whole number from 1 to 65535"):
        Session(client(cloud), "session-1").get_link(port=port)
    assert cloud.requests == []


@promise("pages.get_link.port")
def test_a_refused_link_to_another_port_than_the_documented_ones_names_those() -> None:
    session = Session(client(FakeCloud(GetLink=no("not open"))), "session-1")
    assert (session.get_link(port=8443)).error_message.endswith("(AgentBay documents the ports 30100 to 30199)")
    assert "documents" not in (session.get_link(port=30100)).error_message
    strict = Session(client(FakeCloud(GetLink=no("not open")), strict=True), "session-1")
    with pytest.raises(SessionError, match="30100 to 30199"):
        strict.get_link(port=8443)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"imge_id": "x"}, "Unknown imge_id: the parameters of a session are image_id"),
        ({"idle_release_timeout": 0}, "idle_release_timeout must be above 0"),
        ({"idle_release_timeout": 1.5}, "idle_release_timeout must be whole seconds"),
        ({"max_runtime": 90}, "whole minutes"),
        ({"manual_release": True, "max_runtime": 60}, "manual_release goes without"),
        ({"skill_names": ["pdf"]}, "load_skills=True"),
        ({"labels": {"a": ""}}, "labels must"),
    ],
)
def test_fields_that_make_no_sense_are_refused_before_sending(fields: dict[str, Any], message: str) -> None:
    cloud = FakeCloud()
    with pytest.raises(SessionUsageError, match=message):
        client(cloud).create(**fields)
    assert cloud.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"limit": 0}, "limit must"), ({"page": 0}, "page must"), ({"status": "FINISH"}, "status must be 'RUNNING' or")],
)
def test_lists_that_make_no_sense_are_refused_before_sending(arguments: dict[str, Any], message: str) -> None:
    cloud = FakeCloud()
    with pytest.raises(SessionUsageError, match=message):
        client(cloud).list(**arguments)
    assert cloud.requests == []


def test_agb_needs_an_image() -> None:
    with pytest.raises(SessionUsageError, match="image_id, e\\.g\\. 'agb-code-space-1'"):
        AGB(api_key=KEY, transport=FakeCloud()).create()


@pytest.mark.parametrize("field", [{"network_id": "n"}, {"max_runtime": 60}, {"enable_record": True}])
def test_what_agb_does_not_have_is_refused_before_sending(field: dict[str, Any]) -> None:
    with pytest.raises(SessionUsageError, match=next(iter(field))):
        AGB(api_key=KEY, transport=FakeCloud()).create(image_id="x", **field)


def test_a_blank_session_id_is_refused() -> None:
    with pytest.raises(SessionUsageError, match="session_id must"):
        Session(client(FakeCloud()), " ")


def test_respx_sees_the_requests() -> None:
    with respx.mock(using="httpx") as router:
        route = router.post("https://agentbay.cn-hangzhou.aliyuncs.com/").mock(return_value=yes([]))
        with AgentBay(api_key=KEY) as bay:
            assert (bay.list()).success
    assert route.calls.last.request.url.params["Action"] == "ListSession"


def copying(word: str, reason: str = "") -> httpx.Response:
    """Return the state of the one copy that a new session waits for."""
    task = {"contextId": "c", "path": "/p", "status": word, "taskType": "download", "errorMessage": reason}
    return yes({"ContextStatus": json.dumps([{"type": "data", "data": json.dumps([task])}])})


def test_creating_with_contexts_waits_until_they_are_copied() -> None:
    states = [copying("Running"), copying("Running"), copying("Success")]
    cloud = FakeCloud(CreateMcpSession=yes(session_data()), GetContextInfo=states)
    result = client(cloud).create(context_syncs=[ContextSync(context_id="c", path="/p")])
    assert (result.success, result.context_error) == (True, "")
    assert cloud.requests.count("GetContextInfo") == 3


def test_a_session_whose_contexts_failed_is_there_and_says_so() -> None:
    cloud = FakeCloud(CreateMcpSession=yes(session_data()), GetContextInfo=copying("Failed", "no space"))
    result = client(cloud).create(context_syncs=[ContextSync(context_id="c", path="/p")])
    assert result.session.session_id == "session-1"
    assert result.context_error == "download of c at /p: no space"


NOT_YOURS = no("NotYours", "it belongs to somebody else")


def test_a_deletion_that_fails_at_the_end_of_a_block_is_raised() -> None:
    cloud = FakeCloud(CreateMcpSession=yes(session_data()), DeleteSessionAsync=NOT_YOURS, GetSession=status("RUNNING"))
    with pytest.raises(SessionError, match="it belongs to somebody else"):
        with client(cloud).session():
            pass


def test_a_deletion_that_fails_behind_an_exception_is_noted_on_it() -> None:
    cloud = FakeCloud(CreateMcpSession=yes(session_data()), DeleteSessionAsync=NOT_YOURS, GetSession=status("RUNNING"))
    with pytest.raises(ZeroDivisionError) as raised:
        with client(cloud).session():
            raise ZeroDivisionError
    assert raised.value.__notes__ == [
        "and session session-1 could not be deleted: [NotYours] it belongs to somebody else"
    ]
