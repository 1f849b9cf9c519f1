"""Attackers: for every small cell, the least and the most it can be, from all that can be seen.

This is the proof that an edition is safe. Witnesses that come with the choice are added up and taken where they hold.
Who is told of none looks for them among what is hidden, one linked component at a time, in several processes. For what
that leaves open each end is a problem of its own, in whole numbers, whose solution is another witness; only where that
doesn't reach is a cell exposed.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reports.disclosure.linked import Attacker, Linked, Sum
from reports.disclosure.memory import keeping
from reports.disclosure.solver import INFINITE, Problem
from reports.disclosure.suppression import suppress
from reports.disclosure.witnesses import HIGH, LOW, NEAR, Changes, Goal, Ground, Witness


@dataclass(frozen=True)
class Exposed:
    """A small cell that somebody can narrow down: they find that it is no less, or no more, or just what it is."""

    cell: int
    attacker: str
    least: float | None
    most: float | None


@keeping()
def exposed(
    linked: Linked,
    hidden: Iterable[int],
    attackers: Sequence[Attacker],
    witnesses: Mapping[int, Sequence[Witness]] | None = None,
    cache: Path | None = None,
) -> list[Exposed]:
    """The small cells that ``attackers`` find out more of than that they are in the hidden range.

    ``cache`` as in `suppression.suppress`, for those who are given no ``witnesses``: a file of their own.
    """
    unseen = {i for i in hidden if not linked.cells[i].is_out}
    unknown = unseen | {i for i, cell in enumerate(linked.cells) if cell.is_implied}
    secrets = [i for i, cell in enumerate(linked.cells) if cell.is_small]
    found = [Exposed(i, "", linked.cells[i].value, linked.cells[i].value) for i in secrets if i not in unknown]
    if witnesses is None:
        witnesses = suppress(_sealed(linked, unknown), attackers, cache).witnesses
    ground = Ground(linked, attackers)
    tables: dict[int, _Table] = {}
    given = {id(witness): witness for found in witnesses.values() for witness in found}
    proven = {name for name, holds in zip(given, ground.fits(list(given.values()), unknown), strict=True) if holds}
    solved: list[Witness] = []
    for secret in (i for i in secrets if i in unknown):
        known = [witness for witness in witnesses.get(secret, ()) if id(witness) in proven]
        known += [witness for witness in solved if secret in witness.step]
        for end in (LOW, HIGH):
            while goals := ground.goals(secret, end, known):
                if not tables:
                    tables = {i: table for cells, sums in linked.components(unknown)
                              for table in [_Table(ground, cells, sums)] for i in cells}  # fmt: skip
                attacker = goals[0].attackers[0]
                witness = Witness(tables[secret].utmost(goals[0], attacker, end))
                known.append(witness)
                solved.append(witness)
                if any(attacker in goal.attackers for goal in ground.goals(secret, end, known)):
                    name = ground.attackers[attacker].name
                    count = linked.cells[secret].value + witness.of(secret)
                    found.append(Exposed(secret, name, *((count, None) if end == LOW else (None, count))))
                    break
    return found


def _sealed(linked: Linked, unknown: Container[int]) -> Linked:
    """``linked`` with all that is hidden hidden for good, and the rest out, so that there is nothing left to choose."""
    cells = [cell._replace(was_hidden=i in unknown, is_out=i not in unknown, was_marked=cell.is_marked)
             for i, cell in enumerate(linked.cells)]  # fmt: skip
    return replace(linked, cells=cells)


class _Table:
    """The unknown cells of one component, and what the sums tell of them."""

    def __init__(self, ground: Ground, cells: Sequence[int], sums: Sequence[Sum]) -> None:
        self.ground, self.cells = ground, cells
        at = {cell: column for column, cell in enumerate(cells)}
        rows = [({at[i]: w for i, w in each.weights.items()}, each.total, each.total) for each in sums]
        self.problem = Problem(len(at), rows)
        self.whole = [ground.linked.cells[i].is_whole for i in cells]

    def utmost(self, goal: Goal, attacker: int, end: int) -> Changes:
        """How near the secret comes to the goal in the eyes of an attacker, the other counts with it.

        Where what comes out is in whole numbers anyway, nothing in whole numbers comes nearer.
        """
        ground, high = self.ground, float(self.ground.linked.hide[1])
        cost = [(1.0 if end == LOW else -1.0) if i == goal.secret else 0.0 for i in self.cells]
        least = [max(ground.least[i], ground.owners(i).get(attacker, 0.0)) for i in self.cells]
        most = [min(ground.most[i], high if i == goal.secret else INFINITE) for i in self.cells]
        counts = self.problem.solve(cost, least, most)
        if counts is not None and any(abs(counts[self.whole] - counts[self.whole].round()) > NEAR):
            counts = self.problem.solve(cost, least, most, self.whole)
        if counts is None:
            return {}
        changes = {i: float(round(count) if is_whole else count) - ground.values[i]
                   for i, count, is_whole in zip(self.cells, counts, self.whole, strict=True)}  # fmt: skip
        return {i: change for i, change in changes.items() if abs(change) > NEAR}
