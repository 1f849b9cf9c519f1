"""Linear problems, some of their unknowns whole numbers, handed to HiGHS (highs.dev)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy
import numpy as np

Row = tuple[Mapping[int, float], float, float]
"""Weights by unknown, and the least and the most that their sum may be."""
INFINITE = float(highspy.kHighsInf)


def solve(
    cost: Sequence[float], least: Sequence[float], most: Sequence[float], rows: Sequence[Row],
    whole: Sequence[bool], *, nodes: int = 60,
) -> list[float] | None:  # fmt: skip
    """The unknowns at the least cost found within ``nodes`` branches; None where no solution was found.

    The bound counts branches, not seconds, so that the same problem has the same answer on every machine.
    """
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(rows)
    model.col_cost_ = np.array(cost, dtype=np.double)
    model.col_lower_, model.col_upper_ = np.array(least, dtype=np.double), np.array(most, dtype=np.double)
    model.row_lower_ = np.array([low for _, low, _ in rows], dtype=np.double)
    model.row_upper_ = np.array([high for _, _, high in rows], dtype=np.double)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(weights) for weights, _, _ in rows)], dtype=np.int32)
    model.a_matrix_.index_ = np.array([i for weights, _, _ in rows for i in weights], dtype=np.int32)
    model.a_matrix_.value_ = np.array([w for weights, _, _ in rows for w in weights.values()], dtype=np.double)
    if any(whole):
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if is_whole else kinds.kContinuous for is_whole in whole]
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("mip_max_nodes", nodes), ("mip_rel_gap", 0.0),
                        ("random_seed", 1)):  # fmt: skip
        highs.setOptionValue(name, value)
    highs.passModel(model)
    highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal or (
        highs.getModelStatus() == highspy.HighsModelStatus.kSolutionLimit
        and highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    ):
        return list(highs.getSolution().col_value)
    return None
