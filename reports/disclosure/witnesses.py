"""Witnesses: other counts that fit all that is shown, so that nobody can tell that they are not the true ones.

A small cell is safe from an attacker at one end of the hidden range where there is a witness in which the cell lies
there, and which goes with all that the attacker knows. A witness is checked by adding up, in whole numbers; however it
was found, it is a proof. Most are short: one count goes up by six, and three others make up for it. Many small cells
share a base from which each goes but a few people farther.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from reports.disclosure.linked import PUBLIC, Attacker, Linked

NEAR = 1e-6
LOW, HIGH = 0, 1

_BLOCK = 2000
"""How many witnesses are added up at a time: as many as fit into memory easily."""

Changes = Mapping[int, float]
"""By how much cells go up or down, such that all sums stay even; all others stay as they are."""
NOTHING: Changes = {}


class Witness(NamedTuple):
    """Other counts than the true ones: by ``base``, a witness of its own that others may share, and ``step``."""

    step: Changes
    base: Changes = NOTHING

    def of(self, cell: int) -> float:
        """By how much a cell differs from what it truly is."""
        return self.base.get(cell, 0.0) + self.step.get(cell, 0.0)


class Goal(NamedTuple):
    """A count that a small cell must possibly have in the eyes of some attackers."""

    attackers: tuple[int, ...]
    secret: int
    aim: float

    @property
    def is_public(self) -> bool:
        """Whether anybody asks for it, not only some who know of their own."""
        return self.attackers == (0,)


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
        self._doubters: dict[int, tuple[Witness, int]] = {}
        self._based: dict[int, Witness] = {}

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
        self._knowing: dict[tuple[int, float], int] = {}
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
            for own in (self.attackers[attacker].own for attacker in attackers):
                for i, count in zip(own.cells.tolist(), own.counts.tolist(), strict=True):
                    least[i] = max(min(count, self.values[i]), least.get(i, 0.0))
            self._floors[attackers] = least
        return self._floors[attackers]

    def fits(self, witnesses: Sequence[Witness], unknown: Collection[int]) -> list[bool]:
        """Of each witness, whether what is shown, the sums and the status codes allow for it."""
        is_seen = np.ones(len(self.values), bool)
        is_seen[list(unknown)] = False
        return _Proof(self, is_seen).holds(witnesses)

    def doubters(self, witness: Witness) -> int:
        """The attackers who know better, a bit each: to whom a cell is more than the witness makes of it."""
        if id(witness) not in self._doubters:  # the witness is kept with them, so that no other gets its id
            is_doubted = bool(witness.base) and self.doubters(self.based(witness.base)) > 0
            step, base = witness  # looked up here, not by `of`: this is asked for every cell of every witness
            found = 0
            for i in {**base, **step} if is_doubted else step:
                count = self.values[i] + base.get(i, 0.0) + step.get(i, 0.0) + NEAR
                if self.top[i] > count:
                    found |= self._who_knows(i, count)
            self._doubters[id(witness)] = witness, found
        return self._doubters[id(witness)][1]

    def based(self, base: Changes) -> Witness:
        """A base as a witness, the same one each time."""
        if id(base) not in self._based:
            self._based[id(base)] = Witness(base)
        return self._based[id(base)]

    def _who_knows(self, cell: int, count: float) -> int:
        """Those who know that a cell is more than ``count``, a bit each."""
        if (cell, count) not in self._knowing:
            self._knowing[cell, count] = sum(1 << who for who, own in self.owners(cell).items() if own > count)
        return self._knowing[cell, count]

    def goals(self, secret: int, end: int, witnesses: Sequence[Witness]) -> list[Goal]:
        """What is left to prove for one end of the hidden range of a small cell: for the public, else for those who
        doubt all witnesses so far.

        Who reported all of a cell has nothing to learn of it. Whose own part is larger than the least count holds
        fewer counts possible.
        """
        value, (low, high) = self.values[secret], self.linked.hide
        if value == (high if end == HIGH else low):
            return []  # the truth is the witness
        aim = float(high if end == HIGH else low)
        counts = [value + base.get(secret, 0.0) + step.get(secret, 0.0) for step, base in witnesses]
        reaching = [witness for witness, count in zip(witnesses, counts, strict=True)
                    if (count >= aim - NEAR if end == HIGH else count <= aim + NEAR)]  # fmt: skip
        if not reaching:
            return [Goal((0,), secret, aim)]
        left = -1
        for witness in reaching:
            left &= self.doubters(witness)
        found: dict[float, list[int]] = {}
        for attacker in _numbers(left) if left else ():
            own = self.owners(secret).get(attacker, 0.0)
            if own >= value:
                continue
            if end == LOW and own > low:
                if any(count <= own + NEAR and not self.doubters(witness) >> attacker & 1
                       for witness, count in zip(witnesses, counts, strict=True)):  # fmt: skip
                    continue
                found.setdefault(own, []).append(attacker)
            else:
                found.setdefault(aim, []).append(attacker)
        return [Goal(tuple(attackers), secret, aim) for aim, attackers in found.items()]

    def blur(self, witness: Witness) -> list[int]:
        """Takes away the marks that deny what ``witness`` takes a step to; gives the cells that had them."""
        found = [i for i, change in witness.step.items()
                 if not self.least[i] - NEAR <= self.values[i] + change + witness.base.get(i, 0.0)
                 <= self.most[i] + NEAR]  # fmt: skip
        for i in found:
            self.least[i], self.most[i] = 0.0, float("inf")
        return found


def _numbers(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


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

    def holds(self, witnesses: Sequence[Witness]) -> list[bool]:
        """Of each witness, whether it can be: one that goes on from a base, where that can be, and all that it moves
        from there can be where it comes to. Sums stay even if each step leaves them so."""
        bases = {id(w.base): w.base for w in witnesses if w.base}
        held = dict(zip(bases, self._holds([Witness(base) for base in bases.values()]), strict=True))
        return [can_be and held.get(id(witness.base), True)
                for witness, can_be in zip(witnesses, self._holds(witnesses), strict=True)]  # fmt: skip

    def _holds(self, witnesses: Sequence[Witness]) -> Iterator[bool]:
        for first in range(0, len(witnesses), _BLOCK):
            yield from self._block(witnesses[first : first + _BLOCK])

    def _block(self, witnesses: Sequence[Witness]) -> list[bool]:
        """Of each witness, whether its step may be taken."""
        counts = [len(witness.step) for witness in witnesses]
        cells = _flat((witness.step for witness in witnesses), counts, int)
        by = _flat((witness.step.values() for witness in witnesses), counts, float)
        before = _flat(([each.base.get(i, 0.0) for i in each.step] for each in witnesses), counts, float)
        number = np.repeat(np.arange(len(counts)), counts)
        after = self.values[cells] + before + by
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
