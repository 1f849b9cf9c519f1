"""Places that open, merge and close: what the agenda may say, and what becomes of figures about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agenda import lint
from agenda.folder import read_folder
from agenda.lifetimes import heirs, inherited
from agenda.model import Place
from agenda.periods import Calendar
from agenda.tables import agenda_tables

Make = Callable[..., Path]
PLACES = [
    Place(id="state", name="State", level="state"),
    Place(id="c", name="C", level="town", parent="state"),
    Place(id="a", name="A", level="town", parent="state", until="2025Q2", into="b"),
    Place(id="b", name="B", level="town", parent="state", until="2026-12", into="c"),
    Place(id="d", name="D", level="town", parent="state", until="2025", into="c"),
    Place(id="e", name="E", level="town", parent="state", until="2025"),
]


def row(place: str, year: int, value: int | None) -> tuple[str, str, int, date, str, Decimal | None]:
    return "children", place, year, date(year, 1, 1), "", None if value is None else Decimal(value)


def test_a_merged_place_is_a_part_of_all_that_follows() -> None:
    assert list(heirs(PLACES, Calendar())) == [
        ("a", "b", date(2025, 7, 1)), ("a", "c", date(2027, 1, 1)), ("b", "c", date(2027, 1, 1)),
        ("d", "c", date(2026, 1, 1)),
    ]  # fmt: skip


def test_figures_of_merged_places_count_in_what_they_became_a_part_of_until_there_are_new_ones() -> None:
    figures = [row("a", 2024, 1), row("b", 2024, 10), row("c", 2024, 100), row("d", 2025, 1000), row("e", 2024, 5)]
    assert inherited(figures, PLACES, Calendar()) == [
        row("a", 2024, 1), row("a", 2026, None),
        row("b", 2024, 10), row("b", 2026, 11), row("b", 2027, None),
        row("c", 2024, 100), row("c", 2026, 1100), row("c", 2027, 1111),
        row("d", 2025, 1000), row("d", 2026, None),
        row("e", 2024, 5), row("e", 2026, None),
    ]  # fmt: skip
    counted_again = [*figures, row("c", 2026, 1050), row("c", 2027, 1200)]
    found = inherited(counted_again, PLACES, Calendar())
    assert [figure for figure in found if figure[1] == "c"] == [row("c", 2024, 100), *counted_again[-2:]]
    assert inherited(figures, PLACES[:2], Calendar()) == figures, "nothing closes, nothing moves"


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("aliases: [E. bank]}", "until: 2025Q4, into: wst}", "places.1.into", "there is no place 'wst'"),
        ("aliases: [E. bank]}", "until: 2025Q4, into: river}", "places.1.into", "'river' is no place beside 'east' in 'river'"),
        ("aliases: [E. bank]}", "until: 2025Q4, into: east}", "places.1.into", "'east' is no place beside 'east'"),
        ("level: region}", "level: region, until: 2025Q4}", "places.0.until", "holds all other places, so it can't open or"),
        ("aliases: [E. bank]}", "since: 2026Q1, until: 2025Q4}", "places.1.until", "2025Q4 is before 2026Q1"),
        ("aliases: [E. bank]}", "until: 2025Q9}", "places.1.until", "2025Q9"),
        ("parent: river}\n", "parent: east, since: 2025Q1}\n", "places.2.until", ""),
        ("level: town, parent: river}", "level: town, parent: river, since: 2026Q3}", "places.1.into",
         "'west' is not there when 'east' becomes a part of it"),
        ("aliases: [E. bank]}", "until: 2023}", "census.csv", "'east' is closed since 2023-07-01, before 2024 begins"),
    ],
)  # fmt: skip
def test_what_can_t_be_is_said_with_its_line(make: Make, old: str, new: str, key: str, said: str) -> None:
    edits = [("agenda.yml", old, new)]
    if "west" in said:
        edits.append(("agenda.yml", "aliases: [E. bank]}", "until: 2025Q4, into: west}"))
    if not said:  # west lies in a place that closes
        edits.append(("agenda.yml", "aliases: [E. bank]}", "until: 2025Q4}"))
        said = "'west' lies in 'east', which closes before it"
    found = [(problem.key or problem.file, problem.message) for problem in lint.problems_in(read_folder(make(*edits)))]
    assert [message for where, message in found if (where == key or key == "census.csv") and said in message], found


def test_a_merge_stands_in_the_tables(make: Make) -> None:
    path = make(("agenda.yml", "aliases: [E. bank]}", "until: 2025Q4, into: west}"))
    tables = agenda_tables(lint.read(path))
    assert tables["agenda_heirs"].to_pylist() == [{"place": "east", "heir": "west", "since": date(2025, 7, 1)}]
    figures = [(r["place"], r["year"], r["value"]) for r in tables["reference_values"].to_pylist() if r["members"]]
    assert [one for one in figures if one[0] != "river"] == [
        ("east", 2024, Decimal(500)), ("east", 2026, None), ("west", 2026, Decimal(500))
    ]  # fmt: skip
