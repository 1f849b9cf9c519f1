"""The outlook: what a partner still owes on a day and by when, and what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import takewhile

from agenda.folder import Folder
from agenda.model import Partner
from agenda.periods import MONTHS_IN, Calendar, Period
from sources.letters.receipt import Missing, Outlook

LOOKED_BACK = 12
"""Months that are looked back on: one year. What is missing from longer ago the backbone settles with the partner."""
Said = Callable[[str, Period], bool]
"""Whether the partner has said a number of this measure for exactly this period."""


def outlook(folder: Folder, partner: Partner, said: Said, day: date) -> Outlook:
    """What ``partner`` owes on ``day``: of the last year what was not said, and the periods that run now."""
    missing: dict[Period, list[str]] = {}
    coming: dict[Period, list[str]] = {}
    for measure, period in _owed(folder, partner, day):
        if not _is_said(folder.initiative.calendar, measure, period, said):
            names = (missing if period.end <= day else coming).setdefault(period, [])
            names.append(measure)
    latest_first = sorted(missing, key=lambda period: (period.end, period.start), reverse=True)
    soonest = min(coming, key=lambda period: (period.end, period.months), default=None)
    return Outlook(
        day,
        tuple(_missing(folder, period, missing[period]) for period in latest_first),
        None if soonest is None else _missing(folder, soonest, coming[soonest]),
    )


def _owed(folder: Folder, partner: Partner, day: date) -> Iterator[tuple[str, Period]]:
    """Each measure with each period it is owed for, from the one that runs on ``day`` backwards."""
    calendar = folder.initiative.calendar
    since, until = partner.since or folder.initiative.reports_from, partner.until
    earliest = calendar.parse(since).start if since else None
    latest = calendar.parse(until).end if until else None
    for owes in partner.owes:
        running = calendar.containing(day, owes.every)
        back = [calendar.shift(running, -step) for step in range(LOOKED_BACK // MONTHS_IN[owes.every] + 1)]
        if earliest is None:  # since when it reports isn't agreed, so only the last period is sure to be owed
            back = back[:2]
        for period in takewhile(lambda period: earliest is None or period.start >= earliest, back):
            if latest is None or period.end <= latest:
                yield from ((measure, period) for measure in owes.measures)


def _is_said(calendar: Calendar, measure: str, period: Period, said: Said) -> bool:
    """Whether it was said for the period, or for each of its months."""
    if said(measure, period):
        return True
    return period.type != "month" and all(said(measure, month) for month in calendar.within(period, "month"))


def _missing(folder: Folder, period: Period, measures: list[str]) -> Missing:
    names = tuple(measure.name for measure in folder.agenda.measures if measure.id in measures)
    return Missing(period, period.end + timedelta(days=folder.initiative.due_days), names)
