"""Statuses and projections of numbers made by chance agree with the rules in plain Python."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from agenda.lint import read
from tests.dbt.conftest import INITIATIVE, Warehouse
from tests.dbt.lake_fixture import Lake, Reading, Row
from tests.dbt.oracle_targets import Targets

GROUPS = ["age=infant", "age=toddler"]


def walk(chance: random.Random) -> list[Row]:
    """Four years of months and quarters, now up, now down, some of them missing or suppressed."""
    rows: list[Row] = []
    level = dict.fromkeys(GROUPS, 20.0) | {"north": 60.0, "south": 40.0}
    for month in (f"{year}-{number:02}" for year in range(2023, 2027) for number in range(1, 13)):
        if chance.random() < 0.04:
            continue
        for place in ("north", "south"):
            for group in GROUPS:
                level[group] = max(level[group] * chance.uniform(0.95, 1.08), 1.0)
                rows.append(("awards", month, place, group, "Q" if chance.random() < 0.01 else round(level[group])))
    for quarter in (f"{year}Q{number}" for year in range(2024, 2027) for number in range(1, 5)):
        for place in ("north", "south"):
            level[place] *= chance.uniform(0.8, 1.1)
            if chance.random() < 0.96:
                rows.append(("waiting", quarter, place, "", round(level[place])))
    return rows


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, build: Callable[..., Warehouse]) -> Warehouse:
    folder = read(INITIATIVE)
    lake = Lake(tmp_path_factory.mktemp("walk") / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    lake.deliver(Reading("walk", "agency", walk(random.Random(7))))
    return build(lake.path)


@pytest.fixture(scope="module")
def targets(built: Warehouse) -> Targets:
    rows = built.rows("select indicator, period, place, breakdown, members, value, status from ind_values")
    return Targets(read(INITIATIVE), {tuple(row[:5]): tuple(row[5:]) for row in rows})  # type: ignore[misc]


def test_statuses_agree(built: Warehouse, targets: Targets) -> None:
    calendar, expected = targets.calendar, {}
    periods = [calendar.parse(key) for (key,) in built.rows("select period from dim_periods")]
    for indicator in targets.folder.agenda.indicators:
        for group in {(targets.root, "", ""), *map(targets.group, indicator.targets)}:
            for period in (p for p in periods if p.type in indicator.periods):
                expected[indicator.id, period.key, *group] = targets.status(indicator, period, group)
    query = "select indicator, period, place, breakdown, members, path_value, status_code from ind_status"
    found = {tuple(row[:5]): row[5:] for row in built.rows(query)}
    assert {key: code for key, (_, code) in found.items()} == {key: code for key, (_, code) in expected.items()}
    assert {key: path for key, (path, _) in found.items()} == pytest.approx(
        {k: path for k, (path, _) in expected.items()}
    )
    of_groups = {code for (*_, place, _, members), (_, code) in found.items() if members or place != targets.root}
    assert of_groups >= {"met", "on_track", "at_risk", "off_track", "no_data"}


def test_projections_agree(built: Warehouse, targets: Targets) -> None:
    expected = {}
    for indicator in targets.folder.agenda.indicators:
        for (key,) in built.rows("select period from dim_periods"):
            period = targets.calendar.parse(key)
            if period.type in indicator.periods:
                for one in targets.projected(indicator, period):
                    said = (one.periods, one.first.key, one.by.key, one.outlook)
                    expected[indicator.id, key, one.ahead] = (said, one[1:4])
    query = """select indicator, period, ahead, periods, first_period, target_period, outlook, value, lower, upper
        from ind_projections"""
    found = {tuple(row[:3]): (tuple(row[3:7]), row[7:]) for row in built.rows(query)}
    assert {key: said for key, (said, _) in found.items()} == {key: said for key, (said, _) in expected.items()}
    for key, (_, numbers) in found.items():
        assert numbers == pytest.approx(expected[key][1], rel=1e-6)
    assert {said[0] for said, _ in found.values()} == {4, 5, 6, 7, 8}
    assert {said[3] for said, _ in found.values()} >= {"reached", "likely", "unlikely", "missed"}
    assert {key[0] for key in found} == {"awards_paid", "waiting_children"}
