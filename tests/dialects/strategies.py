"""Requests and answers of every shape, made from the fields of their models."""

import json
from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import MinLen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from sessionbay.core.operation import NOTHING
from sessionbay.core.wire_model import Wire
from sessionbay.dialects.base import AnyOperation, Dialect
from sessionbay.dialects.envelope import field_specs
from sessionbay.models.mobile_config import AppManagerRule, ExtraConfigs, MobileConfig
from sessionbay.operations.context import TaskEntry, TaskGroup
from sessionbay.operations.session import CreateRequest, SessionAnswer

from ..support import json_values, texts, words


def of(annotation: Any) -> SearchStrategy[Any]:
    """Return values of a type that stands in a wire model."""
    if isinstance(annotation, type) and issubclass(annotation, Wire):
        return models(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return st.one_of([st.none() if arg is NoneType else of(arg) for arg in args])
    if origin is Literal:
        return st.sampled_from(args)
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](args)
    return _PLAIN[annotation]


def models(model: type[Wire], **special: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Return values of a wire model; ``special`` are fields with strategies of their own."""
    fields = {
        name: special[name] if name in special else _field(model, name, info)
        for name, info in model.model_fields.items()
    }
    return st.fixed_dictionaries(fields).map(lambda values: model(**values))


def requests(op: AnyOperation, dialect: Dialect) -> SearchStrategy[Any]:
    """Return requests of ``op`` without the fields that ``dialect`` lacks.

    On AGB no text is empty: an empty one is left out of a query, as the official client does.
    """
    special: dict[str, SearchStrategy[Any]] = {field: st.none() for field in lacking(op, dialect)}
    for name, info in op.request.model_fields.items():
        if dialect.name == "agb" and name not in special and info.annotation in (str, str | None):
            special[name] = words if info.annotation is str else st.none() | words
    return models(op.request, **special)


def lacking(op: AnyOperation, dialect: Dialect) -> list[str]:
    """Return the fields of the request of ``op`` that ``dialect`` has no word for."""
    request: type[Wire] = op.request
    return [slot.field for slot in field_specs(request, dialect.name, dialect.convention) if slot.absent]


def answers(op: AnyOperation) -> SearchStrategy[Any]:
    """Return what ``op`` may answer with."""
    return st.none() if op.answer is NOTHING else of(op.answer)


def _field(model: type[Wire], name: str, info: FieldInfo) -> SearchStrategy[Any]:
    if (model, name) in _SPECIAL:
        return _SPECIAL[model, name]()
    if any(isinstance(mark, MinLen) for mark in info.metadata):
        return words
    return of(info.annotation)


def _times() -> SearchStrategy[Any]:
    return st.none() | st.integers(1, 10**6) | st.integers(1, 10**4).map(lambda minutes: minutes * 60)


def _some_names() -> SearchStrategy[Any]:
    return st.lists(texts, min_size=1, max_size=12).map(tuple)


def _tasks() -> SearchStrategy[Any]:
    """Return the inner lists of tasks, as lists and as JSON text."""
    lists = st.lists(models(TaskEntry).map(lambda task: task.dump(to_camel)), max_size=3)
    return st.none() | lists | lists.map(json.dumps)


_PLAIN: dict[Any, SearchStrategy[Any]] = {
    Any: json_values,
    bool: st.booleans(),
    int: st.integers(0, 10**12),
    str: texts,
}
_CONTAINERS: dict[Any, Callable[[tuple[Any, ...]], SearchStrategy[Any]]] = {
    dict: lambda args: st.dictionaries(of(args[0]), of(args[1]), max_size=3),
    list: lambda args: st.lists(of(args[0]), max_size=3),
    tuple: lambda args: st.lists(of(args[0]), max_size=3).map(tuple),
}
_SPECIAL: dict[tuple[type[Wire], str], Callable[[], SearchStrategy[Any]]] = {
    (AppManagerRule, "app_package_name_list"): _some_names,
    (CreateRequest, "max_runtime"): _times,
    (CreateRequest, "timeout"): _times,
    (ExtraConfigs, "mobile"): lambda: models(MobileConfig, lock_resolution=st.booleans()),
    (MobileConfig, "simulate_config"): st.none,  # never sent
    (MobileConfig, "uninstall_blacklist"): lambda: st.none() | _some_names(),
    (SessionAnswer, "session_id"): lambda: words,
    (TaskGroup, "data"): _tasks,
}
"""Fields that do not hold just any value of their type; an empty one of those that travel dotted leaves no trace."""
