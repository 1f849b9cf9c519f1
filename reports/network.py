"""Looks for witnesses that no chain leads to: all cells that may move at once, at the least cost, by HiGHS.

What it costs to hide a cell is taken as if it were paid for every person by whom its count moves, as network heuristics
do (Kelly, Golden and Assad 1992, Networks 22): so this finds a witness where there is one, and hides somewhat more than
it must; what isn't needed is shown again afterwards.
"""

from __future__ import annotations

from reports.search import Prices
from reports.solver import Row, solve
from reports.witnesses import NEAR, Goal, Ground

_LITTLE = 0.01
"""What moving a cell that nobody sees costs: little, so that few move."""


def find(ground: Ground, goal: Goal, prices: Prices) -> dict[int, float] | None:
    """A witness for ``goal``; None where there is none. Marks of this edition don't bind it."""
    free = [i for i, price in enumerate(prices) if price is not None]
    column = {cell: 2 * n for n, cell in enumerate(free)}  # of its way up; the next one is its way down
    step = goal.aim - ground.values[goal.secret]
    cost, most = [], []
    for i in free:
        was_marked = ground.linked.cells[i].was_marked
        least = max(ground.least[i] if was_marked else 0.0, ground.knows(goal.attacker, i))
        down = ground.values[i] - least
        up = ground.most[i] - ground.values[i] if was_marked else float("inf")
        cost += [(prices[i] or 0.0) + _LITTLE] * 2
        most += [max(step, 0.0), max(-step, 0.0)] if i == goal.secret else [up, down]
    least_moved = [0.0] * len(most)
    at = column[goal.secret] + (step < 0)
    least_moved[at] = abs(step)
    touched = {number for i in free for number, _ in ground.sums[i]}
    rows: list[Row] = []
    for number in sorted(touched):
        moving = [(column[i], weight) for i, weight in ground.parts[number] if i in column]
        rows.append(({at + way: sign * weight for at, weight in moving for way, sign in ((0, 1), (1, -1))}, 0.0, 0.0))
    solution = solve(cost, least_moved, most, rows, [False] * len(cost))
    whole = [ground.linked.cells[i].is_whole for i in free for _ in (0, 1)]
    if solution and any(abs(by - round(by)) > NEAR for by, is_whole in zip(solution, whole, strict=True) if is_whole):
        solution = solve(cost, least_moved, most, rows, whole)  # in whole numbers: three times the work, seldom needed
    if solution is None:
        return None
    moves = {i: solution[at] - solution[at + 1] for i, at in column.items()}
    moves = {i: float(round(by)) if ground.linked.cells[i].is_whole else by for i, by in moves.items()}
    return {i: by for i, by in moves.items() if abs(by) > NEAR}
