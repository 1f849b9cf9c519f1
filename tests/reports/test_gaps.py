"""Gaps between groups on the page: reckoned from what is shown, said in words, and who is not seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from agenda.folder import Folder
from reports.marts import read_quarter
from reports.quarter.gaps import Estimate
from reports.quarter.tables import Quarter
from reports.rendering.pages import write_project
from reports.telling.gap_words import GapWords
from reports.telling.value_tables import ValueTables
from reports.words import Words
from tests.reports.marts import build


@pytest.fixture(scope="module")
def full(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    path = build(folder, tmp_path_factory.mktemp("gaps") / "w.duckdb", "2024Q4", "2026Q2")
    return read_quarter(path, folder.initiative.calendar.parse("2026Q2"), folder)


def with_groups(quarter: Quarter, **groups: tuple[float | None, float, float, str]) -> Quarter:
    """The quarter with these values of active_share by age (member and period: value, limits, CONF_STATUS)."""
    values = quarter.values
    for name, (value, lower, upper, conf) in groups.items():
        member, period = name.split("_")
        row = ((pl.col("indicator") == "active_share") & (pl.col("period") == period) & (pl.col("place") == "all")
               & (pl.col("members") == f"age={member}"))  # fmt: skip
        changed = {"value": value, "lower": lower if value is not None else None,
                   "upper": upper if value is not None else None, "status": "A" if value is not None else "Q",
                   "conf_status": conf}  # fmt: skip
        values = values.with_columns(
            pl.when(row).then(pl.lit(new, dtype=values.schema[column])).otherwise(pl.col(column)).alias(column)
            for column, new in changed.items()
        )
    return replace(quarter, values=values)


def words_of(quarter: Quarter, indicator: str = "active_share") -> GapWords:
    words = Words("en", quarter.calendar)
    return GapWords(quarter, words, ValueTables(quarter, words), quarter.indicators[indicator])


def test_a_difference_and_a_ratio_have_limits() -> None:
    """Newcombe (1998), 56 of 70 and 48 of 80: method 10 gives 0.0524 to 0.3339."""
    one, other = Estimate(0.8, 0.6918335550, 0.8769526075), Estimate(0.6, 0.4904546501, 0.7003817240)
    assert (one - other).lower == pytest.approx(0.0524, abs=5e-5)
    assert (one - other).upper == pytest.approx(0.3339, abs=5e-5)
    assert (one - Estimate(0.6)).lower is None
    assert Estimate(10, 4, 16) / Estimate(4, 4, 4) == Estimate(2.5, 1.0, 4.0)
    assert (Estimate(10, 4, 16) / Estimate(4, 0, 9)).upper is None
    assert (Estimate(0, 0, 1) / Estimate(4, 3, 5)).lower == 0.0


def test_the_widest_gap_is_said_in_words(full: Quarter) -> None:
    narrow = with_groups(
        full, young_2026Q2=(0.41, 0.40, 0.42, "F"), old_2026Q2=(0.83, 0.82, 0.84, "F"),
        young_2025Q2=(0.30, 0.29, 0.31, "F"), old_2025Q2=(0.80, 0.79, 0.81, "F"),
    )  # fmt: skip
    name = "By dimension name, the widest gap: Member name"
    assert list(words_of(narrow).sentences()) == [
        f"{name} 41.0\u00a0%, Alt 83.0\u00a0%: 42.0 points. A year before it was 50.0 points: it is closing."
    ]
    wide = with_groups(narrow, young_2026Q2=(0.2, 0.19, 0.21, "F"))
    [said] = words_of(wide).sentences()
    assert said.endswith("A year before it was 50.0 points: it is widening.")
    unsure = with_groups(narrow, young_2026Q2=(0.41, 0.11, 0.71, "F"))
    [said] = words_of(unsure).sentences()
    assert said.endswith("A year before it was 50.0 points; chance could make that change.")
    [table] = words_of(narrow).tables()
    assert table.head == ("Group", "Value", "Difference", "Ratio", "A year before")
    assert table.rows == (
        ("Member name", "41.0\u00a0%", "−42.0 (−43.4 to −40.6)", "0.49 (0.48 to 0.51)", "−50.0"),
        ("Alt", "83.0\u00a0%", "compared with", "", ""),
    )


def test_what_is_withheld_has_no_gap_and_is_named_as_not_seen(full: Quarter) -> None:
    hidden = with_groups(full, old_2026Q2=(None, 0.0, 0.0, "A"))
    assert list(words_of(hidden).sentences()) == []
    assert list(words_of(hidden).tables()) == []
    unseen = words_of(hidden).unseen()
    assert unseen is not None
    assert unseen.rows == (("Alt", "withheld to protect people"),)
    earlier = with_groups(full, old_2025Q2=(None, 0.0, 0.0, "A"))
    [said] = words_of(earlier).sentences()
    assert "year before" not in said
    assert words_of(full).unseen() is None


def test_a_count_has_no_gaps(full: Quarter) -> None:
    assert list(words_of(full, "visit_count").sentences()) == []


def test_pages_say_gaps_and_print_them(full: Quarter, tmp_path: Path) -> None:
    write_project(full, tmp_path / "project")
    goal = (tmp_path / "project/goals/stay.qmd").read_text()
    assert "the widest gap" in goal
    assert "gaps by dimension name" in goal
    assert "the widest gap" in (tmp_path / "project/report.qmd").read_text()
