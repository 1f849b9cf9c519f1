"""Where an indicator stands on its way, and where it would come to at its pace: what the marts say of both.

A standing is the whole initiative's, or that of a place or group with a target of its own; a projection is the
whole's. Both are of one period, the last that is known of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

STANDINGS = """
    select of.indicator, s.period_type, s.period, s.place, s.breakdown, s.members, s.status_code, s.baseline_period,
           s.baseline_value, s.target_period, s.target_value, s.target_low, s.target_high, s.path_value
    from ind_status s join dim_periods p using (period_type, period)
    join dim_series of on s.indicator = of.series and s.period = of.period and of.is_in_force
    where p.period_end <= $end"""
PROJECTIONS = """
    select of.indicator, p.period_type, p.period, ahead, first_start, period_end, periods, target_period, value, lower,
           upper, outlook
    from ind_projections p join dim_series of on p.indicator = of.series and p.period = of.period and of.is_in_force
    where period_end <= $end"""


@dataclass(frozen=True)
class Standing:
    """Where a value stands on the way from its baseline to its next target; ``code`` as in the mart."""

    code: str = "no_data"
    baseline_period: str | None = None
    baseline_value: float | None = None
    target_period: str | None = None
    target_value: float | None = None
    target_low: float | None = None
    target_high: float | None = None
    path_value: float | None = None


class Step(NamedTuple):
    """A period of a projection, ``ahead`` periods on from now: the line and the limits of its interval."""

    ahead: int
    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Projection:
    """The line through the last ``periods`` values, on to the next target's period; ``outlook`` as in the mart."""

    periods: int
    target_period: str
    steps: tuple[Step, ...]
    outlook: str

    @property
    def end(self) -> Step:
        return self.steps[-1]


def standings(frame: pl.DataFrame) -> Mapping[tuple[str, str, str, str, str], Standing]:
    """By indicator, period, place, breakdown and members."""
    return {(row[0], *row[2:6]): Standing(*row[6:]) for row in frame.iter_rows()}


def projections(frame: pl.DataFrame) -> Mapping[tuple[str, str], Projection]:
    """By indicator and the period of the last value that they rest on."""
    steps: dict[tuple[str, str], list[Step]] = {}
    found = {}
    for row in frame.sort("ahead").iter_rows(named=True):
        key = row["indicator"], row["period"]
        steps.setdefault(key, []).append(Step(row["ahead"], row["value"], row["lower"], row["upper"]))
        found[key] = Projection(row["periods"], row["target_period"], tuple(steps[key]), row["outlook"] or "")
    return found
