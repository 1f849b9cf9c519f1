"""A delivery, and what the partners' files have in common: names of places, the coalition's form, when they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from made_up.sites import AGES, HOURS, PLACES, Quarter, Rooms, Site, sites
from made_up.world import enrolled, extended, operating

Row = Sequence[object]
NAMES = dict(zip(PLACES, ("Harbor", "Northside", "Old Mill", "South Valley", "East Flats", "Pine Ridge"), strict=True))


@dataclass(frozen=True)
class Delivery:
    """One file as it arrives: its path below the inbox, its bytes, and when."""

    path: str
    content: bytes
    at: datetime


def sent_on(day: int, month: str) -> datetime:
    """Five in the afternoon on a ``day`` of the month after ``month`` (``2026-09``).

    Partners send on the 10th or the 20th: files that come together are taken in together, which is faster.
    """
    year, number = map(int, month.split("-"))
    return datetime.combine(date(year + number // 12, number % 12 + 1, day), time(17), UTC)


def summed(rows: Iterable[Rooms]) -> Rooms:
    return tuple(map(sum, zip((0, 0, 0, 0), *rows, strict=True)))


def of_place(quarter: Quarter, partner: str | None) -> Iterator[tuple[str, list[Site]]]:
    """Each place and the partner's sites in it; with None those that belong to no partner."""
    for place in PLACES:
        if found := [site for site in sites(quarter, partner) if site.place == place]:
            yield place, found


FORM = ("quarter", "community", "item", "group", "number")


def form_rows(quarter: Quarter, place: str, found: list[Site], ages: Sequence[str]) -> Iterator[Row]:
    """The part of the coalition's form that all who fill it in have in common."""
    for item, spots in (
        ("enrolled", summed(enrolled(site, quarter) for site in found)),
        ("can care for", summed(operating(site, quarter) for site in found)),
    ):
        yield from ((quarter, NAMES[place], item, age, spots[AGES.index(age)]) for age in ages)
    if any(site.hours for site in found):
        yield quarter, NAMES[place], "longer hours", "any", sum(extended(site, quarter) for site in found)
        for hour in HOURS:
            yield quarter, NAMES[place], "longer hours", hour, sum(extended(site, quarter, hour) for site in found)
