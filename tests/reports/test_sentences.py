"""The sentences are chosen and put by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from agenda.folder import Folder
from reports.escape import plain
from reports.marts import read_quarter
from reports.quarter.changes import compared
from reports.quarter.tables import Quarter
from reports.telling.sentences import Sentences
from reports.telling.unknown import Unknown
from reports.words import Words
from tests.reports.marts import build

Of = Callable[..., Sentences]


@pytest.fixture(scope="module")
def complete(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    """2026Q2 with nothing missing."""
    path = build(folder, tmp_path_factory.mktemp("marts") / "w.duckdb", "2024Q4", "2026Q2")
    return read_quarter(path, folder.initiative.calendar.parse("2026Q2"), folder)


def sentences(quarter: Quarter) -> Sentences:
    return Sentences(quarter, Words("en", quarter.calendar))


def put(quarter: Quarter, indicator: str, *, value: float | None = None, status: str = "A", code: str = "on_track",
        year: float | None = None, before: float | None = None, baseline: float | None = None,
        is_beyond_chance: bool | None = None, **row: float | str | None) -> Quarter:  # fmt: skip
    """The quarter with other numbers for the whole of one indicator in 2026Q2."""
    here = (pl.col("indicator") == indicator) & (pl.col("period") == "2026Q2")
    whole = here & (pl.col("place") == "all") & (pl.col("breakdown") == "")
    set_ = {"value": value, "status": status, "lower": None, "upper": None, **row}
    values = quarter.values.with_columns(
        pl.when(whole).then(pl.lit(v, quarter.values.schema[k])).otherwise(pl.col(k)).alias(k) for k, v in set_.items()
    )
    now = value or 0.0
    changes: dict[str, float | bool | None] = {}
    for earlier, then in (("year_before", year), ("previous", before), ("baseline", baseline)):
        _, value_, change, lower, upper, beyond = compared(earlier)
        changes |= {value_: then, change: None if then is None else now - then, lower: None, upper: None,
                    beyond: is_beyond_chance}  # fmt: skip
    trends = quarter.trends.with_columns(
        pl.when(here).then(pl.lit(v, quarter.trends.schema[k])).otherwise(pl.col(k)).alias(k)
        for k, v in changes.items()
    )
    standings = quarter.standings.with_columns(
        pl.when(here).then(pl.lit(code)).otherwise(pl.col("status_code")).alias("status_code")
    )
    return replace(quarter, values=values, trends=trends, standings=standings)


def said(quarter: Quarter, indicator: str) -> str:
    return plain(sentences(quarter).say(indicator)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"value": 0.55, "year": 0.5}, "I2 rose by 5.0 points in a year, to 55.0 %. On track for 60 % by December 2026."),
        ({"value": 0.5, "year": 0.51, "code": "at_risk"},
         "I2 fell by 1.0 point in a year, to 50.0 %. Behind the path to 60 % by December 2026."),
        ({"value": 0.5, "year": 0.5001, "code": "off_track"},
         "I2 stayed where it was a year ago, at 50.0 %. Off track for 60 % by December 2026, and moving away from it."),
        ({"value": 0.62, "before": 0.6, "code": "met"},
         "I2 rose by 2.0 points since Q1 2026, to 62.0 %. The target of 60 % by December 2026 is met."),
        ({"value": 0.55, "year": 0.5, "is_beyond_chance": True, "code": "no_target"},
         "I2 rose by 5.0 points in a year, to 55.0 %. That is more than chance would explain."),
        ({"value": 0.55, "before": 0.56, "is_beyond_chance": False, "code": "no_target"},
         "I2 fell by 1.0 point since Q1 2026, to 55.0 %. Chance alone could explain that."),
        ({"value": 0.55, "year": 0.55, "is_beyond_chance": False, "code": "no_target"},
         "I2 stayed where it was a year ago, at 55.0 %."),
        ({"value": 0.55, "year": 0.5, "baseline": 0.42, "code": "no_target"},
         "I2 rose by 5.0 points in a year, to 55.0 %. Since the baseline, Q4 2024, it rose by 13.0 points."),
        ({"value": 0.55, "baseline": 0.57, "is_beyond_chance": True, "code": "no_target"},
         "I2: 55.0 %. Since the baseline, Q4 2024, it fell by 2.0 points. That is more than chance would explain."),
        ({"value": 0.55, "baseline": 0.55, "is_beyond_chance": False, "code": "no_target"},
         "I2: 55.0 %. It is where it was at the baseline, Q4 2024."),
        ({"value": 0.62, "code": "met"}, "I2: 62.0 %. The target of 60 % by December 2026 is met."),
        ({"value": 0.5, "code": "no_target"}, "I2: 50.0 %."),
        ({"value": 0.5, "year": 0.4, "status": "P", "actual_reporters": 1, "expected_reporters": 2},
         "I2 rose by 10.0 points in a year, to 50.0 %. On track for 60 % by December 2026. "
         "Provisional: 1 of 2 partners reported."),
        ({"value": None, "status": "O"}, "There is no value for the second quarter 2026: it was not reported."),
        ({"value": None, "status": "M", "denominator": 0},
         "There is no value for the second quarter 2026: nothing was counted to divide by."),
        ({"value": None, "status": "M"}, "There is no value for the second quarter 2026: there can be none."),
        ({"value": None, "status": "Q"}, "There is no value for the second quarter 2026: a partner suppressed a part of "
         "it, so that the sum is not known."),
        ({"value": None, "status": "U", "numerator": 12, "denominator": 20},
         "In the second quarter 2026 it was 12 of 20: too few to tell."),
        ({"value": None, "status": "Q", "conf_status": "A"},
         "The value for the second quarter 2026 is withheld to protect people."),
    ],
)  # fmt: skip
def test_an_indicator_is_put_into_words(complete: Quarter, case: dict, expected: str) -> None:
    assert said(put(complete, "active_share", **case), "active_share") == expected


def test_a_band_is_named(complete: Quarter) -> None:
    changed = put(complete, "member_ratio", value=1.2, year=1.0)
    assert said(changed, "member_ratio") == (
        "I3 rose by 0.20 in a year, to 1.20 visits a member. Inside the agreed band of 0.5 to 1.5 by December 2026."
    )
    outside = put(complete, "member_ratio", value=1.7, year=1.0, code="at_risk")
    assert "Just outside the agreed band" in said(outside, "member_ratio")


def test_best_and_worst_go_by_status_then_by_movement(complete: Quarter) -> None:
    quarter = put(complete, "visit_count", value=1700.0, year=1600.0, code="on_track")
    quarter = put(quarter, "active_share", value=0.5, year=0.42, code="on_track")
    quarter = put(quarter, "member_ratio", value=1.0, year=1.0, code="at_risk")
    marks = [(mark, plain(text)) for mark, text in sentences(quarter).three()]
    assert [mark for mark, _ in marks] == ["best", "worst", "sure"]
    assert marks[0][1].startswith("I2 rose by 8.0 points")  # 8 of 20 points asked for, more than 100 of some 900 visits
    assert marks[1][1].startswith("I3 stayed where it was")
    assert marks[2][1] == "Everything that was owed has been reported, and every number is complete."


def test_falling_can_be_best_where_less_is_better(complete: Quarter) -> None:
    assert sentences(put(complete, "visit_count", value=90.0, year=100.0)).moved["visit_count"].gain < 0
    less = complete.indicators["visit_count"].model_copy(update={"better": "less"})
    quarter = put(complete, "visit_count", value=90.0, year=100.0)
    quarter.__dict__["indicators"] = {**complete.indicators, "visit_count": less}
    assert sentences(quarter).moved["visit_count"].gain > 0


def test_the_most_doubtful_comes_last(complete: Quarter) -> None:
    absent = put(complete, "active_share", value=None, status="O")
    assert plain(sentences(absent).three()[-1][1]) == "Not known for this quarter: I2 (not reported)."
    half = put(complete, "visit_count", value=5.0, status="P", actual_reporters=1, expected_reporters=2)
    assert sentences(half).three()[-1][0] == "doubt"
    assert plain(sentences(half).three()[-1][1]) == "Indicator name: provisional, as 1 of 2 partners reported."
    part = put(complete, "visit_count", value=5.0, status="P", actual_reporters=2, expected_reporters=2)
    assert "some of what was owed" in sentences(part).three()[-1][1]
    wide = put(complete, "active_share", value=0.5, status="U", lower=0.3, upper=0.7)
    assert plain(sentences(wide).three()[-1][1]).replace("\u00a0", " ") == (
        "I2: somewhere from 30.0 % to 70.0 %; read it with care."
    )


def test_the_headline_is_the_storys_or_computed(complete: Quarter, tmp_path: Path) -> None:
    assert sentences(complete).headline() == "A quarter to remember"
    untold = replace(complete, folder=replace(complete.folder, stories={}))
    good = sum(s.standing.code in ("met", "on_track") for s in sentences(untold).moved.values())
    assert f"{good} of 3 indicators with a target" in sentences(untold).headline()
    empty = replace(untold, values=untold.values.clear())
    assert sentences(empty).headline() == "No numbers yet for the second quarter 2026"
    assert [mark for mark, _ in sentences(empty).three()] == ["doubt"]


def test_what_is_not_known_is_said(quarter: Quarter) -> None:
    words = Words("en", quarter.calendar)
    unknown = [plain(sentence) for sentence in Unknown(quarter, words).sentences()]
    assert unknown == ["P2 did not report. Owed: Measure name and M3.", "I2: not reported for Sud."]


def test_activities_of_the_quarter_stand_by_what_moved(quarter: Quarter) -> None:
    """One that ended years ago doesn't."""
    by = {moved.indicator.id: activities for moved, _, activities in sentences(quarter).movers()}
    assert [activity.partner for activity in by.get("visit_count", [])] in ([], ["alpha"])
    assert [activity.partner for activity in sentences(quarter).activities("visit_count")] == ["alpha"]
