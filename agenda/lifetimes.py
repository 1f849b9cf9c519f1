"""When places are there: from the period they open in to the one they close after, and what they become a part of."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agenda.model import Place
from agenda.periods import Calendar, Period, PeriodError

Row = tuple[str, str, int, date, str, Decimal | None]
"""A figure of a reference series: measure, place, year, the year's first day, members, value (None: no more)."""


@dataclass(frozen=True)
class Lifetime:
    """The first day of a place, and the first day on which it is gone; None: always there."""

    opens: date | None
    closes: date | None

    def holds(self, period: Period) -> bool:
        """Whether it is there on some of the period's days."""
        return (self.opens is None or self.opens < period.end) and (self.closes is None or period.start < self.closes)


def lifetimes(places: Iterable[Place], calendar: Calendar) -> dict[str, Lifetime]:
    """By place. Raises `PeriodError` where one of its periods can't be read."""
    return {
        p.id: Lifetime(
            calendar.parse(p.since).start if p.since is not None else None,
            calendar.parse(p.until).end if p.until is not None else None,
        )
        for p in places
    }


def closing(places: Iterable[Place], calendar: Calendar) -> dict[str, date]:
    """The first day on which each closed place is gone; those whose period can't be read are left out."""
    found: dict[str, date] = {}
    for place in places:
        with contextlib.suppress(PeriodError):
            if place.until is not None:
                found[place.id] = calendar.parse(place.until).end
    return found


def heirs(places: Iterable[Place], calendar: Calendar) -> Iterator[tuple[str, str, date]]:
    """Each merged place with what it becomes a part of, and since when; then what that becomes a part of, and so on."""
    known = {place.id: place for place in places}
    lives = lifetimes(known.values(), calendar)
    for place in known.values():
        at = place
        while at.into is not None and (since := lives[at.id].closes) is not None:
            yield place.id, at.into, since
            at = known[at.into]


def inherited(rows: Iterable[Row], places: Iterable[Place], calendar: Calendar) -> list[Row]:
    """The figures, with those of closed places no longer by themselves, but in what these became a part of.

    From the first year that begins after a merge on, the last figure of the merged place is added to that of its
    successor, until there is a new one: nobody is counted twice, and nobody is lost.
    """
    lives = lifetimes(places := list(places), calendar)
    closed = sorted(
        ((closes, place) for place in places if (closes := lives[place.id].closes) is not None), key=lambda one: one[0]
    )
    found: dict[tuple[str, str], dict[str, dict[int, Decimal | None]]] = defaultdict(lambda: defaultdict(dict))
    for measure, at, year, _, members, value in (rows := list(rows)):
        found[measure, members][at][year] = value
    if not closed:
        return rows
    for figures in found.values():
        given = {at: set(years) for at, years in figures.items()}
        for closes, place in closed:
            after = closes.year + (closes > date(closes.year, 1, 1))
            if (last := _in_force(figures[place.id], after)) is not None:
                figures[place.id][after] = None
                if place.into is not None and after not in given.get(place.into, ()):
                    heir = figures[place.into]
                    heir[after] = (_in_force(heir, after) or Decimal()) + last
    return [
        (measure, at, year, date(year, 1, 1), members, value)
        for (measure, members), figures in found.items()
        for at, years in figures.items()
        for year, value in sorted(years.items())
    ]


def _in_force(figures: Mapping[int, Decimal | None], year: int) -> Decimal | None:
    return figures[max(known)] if (known := [one for one in figures if one <= year]) else None
