"""Values and results read like the dicts and tuples that they hold, cannot be changed, and have a short repr."""

import copy
import inspect
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from sessionbay.core.errors import AgentBayError
from sessionbay.core.frozen import FrozenDict, FrozenList
from sessionbay.core.result import ListResult, MappingResult
from sessionbay.core.value import Record
from sessionbay.models.commands import CommandResult
from sessionbay.models.contexts import Context
from sessionbay.models.files import DirectoryEntry, FileInfo, FileSearchResult
from sessionbay.models.git import GitLogResult
from sessionbay.models.sessions import InfoResult, LabelsResult, SessionEntry, SessionInfo, SessionListResult
from sessionbay.models.tools import McpTool, SessionMetrics

from ..support import PUBLIC_RESULTS

SCHEMA = {"type": "object", "required": ["command"], "properties": {"command": {"type": "string"}}}
TOOL = McpTool("shell", "Runs.", SCHEMA)
INFO = SessionInfo("session-1", "https://page.invalid/secret")
RESULT = InfoResult(success=True, data=INFO, request_id="REQ-1")
LABELS = LabelsResult(success=True, data={"env": "test"})
RECORDS = [INFO, SessionMetrics(2, 12.5), SessionEntry("session-1"), DirectoryEntry("a", is_directory=False), TOOL]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_is_a_dict_of_its_fields(record: Record) -> None:
    fields = {name: getattr(record, name) for name in record}
    assert isinstance(record, dict)
    assert fields == record == dict(record) == {**record} == json.loads(json.dumps(record)) == record.to_dict()
    assert (len(record), record | {"x": 1}, "x" in record) == (len(fields), fields | {"x": 1}, False)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.update(a=1),
        lambda x: x.__setitem__("env", 1),
        lambda x: x.__delitem__("env"),
        lambda x: x.__ior__({"a": 1}),
        lambda x: x.setdefault("a", 1),
        lambda x: x.pop("env"),
        lambda x: x.popitem(),
        lambda x: x.clear(),
    ],
)
@pytest.mark.parametrize("value", [INFO, LABELS.data, TOOL, TOOL.input_schema, TOOL.input_schema["properties"]])
def test_a_read_only_dict_refuses_every_change(value: Any, change: Callable[[Any], object]) -> None:
    before = dict(value)
    with pytest.raises(TypeError, match=r"read-only: change a copy, dict\(x\)"):
        change(value)
    assert value == before


def test_every_mutator_of_dict_and_list_is_refused() -> None:
    for kind in (dict, list):
        frozen = FrozenDict if kind is dict else FrozenList
        for name in set(dir(kind)) - set(dir(tuple)) - set(dir(frozenset)) - {"fromkeys", "copy"}:
            same = getattr(frozen, name) is getattr(kind, name)
            assert not same or name in ("get", "items", "keys", "values", "__reversed__", "__or__", "__ror__"), name


def test_what_a_value_holds_is_read_only_at_every_depth_and_still_a_dict_or_list() -> None:
    required = TOOL.input_schema["required"]
    assert (required, isinstance(required, list)) == (["command"], True)
    for change in (lambda: required.append("x"), lambda: required.__iadd__(["x"]), required.clear):
        with pytest.raises(TypeError, match=r"list\(x\)"):
            change()
    assert SCHEMA == {"type": "object", "required": ["command"], "properties": {"command": {"type": "string"}}}


@pytest.mark.parametrize("name", ["success", "data", "session_id", "unknown"])
@pytest.mark.parametrize("value", [RESULT, LABELS, FileInfo(3), INFO])
def test_no_attribute_of_a_result_or_value_can_be_set(value: Any, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(value, name, "x")
    with pytest.raises(AttributeError):
        delattr(value, name)


def test_no_result_class_lets_an_attribute_be_set() -> None:
    for result in PUBLIC_RESULTS:
        with pytest.raises(AttributeError):
            result().anything = 1


@pytest.mark.parametrize("result", [RESULT, LABELS], ids=["info", "labels"])
def test_a_result_with_a_dict_reads_like_it(result: MappingResult[Any, Any]) -> None:
    data = result.unwrap()
    name = next(iter(data))
    assert dict(result) == {**result} == dict(result.items()) == data
    assert (list(result), list(result.keys()), list(result.values())) == (list(data), list(data), list(data.values()))
    assert (len(result), name in result, "x" in result) == (len(data), True, False)
    assert (result[name], result.get(name), result.get("x", "y")) == (data[name], data[name], "y")


def test_a_result_with_a_list_reads_like_it() -> None:
    page = SessionListResult(success=True, data=(SessionEntry("session-1"), SessionEntry("session-2")))
    assert [entry["session_id"] for entry in page] == ["session-1", "session-2"] == page.session_ids
    assert (len(page), page[-1].session_id, page[0] in page, page[:1]) == (2, "session-2", True, page.sessions[:1])


def test_an_empty_result_is_a_success() -> None:
    assert [LabelsResult(success=True, data={}), SessionListResult(success=True, data=())] != []
    assert all([LabelsResult(success=True, data={}), FileSearchResult(success=True, data=())])


@pytest.mark.parametrize("read", [len, iter, list, lambda result: "x" in result, lambda result: result[0]])
def test_reading_a_refused_result_raises_its_error(read: Callable[[Any], object]) -> None:
    for result in PUBLIC_RESULTS:
        if issubclass(result, (MappingResult, ListResult)):
            with pytest.raises(result.error_type, match="why"):
                read(result(error_message="why"))


def test_a_refused_result_can_be_walked_by_a_debugger() -> None:
    for result in PUBLIC_RESULTS:
        refused = result(error_message="why")
        assert dict(inspect.getmembers(refused))["error_message"] == "why"
        assert (bool(refused), "why" in repr(refused), refused.to_dict()["success"]) == (False, True, False)


@pytest.mark.parametrize(
    "value", [*RECORDS, RESULT, LABELS, GitLogResult(), FrozenDict({"a": [1]}), FrozenList([{"a": 1}])]
)
def test_a_copy_is_equal_and_just_as_read_only(value: Any) -> None:
    for again in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert (type(again), again) == (type(value), value)
        with pytest.raises((TypeError, AttributeError)):
            again.clear()


def test_equal_values_have_equal_hashes() -> None:
    assert len({SessionInfo("a"), SessionInfo("a"), SessionInfo("b")}) == 2
    assert len({RESULT, copy.deepcopy(RESULT), LABELS, copy.deepcopy(LABELS), TOOL, copy.deepcopy(TOOL)}) == 3


def test_a_record_has_the_clouds_spelling_of_its_keys() -> None:
    entry = DirectoryEntry("a", is_directory=True)
    assert (entry["isDirectory"], entry.get("isDirectory"), entry.get("isLink")) == (True, True, None)
    assert [name in entry for name in ("isDirectory", "is_directory", "isLink")] == [True, True, False]
    with pytest.raises(KeyError, match="isLink"):
        entry["isLink"]


def test_a_result_converts_to_plain_dicts_and_json_with_its_secrets() -> None:
    plain = RESULT.to_dict()
    assert (type(plain["data"]), plain["data"]["resource_url"]) == (dict, "https://page.invalid/secret")
    assert json.loads(RESULT.to_json()) == plain
    plain["data"]["session_id"] = "mine"
    assert RESULT.session_id == "session-1"


def test_the_repr_of_a_long_output_is_short_says_its_size_and_shows_it_once() -> None:
    numbers = "".join(f"{number}\n" for number in range(100_000))
    shown = repr(CommandResult(success=True, data=numbers, stdout=numbers, exit_code=0))
    assert (len(shown) < 300, "(588890 characters)" in shown, shown.count("0\\n1\\n")) == (True, True, 1)


def test_the_repr_of_a_long_list_is_short_and_says_its_size() -> None:
    shown = repr(FileSearchResult(success=True, data=tuple("x" * 1000 for _ in range(10_000))))
    assert (len(shown) < 600, "(10000 items)" in shown) == (True, True)


def test_the_repr_shows_neither_secrets_nor_defaults() -> None:
    assert repr(RESULT) == "InfoResult(success=True, data=SessionInfo(session_id='session-1'), request_id='REQ-1')"


def test_a_context_can_be_renamed() -> None:
    context = Context("SdkCtx-1", "old")
    context.name = "new"
    assert (context.to_dict()["name"], repr(context)) == ("new", "Context(id='SdkCtx-1', name='new')")


def test_a_refused_read_is_an_error_of_this_package() -> None:
    with pytest.raises(AgentBayError):
        LabelsResult(error_message="why")["env"]
