"""Candidates' words become ids: what a file calls a measure, a period, a place or a member, and what number it says.

Few different words stand in many rows: each is looked up once, in Python, and joined to its rows in DuckDB. What
means nothing is null; whether that is a fault, `sources.meaning.contract` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import polars as pl
import pyarrow

from agenda.model import From
from agenda.periods import Period
from agenda.spelling import plain
from sources.meaning.marks import rank_of, status, that_say_something, unless_marked
from sources.meaning.plan import Plan
from sources.meaning.vocabulary import JOIN, SPLIT, Vocabulary, is_total, translated

_SIGNS = "０１２３４５６７８９．，＋－−\u00a0\u2007\u2009\u202f"
_UNSEEN = "\u200b\u200e\u200f\u2060\ufeff"
_CLEAN = f"trim(translate({{text}}, '{_SIGNS}{_UNSEEN}', '0123456789.,+--    '))"
"""A number without what can't be seen, full-width digits as digits, and all narrow spaces as spaces."""
NUMBER = rf"""
case when try_cast({{text}} as decimal(18, 6)) is not null then try_cast({{text}} as decimal(18, 6)) else coalesce(
    try_cast({_CLEAN} as decimal(18, 6)),
    case when regexp_full_match({_CLEAN}, '[-+]?\d{{{{1,3}}}}([, ’'']\d{{{{3}}}})+(\.\d+)?') then
        try_cast(regexp_replace({_CLEAN}, '[, ’'']', '', 'g') as decimal(18, 6)) end
) end"""
"""A number as people write it: ``1204``, ``1,204.5``, ``1 204``; anything else is none.

Nearly all are plain, and of a ``case`` DuckDB takes the second way for the others only (of a ``coalesce``, for all)."""
COMMA_NUMBER = rf"""
case when regexp_full_match({_CLEAN}, '[-+]?(\d{{{{1,3}}}}([. ]\d{{{{3}}}})+|\d+)(,\d+)?') then try_cast(
    replace(regexp_replace({_CLEAN}, '[. ]', '', 'g'), ',', '.') as decimal(18, 6)) end
"""
"""A number where the comma is the decimal sign: ``1204``, ``1.204,5``; ``1.5`` is none."""

_QUARTER = re.compile(r"\b(?:q|qtr|quarter|trim|trimestre)\b|분기|季")
PERSON = "(try_cast('0x' || left(person_raw, 16) as ubigint) >> 1)::bigint"
"""What is kept of a keyed hash: 63 of its 256 bits tell ten million people apart (that any two are taken for one is a
chance of 1 in 180,000), and no other use can be made of them."""
FOOT = -1
"""In the place of a period or a place: the row adds up those above it, and says no number of its own."""


@dataclass(frozen=True)
class Resolved:
    """A batch's candidates with ids for words.

    ``frame`` has ``file``, ``row``, ``value_no``, ``measure``, ``period``, ``place``, ``members`` (positions in
    the tuples here; null where the words mean nothing), ``value`` (Decimal(18, 6) or null), ``status`` (its rank in
    `agenda.statuses`; null where its word means nothing) and, for records, ``per_key``; where people are counted by
    keyed hashes, ``person`` (see `PERSON`; null: not to be linked). ``feet`` are rows like them that add others up:
    their place or period is a word such as "total", in `FOOT`'s place, or stands for any (``is_named``: another column
    says it). ``adds``: of what is summed up as it is.
    """

    frame: pl.DataFrame
    feet: pl.DataFrame
    measures: tuple[str, ...]
    periods: tuple[Period, ...]
    places: tuple[str, ...]
    members: tuple[str, ...]


def resolve(
    connection: duckdb.DuckDBPyConnection, plan: Plan, vocabulary: Vocabulary, is_workbook: bool = False
) -> Resolved:
    """The candidates in the view ``candidates`` of ``connection``, with ids for words.

    In a workbook a number is written with a point whatever the decimal sign of its texts.
    """
    ids = {name: _Ids() for name in ("measure", "period", "place", "members")}
    meanings = _looked_up(_words(connection), ids, plan, vocabulary)
    for name, rows in meanings.items():
        connection.register(f"{name}_meanings", _meanings(name, rows))
    measures, periods, places, members = (each.known for each in ids.values())
    whole = [number for number, id_ in enumerate(measures) if vocabulary.measures[id_].whole]
    frame = connection.execute(
        f"""select file, row, value_no, measure, period, place, members,
            {unless_marked(plan, _number(plan, is_workbook))} as value, {status(plan)}::tinyint as status,
            {_ambiguous(plan, is_workbook, whole)} as ambiguous, is_foot as is_named
            {", per_key" if plan.layout.rows == "records" else ""}
            {f", {PERSON} as person" if plan.layout.hashed else ""}
        from candidates
        left join measure_meanings using (value_no, measure_raw)
        left join period_meanings using (value_no, period_raw)
        left join place_meanings using (value_no, place_raw)
        left join members_meanings using (value_no, measure_raw, members_raw)
        {that_say_something(plan)}"""
    ).pl()  # each word has its one meaning; inner joins would let DuckDB join the meanings with one another first
    frame = frame.with_columns(value=pl.when(~pl.col("ambiguous")).then(pl.col("value")))
    frame, feet = _without_feet(plan, frame, any(row[-1] == FOOT for row in meanings["period"] + meanings["place"]))
    return Resolved(frame, feet, measures, periods, places, members)


def _looked_up(words: _Rows, ids: Mapping[str, _Ids], plan: Plan, vocabulary: Vocabulary) -> _Rows:
    """The words of each kind with what they mean behind them: the number of an id, or a status's rank."""

    @cache
    def measure(cell_no: int, text: str) -> str | None:
        return vocabulary.measure(translated(plan.cells[cell_no].value.measure if plan.cells else None, text))

    @cache
    def period(text: str) -> Period | None:
        return vocabulary.period(translated(plan.layout.period, _quarters(plan.layout.period, text)))

    @cache
    def place(text: str) -> str | None:
        return vocabulary.place(translated(plan.layout.place, text))

    def members(cell_no: int, measure_text: str, text: str) -> str | None:
        found = measure(cell_no, measure_text)
        return vocabulary.canonical_members(found, member_texts(plan, cell_no, text))[0] if found else None

    def foot(text: str, number: int | None) -> int | None:
        return FOOT if number is None and is_total(text) else number

    found = {
        "measure": [(*said, ids["measure"].of(measure(*said))) for said in words["measure"]],
        "period": [(no, text, foot(text, ids["period"].of(period(text)))) for no, text in words["period"]],
        "place": [(no, text, foot(text, ids["place"].of(place(text)))) for no, text in words["place"]],
        "members": [(*said, ids["members"].of(members(*said))) for said in words["members"]],
    }
    if plan.layout.status is not None:
        found["status"] = [(no, text, rank_of(plan.layout.status, text)) for no, text in words["status"]]
    return found


def _without_feet(plan: Plan, frame: pl.DataFrame, has_said: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The candidates that speak for themselves, and those of rows that add others up.

    A row that is only called so is one where it would be added to others, or lacks its period or place.
    """
    where = pl.any_horizontal(pl.col("period") == FOOT, pl.col("place") == FOOT).fill_null(False)
    named = pl.col("is_named")
    if plan.layout.rows != "records":
        named &= pl.any_horizontal(pl.col("period").is_null(), pl.col("place").is_null())
    if not (has_said or frame["is_named"].any()):
        return frame.drop("is_named"), frame.clear().with_columns(adds=pl.lit(True))
    adding = [no for no, cell in enumerate(plan.cells) if cell.column and cell.take == "sum"] if plan.cells else [0]
    feet = frame.filter(where | named).with_columns(
        pl.col("period", "place").fill_null(FOOT), is_named=~where, adds=pl.col("value_no").is_in(adding)
    )
    return frame.filter(~(where | named)).drop("is_named"), feet


def _number(plan: Plan, is_workbook: bool) -> str:
    """The SQL of the number in ``value_raw``, in the measure's own unit, exact: with more than six decimals only
    until it is multiplied."""
    number = NUMBER if plan.layout.decimal == "." else COMMA_NUMBER
    if is_workbook and plan.layout.decimal == ",":
        number = f"coalesce(try_cast({{text}} as decimal(18, 6)), {COMMA_NUMBER})"
    number = number.format(text="value_raw")
    units = [(no, cell.value.times) for no, cell in enumerate(plan.cells) if cell.value.times is not None]
    if not units:
        return number
    unit = " ".join(f"when {no} then {times}" for no, times in units)
    wide = number.replace("decimal(18, 6)", "decimal(24, 12)")
    return f"try_cast({wide} * (case value_no {unit} else 1 end)::decimal(14, 2) as decimal(18, 6))"


def _quarters(found: From | str | None, text: str) -> str:
    """The texts of several columns with ``Q2`` for a bare 2 in the one that is called a quarter."""
    parts = text.split(" ")
    if not isinstance(found, From) or found.values or len(found.columns or ()) != len(parts):
        return text
    named = zip(found.columns or (), parts, strict=True)
    return " ".join(f"Q{part}" if part in ("1", "2", "3", "4") and _QUARTER.search(plain(name)) else part
                    for name, part in named)  # fmt: skip


def _ambiguous(plan: Plan, is_workbook: bool, whole: Sequence[int]) -> str:
    """The SQL of whether the point in ``value_raw`` may set thousands apart as well as decimals.

    In workbooks and records a real number can't be told from a text, which a decimal comma reads otherwise.
    """
    text = _CLEAN.format(text="value_raw")
    if plan.layout.sql is not None or is_workbook == (plan.layout.decimal == "."):
        return "false"
    if is_workbook:
        return f"coalesce(regexp_full_match({text}, '[-+]?[1-9]\\d{{0,2}}\\.\\d{{3}}'), false)"
    larger = [no for no, cell in enumerate(plan.cells) if cell.value.times is not None and cell.value.times > 1]
    measures, cells = ", ".join(map(str, [-1, *whole])), ", ".join(map(str, [-1, *larger]))
    points = "(contains(value_raw, '.') or contains(value_raw, '．'))"  # mostly there is none, and no need to clean
    return f"""case when {points} and measure in ({measures}) and value_no not in ({cells})
        then regexp_full_match({text}, '[-+]?[1-9]\\d{{0,2}}(\\.\\d{{3}})+') else false end"""


WORDS = {
    "measure": ("value_no", "measure_raw"),
    "period": ("value_no", "period_raw"),
    "place": ("value_no", "place_raw"),
    "members": ("value_no", "measure_raw", "members_raw"),
    "status": ("value_no", "status_raw"),
}
"""What tells the meaning of a candidate's measure, period, place, members and status."""
_Rows = dict[str, list[tuple[Any, ...]]]
"""For each of these, rows: the columns it is told by, and perhaps what they mean."""


def _words(connection: duckdb.DuckDBPyConnection) -> _Rows:
    """The different words of all candidates, in order: for each kind rows of the columns that `WORDS` names."""
    columns = sorted({column for words in WORDS.values() for column in words})
    sets = ", ".join(f"({', '.join(words)})" for words in WORDS.values())
    connection.execute(
        f"""create or replace temp table words as select {", ".join(columns)}, grouping({", ".join(columns)}) as of
        from candidates group by grouping sets ({sets})"""
    )  # one look at the candidates, as each costs as much as reading them
    found = {}
    for name, words in WORDS.items():
        left_out = "".join("0" if column in words else "1" for column in columns)
        query = f"select {', '.join(words)} from words where of = {int(left_out, 2)} order by all"
        found[name] = connection.execute(query).fetchall()
    return found


def _meanings(name: str, rows: list[tuple[Any, ...]]) -> pyarrow.Table:
    """Words beside what they mean: ``value_no``, the words as candidates have them, and the number of their id."""
    words = ["measure_raw", "members_raw"] if name == "members" else [f"{name}_raw"]
    names = ["value_no", *words, name]
    types = [pyarrow.int32(), *[pyarrow.string()] * len(words), pyarrow.int32()]
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pyarrow.array(list(column), type_) for column, type_ in zip(columns, types, strict=True)]
    return pyarrow.table(arrays, names=names)


def member_texts(plan: Plan, cell_no: int, joined: str) -> dict[str, str]:
    """The members as the file writes them, by dimension, translated by the layout."""
    said = plan.cells[cell_no].members if plan.cells else {}
    pairs = [part.split(SPLIT, 1) for part in joined.split(JOIN) if part]
    if len(said) == 1:
        pairs = [[*said, joined]]
    return {dimension: translated(said.get(dimension), text.strip()) for dimension, text in pairs}


class _Ids:
    """Numbers things in the order they are first seen; None stays None."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}

    def of(self, thing: object | None) -> int | None:
        return None if thing is None else self._numbers.setdefault(thing, len(self._numbers))

    @property
    def known(self) -> tuple[Any, ...]:
        return tuple(self._numbers)
