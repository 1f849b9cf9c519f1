"""Witnesses: other counts that fit all that is shown, so that nobody can tell that they are not the true ones.

A small cell is safe from an attacker at one end of the hidden range where there is a witness in which the cell lies
there, and which goes with all that the attacker knows. A witness is checked by adding up, in whole numbers; however it
was found, it is a proof. Most witnesses are short: one count goes up by six, and three others make up for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from reports.linked import PUBLIC, Attacker, Linked

NEAR = 1e-6
LOW, HIGH = 0, 1

Changes = Mapping[int, float]
"""A witness: by how much cells differ from what they truly are; all others are as they are."""


class Goal(NamedTuple):
    """A count that a small cell must possibly have in the eyes of some attackers."""

    attackers: tuple[int, ...]
    secret: int
    aim: float


class Ground:
    """The linked cells and who knows what of them, for looking up. ``attackers`` are the public, and others."""

    def __init__(self, linked: Linked, attackers: Sequence[Attacker]) -> None:
        self.linked, self.attackers = linked, [PUBLIC, *(a for a in attackers if a.own)]
        self.values = [cell.value for cell in linked.cells]
        self.least = [float(linked.hide[0]) if cell.is_marked else 0.0 for cell in linked.cells]
        self.most = [float(linked.hide[1]) if cell.is_marked else float("inf") for cell in linked.cells]
        self.parts = [tuple(each.weights.items()) for each in linked.sums]
        self.sums: list[list[tuple[int, float]]] = [[] for _ in linked.cells]
        for number, parts in enumerate(self.parts):
            for i, weight in parts:
                self.sums[i].append((number, weight))
        self.owners: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for number, attacker in enumerate(self.attackers):
            for i, own in attacker.own.items():
                self.owners[i].append((number, min(own, self.values[i])))
        self._floors: dict[tuple[int, ...], dict[int, float]] = {}
        self._doubters: dict[int, tuple[Changes, dict[int, None]]] = {}
        self.known = [{i: min(own, self.values[i]) for i, own in attacker.own.items()} for attacker in self.attackers]
        self.top = [max((own for _, own in self.owners.get(i, ())), default=0.0) for i in range(len(self.values))]
        self.sizes = [len(parts) for parts in self.parts]
        self.was_marked = [cell.was_marked for cell in linked.cells]

    def knows(self, attacker: int, cell: int) -> float:
        """How much of a cell is their own, and so the least that they know it to be."""
        return self.known[attacker].get(cell, 0.0)

    def floor(self, attackers: tuple[int, ...]) -> Mapping[int, float]:
        """The least that some of them know cells to be."""
        if len(attackers) == 1:
            return self.known[attackers[0]]
        if attackers not in self._floors:
            least: dict[int, float] = {}
            for attacker in attackers:
                for i, own in self.known[attacker].items():
                    least[i] = max(own, least.get(i, 0.0))
            self._floors[attackers] = least
        return self._floors[attackers]

    def fits(self, changes: Changes, unknown: Collection[int]) -> bool:
        """Whether what is shown, the sums and the status codes allow for ``changes``."""
        moved: dict[int, float] = defaultdict(float)
        for i, change in changes.items():
            count = self.values[i] + change
            if i not in unknown or not self.least[i] - NEAR <= count <= self.most[i] + NEAR:
                return False
            if self.linked.cells[i].is_whole and abs(count - round(count)) > NEAR:
                return False
            for number, weight in self.sums[i]:
                moved[number] += weight * change
        return all(abs(rest) <= NEAR for rest in moved.values())

    def doubters(self, changes: Changes) -> dict[int, None]:
        """The attackers who know better: to whom a cell is more than the witness makes of it."""
        if id(changes) not in self._doubters:  # the witness is kept with them, so that no other gets its id
            found = {
                attacker: None for i, change in changes.items() if change < 0
                for attacker, own in self.owners.get(i, ()) if own > self.values[i] + change + NEAR
            }  # fmt: skip
            self._doubters[id(changes)] = changes, found
        return self._doubters[id(changes)][1]

    def goals(self, secret: int, end: int, witnesses: Sequence[Changes]) -> list[Goal]:
        """What is left to prove for one end of the hidden range of a small cell: for the public, else for those who
        doubt all witnesses so far.

        Who reported all of a cell has nothing to learn of it. Whose own part is larger than the least count holds
        fewer counts possible.
        """
        value, (low, high) = self.values[secret], self.linked.hide
        counts = [value + changes.get(secret, 0.0) for changes in witnesses]
        reaching = [changes for changes, count in zip(witnesses, counts, strict=True)
                    if (count >= high - NEAR if end == HIGH else count <= low + NEAR)]  # fmt: skip
        if not reaching:
            return [Goal((0,), secret, float(high if end == HIGH else low))]
        left = self.doubters(reaching[0])
        for changes in reaching[1:]:
            left = {a: None for a in self.doubters(changes) if a in left}
        found: dict[float, list[int]] = {}
        for attacker in sorted(left):
            own = self.knows(attacker, secret)
            aim = float(high) if end == HIGH else max(own, float(low))
            enough = [changes for changes, count in zip(witnesses, counts, strict=True)
                      if (count >= aim - NEAR if end == HIGH else count <= aim + NEAR)]  # fmt: skip
            if own < value and all(attacker in self.doubters(changes) for changes in enough):
                found.setdefault(aim, []).append(attacker)
        return [Goal(tuple(attackers), secret, aim) for aim, attackers in found.items()]

    def blur(self, changes: Changes) -> list[int]:
        """Takes away the marks that deny ``changes``; gives the cells that had them."""
        found = [i for i, change in changes.items()
                 if not self.least[i] - NEAR <= self.values[i] + change <= self.most[i] + NEAR]  # fmt: skip
        for i in found:
            self.least[i], self.most[i] = 0.0, float("inf")
        return found
