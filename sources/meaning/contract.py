"""The contract: what the agenda asks of every number, checked by pandera in one go for a whole batch.

`resolve` turns candidates' words into ids; `contract` is the pandera schema made from the agenda; `check`
gives, for each candidate that breaks it, which rule it broke. Nothing raises: a breach is a row.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

import duckdb
import pandera.polars as pa
import polars as pl
import pyarrow
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from agenda.model import From
from agenda.periods import Period
from agenda.spelling import plain
from sources.meaning.marks import has_number, rank_of, status, that_say_something, unless_marked
from sources.meaning.shape import Plan
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
    keyed hashes, ``person`` (see `PERSON`; null: not to be linked). ``feet`` are rows like them
    that add others up: their place or period is a word such as "total", in `FOOT`'s place, or stands for any
    (``is_named``: another column says it). ``adds``: of what is summed up as it is.
    """

    frame: pl.DataFrame
    feet: pl.DataFrame
    measures: tuple[str, ...]
    periods: tuple[Period, ...]
    places: tuple[str, ...]
    members: tuple[str, ...]


# -- words to ids -------------------------------------------------------------------------------------


def resolve(
    connection: duckdb.DuckDBPyConnection, plan: Plan, vocabulary: Vocabulary, is_workbook: bool = False
) -> Resolved:
    """The candidates in the view ``candidates`` of ``connection``, with ids for words.

    In a workbook a number is written with a point whatever the decimal sign of its texts.
    """
    measures, periods, places, members = _Ids(), _Ids(), _Ids(), _Ids()

    @cache
    def measure(cell_no: int, text: str) -> str | None:
        return vocabulary.measure(translated(plan.cells[cell_no].value.measure if plan.cells else None, text))

    @cache
    def period(text: str) -> Period | None:
        return vocabulary.period(translated(plan.layout.period, _quarters(plan.layout.period, text)))

    @cache
    def place(text: str) -> str | None:
        return vocabulary.place(translated(plan.layout.place, text))

    @cache
    def canonical(cell_no: int, measure_text: str, text: str) -> str | None:
        found = measure(cell_no, measure_text)
        return vocabulary.canonical_members(found, member_texts(plan, cell_no, text))[0] if found else None

    # Few different words stand in many rows: each is looked up once, here, and joined to its rows there.
    def foot(text: str, number: int | None) -> int | None:
        return FOOT if number is None and is_total(text) else number

    words = _words(connection)
    meanings = {
        "measure": [(*said, measures.of(measure(*said))) for said in words["measure"]],
        "period": [(no, text, foot(text, periods.of(period(text)))) for no, text in words["period"]],
        "place": [(no, text, foot(text, places.of(place(text)))) for no, text in words["place"]],
        "members": [(*said, members.of(canonical(*said))) for said in words["members"]],
    }
    for name, rows in meanings.items():
        connection.register(f"{name}_meanings", _meanings(name, rows))
    if plan.layout.status is not None:
        said = [(no, text, rank_of(plan.layout.status, text)) for no, text in words["status"]]
        connection.register("status_meanings", _meanings("status", said))
    whole = [number for number, id_ in enumerate(measures.known) if vocabulary.measures[str(id_)].whole]
    frame = connection.execute(
        f"""select file, row, value_no, measure, period, place, members,
            {unless_marked(plan, _number(plan, is_workbook))} as value, {status(plan)}::tinyint as status,
            {_ambiguous(plan, is_workbook, whole)} as ambiguous, is_foot as is_named
            {", per_key" if plan.layout.rows == "records" else ""}
            {f", {PERSON} as person" if plan.layout.keys else ""}
        from candidates
        left join measure_meanings using (value_no, measure_raw)
        left join period_meanings using (value_no, period_raw)
        left join place_meanings using (value_no, place_raw)
        left join members_meanings using (value_no, measure_raw, members_raw)
        {that_say_something(plan)}"""
    ).pl()  # each word has its one meaning; inner joins would let DuckDB join the meanings with one another first
    frame = frame.with_columns(value=pl.when(~pl.col("ambiguous")).then(pl.col("value")))
    frame, feet = _without_feet(plan, frame, any(row[-1] == FOOT for row in meanings["period"] + meanings["place"]))
    return Resolved(frame, feet, measures.known, periods.known, places.known, members.known)


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


def _words(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:  # type: ignore[type-arg]
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


def _meanings(name: str, rows: list[tuple]) -> pyarrow.Table:  # type: ignore[type-arg]
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
    def known(self) -> tuple:  # type: ignore[type-arg]
        return tuple(self._numbers)


# -- the rules ----------------------------------------------------------------------------------------


def contract(resolved: Resolved, vocabulary: Vocabulary, arrived: date, unique: bool) -> pa.DataFrameSchema:
    """The agenda's rules for a batch that arrived on a day. ``unique``: one row per number, not records."""
    measures = [vocabulary.measures[id_] for id_ in resolved.measures]
    ahead = [i for i, period in enumerate(resolved.periods) if period.start > arrived]
    rules = [
        rule("value_ambiguous", ~pl.col("ambiguous")),
        rule("value_not_a_number", pl.col("value").is_not_null() | pl.col("ambiguous") | ~has_number()),
        rule("status_unknown", pl.col("status").is_not_null()),
        rule("status_contradicts", pl.col("value").is_null() | has_number()),
    ]
    for bound in sorted({m.minimum for m in measures if m.minimum is not None}):
        ids = [i for i, m in enumerate(measures) if m.minimum == bound]
        rules.append(rule("value_below_minimum", ~(pl.col("measure").is_in(ids) & (pl.col("value") < bound))))
    for bound in sorted({m.maximum for m in measures if m.maximum is not None}):
        ids = [i for i, m in enumerate(measures) if m.maximum == bound]
        rules.append(rule("value_above_maximum", ~(pl.col("measure").is_in(ids) & (pl.col("value") > bound))))
    whole = [i for i, m in enumerate(measures) if m.whole]
    fraction = pl.col("value") % Decimal(1) != 0
    rules.append(rule("value_not_whole", ~(pl.col("measure").is_in(whole) & fraction)))
    columns = {
        "measure": pa.Column(checks=[_known("measure", "measure_unknown")], nullable=True),
        "period": pa.Column(
            checks=[_known("period", "period_unreadable"), rule("period_ahead", ~pl.col("period").is_in(ahead))],
            nullable=True,
        ),
        "place": pa.Column(checks=[_known("place", "place_unknown"), *_lifetimes(resolved, vocabulary)], nullable=True),
        "members": pa.Column(checks=[_known("members", "member_unknown")], nullable=True),
        "value": pa.Column(checks=rules, nullable=True),
    }
    if unique:
        columns["number"] = pa.Column(checks=[rule("row_repeated", ~pl.col("number").is_duplicated())])
    return pa.DataFrameSchema(columns)


def _lifetimes(resolved: Resolved, vocabulary: Vocabulary) -> Iterable[pa.Check]:
    """Rules that a place is there on some day of the period."""
    outside: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, id_ in enumerate(resolved.places):
        for number, period in enumerate(resolved.periods):
            if (code := vocabulary.outside(id_, period)) is not None:
                outside[code][place].append(number)
    for code, found in outside.items():
        gone = [(pl.col("place") == place) & pl.col("period").is_in(periods) for place, periods in found.items()]
        yield rule(code, ~pl.any_horizontal(gone))


def rule(code: str, holds: pl.Expr) -> pa.Check:
    def holds_in(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(holds.fill_null(True).alias("holds"))

    return pa.Check(holds_in, name=code, ignore_na=False)


def _known(column: str, code: str) -> pa.Check:
    return rule(code, pl.col(column).is_not_null())


def check(resolved: Resolved, schema: pa.DataFrameSchema) -> pl.DataFrame:
    """Breaches of the contract: columns ``code`` and ``index`` (the candidate's position in the frame)."""
    frame = resolved.frame
    if "number" in schema.columns:
        frame = frame.with_columns(_number_key(resolved).alias("number"))
    return failures(frame, schema)


def failures(frame: pl.DataFrame, schema: pa.DataFrameSchema) -> pl.DataFrame:
    """Where a frame breaks a schema: columns ``code`` (the rule's name) and ``index`` (the row's position)."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
        return cases.select(pl.col("check").alias("code"), pl.col("index").cast(pl.Int64)).sort("index", "code")
    return pl.DataFrame(schema={"code": pl.String, "index": pl.Int64})


def _number_key(resolved: Resolved) -> pl.Expr:
    """One integer per (file, measure, period, place, members); unreadable candidates repeat nothing."""
    key = pl.col("file").cast(pl.Int64)
    for name, size in _sizes(resolved):
        key = key * max(size, 1) + pl.col(name)
    return pl.when(key.is_null()).then(-1 - pl.int_range(pl.len(), dtype=pl.Int64)).otherwise(key)


def _sizes(resolved: Resolved) -> Iterable[tuple[str, int]]:
    return [(name, len(getattr(resolved, f"{name}s" if name != "members" else name))) for name in
            ("measure", "period", "place", "members")]  # fmt: skip
