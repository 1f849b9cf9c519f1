"""The rules of targets and projections once more, in plain Python: what ind_status and ind_projections must agree with.

Nothing is shared with the SQL; values are taken as `ind_values` has them.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from agenda.folder import Folder
from agenda.indicators import Indicator, Target
from agenda.periods import Period
from agenda.tables import members_text

Group = tuple[str, str, str]
"""Place, breakdown, members."""
Values = Mapping[tuple[str, str, str, str, str], tuple[float | None, str]]
"""By indicator, period, place, breakdown and members: value and status."""

STUDENT = {4: 4.30265273, 5: 3.182446305, 6: 2.776445105, 7: 2.570581836, 8: 2.446911851}
"""Two-sided 95 %, as printed in tables, by the number of values."""


class Projected(NamedTuple):
    """How many periods ahead, the line and its limits, how many values since when, the target's period, the outlook."""

    ahead: int
    value: float
    lower: float
    upper: float
    periods: int
    first: Period
    by: Period
    outlook: str | None


class Targets:
    def __init__(self, folder: Folder, values: Values) -> None:
        self.folder, self.calendar, self.values = folder, folder.initiative.calendar, values
        self.root = next(p.id for p in folder.agenda.places if p.parent is None)
        self.rule = float(folder.initiative.status.at_risk_from)

    def group(self, target: Target) -> Group:
        return target.place or self.root, " * ".join(sorted(target.where)), members_text(target.where)

    def value(self, indicator: Indicator, period: Period, group: Group) -> float | None:
        return self.values.get((indicator.id, period.key, *group), (None, "O"))[0]

    def due(self, indicator: Indicator, type_: str, group: Group) -> list[tuple[Period, Target]]:
        dated = [(self.calendar.parse(t.by), t) for t in indicator.targets if self.group(t) == group]
        return sorted(((p, t) for p, t in dated if p.type == type_), key=lambda one: one[0].end)

    # -- status ---------------------------------------------------------------------------------------

    def baseline(self, indicator: Indicator, type_: str, group: Group) -> tuple[Period, float | None] | None:
        if indicator.baseline is None or self.calendar.parse(indicator.baseline.period).type != type_:
            return None
        period, agreed = self.calendar.parse(indicator.baseline.period), indicator.baseline.value
        is_whole = group == (self.root, "", "")
        return period, float(agreed) if is_whole and agreed is not None else self.value(indicator, period, group)

    def status(self, indicator: Indicator, period: Period, group: Group) -> tuple[float | None, str]:
        """The path's value at the period's end, and the code."""
        due, value = self.due(indicator, period.type, group), self.value(indicator, period, group)
        base = self.baseline(indicator, period.type, group)
        path = self.path(indicator, period, base, due)
        if value is None:
            return path, "no_data"
        if not due:
            return path, "no_target"
        by, target = next(((p, t) for p, t in due if p.end >= period.end), due[-1])
        if target.value is None:
            low, high = float(target.low or 0), float(target.high or 0)
            off = max(low - value, value - high)
            if off <= 0:
                return None, "met" if period.end >= by.end else "on_track"
            return None, "at_risk" if off <= self.rule * (high - low) else "off_track"
        sign = 1 if indicator.better == "more" else -1
        if sign * (value - float(target.value)) >= 0:
            return path, "met"
        if path is None:
            return path, "no_target"
        if sign * (value - path) >= -1e-9:
            return path, "on_track"
        start = base[1] if base else None
        asked = None if start is None else start + self.rule * (path - start)
        return path, "at_risk" if asked is not None and sign * (value - asked) >= 0 else "off_track"

    def path(
        self, indicator: Indicator, period: Period, base: tuple[Period, float | None] | None,
        due: list[tuple[Period, Target]],
    ) -> float | None:  # fmt: skip
        if not due or due[0][1].value is None:
            return None
        corners: list[tuple[Period, float | None]] = [base] if base else []
        corners += [(p, float(t.value or 0)) for p, t in due]
        if period.end >= corners[-1][0].end:
            return corners[-1][1]
        if base and period.end <= base[0].end:
            return base[1] if indicator.path == "linear" or (base[1] or 0) > 0 else None
        for (left, a), (right, b) in pairwise(corners):
            if left.end < period.end < right.end:
                part = (period.end - left.end).days / (right.end - left.end).days
                if a is None or b is None or (indicator.path == "compound" and a <= 0):
                    return None
                return a * (b / a) ** part if indicator.path == "compound" else a + (b - a) * part
            if period.end == right.end:
                return b
        return None

    # -- projections ----------------------------------------------------------------------------------

    def projected(self, indicator: Indicator, period: Period) -> Iterator[Projected]:
        """From a period on to its next target, period by period."""
        whole = (self.root, "", "")
        row: list[float] = []
        at = period
        while len(row) < 8:
            value, status = self.values.get((indicator.id, at.key, *whole), (None, "O"))
            if value is None or status == "P":
                break
            row.insert(0, value)
            at = self.calendar.shift(at, -1)
        due = next((one for one in self.due(indicator, period.type, whole) if one[0].end > period.end), None)
        if len(row) < 4 or due is None:
            return
        by, target = due
        steps = sum(1 for _ in self.calendar.span(period, by)) - 1
        if steps > len(row):
            return
        xs = list(range(len(row)))
        slope, start = statistics.linear_regression(xs, row)
        left = sum((y - start - slope * x) ** 2 for x, y in zip(xs, row, strict=True))
        middle = statistics.mean(xs)
        spread = sum((x - middle) ** 2 for x in xs)
        for ahead in range(steps + 1):
            x = len(row) - 1 + ahead
            reach = STUDENT[len(row)] * sqrt(left / (len(row) - 2) * (1 + 1 / len(row) + (x - middle) ** 2 / spread))
            line = start + slope * x
            ends = [line, line - reach, line + reach]
            if min(row) >= 0:
                ends = [max(end, 0.0) for end in ends]
            if indicator.formula.kind == "percent" and max(row) <= 1:
                ends = [min(end, 1.0) for end in ends]
            outlook = _outlook(indicator, target, *ends) if ahead == steps else None
            yield Projected(ahead, *ends, len(row), self.calendar.shift(at, 1), by, outlook)


def _outlook(indicator: Indicator, target: Target, value: float, lower: float, upper: float) -> str:
    def reaches(number: float) -> bool:
        if target.value is None:
            return float(target.low or 0) <= number <= float(target.high or 0)
        return number >= float(target.value) if indicator.better == "more" else number <= float(target.value)

    if reaches(lower) and reaches(upper):
        return "reached"
    if reaches(value):
        return "likely"
    goes_through = target.value is None and lower < float(target.low or 0) and upper > float(target.high or 0)
    return "unlikely" if reaches(lower) or reaches(upper) or goes_through else "missed"
