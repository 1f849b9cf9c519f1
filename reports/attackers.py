"""Attackers: for every small cell, the least and the most it can be, from all that can be seen.

This is the proof that an edition is safe. Witnesses that come with the choice are added up and taken where they hold;
for what they leave open each end is a problem of its own, in whole numbers, whose solution is another witness.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.linked import Attacker, Linked, Sum
from reports.solver import INFINITE, Problem
from reports.witnesses import HIGH, LOW, NEAR, Changes, Goal, Ground


@dataclass(frozen=True)
class Exposed:
    """A small cell that somebody can narrow down: they find that it is no less, or no more, or just what it is."""

    cell: int
    attacker: str
    least: float | None
    most: float | None


def exposed(
    linked: Linked,
    hidden: Iterable[int],
    attackers: Sequence[Attacker],
    witnesses: Mapping[int, Sequence[Changes]] | None = None,
) -> list[Exposed]:
    """The small cells that ``attackers`` find out more of than that they are in the hidden range."""
    unseen = {i for i in hidden if not linked.cells[i].is_out}
    unknown = unseen | {i for i, cell in enumerate(linked.cells) if cell.is_implied}
    secrets = [i for i, cell in enumerate(linked.cells) if cell.is_small]
    found = [Exposed(i, "", linked.cells[i].value, linked.cells[i].value) for i in secrets if i not in unknown]
    ground = Ground(linked, attackers)
    tables: dict[int, _Table] = {}
    given = {id(changes): changes for found in (witnesses or {}).values() for changes in found}
    proven = {name for name, changes in given.items() if ground.fits(changes, unknown)}
    for secret in (i for i in secrets if i in unknown):
        known = [changes for changes in (witnesses or {}).get(secret, ()) if id(changes) in proven]
        for end in (LOW, HIGH):
            while goals := ground.goals(secret, end, known):
                if not tables:
                    tables = {i: table for cells, sums in linked.components(unknown)
                              for table in [_Table(ground, cells, sums)] for i in cells}  # fmt: skip
                changes = tables[secret].utmost(goals[0], end)
                known.append(changes)
                if goals[0] in ground.goals(secret, end, known):
                    name = ground.attackers[goals[0].attacker].name
                    count = linked.cells[secret].value + changes.get(secret, 0.0)
                    found.append(Exposed(secret, name, *((count, None) if end == LOW else (None, count))))
                    break
    return found


@dataclass(frozen=True)
class _Table:
    """The unknown cells of one component, and what the sums tell of them."""

    ground: Ground
    cells: Sequence[int]
    sums: Sequence[Sum]

    def utmost(self, goal: Goal, end: int) -> Changes:
        """How near the secret comes to the goal in the eyes of its attacker, the other counts with it."""
        ground, at = self.ground, {cell: column for column, cell in enumerate(self.cells)}
        rows = [({at[i]: w for i, w in each.weights.items()}, each.total, each.total) for each in self.sums]
        solution = Problem(len(at), rows).solve(
            [(1.0 if end == LOW else -1.0) if i == goal.secret else 0.0 for i in self.cells],
            [max(ground.least[i], ground.knows(goal.attacker, i)) for i in self.cells],
            [min(ground.most[i], float(ground.linked.hide[1]) if i == goal.secret else INFINITE) for i in self.cells],
            [ground.linked.cells[i].is_whole for i in self.cells],
        )
        if solution is None:
            return {}
        counts = [round(x) if ground.linked.cells[i].is_whole else x for i, x in zip(self.cells, solution, strict=True)]
        changes = {i: count - ground.values[i] for i, count in zip(self.cells, counts, strict=True)}
        return {i: change for i, change in changes.items() if abs(change) > NEAR}
