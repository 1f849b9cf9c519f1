"""The contract: what the agenda asks of every number, checked by pandera in one go for a whole batch.

`resolve` turns candidates' words into ids; `contract` is the pandera schema made from the agenda; `check`
gives, for each candidate that breaks it, which rule it broke. Nothing raises: a breach is a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
import pandera.polars as pa
import polars as pl
import pyarrow
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from agenda.periods import Period
from sources.shape import Plan
from sources.vocabulary import JOIN, SPLIT, Vocabulary, translated

NUMBER = r"""
coalesce(
    try_cast({text} as decimal(18, 6)),
    case when regexp_full_match({text}, '[-+−]?\d{{1,3}}([,   ’'']\d{{3}})+(\.\d+)?') then
        try_cast(replace(regexp_replace({text}, '[,   ’'']', '', 'g'), '−', '-') as decimal(18, 6)) end
)"""
"""A number as people write it: ``1204``, ``1,204.5``, ``1 204``; anything else is none."""
COMMA_NUMBER = r"""
case when regexp_full_match({text}, '[-+−]?(\d{{1,3}}([.   ]\d{{3}})+|\d+)(,\d+)?') then try_cast(
    replace(replace(regexp_replace({text}, '[.   ]', '', 'g'), ',', '.'), '−', '-') as decimal(18, 6)) end
"""
"""A number where the comma is the decimal sign: ``1204``, ``1.204,5``; ``1.5`` is none."""


@dataclass(frozen=True)
class Resolved:
    """A batch's candidates with ids for words.

    ``frame`` has ``file``, ``row``, ``value_no``, ``measure``, ``period``, ``place``, ``members`` (positions in
    the tuples here; null where the words mean nothing), ``value`` (Decimal(18, 6) or null), ``per_key``.
    """

    frame: pl.DataFrame
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
    measure_of = {cell_no: cell.value.measure for cell_no, cell in enumerate(plan.cells)}
    measures, periods, places, members = _Ids(), _Ids(), _Ids(), _Ids()

    def measure(cell_no: int, text: str) -> str | None:
        return vocabulary.measure(translated(measure_of.get(cell_no), text))

    measure_map = [
        (cell_no, text, measures.of(measure(cell_no, text))) for cell_no, text in _words(connection, "measure_raw")
    ]
    period_map = [
        (cell_no, text, periods.of(vocabulary.period(translated(plan.layout.period, text))))
        for cell_no, text in _words(connection, "period_raw")
    ]
    place_map = [
        (cell_no, text, places.of(vocabulary.place(translated(plan.layout.place, text))))
        for cell_no, text in _words(connection, "place_raw")
    ]
    members_map = []
    for cell_no, measure_text, text in _words(connection, "measure_raw", "members_raw"):
        found = measure(cell_no, measure_text)
        canonical = vocabulary.canonical_members(found, member_texts(plan, cell_no, text))[0] if found else None
        members_map.append((cell_no, measure_text, text, members.of(canonical)))
    connection.register("measure_map", _map(measure_map, "cell_no", "measure_raw", "id"))
    connection.register("period_map", _map(period_map, "cell_no", "period_raw", "id"))
    connection.register("place_map", _map(place_map, "cell_no", "place_raw", "id"))
    connection.register("members_map", _map(members_map, "cell_no", "measure_raw", "members_raw", "id"))
    number = NUMBER if plan.layout.decimal == "." else COMMA_NUMBER
    if is_workbook and plan.layout.decimal == ",":
        number = f"coalesce(try_cast({{text}} as decimal(18, 6)), {COMMA_NUMBER})"
    frame = connection.execute(
        f"""select c.file, c.row, c.value_no, m.id as measure, p.id as period, l.id as place, k.id as members,
            {number.format(text="value_raw")} as value,
            {"c.per_key" if plan.layout.rows == "records" else "''"} as per_key
        from candidates c
        join measure_map m on c.value_no = m.cell_no and c.measure_raw = m.measure_raw
        join period_map p on c.value_no = p.cell_no and c.period_raw = p.period_raw
        join place_map l on c.value_no = l.cell_no and c.place_raw = l.place_raw
        join members_map k
            on c.value_no = k.cell_no and c.measure_raw = k.measure_raw and c.members_raw = k.members_raw"""
    ).pl()
    return Resolved(frame, measures.known, periods.known, places.known, members.known)


def member_texts(plan: Plan, cell_no: int, joined: str) -> dict[str, str]:
    """The members as the file writes them, by dimension, translated by the layout."""
    pairs = [part.split(SPLIT, 1) for part in joined.split(JOIN) if part]
    said = plan.cells[cell_no].members if plan.cells else {}
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


def _words(connection: duckdb.DuckDBPyConnection, *columns: str) -> list[tuple]:  # type: ignore[type-arg]
    return connection.execute(f"select distinct value_no, {', '.join(columns)} from candidates order by all").fetchall()


def _map(rows: list[tuple], *names: str) -> pyarrow.Table:  # type: ignore[type-arg]
    types = [pyarrow.int32(), *[pyarrow.string()] * (len(names) - 2), pyarrow.int32()]
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pyarrow.array(list(column), type_) for column, type_ in zip(columns, types, strict=True)]
    return pyarrow.table(arrays, names=list(names))


# -- the rules ----------------------------------------------------------------------------------------


def contract(resolved: Resolved, vocabulary: Vocabulary, arrived: date, unique: bool) -> pa.DataFrameSchema:
    """The agenda's rules for a batch that arrived on a day. ``unique``: one row per number, not records."""
    measures = [vocabulary.measures[id_] for id_ in resolved.measures]
    ahead = [i for i, period in enumerate(resolved.periods) if period.start > arrived]
    rules = [_known("value", "value_not_a_number")]
    for bound in sorted({m.minimum for m in measures if m.minimum is not None}):
        ids = [i for i, m in enumerate(measures) if m.minimum == bound]
        rules.append(_rule("value_below_minimum", ~(pl.col("measure").is_in(ids) & (pl.col("value") < bound))))
    for bound in sorted({m.maximum for m in measures if m.maximum is not None}):
        ids = [i for i, m in enumerate(measures) if m.maximum == bound]
        rules.append(_rule("value_above_maximum", ~(pl.col("measure").is_in(ids) & (pl.col("value") > bound))))
    whole = [i for i, m in enumerate(measures) if m.whole]
    fraction = pl.col("value") % Decimal(1) != 0
    rules.append(_rule("value_not_whole", ~(pl.col("measure").is_in(whole) & fraction)))
    columns = {
        "measure": pa.Column(checks=[_known("measure", "measure_unknown")], nullable=True),
        "period": pa.Column(
            checks=[_known("period", "period_unreadable"), _rule("period_ahead", ~pl.col("period").is_in(ahead))],
            nullable=True,
        ),
        "place": pa.Column(checks=[_known("place", "place_unknown")], nullable=True),
        "members": pa.Column(checks=[_known("members", "member_unknown")], nullable=True),
        "value": pa.Column(checks=rules, nullable=True),
    }
    if unique:
        columns["number"] = pa.Column(checks=[_rule("row_repeated", ~pl.col("number").is_duplicated())])
    return pa.DataFrameSchema(columns)


def _rule(code: str, holds: pl.Expr) -> pa.Check:
    def holds_in(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(holds.fill_null(True).alias("holds"))

    return pa.Check(holds_in, name=code, ignore_na=False)


def _known(column: str, code: str) -> pa.Check:
    return _rule(code, pl.col(column).is_not_null())


def check(resolved: Resolved, schema: pa.DataFrameSchema) -> pl.DataFrame:
    """Breaches of the contract: columns ``code`` and ``index`` (the candidate's position in the frame)."""
    frame = resolved.frame
    if "number" in schema.columns:
        frame = frame.with_columns(_number_key(resolved).alias("number"))
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
