"""How far the groups of an indicator are apart, and which are not seen: reckoned from the values that are shown.

The warehouse's `ind_gaps` says the same of all values. Here some may be withheld, and then which group is the best is
asked of the others alone, so that nothing tells of one that is not shown. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt
from typing import NamedTuple

from agenda.folder import Folder
from agenda.indicators import Indicator
from agenda.model import Member
from agenda.model import Merged as MergedMembers
from agenda.tables import members_text
from reports.escape import plain
from reports.quarter.tables import Quarter, Value


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % limits, where it has any. Differences and ratios of independent estimates have theirs by
    the method of variance estimates recovery; docs/numbers.md has the formulas and their sources."""

    value: float
    lower: float | None = None
    upper: float | None = None

    def __sub__(self, other: Estimate) -> Estimate:
        value = self.value - other.value
        if self.lower is None or self.upper is None or other.lower is None or other.upper is None:
            return Estimate(value)
        below = self.value - self.lower, other.upper - other.value
        above = self.upper - self.value, other.value - other.lower
        return Estimate(value, value - _length(*below), value + _length(*above))

    def __truediv__(self, other: Estimate) -> Estimate:
        """Of numbers not below zero, by one above zero. There is no upper limit where that may be zero."""
        value = self.value / other.value
        if self.lower is None or self.upper is None or other.lower is None or other.upper is None:
            return Estimate(value)
        both = self.value * other.value
        low, high = self.lower * (2 * self.value - self.lower), self.upper * (2 * self.value - self.upper)
        under, over = other.upper * (2 * other.value - other.upper), other.lower * (2 * other.value - other.lower)
        lower = low / (both + sqrt(max(both * both - low * under, 0.0))) if self.value else 0.0
        upper = (both + sqrt(max(both * both - high * over, 0.0))) / over if other.lower > 0 else None
        return Estimate(value, lower, upper)


def _length(one: float, other: float) -> float:
    return sqrt(one * one + other * other)


@dataclass(frozen=True)
class Gap:
    """A group beside the one that it is held against. ``before`` is the difference of the same two a year before."""

    members: str
    against: str
    value: Estimate
    other: Estimate
    before: Estimate | None

    @property
    def difference(self) -> Estimate:
        return self.value - self.other

    @property
    def ratio(self) -> Estimate | None:
        return self.value / self.other if self.value.value >= 0 and self.other.value > 0 else None

    @property
    def change(self) -> Estimate | None:
        return self.difference - self.before if self.before is not None else None


@dataclass(frozen=True)
class Group:
    """One member of a breakdown. ``places`` have numbers by it; in ``absent`` of them there is none for this group.

    ``within`` names the larger group that it is shown in, in the whole; in ``together`` of the places, it is in one.
    """

    name: str
    members: str
    value: Value | None
    absent: int
    places: int
    within: str = ""
    together: int = 0

    @property
    def is_seen(self) -> bool:
        return self.value is not None and self.value.value is not None


def named_groups(folder: Folder, dimensions: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Name and canonical text of every group of a breakdown, in the agenda's order."""
    known = {dimension.id: dimension for dimension in folder.agenda.dimensions}
    for chosen in product(*(known[name].members for name in dimensions)):
        members = {name: member.id for name, member in zip(dimensions, chosen, strict=True)}
        yield " · ".join(plain(member.name) for member in chosen), members_text(members)


class Merged(NamedTuple):
    """Groups of a breakdown that may be shown together: their name, their canonical text, and those of each of them."""

    name: str
    members: str
    parts: Mapping[str, str]


def merged_groups(folder: Folder, dimensions: tuple[str, ...]) -> Iterator[Merged]:
    """Every such group, of one dimension at a time: a merged group takes the place of its members."""
    known = {dimension.id: dimension for dimension in folder.agenda.dimensions}
    names = {members: name for name, members in named_groups(folder, dimensions)}
    for at, dimension in enumerate(dimensions):
        for merged in known[dimension].merge:
            choices: list[Sequence[Member | MergedMembers]] = [known[name].members for name in dimensions]
            choices[at] = [merged]
            for chosen in product(*choices):
                ids = [group.id for group in chosen]
                parts = [members_text(dict(zip(dimensions, [*ids[:at], part, *ids[at + 1 :]], strict=True)))
                         for part in merged.of]  # fmt: skip
                yield Merged(" · ".join(plain(group.name) for group in chosen),
                             members_text(dict(zip(dimensions, ids, strict=True))),
                             {part: names[part] for part in parts})  # fmt: skip


class Shown(NamedTuple):
    """A group of a breakdown as the whole shows it; with the names of those that are shown together as this one."""

    name: str
    members: str
    value: Value | None
    of: Sequence[str] = ()

    @property
    def is_seen(self) -> bool:
        return self.value is not None and self.value.value is not None


def in_view(quarter: Quarter, indicator: Indicator, dimensions: tuple[str, ...]) -> list[Shown]:
    """The groups of a breakdown in the shown period, in the agenda's order; of those that are shown together, one."""
    breakdown = " * ".join(dimensions)
    into = _together(quarter, indicator, dimensions, None)
    found: dict[str, Shown] = {}
    for name, members in named_groups(quarter.folder, dimensions):
        at = into.get(members, Merged(name, members, {}))
        value = quarter.value(indicator.id, breakdown=breakdown, members=at.members)
        found.setdefault(at.members, Shown(at.name, at.members, value, tuple(at.parts.values())))
    return list(found.values())


def _together(
    quarter: Quarter, indicator: Indicator, dimensions: tuple[str, ...], place: str | None
) -> Mapping[str, Merged]:
    """By group, the larger one that a place shows in its stead."""
    breakdown = " * ".join(dimensions)
    return {part: merged for merged in merged_groups(quarter.folder, dimensions)
            if quarter.value(indicator.id, place, breakdown, merged.members) is not None
            for part in merged.parts}  # fmt: skip


def groups(quarter: Quarter, indicator: Indicator, dimensions: tuple[str, ...]) -> list[Group]:
    """The groups of a breakdown in the shown period."""
    breakdown = " * ".join(dimensions)
    names = list(named_groups(quarter.folder, dimensions))
    below = [place.id for places in quarter.levels.values() for place in places]
    table = [[quarter.value(indicator.id, place, breakdown, members) for _, members in names] for place in below]
    spoken = [row for row in table if any(value is not None for value in row)]
    into = _together(quarter, indicator, dimensions, None)
    return [
        Group(name, members, quarter.value(indicator.id, breakdown=breakdown, members=members),
              sum(row[i] is None or row[i].value is None for row in spoken), len(spoken),  # type: ignore[union-attr]
              into[members].name if members in into else "",
              sum(value is not None and value.absence == "together" for value in (row[i] for row in spoken)))
        for i, (name, members) in enumerate(names)
    ]  # fmt: skip


def gaps(quarter: Quarter, indicator: Indicator, dimensions: tuple[str, ...]) -> list[Gap]:
    """Each shown group of a breakdown beside the one it is held against, in the whole and the shown period.

    Groups that are shown together are one of them; their parts have no values then.
    """
    against = indicator.against(dimensions)
    if against is None:
        return []
    overlap = {dimension.id for dimension in quarter.folder.agenda.dimensions if dimension.overlap}
    has_interval = indicator.interval != "none" and not overlap & set(dimensions)
    period, breakdown = quarter.shown_period(indicator.id), " * ".join(dimensions)
    before = quarter.calendar.year_before(period)
    version = quarter.version(indicator.id).number

    def shown(key: str) -> dict[str, Value]:
        texts = [*(members for _, members in named_groups(quarter.folder, dimensions)),
                 *(merged.members for merged in merged_groups(quarter.folder, dimensions))]  # fmt: skip
        found = {members: quarter.value(indicator.id, None, breakdown, members, key, version) for members in texts}
        return {members: value for members, value in found.items() if value is not None and value.value is not None}

    named = None if against == "best" else members_text(against)
    return beside(shown(period.key), shown(before.key), named, indicator.better == "less", has_interval)


def beside(
    now: Mapping[str, Value], before: Mapping[str, Value], named: str | None, less_is_better: bool, has_interval: bool
) -> list[Gap]:
    """The gaps between groups that have a value, by their members; against the ``named`` one, or else the best.

    A value of low reliability is the best only where there is no other.
    """

    def rank(members: str) -> tuple[bool, float, str]:
        value = now[members].value or 0.0
        return now[members].status == "U", value if less_is_better else -value, members

    def estimate(value: Value) -> Estimate:
        limits = (value.lower, value.upper) if has_interval else (None, None)
        return Estimate(value.value or 0.0, *limits)

    against = named if named is not None else min(now, key=rank, default="")
    if against not in now:
        return []
    known = against in before
    return [
        Gap(members, against, estimate(value), estimate(now[against]),
            estimate(before[members]) - estimate(before[against]) if known and members in before else None)
        for members, value in now.items()
        if members != against
    ]  # fmt: skip
