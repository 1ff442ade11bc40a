# Generated from tests/_async/test_code.py by scripts/generate_sync.py. Do not edit.
"""Code in a session: its values and errors, what stays, what is shown, and what happens when it does not end."""

import json
import shutil
from typing import Any

import pytest

from sessionbay import AgentBay, CodeError, CodeUsageError, CommandError, Session
from sessionbay.core.error_codes import ErrorCode
from sessionbay.core.output import Keep

from ..fake_cloud import KEY, FakeCloud, yes
from ..threads._sync import Background


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_what_code_defines_stays(routed: Session, language: str) -> None:
    define = {"python": "x = 20", "javascript": "var x = 20"}[language]
    first = routed.code.run_code(define, language)
    assert (first.success, first.results, first.execution_count) == (True, (), 1)
    second = routed.code.run_code("x + 1", language)
    assert (second.result, second.execution_count) == ("21", 2)
    assert second.results[0].is_main_result


def test_output_is_kept_apart_from_values(shared_routed: Session) -> None:
    code = "import os, sys\nprint('out')\nprint('err', file=sys.stderr)\nos.system('echo child')\n'value'"
    result = shared_routed.code.run_code(code, "py")
    assert "".join(result.logs.stdout) == "out\nchild\n"
    assert "".join(result.logs.stderr) == "err\n"
    assert result.result == "'value'"


@pytest.mark.parametrize("language", ["python", "javascript"])
@pytest.mark.parametrize("code", ["", " \n"])
def test_no_code_at_all_does_nothing(bay_session: Session, language: str, code: str) -> None:
    bay_session.code.run_code({"python": "x = 20", "javascript": "var x = 20"}[language], language)
    nothing = bay_session.code.run_code(code, language)
    assert (nothing.success, nothing.result, nothing.execution_count) == (True, "", 2)
    assert (bay_session.code.run_code("x", language)).result == "20"


def test_javascript_shares_its_outputs_with_its_child_processes(shared_routed: Session) -> None:
    shell = "require('child_process').execSync('echo child; echo err >&2; cat; seq 50000', {stdio: 'inherit'})"
    code = f"console.log('before'); {shell}; require('fs').writeSync(1, 'raw'); console.log(' after'); var x = 7; x"
    result = shared_routed.code.run_code(code, "javascript")
    assert (result.success, result.result, "".join(result.logs.stderr)) == (True, "7", "err\n")
    numbers = "".join(f"{number}\n" for number in range(1, 50001))
    assert "".join(result.logs.stdout) == f"before\nchild\n{numbers}raw after\n"
    assert (shared_routed.code.run_code("x", "javascript")).result == "7"


def test_javascript_may_write_half_a_character(shared: Session) -> None:
    code = "for (const byte of Buffer.from('\N{GRINNING FACE}')) process.stdout.write(Buffer.from([byte]))"
    assert "".join((shared.code.run_code(code, "javascript")).logs.stdout) == "\N{GRINNING FACE}"


@pytest.mark.one_driver
def test_javascript_that_is_interrupted_while_it_writes_writes_on_in_the_next_run(shared: Session) -> None:
    endless = shared.code.run_code("while (true) console.log('x'.repeat(1000))", "javascript", timeout_s=0.2)
    assert "interrupted" in endless.error_message
    following = shared.code.run_code("console.log('next')", "javascript")
    assert "".join(following.logs.stdout) == "next\n"


def test_javascript_prints_and_requires(shared_routed: Session) -> None:
    code = "var os = require('os'); console.log(typeof os.cpus); console.error('bad'); [1, {a: 2}]"
    result = shared_routed.code.run_code(code, "node")
    assert ("".join(result.logs.stdout), "".join(result.logs.stderr)) == ("function\n", "bad\n")
    assert result.result == "[ 1, { a: 2 } ]"
    late = shared_routed.code.run_code("Promise.resolve(5); console.log(6)", "js")
    assert "".join(late.logs.stdout) == "6\n"


@pytest.mark.parametrize(
    ("language", "code", "name", "value"),
    [
        ("python", "1 / 0", "ZeroDivisionError", "division by zero"),
        ("python", "def f(:", "SyntaxError", "invalid syntax"),
        ("python", "raise SystemExit(3)", "SystemExit", "3"),
        ("javascript", "throw new TypeError('no')", "TypeError", "no"),
        ("javascript", "let = ;", "SyntaxError", "Unexpected"),
    ],
)
def test_an_exception_is_reported_with_its_traceback(
    shared: Session, language: str, code: str, name: str, value: str
) -> None:
    result = shared.code.run_code(code, language)
    assert not result.success
    assert result.error is not None
    assert result.error.name == name
    assert value in result.error.value
    assert name in result.error.traceback
    assert name in result.error_message
    assert (shared.code.run_code("1 + 1", language)).result == "2"
    with pytest.raises(CodeError, match=name) as raised:
        shared.code.run_code(code, language, check=True)
    assert isinstance(raised.value, CommandError)
    assert raised.value.result.error.name == name


@pytest.mark.one_driver
@pytest.mark.parametrize(("language", "loop"), [("python", "while True: pass"), ("javascript", "while (true) {}")])
def test_a_loop_without_end_is_interrupted_and_its_variables_live_on(
    shared_bay: Session, language: str, loop: str
) -> None:
    session = shared_bay
    session.code.run_code({"python": "kept = 7", "javascript": "var kept = 7"}[language], language)
    result = session.code.run_code(loop, language, timeout_s=0.2)
    assert not result.success
    assert "interrupted after 0.2 s" in result.error_message
    assert (session.code.run_code("kept", language)).result == "7"


@pytest.mark.one_driver
def test_code_that_will_not_be_interrupted_is_ended(shared_bay: Session) -> None:
    session = shared_bay
    code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    session.code.run_code("1", "python")
    result = session.code.run_code(code, "python", timeout_s=2)
    assert "its variables are lost" in result.error_message
    assert (session.code.run_code("1", "python")).execution_count == 1


def test_code_that_ends_its_own_process_is_reported_and_the_next_has_a_new_one(shared: Session) -> None:
    result = shared.code.run_code("import os\nos._exit(3)", "python")
    message = "KernelDied: the process that ran the code exited with code 3: its variables are lost"
    assert (result.success, result.code, result.error_message) == (False, ErrorCode.KERNEL_DIED, message)
    assert (shared.code.run_code("1 + 1", "python")).result == "2"


def test_code_that_waited_for_code_that_ended_the_process_runs_in_the_next_one(bay_session: Session) -> None:
    wait = "import os, time\nopen('begun', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\nos._exit(3)"
    results: dict[str, str] = {}

    def run(name: str, code: str) -> None:
        result = bay_session.code.run_code(code, "python")
        results[name] = result.code or result.result

    with Background() as beside:
        beside.start(run, "first", wait)
        bay_session.command.run("until [ -e begun ]; do sleep 0.01; done", check=True)
        beside.start(run, "second", "6 * 7")
        bay_session.command.run("sleep 0.1; touch go", check=True)  # the second comes to wait, or not: all the same
    assert results == {"first": "kernel_died", "second": "42"}


@pytest.mark.one_driver
@pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java on this machine")
def test_java_keeps_what_it_defines_and_reports_what_it_throws(shared_bay: Session) -> None:
    code = shared_bay.code
    first = code.run_code('int x = 20; System.out.println("h\\u00e9");', "java")
    assert (first.success, "".join(first.logs.stdout), first.results) == (True, "h\u00e9\n", ())
    assert (code.run_code("int twice(int n) { return 2 * n; }\ntwice(x) + 2", "java")).result == "42"
    thrown = code.run_code("x / 0", "java")
    assert thrown.error is not None
    assert thrown.error.name == "java.lang.ArithmeticException"
    assert (code.run_code("int y = ;", "java")).error_message.startswith("SyntaxError")
    assert "interrupted" in (code.run_code("while (true) {}", "java", timeout_s=1)).error_message
    assert (code.run_code("x", "java")).result == "20"
    faces = code.run_code('System.out.print("x" + "\\ud83d\\ude00".repeat(5000));', "java")
    assert "".join(faces.logs.stdout) == "x" + "\N{GRINNING FACE}" * 5000
    assert "its variables are lost" in (code.run_code("System.exit(3);", "java")).error_message


def test_two_sessions_do_not_see_each_others_variables(bay: AgentBay) -> None:
    with bay.session() as one, bay.session() as other:
        one.code.run_code("secret = 1", "python")
        result = other.code.run_code("secret", "python")
    assert result.error is not None
    assert result.error.name == "NameError"


def test_files_and_variables_of_the_environment_are_shared(bay_session: Session) -> None:
    bay_session.code.run_code("open('shared', 'w').write('from code')", "python")
    assert (bay_session.command.run("cat shared")).output == "from code"
    assert (bay_session.env.set({"GREETING": 'it\'s; a "hello"\n'})).success
    reported = bay_session.code.run_code("import os; os.environ['GREETING']", "python")
    assert reported.result == repr('it\'s; a "hello"\n')
    assert (bay_session.command.run('printf %s "$GREETING"')).output == 'it\'s; a "hello"\n'
    assert (bay_session.env.get(["GREETING", "NOTHING"])).envs == {"GREETING": 'it\'s; a "hello"\n'}
    assert "PATH" in (bay_session.env.get()).envs


@pytest.mark.parametrize(
    ("keep", "ends"), [("head+tail", ("01", "89\n")), ("head", ("01234", "")), ("tail", ("", "6789\n"))]
)
@pytest.mark.parametrize("stream", [False, True])
def test_output_is_kept_up_to_its_limit(shared: Session, stream: bool, keep: Keep, ends: tuple[str, str]) -> None:
    code = "import sys\nfor out in sys.stdout, sys.stderr: print('0123456789', file=out)"
    result = shared.code.run_code(code, "python", max_output=5, keep=keep, stream_beta=stream)
    size = sum(map(len, ends))
    text = f"{ends[0]}\n[... {11 - size} bytes left out ...]\n{ends[1]}"
    assert ("".join(result.logs.stdout), "".join(result.logs.stderr)) == (text, text)
    assert (result.success, result.truncated, result.omitted_bytes, result.result) == (True, True, 12, text)


def test_much_output_is_cut_by_the_engine_also_without_a_limit(shared_routed: Session) -> None:
    code = "print('x' * (3 * 2**20), end='END')"
    cut = shared_routed.code.run_code(code, "python")
    assert cut.omitted_bytes == 2**21 + 3
    assert cut.result == "".join(cut.logs.stdout)
    assert cut.result.endswith("xxxEND")
    whole = shared_routed.code.run_code(code, "python", max_output=4 * 2**20)
    assert (len(whole.result), whole.truncated) == (3 * 2**20 + 3, False)


def test_the_output_of_a_cloud_is_cut_when_it_arrives() -> None:
    answer = {"result": [], "stdout": ["01234", "56789"], "stderr": [], "executionError": ""}
    cloud = FakeCloud(CallMcpTool=yes({"content": [{"type": "text", "text": json.dumps(answer)}]}))
    with AgentBay(KEY, transport=cloud) as bay:
        result = Session(bay, "session-1").code.run_code("2", "python", 1.5, max_output=4)
    assert json.loads(cloud.forms[0]["Args"]) == {"code": "2", "language": "python", "timeout_s": 2}
    assert result.result == "01\n[... 6 bytes left out ...]\n89"
    assert (result.truncated, result.omitted_bytes) == (True, 6)


@pytest.mark.parametrize("stream", [False, True])
def test_the_code_of_a_failure_says_its_kind(shared_bay: Session, stream: bool) -> None:
    raised = shared_bay.code.run_code("1 / 0", "python", stream_beta=stream)
    assert raised.code == ErrorCode.CODE_RAISED
    late = shared_bay.code.run_code("while True: pass", "python", timeout=0.2, stream_beta=stream)
    assert (late.code, late.error_message) == (
        ErrorCode.TIMEOUT,
        "TimeoutError: [timeout] the code was interrupted after 0.2 s",
    )


def test_a_language_that_the_machine_lacks_is_reported(shared: Session) -> None:
    for stream in (False, True):
        result = shared.code.run_code("1", "r", stream_beta=stream)
        assert (result.success, result.code, result.error) == (False, ErrorCode.LANGUAGE_UNAVAILABLE, None)
        assert result.error_message.startswith("the local engine runs code in python, javascript, java, not in r")


@pytest.mark.parametrize("limit", ["MAX_LINE_BYTES", "MAX_RESULT_BYTES"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_value_that_is_too_large_is_an_error_and_the_variables_stay(
    bay_session: Session, monkeypatch: pytest.MonkeyPatch, limit: str, stream: bool
) -> None:
    monkeypatch.setattr(f"sessionbay.engine.code_kernel.{limit}", 100_000)
    result = bay_session.code.run_code("x = 7\n'y' * 500_000", "python", stream_beta=stream)
    assert (result.success, result.code, result.results) == (False, ErrorCode.TOO_LARGE, ())
    assert (bay_session.code.run_code("x", "python", stream_beta=stream)).result == "7"


@pytest.mark.parametrize(
    "mistake",
    [
        {"code": 5, "language": "python"},
        {"code": "1", "language": "cobol"},
        {"code": "1", "language": ""},
        {"code": "1", "language": "python", "timeout_s": 0},
        {"code": "1", "language": "python", "timeout": float("nan")},
        {"code": "1", "language": "python", "max_output": 0},
        {"code": "1", "language": "python", "keep": "middle"},
    ],
)
def test_a_mistake_raises_before_sending(mistake: dict[str, Any]) -> None:
    cloud = FakeCloud()
    with AgentBay(KEY, transport=cloud) as bay:
        with pytest.raises(CodeUsageError):
            Session(bay, "session-1").code.run_code(**mistake)
    assert cloud.requests == []


def test_what_is_sent_is_what_the_clouds_clients_send() -> None:
    cloud = FakeCloud(CallMcpTool=yes({"content": [{"type": "text", "text": "4"}]}))
    with AgentBay(KEY, transport=cloud) as bay:
        Session(bay, "session-1").code.run_code("2 + 2", " Py ", 9)
    assert cloud.forms[0]["Name"] == "run_code"
    assert json.loads(cloud.forms[0]["Args"]) == {"code": "2 + 2", "language": "python", "timeout_s": 9}


def test_html_and_other_formats_are_returned(shared_bay: Session) -> None:
    if (shared_bay.code.run_code("import IPython", "python")).error is not None:
        pytest.skip("the Python of the sessions is of another version: it cannot use the packages of this one")
    html = "from IPython.display import HTML, Latex, Markdown, SVG, display\n"
    shown = shared_bay.code.run_code(f"{html}display(HTML('<b>x</b>'), Markdown('*x*'), Latex('$x$'))\n7", "python")
    assert [result.formats() for result in shown.results] == [
        ["text", "html"],
        ["text", "markdown"],
        ["text", "latex"],
        ["text"],
    ]
    assert (shown.results[0].html, shown.result) == ("<b>x</b>", "7")
