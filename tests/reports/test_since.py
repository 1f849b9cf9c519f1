"""What became better and what worse since the quarter before, and who is furthest behind: by rule."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.telling.gap_words import GapWords
from reports.telling.since import Since
from reports.telling.value_tables import ValueTables
from reports.telling.views import EditionLabel, Views
from reports.words import Words
from tests.reports.test_sentences import put, sentences


def since(quarter: Quarter) -> list[str]:
    lines = Since(quarter, Words("en", quarter.calendar), sentences(quarter)).lines()
    return [plain(line).replace("\u00a0", " ") for line in lines]


def without_cohorts(quarter: Quarter) -> Quarter:
    return replace(quarter, cohorts=quarter.cohorts.clear())


def test_better_and_worse_go_by_the_agreed_direction(quarter: Quarter) -> None:
    """A ratio is better nearer to its band; what chance could explain moved nowhere."""
    moved = put(without_cohorts(quarter), "visit_count", value=1200.0, before=1300.0)
    moved = put(moved, "member_ratio", value=1.8, before=2.0)
    assert since(put(moved, "active_share", value=0.55, before=0.5)) == [
        "Better than in Q1 2026: I3: ▼ 0.20; I2: ▲ 5.0 points.", "Worse than in Q1 2026: Indicator name: ▼ 100.",
    ]  # fmt: skip
    unsure = put(moved, "active_share", value=0.55, before=0.54, is_beyond_chance=False)
    assert since(unsure)[-1] == "Much as in Q1 2026, or no more than chance would explain: I2: ▲ 1.0 point."
    assert since(put(moved, "active_share", value=0.55, before=0.55))[-1].endswith("would explain: I2.")


def test_who_did_not_report_twice_moves_nothing(quarter: Quarter) -> None:
    """All together fell, the partners that reported both times rose."""
    moved = put(quarter, "visit_count", value=1200.0, before=1300.0)
    before = (pl.col("indicator") == "visit_count") & (pl.col("period") == "2026Q1") & (pl.col("place") == "all")
    moved = replace(moved, values=moved.values.with_columns(
        pl.when(before & (pl.col("breakdown") == "")).then(1300.0).otherwise("value").alias("value")))  # fmt: skip
    row = {"indicator": "visit_count", "period": "2026Q2", "place": "all", "against": "previous",
           "against_period": "2026Q1", "partners": 1, "change": 40.0}  # fmt: skip
    made = [{name: row.get(name) for name in quarter.cohorts.columns}]
    moved = replace(moved, cohorts=pl.DataFrame(made, schema=quarter.cohorts.schema))
    assert "Indicator name: ▲ 40 among the same partners" in since(moved)[0]


def test_nothing_is_compared_with_a_quarter_that_is_not_known(quarter: Quarter) -> None:
    gone = quarter.trends.with_columns(pl.lit(None, pl.Float64).alias("previous_value"))
    assert since(replace(quarter, trends=gone)) == []


def by_place(quarter: Quarter, north: float, south: float, *, limits: float = 0.01) -> Quarter:
    """The share in the two places, with its limits as far from it as this; in both together it is a half."""
    quarter = put(quarter, "active_share", value=0.5)
    for place, value in (("north", north), ("south", south)):
        here = (pl.col("indicator") == "active_share") & (pl.col("period") == "2026Q2") & (pl.col("place") == place)
        row = {"value": value, "lower": value - limits, "upper": value + limits, "status": "A"}
        quarter = replace(quarter, values=quarter.values.with_columns(
            pl.when(here & (pl.col("breakdown") == "")).then(pl.lit(v, quarter.values.schema[k])).otherwise(k).alias(k)
            for k, v in row.items()))  # fmt: skip
    return quarter


def furthest(quarter: Quarter, indicator: str = "active_share", **changes: str) -> list[str]:
    words = Words("en", quarter.calendar)
    of = quarter.indicators[indicator].model_copy(update=changes)
    said = GapWords(quarter, words, ValueTables(quarter, words), of).sentences()
    return [one.replace("\u00a0", " ") for one in said if "furthest" in one]


@pytest.mark.parametrize(
    ("north", "south", "better", "expected"),
    [
        (0.7, 0.3, "more", ["By place, furthest behind: Sud 30.0 %; Place name as a whole 50.0 %."]),
        (0.7, 0.3, "less", ["By place, furthest behind: Nord 70.0 %; Place name as a whole 50.0 %."]),
        (0.7, 0.3, "band", []),  # neither side of a band is behind
        (0.7, 0.5, "more", []),
    ],
)
def test_the_place_furthest_behind_is_named(
    quarter: Quarter, north: float, south: float, better: str, expected: list[str]
) -> None:
    assert furthest(by_place(quarter, north, south), better=better) == expected


def test_no_place_is_behind_that_chance_could_put_there(quarter: Quarter) -> None:
    assert furthest(by_place(quarter, 0.7, 0.3, limits=0.25)) == []
    assert furthest(quarter, "visit_count") == []  # of a count a larger place has more


def test_the_first_page_names_one_indicator_of_each_goal(quarter: Quarter) -> None:
    """Of the goal whose indicators are a count and a band nothing can be said."""
    views = Views(by_place(quarter, 0.7, 0.3), Words("en", quarter.calendar), EditionLabel())
    [said] = views.behind()
    assert plain(said).startswith("I2. By dimension name, the widest gap")
    assert "furthest behind: Sud" in said
