"""What stands beside a value that is explained: its value by another definition, and another group's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

# Today's definition where nothing is known of the period.
_SERIES = """
    select series, s.version, d.since_start as since, coalesce(d.changed, '') as changed
    from dim_series s left join lake.agenda_definitions d using (series)
    where s.indicator = $indicator and (s.period = $period and s.is_in_force or s.series = $indicator)
    order by s.period = $period and s.is_in_force desc limit 1"""

_OTHERWISE = """
    select s.version, d.definition, v.value, v.status
    from ind_values v join dim_series s on v.indicator = s.series and v.period = s.period
    join lake.agenda_definitions d on d.series = s.series
    where s.indicator = $indicator and not s.is_in_force and v.period = $period and place = $place
        and breakdown = $breakdown and members = $members
    order by s.version"""
_GAP = """
    select against, difference, difference_lower, difference_upper, ratio, year_before_difference from ind_gaps
    where indicator = $indicator and period = $period and place = $place and breakdown = $breakdown
        and members = $members"""

Rows = Callable[..., list[dict[str, Any]]]
"""Puts a question to the warehouse."""


@dataclass(frozen=True)
class Otherwise:
    """The value by a definition of the indicator that is not in force for the period; ``version`` counts from 1."""

    version: int
    definition: str
    value: float | None
    status: str


@dataclass(frozen=True)
class Defined:
    """The definition that a value is by, counted from 1, the oldest: its series in the warehouse, since when it holds
    and why it was changed; and the values by the others."""

    series: str
    version: int = 1
    since: date | None = None
    changed: str = ""
    otherwise: tuple[Otherwise, ...] = ()


@dataclass(frozen=True)
class Gap:
    """How far the group is from the one that it is held against; see `ind_gaps`."""

    against: str
    difference: float
    difference_lower: float | None
    difference_upper: float | None
    ratio: float | None
    year_before_difference: float | None


def defined(rows: Rows, indicator: str, period: str) -> Defined:
    """The definition in force for a period; today's where nothing is known of it."""
    found = rows(_SERIES, indicator=indicator, period=period)
    return Defined(**found[0]) if found else Defined(indicator)


def otherwise(rows: Rows, indicator: str, asked: Mapping[str, Any]) -> tuple[Otherwise, ...]:
    return tuple(Otherwise(**row) for row in rows(_OTHERWISE, **dict(asked) | {"indicator": indicator}))


def gap(rows: Rows, asked: Mapping[str, Any]) -> Gap | None:
    return next((Gap(**row) for row in rows(_GAP, **asked)), None)


def defined_said(of: Defined, shown: Callable[[float | None], str]) -> Iterator[str]:
    if of.since is not None:
        yield f"Defined so since {of.since:%Y-%m-%d} (version {of.version}): {of.changed}"
    for other in of.otherwise:
        said = f"By version {other.version} of the definition it is {shown(other.value)} ({other.status})"
        yield f"{said}: {other.definition}"


def signed(difference: float, kind: str, decimals: int) -> str:
    """``−27.6``: a difference with its sign, of percents in points."""
    return f"{difference * (100 if kind == 'percent' else 1):+,.{decimals}f}".replace("-", "−")


def gap_said(gap: Gap, kind: str, decimals: int) -> str:
    """``−27.6 points (−30.8 to −24.2), 0.53 times as much; a year before −26.9``."""
    said, unit = partial(signed, kind=kind, decimals=decimals), " points" if kind == "percent" else ""
    limits = ""
    if gap.difference_lower is not None and gap.difference_upper is not None:
        limits = f" ({said(gap.difference_lower)} to {said(gap.difference_upper)})"
    ratio = f", {gap.ratio:.2f} times as much" if gap.ratio is not None else ""
    then = f"; a year before {said(gap.year_before_difference)}" if gap.year_before_difference is not None else ""
    return f"{said(gap.difference)}{unit}{limits}{ratio}{then}"
