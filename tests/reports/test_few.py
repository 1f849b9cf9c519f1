"""A percent of too few is its parts in every output, and not even these where people are protected."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from reports.data.package import write_data
from reports.quarter.tables import Quarter
from reports.telling.figures import Figures
from reports.telling.outlook import Outlook
from reports.telling.sentences import Sentences
from reports.telling.unknown import Unknown
from reports.telling.value_tables import ValueTables
from reports.words import Words

FEW = {"value": None, "lower": None, "upper": None, "numerator": 12, "denominator": 20, "status": "U"}


def with_south(quarter: Quarter, **row: float | str | None) -> Quarter:
    """The quarter with this row for the share in the south."""
    here = (pl.col("indicator") == "active_share") & (pl.col("place") == "south") & (pl.col("breakdown") == "")
    here &= pl.col("period") == "2026Q2"
    values = quarter.values.with_columns(
        pl.when(here).then(pl.lit(v).cast(quarter.values.schema[k])).otherwise(pl.col(k)).alias(k)
        for k, v in row.items()
    )
    return replace(quarter, values=values)


def texts(quarter: Quarter) -> dict[str, str]:
    """What stands for the south in the table, its note, and beside the chart; and what isn't known of it."""
    words = Words("en", quarter.calendar)
    sentences = Sentences(quarter, words)
    figures = Figures(quarter, words, sentences, Outlook(quarter, words, sentences))
    indicator = quarter.indicators["active_share"]
    part = next(figures.slices(indicator))
    table = ValueTables(quarter, words).of_slice(indicator, part)
    row = dict(zip(table.head, next(row for row in table.rows if row[0] == "Sud"), strict=True))
    chart = next(figure for figure in figures.of(indicator) if figure.kind == "places")
    unknown = [one for one in Unknown(quarter, words).sentences() if "Sud" in one]
    found = {"value": row["Value"], "note": row["Note"], "chart": chart.description, "drawn": chart.narrow,
             "parts": f"{row['Counted']}/{row['Out of']}", "unknown": " ".join(unknown), "notes": " ".join(chart.notes)}  # fmt: skip
    return {name: text.replace("\N{NO-BREAK SPACE}", " ") for name, text in found.items()}


def test_the_parts_stand_in_the_place_of_the_percent(quarter: Quarter, tmp_path: Path) -> None:
    few = with_south(quarter, **FEW)
    said = texts(few)
    assert (said["value"], said["note"], said["parts"]) == ("12 of 20", "too few to tell", "12/20")
    assert "Sud: 12 of 20" in said["chart"]
    assert "12 of 20" in said["drawn"]
    assert "too few to tell" in said["notes"]
    assert "too few to tell for Sud" in said["unknown"]
    write_data(few, tmp_path)
    with (tmp_path / "indicator_values.csv").open(newline="") as stream:
        (row,) = (r for r in csv.DictReader(stream) if r["status"] == "U")
    assert [row[n] for n in ("place", "value", "numerator", "denominator", "lower")] == ["south", "", "12", "20", ""]


@pytest.mark.parametrize("hidden", ["numerator", "denominator"])
def test_what_is_withheld_is_no_part_of_anything(quarter: Quarter, hidden: str) -> None:
    said = texts(with_south(quarter, **(FEW | {hidden: None, "status": "Q", "conf_status": "A"})))
    assert said["value"] == "withheld to protect people"
    assert not any("12 of 20" in text or "too few" in text for text in said.values())


def test_a_wide_interval_is_noted(quarter: Quarter) -> None:
    wide = FEW | {"value": 0.5, "lower": 0.3, "upper": 0.7, "numerator": 15, "denominator": 30}
    assert texts(with_south(quarter, **wide))["note"] == "low reliability"
