"""How a function is called, what it returns, what a result holds: read from the objects themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cached_property
from inspect import Parameter
from types import FunctionType

from .engine.results import Result
from .engine.rows import Rows

WIDTH = 76  # characters of a call on one line
KINDS = {
    "str": "text", "bool": "yes or no", "int": "whole number", "float": "number",
    "np.ndarray": "array", "pd.DataFrame": "data frame",
}  # fmt: skip
MEMBERS = FunctionType | property | cached_property


def call(name: str, function: FunctionType) -> str:
    """Return how the `function` called `name` is called, on one line or on one for each argument."""
    signature = inspect.signature(function)
    given = list(_arguments(signature))
    result = f") -> {type_text(signature.return_annotation)}"
    line = f"{name}({', '.join(given)}{result}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name}(", *(f"    {one}," for one in given), result])


def _arguments(signature: inspect.Signature) -> Iterator[str]:
    by_name_only = False
    for parameter in signature.parameters.values():
        if parameter.kind is Parameter.KEYWORD_ONLY and not by_name_only:
            yield "*"
        by_name_only |= parameter.kind in (Parameter.KEYWORD_ONLY, Parameter.VAR_POSITIONAL)
        yield _argument(parameter, typed=parameter.annotation is not Parameter.empty)


def _argument(parameter: Parameter, typed: bool) -> str:
    stars = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    shown = stars + parameter.name + (f": {type_text(parameter.annotation)}" if typed else "")
    if parameter.default is Parameter.empty:
        return shown
    default = parameter.default
    text = f'"{default}"' if isinstance(default, str) else repr(default)
    return f"{shown}{' = ' if typed else '='}{text}"


def required(function: FunctionType) -> list[str]:
    """Return the arguments of `function` that have no default."""
    given = inspect.signature(function).parameters.items()
    return [name for name, parameter in given if parameter.default is Parameter.empty]


def type_text(annotation: object) -> str:
    """Return an `annotation` as it is written in the code."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    text = re.sub(r"\bpandas(\.\w+)*\.(?=\w)", "pd.", re.sub(r"\bnumpy\.", "np.", text))
    return re.sub(r"\b(?:analysis|collections|typing)(?:\.\w+)*\.(?=\w)", "", text)


def returned(function: FunctionType) -> list[type]:
    """Return our own classes among those that `function` is said to return."""
    names = re.findall(r"\w+", type_text(inspect.signature(function).return_annotation))
    named = [function.__globals__.get(name) for name in names]
    return [one for one in named if isinstance(one, type) and _is_ours(one)]


def fields_by_kind(cls: type) -> list[tuple[str, str]]:
    """Return the fields of the result `cls` in their order, each with what it is in words."""
    if not is_dataclass(cls):
        return []
    return [(field.name, _kind(type_text(field.type))) for field in fields(cls)]


def _kind(text: str) -> str:
    parts = [part.strip() for part in text.split("|")]
    return " or ".join(KINDS.get(part, part) for part in parts)


def abilities(cls: type) -> list[tuple[str, str]]:
    """Return what `cls` can do besides what all results can: how it is called, and its docstring."""
    return [
        (_member(name, member), inspect.getdoc(member) or "")
        for ours in reversed(cls.__mro__)
        if _is_ours(ours) and ours not in (Result, Rows)
        for name, member in vars(ours).items()
        if isinstance(member, MEMBERS) and not (name.startswith("_") or hasattr(Result, name))
    ]


def _member(name: str, member: MEMBERS) -> str:
    if not isinstance(member, FunctionType):
        return name
    _, *given = inspect.signature(member).parameters.values()
    return f"{name}({', '.join(_argument(one, typed=False) for one in given)})"


def _is_ours(cls: type) -> bool:
    return cls.__module__.split(".")[0] == __package__
