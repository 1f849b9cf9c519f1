"""Which sums a reader can make of the cells of an edition.

Members add up to their whole, places to the place that holds them, months to quarters to years; a stock's quarter is
one of its months; a part and its complement add up to the number it is a part of. What is lacking from a sum (people
whose group isn't known) is a cell too where it is small, and known to every attacker where it isn't: they are thought
to know more than they can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, permutations
from typing import NamedTuple

from agenda.model import Measure
from agenda.periods import Calendar
from reports.disclosure.counts import Counts
from reports.disclosure.groups import Key, by_members, by_place, by_time

Complement = tuple[Key, Key | float]
"""A cell, and the cell or the known number that it is a part of, so that readers can take it away from that."""


class Linkable(NamedTuple):
    """What an edition has of one period."""

    cells: dict[Key, int]
    complements: dict[Complement, None]


class Links:
    """The sums of all editions, one edition after the other."""

    def __init__(
        self, counts: Counts, people: Mapping[str, Measure], parents: Mapping[str, str | None], calendar: Calendar,
        highest: int,
    ) -> None:  # fmt: skip
        self.counts, self.people, self.parents, self.calendar, self.highest = counts, people, parents, calendar, highest
        self.sums: dict[tuple[tuple[tuple[int, float], ...], float], None] = {}
        self.rests: dict[int, dict[int, dict[int, float]]] = defaultdict(dict)
        """By whole, the cells of what is left of it, each with the weights of what it is left of."""
        self._before: Mapping[str, Linkable] = {}
        self._overlapping: dict[str, set[str]] = {}  # by period of the edition before, the measures whose groups do

    def link(self, edition: Mapping[str, Linkable]) -> None:
        """Finds the sums of an edition, which has this of each period.

        Most periods are in it as the edition before had them, and so they are linked already.
        """
        new = {period for period, has in edition.items() if self._before.get(period) != has}
        cells = {key: cell for has in edition.values() for key, cell in has.cells.items()}
        self._link_members(cells, edition, new)
        for period in new:
            self._link_within(edition[period])
        touched = self._touched(edition, new)
        self._link_times(cells, [key for key in cells if key.period in touched])
        self._before = edition

    def _link_members(self, cells: Mapping[Key, int], edition: Mapping[str, Linkable], new: Collection[str]) -> None:
        """Groups that add up to more than their whole overlap; then what is lacking elsewhere counts nobody either."""
        splits = {period: list(by_members(edition[period].cells)) for period in new}
        before = set().union(*self._overlapping.values())
        self._overlapping = {period: found for period, found in self._overlapping.items() if period in edition}
        for period, groups in splits.items():
            self._overlapping[period] = {w.measure for w, parts in groups if self._rest(cells, w, parts) < 0}
        overlapping = set().union(*self._overlapping.values())
        if overlapping != before:
            splits |= {period: list(by_members(edition[period].cells)) for period in edition.keys() - new}
        for whole, parts in chain.from_iterable(splits.values()):
            self._make_up(cells, whole, parts, is_partition=whole.measure not in overlapping)

    def _link_within(self, has: Linkable) -> None:
        """The places of one period, the parts of a number and what they leave of it, and what lists say at most."""
        cells = has.cells
        for whole, parts in by_place(cells, self.parents):
            self._make_up(cells, whole, parts)
        for part, of in has.complements:
            value = of if isinstance(of, float) else self.counts.value(cells[of])
            rest = value - self.counts.value(cells[part])
            if isinstance(of, Key) and rest >= 0:
                self._sum({cells[of]: 1.0, cells[part]: -1.0}, rest, f"without, of {of}")
            elif self.is_small(rest):
                self._sum({cells[part]: -1.0}, rest, f"without, of {of}", -value)
        for key, cell in cells.items():
            if key.is_high:
                low = cells[key._replace(is_high=False)]
                rest = self.counts.value(cell) - self.counts.value(low)
                self._sum({cell: 1.0, low: -1.0}, rest, "", is_open=True)

    def _touched(self, edition: Iterable[str], new: Collection[str]) -> set[str]:
        """The periods of all years with something new, but those that are neither part of another nor have parts."""
        parsed = {period: self.calendar.parse(period) for period in edition}
        years = {period: self.calendar.containing(each.start, "year") for period, each in parsed.items()}
        touched = {years[period] for period in new}
        found = [period for period in edition if years[period] in touched]
        within = [(long, short) for long, short in permutations(found, 2) if parsed[long].contains(parsed[short])]
        return {period for pair in within for period in pair}

    def _link_times(self, cells: Mapping[Key, int], keys: Iterable[Key]) -> None:
        value = self.counts.value
        for whole, parts in by_time(keys, self.calendar):
            if self.people[whole.measure].time_rule == "sum":
                self._make_up(cells, whole, parts)
            else:  # the last month's number, whichever that was
                same = [part for part in parts if value(cells[part]) == value(cells[whole])]
                self._add_up(cells, whole, same[-1:])

    def is_small(self, value: float) -> bool:
        return 0 < value <= self.highest

    def _rest(self, cells: Mapping[Key, int], whole: Key, parts: Iterable[Key]) -> float:
        value = self.counts.value
        return round(value(cells[whole]) - sum(value(cells[part]) for part in parts), 6)

    def _make_up(
        self, cells: Mapping[Key, int], whole: Key, parts: Sequence[Key], *, is_partition: bool = True
    ) -> None:
        if parts and self.people[whole.measure].keyed:
            self._unite(cells, whole, parts)
        else:
            self._add_up(cells, whole, parts, is_partition=is_partition)

    def _unite(self, cells: Mapping[Key, int], whole: Key, parts: Sequence[Key]) -> None:
        """People who count once: in the whole there are no fewer than in a part, and no more than in all of them and
        of those in none. How many are in several, a partner knows of its own alone."""
        value = self.counts.value
        at, within = cells[whole], [cells[part] for part in parts]
        for cell in within:
            if value(cell) <= value(at):
                more = round(value(at) - value(cell), 6)
                self._sum({at: 1.0, cell: -1.0}, more, "", is_open=True)
        rest = self._rest(cells, whole, parts)
        overlap = {at: -1.0} | dict.fromkeys(within, 1.0)
        several = self.counts.cell(f"in several: {self._said(overlap)}", max(-rest, 0.0))
        self.counts.facts[several].is_rest = True
        self.rests[at][several] = overlap
        weights = {at: 1.0, several: 1.0} | dict.fromkeys(within, -1.0)
        if self.is_small(rest):
            self._sum(weights, rest, f"rest of {whole}")
        else:
            self.sums.setdefault((tuple(weights.items()), max(rest, 0.0)))

    def _add_up(self, cells: Mapping[Key, int], whole: Key, parts: Sequence[Key], *, is_partition: bool = True) -> None:
        if parts:
            rest = self._rest(cells, whole, parts)
            weights = {cells[whole]: 1.0} | {cells[part]: -1.0 for part in parts}
            if self.is_small(rest) and is_partition:
                self._sum(weights, rest, f"rest of {whole}")
            else:
                self.sums.setdefault((tuple(weights.items()), rest))

    def _sum(
        self, weights: dict[int, float], rest: float, name: str, total: float = 0.0, is_open: bool = False
    ) -> None:
        """A sum with a cell for what is left; ``is_open`` where that is a difference and counts nobody."""
        cell = self.counts.cell(f"{name} {self._said(weights)}", rest)
        self.counts.facts[cell].is_rest = is_open
        if not is_open and not total:
            whole = next(i for i, weight in weights.items() if weight > 0)
            self.rests[whole][cell] = weights
        self.sums.setdefault((tuple({**weights, cell: -1.0}.items()), total))

    def _said(self, weights: Mapping[int, float]) -> list[str]:
        """The terms of a sum, the same whichever edition was taken in first."""
        return sorted(
            f"{weight:+g} {self.counts.names[i][0]} {self.counts.names[i][1]:g}" for i, weight in weights.items()
        )
