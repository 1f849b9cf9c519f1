"""The cells of an edition and how they are linked: which sums a reader can make of all that it offers.

Read off the frozen values alone: members add up to their whole, places to the place that holds them, months to
quarters to years; a stock's quarter is one of its months; a part and its complement add up to the number it is a part
of. What is lacking from a sum (people whose group isn't known) is a cell too where it is small, and known to every
attacker where it isn't: they are thought to know more than they can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.indicators import Formula, Indicator, Terms
from agenda.model import Measure
from agenda.periods import Calendar
from agenda.versions import versions
from reports.disclosure.groups import Key, by_members, by_place, by_time, dimensions
from reports.disclosure.linked import PUBLIC, Attacker, Cell, Linked, Own, Sum
from reports.disclosure.memory import keeping
from reports.disclosure.merged import Merges, parts_of, unsaid

HEADLINE = 10.0
"""How many other cells are rather hidden than the one that a report begins with."""
ROW = ("indicator", "period_type", "period", "place", "breakdown", "members", "version")


class Row(NamedTuple):
    """One row of an edition's table; ``code`` is its CONF_STATUS where it was published before."""

    indicator: str
    period_type: str
    period: str
    place: str
    breakdown: str
    members: str
    version: int
    numerator: Decimal | None
    denominator: Decimal | None
    upper: float | None
    has_numerator: bool = True  # whether the edition shows it
    has_denominator: bool = True
    has_upper: bool = True
    code: str = "F"


class _Counted(NamedTuple):
    """What the formula of one version of an indicator counts of people; None for what isn't about people."""

    formula: Formula
    numerator: Measure | None
    denominator: Measure | None
    is_overlap: bool  # whether its value is a bound, as partners' lists may name the same people


@dataclass(slots=True)
class _Facts:
    """Of one cell of one value: how it is seen."""

    is_shown_now: bool = False
    is_out: bool = False
    was_marked: bool = False
    was_hidden: bool = False
    is_rest: bool = False


@dataclass
class Cells:
    """Takes in editions and gives the linked cells. Cells of equal key and value are the same in all editions."""

    folder: Folder
    hide: tuple[int, int]
    now: dict[Key, int] = field(default_factory=dict)
    _at: dict[tuple[Key | str, float], int] = field(default_factory=dict)
    _facts: list[_Facts] = field(default_factory=list)
    _names: list[tuple[Key | str, float]] = field(default_factory=list)
    _sums: dict[tuple[tuple[tuple[int, float], ...], float], None] = field(default_factory=dict)
    _rests: dict[int, dict[int, dict[int, float]]] = field(default_factory=lambda: defaultdict(dict))
    """By whole, the cells of what is left of it, each with the weights of what it is left of."""
    parts: dict[int, list[int]] = field(default_factory=dict)
    """Of each merged group the cells that it is the sum of."""
    _unsaid: set[tuple[Key, float]] = field(default_factory=set)

    def __post_init__(self) -> None:
        agenda = self.folder.agenda
        self.people: dict[str, Measure] = {m.id: m for m in agenda.measures if m.subject == "people"}
        self.reference = {series.id for series in agenda.reference}
        self.indicators: dict[str, Indicator] = {i.id: i for i in agenda.indicators}
        self.parents = {place.id: place.parent for place in agenda.places}
        self.calendar: Calendar = self.folder.initiative.calendar
        self._counted = {
            (i.id, version.number): self._reads(i, version.indicator.formula)
            for i in agenda.indicators for version in versions(i, self.calendar)
        }  # fmt: skip

    # -- taking in -------------------------------------------------------------------------------------

    @keeping()
    def add(self, rows: Iterable[Row], *, is_now: bool, merges: Merges | None = None) -> None:
        """An edition's rows: the one that is to be published, or an earlier one. ``merges`` are those of its agenda."""
        cells: dict[Key, int] = {}
        complements: list[tuple[Key, Key | float]] = []
        merged: list[tuple[Row, tuple[str, ...]]] = []
        hidden: list[Key] = []
        for row in rows:
            if parts := parts_of(row.members, merges or {}):
                merged.append((row, parts))
                continue
            numerator, denominator = keys = self.keys(row)
            for key, value, is_shown in self._seen(row, *keys):
                cell = self._cell(key, value)
                if cells.setdefault(key, cell) != cell:
                    other = self._names[cells[key]][1]
                    raise HeldBack(f"two values of this edition count {key} differently: {other:g}, {value:g}.")
                facts = self._facts[cell]
                facts.is_shown_now |= is_now
                facts.is_out |= not is_now and is_shown
                facts.was_hidden |= not is_now and not is_shown
                facts.was_marked |= row.code == "A" and not is_shown and self._is_small(value)
                if not is_now and not is_shown:
                    hidden.append(key)
            if numerator in cells and (whole := self._whole(row, denominator)) is not None:
                complements.append((numerator, whole))
        self._link(cells, [*complements, *self._within(cells)])
        together = self._merge(cells, merged, is_now)
        if is_now:
            self.now = cells | together
        for group in unsaid(hidden, merges or {}) - together.keys():
            within = [cells.get(group._replace(members=part)) for part in parts_of(group.members, merges or {})]
            if None not in within:
                self._unsaid.add((group, round(sum(self._value(cell) for cell in within if cell is not None), 6)))

    def _whole(self, row: Row, denominator: Key | None) -> Key | float | None:
        """What the numerator of a percent is a part of, so that a reader can take it away from that."""
        per = self._about(row).formula.per or ()
        if self._about(row).formula.kind != "percent" or row.denominator is None:
            return None
        if denominator is None and all(term.measure in self.reference for term in per):
            return float(row.denominator)
        return denominator

    def _within(self, keys: Collection[Key]) -> Iterator[tuple[Key, Key]]:
        """Each key with that of the measure that its own is a part of."""
        for key in keys:
            whole = self.people[key.measure].part_of
            if whole in self.people and key._replace(measure=whole) in keys:
                yield key, key._replace(measure=whole)

    def _merge(
        self, cells: Mapping[Key, int], rows: Iterable[tuple[Row, tuple[str, ...]]], is_now: bool
    ) -> dict[Key, int]:
        """Merged groups, each the sum of its parts: all that links a group to others follows from what links these.

        One that is small itself, or leaves a small rest of what it is a part of, is as if it were not there: it can't
        be shown, and nobody need be kept from reckoning it. Nor is one that lacks a part. What was shown stays there.
        """
        counts: dict[Key, float] = {}
        parts: dict[Key, list[Key]] = {}
        wholes: list[tuple[Key, Key | float]] = []
        for row, members in rows:
            numerator, denominator = keys = self.keys(row)
            for key, count, _ in self._seen(row, *keys):
                if key.members == row.members:
                    counts[key], parts[key] = count, [key._replace(members=part) for part in members]
            if numerator in counts and (whole := self._whole(row, denominator)) is not None:
                wholes.append((numerator, whole))
        known = counts | {key: self._value(cell) for key, cell in cells.items()}
        tight = {part for part, of in (*wholes, *self._within(counts))
                 if self._is_small((of if isinstance(of, float) else known[of]) - counts[part])}  # fmt: skip
        found = {}
        for key, count in counts.items():
            within = [cells[part] for part in parts[key] if part in cells]
            is_whole = len(within) == len(parts[key]) and round(sum(map(self._value, within)) - count, 6) == 0
            if is_now and (not is_whole or key in tight or self._is_small(count)):
                continue
            found[key] = cell = self._cell(key, count)
            facts = self._facts[cell]
            facts.is_shown_now |= is_now
            facts.is_out |= not is_now or all(self._facts[part].is_out for part in within)
            facts.was_hidden |= (key, count) in self._unsaid
            if is_whole:
                self._sums.setdefault((((cell, 1.0), *((part, -1.0) for part in within)), 0.0))
                self.parts[cell] = within
        return found

    def keys(self, row: Row) -> tuple[Key | None, Key | None]:
        """The cells that are a row's numerator and denominator; None for what isn't about people."""
        counted = self._about(row)
        return self._key(row, counted.numerator), self._key(row, counted.denominator)

    def _key(self, row: Row, measure: Measure | None) -> Key | None:
        if measure is None:
            return None
        members = row.members if dimensions(row.members) <= set(measure.dimensions) else ""
        return Key(measure.id, row.period_type, row.period, row.place, members)

    def _about(self, row: Row) -> _Counted:
        """By the definition which the row is by; today's where the agenda no longer has it."""
        of = row.indicator, row.version
        if of not in self._counted:
            indicator = self.indicators[row.indicator]
            self._counted[of] = self._reads(indicator, indicator.formula)
        return self._counted[of]

    def _reads(self, indicator: Indicator, formula: Formula) -> _Counted:
        numerator, denominator = self._measure(formula.of), self._measure(formula.per or ())
        is_overlap = numerator is not None and numerator.over_partners == "overlap" and indicator.interval == "none"
        return _Counted(formula, numerator, denominator, is_overlap)

    def _measure(self, terms: Terms) -> Measure | None:
        """The measure of people that the terms are; several terms about people are refused by `agenda.lint`."""
        return next((self.people[term.measure] for term in terms if term.measure in self.people), None)

    def _seen(self, row: Row, numerator: Key | None, denominator: Key | None) -> Iterator[tuple[Key, float, bool]]:
        """The cells of a row with their values, and whether the edition showed them."""
        formula = self._about(row).formula
        if numerator is not None and row.numerator is not None:
            yield numerator, float(row.numerator / formula.of[0].weight), row.has_numerator
            if (high := self.high(row)) is not None:
                yield numerator._replace(is_high=True), high, row.has_upper
        if denominator is not None and formula.per and row.denominator is not None:
            yield denominator, float(row.denominator / formula.per[0].weight), row.has_denominator

    def high(self, row: Row) -> float | None:
        """All partners' lists together, where a row says so: the upper bound, undivided."""
        counted = self._about(row)
        if not counted.is_overlap or row.upper is None:
            return None
        divisor = 1.0 if counted.formula.per is None else float(row.denominator or 0)
        return round(row.upper * divisor / counted.formula.times / float(counted.formula.of[0].weight), 6)

    def _cell(self, key: Key | str, value: float) -> int:
        at = self._at.setdefault((key, value), len(self._names))
        if at == len(self._names):
            self._names.append((key, value))
            self._facts.append(_Facts())
        return at

    # -- linking ---------------------------------------------------------------------------------------

    def _link(self, cells: Mapping[Key, int], complements: Iterable[tuple[Key, Key | float]]) -> None:
        groups = list(by_members(cells))
        # Groups that add up to more than their whole overlap; then what is lacking elsewhere counts nobody either.
        overlapping = {whole.measure for whole, parts in groups if self._rest(cells, whole, parts) < 0}
        for whole, parts in groups:
            self._make_up(cells, whole, parts, is_partition=whole.measure not in overlapping)
        for whole, parts in by_place(cells, self.parents):
            self._make_up(cells, whole, parts)
        for whole, parts in by_time(cells, self.calendar):
            if self.people[whole.measure].time_rule == "sum":
                self._make_up(cells, whole, parts)
            else:  # the last month's number, whichever that was
                same = [part for part in parts if self._value(cells[part]) == self._value(cells[whole])]
                self._add_up(cells, whole, same[-1:])
        for part, of in dict.fromkeys(complements):
            value = of if isinstance(of, float) else self._value(cells[of])
            rest = value - self._value(cells[part])
            if isinstance(of, Key) and rest >= 0:
                self._sum({cells[of]: 1.0, cells[part]: -1.0}, rest, f"without, of {of}")
            elif self._is_small(rest):
                self._sum({cells[part]: -1.0}, rest, f"without, of {of}", -value)
        for key, cell in cells.items():
            if key.is_high:
                low = cells[key._replace(is_high=False)]
                self._sum({cell: 1.0, low: -1.0}, self._value(cell) - self._value(low), "", is_open=True)

    def _value(self, cell: int) -> float:
        return self._names[cell][1]

    def _rest(self, cells: Mapping[Key, int], whole: Key, parts: Iterable[Key]) -> float:
        return round(self._value(cells[whole]) - sum(self._value(cells[part]) for part in parts), 6)

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
        at, within = cells[whole], [cells[part] for part in parts]
        for cell in within:
            if self._value(cell) <= self._value(at):
                more = round(self._value(at) - self._value(cell), 6)
                self._sum({at: 1.0, cell: -1.0}, more, "", is_open=True)
        rest = self._rest(cells, whole, parts)
        overlap = {at: -1.0} | dict.fromkeys(within, 1.0)
        several = self._cell(f"in several: {self._said(overlap)}", max(-rest, 0.0))
        self._facts[several].is_rest = True
        self._rests[at][several] = overlap
        weights = {at: 1.0, several: 1.0} | dict.fromkeys(within, -1.0)
        if self._is_small(rest):
            self._sum(weights, rest, f"rest of {whole}")
        else:
            self._sums.setdefault((tuple(weights.items()), max(rest, 0.0)))

    def _add_up(self, cells: Mapping[Key, int], whole: Key, parts: Sequence[Key], *, is_partition: bool = True) -> None:
        if parts:
            rest = self._rest(cells, whole, parts)
            weights = {cells[whole]: 1.0} | {cells[part]: -1.0 for part in parts}
            if self._is_small(rest) and is_partition:
                self._sum(weights, rest, f"rest of {whole}")
            else:
                self._sums.setdefault((tuple(weights.items()), rest))

    def _sum(
        self, weights: dict[int, float], rest: float, name: str, total: float = 0.0, is_open: bool = False
    ) -> None:
        """A sum with a cell for what is left; ``is_open`` where that is a difference and counts nobody."""
        cell = self._cell(f"{name} {self._said(weights)}", rest)
        self._facts[cell].is_rest = is_open
        if not is_open and not total:
            whole = next(i for i, weight in weights.items() if weight > 0)
            self._rests[whole][cell] = weights
        self._sums.setdefault((tuple({**weights, cell: -1.0}.items()), total))

    def _said(self, weights: Mapping[int, float]) -> list[str]:
        """The terms of a sum, the same whichever edition was taken in first."""
        return sorted(f"{weight:+g} {self._names[i][0]} {self._names[i][1]:g}" for i, weight in weights.items())

    def _is_small(self, value: float) -> bool:
        return 0 < value <= self.hide[1]

    # -- giving out ------------------------------------------------------------------------------------

    @keeping()
    def linked(self) -> Linked:
        sums = [Sum(dict(weights), total) for weights, total in self._sums]
        small = [self._is_small(value) and not facts.is_rest
                 for (_, value), facts in zip(self._names, self._facts, strict=True)]  # fmt: skip
        inside: set[int] = set()
        for each in sums:
            wholes = [i for i, weight in each.weights.items() if weight > 0]
            if any(small[i] for i in wholes):  # it is the whole that is said to be small, so that the parts may be zero
                inside |= each.weights.keys() - set(wholes)
        cells = []
        for i, ((key, value), facts) in enumerate(zip(self._names, self._facts, strict=True)):
            is_new = facts.is_shown_now and not facts.was_hidden  # what was hidden without a mark stays so
            is_marked = facts.was_marked or (small[i] and is_new and i not in inside)
            cells.append(
                Cell(str(key), value, small[i], not (facts.is_shown_now or facts.is_out), is_marked, facts.was_marked,
                     facts.is_out, facts.was_hidden, self._cost(key))
            )  # fmt: skip
        return Linked(cells, sums, self.hide)

    def _cost(self, key: Key | str) -> float:
        """What hiding a cell loses. The number of all people in the whole place is what a report is opened for; of
        others rather those of groups and places than the wholes that people look for next."""
        if isinstance(key, str):
            return 1.0
        is_root = self.parents.get(key.place) is None
        return HEADLINE if is_root and not key.members else 1.0 + 0.1 * is_root + 0.1 * (not key.members)

    @keeping()
    def attackers(self, own: pl.DataFrame) -> list[Attacker]:
        """The public, and each partner with what is its own of every cell; of what is left of a whole, too.

        ``own`` as `reports.disclosure.own.read_own` gives it.
        """
        named = [(i, *key[:5]) for i, (key, _) in enumerate(self._names) if isinstance(key, Key)]
        cells = pl.DataFrame(named, {"cell": pl.Int64} | dict.fromkeys(Key._fields[:5], pl.String), orient="row")
        whose = own.join(cells, on=Key._fields[:5]).select("partner", "cell", pl.col("value").cast(pl.Float64))
        rests = [(rest, i, weight) for found in self._rests.values()
                 for rest, weights in found.items() for i, weight in weights.items()]  # fmt: skip
        left = (
            pl.DataFrame(rests, {"rest": pl.Int64, "cell": pl.Int64, "weight": pl.Float64}, orient="row")
            .join(whose, on="cell").group_by("partner", "rest")
            .agg((pl.col("weight") * pl.col("value")).sum().round(6).alias("value"))
            .filter(pl.col("value") > 0).select("partner", pl.col("rest").alias("cell"), "value")
        )  # fmt: skip
        each = [of.sort("cell") for of in pl.concat([whose, left]).partition_by("partner")]
        known = {of["partner"][0]: Own(of["cell"].to_numpy(), of["value"].to_numpy()) for of in each}
        return [PUBLIC, *(Attacker(partner, known[partner]) for partner in sorted(known))]

    def at(self, key: Key) -> int:
        """The cell of a key of the edition that is to be published."""
        return self.now[key]

    def name(self, cell: int) -> Key | str:
        return self._names[cell][0]
