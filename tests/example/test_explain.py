"""Of every indicator of the example: the numbers that are listed make the value, and each stands where it is said to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agenda.errors import ConfigurationError
from agenda.folder import Folder
from agenda.store import FolderStore
from flows import explain_words
from flows.explain import explain
from flows.explained import Explanation, Term
from flows.warehouse import build_warehouse
from sources.collect import Collected

PERIODS = ("2025Q2", "2026Q3")


@pytest.fixture(scope="session")
def warehouse(collected: Collected, store: FolderStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert collected.receipts
    return build_warehouse(store.path / "lake", tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb")


@pytest.fixture(scope="session")
def explained(folder: Folder, warehouse: Path) -> list[Explanation]:
    """The whole and one group of each breakdown, everywhere and in one place, in two quarters."""

    def asked() -> Iterator[Explanation]:
        dimensions = {d.id: d.members[0].id for d in folder.agenda.dimensions}
        for indicator in folder.agenda.indicators:
            for period in map(folder.initiative.calendar.parse, PERIODS):
                for place in (None, "northside"):
                    for shown in [(), *indicator.breakdowns]:
                        where = {dimension: dimensions[dimension] for dimension in shown}
                        yield explain(folder, warehouse, indicator.id, period, place, where)

    return list(asked())


def test_the_listed_numbers_make_the_value(explained: list[Explanation], warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for made in explained:
            found = connection.execute(
                """select numerator, denominator, value, status from ind_values
                where indicator = ? and period = ? and place = ? and members = ?""",
                [made.indicator, made.period, made.place, made.members],
            ).fetchone() or (None, None, None, "O")
            for part, expected in zip(("numerator", "denominator"), found[:2], strict=True):
                terms = [term for term in made.terms if term.part == part]
                if expected is None:
                    assert not terms or any(term.value is None for term in terms) or found[3] in ("O", "L")
                else:
                    assert sum(_sum(term) for term in terms) == expected, (made.indicator, made.period, part)
            assert (made.value, made.status) == found[2:]
    assert sum(bool(made.value) for made in explained) > 90
    assert {made.status for made in explained} >= {"A", "P"}


def _sum(term: Term) -> Decimal:
    """The numbers of the example are stocks and flows: of overlapping lists the longest counts, others add up."""
    lists: dict[tuple[str, str], Decimal] = {}
    for one in term.numbers:
        key = (one.counts_for, one.partner if term.over_partners == "overlap" else "")
        lists[key] = lists.get(key, Decimal()) + one.value
    groups = {group for group, _ in lists}
    return term.weight * sum(
        (max(value for (of, _), value in lists.items() if of == group) for group in groups), Decimal()
    )


def test_every_number_stands_in_the_row_that_is_named(explained: list[Explanation], store: FolderStore) -> None:
    """Of forms that hold numbers (a list of sites or visits is counted, and holds none of them)."""
    looked = 0
    for made in explained:
        for one in (n for term in made.terms for n in term.numbers):
            if one.origin.file.startswith(("schools/prek_form", "referral/quarterly_form", "parent_coop/")):
                content = store.get(f"submissions/{one.origin.submission}")
                rows = content.decode("utf-8-sig", "replace").splitlines()
                assert one.origin.row is not None
                cells = [Decimal(text) for text in re.findall(r"\d+(?:\.\d+)?", rows[one.origin.row - 1])]
                assert one.value in cells, one
                looked += 1
    assert looked > 20


def test_who_was_expected_is_counted_as_the_report_counts_them(explained: list[Explanation]) -> None:
    for made in explained:
        assert len({owed.partner for owed in made.owed}) == made.expected_reporters, made.indicator
    missing = {owed.partner for made in explained for owed in made.owed if owed.is_missing}
    assert "employers" in missing


def test_words_name_the_files_and_hide_nothing_by_silence(explained: list[Explanation]) -> None:
    for made in explained:
        text = "\n".join(explain_words.lines(made))
        assert made.name in text
        if made.value is None:
            if made.numerator is None or made.denominator is None:
                assert "not zero" in text or "divide by is zero" in text
            else:
                assert f"{made.numerator:f} of {made.denominator:f}".replace(".000000", "") in text
                assert "too few to tell" in text
        first = next((n.origin.file for term in made.terms for n in term.numbers), "")
        assert first in text
        assert ("provisional" in text) == (made.status == "P")
    assert any(made.gap is not None for made in explained)
    for made in explained:
        assert (made.gap is not None) == any("Beside " in line for line in explain_words.lines(made))
    assert any("comes first where both report" in line for made in explained for line in explain_words.lines(made))


def test_a_change_says_whether_chance_could_explain_it(explained: list[Explanation]) -> None:
    """Of shares with an interval; of a full count every change is one."""
    seen = set()
    for made in explained:
        text = "\n".join(explain_words.lines(made))
        told = [change for change in made.changes if change.amount is not None]
        for change in told:
            assert (change.is_beyond_chance is None) == (made.interval == "none")
            seen.add(change.is_beyond_chance)
        says = {word for word in ("more than chance would explain", "chance alone could explain that") if word in text}
        assert len(says) == len({change.is_beyond_chance for change in told} - {None}), text
        assert ("Compared with" in text) == bool(told)
    assert seen == {True, False, None}


def test_the_change_among_the_same_partners_is_told_with_who_is_left_out(explained: list[Explanation]) -> None:
    told = [made for made in explained if made.cohorts]
    assert {made.period for made in told} == set(PERIODS)
    for made in told:
        text = "\n".join(explain_words.lines(made))
        for one in made.cohorts:
            assert one.value_of_all == made.value
            assert one.others
            assert f"Against {one.against}" in text
            assert all(made.names["partners"][partner] in text for partner in one.others)


@pytest.mark.parametrize(
    ("indicator", "place", "where", "said"),
    [
        ("use_of_spot", None, {}, "use_of_spots"),
        ("use_of_spots", "harbour", {}, "harbor"),
        ("use_of_spots", None, {"settin": "home"}, "setting"),
        ("use_of_spots", None, {"setting": "hom"}, "home"),
        ("use_of_spots", None, {"age_group": "infant"}, "not shown by age_group; it is by setting"),
    ],
)
def test_what_the_agenda_does_not_have_is_said(
    folder: Folder, warehouse: Path, indicator: str, place: str | None, where: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        explain(folder, warehouse, indicator, folder.initiative.calendar.parse("2026Q3"), place, where)


def test_what_a_model_makes_is_made_of_what_is_listed(folder: Folder, warehouse: Path) -> None:
    from made_up import world  # found through the path set in conftest
    from made_up.sites import QUARTERS

    for at in QUARTERS[::3]:
        made = explain(folder, warehouse, "desert_share", folder.initiative.calendar.parse(str(at)), "harbor")
        tracts = [(children, spots) for _, children, spots in world.tracts("harbor", at)]
        assert made.numerator == sum(children for children, spots in tracts if children > max(50, 3 * spots))
        (term,) = (term for term in made.terms if term.part == "numerator")
        assert term.model == "models/children_in_deserts.sql"
        assert sum(one.value for one in term.inputs if one.measure == "tract_children") == sum(n for n, _ in tracts)
    text = "\n".join(explain_words.lines(made))
    assert "State Office of Child Care Licensing · models/children_in_deserts.sql\n" in text
    assert "made of 6 numbers of “Children under five in a tract”" in text
    assert "licensing/tracts/tract_supply_2026Q2.csv" in text


def test_what_a_value_is_held_against_is_said(folder: Folder, warehouse: Path) -> None:
    period = folder.initiative.calendar.parse("2026Q3")

    def said(indicator: str, **group: Any) -> list[str]:
        found = list(explain_words.lines(explain(folder, warehouse, indicator, period, **group)))
        if "Against the target" not in found:
            return []
        rest = found[found.index("Against the target") + 1 :]
        return [line.strip() for line in rest[: rest.index("")]]

    assert said("desert_share") == [
        "Baseline, 2024Q4: 41.5 %, as agreed on 14 February 2025; the data now say 41.3 %",
        "Target, 2026Q4: 34.0 %; the path asks for 35.5 % by now: on track",
        "At the pace of the last 8 values, 2026Q4: 35.7 % (32.7 % to 38.7 %): the target would be missed, though not "
        "surely",
    ]
    assert said("desert_share", place="old_mill")[-1].endswith("by now: off track")
    assert said("desert_share", place="harbor") == []
    infants = said("uptake_rate", where={"age_group": "infant"})
    assert infants == [
        "Baseline, 2024Q4: 21.9 %, as the data say",
        "Target, 2026Q4: 33.0 %; the path asks for 31.6 % by now: on track",
    ]
    assert said("use_of_spots")[1] == "Target, 2027Q4: 75.0 % to 90.0 %: at risk"
