"""A thousand random linked tables, how much is hidden in them, and leaks that are found."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agenda.errors import Unavailable
from reports.disclosure import helpers, kept
from reports.disclosure.attackers import Exposed, exposed
from reports.disclosure.linked import PUBLIC, Attacker, Cell, Linked, Own, Sum, apart
from reports.disclosure.suppression import suppress
from reports.disclosure.witnesses import Ground, Witness
from tests.disclosure.made import table
from tests.disclosure.optimum import fewest

TABLES, SOLVED = 1000, 200
SMALL = 40
"""Cells up to which the fewest that can be hidden are found within a moment."""


def leaks(linked: Linked, attackers: list[Attacker]) -> list[Exposed]:
    """What attackers find who solve for every cell, after all has been chosen; and the witnesses must hold, too."""
    chosen = suppress(linked, attackers)
    assert all(i in chosen.hidden for i, cell in enumerate(linked.cells) if cell.is_small and not cell.is_implied)
    assert exposed(chosen.linked, chosen.hidden, attackers, chosen.witnesses) == []
    return exposed(chosen.linked, chosen.hidden, attackers)


def beside(tables: Sequence[tuple[Linked, list[Attacker]]]) -> tuple[Linked, list[Attacker]]:
    """All tables as one, that nothing links to one another; of the first one's attackers."""
    cells: list[Cell] = []
    sums: list[Sum] = []
    for number, (linked, _) in enumerate(tables):
        sums += [Sum({len(cells) + i: weight for i, weight in each.weights.items()}, each.total)
                 for each in linked.sums]  # fmt: skip
        cells += [cell._replace(name=f"{number} {cell.name}") for cell in linked.cells]
    first, attackers = tables[0]
    return Linked(cells, sums, first.hide), attackers


def test_attackers_find_nothing_in_a_thousand_tables() -> None:
    assert [seed for seed in range(TABLES) if leaks(*table(seed))] == []


def test_they_find_nothing_where_many_small_cells_share_their_witnesses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.disclosure.choice.CROWD", 0.0)
    assert [seed for seed in range(TABLES // 10) if leaks(*table(seed))] == []


def test_hidden_cells_are_at_most_one_and_a_half_times_the_fewest() -> None:
    chosen = best = 0
    for seed in range(SOLVED):
        linked, _ = table(seed)
        if len(linked.cells) <= SMALL:
            hidden, optimum = len(suppress(linked, [PUBLIC]).hidden), fewest(linked)
            assert optimum is not None
            assert hidden <= 1.5 * optimum, seed
            chosen, best = chosen + hidden, best + optimum
    assert best <= chosen <= 1.1 * best


def test_who_makes_the_choice_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    linked, attackers = beside([table(seed) for seed in range(20)])
    alone = suppress(linked, attackers)
    monkeypatch.setattr(helpers, "ALONE", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert suppress(linked, attackers) == alone


def test_a_helper_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "ALONE", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(helpers, "_HELPER", "raise SystemExit('no memory left')")
    with pytest.raises(Unavailable, match="helps to protect people failed: no memory left"):
        suppress(*beside([table(seed) for seed in range(20)]))


def test_a_false_witness_proves_nothing() -> None:
    """One that moves a cell that is shown, breaks a sum, a mark or a person, or makes somebody less than nobody."""
    ground, unknown = Ground(MARGIN, [PUBLIC]), {0, 1}
    false = [{2: -5.0, 1: 5.0}, {1: 5.0}, {0: 6.0, 1: 6.0}, {0: 0.5, 1: 0.5}, {0: -6.0, 1: -6.0}]
    witnesses = [Witness({0: 5.0, 1: 5.0}), *map(Witness, false)]
    assert ground.fits(witnesses, unknown) == [True] + [False] * len(false)
    told = {1: [Witness({0: 5.0, 1: 5.0}), Witness({0: -4.0, 1: -4.0})]}
    assert exposed(MARGIN, {1}, [PUBLIC], told) != []


def test_a_witness_rests_on_one_that_holds() -> None:
    """It is judged by where both lead together; and from what can't be, nothing that can be is shown to follow."""
    ground, unknown = Ground(MARGIN, [PUBLIC]), {0, 1}
    base = {0: 4.0, 1: 4.0}
    witnesses = [Witness({0: 1.0, 1: 1.0}, base), Witness({0: 2.0, 1: 2.0}, base), Witness({}, base),
                 Witness({0: -2.0, 1: -2.0}, {0: 6.0, 1: 6.0}), Witness({0: 1.0, 1: 1.0}, {1: 4.0})]  # fmt: skip
    assert ground.fits(witnesses, unknown) == [True, False, True, False, False]


def test_a_partner_doubts_where_a_base_and_a_step_lead_together() -> None:
    """Of 95 it knows 90: it doubts a base of 89, not the one person more that makes it 90, but two less from 91."""
    partner = Attacker("p", Own.of({0: 90.0}))
    ground = Ground(PERCENT, [PUBLIC, partner])
    low, high = {0: -6.0, 2: 6.0}, {0: -4.0, 2: 4.0}
    witnesses = [Witness(low), Witness({0: 1.0, 2: -1.0}, low), Witness(high), Witness({0: -2.0, 2: 2.0}, high)]
    assert [ground.doubters(witness) for witness in witnesses] == [2, 0, 0, 2]


def test_what_was_chosen_is_kept_and_a_false_choice_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked, attackers = MARGIN, [PUBLIC]
    cache = tmp_path / "kept" / "choices.json"
    first = suppress(linked, attackers, cache)
    with monkeypatch.context() as patch:
        patch.setattr("reports.disclosure.helpers.choose", lambda *_: pytest.fail("chosen again"))
        assert suppress(linked, attackers, cache) == first
    said = json.loads(cache.read_text())
    for choice in said.values():
        choice["hidden"] = [i for i in choice["hidden"] if linked.cells[i].is_small]
    cache.write_text(json.dumps(said))
    false = suppress(linked, attackers, cache)
    assert exposed(false.linked, false.hidden, attackers, false.witnesses) != []
    cache.write_text(json.dumps({name: {"hidden": []} for name in said}))  # as another version may have kept them
    assert suppress(linked, attackers, cache) == first
    cache.write_text("{")
    assert suppress(linked, attackers, cache) == first


@pytest.mark.parametrize("seed", range(12))
def test_what_was_published_as_it_was_chosen_stays_so(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With or without what was kept: its cells are hidden or shown for good, and the proof need not be found again."""
    linked, attackers = table(seed)
    chosen = suppress(linked, attackers, tmp_path / "2026Q1.json")
    cells = [cell._replace(is_out=i not in chosen.hidden, was_hidden=i in chosen.hidden,
                     is_marked=cell.is_marked and i in chosen.hidden, was_marked=cell.is_marked and i in chosen.hidden)
             for i, cell in enumerate(chosen.linked.cells)]  # fmt: skip
    later = replace(linked, cells=cells)
    anew = suppress(later, attackers)
    monkeypatch.setattr("reports.disclosure.helpers.choose", lambda *_: pytest.fail("chosen again"))
    again = suppress(later, attackers, tmp_path / "2026Q2.json")
    assert (again.linked, again.hidden) == (anew.linked, anew.hidden) == (later, chosen.hidden)
    assert exposed(again.linked, again.hidden, attackers, again.witnesses) == []


def test_a_mark_that_is_new_asks_for_another_choice(tmp_path: Path) -> None:
    """Two cells were hidden without a mark; with one, their witnesses are none: so those are not taken over."""
    cells = [cell._replace(is_marked=False) for cell in MARGIN.cells]
    bare = replace(MARGIN, cells=cells)
    chosen = suppress(bare, [PUBLIC], tmp_path / "a.json")
    marked = [cell._replace(is_out=i not in chosen.hidden, was_hidden=i in chosen.hidden, is_marked=cell.is_small)
              for i, cell in enumerate(cells)]  # fmt: skip
    past = kept.read(tmp_path / "a.json")
    (part,) = apart(replace(MARGIN, cells=marked), [PUBLIC])
    assert past.of(part, kept.name_of(part)) is None


def made(values: dict[str, float], sums: list[str], **facts: set[str]) -> Linked:
    """Cells by name; sums as ``whole = part part``."""
    at = {name: i for i, name in enumerate(values)}
    small = {name for name, value in values.items() if 0 < value <= 10}
    cells = [Cell(n, v, n in small, is_implied=n in facts.get("implied", ()), is_marked=n in facts.get("marked", small),
                  is_out=n in facts.get("out", ())) for n, v in values.items()]  # fmt: skip
    split = [text.split(" = ") for text in sums]
    return Linked(cells, [Sum({at[w]: 1.0, **{at[p]: -1.0 for p in parts.split()}}) for w, parts in split])


MARGIN = made({"all": 105, "young": 5, "old": 100}, ["all = young old"])
PERCENT = made({"of": 95, "per": 100, "without": 5}, ["per = of without"], implied={"without"}, marked=set())
TOTALS = made({"all": 60, "a": 4, "b": 6, "c": 50}, ["all = a b c"])


@pytest.mark.parametrize(
    ("linked", "shown"), [(MARGIN, {"all", "old"}), (PERCENT, {"of", "per"}), (TOTALS, {"all", "c"})]
)
def test_a_planted_leak_is_found(linked: Linked, shown: set[str]) -> None:
    """A margin; a percent beside its denominator; a sum of two small cells that leaves neither its whole range."""
    hidden = {i for i, cell in enumerate(linked.cells) if cell.name not in shown}
    assert exposed(linked, hidden, [PUBLIC])
    assert leaks(linked, [PUBLIC]) == []


def test_an_older_edition_that_shows_a_small_cell_is_found() -> None:
    out = replace(MARGIN, cells=[c._replace(is_out=c.is_small) for c in MARGIN.cells])
    chosen = suppress(out, [PUBLIC])
    assert [found.cell for found in exposed(chosen.linked, chosen.hidden, [PUBLIC])] == [1]


def test_older_editions_that_show_all_but_a_small_cell_are_found() -> None:
    out = replace(MARGIN, cells=[c._replace(is_out=not c.is_small) for c in MARGIN.cells])
    chosen = suppress(out, [PUBLIC])
    found = exposed(chosen.linked, chosen.hidden, [PUBLIC], chosen.witnesses)
    assert [(e.cell, e.least, e.most) for e in found] == [(1, 5, None), (1, None, 5)]


def test_a_partner_knows_its_own_rows() -> None:
    """All of b and most of c are its own: hiding those two hides nothing from it, so another cell must go."""
    linked = made({"all": 205, "a": 5, "b": 100, "c": 100}, ["all = a b c"])
    partner = Attacker("p", Own.of({2: 100.0, 3: 99.0}))
    assert exposed(linked, {1, 2}, [PUBLIC]) == []
    assert [e.attacker for e in exposed(linked, {1, 2}, [PUBLIC, partner])] == ["p"]
    assert leaks(linked, [PUBLIC, partner]) == []


def test_zero_is_shown_and_nothing_is_hidden_without_cause() -> None:
    linked = made({"all": 100, "a": 0, "b": 100}, ["all = a b"])
    assert suppress(linked, [PUBLIC]).hidden == frozenset()
