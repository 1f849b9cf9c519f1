"""Which cells to hide beside the small ones, so that nobody can reckon these back: as few as can be.

A choice of hidden cells is safe where for every small cell, at both ends of the hidden range, there is another set of
counts that fits all that is still shown: then the cell could as well be that. So the choice and these witnesses are
the unknowns of one 0/1 problem (Fischetti and Salazar, 2001). A component that is too large for it is solved one
small cell after the other; what is hidden already costs nothing. Witnesses are looked for among whole numbers
where `reports.attackers` find that the fractions hid a leak; where no choice is found in time, all of it is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reports.attackers import exposed
from reports.linked import Attacker, Linked, Sum
from reports.solver import Row, solve

AT_ONCE = 800
"""Unknowns up to which a component is solved in one problem; above, one small cell after the other."""

Goal = tuple[Attacker, int, float]
"""A count (third) that a small cell (second) must possibly have in the eyes of an attacker."""


def suppress(linked: Linked, attackers: Sequence[Attacker], *, at_once: int = AT_ONCE) -> tuple[Linked, frozenset[int]]:
    """The published cells to hide: the small ones and those that would reveal them.

    The cells come back with the marks that they can bear: where telling primary from secondary would itself narrow a
    cell down (a whole said to be at most ten, of which a partner knows seven), the marks of that component go.
    Where even hiding a whole component is not enough, the attackers find it; see `attackers.exposed`.
    """
    hidden: set[int] = set()
    kept = list(linked.cells)
    for cells, sums in linked.components():
        if not any(linked.cells[i].is_small or linked.cells[i].was_hidden for i in cells):
            continue
        part = _Part(linked, cells, sums, attackers)
        chosen = part.choose(at_once)
        if part.narrowed(chosen):
            for i in cells:
                kept[i] = replace(kept[i], is_marked=kept[i].was_marked)
            chosen = _Part(replace(linked, cells=kept), cells, sums, attackers).choose(at_once)
        hidden |= chosen
    return replace(linked, cells=kept), frozenset(hidden)


class _Part:
    """One component on its way to a safe choice."""

    def __init__(self, linked: Linked, cells: Sequence[int], sums: Sequence[Sum], attackers: Sequence[Attacker]):
        self.linked, self.cells, self.sums = linked, cells, sums
        self.attackers = attackers
        self.published = {i for i in cells if not linked.cells[i].is_implied}
        self.hidden = {i for i in self.published if linked.cells[i].is_small or linked.cells[i].was_hidden}
        # As far as a small cell can move, and so those that make up for it; a tighter bound makes shorter work.
        self.far = float(linked.hide[1] * 4)

    def choose(self, at_once: int) -> set[int]:
        hidden = set(self.hidden)
        goals = self._goals(self.narrowed(hidden))
        if not goals:
            return hidden
        every = self._goals([(a, i) for a in self._different() for i in a.secrets(self.linked, self.cells)])
        if len(every) * len(self.cells) <= at_once:
            found = self._solve(hidden, every, is_whole=False)
            if found is None:
                return set(self.published)
            hidden = found
        for is_whole in (False, True):
            for pair in self.narrowed(hidden):
                found = self._solve(hidden, self._goals([pair]), is_whole)
                if found is None:
                    return set(self.published)
                hidden = found
        return hidden if not self.narrowed(hidden) else set(self.published)

    def _different(self) -> list[Attacker]:
        """The attackers, without those that know no more of these cells than an earlier one."""
        return list({tuple(a.least(self.linked, i) for i in self.cells): a for a in self.attackers[::-1]}.values())

    def narrowed(self, hidden: Iterable[int]) -> list[tuple[Attacker, int]]:
        """Who finds out which cell, the largest cells first."""
        cells = self.linked.cells
        at = {cell: n for n, cell in enumerate(self.cells)}
        part = Linked([cells[i] for i in self.cells],
                      [Sum({at[i]: w for i, w in each.weights.items()}, each.total) for each in self.sums],
                      self.linked.hide)  # fmt: skip
        by_name = {a.name: a for a in self.attackers}
        mine = [Attacker(a.name, {at[i]: v for i, v in a.own.items() if i in at}) for a in self.attackers]
        found = [(by_name[e.attacker], self.cells[e.cell]) for e in exposed(part, {at[i] for i in hidden}, mine)
                 if not self.linked.cells[self.cells[e.cell]].is_out]  # fmt: skip
        return sorted(found, key=lambda pair: (-cells[pair[1]].value, pair[1], pair[0].name))

    def _goals(self, secrets: Iterable[tuple[Attacker, int]]) -> list[Goal]:
        return [(a, i, end) for a, i in secrets for end in sorted(set(a.range(self.linked, i)))
                if not self.linked.cells[i].is_out]  # fmt: skip

    def _solve(self, hidden: set[int], goals: Sequence[Goal], is_whole: bool) -> set[int] | None:
        """``hidden`` and what must be hidden beside it so that all ``goals`` hold; None where nothing was found."""
        cells, n = self.linked.cells, len(self.cells)
        choices = [i for i in self.cells if i in self.published - hidden and not cells[i].is_out]
        cost = [cells[i].cost for i in choices]
        least, most, whole = [0.0] * len(choices), [1.0] * len(choices), [True] * len(choices)
        rows: list[Row] = []
        chosen = {cell: column for column, cell in enumerate(choices)}
        for number, (attacker, secret, end) in enumerate(goals):
            at = {cell: len(choices) + number * n + place for place, cell in enumerate(self.cells)}
            for i in self.cells:
                low, high = self._ends(attacker, i, hidden, chosen)
                least.append(end if i == secret else low)
                most.append(end if i == secret else high)
                if i in chosen:
                    value, column = cells[i].value, at[i]
                    rows.append(({column: 1.0, chosen[i]: -self.far}, -self.far, value))
                    rows.append(({column: 1.0, chosen[i]: value - low}, value, value + self.far * 2))
            cost += [0.0] * n
            whole += [is_whole and cells[i].is_whole for i in self.cells]
            rows += [({at[i]: w for i, w in each.weights.items()}, each.total, each.total) for each in self.sums]
        solution = solve(cost, least, most, rows, whole)
        return None if solution is None else hidden | {i for i, column in chosen.items() if solution[column] > 0.5}

    def _ends(self, attacker: Attacker, i: int, hidden: set[int], chosen: dict[int, int]) -> tuple[float, float]:
        """Between what a witness may put a cell."""
        cell = self.linked.cells[i]
        if cell.is_out or not (cell.is_implied or i in hidden or i in chosen):
            return cell.value, cell.value
        most = float(self.linked.hide[1]) if cell.is_marked else cell.value + self.far
        return attacker.least(self.linked, i), most
