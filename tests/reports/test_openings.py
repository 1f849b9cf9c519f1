"""Beside the numbers of places stands which of them opened, closed or became a part of others within a year."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agenda.model import Place
from agenda.periods import Calendar
from reports.telling.openings import openings
from reports.words import Words

CALENDAR = Calendar()
PLACES = [
    Place(id="all", name="All", level="region"),
    Place(id="west", name="West", level="town", parent="all"),
    Place(id="east", name="East", level="town", parent="all", until="2026-05", into="west"),
    Place(id="hill", name="Hill", level="town", parent="all", since="2026Q2"),
    Place(id="quay", name="Quay", level="town", parent="all", until="2025Q4"),
    Place(id="farm", name="Farm", level="site", parent="west", until="2025Q4"),
]


@pytest.mark.parametrize(
    ("quarter", "said"),
    [
        ("2025Q4", []),
        ("2026Q2", ["East has been a part of West since the end of May 2026.", "Hill opened in Q2 2026.",
                    "Quay closed at the end of Q4 2025."]),
        ("2027Q1", ["East has been a part of West since the end of May 2026.", "Hill opened in Q2 2026."]),
        ("2027Q3", []),
    ],
)  # fmt: skip
def test_what_opened_and_closed_is_said_for_a_year(quarter: str, said: list[str]) -> None:
    agenda = SimpleNamespace(agenda=SimpleNamespace(places=PLACES))
    made: Any = SimpleNamespace(calendar=CALENDAR, period=CALENDAR.parse(quarter), folder=agenda)
    towns = [place for place in PLACES if place.id in ("west", "hill")]
    assert list(openings(made, Words("en", CALENDAR), towns)) == said
