# Generated from tests/_async/test_secrets.py by scripts/generate_sync.py. Do not edit.
"""The key and the tokens of sessions: looked for wherever text goes. What a user asks for, a link, is data."""

import logging
import pickle
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
import pytest

from sessionbay import AgentBay, AgentBayError, InfoResult, Result, RetryPolicy, Session
from sessionbay.engine import LocalEngine

from ..fake_cloud import session_data, yes

KEY, TOKEN = "akm-canary-key", "canary-token"
ECHO = f"<html>key {KEY} and token {TOKEN}</html>"


@dataclass
class Seen:
    """What a program came by, and the secrets that should be in none of it."""

    secrets: list[str]
    urls: list[str] = field(default_factory=list)
    results: list[Result[Any]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def found_in(self, *texts: str) -> list[str]:
        """Return the secrets that are in any of the texts."""
        return [secret for secret in self.secrets if any(secret in text for text in texts)]


@pytest.fixture
def seen(engine: LocalEngine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    """Use a session in many ways, well and badly."""
    for name in ("", *logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name)
    key = engine.api_key.reveal()
    monkeypatch.setenv("AGENTBAY_API_KEY", key)
    monkeypatch.setenv("AGENTBAY_ENDPOINT", engine.endpoint)
    seen = Seen([key])

    def note(request: httpx.Request) -> None:
        seen.urls.append(str(request.url))

    with AgentBay() as bay, bay.session() as session:
        session.get_client().event_hooks = {"request": [note]}
        seen.secrets += [session.get_token(), str(session.get_link())]
        seen.results += [bay.get(session.session_id), bay.list(), session.get_link()]
        seen.results += [session.info(), session.get_labels(reserved=True), session.get_metrics()]
        seen.results += [session.command.run("env; echo error >&2; exit 3"), session.list_mcp_tools()]
        seen.results += [session.call_mcp_tool("no_such_tool", {}), bay.get("session-unknown")]
        seen.results += [session.pause(poll_interval=0.01), session.resume(poll_interval=0.01)]
        fail(seen, session, "session-unknown")
        yield seen


def fail(seen: Seen, session: Session, unknown: str) -> None:
    """Come by errors."""
    gone = Session(session.agent_bay, unknown)
    for wrong in (lambda: session.agent_bay.get(""), lambda: gone.command.run("true", check=True)):
        with pytest.raises(AgentBayError) as raised:
            wrong()
        raised.value.add_note(repr(session))
        seen.errors.append(raised.value)


class Echo(httpx.MockTransport):
    """Creates a session with a direct route, and answers all else with what it was sent."""

    def __init__(self, status: int, answer: object) -> None:
        super().__init__(self._answer)
        self._echo = (
            httpx.Response(status, text=answer) if isinstance(answer, str) else httpx.Response(status, json=answer)
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.params.get("Action") == "CreateMcpSession":
            return yes(session_data(Token=TOKEN, LinkUrl="https://machine.example/link"))
        return httpx.Response(self._echo.status_code, headers=self._echo.headers, content=self._echo.content)


REFUSAL = {"success": False, "code": "Refused", "message": ECHO, "Code": "Refused", "Message": ECHO}


def echoed(status: int, answer: object) -> list[AgentBayError]:
    """Return the errors of a cloud that sends everything back, on both routes."""
    transport = Echo(status, answer)
    errors = []
    with AgentBay(KEY, transport=transport, strict=True, retry=RetryPolicy(attempts=1)) as bay:
        session = (bay.create()).session
        for call in (lambda: session.call_mcp_tool("shell", {}), session.get_labels, session.delete):
            with pytest.raises(AgentBayError) as raised:
                call()
            errors.append(raised.value)
    return errors


def printed(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))


def test_no_secret_is_logged_at_any_level(seen: Seen, caplog: pytest.LogCaptureFixture) -> None:
    records = caplog.get_records("setup")
    assert {"httpx", "sessionbay.channel", "sessionbay.engine"} <= {record.name for record in records}
    assert seen.found_in(*(record.getMessage() + repr(record.args) for record in records)) == []


def test_no_secret_is_in_a_url(seen: Seen) -> None:
    assert len(seen.urls) > 10
    assert seen.found_in(*seen.urls) == []


def test_no_secret_is_in_the_repr_of_a_result(seen: Seen) -> None:
    assert seen.found_in(*map(repr, seen.results)) == []


def test_no_secret_is_printed_with_an_error(seen: Seen) -> None:
    assert seen.found_in(*map(printed, seen.errors)) == []


def test_no_secret_is_in_the_pickle_of_an_error(seen: Seen) -> None:
    assert seen.found_in(*(pickle.dumps(error).decode("latin-1") for error in seen.errors)) == []


def test_no_key_and_no_token_is_in_the_pickle_of_a_result(seen: Seen) -> None:
    key, token, _ = seen.secrets
    others = [result for result in seen.results if not isinstance(result, InfoResult)]  # it holds a link, as asked for
    pickles = [pickle.dumps(result).decode("latin-1") for result in others]
    assert Seen([key, token]).found_in(*pickles) == []


def test_no_secret_is_in_the_repr_of_a_client_or_a_session(bay_session: Session) -> None:
    seen = Seen([bay_session.get_api_key(), bay_session.get_token()])
    shown = [bay_session, bay_session.agent_bay, bay_session.ref, bay_session.command, bay_session.context]
    assert seen.found_in(*map(repr, shown), *map(str, shown)) == []


def test_no_secret_is_on_the_command_line_or_in_the_environment_of_a_process(seen: Seen) -> None:
    processes = psutil.Process().children(recursive=True)
    assert processes
    assert seen.found_in(*(f"{process.cmdline()}" for process in processes)) == []
    assert seen.found_in(*map(environment, processes)) == []


def environment(process: psutil.Process) -> str:
    """Return a process's environment; that of an agent can be read by root alone."""
    try:
        return str(process.environ())
    except psutil.AccessDenied:
        return ""


@pytest.mark.parametrize(
    ("status", "answer"),
    [(200, ECHO), (502, ECHO), (200, REFUSAL), (400, REFUSAL), (200, {"Data": ECHO})],
    ids=["html", "502", "refusal", "400", "data"],
)
def test_what_a_cloud_sends_back_shows_no_secret(status: int, answer: object) -> None:
    errors = echoed(status, answer)
    key_or_token = [Seen([KEY, TOKEN] if number == 0 else [KEY]) for number in range(len(errors))]
    assert [seen.found_in(printed(error)) for seen, error in zip(key_or_token, errors, strict=True)] == [[], [], []]


def test_the_password_of_a_proxy_is_not_told() -> None:
    proxy = "http://user:canary-password@127.0.0.1:9"
    with AgentBay(KEY, endpoint="https://elsewhere.example", proxy=proxy, retry=RetryPolicy(attempts=1)) as bay:
        with pytest.raises(AgentBayError) as raised:
            bay.list()
    assert Seen([KEY, "canary-password"]).found_in(printed(raised.value), repr(bay)) == []
