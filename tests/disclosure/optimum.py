"""The fewest cells that can be hidden: the choice and all its witnesses as one 0/1 problem (Fischetti & Salazar 2001).

Exact, and slow beyond a few dozen cells. It shares nothing with `reports.disclosure.suppression` but the solver.
"""

from __future__ import annotations

from itertools import permutations

from reports.disclosure.linked import Linked
from reports.disclosure.solver import Problem, Row

BRANCHES = 100_000


def fewest(linked: Linked) -> int | None:
    """How many published cells must be hidden from the public, whatever marks say; None where that isn't found."""
    cells, n = linked.cells, len(linked.cells)
    far = max(cell.value for cell in cells) + linked.hide[1]
    goals = [(i, float(end)) for i, cell in enumerate(cells) if cell.is_small for end in linked.hide]
    cost = [0.0 if cell.is_implied else 1.0 for cell in cells]
    least, most = [float(cell.is_small or cell.is_implied) for cell in cells], [1.0] * n
    rows: list[Row] = []
    for number, (secret, end) in enumerate(goals):
        first = n * (number + 1)
        for i, cell in enumerate(cells):
            least.append(end if i == secret else 0.0)
            most.append(end if i == secret else cell.value + far)
            rows.append(({first + i: 1.0, i: -far}, -float("inf"), cell.value))
            rows.append(({first + i: 1.0, i: cell.value}, cell.value, float("inf")))
        cost += [0.0] * n
        rows += [({first + i: weight for i, weight in each.weights.items()}, each.total, each.total)
                 for each in linked.sums]  # fmt: skip
    for group, parts in linked.merged.items():  # where it is seen, so are all its parts or none
        rows += [({one: 1.0, other: -1.0, group: -1.0}, -float("inf"), 0.0) for one, other in permutations(parts, 2)]
    solution = Problem(len(cost), rows, nodes=BRANCHES).solve(cost, least, most, [i < n for i in range(len(cost))])
    return None if solution is None else round(sum(cost[i] * solution[i] for i in range(n)))
