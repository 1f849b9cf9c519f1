"""Gaps between groups: the model `ind_gaps` and what the pages reckon for themselves say the same."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from agenda.lint import read
from reports.quarter.gaps import Estimate, beside
from reports.quarter.tables import Value
from tests.dbt.conftest import INITIATIVE, Warehouse
from tests.dbt.lake_fixture import Lake, Reading


def test_the_model_and_the_pages_reckon_alike(tmp_path: Path, build: Callable[..., Warehouse]) -> None:
    folder = read(INITIATIVE)
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    chance = random.Random(5)
    lake.deliver(Reading("r", "centers", [
        ("enrolled", month, place, f"age={age}|setting={setting}", chance.randrange(20))
        for month in ("2024-09", "2024-12", "2025-09", "2025-12", "2026-09") for place in ("north", "south", "harbor")
        for age in ("infant", "toddler") for setting in ("center", "home") if chance.random() < 0.9
    ]))  # fmt: skip
    warehouse = build(lake.path)
    slices: dict[tuple[str, ...], dict[str, Value]] = defaultdict(dict)
    for indicator, key, place, breakdown, members, value, lower, upper, status in warehouse.rows(
        """select indicator, period, place, breakdown, members, value, lower, upper, status from ind_values
        where breakdown <> '' and value is not null and members not like '%age=young%'  -- no group beside its parts"""
    ):
        period = folder.initiative.calendar.parse(key)
        found = Value(indicator, period, place, breakdown, members, value, None, None, lower, upper, status, 0, 0)
        slices[indicator, key, place, breakdown][members] = found
    indicators = {indicator.id: indicator for indicator in folder.agenda.indicators}
    expected = []
    for (indicator, key, place, breakdown), now in slices.items():
        of = indicators[indicator]
        if of.against(tuple(breakdown.split(" * "))) is None:
            continue
        period = folder.initiative.calendar.parse(key)
        years = {"month": 12, "quarter": 4, "year": 1}[period.type]
        before = slices.get((indicator, folder.initiative.calendar.shift(period, -years).key, place, breakdown), {})
        for gap in beside(now, before, None, of.better == "less", of.interval != "none"):
            expected.append((indicator, key, place, gap.members, gap.against, *numbers(gap.difference),
                             *numbers(gap.ratio), *numbers(gap.change)))  # fmt: skip
    found = warehouse.rows(
        """select indicator, period, place, members, against, difference, difference_lower, difference_upper, ratio,
            ratio_lower, ratio_upper, change_year_before, change_lower, change_upper from ind_gaps"""
    )
    assert len(expected) > 10
    assert any(row[-1] is not None for row in expected)
    assert sorted(found) == [pytest.approx(row, rel=1e-12, abs=1e-12) for row in sorted(expected)]


def numbers(estimate: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (estimate.value, estimate.lower, estimate.upper) if estimate else (None, None, None)
