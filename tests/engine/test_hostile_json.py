"""JSON that is made to be expensive: numbers, depth and values."""

import pytest
from pydantic import ValidationError

from sessionbay.core.wire_model import Wire
from sessionbay.engine.json_limit import has_more_values
from sessionbay.operations import frames


class Answer(Wire):
    value: object = None


@pytest.mark.parametrize("number", ["1" * 1_000_000, "-" + "1" * 1_000_000])
def test_a_number_of_a_million_digits_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate_json(f'{{"value": {number}}}')
    with pytest.raises(frames.BadFrame):
        frames.read(f'{{"invocationId": "a", "target": "b", "data": {{"value": {number}}}}}')


@pytest.mark.parametrize("opening", ["[", '{"value":'])
def test_a_value_of_a_million_levels_is_refused(opening: str) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate_json('{"value":' + opening * 1_000_000)
    with pytest.raises(frames.BadFrame):
        frames.read(opening * 1_000_000)


@pytest.mark.parametrize(
    ("json", "more"),
    [
        ("[" + ",".join(["1"] * 100) + "]", False),
        ("[" + ",".join(["1"] * 101) + "]", True),
        ("[" * 102, True),
        ("{" * 102, True),
        ('"' * 1000, True),
        ('{"code": "' + "[{," * 1000 + '"}', False),
        ('{"code": "' + r"\"[{,\\" * 1000 + '"}', False),
        ('{"code": "\\\\"' + ",[" * 1000, True),
        ("é" * 1000, False),
        (" " * 1000, False),
    ],
)
def test_values_are_counted_outside_of_strings(json: str, more: bool) -> None:
    assert has_more_values(json, 100) is more
    assert has_more_values(json.encode(), 100) is more
