"""Values that cross the wire: read in any case, written in the one that is asked for."""

from typing import Any

import pytest
from pydantic import ValidationError
from pydantic.alias_generators import to_camel, to_pascal

from sessionbay.core.wire_model import JsonText, TextWire, Wire, as_text, parsed, plain


class Inner(Wire):
    key_name: str
    flag: bool | None = None


class Outer(Wire):
    session_id: str = ""
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    text: JsonText[list[Inner] | None] = None
    free: dict[str, Any] | None = None


class Textual(TextWire):
    url: str


INNER = Inner(key_name="k", flag=True)


@pytest.mark.parametrize("name", ["SessionId", "sessionId", "session_id"])
def test_a_name_is_read_in_any_case(name: str) -> None:
    assert Outer.model_validate({name: "s"}) == Outer(session_id="s")


@pytest.mark.parametrize(
    ("case", "names"),
    [
        (to_pascal, {"SessionId": "s", "Inner": {"KeyName": "k", "Flag": True}}),
        (to_camel, {"sessionId": "s", "inner": {"keyName": "k", "flag": True}}),
        (str, {"session_id": "s", "inner": {"key_name": "k", "flag": True}}),
    ],
)
def test_names_are_written_in_the_case_asked_for(case: Any, names: dict[str, Any]) -> None:
    assert Outer(session_id="s", inner=INNER).dump(case) == {**names, case("inners"): []}


def test_the_names_of_a_free_dict_are_left_alone() -> None:
    assert Outer(free={"snake_case": {"Pascal": 1}}).dump(to_pascal)["Free"] == {"snake_case": {"Pascal": 1}}


def test_what_is_absent_is_not_written() -> None:
    assert Inner(key_name="k").dump() == {"key_name": "k"}


def test_json_inside_a_text_is_written_in_camel_case_on_both_clouds() -> None:
    assert Outer(text=[INNER]).dump(to_pascal)["Text"] == '[{"keyName": "k", "flag": true}]'


@pytest.mark.parametrize("value", ['[{"keyName": "k"}]', [{"KeyName": "k"}]], ids=["text", "list"])
def test_json_inside_a_text_is_read_as_text_and_as_itself(value: Any) -> None:
    assert Outer.model_validate({"text": value}) == Outer(text=[Inner(key_name="k")])


@pytest.mark.parametrize(("value", "read"), [('{"a": 1}', {"a": 1}), (" ", None), ("", None), ([1], [1]), (None, None)])
def test_a_text_is_parsed_and_a_blank_one_is_nothing(value: Any, read: Any) -> None:
    assert parsed(value) == read


def test_a_payload_may_come_as_text() -> None:
    assert Textual.model_validate('{"Url": "u"}') == Textual(url="u")


def test_unknown_names_are_passed_over() -> None:
    assert Outer.model_validate({"new": 1}) == Outer()


def test_an_error_shows_no_value() -> None:
    with pytest.raises(ValidationError) as failure:
        Outer.model_validate({"inner": {"key_name": ["canary"]}})
    assert "canary" not in str(failure.value)


def test_a_value_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        INNER.key_name = "other"


def test_models_within_lists_are_plain_in_the_case_asked_for() -> None:
    assert plain([INNER, ("a", INNER)], to_pascal) == [
        {"KeyName": "k", "Flag": True},
        ["a", {"KeyName": "k", "Flag": True}],
    ]


def test_text_keeps_what_is_not_ascii() -> None:
    assert as_text([Inner(key_name="文")]) == '[{"keyName": "文"}]'
