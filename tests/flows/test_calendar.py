"""What is due follows from the calendar and the store alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from agenda.starter import write_starter
from flows.calendar import due_quarters
from flows.workspace import Workspace


def due(path: Path, today: date, start: str = "2026Q1") -> list[str]:
    write_starter(path)
    initiative = path / "initiative.yml"
    initiative.write_text(initiative.read_text().replace("reports_from: 2026Q1", f"reports_from: {start}"))
    return [period.key for period in due_quarters(Workspace.open(path), today)]


def test_a_quarter_is_due_three_weeks_after_its_end(tmp_path: Path) -> None:
    assert due(tmp_path / "a", date(2026, 4, 20)) == []
    assert due(tmp_path / "b", date(2026, 4, 22)) == ["2026Q1"]


def test_missed_quarters_are_caught_up_in_order(tmp_path: Path) -> None:
    assert due(tmp_path / "a", date(2026, 11, 1)) == ["2026Q1", "2026Q2", "2026Q3"]


def test_without_a_beginning_only_the_newest_is_due(tmp_path: Path) -> None:
    write_starter(tmp_path / "a")
    initiative = tmp_path / "a/initiative.yml"
    initiative.write_text("\n".join(line for line in initiative.read_text().splitlines() if "reports_from" not in line))
    found = due_quarters(Workspace.open(tmp_path / "a"), date(2026, 11, 1))
    assert [period.key for period in found] == ["2026Q3"]
