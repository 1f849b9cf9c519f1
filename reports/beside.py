"""The tables of the data package that lie beside the values: what one needs to judge them by."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

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
    return [_cohorts(quarter, words)]


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
