"""Places that open, merge and close: totals hold, and a place is compared with all that it is made of."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agenda.lint import read
from agenda.tables import agenda_tables
from flows import explain_words
from flows.explain import explain
from tests.dbt.conftest import INITIATIVE, Warehouse
from tests.dbt.lake_fixture import Lake, Reading, Row
from tests.dbt.oracle import Oracle, current

MONTHS = ["2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
CLOSES = {"east": "2025-10", "west": "2025-12"}
DAYS = {"east": date(2025, 10, 1), "west": date(2025, 12, 1)}
OPENS = {"west": "2025-08"}
PLACES = """
  - {id: east, name: East, level: county, parent: state, until: 2025-09, into: south}
  - {id: west, name: West, level: county, parent: state, since: 2025-08, until: 2025-11, into: south}
dimensions:"""


def test_totals_hold_and_a_place_is_compared_with_all_that_it_is_made_of(
    tmp_path: Path, build: Callable[..., Warehouse]
) -> None:
    shutil.copytree(INITIATIVE, tmp_path / "initiative")
    agenda = tmp_path / "initiative/agenda.yml"
    agenda.write_text(agenda.read_text().replace("\ndimensions:", PLACES, 1))
    with (tmp_path / "initiative/children.csv").open("a") as figures:
        figures.write("east,2024,infant,30\neast,2024,toddler,35\nwest,2024,infant,40\n")
    folder = read(tmp_path / "initiative")
    calendar, chance = folder.initiative.calendar, random.Random(8)
    rows: dict[str, list[Row]] = {"centers": [], "homes": []}
    for partner, own in rows.items():
        for month in MONTHS:
            for place in ("north", "south", "east", "west"):
                if OPENS.get(place, month) <= month < CLOSES.get(place, "9") and (partner, place) != ("homes", "east"):
                    own.append(("awards", month, place, "", Decimal(chance.randrange(40)) / 4))
                    own += [
                        ("enrolled", month, place, f"age={age}", chance.randrange(90)) for age in ("infant", "toddler")
                    ]
    lake = Lake(tmp_path / "lake", calendar)
    lake.land_agenda(folder)
    readings = [Reading(partner, partner, own) for partner, own in rows.items()]
    lake.deliver(*readings)
    warehouse = build(lake.path)

    reference = [
        (r["measure"], r["place"], r["year"], r["members"], r["value"])
        for r in agenda_tables(folder)["reference_values"].to_pylist()
    ]
    numbers = current(folder, [(reading, reading.partner) for reading in readings])
    oracle = Oracle(folder, numbers, reference)
    indicators = {i.id: i for i in folder.agenda.indicators}
    periods = {key: calendar.parse(key) for (key,) in warehouse.rows("select period from dim_periods")}
    for id_ in ("enrolled_children", "uptake", "awards_paid"):
        for key, period in periods.items():
            if period.type in indicators[id_].periods:
                told = warehouse.value(id_, "state", period=key)
                for _, numerator, denominator, *_ in oracle.indicator(indicators[id_], period, "state", ()):
                    assert told is not None
                    assert told[1:3] == (numerator, denominator), (id_, key)

    seen = set()
    for id_, key, previous, value, merged in warehouse.rows(
        """select indicator, period, previous_period, previous_value, merged_places from ind_trends
        where place = 'south' and members = '' and indicator in ('enrolled_children', 'uptake', 'awards_paid')"""
    ):
        if previous in periods:
            now, before = periods[key], periods[previous]
            is_torn = any(at.start < day < at.end for at in (now, before) for day in DAYS.values())
            taken_in = [place for place, day in DAYS.items() if before.start < day <= now.start]
            sums = [warehouse.value(id_, place, period=previous) for place in ("south", *taken_in)]
            expected = None
            if not is_torn and all(one and one[1] is not None for one in sums):
                per = sum(one[2] for one in sums) if id_ == "uptake" else 1  # type: ignore[index]
                expected = float(sum(one[1] for one in sums)) / float(per)  # type: ignore[index]
            assert value == pytest.approx(expected), (id_, key)
            if expected is not None:  # there may be more of them in the baseline
                assert set(taken_in) <= set((merged or "").split("|")), (id_, key)
            seen.add((is_torn, tuple(taken_in), value is None))
    assert seen > {(False, (), False), (False, ("east",), False), (False, ("west",), False)}
    assert {is_none for is_torn, _, is_none in seen if is_torn} == {True}, "a period of a merge is compared with none"
    assert not warehouse.rows(
        "select 1 from fct_coverage where place = 'east' and period >= '2025-10' and period < '2026'"
    )
    assert not warehouse.rows(
        "select 1 from ind_values where place = 'west' and period in ('2025-07', '2026-01', '2026Q3')"
    )

    made = explain(folder, warehouse.path, "enrolled_children", calendar.parse("2025-10"), "south")
    assert "what was before holds East, as a part of this place by now" in "\n".join(explain_words.lines(made))
