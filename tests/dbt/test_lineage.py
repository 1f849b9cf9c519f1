"""Lakes in which everything happens at once: the lineage of each value adds up to it by the rules of its measure."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from agenda.lint import read
from flows.explain import explain
from tests.dbt.conftest import INITIATIVE, Warehouse
from tests.dbt.lake_fixture import Lake
from tests.dbt.test_rules import made_up


def test_every_value_is_made_of_the_numbers_that_are_listed(tmp_path: Path, build: Callable[..., Warehouse]) -> None:
    """`explain` refuses where they don't: means, maxima, overlaps, precedence, nested places and longer periods, too."""
    folder = read(INITIATIVE)
    chance = random.Random(11)
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    for reading, key in made_up(chance):
        lake.deliver(reading, key=key)
    warehouse = build(lake.path)
    rows = warehouse.rows("select indicator, period, place, members, value from ind_values order by all")
    assert {row[0] for row in rows} == {indicator.id for indicator in folder.agenda.indicators}
    for indicator, period, place, members, value in chance.sample(rows, 25):
        where = dict(part.split("=") for part in members.split("|") if part)
        target = folder.initiative.calendar.parse(period)
        assert explain(folder, warehouse.path, indicator, target, place, where).value == value
