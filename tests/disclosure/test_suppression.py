"""A thousand random linked tables, how much is hidden in them, and leaks that are found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.attackers import exposed
from reports.linked import PUBLIC, Attacker, Cell, Linked, Sum
from reports.suppression import suppress
from tests.disclosure.made import table

TABLES, SHARES = 1000, 10


@pytest.mark.parametrize("share", range(SHARES))
def test_attackers_find_nothing_in_a_thousand_tables(share: int) -> None:
    for seed in range(share, TABLES, SHARES):
        linked, attackers = table(seed)
        marked, hidden = suppress(linked, attackers)
        assert exposed(marked, hidden, attackers) == [], seed
        assert all(i in hidden for i, cell in enumerate(linked.cells) if cell.is_small)


def test_hidden_cells_are_at_most_one_and_a_half_times_the_fewest() -> None:
    """Over the tables that can be solved at once, which is the optimum, and one cell after the other."""
    fewest = one_by_one = 0
    for seed in range(40):
        linked, _ = table(seed)
        if len(linked.cells) <= 16:
            at_once, one = (len(suppress(linked, [PUBLIC], at_once=n)[1]) for n in (10_000, 0))
            assert one <= 1.5 * at_once + 1, seed
            fewest, one_by_one = fewest + at_once, one_by_one + one
    assert fewest > 0
    assert one_by_one <= 1.5 * fewest


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
    marked, chosen = suppress(linked, [PUBLIC])
    assert exposed(marked, chosen, [PUBLIC]) == []


def test_an_older_edition_that_shows_a_small_cell_is_found() -> None:
    out = replace(MARGIN, cells=[replace(c, is_out=c.is_small) for c in MARGIN.cells])
    marked, hidden = suppress(out, [PUBLIC])
    assert [found.cell for found in exposed(marked, hidden, [PUBLIC])] == [1]


def test_older_editions_that_show_all_but_a_small_cell_are_found() -> None:
    out = replace(MARGIN, cells=[replace(c, is_out=not c.is_small) for c in MARGIN.cells])
    marked, hidden = suppress(out, [PUBLIC])
    assert [(e.cell, e.least, e.most) for e in exposed(marked, hidden, [PUBLIC])] == [(1, 5, 5)]


def test_a_partner_knows_its_own_rows() -> None:
    """All of b and most of c are its own: hiding those two hides nothing from it, so another cell must go."""
    linked = made({"all": 205, "a": 5, "b": 100, "c": 100}, ["all = a b c"])
    partner = Attacker("p", {2: 100.0, 3: 99.0})
    assert exposed(linked, {1, 2}, [PUBLIC]) == []
    assert [e.attacker for e in exposed(linked, {1, 2}, [PUBLIC, partner])] == ["p"]
    marked, hidden = suppress(linked, [PUBLIC, partner])
    assert exposed(marked, hidden, [PUBLIC, partner]) == []


def test_zero_is_shown_and_nothing_is_hidden_without_cause() -> None:
    linked = made({"all": 100, "a": 0, "b": 100}, ["all = a b"])
    assert suppress(linked, [PUBLIC])[1] == frozenset()
