"""Looks for the witness of one goal among all cells at once, by HiGHS, at the least cost.

What it costs to hide a cell is taken as if it were paid for every person by whom its count moves, as network heuristics
do (Kelly, Golden and Assad 1992, Networks 22): so this finds a witness where there is one, and hides somewhat more than
it must; what isn't needed is shown again afterwards.
"""

from __future__ import annotations

import numpy as np

from reports.disclosure.search import Prices
from reports.disclosure.solver import INFINITE, Problem
from reports.disclosure.witnesses import NEAR, Changes, Goal, Ground

_LITTLE = 0.01
"""What moving a cell that nobody sees costs: little, so that few move."""
_TRIES = 5
"""How often to look for a witness that isn't in fractions of people, before whole numbers are asked for."""


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
        for i, own in self.ground.floor(goal.attackers).items():
            least[i] = max(least[i], own)
        up = np.where(self.was_marked, np.array(self.ground.most) - self.values, INFINITE)
        most = np.concatenate([up, self.values - least])
        most[np.tile(np.isnan(costs), 2)] = 0.0
        fixed = np.zeros(2 * self.count)
        step = goal.aim - self.values[goal.secret]
        most[[goal.secret, self.count + goal.secret]] = 0.0
        way = goal.secret + self.count * (step < 0)
        fixed[way] = most[way] = abs(step)
        return self._changes(np.tile(np.nan_to_num(costs) + _LITTLE, 2), fixed, most)

    def _changes(self, cost: np.ndarray, least: np.ndarray, most: np.ndarray) -> Changes | None:
        """What moves at the least cost. A solution in fractions of people is no witness: then one is looked for at
        other costs, about the same, and in the end in whole numbers, which can take a thousand times as long."""
        dice = np.random.default_rng(1)
        for _ in range(_TRIES):
            solution = self.problem.solve(cost * (1.0 + dice.random(len(cost))), least, most)
            if solution is None or self._is_whole(solution):
                break
        else:
            solution = self.problem.solve(cost, least, most, self.is_whole * 2)
        if solution is None:
            return None
        moves = solution[: self.count] - solution[self.count :]
        return {int(i): float(round(moves[i])) if self.is_whole[i] else float(moves[i])
                for i in np.flatnonzero(np.abs(moves) > NEAR)}  # fmt: skip

    def _is_whole(self, solution: np.ndarray) -> bool:
        by = solution[np.tile(self.is_whole, 2)]
        return bool((np.abs(by - np.round(by)) <= NEAR).all())
