"""A change that partners made by joining, leaving or not reporting stands beside the one among those that stayed."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from agenda.indicators import Definition
from agenda.model import Disclosure
from reports.data.beside import tables_beside
from reports.disclosure.withhold import without_people
from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.telling.cohorts import Cohorts
from reports.telling.sentences import Sentences
from reports.telling.value_tables import ValueTables
from reports.telling.views import EditionLabel, Views
from reports.words import Words

INDICATOR, PERIOD, BEFORE = "visit_count", "2026Q2", "2025Q2"


def moved(quarter: Quarter, now: float, before: float, of_some: float, partners: int = 9) -> Quarter:
    """Visits went from ``before`` to ``now`` in a year, and by ``of_some`` among the same partners."""
    for period, value in ((PERIOD, now), (BEFORE, before)):
        whole = (
            (pl.col("indicator") == INDICATOR) & (pl.col("period") == period) & (pl.col("place") == "all")
            & (pl.col("breakdown") == "")
        )  # fmt: skip
        changed = quarter.values.with_columns(pl.when(whole).then(pl.lit(value)).otherwise("value").alias("value"))
        quarter = replace(quarter, values=changed)
    here = (pl.col("indicator") == INDICATOR) & (pl.col("period") == PERIOD)
    trends = quarter.trends.with_columns(
        pl.when(here).then(pl.lit(now - before)).otherwise("change_year_before").alias("change_year_before"),
        pl.when(here).then(pl.lit(BEFORE)).otherwise("year_before_period").alias("year_before_period"),
    )
    cohorts = quarter.cohorts.with_columns(
        pl.when(here).then(pl.lit(of_some)).otherwise("change").alias("change"),
        pl.when(here).then(pl.lit(partners, pl.Int32)).otherwise("partners").alias("partners"),
    )
    return replace(quarter, trends=trends, cohorts=cohorts)


def words(quarter: Quarter) -> Words:
    return Words("en", quarter.calendar)


@pytest.mark.parametrize(
    ("change", "partners", "sentence", "tile"),
    [
        (20.0, 9, "Among the 9 partners that reported the same both times it rose by 20.",
         "▼ 300 on a year ago; ▲ 20 among the same partners"),
        (-0.2, 9, "Among the 9 partners that reported the same both times it stayed where it was.",
         "▼ 300 on a year ago; no change among the same partners"),
        (-5.0, 1, "Among the one partner that reported the same both times it fell by 5.",
         "▼ 300 on a year ago; ▼ 5 among the same partners"),
        (-300.0, 9, "", "▼ 300 on a year ago"),  # the same, so there is nothing to tell
    ],
)  # fmt: skip
def test_both_changes_stand_beside_each_other(
    change: float, partners: int, sentence: str, tile: str, quarter: Quarter
) -> None:
    found = moved(quarter, 700.0, 1000.0, change, partners)
    said = plain(Sentences(found, words(found)).say(INDICATOR))
    assert "fell by 300 in a year" in said
    assert ("Among" in said) == bool(sentence)
    assert sentence in said
    views = Views(found, words(found), EditionLabel())
    assert next(t.change for t in views.tiles if t.goal == "reach") == tile


def test_a_table_holds_whole_and_places(quarter: Quarter) -> None:
    found = moved(quarter, 700.0, 1000.0, 20.0)
    table = ValueTables(found, words(found)).cohorts(found.indicators[INDICATOR])
    assert table is not None
    assert table.rows[0] == ("Place name", "Q2 2025", "−300", "+20", "9")
    assert {row[0] for row in table.rows} == {"Place name", "Nord", "Sud"}


def test_where_everybody_reported_nothing_is_said(quarter: Quarter) -> None:
    everybody = replace(quarter, cohorts=quarter.cohorts.clear())
    cohorts = Cohorts(everybody, words(everybody))
    assert not any(cohorts.all_of(indicator) for indicator in everybody.indicators.values())
    assert ValueTables(everybody, words(everybody)).cohorts(everybody.indicators[INDICATOR]) is None


def test_a_value_that_is_not_shown_has_no_change_either(quarter: Quarter) -> None:
    found = moved(quarter, 700.0, 1000.0, 20.0)
    gone = (pl.col("indicator") == INDICATOR) & (pl.col("period") == BEFORE)
    hidden = found.values.with_columns(pl.when(~gone).then("value").alias("value"))
    cohorts = Cohorts(replace(found, values=hidden), words(found))
    assert cohorts.of(found.indicators[INDICATOR], "all", "year_before") is None


def test_cohorts_of_people_are_left_out_where_people_are_protected(quarter: Quarter) -> None:
    """What they sum up is linked to no other cell; visits are events, and the ratio is of visits to members, people."""
    protected = quarter.folder.initiative.model_copy(update={"disclosure": Disclosure(policy="small_counts")})
    assert set(quarter.cohorts["indicator"]) == {"visit_count", "member_ratio"}
    left = without_people(replace(quarter.folder, initiative=protected), quarter.cohorts)
    assert set(left["indicator"]) == {"visit_count"}
    assert without_people(quarter.folder, quarter.cohorts).equals(quarter.cohorts)


def test_nor_is_there_a_cohort_of_what_counted_people_by_an_earlier_definition(quarter: Quarter) -> None:
    folder = quarter.folder
    visits, ratio = (next(i for i in folder.agenda.indicators if i.id == id_) for id_ in (INDICATOR, "member_ratio"))
    before = Definition(definition="Before.", formula=ratio.formula)
    changed = [i.model_copy(update={"earlier": (before,)}) if i is visits else i for i in folder.agenda.indicators]
    agenda = folder.agenda.model_copy(update={"indicators": tuple(changed)})
    protected = folder.initiative.model_copy(update={"disclosure": Disclosure(policy="small_counts")})
    left = without_people(replace(folder, agenda=agenda, initiative=protected), quarter.cohorts)
    assert left.is_empty()


def test_the_download_holds_every_row(quarter: Quarter) -> None:
    (table,) = [t for t in tables_beside(quarter, words(quarter)) if t.name == "cohorts"]
    assert table.frame.height == quarter.cohorts.height > 0
    assert table.frame.columns == [name for name, _, _ in table.fields]
