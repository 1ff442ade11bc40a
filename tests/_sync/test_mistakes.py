# Generated from tests/_async/test_mistakes.py by scripts/generate_sync.py. Do not edit.
"""The commonest mistakes of newcomers: each gets a message that says what to do."""

from collections.abc import Callable
from typing import Any

import pytest

from sessionbay import (
    AGB,
    AgentBay,
    AgentBayError,
    CommandUsageError,
    ContextUsageError,
    EnvUsageError,
    FileUsageError,
    RetryPolicy,
    Session,
    SessionGoneError,
    SessionUsageError,
)

pytestmark = pytest.mark.engine
CLOUD: dict[str, Any] = {"endpoint": "https://gw.invalid", "api_key": "akm-test"}
TYPO: dict[str, Any] = CLOUD | {"apikey": "x"}
ONCE = RetryPolicy(attempts=1)
Mistake = tuple[Callable[..., Any], type[Exception], str]

OF_CLIENTS: list[Mistake] = [
    (lambda: AgentBay(endpoint="https://gw.invalid"), AgentBayError, "pass api_key= or set AGENTBAY_API_KEY"),
    (lambda: AgentBay(endpoint="x y", api_key="akm-test"), ValueError, "use a host, an http(s) URL, 'local' or"),
    (lambda: AgentBay(endpoint="http://gw.invalid", api_key="akm-test"), ValueError, "pass allow_http=True"),
    (lambda: AgentBay(**TYPO), TypeError, "apikey"),
    (lambda: AgentBay(**CLOUD, timeout=-1), ValueError, "timeout must be above 0 seconds"),
    (lambda: getattr(AgentBay(**CLOUD).session(), "command"), AttributeError, "enter the block"),  # noqa: B009
]
OF_CALLS: list[Mistake] = [
    (lambda bay: bay.create(image="code_latest"), SessionUsageError, "the parameters of a session are image_id"),
    (lambda bay: bay.create({"image_id": "x"}), SessionUsageError, "use create(**params)"),
    (lambda bay: bay.create(labels="a=b"), SessionUsageError, "such as {'name': 'value'}"),
    (lambda bay: bay.create(labels={"a": 1}), SessionUsageError, "labels must map strings to strings"),
    (lambda bay: bay.create(context_syncs=[{"path": "/x"}]), SessionUsageError, "of the class sessionbay.ContextSync"),
    (lambda bay: bay.get(""), SessionUsageError, "session_id must be a string that is not blank"),
    (lambda bay: bay.delete("session-1"), SessionUsageError, "get() finds one by its id"),
    (lambda bay: bay.list(status="running"), SessionUsageError, "status must be 'RUNNING'"),
    (lambda bay: bay.context.get(), ContextUsageError, "Either 'name' or 'context_id' must be provided"),
]
OF_SESSIONS: list[Mistake] = [
    (lambda session: session.command.run("ls", timeout_ms="5"), CommandUsageError, "a whole number of 1 or more"),
    (lambda session: session.command.run(None), CommandUsageError, "command must be"),
    (lambda session: session.file_system.write_file("a", {"x": 1}), FileUsageError, "use json.dumps"),
    (lambda session: session.file_system.upload_file("/nowhere", "/tmp/x"), FileUsageError, "/nowhere"),
    (lambda session: session.code.run_code("1", "ruby"), ValueError, "language must be 'python' or 'javascript'"),
    (lambda session: session.env.set({"A": 1}), EnvUsageError, "envs must map strings to strings"),
    (lambda session: session.set_labels({}), SessionUsageError, "give at least one key and value"),
    (lambda session: session.pause(timeout=-1), SessionUsageError, "timeout must be 0 or more seconds"),
]


@pytest.mark.parametrize(("mistake", "error", "advice"), OF_CLIENTS)
def test_a_mistake_with_a_client_is_explained(mistake: Callable[[], Any], error: type[Exception], advice: str) -> None:
    with pytest.raises(error) as raised:
        mistake()
    assert advice in str(raised.value)


@pytest.mark.parametrize(("mistake", "error", "advice"), OF_CALLS)
def test_a_mistake_in_a_call_is_explained(mistake: Any, error: type[Exception], advice: str) -> None:
    with AgentBay(**CLOUD) as bay:
        with pytest.raises(error) as raised:
            mistake(bay)
    assert advice in str(raised.value)


@pytest.mark.parametrize(("mistake", "error", "advice"), OF_SESSIONS)
def test_a_mistake_with_a_session_is_explained(mistake: Any, error: type[Exception], advice: str) -> None:
    with AgentBay(**CLOUD) as bay:
        with pytest.raises(error) as raised:
            mistake(Session(bay, "session-1"))
    assert advice in str(raised.value)


def test_a_wrong_key_says_what_to_check(bay: AgentBay) -> None:
    with AgentBay(endpoint=bay.endpoint, api_key="akm-wrong") as stranger:
        result = stranger.list()
    assert (result.code, "check the API key" in result.error_message) == ("NOT_LOGIN", True)


def test_an_engine_that_does_not_run_says_how_to_start_one() -> None:
    with AgentBay(endpoint="http://127.0.0.1:9", api_key="akm-test", retry=ONCE) as nowhere:
        with pytest.raises(AgentBayError, match="sessionbay serve"):
            nowhere.list()


def test_a_path_in_the_endpoint_says_to_check_it(bay: AgentBay) -> None:
    with AgentBay(endpoint=f"{bay.endpoint}/console", api_key=bay.api_key) as elsewhere:
        result = elsewhere.list()
    assert (result.code, "and that it belongs to this endpoint" in result.error_message) == ("NOT_LOGIN", True)


def test_a_result_is_not_its_session(bay: AgentBay) -> None:
    created = bay.create()
    with pytest.raises(AttributeError, match=r"take \.session first"):
        created.command  # type: ignore[attr-defined]  # noqa: B018  # that it is refused is the point
    created.session.delete()
    with pytest.raises(SessionGoneError, match="create a new one"):
        created.session.command.run("ls")
    gone = bay.get(created.session.session_id)
    with pytest.raises(SessionGoneError, match="not found"):
        gone.session  # noqa: B018  # that it raises is the point


def test_a_closed_client_says_to_make_a_new_one() -> None:
    bay = AgentBay(**CLOUD)
    bay.close()
    with pytest.raises(AgentBayError, match="make a new one"):
        bay.list()


def test_agb_needs_an_image_and_names_one() -> None:
    with AGB(**CLOUD) as agb:
        with pytest.raises(SessionUsageError, match=r"pass image_id, e\.g\. 'agb-code-space-1'"):
            agb.create()
