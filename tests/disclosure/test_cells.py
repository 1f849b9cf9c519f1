"""What is linked with what, and what of it is whose."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from agenda.lint import read
from reports.disclosure.cells import Cells, Row
from reports.disclosure.groups import Key
from reports.disclosure.linked import PUBLIC, apart
from tests.disclosure.test_suppression import leaks

CHILDCARE = Path(__file__).parents[2] / "examples" / "childcare"
HIDE = (1, 10)


def test_a_partner_knows_its_own_of_what_is_left_of_a_whole() -> None:
    """Of five teachers without a certificate four are its own: 100 teachers, 95 certified; its own are 60, 56."""
    cells = Cells(read(CHILDCARE), HIDE)
    row = Row("certified_teachers", "quarter", "2026Q2", "riverbend", "", "", 1, Decimal(95), Decimal(100), None)
    cells.add([row], is_now=True)
    linked, (certified, teachers) = cells.linked(), cells.keys(row)
    assert certified is not None
    assert teachers is not None
    whose = [("some", teachers, 60.0), ("some", certified, 56.0), ("all", teachers, 100.0), ("all", certified, 95.0)]
    own = pl.DataFrame([(partner, *key[:5], count) for partner, key, count in whose],
                       ["partner", *Key._fields[:5], "value"], orient="row")  # fmt: skip
    (without,) = [i for i, cell in enumerate(linked.cells) if cell.is_implied]
    assert (linked.cells[without].value, linked.cells[without].is_small) == (5.0, True)
    knows = {attacker.name: attacker for attacker in cells.attackers(own)}
    assert {name: attacker.own.get(without) for name, attacker in knows.items()} == {"": None, "some": 4.0, "all": 5.0}
    assert knows["some"].range(linked, without) == (4.0, 10.0)
    assert without in knows["some"].secrets(linked, range(len(linked.cells)))
    assert without not in knows["all"].secrets(linked, range(len(linked.cells)))


def test_what_was_hidden_without_a_mark_stays_without() -> None:
    """An earlier edition said of three waiting children only that they are hidden, not that they are few."""
    cells = Cells(read(CHILDCARE), HIDE)
    row = Row("waiting_children", "quarter", "2026Q2", "riverbend", "", "", 1, Decimal(3), None, None)
    cells.add([row._replace(has_numerator=False, has_upper=False, code="D")], is_now=False)
    cells.add([row], is_now=True)
    (cell,) = cells.linked().cells
    assert (cell.is_small, cell.was_hidden, cell.is_marked) == (True, True, False)


def test_components_are_the_same_whichever_row_comes_first() -> None:
    """So what was chosen for one is found again by the next edition, which takes in the earlier ones before."""
    counts = {"": (95, 100), "setting=center": (60, 62), "setting=home": (35, 38)}
    rows = [Row("certified_teachers", "quarter", "2026Q2", place, members and "setting", members, 1, Decimal(above),
                Decimal(below), None)
            for place in ("riverbend", "uptown") for members, (above, below) in counts.items()]  # fmt: skip
    folder, components = read(CHILDCARE), []
    for order in (rows, rows[::-1]):
        cells = Cells(folder, HIDE)
        cells.add(order, is_now=True)
        found = [part.linked for part in apart(cells.linked(), [PUBLIC])]
        components.append(sorted(found, key=lambda linked: linked.cells[0].name))
    assert components[0] == components[1]
    assert sum(len(linked.sums) for linked in components[0]) > len(rows)


PERIODS = ("2025", "2025-05", "2025-06", "2026", "2025Q3", "2025Q4", "2026Q1", "2025-07", "2025-08", "2025-09")


def editions(seed: int) -> list[list[Row]]:
    """Each of some quarters, their months and their year: as in an edition before, or with other numbers; groups may
    overlap."""
    chance, known, found = random.Random(seed), dict[str, list[Row]](), []
    for _ in range(4):
        periods = chance.sample(PERIODS, 6)
        for period in periods:
            if period in known and chance.random() < 0.8:
                continue
            kind, known[period] = {4: "year", 6: "quarter", 7: "month"}[len(period)], []
            for place, members in product(("riverbend", "uptown"), ("", "setting=center", "setting=home")):
                below = chance.choice([40, 45]) if members else chance.choice([80, 85, 90])
                above = below - chance.choice([0, 4, 20])
                known[period].append(Row("certified_teachers", kind, period, place, members and "setting", members, 1,
                                         Decimal(above), Decimal(below), None))  # fmt: skip
        found.append([row for period in periods for row in known[period]])
    return found


def test_the_sums_of_several_editions_are_those_of_each() -> None:
    """However much of an edition is as the one before had it, and what was not in that one."""
    folder = read(CHILDCARE)

    def said(several: list[list[Row]]) -> set[frozenset[tuple[str, float]]]:
        """The sums, by the names of what is in them."""
        cells = Cells(folder, HIDE)
        for rows in several:
            cells.add(rows, is_now=rows is several[-1])
        linked = cells.linked()
        names = [f"{cell.name} {cell.value}" for cell in linked.cells]
        return {frozenset((names[i], weight) for i, weight in each.weights.items()) for each in linked.sums}

    for seed in range(60):
        found = editions(seed)
        assert said(found) == set().union(*(said([rows]) for rows in found)), seed


REACH = read(Path(__file__).parents[1] / "dbt" / "initiative")
AROUND = {"harbor": ["harbor", "north", "state"], "south": ["south", "state"]}
IN_QUARTER = {month: ["2026Q1", month] for month in ("2025-07", "2025-08", "2025-09")}
People = dict[tuple[str, ...], dict[tuple[str, str], set[tuple[int, bool]]]]
"""By period, place and members, by list (partner and month): who is on it, and whether there is a hash of them."""


def reached(seed: int) -> People:
    """Some forty people whom one or two partners meet in some months, in one or two places; one in five without a hash."""
    chance = random.Random(seed)
    found: People = defaultdict(lambda: defaultdict(set))
    for person in range(chance.randint(20, 60)):
        age, home = chance.choice(["infant", "toddler"]), chance.choice(sorted(AROUND))
        for partner in chance.sample(["agency", "homes"], chance.randint(1, 2)):
            has_hash = chance.random() < 0.8
            for month in chance.sample(sorted(IN_QUARTER), chance.randint(1, 3)):
                place = chance.choice(sorted(AROUND)) if chance.random() < 0.1 else home
                for key in product(IN_QUARTER[month], AROUND[place], ("", f"age={age}")):
                    found[key][partner, month].add((person, has_hash))
    return found


def bounds(lists: Collection[set[tuple[int, bool]]]) -> tuple[int, int]:
    """As docs/numbers.md has them."""
    linked = {person for found in lists for person, has_hash in found if has_hash}
    others = sum(not has_hash for found in lists for _, has_hash in found)
    return max(len(linked), *map(len, lists)), len(linked) + others


@pytest.mark.parametrize("seed", range(6))
def test_people_who_count_once_are_linked_by_what_is_true_and_protected(seed: int) -> None:
    """A place, a quarter and the whole have no fewer people than a part of them, and no more than all parts together."""
    rows, own = [], []
    for (period, place, members), lists in reached(seed).items():
        key = ("reached", "month" if "-" in period else "quarter", period, place, members)
        low, high = bounds(lists.values())
        breakdown = members.split("=")[0]
        rows.append(Row("families_reached", *key[1:4], breakdown, members, 1, Decimal(low), None, float(high)))
        for partner in {partner for partner, _ in lists}:
            most = bounds([found for (whose, _), found in lists.items() if whose == partner])[1]
            own.append((partner, *key, float(most)))
    cells = Cells(REACH, HIDE)
    cells.add(rows, is_now=True)
    linked = cells.linked()
    values = [cell.value for cell in linked.cells]
    for each in linked.sums:
        assert sum(weight * values[i] for i, weight in each.weights.items()) == pytest.approx(each.total)
    whole, part = (cells.at(Key("reached", *of, "state", "")) for of in (("quarter", "2026Q1"), ("month", "2025-07")))
    assert any(each.weights.keys() > {whole, part} and len(each.weights) == 3 for each in linked.sums)
    attackers = cells.attackers(pl.DataFrame(own, ["partner", *Key._fields[:5], "value"], orient="row"))
    assert len(attackers) == 3
    assert leaks(linked, attackers) == []
