"""What a partner owes for a period, number by number: the rows of its template.

Where it reports at, and how it splits a measure, is known from its last year; a new partner is asked for its own
place, or for the smallest places there are, split by all that the measure is split by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

import polars as pl

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.model import Measure, Partner
from agenda.periods import MONTHS_IN, Calendar, Period
from agenda.tables import members_text
from sources.meaning.vocabulary import TOTAL

MOST_ROWS = 5000
"""Rows of one template: more than a person fills in; whoever has more has a program that writes them."""


@dataclass(frozen=True)
class Owed:
    """One number that is owed. ``members`` has every dimension of the measure, the total as ``_T``; ``last`` is what
    the partner reported for the period before."""

    measure: Measure
    period: Period
    place: str
    members: Mapping[str, str]
    last: Decimal | None


def owed(folder: Folder, partner: Partner, period: Period, numbers: pl.DataFrame) -> list[Owed]:
    """The numbers a partner owes for ``period``, in the agenda's order. ``numbers``: what it said so far.

    Raises `HeldBack` where it owes none, or more than a workbook is good for.
    """
    said = {
        (row["measure"], row["period"], row["place"], row["members"]): row["value"]
        for row in numbers.iter_rows(named=True)
    }
    rows = [
        Owed(measure, unit, place, members, said.get((measure.id, before.key, place, _reported(members))))
        for measure, units in due(folder, partner, period)
        for unit in units
        for before in [reference(folder.initiative.calendar, unit, period)]
        for place, members in _cells(folder, partner, measure, _lately(numbers, measure, before, unit))
    ]
    if not rows:
        raise HeldBack(f"{partner.id} owes nothing for {period}")
    if len(rows) > MOST_ROWS:
        raise HeldBack(
            f"a template for {partner.id} would have {len(rows):,} rows. Give the partner a 'place' in partners.yml, "
            "or let it send files of its own under a layout"
        )
    return rows


def reference(calendar: Calendar, unit: Period, period: Period) -> Period:
    """What a number stands beside: the same part of the period before; January beside October in a quarter's sheet."""
    return calendar.shift(unit, -max(period.months // unit.months, 1))


def due(folder: Folder, partner: Partner, period: Period) -> Iterator[tuple[Measure, list[Period]]]:
    """What is owed for the period, and for which parts of it; a longer one is owed with the part it ends in."""
    known = {measure.id: measure for measure in folder.agenda.measures}
    calendar = folder.initiative.calendar
    for owes in partner.owes:
        if MONTHS_IN[owes.every] <= period.months:
            units = calendar.within(period, owes.every)
        else:
            whole = calendar.containing(period.start, owes.every)
            units = [whole] if whole.end == period.end else []
        due = [unit for unit in units if _is_due(folder, partner, unit)]
        yield from ((known[measure], due) for measure in owes.measures)


def _is_due(folder: Folder, partner: Partner, unit: Period) -> bool:
    """Whether the whole of it lies in the partner's time; as the warehouse counts what is expected."""
    calendar = folder.initiative.calendar
    since, until = partner.since or folder.initiative.reports_from, partner.until
    begun = since is None or calendar.parse(since).start <= unit.start
    return begun and (until is None or unit.end <= calendar.parse(until).end)


def _lately(numbers: pl.DataFrame, measure: Measure, before: Period, unit: Period) -> pl.DataFrame:
    """What was said of a measure in the year before a period, and in the period that it stands beside."""
    since = min(before.start, unit.start.replace(year=unit.start.year - 1))
    said = numbers.filter(pl.col("measure") == measure.id)
    return said.filter((pl.col("period_start") >= since) & (pl.col("period_start") < unit.end))


def _cells(
    folder: Folder, partner: Partner, measure: Measure, lately: pl.DataFrame
) -> Iterator[tuple[str, dict[str, str]]]:
    """Each place and each group that a number is owed for."""
    parents = {place.parent for place in folder.agenda.places}
    used = {partner.place, *lately["place"]} - {None}
    places = [place.id for place in folder.agenda.places if (place.id in used if used else place.id not in parents)]
    ways = {frozenset(_parsed(text)) for text in lately["members"].unique()} or {frozenset(measure.dimensions)}
    members = {d.id: [member.id for member in d.members] for d in folder.agenda.dimensions}
    for place in places:
        for way in sorted(ways, key=lambda way: (len(way), sorted(way))):
            if way <= set(measure.dimensions):
                parts = [members[dimension] if dimension in way else [TOTAL] for dimension in measure.dimensions]
                for group in product(*parts):
                    yield place, dict(zip(measure.dimensions, group, strict=True))


def _parsed(members: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in members.split("|") if part)


def _reported(members: Mapping[str, str]) -> str:
    """The canonical text of a group; a total is what is left out."""
    return members_text({dimension: member for dimension, member in members.items() if member != TOTAL})
