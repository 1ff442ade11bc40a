# Generated from tests/_async/test_env.py by scripts/generate_sync.py. Do not edit.
"""Environment variables: on both routes, for all that starts later, and who has none."""

import json
from typing import Any

import pytest

from sessionbay import AGB, AgentBay, CommandUsageError, EnvError, EnvUsageError, Session

from ..fake_cloud import KEY, FakeCloud, yes

ODD = {"ODD": 'it\'s; a "hello"\n\t\N{GRINNING FACE}=$HOME', "EMPTY": ""}


def on(answer: dict[str, Any], **options: Any) -> tuple[Session, FakeCloud]:
    """Return a session whose tools answer so, and its cloud."""
    cloud = FakeCloud(CallMcpTool=yes(answer))
    return Session(AgentBay(api_key=KEY, transport=cloud, **options), "session-1"), cloud


def tool_text(text: str, *, is_error: bool = False) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "isError": is_error}


def test_what_is_set_is_there_for_all_that_starts_later(routed: Session) -> None:
    assert (routed.env.set(ODD)).data is True
    assert (routed.env.get(["ODD", "EMPTY", "NOBODY_SET"])).envs == ODD
    assert (routed.command.run('printf %s "$ODD"')).stdout == ODD["ODD"]
    ran = routed.code.run_code("import os; print(os.environ['ODD'], end='')", "python")
    assert "".join(ran.logs.stdout) == ODD["ODD"]


def test_what_is_set_later_replaces_and_leaves_the_rest(routed: Session) -> None:
    routed.env.set({"A": "1", "B": "1"})
    routed.env.set({"B": "2"})
    known = (routed.env.get()).envs
    assert (known["A"], known["B"], "PATH" in known) == ("1", "2", True)


def test_no_keys_are_all_of_them(routed: Session) -> None:
    assert (routed.env.get([])).envs.keys() == (routed.env.get()).envs.keys()


def test_another_session_has_none_of_it(bay: AgentBay) -> None:
    with bay.session() as one, bay.session() as other:
        one.env.set({"MINE": "1"})
        assert (other.env.get(["MINE"])).envs == {}


def test_the_tools_get_their_arguments_by_the_clouds_names() -> None:
    session, cloud = on(tool_text('{"A": "1"}'))
    session.env.set({"A": "1"})
    session.env.get(["A"])
    session.env.get()
    assert [(form["Name"], json.loads(form["Args"])) for form in cloud.forms] == [
        ("set_env", {"envs": [{"key": "A", "value": "1"}]}),
        ("get_env", {"keys": ["A"]}),
        ("get_env", {}),
    ]


def test_an_answer_that_is_no_environment_raises() -> None:
    session, _ = on(tool_text("A=1"))
    with pytest.raises(EnvError, match="not a JSON object") as caught:
        session.env.get()
    assert caught.value.kind == "invalid_response"


def test_a_refusal_is_a_result_and_an_error_of_a_strict_client() -> None:
    session, _ = on(tool_text("read-only", is_error=True))
    assert (session.env.set({"A": "1"})).error_message == "read-only"
    assert (session.env.get()).error_message == "read-only"
    strict, _ = on(tool_text("read-only", is_error=True), strict=True)
    with pytest.raises(EnvError, match="read-only"):
        strict.env.set({"A": "1"})


@pytest.mark.parametrize("variable", [("", "1"), ("A=B", "1"), ("A", "1\0")])
def test_what_no_process_could_start_with_is_refused_by_the_engine_too(
    bay_session: Session, variable: tuple[str, str]
) -> None:
    envs = [{"key": variable[0], "value": variable[1]}]
    assert "Invalid variable" in (bay_session.call_mcp_tool("set_env", {"envs": envs})).error_message
    assert (bay_session.command.run("echo alive")).stdout == "alive\n"


LARGEST = {"A": "x" * (128 * 1024 - 3)}  # "A=", and a NUL
MOST = dict.fromkeys("ABCD", "x" * (128 * 1024 - 3))


@pytest.mark.parametrize(
    ("envs", "message"),
    [
        ({"A": LARGEST["A"] + "x"}, "Variable 'A' in envs takes 131073 bytes, and at most 131072 fit: use a file"),
        ({"A": "ä" * 65536}, "Variable 'A' in envs takes 131075 bytes"),
        ({**MOST, "E": ""}, "envs takes 524291 bytes, and at most 524288 fit in all: use a file"),
        ({f"A{number}": "x" * 100_000 for number in range(30)}, "envs takes 3000140 bytes"),
    ],
    ids=["a byte too many", "not ASCII", "together", "thirty"],
)
def test_more_than_a_command_can_start_with_raises_before_anything_is_sent(envs: dict[str, str], message: str) -> None:
    session, cloud = on(tool_text("True"))
    with pytest.raises(EnvUsageError, match=message):
        session.env.set(envs)
    with pytest.raises(CommandUsageError, match=message):
        session.command.run("true", envs=envs)
    assert cloud.requests == []


def test_a_command_starts_with_as_much_as_is_accepted(bay: AgentBay) -> None:
    with bay.session() as session:
        assert (session.env.set(LARGEST)).success
        assert (session.env.set(MOST)).success
        refused = session.env.set({"E": ""})
        assert "the session's environment takes 524291 bytes" in refused.error_message
        assert (session.command.run("echo ${#D}", envs={"F": LARGEST["A"]})).stdout == "131069\n"
        assert (session.env.get(["E"])).envs == {}


@pytest.mark.parametrize(
    "envs", [{}, {"": "1"}, {"A=B": "1"}, {"A\0": "1"}, {"A": "1\0"}, {"A": "\ud800"}, {"A": 1}, "A=1", None]
)
def test_what_can_be_no_environment_raises_before_anything_is_sent(envs: Any) -> None:
    session, cloud = on(tool_text("{}"))
    with pytest.raises(EnvUsageError):
        session.env.set(envs)
    with pytest.raises(EnvUsageError, match="keys"):
        session.env.get("A")
    assert cloud.requests == []


def test_agb_has_no_environment() -> None:
    session = Session(AGB(api_key=KEY, transport=FakeCloud()), "session-1")
    with pytest.raises(EnvUsageError, match="AGB has no tool set_env"):
        session.env.set({"A": "1"})
    with pytest.raises(EnvUsageError, match="AGB has no tool get_env"):
        session.env.get()
