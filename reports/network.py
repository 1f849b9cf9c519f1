"""Looks for witnesses among all cells at once, by HiGHS: for one goal at the least cost, or for many goals together.

What it costs to hide a cell is taken as if it were paid for every person by whom its count moves, as network heuristics
do (Kelly, Golden and Assad 1992, Networks 22): so this finds a witness where there is one, and hides somewhat more than
it must; what isn't needed is shown again afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from reports.search import Prices
from reports.solver import INFINITE, Problem
from reports.witnesses import HIGH, NEAR, Changes, Goal, Ground

_LITTLE = 0.01
"""What moving a cell that nobody sees costs: little, so that few move."""
_ROUNDS, _FEW = 10, 0.02
"""How often many goals are asked for together, and the share of them that a solution must reach to be worth more such.
Each goal is worth another random amount each time, so that others are reached, and so that few solutions are in
fractions of people; what is left is looked for one by one."""


class Network:
    """The cells as unknowns: by how many each goes up, and by how many down."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.count = ground, len(ground.values)
        self.values = np.array(ground.values, dtype=np.double)
        self.top = np.array(ground.top, dtype=np.double)
        self.is_whole = [cell.is_whole for cell in ground.linked.cells]
        self.was_marked = np.array([cell.was_marked for cell in ground.linked.cells])
        rows = []
        for parts in ground.parts:
            ways = dict(parts) | {self.count + i: -weight for i, weight in parts}
            rows.append((ways, 0.0, 0.0))
        self.problem = Problem(2 * self.count, rows)

    def find(self, goal: Goal, prices: Prices) -> Changes | None:
        """A witness for ``goal``; None where there is none. Marks of this edition don't bind it."""
        costs = np.array([np.nan if price is None else price for price in prices])
        least = np.where(self.was_marked, self.ground.least, 0.0)
        for i, own in self.ground.attackers[goal.attacker].own.items():
            least[i] = max(least[i], min(own, self.values[i]))
        up = np.where(self.was_marked, np.array(self.ground.most) - self.values, INFINITE)
        most = np.concatenate([up, self.values - least])
        most[np.tile(np.isnan(costs), 2)] = 0.0
        fixed = np.zeros(2 * self.count)
        step = goal.aim - self.values[goal.secret]
        most[[goal.secret, self.count + goal.secret]] = 0.0
        way = goal.secret + self.count * (step < 0)
        fixed[way] = most[way] = abs(step)
        return self._changes(np.tile(np.nan_to_num(costs) + _LITTLE, 2), fixed, most, is_needed=True)

    def together(
        self, end: int, secrets: Collection[int], unseen: Collection[int]
    ) -> Iterator[tuple[Changes, list[int]]]:
        """Witnesses that nobody doubts, among ``unseen``, each with those of ``secrets`` that it brings to ``end``.

        All are asked for together; those that were not reached together are asked for again.
        """
        ground, (low, high) = self.ground, map(float, self.ground.linked.hide)
        values, is_up = self.values, end == HIGH
        left = np.isin(np.arange(self.count), list(secrets))
        can_move = np.tile(np.isin(np.arange(self.count), list(unseen)), 2)
        least = np.minimum(np.maximum(self.top, ground.least), values)
        dice = np.random.default_rng(1)
        for _ in range(_ROUNDS):
            most = np.where(left & is_up, np.minimum(high, ground.most), ground.most)
            floor = least if is_up else np.where(left, np.maximum(least, np.minimum(low, values)), least)
            ways = np.concatenate([np.maximum(most - values, 0.0), values - floor])
            worth = np.where(left, (1.0 + dice.random(self.count)) * (1 if is_up else -1), 0.0)
            cost = np.concatenate([-worth, worth]) + _LITTLE
            changes = self._changes(cost, np.zeros(2 * self.count), np.where(can_move, ways, 0.0), is_needed=False)
            if changes:
                counts = values.copy()
                counts[list(changes)] += list(changes.values())
                is_near = left & ((counts >= high - NEAR) if is_up else (counts <= low + NEAR))
                if is_near.sum() <= _FEW * left.sum():
                    return
                left &= ~is_near
                yield changes, [int(i) for i in np.flatnonzero(is_near)]

    def _changes(self, cost: np.ndarray, least: np.ndarray, most: np.ndarray, *, is_needed: bool) -> Changes | None:
        """What moves at the least cost; a solution in fractions of people is no witness: one that ``is_needed`` is
        looked for again in whole numbers."""
        solution = self.problem.solve(cost, least, most)
        if solution is not None and is_needed and not self._is_whole(solution):
            solution = self.problem.solve(cost, least, most, self.is_whole * 2)  # three times the work, seldom needed
        if solution is None or not (is_needed or self._is_whole(solution)):
            return None
        moves = solution[: self.count] - solution[self.count :]
        return {int(i): float(round(moves[i])) if self.is_whole[i] else float(moves[i])
                for i in np.flatnonzero(np.abs(moves) > NEAR)}  # fmt: skip

    def _is_whole(self, solution: np.ndarray) -> bool:
        by = solution[np.tile(self.is_whole, 2)]
        return bool((np.abs(by - np.round(by)) <= NEAR).all())
