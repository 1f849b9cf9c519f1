"""Cells that are linked by sums: what disclosure control hides in, and what attackers reckon with. Numbers only.

A cell is a count of people. It is *published* (a page or a download shows it unless it is hidden) or *implied* (nobody
writes it down, but it follows: the rest of a whole, those without a credential). A cell is *small* where it lies in
the range that must be hidden. What attackers know of a cell that they can't see is that it is no less than zero,
a whole number, and, where it is *marked*, that it is small: its status code says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


class Cell(NamedTuple):
    """One count. ``is_out``: it was published earlier, so hiding it hides nothing; ``was_marked``: so was its mark;
    ``was_hidden``: it was hidden earlier, and stays so.

    ``cost`` is what hiding it loses.
    """

    name: str
    value: float
    is_small: bool = False
    is_implied: bool = False
    is_marked: bool = False
    was_marked: bool = False
    is_out: bool = False
    was_hidden: bool = False
    cost: float = 1.0

    @property
    def is_whole(self) -> bool:
        return self.value == round(self.value)


class Sum(NamedTuple):
    """Weights by cell, and what the weighted cells add up to."""

    weights: Mapping[int, float]
    total: float = 0.0


@dataclass(frozen=True)
class Linked:
    """Cells, their sums, and the range (both ends included) in which a count must stay possible everywhere. ``merged``
    are by cell the cells that it is shown in place of: where it is seen, so are all of them or none."""

    cells: Sequence[Cell]
    sums: Sequence[Sum]
    hide: tuple[int, int] = (1, 10)
    merged: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def components(self, unknown: Iterable[int] | None = None) -> list[tuple[list[int], list[Sum]]]:
        """The cells in groups that no sum links to one another, each with its sums.

        With ``unknown``, only those cells; the sums then tell what the unknown cells add up to.
        """
        among = set(range(len(self.cells)) if unknown is None else unknown)
        parent = {i: i for i in among}

        def find(i: int) -> int:
            while parent[i] != i:
                parent[i] = parent[parent[i]]
                i = parent[i]
            return i

        reduced = []
        for each in self.sums:
            weights = {i: w for i, w in each.weights.items() if i in among}
            if weights:
                known = sum(w * self.cells[i].value for i, w in each.weights.items() if i not in among)
                reduced.append(Sum(weights, each.total - known))
                first, *others = weights
                top = find(first)
                for other in others:
                    parent[find(other)] = top
        groups: dict[int, tuple[list[int], list[Sum]]] = {}
        for i in sorted(among):
            groups.setdefault(find(i), ([], []))[0].append(i)
        for each in reduced:
            groups[find(next(iter(each.weights)))][1].append(each)
        return list(groups.values())


class Own(Mapping[int, float]):
    """How much of cells is somebody's own, by cell, ascending: two arrays, as there are millions of such counts."""

    def __init__(self, cells: np.ndarray, counts: np.ndarray) -> None:
        self.cells, self.counts = cells, counts

    @classmethod
    def of(cls, counts: Mapping[int, float]) -> Own:
        return cls(np.array(sorted(counts), dtype=int), np.array([counts[i] for i in sorted(counts)], dtype=float))

    def __getitem__(self, cell: int) -> float:
        at = int(np.searchsorted(self.cells, cell))
        if at == len(self.cells) or self.cells[at] != cell:
            raise KeyError(cell)
        return float(self.counts[at])

    def __iter__(self) -> Iterator[int]:
        return iter(self.cells.tolist())

    def __len__(self) -> int:
        return len(self.cells)


@dataclass(frozen=True)
class Attacker:
    """Somebody who reckons back: the public, or a partner that knows how much of each cell is its ``own``."""

    name: str = ""
    own: Own = field(default_factory=lambda: Own.of({}))

    def least(self, linked: Linked, cell: int) -> float:
        """The least that they know a cell to be."""
        known = min(self.own.get(cell, 0.0), linked.cells[cell].value)
        return max(known, linked.hide[0]) if linked.cells[cell].is_marked else max(known, 0.0)

    def secrets(self, linked: Linked, cells: Iterable[int]) -> list[int]:
        """The small cells of which others than they themselves are a part."""
        return [i for i in cells if linked.cells[i].is_small and self.own.get(i, 0.0) < linked.cells[i].value]

    def range(self, linked: Linked, secret: int) -> tuple[float, float]:
        """What they must hold possible of a secret: all of the range that is hidden, from what they know it to be."""
        return max(self.least(linked, secret), float(linked.hide[0])), float(linked.hide[1])


PUBLIC = Attacker()


@dataclass(frozen=True)
class Part:
    """One component on its own: ``cells`` says which cells of the whole its own are."""

    cells: Sequence[int]
    linked: Linked
    attackers: Sequence[Attacker]


def apart(linked: Linked, attackers: Iterable[Attacker]) -> Iterator[Part]:
    """The components, each with those attackers who know something of it.

    Cells and sums stand in an order of their own, so that it is all the same which were taken in first.
    """
    names = [(cell.name, cell.value) for cell in linked.cells]
    groups = [(sorted(cells, key=names.__getitem__), sums) for cells, sums in linked.components()]
    group, at = np.zeros(len(linked.cells), int), np.zeros(len(linked.cells), int)
    for number, (cells, _) in enumerate(groups):
        group[cells], at[cells] = number, range(len(cells))
    mine: list[list[Attacker]] = [[] for _ in groups]
    for attacker in sorted((a for a in attackers if a.own), key=lambda attacker: attacker.name):
        order = np.lexsort((at[attacker.own.cells], group[attacker.own.cells]))
        known, counts = attacker.own.cells[order], attacker.own.counts[order]
        numbers, starts = np.unique(group[known], return_index=True)
        for number, first, last in zip(numbers.tolist(), starts, [*starts[1:], len(known)], strict=True):
            mine[number].append(Attacker(attacker.name, Own(at[known[first:last]], counts[first:last])))
    for number, (cells, sums) in enumerate(groups):
        to = dict(zip(cells, range(len(cells)), strict=True))
        each = sorted((sorted((to[i], weight) for i, weight in one.weights.items()), one.total) for one in sums)
        ordered = [Sum(dict(weights), total) for weights, total in each]
        merged = {to[i]: [to[part] for part in linked.merged[i]] for i in cells if i in linked.merged}
        yield Part(cells, Linked([linked.cells[i] for i in cells], ordered, linked.hide, merged), mine[number])
