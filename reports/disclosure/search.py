"""Looks for witnesses: one count goes where an attacker must hold it possible, and a chain of others makes up for it.

Every sum through the count is uneven then, until another of its cells goes the other way, which unsettles the other
sums of that cell, and so on until all are even again. Chains that hide the least are followed first (best-first
search, as in A*, with a guess for each sum that is still uneven). In a table of two ways that finds the rectangles of
the hypercube method (Repsilber 1994; Giessing and Repsilber 2002), and it doesn't mind how tables are linked.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from reports.disclosure.witnesses import NEAR, Changes, Goal, Ground

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
    return {i: change for i, change in found.items() if abs(change) > NEAR}


_DOUBT = 0.3
"""What it costs that a cell goes below what some partner knows it to be, so that it takes another witness for them."""

_Way = tuple[float, int, float, int, float, Changes, Changes]
"""A chain that may be followed: its price as it is guessed, its number (of equals the one found first is taken, so that
the search goes the same way every time), its price so far, one more cell and by how much it goes; what moved before
and what was uneven then."""


class _Search:
    """The search for one chain; ``start`` is how far cells have gone already."""

    def __init__(self, ground: Ground, goal: Goal, start: Changes, prices: Prices, blur: float | None) -> None:
        self.ground, self.goal, self.start, self.prices, self.blur = ground, goal, start, prices, blur
        self.known = ground.floor(goal.attackers)

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
        ground, known, blur, start, prices = self.ground, self.known, self.blur, self.start, self.prices
        values, least, most, top, parts = ground.values, ground.least, ground.most, ground.top, ground.parts
        fewest: list[tuple[int, float, float]] = []
        count = len(values)
        for each in sorted(uneven, key=ground.sizes.__getitem__):
            rest, ways = uneven[each], []
            for i, weight in parts[each]:
                price = prices[i]
                if price is None or i in moved:
                    continue
                change = -rest / weight
                value = values[i] + change
                if i in start:
                    value += start[i]
                    price = 0.0
                if value < -NEAR or (i in known and value < known[i] - NEAR):
                    continue
                if value < top[i] - NEAR:
                    price += _DOUBT
                if not least[i] - NEAR <= value <= most[i] + NEAR:
                    if blur is None or ground.was_marked[i]:
                        continue
                    price += blur
                ways.append((i, change, price))
                if len(ways) == count:
                    break
            else:
                fewest, count = ways, len(ways)
                if count <= 2:  # nothing to choose
                    break
        return fewest
