"""The caller's mistakes raises before anything is sent, with what would have been right."""

from collections.abc import Callable
from datetime import timedelta
from types import FunctionType, MappingProxyType
from typing import Any

import pytest

from sessionbay.core import validation
from sessionbay.core.errors import CommandError, CommandUsageError


def _name(value: object) -> str:
    return value.__name__ if isinstance(value, FunctionType) else repr(value)


def seconds(value: object) -> object:
    return validation.seconds("timeout", value, CommandError)


def seconds_or_none_at_all(value: object) -> object:
    return validation.seconds("timeout", value, CommandError, zero=True)


def count(value: object) -> object:
    return validation.count("limit", value, CommandError)


def integer(value: object) -> object:
    return validation.integer("x", value, CommandError, 0, 99)


def boolean(value: object) -> object:
    return validation.boolean("hold", value, CommandError)


def milliseconds(value: object) -> object:
    return validation.milliseconds("timeout_ms", value, CommandError)


def variables(value: object) -> object:
    return validation.variables("envs", value, CommandError)


def text(value: object) -> object:
    return validation.text("path", value, CommandError)


def choice(value: object) -> object:
    validation.choice("mode", value, ("upload", "download"), CommandError)
    return value


def utf8(value: object) -> object:
    return validation.utf8("content", value, CommandError)


def string_map(value: object) -> object:
    return validation.string_map("envs", value, CommandError)


def labels(value: object) -> object:
    return validation.labels(value, CommandError)


def port(value: object) -> object:
    return validation.port(value, CommandError)


def json_object(value: object) -> object:
    return validation.json_object("args", value, CommandError)


@pytest.mark.parametrize(
    ("check", "value", "result"),
    [
        (seconds, 1, 1.0),
        (seconds, 0.001, 0.001),
        (seconds, timedelta(minutes=1), 60.0),
        (seconds_or_none_at_all, 0, 0.0),
        (count, 1, 1),
        (count, 10**20, 10**20),
        (boolean, False, False),
        (integer, 0, 0),
        (integer, 99, 99),
        (text, " a ", " a "),
        (text, "文", "文"),
        (milliseconds, 10**12, 10**12),
        (seconds, 10**9, 1e9),
        (variables, {"A": "b=c\n"}, {"A": "b=c\n"}),
        (choice, "upload", "upload"),
        (utf8, "", ""),
        (utf8, "\0\U0001f600", "\0\U0001f600"),
        (string_map, {}, {}),
        (string_map, MappingProxyType({"A": ""}), {"A": ""}),
        (labels, {"a": "b"}, {"a": "b"}),
        (port, None, None),
        (port, 1, 1),
        (port, 65535, 65535),
        (json_object, {}, {}),
        (json_object, {"a": [1, None, {"b": True}]}, {"a": [1, None, {"b": True}]}),
    ],
    ids=_name,
)
def test_what_is_right_is_returned(check: Callable[[object], object], value: Any, result: Any) -> None:
    assert check(value) == result


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (seconds, 0, "timeout must be above 0 seconds, not 0"),
        (seconds, -1, "timeout must be above 0 seconds, not -1"),
        (seconds, timedelta(0), "timeout must be above 0 seconds"),
        (seconds, "5", "timeout must be a number of seconds, not '5'"),
        (seconds, None, "timeout must be a number of seconds, not None"),
        (seconds, True, "timeout must be a number of seconds, not True"),
        (seconds, float("nan"), "timeout must be a number of seconds, not nan"),
        (seconds, float("inf"), "timeout must be a number of seconds, not inf"),
        (seconds, 10**9 + 1, "timeout must be at most 1000000000 seconds"),
        (seconds, 10**400, "timeout must be at most 1000000000 seconds"),
        (boolean, 0, "hold must be True or False, not 0"),
        (boolean, "no", "hold must be True or False, not 'no'"),
        (milliseconds, 10**12 + 1, "timeout_ms must be at most 1000000000000 milliseconds"),
        (milliseconds, 0, "timeout_ms must be a whole number of 1 or more, not 0"),
        (text, "ab\ud83d", "path contains a lone surrogate at index 2"),
        (string_map, {"A": "\ud83d"}, r"envs\['A'\] contains a lone surrogate at index 0"),
        (string_map, {"\ud83d": "A"}, "a name in envs contains a lone surrogate at index 0"),
        (labels, {"a": "\ud83d"}, "lone surrogate"),
        (variables, {"": "a"}, "Invalid variable '' in envs: use a name without '=', and no NUL in name or value."),
        (variables, {"a=b": ""}, "Invalid variable 'a=b' in envs"),
        (variables, {"a": "b\0"}, "Invalid variable 'a' in envs"),
        (seconds_or_none_at_all, -0.1, "timeout must be 0 or more seconds, not -0.1"),
        (count, 0, "limit must be a whole number of 1 or more, not 0"),
        (count, 1.0, "limit must be a whole number of 1 or more, not 1.0"),
        (count, True, "limit must be a whole number of 1 or more, not True"),
        (count, "1", "limit must be a whole number of 1 or more, not '1'"),
        (integer, -1, "x must be a whole number from 0 to 99, not -1"),
        (integer, 100, "x must be a whole number from 0 to 99, not 100"),
        (integer, True, "x must be a whole number from 0 to 99, not True"),
        (integer, 1.5, "x must be a whole number from 0 to 99, not 1.5"),
        (text, "", "path must be a string that is not blank, not ''"),
        (text, " \n", "path must be a string that is not blank"),
        (text, "a\0b", "path must not contain NUL, which it has at index 1"),
        (text, b"a", "path must be a string that is not blank, not b'a'"),
        (text, None, "path must be a string that is not blank, not None"),
        (choice, "sync", "mode must be 'upload' or 'download', not 'sync'"),
        (choice, None, "mode must be 'upload' or 'download', not None"),
        (utf8, b"a", "content must be a string, not bytes"),
        (utf8, "ab\ud800", "content contains a lone surrogate at index 2"),
        (string_map, None, "envs must be a dict of strings, such as"),
        (string_map, [("A", "1")], "envs must be a dict of strings, such as"),
        (string_map, {"A": 1}, "envs must map strings to strings, not 'A' to int"),
        (string_map, {1: "A"}, "envs must map strings to strings, not 1 to str"),
        (labels, {}, "labels must not be empty: give at least one key and value"),
        (labels, {"": "b"}, "labels must have no blank key and no blank value"),
        (labels, {"a": " "}, "labels must have no blank key and no blank value"),
        (labels, "a=b", "labels must be a dict of strings, such as"),
        (port, 0, "Invalid port 0: use a whole number from 1 to 65535"),
        (port, 65536, "Invalid port 65536: use a whole number from 1 to 65535"),
        (port, "30100", "Invalid port '30100': use a whole number from 1 to 65535"),
        (port, True, "Invalid port True"),
        (json_object, None, "args must be a dict, not NoneType"),
        (json_object, [1], "args must be a dict, not list"),
        (json_object, {"a": b"b"}, "args must hold JSON values only"),
        (json_object, {"a": float("nan")}, "args must hold JSON values only"),
        (json_object, {"a": {1, 2}}, "args must hold JSON values only"),
    ],
    ids=_name,
)
def test_what_is_wrong_is_reported_with_what_is_right(
    check: Callable[[object], object], value: Any, message: str
) -> None:
    with pytest.raises(CommandUsageError, match=message):
        check(value)


def test_arguments_may_be_any_mapping() -> None:
    assert json_object(MappingProxyType({"a": 1})) == {"a": 1}


def test_half_a_surrogate_pair_in_arguments_is_reported() -> None:
    with pytest.raises(CommandUsageError):
        json_object({"text": "\ud800"})


def test_arguments_that_are_nested_too_deep_are_reported() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(CommandUsageError):
        json_object(deep)


class NumpyInteger:
    """A whole number of NumPy, which is no int."""

    def __index__(self) -> int:
        return 7


def test_a_whole_number_of_numpy_is_an_int() -> None:
    assert (integer(NumpyInteger()), type(integer(NumpyInteger()))) == (7, int)


@pytest.mark.parametrize("wrong", [{"A": b"hush"}, ["hush"], {"A": ["hush"]}])
def test_no_error_of_a_map_or_an_instance_shows_a_value(wrong: object) -> None:
    for check in (string_map, lambda value: validation.instance("x", value, int, CommandError)):
        with pytest.raises(CommandUsageError) as caught:
            check(wrong)
        assert "hush" not in str(caught.value)
