# Generated from tests/_async/test_code_stream.py by scripts/generate_sync.py. Do not edit.
"""Code whose output comes while it runs."""

import time
from typing import Any

import pytest

from sessionbay import (
    AgentBay,
    CodeError,
    CodeOutput,
    CodeTimeoutError,
    CodeUsageError,
    EnhancedCodeExecutionResult,
    ExecutionError,
    ExecutionResult,
    Session,
)

from ..fake_cloud import KEY, FakeCloud
from ..raw_hub import RawHub, hub, until_gone
from ..raw_server import BOUND, RawServer
from ..threads._sync import Background
from .test_pty import session_at

SLOW = """
import os, time
print(0)
while not os.path.exists("go"): time.sleep(0.01)
print(1)
time.sleep(0.3)
print(2)
while not os.path.exists("on"): time.sleep(0.01)
6 * 7
"""
FOREVER = "import time\nx = 20\nwhile True:\n    print('on')\n    time.sleep(0.02)"


def test_output_comes_while_the_code_runs_and_the_result_after_it(session: Session) -> None:
    with session.code.stream(SLOW, "python") as events:
        with pytest.raises(CodeUsageError, match="has not ended"):
            _ = events.result
        seen: list[object] = []
        for event in events:
            seen.append(event)
            written = [event for event in seen if isinstance(event, CodeOutput)]
            session.file_system.write_file("on" if "2" in "".join(map(str, written)) else "go", "")
    assert "".join(map(str, written)) == "0\n1\n2\n"
    assert {event.stream for event in written} == {"stdout"}
    assert seen[-1] == ExecutionResult(text="42", is_main_result=True)
    result = events.result
    assert (result.success, result.result, result.execution_count) == (True, "42", 1)
    assert "".join(result.logs.stdout) == "0\n1\n2\n"
    assert result.execution_time > 0.3


def test_a_stream_shares_its_variables_with_all_other_runs(bay_session: Session) -> None:
    bay_session.code.run_code("x = 20", "python")
    result = bay_session.code.run_code("x + 1", "python", stream_beta=True)
    assert (result.result, result.execution_count) == ("21", 2)


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [("python", "1 / 0", "ZeroDivisionError"), ("js", "throw new TypeError('no')", "TypeError")],
)
def test_what_code_raises_is_an_event_and_the_results_error(
    bay_session: Session, language: str, code: str, name: str
) -> None:
    with bay_session.code.stream(code, language) as events:
        raised = [event for event in events if isinstance(event, ExecutionError)]
    assert [error.name for error in raised] == [name]
    assert name in raised[0].traceback
    assert (events.result.success, events.result.error) == (False, raised[0])
    with pytest.raises(CodeError, match=name):
        bay_session.code.run_code(code, language, stream_beta=True, check=True)


def test_functions_receive_each_kind_of_event(bay_session: Session) -> None:
    out: list[str] = []
    err: list[str] = []
    errors: list[Any] = []
    code = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n1 / 0"
    result = bay_session.code.run_code(
        code, "python", on_stdout=out.append, on_stderr=err.append, on_error=errors.append
    )
    assert ("".join(out), "".join(err)) == ("out\n", "err\n")
    assert errors == [result.error]


def test_code_whose_time_is_over_is_interrupted(bay_session: Session) -> None:
    bay_session.code.run_code("1", "python")  # or a slow machine needs the time for the start of the process
    with bay_session.code.stream(FOREVER, "python", timeout_s=2) as events:
        kinds = {type(event) for event in events}
    assert kinds == {CodeOutput, ExecutionError}
    assert "interrupted after 2 s" in events.result.error_message
    assert (bay_session.code.run_code("x", "python")).result == "20"


def test_leaving_early_interrupts_the_code_and_keeps_its_variables(bay_session: Session) -> None:
    with bay_session.code.stream(FOREVER, "python") as events:
        for event in events:
            assert str(event).startswith("on")  # the end of the line may be an event of its own
            break
    begun = time.monotonic()
    after = bay_session.code.run_code("x", "python")
    assert (after.result, after.logs.stdout) == ("20", ())
    assert time.monotonic() - begun < BOUND


def test_a_lost_connection_interrupts_the_code(bay_session: Session) -> None:
    with pytest.raises(CodeError) as raised:
        with bay_session.code.stream(FOREVER, "python") as events:
            for _ in events:
                assert events._multiplexer is not None
                assert events._multiplexer._socket is not None
                events._multiplexer._socket.drop()
    assert raised.value.kind == "unreachable"
    assert (bay_session.code.run_code("x", "python")).result == "20"


def test_streams_of_two_languages_run_at_once(bay_session: Session) -> None:
    results: dict[str, EnhancedCodeExecutionResult] = {}

    for name in ("go", "on"):
        bay_session.file_system.write_file(name, "")

    def run(language: str) -> None:
        code = {"python": SLOW, "javascript": "console.log('js'); 42"}[language]
        results[language] = bay_session.code.run_code(code, language, stream_beta=True)

    with Background() as beside:
        for language in ("python", "javascript"):
            beside.start(run, language)
    assert {language: result.result for language, result in results.items()} == {"python": "42", "javascript": "42"}


def test_much_output_comes_whole_up_to_the_engines_limit(bay_session: Session) -> None:
    result = bay_session.code.run_code("print('日' * 300_000)", "python", stream_beta=True)
    assert "".join(result.logs.stdout) == "日" * 300_000 + "\n"


def test_a_form_that_no_frame_carries_is_left_out_with_a_word(bay_session: Session) -> None:
    define = "class Large:\n    def __repr__(self): return 'large'\n    def _repr_html_(self): return 'x' * 2_000_000"
    result = bay_session.code.run_code(f"{define}\nLarge()", "python", stream_beta=True)
    assert (result.result, result.results[0].html) == ("large", None)
    assert "text/html of 2000000 characters left out" in "".join(result.logs.stderr)


@pytest.mark.parametrize(
    "attempt", [("1", "cobol"), ("1", "python", 0), (1, "python")], ids=["language", "time", "code"]
)
def test_a_mistake_raises_before_anything_is_sent(attempt: Any) -> None:
    with AgentBay(KEY, transport=FakeCloud()) as bay:
        session = Session(bay, "session-1")
        with pytest.raises(CodeUsageError):
            session.code.stream(*attempt)


def test_a_session_without_a_websocket_says_so(bay: AgentBay, bay_session: Session) -> None:
    attached = bay.attach(bay_session.ref)
    with pytest.raises(CodeUsageError, match="has no WebSocket address"):
        attached.code.run_code("1", "python", stream_beta=True)


def test_a_stream_is_used_once_and_as_a_context_manager(bay_session: Session) -> None:
    stream = bay_session.code.stream("1", "python")
    with pytest.raises(CodeUsageError, match="was not started"):
        next(stream)
    with stream:
        pass
    with pytest.raises(CodeUsageError, match="already started"):
        with stream:
            pass


def streamed(*events: dict[str, Any]) -> EnhancedCodeExecutionResult:
    """Return what a client makes of the frames that a service sends."""

    def script(raw: RawHub) -> None:
        request = raw.frame()
        assert (request["target"], request["data"]["mode"]) == ("wuying_codespace", "stream")
        assert request["data"]["params"] == {"language": "python", "timeoutS": 1, "code": "code"}
        for event in events:
            raw.reply(request, **event)
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with session_at(server) as session:
            return session.code.run_code("code", "python", 1, stream_beta=True)


def result_event(**forms: Any) -> dict[str, Any]:
    return {"phase": "event", "eventType": "result", "result": forms}


END = {"phase": "end", "status": "finished", "executionError": None, "executionCount": 7, "executionTime": 0.5}


@pytest.mark.parametrize(
    "forms",
    [
        {"isMainResult": True, "mime": {"text/plain": "3", "text/html": "<b>3</b>"}},
        {"isMainResult": True, "text/plain": "3", "text/html": "<b>3</b>"},
        {"isMainResult": True, "text/plain": "3", "text/html": "<b>3</b>", "mime": {"text/plain": "3"}},
    ],
    ids=["mime", "flat", "both"],
)
def test_a_result_is_read_in_both_layouts(forms: dict[str, Any]) -> None:
    result = streamed({"phase": "event", "eventType": "later"}, result_event(**forms), END)
    assert result.results == (ExecutionResult(text="3", html="<b>3</b>", is_main_result=True),)
    assert (result.success, result.execution_count, result.execution_time) == (True, 7, 0.5)
    assert len(result.request_id) == 32


@pytest.mark.parametrize(
    ("events", "name", "message"),
    [
        ([{**END, "status": "failed"}], None, "the code failed"),
        ([{**END, "executionError": "NameError: no x"}], "NameError", "NameError: no x"),
        (
            [
                {"phase": "event", "eventType": "error", "error": {"code": "E", "message": "m", "traceId": "t"}},
                {**END, "status": "failed"},
            ],
            "E",
            "E: m",
        ),
        ([{"phase": "event", "eventType": "error", "error": "ends it"}], None, "ends it"),
        ([{"phase": "error", "error": "no kernel"}], None, "no kernel"),
    ],
)
def test_a_failure_is_read_in_each_of_its_forms(events: list[dict[str, Any]], name: str | None, message: str) -> None:
    result = streamed({"phase": "event", "eventType": "stdout", "chunk": "kept"}, *events)
    assert (result.success, result.error_message, result.logs.stdout) == (False, message, ("kept",))
    assert (result.error and result.error.name) == name


def test_a_stream_that_leaves_the_protocol_is_an_error_of_the_services() -> None:
    with pytest.raises(CodeError) as raised:
        streamed({"phase": "later"})
    assert raised.value.kind == "invalid_response"


def test_a_service_that_falls_silent_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionbay._sync.code.GRACE", -0.5)
    with RawServer(hub(until_gone)) as server:
        with session_at(server) as session:
            session.connection.api.config.__dict__["timeout"] = 0.1
            errors: list[Any] = []
            with pytest.raises(CodeTimeoutError):
                session.code.run_code("1", "python", 1, on_error=errors.append)
            assert isinstance(errors[0], CodeTimeoutError)
