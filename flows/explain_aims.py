"""What a value is held against: its baseline, as agreed and as the data say now, its next target, and its pace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from flows.explain_beside import Rows

_STANDING = """
    select s.baseline_period, s.baseline_value, b.locked as baseline_locked, v.value as baseline_now,
        b.value is not null and s.members = '' and p.parent is null as is_agreed,
        s.target_period, s.target_value, s.target_low, s.target_high, s.path_value, s.status_code
    from ind_status s
    join dim_places p using (place)
    left join lake.agenda_baselines b on b.indicator = s.indicator and b.period = s.baseline_period
    left join ind_values v
        on v.indicator = s.indicator and v.period = s.baseline_period and v.place = s.place
        and v.breakdown = s.breakdown and v.members = s.members
    where s.indicator = $indicator and s.period = $period and s.place = $place and s.breakdown = $breakdown
        and s.members = $members"""
_PACE = """
    select periods, target_period as due, value, lower, upper, outlook
    from ind_projections
    where indicator = $indicator and period = $period and outlook is not null
        and $members = '' and $place in (select place from dim_places where parent is null)
        and $breakdown = ''"""

STANDING = {
    "met": "met",
    "on_track": "on track",
    "at_risk": "at risk",
    "off_track": "off track",
    "no_target": "nothing to hold it against yet",
    "no_data": "no value to hold against it",
}
OUTLOOK = {
    "reached": "the target would be reached",
    "likely": "the target would be reached, though not surely",
    "unlikely": "the target would be missed, though not surely",
    "missed": "the target would be missed",
}


@dataclass(frozen=True)
class Pace:
    """Where the value would come to by the period in which the next target is ``due``, with a 95 % interval."""

    periods: int  # values that it rests on
    due: str
    value: float
    lower: float
    upper: float
    outlook: str


@dataclass(frozen=True)
class Aims:
    """As in the marts. ``is_agreed``: the baseline is the agreed number, and ``baseline_now`` what the data say."""

    baseline_period: str | None
    baseline_value: float | None
    baseline_locked: date | None
    baseline_now: float | None
    is_agreed: bool
    target_period: str | None
    target_value: float | None
    target_low: float | None
    target_high: float | None
    path_value: float | None
    status_code: str
    pace: Pace | None = None


def aims(rows: Rows, asked: dict[str, str]) -> Aims | None:
    """What the value that is ``asked`` for is held against; None for a place or group without a target of its own."""
    found = rows(_STANDING, **asked)
    if not found:
        return None
    pace = [Pace(**row) for row in rows(_PACE, **asked)]
    return Aims(**{**found[0], "is_agreed": bool(found[0]["is_agreed"])}, pace=pace[0] if pace else None)


def lines(aims: Aims, shown: Callable[[float | None], str]) -> Iterator[str]:
    """A line each for the baseline, the target and the pace; ``shown`` writes a value as the report does."""
    if aims.baseline_value is not None:
        at, now = shown(aims.baseline_value), shown(aims.baseline_now)
        agreed = f"as agreed on {aims.baseline_locked:%-d %B %Y}" if aims.baseline_locked else "as agreed"
        differs = aims.is_agreed and aims.baseline_now is not None and now != at
        said = f"{agreed}{f'; the data now say {now}' if differs else ''}" if aims.is_agreed else "as the data say"
        yield f"Baseline, {aims.baseline_period}: {at}, {said}"
    if aims.target_period is not None:
        aim = shown(aims.target_value)
        if aims.target_value is None:
            aim = f"{shown(aims.target_low)} to {shown(aims.target_high)}"
        asked = f"; the path asks for {shown(aims.path_value)} by now" if aims.path_value is not None else ""
        yield f"Target, {aims.target_period}: {aim}{asked}: {STANDING[aims.status_code]}"
    if (pace := aims.pace) is not None:
        within = f"{shown(pace.lower)} to {shown(pace.upper)}"
        said = f"{shown(pace.value)} ({within}): {OUTLOOK[pace.outlook]}"
        yield f"At the pace of the last {pace.periods} values, {pace.due}: {said}"
