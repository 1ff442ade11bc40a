"""How the environment tools are asked, and how their answers read."""

import pytest
from hypothesis import given, strategies as st

from sessionbay.models.env import EnvResult
from sessionbay.models.tools import McpToolResult
from sessionbay.operations.env import GET_ENV, SET_ENV, GetEnvArgs, SetEnvArgs, Variable, format_envs, parse_envs
from sessionbay.operations.tools import to_tool_result

from ..support import some, texts


def test_variables_are_set_as_a_list_of_pairs() -> None:
    args = SetEnvArgs(envs=[Variable(key="A", value="1"), Variable(key="B", value="")])
    assert args.dump() == {"envs": [{"key": "A", "value": "1"}, {"key": "B", "value": ""}]}
    assert (SET_ENV.name, SET_ENV.server, SET_ENV.only) == ("set_env", "wuying_system", "agentbay")


def test_all_variables_are_asked_for_without_keys() -> None:
    assert GetEnvArgs().dump() == {}
    assert GetEnvArgs(keys=["A"]).dump() == {"keys": ["A"]}
    assert (GET_ENV.name, GET_ENV.only) == ("get_env", "agentbay")


@some
@given(st.dictionaries(texts, texts))
def test_what_is_worded_is_read_again(envs: dict[str, str]) -> None:
    assert parse_envs(format_envs(envs)) == {"data": envs}


@pytest.mark.parametrize("text", ["", "A=1", "[]", '{"A": 1}', '{"A": null}', "null"])
def test_what_is_no_environment_is_not_taken_for_an_empty_one(text: str) -> None:
    with pytest.raises(ValueError, match="not a JSON object"):
        to_tool_result(GET_ENV, McpToolResult(success=True, data=text))


def test_any_answer_to_setting_is_a_yes_unless_the_tool_says_no() -> None:
    assert to_tool_result(SET_ENV, McpToolResult(success=True, data="")).data is True
    refused = to_tool_result(SET_ENV, McpToolResult(is_error=True, error_message="read-only"))
    assert (refused.success, refused.error_message) == (False, "read-only")


def test_a_result_reads_as_its_variables() -> None:
    assert EnvResult(success=True, data={"A": "1"}).envs == {"A": "1"}
