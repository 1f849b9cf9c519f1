"""Witnesses for many small cells at once, and what to hide so that there are: linear problems over all cells.

Where a good part of all cells is small, their witnesses, found one by one, hide each some more, though what is hidden
anyway would do for most of them together. So each round asks for other counts in which as many small cells as possible
lie at an end of the hidden range, and no cell below what any partner knows to be its own: nobody doubts those. A cell
that is seen may move, too, at a price for every person, and is hidden from then on. The price begins high, so that the
first cells to be hidden are those that serve many. (Beginning anew with no cells but those that were hidden hides 1 %
less, and takes twice as long.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from reports.disclosure.search import Prices
from reports.disclosure.solver import INFINITE, Problem
from reports.disclosure.witnesses import NEAR, Changes, Ground

OFFERS = (3.0, 2.0, 1.5, 1.0)
"""What hiding a cell costs for every person by whom it moves, while a small cell's step towards an end of its range is
worth 1 to 2: another amount each time, so that others are reached. For less, cells are hidden that serve few."""
_TRIES = 6
"""How often to solve again where counts came out in fractions of people. Those stay where they are then, which is
sooner solved than to ask for other counts, and leaves the rest as it was."""
_AGAIN, _FEW = 4, 0.02
"""How often to go on with what is hidden, and the share of what is left that must be reached for it to be worth that.
What is left in the end is looked for one by one."""


class Shared(NamedTuple):
    """A witness with the small cells that it brings to an end of the range, or as near as some partner lets it."""

    changes: Changes
    reached: Sequence[int]


class Crowd:
    """The small cells of one component, all that are linked to them, and the price of hiding each."""

    def __init__(self, ground: Ground, problem: Problem, secrets: Iterable[int], prices: Prices) -> None:
        self.problem, self.count = problem, len(ground.values)
        self.values = np.array(ground.values)
        self.is_whole = np.array([cell.is_whole for cell in ground.linked.cells])
        was_marked = np.array(ground.was_marked)
        self.least = np.minimum(np.maximum(ground.top, np.where(was_marked, ground.least, 0.0)), self.values)
        self.most = np.where(was_marked, ground.most, INFINITE)
        low, self.high = map(float, ground.linked.hide)
        self.low = np.maximum(self.least, low)
        self.is_secret = np.isin(np.arange(self.count), list(secrets))
        self.price = np.array([np.inf if price is None else price for price in prices])
        self.dice = np.random.default_rng(1)

    def witnesses(self, offers: Sequence[float]) -> list[Shared]:
        """What they move beside the cells of no price is to be hidden."""
        made = _Rounds(self)
        for offer in (None, *offers):
            made.go(offer)
        return made.found


class _Rounds:
    """What is left to reach, and what may move without price by now."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.is_free = crowd.price == 0.0
        self.found: list[Shared] = []
        self.to_low = crowd.is_secret & (crowd.values > crowd.low)
        self.to_high = crowd.is_secret & (crowd.values < crowd.high)

    def go(self, offer: float | None) -> None:
        """One round in which cells may be hidden at a price; as many without as are worth it."""
        if offer is not None and not self._round(offer)[1]:
            return
        for _ in range(_AGAIN):
            left = self.to_low.sum() + self.to_high.sum()
            if self._round(None)[0] <= _FEW * left:
                return

    def _round(self, offer: float | None) -> tuple[int, bool]:
        """How many ends were reached, and whether something was hidden for it."""
        crowd = self.crowd
        if not (self.to_low.any() or self.to_high.any()):
            return 0, False
        up = self.to_high & (~self.to_low | (crowd.dice.random(crowd.count) < 0.5))
        moves = self._moves(up, self.to_low & ~up, offer)
        if moves is None:
            return 0, False
        counts = crowd.values + moves
        is_low = self.to_low & (counts <= crowd.low + NEAR)
        is_high = self.to_high & (np.abs(counts - crowd.high) <= NEAR)
        reached = is_low | is_high
        is_moved = np.abs(moves) > NEAR
        is_more = is_moved & ~self.is_free
        if reached.any():
            self.is_free |= is_more
            self.to_low &= ~is_low
            self.to_high &= ~is_high
            changes = {int(i): float(moves[i]) for i in np.flatnonzero(is_moved)}
            self.found.append(Shared(changes, [int(i) for i in np.flatnonzero(reached)]))
        return int(is_low.sum() + is_high.sum()), bool(reached.any() and is_more.any())

    def _moves(self, up: np.ndarray, down: np.ndarray, offer: float | None) -> np.ndarray | None:
        """By how much each cell moves; None where that came out in fractions of people.

        A cell without price is one unknown, by how much it goes up or down; one with a price is two.
        """
        crowd = self.crowd
        worth = (1.0 + crowd.dice.random(crowd.count)) * (up * 1.0 - down * 1.0)
        above = np.where(up, np.minimum(crowd.high, crowd.most), crowd.most) - crowd.values
        below = np.where(down, crowd.low, crowd.least) - crowd.values
        stays = np.zeros(crowd.count, dtype=bool) if offer is not None else ~self.is_free
        for _ in range(_TRIES):
            free = self.is_free & ~stays
            priced = ~self.is_free & ~stays & np.isfinite(crowd.price)
            price = np.where(priced, crowd.price, 0.0) * (offer or 0.0)
            solution = crowd.problem.solve(
                np.concatenate([price - worth, price + worth]),
                np.concatenate([np.where(free, below, 0.0), np.zeros(crowd.count)]),
                np.concatenate([np.where(free | priced, above, 0.0), np.where(priced, -below, 0.0)]),
            )
            if solution is None:
                break
            moves = solution[: crowd.count] - solution[crowd.count :]
            whole: np.ndarray = np.where(crowd.is_whole, np.round(moves), moves)
            if not (is_broken := np.abs(moves - whole) > NEAR).any():
                return whole
            stays |= is_broken
        return None
