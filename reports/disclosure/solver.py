"""Linear problems, some of their unknowns whole numbers, handed to HiGHS (highs.dev)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy
import numpy as np
from numpy.typing import ArrayLike

Row = tuple[Mapping[int, float], float, float]
"""Weights by unknown, and the least and the most that their sum may be."""
INFINITE = float(highspy.kHighsInf)
NODES = 60
"""Branches until the best whole numbers so far are taken: branches, not seconds, so that the same problems have the
same answers on every machine."""


class Problem:
    """Rows over ``count`` unknowns, solved for one cost and one set of bounds after another.

    Costs are taken as they are: HiGHS would blur them to keep from going in circles, and takes twice as long for it.
    Each solution is where the next search starts, which is ten times as fast as from nothing; so what is found among
    equally good ones depends on what was asked before.
    """

    def __init__(self, count: int, rows: Sequence[Row], nodes: int = NODES) -> None:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = count, len(rows)
        model.col_cost_ = model.col_lower_ = model.col_upper_ = np.zeros(count)
        model.row_lower_ = np.array([low for _, low, _ in rows], dtype=np.double)
        model.row_upper_ = np.array([high for _, _, high in rows], dtype=np.double)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(weights) for weights, _, _ in rows)], dtype=np.int32)
        model.a_matrix_.index_ = np.array([i for weights, _, _ in rows for i in weights], dtype=np.int32)
        model.a_matrix_.value_ = np.array([w for weights, _, _ in rows for w in weights.values()], dtype=np.double)
        self._columns = np.arange(count, dtype=np.int32)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("threads", 1), ("mip_max_nodes", nodes), ("mip_rel_gap", 0.0),
                            ("random_seed", 1), ("dual_simplex_cost_perturbation_multiplier", 0.0)):  # fmt: skip
            self._highs.setOptionValue(name, value)
        self._highs.passModel(model)

    def solve(
        self, cost: ArrayLike, least: ArrayLike, most: ArrayLike, whole: Sequence[bool] = ()
    ) -> np.ndarray | None:
        """The unknowns at the least cost, those that are ``whole`` in whole numbers; None where nothing was found."""
        count = len(self._columns)
        self._highs.changeColsCost(count, self._columns, np.asarray(cost, dtype=np.double))
        bounds = np.asarray(least, dtype=np.double), np.asarray(most, dtype=np.double)
        self._highs.changeColsBounds(count, self._columns, *bounds)
        if any(whole):
            self._be(whole)
        self._highs.run()
        found = self._found()
        if any(whole):
            self._be([False] * count)
        return found

    def _be(self, whole: Sequence[bool]) -> None:
        kinds = highspy.HighsVarType
        types = [kinds.kInteger if is_whole else kinds.kContinuous for is_whole in whole]
        self._highs.changeColsIntegrality(len(types), self._columns, np.array([int(t) for t in types], dtype=np.uint8))

    def _found(self) -> np.ndarray | None:
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal or (
            status == highspy.HighsModelStatus.kSolutionLimit
            and self._highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        ):
            return np.array(self._highs.getSolution().col_value)
        return None
