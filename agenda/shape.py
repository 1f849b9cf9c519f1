"""What is wrong with the shape of an entry, in words for those who write YAML and have never heard of pydantic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from agenda.entry import IDS
from agenda.errors import Problem
from agenda.spelling import nearest
from agenda.ways_in import WAYS
from agenda.written import Path_, Source

_PLAINLY = {
    "missing": "is missing; it must be given",
    "too_short": "is empty; it needs at least one entry",
    "tuple_type": "is no list; write it like [one, another]",
    "union_tag_not_found": "needs keys of its own, above all 'kind'",
    **dict.fromkeys(("dict_type", "model_type"), "needs keys of its own"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "is neither yes nor no"),
    **dict.fromkeys(("int_from_float", "int_parsing", "int_type"), "is no whole number"),
    **dict.fromkeys(("decimal_parsing", "decimal_type", "float_parsing", "float_type"), "is no number"),
}
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def problems(source: Source, type_: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors():
        loc = tuple(part for part in detail["loc"] if not str(part).startswith(("function-", "constrained-")))
        path = _written(source.data, loc, detail["type"])
        if detail["type"] == "too_short" and detail["input"]:
            continue  # its entries are wrong, which is said of each
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = "is not a key that is known here" + nearest(str(path[-1]), _siblings(type_, loc))
        elif detail["type"] == "union_tag_invalid":
            path = (*path, "preset" if "preset" in detail["input"] else "kind")
            said = str(detail["input"].get(path[-1]))
            known = [tag.strip("'") for tag in detail["ctx"]["expected_tags"].split(", ")]
            message = f"{said!r} is no way in that is known here{nearest(said, known)}"
        elif detail["type"] in _PLAINLY:
            message = _PLAINLY[detail["type"]]
        elif detail["type"] == "string_type":
            message = "is empty; it must be given" if detail["input"] is None else "is no text; put it into quotes"
        elif detail["type"] == "string_too_short" and detail["ctx"]["min_length"] == 1:
            message = "is empty; it must be given"
        elif detail["type"] == "literal_error":
            expected = detail["ctx"]["expected"].replace("True", "yes")  # as people write it
            is_choice = " or " in expected
            message = f"{detail['input']!r} is not one of: {expected}" if is_choice else f"must be {expected}"
        elif detail["type"] == "string_pattern_mismatch":
            made_of = dict(IDS.values())[detail["ctx"]["pattern"]]
            message = f"{detail['input']!r} can't be an id here; ids are made of {made_of}"
        elif bounds := _BOUNDS.keys() & detail.get("ctx", {}).keys():
            bound = bounds.pop()
            message = f"must be {_BOUNDS[bound]} {detail['ctx'][bound]}; here it is {detail['input']}"
        yield source.problem(path, message)


def _written(data: Any, path: Path_, error: str) -> Path_:
    """``path`` without what no file says: pydantic also names the kind of entry that it took something for."""
    found: Path_ = ()
    for i, part in enumerate(path):
        is_missing = error == "missing" and i == len(path) - 1
        if isinstance(data, dict) and isinstance(part, str) and part not in data and not is_missing:
            continue
        found = (*found, part)
        try:
            data = data[part]
        except (LookupError, TypeError):  # nothing below was written like this: a text that stands for an entry, say
            data = None
    return found


def _siblings(type_: Any, path: Path_) -> list[str]:
    """The keys that are known where the last part of ``path`` was found."""
    fields: list[str] = []
    for part in path[:-1]:
        if isinstance(part, str) and (field := _models_in(type_).get(part)):
            type_ = field
        elif part in WAYS:
            type_ = WAYS[str(part)]
    for model in _entry_types(type_):
        fields += [f.alias or name for name, f in model.model_fields.items()]
    return fields


def _models_in(type_: Any) -> dict[str, Any]:
    return {
        field.alias or name: field.annotation
        for model in _entry_types(type_)
        for name, field in model.model_fields.items()
    }


def _entry_types(type_: Any) -> list[type[BaseModel]]:
    """The models inside an annotation: ``tuple[Place, ...]`` holds Place."""
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return [type_]
    return [model for argument in getattr(type_, "__args__", ()) for model in _entry_types(argument)]
