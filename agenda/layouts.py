"""Layouts: how a partner's file is laid out, declared so that reading it takes no guessing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from agenda.entry import Code, Entry, Name, Yes


class From(Entry):
    """Where a layout finds a period or a place: in columns, in the file's path, or always the same.

    ``values`` translates what the partner writes into what the agenda says.
    """

    column: str | None = None
    columns: tuple[str, ...] | None = None  # joined with a space: [year, month]
    path: str | None = None  # a regular expression over the object's key; its groups are joined with a space
    constant: Code | None = None
    values: dict[str, str] = {}

    @model_validator(mode="after")
    def _one(self) -> From:
        given = [k for k in ("column", "columns", "path", "constant") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of column, columns, path, constant; has {given or 'none'}")
        return self


def _from_column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Found = Annotated[From, BeforeValidator(_from_column)]


class Condition(Entry):
    """Which rows count: the cell is one of ``is``, none of ``not``, or ``given`` (not missing)."""

    is_: tuple[str, ...] | None = Field(default=None, alias="is")
    not_: tuple[str, ...] | None = Field(default=None, alias="not")
    given: Yes | None = None


def _condition(value: Any) -> Any:
    """``1`` and ``[1, 2]`` mean "is one of"; ``given`` means "not missing"; an entry passes through."""
    if value == "given":
        return {"given": True}
    if isinstance(value, dict):
        return {key: v if key == "given" else _texts(v) for key, v in value.items()}
    return {"is": _texts(value)}


def _texts(value: Any) -> list[str]:
    return [str(v) for v in (value if isinstance(value, list) else [value])]


Where = dict[str, Annotated[Condition, BeforeValidator(_condition)]]


class Value(Entry):
    """Which column holds which measure.

    ``column`` may hold ``{dimension}``: ``num_{age_group}`` reads every column whose name fits with a member
    of that dimension. Where rows are records (`Layout.rows`), ``take`` says how they fall together:
    ``per: [id], take: max`` takes the largest of each facility's rows and adds the facilities up;
    ``count: rows`` counts records, ``count: {column}`` its distinct values.
    """

    measure: Found | Name
    column: str | None = None
    count: str | None = None
    members: dict[Name, Found | Code] = {}
    where: Where = {}
    per: tuple[str, ...] = ()
    take: Literal["sum", "max", "min"] = "sum"

    @model_validator(mode="after")
    def _one(self) -> Value:
        if (self.column is None) == (self.count is None):
            raise ValueError("needs either 'column' or 'count'")
        return self


class Layout(Entry):
    """How a partner's file is laid out, so that Cairn can read it without guessing."""

    files: str = "*"  # a pattern over the path below the partner's inbox
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1)] = 1
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    encoding: str | None = None
    decimal: Literal[".", ","] = "."
    missing: tuple[str, ...] = ()
    aliases: dict[str, tuple[str, ...]] = {}
    where: Where = {}
    period: Found | None = None
    place: Found | None = None  # none: the partner's own place
    rows: Literal["values", "records"] = "values"
    values: tuple[Value, ...] = ()
    sql: str | None = None
    delivery: Literal["replaces", "updates"] = "replaces"

    @model_validator(mode="after")
    def _one_way(self) -> Layout:
        if (self.sql is None) == (not self.values):
            raise ValueError("needs either 'values' or 'sql', and not both")
        if self.sql is None and self.period is None:
            raise ValueError("needs 'period': which column, path or constant says when")
        return self
