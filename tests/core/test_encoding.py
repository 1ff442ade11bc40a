"""How the fields of a request travel where that differs from the habit."""

from typing import Any

import pytest

from sessionbay.core.encoding import DOTTED, JSON, PLAIN, TEXT, TEXT_ASCII, TEXT_COMPACT, Encoder
from sessionbay.core.wire_model import Wire

from ..support import AGB, BAY


class Pair(Wire):
    key_name: str
    flag: bool


PAIR = Pair(key_name="k", flag=True)
NOTHING = Wire()


@pytest.mark.parametrize(
    ("form", "value", "pairs"),
    [
        (PLAIN, 5, {"Name": "5"}),
        (PLAIN, True, {"Name": "True"}),
        (PLAIN, "", {"Name": ""}),
        (TEXT, {"a": ["文", 1]}, {"Name": '{"a": ["文", 1]}'}),
        (TEXT_ASCII, {"a": "文"}, {"Name": '{"a": "\\u6587"}'}),
        (TEXT_COMPACT, [PAIR], {"Name": '[{"KeyName":"k","Flag":true}]'}),
        (DOTTED, PAIR, {"Name.KeyName": "k", "Name.Flag": "True"}),
        (DOTTED, [PAIR, "b"], {"Name.1.KeyName": "k", "Name.1.Flag": "True", "Name.2": "b"}),
        (DOTTED, {"a": {"b": [1, 2]}}, {"Name.a.b.1": "1", "Name.a.b.2": "2"}),
    ],
)
def test_a_value_is_written_into_a_form(form: Encoder, value: Any, pairs: dict[str, str]) -> None:
    assert dict(form.write("Name", value, NOTHING, BAY.convention, "body")) == pairs


@pytest.mark.parametrize(
    ("form", "value", "place", "written"),
    [
        (PLAIN, 5, "body", 5),
        (PLAIN, 5, "query", "5"),
        (PLAIN, True, "query", "true"),
        (JSON, [PAIR], "body", [{"keyName": "k", "flag": True}]),
        (TEXT, {"a": 1}, "body", '{"a": 1}'),
    ],
)
def test_a_value_is_written_into_json_and_its_query(form: Encoder, value: Any, place: Any, written: Any) -> None:
    assert dict(form.write("name", value, NOTHING, AGB.convention, place)) == {"name": written}


@pytest.mark.parametrize(
    ("form", "params", "value"),
    [
        (PLAIN, {"Name": ""}, ""),
        (PLAIN, {}, None),
        (TEXT, {"Name": "[1]"}, [1]),
        (TEXT, {"Name": [1]}, [1]),
        (TEXT, {}, None),
        (DOTTED, {"Name.A.B": "x", "Name.C": "y", "Names.D": "z"}, {"A": {"B": "x"}, "C": "y"}),
        (DOTTED, {"Name.A.2": "y", "Name.A.1": "x", "Name.A.10": "z"}, {"A": ["x", "y", "z"]}),
        (DOTTED, {"Name": '{"A": 1}', "Name.B": "x"}, {"A": 1}),
        (DOTTED, {"Other": "x"}, None),
    ],
)
def test_a_value_is_read_out_of_a_form(form: Encoder, params: dict[str, Any], value: Any) -> None:
    assert form.read("Name", params) == value
