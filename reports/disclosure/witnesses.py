"""Witnesses: other counts that fit all that is shown, so that nobody can tell that they are not the true ones.

A small cell is safe from an attacker at one end of the hidden range where there is a witness in which the cell lies
there, and which goes with all that the attacker knows. A witness is checked by adding up, in whole numbers; however it
was found, it is a proof. Most witnesses are short: one count goes up by six, and three others make up for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from reports.disclosure.linked import PUBLIC, Attacker, Linked

NEAR = 1e-6
LOW, HIGH = 0, 1

_BLOCK = 2000
"""How many witnesses are added up at a time: as many as fit into memory easily."""

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
        self.is_whole = [cell.is_whole for cell in linked.cells]
        self.least = [float(linked.hide[0]) if cell.is_marked else 0.0 for cell in linked.cells]
        self.most = [float(linked.hide[1]) if cell.is_marked else float("inf") for cell in linked.cells]
        self.parts = [tuple(each.weights.items()) for each in linked.sums]
        self.sums: list[list[tuple[int, float]]] = [[] for _ in linked.cells]
        for number, parts in enumerate(self.parts):
            for i, weight in parts:
                self.sums[i].append((number, weight))
        self.sizes = [len(parts) for parts in self.parts]
        self.was_marked = [cell.was_marked for cell in linked.cells]
        self._take_own()
        self._doubters: dict[int, tuple[Changes, dict[int, None]]] = {}

    def _take_own(self) -> None:
        """What is whose, by cell, in arrays: there are many more such counts than are ever asked for."""
        cells = np.concatenate([attacker.own.cells for attacker in self.attackers])
        own = np.concatenate([attacker.own.counts for attacker in self.attackers])
        own = np.minimum(own, np.array(self.values)[cells])
        top = np.zeros(len(self.values))
        np.maximum.at(top, cells, own)
        self.top: list[float] = top.tolist()
        order = np.argsort(cells, kind="stable")
        sizes = [len(attacker.own) for attacker in self.attackers]
        self._owner, self._own = np.repeat(np.arange(len(sizes)), sizes)[order], own[order]
        self._first = np.searchsorted(cells[order], np.arange(len(self.values) + 1))
        self._owners: dict[int, dict[int, float]] = {}
        self._floors: dict[tuple[int, ...], dict[int, float]] = {}

    def owners(self, cell: int) -> Mapping[int, float]:
        """By attacker, how much of a cell is their own, and so the least that they know it to be."""
        if cell not in self._owners:
            mine = slice(self._first[cell], self._first[cell + 1])
            self._owners[cell] = dict(zip(self._owner[mine].tolist(), self._own[mine].tolist(), strict=True))
        return self._owners[cell]

    def floor(self, attackers: tuple[int, ...]) -> Mapping[int, float]:
        """The least that some of the attackers know cells to be."""
        if attackers not in self._floors:
            least: dict[int, float] = {}
            for attacker in attackers:
                for i, own in self.attackers[attacker].own.items():
                    least[i] = max(min(own, self.values[i]), least.get(i, 0.0))
            self._floors[attackers] = least
        return self._floors[attackers]

    def fits(self, witnesses: Sequence[Changes], unknown: Collection[int]) -> list[bool]:
        """Of each witness, whether what is shown, the sums and the status codes allow for it."""
        is_seen = np.ones(len(self.values), bool)
        is_seen[list(unknown)] = False
        proof = _Proof(self, is_seen)
        return [each for first in range(0, len(witnesses), _BLOCK)
                for each in proof.holds(witnesses[first : first + _BLOCK])]  # fmt: skip

    def doubters(self, changes: Changes) -> dict[int, None]:
        """The attackers who know better: to whom a cell is more than the witness makes of it."""
        if id(changes) not in self._doubters:  # the witness is kept with them, so that no other gets its id
            found: dict[int, None] = {}
            for i, change in changes.items():
                count = self.values[i] + change + NEAR
                if change < 0 and self.top[i] > count:
                    found |= {attacker: None for attacker, own in self.owners(i).items() if own > count}
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
            own = self.owners(secret).get(attacker, 0.0)
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


class _Proof:
    """Adds witnesses up, many at a time. The sums of all cells stand one cell after the other, from ``first`` on."""

    def __init__(self, ground: Ground, is_seen: np.ndarray) -> None:
        self.is_seen, self.count = is_seen, len(ground.parts)
        self.values, self.is_whole = np.array(ground.values), np.array(ground.is_whole)
        self.least, self.most = np.array(ground.least) - NEAR, np.array(ground.most) + NEAR
        sizes = [len(each) for each in ground.sums]
        self.sizes, self.first = np.array(sizes), np.cumsum([0, *sizes])
        self.sums = _flat(((number for number, _ in each) for each in ground.sums), sizes, int)
        self.weights = _flat(((weight for _, weight in each) for each in ground.sums), sizes, float)

    def holds(self, witnesses: Sequence[Changes]) -> list[bool]:
        counts = [len(changes) for changes in witnesses]
        cells = _flat(witnesses, counts, int)
        by = _flat((changes.values() for changes in witnesses), counts, float)
        number = np.repeat(np.arange(len(counts)), counts)
        after = self.values[cells] + by
        is_wrong = self.is_seen[cells] | (after < self.least[cells]) | (after > self.most[cells])
        is_wrong |= self.is_whole[cells] & (np.abs(after - np.round(after)) > NEAR)
        wrong = set(number[is_wrong].tolist())
        # what each sum comes to: for each cell that moves, all sums that it is in
        sizes = self.sizes[cells]
        at = np.arange(sizes.sum()) + np.repeat(self.first[cells] - np.cumsum(sizes) + sizes, sizes)
        key = np.repeat(number, sizes) * self.count + self.sums[at]
        order = np.argsort(key, kind="stable")
        if len(order):
            starts = np.flatnonzero(np.diff(key[order], prepend=-1))
            rests = np.add.reduceat((self.weights[at] * np.repeat(by, sizes))[order], starts)
            wrong.update((key[order][starts][np.abs(rests) > NEAR] // self.count).tolist())
        return [number not in wrong for number in range(len(witnesses))]


def _flat(rows: Iterable[Iterable[float]], counts: Sequence[int], kind: type) -> np.ndarray:
    """All rows one after the other; ``counts`` says how long they are."""
    return np.fromiter(chain.from_iterable(rows), kind, sum(counts))
