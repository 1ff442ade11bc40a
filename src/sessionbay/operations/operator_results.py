"""The parsers of what the tools of the browser operator return, and the outcome of their tasks."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_core import from_json

from ..core.json_text import readable
from ..core.polling import PollOutcome, Verdict, is_permanent
from ..core.value import shorten
from ..core.wire_model import NullableStr, Wire, first_error
from ..models.operator import ExtractOptions, ExtractResult, ObserveResult, OperatorTaskResult, PageSnapshot, PageTab
from .screen import parse_picture

R = TypeVar("R", bound=OperatorTaskResult[Any])


class TaskAnswer(Wire):
    task_id: str = Field(min_length=1)


class ActAnswer(Wire):
    """``steps`` is an array, or text."""

    is_done: bool | None = None
    success: bool | None = None
    steps: list[Any] | str | None = None


class TabAnswer(Wire):
    id: str
    title: NullableStr = ""
    url: NullableStr = ""
    current: bool = False


class ElementAnswer(Wire):
    selector: NullableStr = ""
    description: NullableStr = ""
    method: NullableStr = ""
    arguments: Any = None


class SnapshotAnswer(Wire):
    title: NullableStr = ""
    url: NullableStr = ""
    text: NullableStr = ""
    elements: list[ElementAnswer] = Field(default_factory=list[ElementAnswer])


def parse_tabs(text: str) -> Mapping[str, Any]:
    """Parse the open pages: a JSON array."""
    answers = [TabAnswer.model_validate(item) for item in parse_json_value(text, list)]
    return {"data": tuple(PageTab(one.id, one.title, one.url, one.current) for one in answers)}


def parse_snapshot(text: str) -> Mapping[str, Any]:
    """Parse the description of a page: a JSON object."""
    answer = SnapshotAnswer.model_validate(parse_json_value(text, dict))
    found = tuple(ObserveResult(one.selector, one.description, one.method, one.arguments) for one in answer.elements)
    return {"data": PageSnapshot(answer.title, answer.url, answer.text, found)}


def parse_screenshot(text: str) -> Mapping[str, Any]:
    """Parse a picture: a data URL, or bare base64. Its content names its format."""
    encoded = text.partition(";base64,")[2] if text.startswith("data:") else text
    return parse_picture(b64decode("".join(encoded.split()), validate=True))


def parse_task(text: str) -> Mapping[str, Any]:
    """Parse the response of a start: a JSON object with the id of the task."""
    try:
        return {"task_id": TaskAnswer.model_validate_json(text).task_id}
    except ValidationError as exc:
        raise ValueError(f"there is no id of a task: {first_error(exc)}") from exc


def parse_act(text: str) -> Mapping[str, Any]:
    """Parse the state of an action: a JSON object."""
    if not text.strip():
        return _unfinished("")
    try:
        answer = ActAnswer.model_validate(parse_json_value(text, dict))
    except ValueError as exc:
        return _failed(exc)
    steps, done = ([], answer.steps) if isinstance(answer.steps, str) else (answer.steps or [], "")
    done = json.dumps(steps, ensure_ascii=False) if steps else done
    if not answer.is_done:
        return {**_unfinished(done), "steps": tuple(steps)}
    done = done or "no action was executed"
    outcome = {"data": done} if answer.success else {"success": False, "error_message": done}
    return {"is_done": True, "steps": tuple(steps), **outcome}


def parse_observe(text: str) -> Mapping[str, Any]:
    """Parse observed elements: a JSON array. It is blank while the task runs."""
    if not text.strip():
        return _unfinished("")
    try:
        answers = [ElementAnswer.model_validate(item) for item in parse_json_value(text, list)]
        found = [ObserveResult(one.selector, one.description, one.method, one.arguments) for one in answers]
    except ValueError as exc:
        return _failed(exc)
    return {"is_done": True, "data": tuple(found)}


def parse_observe_at_once(text: str) -> Mapping[str, Any]:
    """Parse the observed elements of AGB's tool, which returns when it is done."""
    return parse_observe(text) if text.strip() else _failed("the cloud returned no text, not even an empty list")


def parse_extract(text: str) -> Mapping[str, Any]:
    """Parse extracted data: JSON. It is blank while the task runs. ``fit`` makes an instance of the user's class."""
    if not text.strip():
        return _unfinished("")
    try:
        return {"is_done": True, "data": parse_json_value(text, object), "text": text}
    except ValueError as exc:
        return _failed(exc)


def parse_login(text: str) -> Mapping[str, Any]:
    """Return the fields of a login's result."""
    return {"is_done": True, "data": text}


def parse_json_value(text: str, kind: type[Any]) -> Any:
    """Return the value of a kind in JSON text. Raise ValueError: for other text it is that text, which is a reason."""
    try:
        found: Any = from_json(readable(text))
    except ValueError as exc:
        raise ValueError(text.strip()) from exc
    if isinstance(found, kind):
        return found
    raise ValueError(f"the cloud returned no {'array' if kind is list else 'object'}: {shorten(text)}")


def _unfinished(done: str) -> dict[str, Any]:
    return {"success": False, "error_message": "the task is running" + (f"; done so far: {done}" if done else "")}


def _failed(reason: object) -> dict[str, Any]:
    message = first_error(reason) if isinstance(reason, ValidationError) else str(reason)
    return {"success": False, "is_done": True, "error_message": message}


def evaluate(look: OperatorTaskResult[Any]) -> Verdict:
    """Return the meaning of a look at a task. A failed look is repeated, unless it will always fail."""
    if look.is_done:
        return "done"
    return "refused" if is_permanent(look) else "pending"


def ended(started: R, outcome: PollOutcome[R], timeout: float) -> R:
    """Return the result of a task: what it returned, or that the wait for it ran out."""
    last = replace(started if outcome.last is None else outcome.last, task_id=started.task_id)
    if outcome.verdict != "timeout":
        return last
    message = f"the task {started.task_id} did not end within {timeout:g} s"
    message += f": {reason}" if (reason := outcome.reason()) else ""
    return replace(last, success=False, timed_out=True, error_message=message)


def fit(result: ExtractResult[Any], options: ExtractOptions[Any]) -> ExtractResult[Any]:
    """Return the result with an instance of the user's class as its data; a failure if the data does not fit."""
    if not result.success or (model := options.model) is None:
        return result
    try:
        return replace(result, data=model.model_validate_json(readable(result.text)))
    except ValidationError as exc:
        message = f"the data does not fit {model.__name__}: {first_error(exc)}"
        return replace(result, success=False, data=None, error_message=message)
