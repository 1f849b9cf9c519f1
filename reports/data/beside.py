"""The tables of the data package that lie beside the values: what one needs to judge them by."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reports.quarter.changes import COMPARED, compared
from reports.quarter.tables import Quarter
from reports.words import Words

WHOLE = "_T"
"""The member that stands for all of a dimension (SDMX)."""

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
    tables = (_changes, _cohorts, _targets, _projections, _reporting)
    return [table(quarter, words) for table in tables]


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


def _targets(quarter: Quarter, words: Words) -> Beside:
    """Where the whole, and each place and group with a target of its own, stands on its way."""
    key = ["indicator", "period_type", "period", "place", "members"]
    fields = [
        ("indicator", "string", words._("Id of the indicator.")),
        ("period_type", "string", words._("month, quarter or year.")),
        ("period", "string", words._("The period at whose end it stands there.")),
        ("place", "string", words._("Id of the place.")),
        ("members", "string", words._("The group, like age_group=infant; {whole}: the whole.", whole=WHOLE)),
        ("baseline_period", "string", words._("When it stood at the baseline.")),
        (
            "baseline_value",
            "number",
            words._("As agreed, else as the data say; percents are fractions."),
        ),
        ("target_period", "string", words._("When the next target is due, or the last one was.")),
        ("target_value", "number", words._("Where it should be by then; empty for a band.")),
        ("target_low", "number", words._("Lower edge of the band it should keep to.")),
        ("target_high", "number", words._("Upper edge of the same.")),
        ("path_value", "number", words._("Where the path from the baseline through the targets is.")),
        ("status_code", "string", words._("met, on_track, at_risk, off_track, no_target or no_data.")),
    ]
    whole = pl.col("members").replace({"": WHOLE})
    frame = quarter.standings.filter(pl.col("target_period").is_not_null()).with_columns(whole)
    frame = frame.sort(key).select(name for name, _, _ in fields)
    return Beside("indicator_targets", words._("Indicators and their targets"), frame, key, fields)


def _projections(quarter: Quarter, words: Words) -> Beside:
    """Where the whole would come to at its pace, period by period up to its next target."""
    key = ["indicator", "period_type", "period", "ahead"]
    fields = [
        ("indicator", "string", words._("Id of the indicator, of which this is the whole.")),
        ("period_type", "string", words._("month, quarter or year.")),
        ("period", "string", words._("The period of the last value that it rests on.")),
        ("ahead", "integer", words._("How many periods later; 0 is the line itself in that period.")),
        ("periods", "integer", words._("How many values it rests on.")),
        ("target_period", "string", words._("When the next target is due.")),
        ("value", "number", words._("The straight line of least squares; percents are fractions.")),
        ("lower", "number", words._("Lower end of the 95 % interval of a new value.")),
        ("upper", "number", words._("Upper end of the same.")),
        ("outlook", "string", words._("When the target is due: reached (the whole interval reaches it), likely (the "
                                      "line does), unlikely (a part of the interval does) or missed.")),
    ]  # fmt: skip
    frame = quarter.projections.sort(key).select(name for name, _, _ in fields)
    return Beside("projections", words._("Indicators at their current pace"), frame, key, fields)


def _reporting(quarter: Quarter, words: Words) -> Beside:
    """Completeness and timeliness of each partner, measure and quarter."""
    key = ["partner", "measure", "period"]
    fields = [
        ("partner", "string", words._("Id of the partner.")),
        ("measure", "string", words._("Id of the measure.")),
        ("period", "string", words._("The quarter.")),
        ("is_expected", "boolean", words._("Whether the partner owes the measure for any part of the quarter.")),
        ("months_expected", "integer", words._("Months that it owes.")),
        ("months_reported", "integer", words._("Months that it reported; a number for the quarter has three.")),
        ("completeness", "number", words._("Share of the months owed that were reported; empty where none is owed.")),
        ("due_on", "date", words._("By which day it was to be there.")),
        ("complete_on", "date", words._("On which day (UTC) the last month first came; empty while one is missing.")),
        ("is_on_time", "boolean", words._("Whether that was by the day it was due.")),
    ]
    share = pl.min_horizontal("months_reported", "months_expected") / pl.col("months_expected")
    frame = quarter.reporting.with_columns(pl.when("is_expected").then(share).alias("completeness"))
    frame = frame.sort(key).select(name for name, _, _ in fields)
    return Beside("reporting", words._("Who reported what, and when"), frame, key, fields)
