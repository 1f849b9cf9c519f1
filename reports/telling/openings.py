"""Places that opened, closed or became a part of others within the last year: what a reader who compares must know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agenda.model import Place
from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.words import Words


def openings(quarter: Quarter, words: Words, places: Sequence[Place]) -> Iterator[str]:
    """A sentence for each of ``places``, and for what has become a part of one of them."""
    calendar, period = quarter.calendar, quarter.period
    year_before = calendar.shift(period, -4)
    names = {place.id: plain(place.name) for place in quarter.folder.agenda.places}
    shown, levels = {place.id for place in places}, {place.level for place in places}
    for place in quarter.folder.agenda.places:
        since = calendar.parse(place.since) if place.since is not None else None
        until = calendar.parse(place.until) if place.until is not None else None
        if since is not None and place.id in shown and year_before.start < since.start < period.end:
            yield words._("{place} opened in {period}.", place=names[place.id], period=words.period_short(since))
        if until is None or not year_before.start < until.end < period.end:
            continue
        if place.into in shown:
            yield words._("{place} has been a part of {heir} since the end of {period}.", place=names[place.id],
                          heir=names[place.into], period=words.period_short(until))  # fmt: skip
        elif place.into is None and place.level in levels:
            yield words._("{place} closed at the end of {period}.", place=names[place.id],
                          period=words.period_short(until))  # fmt: skip
