"""What is linked with what, and what of it is whose."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl

from agenda.lint import read
from reports.cells import Cells, Key, Row
from reports.linked import PUBLIC, apart

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
