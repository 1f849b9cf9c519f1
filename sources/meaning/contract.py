"""The contract: what the agenda asks of every number, checked by pandera in one go for a whole batch.

`contract` is the pandera schema made from the agenda; `check` gives, for each candidate that breaks it, which rule it
broke. Nothing raises: a breach is a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from sources.meaning.marks import has_number
from sources.meaning.resolve import Resolved
from sources.meaning.vocabulary import Vocabulary


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
    ids = {"measure": resolved.measures, "period": resolved.periods, "place": resolved.places,
           "members": resolved.members}  # fmt: skip
    key = pl.col("file").cast(pl.Int64)
    for name, known in ids.items():
        key = key * max(len(known), 1) + pl.col(name)
    return pl.when(key.is_null()).then(-1 - pl.int_range(pl.len(), dtype=pl.Int64)).otherwise(key)
