"""Looks for witnesses: one count goes where an attacker must hold it possible, and a chain of others makes up for it.

Every sum through the count is uneven then, until another of its cells goes the other way, which unsettles the other
sums of that cell, and so on until all are even again. Chains that hide the least are followed first (best-first
search, as in A*, with a guess for each sum that is still uneven). In a table of two ways that finds the rectangles of
the hypercube method (Repsilber 1994; Giessing and Repsilber 2002), and it doesn't mind how tables are linked.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from heapq import heappop, heappush
from math import copysign

import numpy as np

from reports.disclosure.witnesses import NEAR, NOTHING, Changes, Goal, Ground

Prices = Sequence[float | None]
"""By cell: 0 where nobody sees it, what hiding it costs where it is shown, None where it can't be hidden."""

_LENGTH = 0.001
"""What one more cell in a chain costs: next to nothing, so that of equally dear chains the shortest is taken."""
_UNEVEN = 0.4
"""What evening out one more sum is guessed to cost. With next to nothing the search tries all cheap ways first, takes
twice as long, and on the bundled example hides more in the end; with much more it takes the first chain it finds."""
_DOUBT = 0.3
"""What it costs that a cell goes below what some partner knows it to be, so that it takes another witness for them."""


class Footing:
    """Counts from which chains start: the true ones, or those of a base; and how far each cell may go from there with
    nobody to doubt it and no mark to deny it."""

    def __init__(self, ground: Ground, base: Changes = NOTHING) -> None:
        self.ground, self.base = ground, base
        counts = np.array(ground.values, dtype=np.double)
        counts[list(base)] += list(base.values())
        self.counts: list[float] = counts.tolist()
        self.down: list[float] = (np.maximum(ground.top, ground.least) - counts - NEAR).tolist()
        self.up: list[float] = (np.array(ground.most, dtype=np.double) - counts + NEAR).tolist()

    def copy(self) -> Footing:
        """One that goes on without this one."""
        other = copy(self)
        other.counts, other.down, other.up = self.counts.copy(), self.down.copy(), self.up.copy()
        return other

    def go(self, changes: Changes) -> None:
        """Goes on to where some cells have gone farther."""
        for i, change in changes.items():
            self.counts[i] += change
            self.down[i] -= change
            self.up[i] -= change

    def allows(self, changes: Changes, goal: Goal) -> bool:
        """Whether ``goal``'s attacker and all marks hold possible where ``changes`` lead to."""
        ground, known = self.ground, self.ground.floor(goal.attackers[:1])
        for i, change in changes.items():
            if not self.down[i] <= change <= self.up[i]:
                count = self.counts[i] + change
                if not max(ground.least[i], known.get(i, 0.0)) - NEAR <= count <= ground.most[i] + NEAR:
                    return False
        return True


def find(footing: Footing, goal: Goal, prices: Prices, steps: int, blur: float | None = None) -> Changes | None:
    """What moves from a footing for ``goal``, few cells of low price; None where nothing was found within ``steps``.

    ``blur`` is the price of going beyond what a mark of this edition allows, so that the mark must go; None where
    marks stay. A count that can't go all the way at once goes in parts, as water finds several ways.
    """
    found: dict[int, float] = {}
    start, costs = footing, list(prices)
    left = step = goal.aim - footing.counts[goal.secret]
    half = 0.0
    while abs(left) > NEAR:
        more = _Search(start, goal, costs, blur).chain(step, steps)
        if more is not None:
            left -= step
            if not found and abs(left) <= NEAR:
                return more
            step = min(left, half or step, key=abs)
            half = 0.0
            start = footing.copy() if start is footing else start
            _go_on(start, more, found, costs)
        elif abs(step) <= 1:
            return None
        elif not found:  # where not even one person can go, this is soon known
            half, step = float(int(step / 2)), copysign(1.0, step)
        else:
            step = float(int(step / 2))
    return {i: change for i, change in found.items() if abs(change) > NEAR}


def mend(footing: Footing, base: Changes, goal: Goal, prices: Prices, steps: int, blur: float | None) -> Changes | None:
    """What moves on from ``base``, a witness that ``goal``'s attacker doubts, so that they don't: the secret goes all
    the way, then each count that is too low is lifted to what they know of it. None where one can't be."""
    start, costs, found = footing.copy(), list(prices), dict[int, float]()
    start.go(base)
    known = footing.ground.floor(goal.attackers)
    for i in (goal.secret, *base):
        aim = goal.aim if i == goal.secret else max(start.counts[i], known.get(i, 0.0))
        if abs(aim - start.counts[i]) > NEAR:
            more = find(start, goal._replace(secret=i, aim=aim), costs, steps, blur)
            if more is None:
                return None
            _go_on(start, more, found, costs)
        costs[goal.secret] = None  # it stays
    return {i: change for i, change in found.items() if abs(change) > NEAR}


def _go_on(start: Footing, more: Changes, found: dict[int, float], costs: list[float | None]) -> None:
    """Goes on by ``more``, and notes that; what moves once may move again at no price."""
    start.go(more)
    for i, change in more.items():
        found[i], costs[i] = found.get(i, 0.0) + change, 0.0


_Way = tuple[float, int, float, int, float, Changes, Changes]
"""A chain that may be followed: its price as it is guessed, its number (of equals the one found first is taken, so that
the search goes the same way every time), its price so far, one more cell and by how much it goes; what moved before
and what was uneven then."""


class _Search:
    """The search for one chain."""

    def __init__(self, start: Footing, goal: Goal, prices: Prices, blur: float | None) -> None:
        self.ground, self.goal, self.start, self.prices, self.blur = start.ground, goal, start, prices, blur
        self.known = start.ground.floor(goal.attackers)

    def chain(self, step: float, steps: int) -> Changes | None:
        """The secret goes by ``step`` and others go along, each once, so that all sums hold."""
        sums = self.ground.sums
        waiting: list[_Way] = [(0.0, 0, 0.0, self.goal.secret, step, {}, {})]
        number = 0
        while waiting and steps > 0:
            _, _, paid, cell, by, moved, uneven = heappop(waiting)
            moved, uneven = {**moved, cell: by}, dict(uneven)
            for each, weight in sums[cell]:
                rest = uneven.pop(each, 0.0) + weight * by
                if abs(rest) > NEAR:
                    uneven[each] = rest
            if not uneven:
                return moved
            steps -= 1
            for i, change, price in self._ways(moved, uneven):
                left = len(uneven)
                for each, weight in sums[i]:
                    if each not in uneven:
                        left += 1
                    elif abs(uneven[each] + weight * change) <= NEAR:
                        left -= 1
                number += 1
                total = paid + price + _LENGTH
                heappush(waiting, (total + _UNEVEN * left, number, total, i, change, moved, uneven))
        return None

    def _ways(self, moved: Changes, uneven: Changes) -> list[tuple[int, float, float]]:
        """How the sum with the fewest ways can be made even by one more cell: cell, change and price.

        Written out in one loop, since this is where nearly all the time of protecting an edition goes.
        """
        prices, parts, down, up = self.prices, self.ground.parts, self.start.down, self.start.up
        fewest: list[tuple[int, float, float]] = []
        count = len(prices)
        for each in sorted(uneven, key=self.ground.sizes.__getitem__):
            rest, ways = uneven[each], []
            for i, weight in parts[each]:
                price = prices[i]
                if price is None or i in moved:
                    continue
                change = -rest / weight
                if not down[i] <= change <= up[i]:
                    more = self._doubtful(i, change)
                    if more is None:
                        continue
                    price += more
                ways.append((i, change, price))
                if len(ways) == count:
                    break
            else:
                fewest, count = ways, len(ways)
                if count <= 2:  # nothing to choose
                    break
        return fewest

    def _doubtful(self, cell: int, change: float) -> float | None:
        """What it costs that somebody doubts a change, or a mark denies it; None where it can't be."""
        ground, count = self.ground, self.start.counts[cell] + change
        if count < -NEAR or (cell in self.known and count < self.known[cell] - NEAR):
            return None
        price = _DOUBT if count < ground.top[cell] - NEAR else 0.0
        if not ground.least[cell] - NEAR <= count <= ground.most[cell] + NEAR:
            if self.blur is None or ground.was_marked[cell]:
                return None
            price += self.blur
        return price
