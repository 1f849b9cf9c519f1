"""Layouts: how a partner's file is laid out, declared so that reading it takes no guessing."""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from agenda.entry import Code, Entry, Name, Number, Some, Text, Yes, fits
from agenda.statuses import ABSENT, STATUSES, USUAL_MARKS, WORDS, status_of

_NO_FILES = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"}
"""What Python calls encodings and no table is written in; reading with them fails in ways of their own."""


def _encoding(text: str) -> str:
    try:
        "".encode(text)  # refuses what turns bytes into bytes, such as hex
        known = codecs.lookup(text).name not in _NO_FILES
    except (LookupError, ValueError):
        known = False
    if not known:
        raise ValueError(f"there is no encoding {text!r}; usual ones: utf-8, cp1252, cp949, utf-16")
    return text


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    if not groups:
        raise ValueError(f"{text!r} has no group; put what is looked for in brackets, like (\\d{{4}}Q\\d)")
    return text


class From(Entry):
    """Where a layout finds a period or a place: in columns, in the file's path, or always the same.

    ``values`` translates what the partner writes into what the agenda says.
    """

    column: Text | None = None
    columns: Some[Text] | None = None  # joined with a space: [year, month]
    first: Some[Text] | None = None  # the first of these that is filled: [town, county]
    path: Annotated[str, AfterValidator(_pattern)] | None = (
        None  # a regular expression over the object's key; its groups are joined with a space
    )
    constant: Code | None = None
    values: dict[str, str] = {}

    @model_validator(mode="after")
    def _one(self) -> From:
        ways = ("column", "columns", "first", "path", "constant")
        given = [k for k in ways if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(ways)}; has {given or 'none'}")
        return self

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that are looked into."""
        return (self.column,) if self.column else self.columns or self.first or ()


def _from_column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Found = Annotated[From, BeforeValidator(_from_column)]


class Condition(Entry):
    """Which rows count: the cell is one of ``is``, none of ``not``, or ``given`` (not missing)."""

    is_: Some[str] | None = Field(default=None, alias="is")
    not_: Some[str] | None = Field(default=None, alias="not")
    given: Yes | None = None

    @model_validator(mode="after")
    def _some(self) -> Condition:
        if not (self.is_ or self.not_ or self.given):
            raise ValueError("says nothing; give a value, a list of values, 'not' or 'given'")
        return self


def _condition(value: Any) -> Any:
    """``1`` and ``[1, 2]`` mean "is one of"; ``given`` means "not missing"; an entry passes through."""
    if value == "given":
        return {"given": True}
    if isinstance(value, dict):
        return {key: v if key == "given" else _texts(v) for key, v in value.items()}
    return {"is": _texts(value)}


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


Where = dict[str, Annotated[Condition, BeforeValidator(_condition)]]


Times = Annotated[Number, Field(gt=0, le=10**10, decimal_places=2)]
"""A unit: 1000 for thousands, 0.01 for percents that are fractions here."""


class Value(Entry):
    """Which column holds which measure.

    ``column`` may hold ``{dimension}``: ``num_{age_group}`` reads every column whose name fits with a member
    of that dimension. Where rows are records (`Layout.rows`), ``take`` says how they fall together:
    ``per: [id], take: max`` takes the largest of each facility's rows and adds the facilities up;
    ``take: squares`` adds up the squares of the records, or of each unit's sum, of which a mean's interval is made.
    ``count: rows`` counts records, ``count: {column}`` its distinct values. With ``consent`` these are keyed hashes of
    people: those who agreed (``all`` of the file, or where columns say so) are counted once over all partners, the
    others, and whoever has none, are only counted.
    """

    measure: Found | Name
    column: Text | None = None
    count: Text | None = None
    consent: Literal["all"] | Where | None = None
    members: dict[Name, Found | Code] = {}
    where: Where = {}
    per: tuple[str, ...] = ()
    take: Literal["sum", "max", "min", "squares"] = "sum"
    times: Times | None = None  # what one stands for: 1000 where the column is in thousands

    @model_validator(mode="after")
    def _one(self) -> Value:
        if (self.column is None) == (self.count is None):
            raise ValueError("needs either 'column' or 'count'")
        if self.count is not None and self.take == "squares":
            raise ValueError("'take: squares' is of a column's numbers; records are counted one by one")
        if self.count is not None and self.times is not None:
            raise ValueError("'times' is the unit of a column's numbers; records are counted one by one")
        if self.consent is not None and (self.count in (None, "rows") or self.per or not self.consent):
            wants = (
                "needs count: {column}, the keyed hashes, and no 'per'; it is 'all', or the columns that say who agreed"
            )
            raise ValueError(f"'consent' is to being linked: it {wants}")
        if any(isinstance(found, From) and found.path for found in (self.measure, *self.members.values())):
            raise ValueError("only a period and a place can come from the file's path; name a column or a constant")
        if len(self.patterns) > 1:
            raise ValueError(f"{self.column!r} has {len(self.patterns)} patterns; a column takes one {{dimension}}")
        return self

    @property
    def patterns(self) -> list[str]:
        """What stands in braces in the column's name."""
        return re.findall(r"\{([^{}]*)\}", self.column or "")


def _mark(text: str) -> str:
    code = status_of(text)
    if code not in ABSENT:
        codes = ", ".join(f"{code} ({STATUSES[code]})" for code in sorted(ABSENT))
        raise ValueError(f"{text!r} says of no number why it is not there; give {', '.join(WORDS)}, or one of {codes}")
    return str(code)


Marks = Annotated[
    dict[Text, Annotated[str, AfterValidator(_mark)]],
    BeforeValidator(lambda said: USUAL_MARKS if said == "usual" else said),
]
"""What may stand in the place of a number, and which status it says: ``{x: suppressed, z: not_applicable}``."""

Delimiter = Annotated[
    str,
    fits(
        r"[\t -~](?<![A-Za-z0-9\"'])",
        'can\'t stand between cells; give one ASCII sign that is no letter, digit or quote (a tab is "\\t")',
    ),
]


class Layout(Entry):
    """How a partner's file is laid out, so that Cairn can read it without guessing."""

    files: str = "*"  # a pattern over the path below the partner's inbox
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1, le=1000)] | None = None  # none: the row that holds most of the headings
    delimiter: Delimiter | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    decimal: Literal[".", ","] = "."
    missing: tuple[str, ...] = ()  # what counts as an empty cell, which says nothing
    marks: Marks = {}
    status: Found | None = None  # a column that says of each number what it is; its words are SDMX's, or translated
    aliases: dict[str, tuple[str, ...]] = {}
    optional: tuple[Text, ...] = ()  # columns that a file may leave out; they read as empty
    allowed: tuple[Text, ...] = ()  # columns that aren't read and may look like personal data all the same
    where: Where = {}
    period: Found | None = None
    place: Found | None = None  # none: the partner's own place
    note: Text | None = None  # a column, if the file has it, where the sender answers what a row was asked about
    rows: Literal["values", "records"] = "values"
    values: tuple[Value, ...] = ()
    sql: str | None = None
    delivery: Literal["replaces", "updates"] = "replaces"

    @property
    def hashed(self) -> tuple[str, ...]:
        """The columns that hold keyed hashes of people. (By the name ``keys``, no entry could be made a `dict`.)"""
        return tuple(dict.fromkeys(str(value.count) for value in self.values if value.consent is not None))

    @model_validator(mode="after")
    def _one_way(self) -> Layout:
        if (self.sql is None) == (not self.values):
            raise ValueError("needs either 'values' or 'sql', and not both")
        if self.sql is None and self.period is None:
            raise ValueError("needs 'period': which column, path or constant says when")
        if both := sorted(set(self.marks) & set(self.missing)):
            raise ValueError(f"{both[0]!r} is both an empty cell ('missing') and one that says why ('marks'); keep one")
        self._status_says()
        return self

    def _status_says(self) -> None:
        if self.status is None:
            return
        if not self.status.column or self.sql is not None or self.rows == "records":
            raise ValueError("'status' is a column beside numbers: name it; records and 'sql' give 'marks' as values")
        for text, said in self.status.values.items():
            if status_of(said) is None:
                raise ValueError(f"{said!r}, for {text!r}, is no observation status; give a code of SDMX, like E")
