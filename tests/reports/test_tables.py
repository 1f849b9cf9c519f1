"""What is read from the marts, and that nothing later than the quarter comes along."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from agenda.errors import Unavailable
from agenda.folder import Folder
from agenda.versions import versions
from reports.marts import read_quarter
from reports.quarter.tables import Quarter


def test_nothing_of_later_periods_is_read(folder: Folder, warehouse: Path) -> None:
    """The warehouse knows 2026Q3; a report of 2026Q2 does not."""
    quarter = read_quarter(warehouse, folder.initiative.calendar.parse("2026Q2"), folder)
    assert quarter.values["period_end"].max() == date(2026, 7, 1)
    assert "2026" not in quarter.values.filter(pl.col("period_type") == "year")["period"]
    for frame in (quarter.trends, quarter.standings, quarter.contributors):
        assert not set(frame["period"]) & {"2026Q3", "2026-07", "2026-08", "2026-09", "2026"}
    assert [str(period) for period, _ in quarter.series("visit_count")][-1] == "2026Q2"
    assert quarter.findings.is_empty()  # the faults were in a file for 2026Q3
    assert all(not reporter.missing for reporter in quarter.reporters)  # who is late is late for 2026Q3


def test_equal_facts_are_read_in_equal_order(folder: Folder, warehouse: Path, tmp_path: Path) -> None:
    """Rows of a warehouse stand in no order; those of a quarter do."""
    shuffled = tmp_path / "shuffled.duckdb"
    with duckdb.connect(str(shuffled)) as connection:
        connection.execute(f"attach '{warehouse}' as w (read_only)")
        for (table,) in connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'w'"
        ).fetchall():
            connection.execute(f"create table {table} as select * from w.{table} order by random()")
    period = folder.initiative.calendar.parse("2026Q2")
    one, other = (read_quarter(path, period, folder) for path in (warehouse, shuffled))
    for name in ("values", "trends", "standings", "reporting", "contributors", "readings", "findings"):
        assert getattr(one, name).equals(getattr(other, name)), name


def test_values_can_be_looked_up(quarter: Quarter) -> None:
    whole = quarter.value("visit_count")
    assert whole is not None
    assert (whole.period.key, whole.place, whole.status) == ("2026Q2", "all", "P")
    assert (whole.expected, whole.actual) == (2, 1)
    young = quarter.value("visit_count", breakdown="age", members="age=young")
    assert young is not None
    assert young.members == "age=young"
    assert quarter.value("visit_count", place="nowhere") is None
    missing = quarter.value("active_share", place="south")
    assert missing is not None
    assert (missing.value, missing.status) == (None, "O")


def test_a_series_keeps_its_gaps(quarter: Quarter) -> None:
    series = quarter.series("active_share")
    assert [str(period) for period, _ in series] == [
        "2024Q4",
        "2025Q1",
        "2025Q2",
        "2025Q3",
        "2025Q4",
        "2026Q1",
        "2026Q2",
    ]
    assert [value is None for _, value in series] == [False, False, True, False, False, False, False]


def test_who_reported(quarter: Quarter) -> None:
    alpha, beta = quarter.expected_reporters
    assert (alpha.has_reported, alpha.missing) == (True, ())
    assert (beta.has_reported, beta.missing) == (False, ("visits", "active"))
    reported, missing = quarter.contributors_of("visit_count")
    assert ([p.id for p in reported], [p.id for p in missing]) == (["alpha"], ["beta"])


def test_an_indicator_without_quarters_is_shown_by_its_last_period(quarter: Quarter) -> None:
    assert quarter.shown_period("visit_count").key == "2026Q2"
    yearly = quarter.indicators["visit_count"].model_copy(update={"periods": ("year",)})
    monthly = quarter.indicators["visit_count"].model_copy(update={"periods": ("month",)})
    added = {"yearly": versions(yearly, quarter.calendar), "monthly": versions(monthly, quarter.calendar)}
    quarter.__dict__["versions"] = {**quarter.versions, **added}
    assert quarter.shown_period("yearly").key == "2025"
    assert quarter.shown_period("monthly").key == "2026-06"
    del quarter.__dict__["versions"]


def test_a_broken_warehouse_is_unavailable(folder: Folder, tmp_path: Path) -> None:
    period = folder.initiative.calendar.parse("2026Q2")
    with pytest.raises(Unavailable, match=r"none\.duckdb"):
        read_quarter(tmp_path / "none.duckdb", period, folder)
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(Unavailable, match="meta_build"):
        read_quarter(tmp_path / "empty.duckdb", period, folder)
