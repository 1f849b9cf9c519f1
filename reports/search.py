"""Looks for witnesses: one count goes where an attacker must hold it possible, and a chain of others makes up for it.

Every sum through the count is uneven then, until another of its cells goes the other way, which unsettles the other
sums of that cell, and so on until all are even again. Chains that hide the least are followed first (best-first
search, as in A*, with a guess for each sum that is still uneven). In a table of two ways that finds the rectangles of
the hypercube method (Repsilber 1994; Giessing and Repsilber 2002), and it doesn't mind how tables are linked.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from reports.witnesses import NEAR, Changes, Goal, Ground

Prices = Sequence[float | None]
"""By cell: 0 where nobody sees it, what hiding it costs where it is shown, None where it can't be hidden."""

_LENGTH = 0.001
"""What one more cell in a chain costs: next to nothing, so that of equally dear chains the shortest is taken."""
_UNEVEN = 0.4
"""What evening out one more sum is guessed to cost. With next to nothing the search tries all cheap ways first, takes
twice as long, and on the bundled example hides more in the end; with much more it takes the first chain it finds."""


def find(ground: Ground, goal: Goal, prices: Prices, steps: int, blur: float | None = None) -> dict[int, float] | None:
    """A witness for ``goal`` that moves few cells of low price; None where none was found within ``steps``.

    ``blur`` is the price of going beyond what a mark of this edition allows, so that the mark must go; None where
    marks stay. A count that can't go all the way at once goes in parts, as water finds several ways.
    """
    found: dict[int, float] = {}
    left = step = goal.aim - ground.values[goal.secret]
    while abs(left) > NEAR:
        more = _Search(ground, goal, found, prices, blur).chain(step, steps)
        if more is not None:
            for i, change in more.items():
                found[i] = found.get(i, 0.0) + change
            left -= step
            step = left if abs(left) < abs(step) else step
        elif abs(step) <= 1:
            return None
        else:
            step = float(int(step / 2))
    return found


import os
_DOUBT = float(os.environ.get("DOUBT","0.3"))


class _Way(NamedTuple):
    """A chain that may be followed: one more cell after those of ``before``. Ordered by what it is guessed to cost."""

    guess: float
    number: int  # of equals the one found first, so that the search goes the same way every time
    price: float
    cell: int
    change: float
    before: tuple[Changes, Changes]


class _Search:
    """The search for one chain; ``start`` is how far cells have gone already."""

    def __init__(self, ground: Ground, goal: Goal, start: Changes, prices: Prices, blur: float | None) -> None:
        self.ground, self.goal, self.start, self.prices, self.blur = ground, goal, start, prices, blur
        self.own = ground.attackers[goal.attacker].own

    def chain(self, step: float, steps: int) -> Changes | None:
        """The secret goes by ``step`` and others go along, each once, so that all sums hold."""
        sums = self.ground.sums
        waiting = [_Way(0.0, 0, 0.0, self.goal.secret, step, ({}, {}))]
        number = 0
        while waiting and steps > 0:
            way = heappop(waiting)
            moved, uneven = {**way.before[0], way.cell: way.change}, dict(way.before[1])
            for each, weight in sums[way.cell]:
                rest = uneven.pop(each, 0.0) + weight * way.change
                if abs(rest) > NEAR:
                    uneven[each] = rest
            if not uneven:
                return moved
            steps -= 1
            before = moved, uneven
            for i, change, price in self._ways(moved, uneven):
                number += 1
                left = len(uneven)
                for each, weight in sums[i]:
                    if each not in uneven:
                        left += 1
                    elif abs(uneven[each] + weight * change) <= NEAR:
                        left -= 1
                total = way.price + price + _LENGTH
                heappush(waiting, _Way(total + _UNEVEN * left, number, total, i, change, before))
        return None

    def _ways(self, moved: Changes, uneven: Changes) -> list[tuple[int, float, float]]:
        """How the sum with the fewest ways can be made even by one more cell: cell, change and price."""
        parts = self.ground.parts
        fewest: list[tuple[int, float, float]] | None = None
        for each in sorted(uneven, key=lambda number: len(parts[number])):
            ways = []
            for i, weight in parts[each]:
                price = self.prices[i]
                if price is None or i in moved:
                    continue
                change = -uneven[each] / weight
                so_far = self.start.get(i)
                extra = self._extra(i, self.ground.values[i] + change + (so_far or 0.0))
                if extra is not None:
                    ways.append((i, change, extra + (price if so_far is None else 0.0)))
                    if fewest is not None and len(ways) == len(fewest):
                        break
            else:
                fewest = ways
            if not fewest:
                break
        return fewest or []

    def _extra(self, cell: int, count: float) -> float | None:
        """What it costs beside hiding that a cell may be ``count``; None where it can't be."""
        ground = self.ground
        if count < -NEAR or (cell in self.own and count < ground.knows(self.goal.attacker, cell) - NEAR):
            return None
        doubt = _DOUBT if count < ground.top[cell] - NEAR else 0.0
        if ground.least[cell] - NEAR <= count <= ground.most[cell] + NEAR:
            return doubt
        return None if ground.linked.cells[cell].was_marked or self.blur is None else self.blur + doubt
