"""The tables of the data package that lie beside the values: what one needs to judge them by."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reports.changes import COMPARED, compared
from reports.tables import Quarter
from reports.words import Words

Field = tuple[str, str, str]
"""Name, type (Frictionless) and description of a column."""


@dataclass(frozen=True)
class Beside:
    """One table, with its rows in the order of its ``key``, the columns that tell them apart."""

    name: str
    title: str
    frame: pl.DataFrame
    key: list[str]
    fields: list[Field]


def tables_beside(quarter: Quarter, words: Words) -> list[Beside]:
    return [_changes(quarter, words), _cohorts(quarter, words)]


def _changes(quarter: Quarter, words: Words) -> Beside:
    """How the whole differs from what it is compared with: one row for each indicator, period and comparison."""
    key = ["indicator", "period_type", "period", "compared_with"]
    fields = [
        ("indicator", "string", words._("Id of the indicator, of which this is the whole.")),
        ("period_type", "string", words._("month, quarter or year.")),
        ("period", "string", words._("The period that is compared.")),
        ("compared_with", "string",
         words._("previous: the period before; year_before: the same one a year before; baseline: the agreed one.")),
        ("earlier_period", "string", words._("The period it is compared with.")),
        ("earlier_value", "number", words._("The value then; percents are fractions.")),
        ("change", "number", words._("The value less the value then.")),
        ("lower", "number", words._("Lower end of the 95 % interval of the change; empty where there is none.")),
        ("upper", "number", words._("Upper end of the same.")),
        ("is_beyond_chance", "boolean", words._("Whether the interval leaves out zero.")),
    ]  # fmt: skip
    names = [name for name, _, _ in fields]
    parts = [
        quarter.trends.select(
            *key[:3], pl.lit(earlier).alias("compared_with"),
            *(pl.col(name).alias(column) for name, column in zip(compared(earlier), names[4:], strict=True)),
        )
        for earlier in COMPARED
    ]  # fmt: skip
    known = pl.concat(parts).filter(pl.col("change").is_not_null())
    order = pl.col("compared_with").replace_strict({earlier: i for i, earlier in enumerate(COMPARED)})
    return Beside("indicator_changes", words._("Changes of indicators"), known.sort(*key[:3], order), key, fields)


def _cohorts(quarter: Quarter, words: Words) -> Beside:
    """Each change among the partners that reported both times, where that is not everybody."""
    key = ["indicator", "period_type", "period", "place", "against"]
    fields = [
        ("indicator", "string", words._("Id of the indicator.")),
        ("period_type", "string", words._("month, quarter or year.")),
        ("period", "string", words._("The later period.")),
        ("place", "string", words._("Id of the place.")),
        ("against", "string", words._("previous: the period before; year_before: the same of the year before.")),
        ("against_period", "string", words._("The earlier period.")),
        ("partners", "integer", words._("Partners that reported the same of the formula in both periods.")),
        ("numerator", "number", words._("What they counted in the later period.")),
        ("denominator", "number", words._("What it was divided by; empty for counts.")),
        ("value", "number", words._("Their value in the later period.")),
        ("against_numerator", "number", words._("What they counted in the earlier period.")),
        ("against_denominator", "number", words._("What that was divided by.")),
        ("against_value", "number", words._("Their value in the earlier period.")),
        ("change", "number", words._("The difference of the two values.")),
    ]
    frame = quarter.cohorts.sort(key).select(name for name, _, _ in fields)
    return Beside("cohorts", words._("Changes among the partners that reported both times"), frame, key, fields)
