"""Lakes made by chance, in which everything happens at once: the models agree with the rules in plain Python."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from agenda.folder import Folder
from agenda.lint import read
from agenda.tables import agenda_tables, members_text
from tests.dbt.conftest import INITIATIVE, Warehouse
from tests.dbt.lake_fixture import Lake, Reading, Row
from tests.dbt.oracle import Limits, Oracle, changed, current, is_wide

PARTNERS = ["agency", "centers", "homes"]
PERIODS = ["2025-07", "2025-08", "2025-09", "2025-10", "2025-12", "2026-01", "2026Q1", "2026Q2", "2026Q3", "2026"]
PLACES = ["state", "north", "south", "harbor"]
SPLITS = {
    "enrolled": ["", "age=infant", "age=toddler", "setting=center", "setting=home", "age=infant|setting=center",
                 "age=infant|setting=home", "age=toddler|setting=center", "age=toddler|setting=home"],
    "awards": ["", "age=infant", "age=toddler"],
    "reached": ["", "age=infant", "age=toddler"],
    "fill": ["", "age=infant", "age=toddler"],
}  # fmt: skip
MEASURES = ["enrolled", "spots", "awards", "waiting", "staff", "peak", "reached", "fill"]


def made_up(chance: random.Random) -> Iterator[tuple[Reading, str]]:
    """Deliveries of all kinds and their keys; some repeat an earlier reading, some are a newer version of a file."""
    earlier: list[Reading] = []
    for number in range(40):
        key = chance.choice(["", "", "", "monthly.csv", "other.csv"])
        if earlier and chance.random() < 0.15:
            yield (again := chance.choice(earlier)), key or f"{again.reading}.csv"
            continue
        measures = chance.sample(MEASURES, chance.randint(1, 3))
        partner = chance.choice(PARTNERS)
        plain = partner == "centers"  # whose reports can't count anything twice, so they take the short way
        periods = chance.sample([p for p in PERIODS if "-" in p] if plain else PERIODS, chance.randint(1, 4))
        places = chance.sample(["north", "south"] if plain else PLACES, chance.randint(1, 2 if plain else 3))
        rows: list[Row] = []
        for measure in measures:
            ways = SPLITS.get(measure, [""])
            ways = ways[-2:] if plain else chance.sample(ways, chance.randint(1, min(4, len(ways))))
            for period in periods:
                for place in places:
                    rows += [(measure, period, place, m, amount(chance)) for m in ways if chance.random() < 0.8]
        lost = [
            (m if chance.random() < 0.8 else None, p if chance.random() < 0.8 else None,
             chance.choice([None, *PLACES]), chance.choice([None, ""]))
            for m in measures for p in periods if chance.random() < 0.15
        ]  # fmt: skip
        people = {
            tuple(row[:4]): chance.sample(range(300), chance.randint(0, int(row[4])))
            for row in rows if row[0] == "reached" and isinstance(row[4], Decimal) and chance.random() < 0.7
        }  # fmt: skip
        reading = Reading(
            f"r{number}", partner, rows, people=people, layout=chance.choice(["a", "b"]),
            mode=chance.choice(["replaces", "updates"]), outcome=chance.choice(["accepted"] * 9 + ["rejected"]), rejected=lost,
        )  # fmt: skip
        earlier.append(reading)
        yield reading, key or f"{reading.reading}.csv"


def amount(chance: random.Random) -> Decimal | str:
    """A number; now and then that it is missing, not applicable or suppressed."""
    return chance.choice("MOOQ") if chance.random() < 0.08 else Decimal(chance.randrange(400)) / 4


@pytest.mark.parametrize("seed", [5])
def test_models_agree_with_the_rules_in_plain_python(
    seed: int, tmp_path: Path, build: Callable[..., Warehouse]
) -> None:
    folder = read(INITIATIVE)
    deliveries = list(made_up(random.Random(seed)))
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    for reading, key in deliveries:
        lake.deliver(reading, key=key)
    reference = [
        (r["measure"], r["place"], r["year"], r["members"], r["value"])
        for r in agenda_tables(folder)["reference_values"].to_pylist()
    ]
    oracle = Oracle(folder, current(folder, deliveries), reference)
    warehouse = build(lake.path)
    assert {plain for (plain,) in warehouse.rows("select is_plain from int_reports")} == {True, False}

    expected = {}
    for indicator in folder.agenda.indicators:
        for (period,) in warehouse.rows("select period from int_periods"):
            target = folder.initiative.calendar.parse(period)
            if target.type in indicator.periods:
                for place in PLACES:
                    for shown in [(), *indicator.breakdowns]:
                        for members, *numbers in oracle.indicator(indicator, target, place, shown):
                            key = (indicator.id, period, place, " * ".join(shown), members_text(dict(members)))
                            expected[key] = numbers
    found = {
        tuple(row[:5]): row[5:]
        for row in warehouse.rows(
            "select indicator, period, place, breakdown, members, numerator, denominator, value, lower, upper, status"
            " from ind_values"
        )
    }
    assert len(expected) > 300
    assert {key: list(row[:2]) for key, row in found.items()} == {key: row[:2] for key, row in expected.items()}
    times = {indicator.id: indicator.formula.times for indicator in folder.agenda.indicators}
    kinds = {indicator.id: indicator.formula.kind for indicator in folder.agenda.indicators}
    absences = {"M": 0, "O": 0, "Q": 0, "U": 0}
    wide = standardised = 0
    for (indicator_id, *_), (numerator, denominator, bounds, absence, rate), (_, _, value, lower, upper, status) in (
        (key, expected[key], row) for key, row in found.items()
    ):
        if absence is not None:
            assert (value, status) == (None, absence)
            absences[absence] += 1
        else:
            is_flagged = is_wide(folder.initiative.show, kinds[indicator_id], value, lower, upper)
            wide += is_flagged
            assert status in ("UP" if is_flagged else "AP")
            if rate is not None:
                assert value == pytest.approx(rate * times[indicator_id], rel=1e-12)
                standardised += 1
            else:
                assert value == float(numerator * times[indicator_id]) / float(
                    1 if denominator is None else denominator
                )
        if indicator_id in ("waiting_children", "families_reached") and absence is None:
            assert (lower, upper) == (float(bounds[0]), float(bounds[1]))
    assert all(absences.values()), absences
    assert wide
    assert standardised
    compare_changes(folder, warehouse)
    assert cohorts(folder, oracle, warehouse) > 10


def compare_changes(folder: Folder, warehouse: Warehouse) -> None:
    """Every change of the warehouse is that of the two values that it has."""
    calendar, indicators = folder.initiative.calendar, {i.id: i for i in folder.agenda.indicators}
    key = "indicator, period, place, breakdown, members"
    values: dict[tuple[str, ...], Limits] = {}
    for (indicator, *rest), value, lower, upper in (
        (row[:5], *row[5:]) for row in warehouse.rows(f"select {key}, value, lower, upper from ind_values")
    ):
        has_limits = indicators[indicator].interval != "none"
        values[indicator, *rest] = (value, lower if has_limits else None, upper if has_limits else None)
    seen = set()
    for (indicator, key_, place, breakdown, members), *found in (
        (row[:5], row[5:10], row[10:15], row[15:])
        for row in warehouse.rows(
            f"""select {key}, previous_value, change_previous, change_previous_lower, change_previous_upper,
                is_beyond_chance_previous, year_before_value, change_year_before, change_year_before_lower,
                change_year_before_upper, is_beyond_chance_year_before, baseline_value, change_baseline,
                change_baseline_lower, change_baseline_upper, is_beyond_chance_baseline from ind_trends"""
        )
    ):
        period, baseline = calendar.parse(key_), indicators[indicator].baseline
        steps = {"month": 12, "quarter": 4, "year": 1}[period.type]
        then = [calendar.shift(period, -1).key, calendar.shift(period, -steps).key]
        expected = [values.get((indicator, before, place, breakdown, members)) for before in then]
        base = calendar.parse(baseline.period) if baseline else None
        if base is None or base.type != period.type or base.end > period.start:
            expected.append(None)
        elif baseline is not None and baseline.value is not None and (place, breakdown) == ("state", ""):
            expected.append((float(baseline.value), None, None))
        else:
            expected.append(values.get((indicator, base.key, place, breakdown, members)))
        for numbers, earlier in zip(found, expected, strict=True):
            assert numbers == pytest.approx(changed(values[indicator, key_, place, breakdown, members], earlier))
            seen.add(numbers[4])
    assert seen == {True, False, None}


def cohorts(folder: Folder, oracle: Oracle, warehouse: Warehouse) -> int:
    """Each cohort is what the rules give over its partners alone; how many there are."""
    numbers = {
        tuple(row[:4]): row[4]
        for row in warehouse.rows(
            "select indicator, period_type, period, place, value from ind_values where breakdown = ''"
        )
    }
    rules = {m.id: (bool(m.precedence), m.over_partners, m.time_rule) for m in folder.agenda.measures}
    added = [(False, "sum", "sum"), (False, "sum", "last")]
    expected = {}
    for (id_, type_, period, place), value in numbers.items():
        indicator = next(i for i in folder.agenda.indicators if i.id == id_)
        measures = {t.measure for t in (*indicator.formula.of, *(indicator.formula.per or ()))} & set(rules)
        now = folder.initiative.calendar.parse(period)
        back = {"previous": 1, "year_before": 12 // now.months}
        for against, steps in back.items():
            then = folder.initiative.calendar.shift(now, -steps)
            if value is None or numbers.get((id_, type_, then.key, place)) is None:
                continue
            if indicator.formula.standard or not all(rules[measure] in added for measure in measures):
                continue
            partners = oracle.cohort(indicator, now, then, place)
            if partners:
                some = oracle.only(partners)
                values = [list(some.indicator(indicator, at, place, ())) for at in (now, then)]
                if all(value and value[0][4] is None for value in values):
                    expected[id_, period, place, against] = (
                        len(partners), *values[0][0][1:3], *values[1][0][1:3]
                    )  # fmt: skip
    found = {
        tuple(row[:4]): tuple(row[4:])
        for row in warehouse.rows(
            "select indicator, period, place, against, partners, numerator, denominator, against_numerator,"
            " against_denominator from ind_cohorts"
        )
    }
    assert found == expected
    return len(found)
