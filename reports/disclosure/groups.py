"""Which cells make up which: groups and their whole, places and the place that holds them, months, quarters, years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from agenda.periods import Calendar, Period


class Key(NamedTuple):
    """What a cell counts. ``is_high``: all partners' lists together, where ``measure`` is the longest list."""

    measure: str
    period_type: str
    period: str
    place: str
    members: str
    is_high: bool = False


Group = tuple[Key, list[Key]]


def by_members(keys: Iterable[Key]) -> Iterator[Group]:
    """Each cell with the next finer cells that make it up, by every breakdown there is."""
    tables: dict[Key, dict[frozenset[str], list[Key]]] = defaultdict(lambda: defaultdict(list))
    for key in keys:
        tables[key._replace(members="")][dimensions(key.members)].append(key)
    for splits in tables.values():
        for fine in splits:
            coarser = [split for split in splits if split < fine]
            for coarse in (c for c in coarser if not any(c < other for other in coarser)):
                groups: dict[str, list[Key]] = defaultdict(list)
                for key in splits[fine]:
                    groups[_within(key.members, coarse)].append(key)
                yield from ((key, groups[key.members]) for key in splits[coarse] if key.members in groups)


@cache
def _members(said: str) -> Mapping[str, str]:
    return dict(part.split("=", 1) for part in said.split("|") if part)


@cache
def dimensions(said: str) -> frozenset[str]:
    """Those that a cell's members are of."""
    return frozenset(_members(said))


@cache
def _within(said: str, coarse: frozenset[str]) -> str:
    """The group that these members are in, by the dimensions alone."""
    named = _members(said)
    return "|".join(f"{d}={named[d]}" for d in sorted(coarse))


def by_place(keys: Mapping[Key, int], parents: Mapping[str, str | None]) -> Iterator[Group]:
    """Each cell with those of the nearest places below that have one."""
    groups: dict[Key, list[Key]] = defaultdict(list)
    for key in keys:
        above = parents.get(key.place)
        while above is not None and (whole := key._replace(place=above)) not in keys:
            above = parents.get(above)
        if above is not None:
            groups[whole].append(key)
    yield from groups.items()


def by_time(keys: Iterable[Key], calendar: Calendar) -> Iterator[Group]:
    """Each quarter with its months, each year with its quarters (or months where it has none), in time."""
    periods: dict[str, Period] = {}
    series: dict[Key, dict[str, list[tuple[Period, Key]]]] = defaultdict(lambda: defaultdict(list))
    for key in keys:
        if key.period not in periods:
            periods[key.period] = calendar.parse(key.period)
        series[Key(key.measure, "", "", key.place, key.members, key.is_high)][key.period_type].append(
            (periods[key.period], key)
        )
    for types in series.values():
        for long, *shorter in (("year", "quarter", "month"), ("quarter", "month")):
            for whole, key in types.get(long, ()):
                within = ([(p, k) for p, k in types.get(short, ()) if whole.contains(p)] for short in shorter)
                parts = next(filter(None, within), [])
                yield key, [k for _, k in sorted(parts, key=lambda pair: pair[0].start)]
