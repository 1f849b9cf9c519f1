"""The cells of an edition and how they are linked: all that a reader of it, and of those before it, can make out.

Read off the frozen values alone. How they are linked is `reports.disclosure.links`'s matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

import polars as pl

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.indicators import Formula, Indicator, Terms
from agenda.model import Measure
from agenda.versions import versions
from reports.disclosure.counts import Counts
from reports.disclosure.groups import Key, dimensions
from reports.disclosure.linked import PUBLIC, Attacker, Cell, Linked, Own, Sum
from reports.disclosure.links import Complement, Linkable, Links
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


_SHOWN = Row._fields.index("has_numerator")
"""Where a row begins to say what of it is shown."""


class _Counted(NamedTuple):
    """What the formula of one version of an indicator counts of people; None for what isn't about people."""

    formula: Formula
    numerator: Measure | None
    denominator: Measure | None
    is_overlap: bool  # whether its value is a bound, as partners' lists may name the same people


class _Has(NamedTuple):
    """What an edition has of one period."""

    rows: list[Row]
    is_now: bool
    merges: Merges
    linkable: Linkable
    merged: list[tuple[Row, tuple[str, ...]]]
    hidden: list[Key]

    def is_again(self, rows: list[Row], is_now: bool, merges: Merges) -> bool:
        """Whether another edition has just the same; what is to be published shows everything as yet."""
        if self.is_now or self.merges != merges or len(rows) != len(self.rows):
            return False
        pairs = zip(rows, self.rows, strict=True)
        return rows == self.rows or (is_now and all(one[:_SHOWN] == other[:_SHOWN] for one, other in pairs))


@dataclass
class Cells:
    """Takes in editions and gives the linked cells. Cells of equal key and value are the same in all editions."""

    folder: Folder
    hide: tuple[int, int]
    now: dict[Key, int] = field(default_factory=dict)
    _merged: dict[int, list[int]] = field(default_factory=dict)
    """Of each merged group the cells that it is the sum of."""
    _counts: Counts = field(default_factory=Counts)
    _before: dict[str, _Has] = field(default_factory=dict)
    _unsaid: set[tuple[Key, float]] = field(default_factory=set)

    def __post_init__(self) -> None:
        agenda = self.folder.agenda
        self.people: dict[str, Measure] = {m.id: m for m in agenda.measures if m.subject == "people"}
        self.reference = {series.id for series in agenda.reference}
        self.indicators: dict[str, Indicator] = {i.id: i for i in agenda.indicators}
        self.parents = {place.id: place.parent for place in agenda.places}
        calendar = self.folder.initiative.calendar
        self._links = Links(self._counts, self.people, self.parents, calendar, self.hide[1])
        self._counted = {
            (i.id, version.number): self._reads(i, version.indicator.formula)
            for i in agenda.indicators for version in versions(i, calendar)
        }  # fmt: skip

    # -- taking in -------------------------------------------------------------------------------------

    def add(self, rows: Iterable[Row], *, is_now: bool, merges: Merges | None = None) -> None:
        """An edition's rows: the one that is to be published, or an earlier one. ``merges`` are those of its agenda."""
        merges = merges or {}
        periods: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            periods[row.period].append(row)
        edition = {period: self._taken(said, is_now, merges) for period, said in periods.items()}
        self._links.link({period: has.linkable for period, has in edition.items()})
        cells = {key: cell for has in edition.values() for key, cell in has.linkable.cells.items()}
        together = self._merge(cells, [each for has in edition.values() for each in has.merged], is_now)
        if is_now:
            self.now = cells | together
        hidden = chain.from_iterable(has.hidden for has in edition.values())
        for group in unsaid(hidden, merges) - together.keys():
            within = [cells.get(group._replace(members=part)) for part in parts_of(group.members, merges)]
            if None not in within:
                self._unsaid.add((group, round(sum(self._value(cell) for cell in within if cell is not None), 6)))
        self._before = edition

    def _taken(self, rows: list[Row], is_now: bool, merges: Merges) -> _Has:
        """What an edition has of one period. Most is as the edition before had it, which is taken over."""
        before = self._before.get(rows[0].period)
        if before is not None and before.is_again(rows, is_now, merges):
            for cell in before.linkable.cells.values() if is_now else ():
                self._counts.facts[cell].is_shown_now = True
            return before._replace(rows=rows, is_now=is_now, hidden=[] if is_now else before.hidden)
        has = _Has(rows, is_now, merges, Linkable({}, {}), [], [])
        cells, complements = has.linkable
        for row in rows:
            if parts := parts_of(row.members, merges):
                has.merged.append((row, parts))
                continue
            numerator, denominator = keys = self.keys(row)
            for key, value, is_shown in self._seen(row, *keys):
                cell = self._counts.cell(key, value)
                if cells.setdefault(key, cell) != cell:
                    raise HeldBack(f"two values of this edition count {key} differently: "
                                   f"{self._value(cells[key]):g}, {value:g}.")  # fmt: skip
                facts = self._counts.facts[cell]
                facts.is_shown_now |= is_now
                facts.is_out |= not is_now and is_shown
                facts.was_hidden |= not is_now and not is_shown
                facts.was_marked |= row.code == "A" and not is_shown and self._is_small(value)
                if not is_now and not is_shown:
                    has.hidden.append(key)
            if numerator in cells and (whole := self._whole(row, denominator)) is not None:
                complements[numerator, whole] = None
        complements |= dict.fromkeys(self._within(cells))
        return has

    def _whole(self, row: Row, denominator: Key | None) -> Key | float | None:
        """What the numerator of a percent is a part of, so that a reader can take it away from that."""
        per = self._about(row).formula.per or ()
        if self._about(row).formula.kind != "percent" or row.denominator is None:
            return None
        if denominator is None and all(term.measure in self.reference for term in per):
            return float(row.denominator)
        return denominator

    def _within(self, keys: Collection[Key]) -> Iterator[Complement]:
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
            found[key] = cell = self._counts.cell(key, count)
            facts = self._counts.facts[cell]
            facts.is_shown_now |= is_now
            facts.is_out |= not is_now or all(self._counts.facts[part].is_out for part in within)
            facts.was_hidden |= (key, count) in self._unsaid
            if is_whole:
                self._links.sums.setdefault((((cell, 1.0), *((part, -1.0) for part in within)), 0.0))
                self._merged[cell] = within
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

    def _value(self, cell: int) -> float:
        return self._counts.value(cell)

    def _is_small(self, value: float) -> bool:
        return self._links.is_small(value)

    # -- giving out ------------------------------------------------------------------------------------

    def linked(self) -> Linked:
        sums = [Sum(dict(weights), total) for weights, total in self._links.sums]
        small = [self._is_small(value) and not facts.is_rest
                 for (_, value), facts in zip(self._counts.names, self._counts.facts, strict=True)]  # fmt: skip
        inside: set[int] = set()
        for each in sums:
            wholes = [i for i, weight in each.weights.items() if weight > 0]
            if any(small[i] for i in wholes):  # it is the whole that is said to be small, so that the parts may be zero
                inside |= each.weights.keys() - set(wholes)
        cells = []
        for i, ((key, value), facts) in enumerate(zip(self._counts.names, self._counts.facts, strict=True)):
            is_new = facts.is_shown_now and not facts.was_hidden  # what was hidden without a mark stays so
            is_marked = facts.was_marked or (small[i] and is_new and i not in inside)
            cells.append(
                Cell(str(key), value, small[i], not (facts.is_shown_now or facts.is_out), is_marked, facts.was_marked,
                     facts.is_out, facts.was_hidden, self._cost(key))
            )  # fmt: skip
        return Linked(cells, sums, self.hide, self._merged)

    def _cost(self, key: Key | str) -> float:
        """What hiding a cell loses. The number of all people in the whole place is what a report is opened for; of
        others rather those of groups and places than the wholes that people look for next."""
        if isinstance(key, str):
            return 1.0
        is_root = self.parents.get(key.place) is None
        return HEADLINE if is_root and not key.members else 1.0 + 0.1 * is_root + 0.1 * (not key.members)

    def attackers(self, own: pl.DataFrame) -> list[Attacker]:
        """The public, and each partner with what is its own of every cell; of what is left of a whole, too.

        ``own`` as `reports.disclosure.own.read_own` gives it.
        """
        named = [(i, *key[:5]) for i, (key, _) in enumerate(self._counts.names) if isinstance(key, Key)]
        cells = pl.DataFrame(named, {"cell": pl.Int64} | dict.fromkeys(Key._fields[:5], pl.String), orient="row")
        whose = own.join(cells, on=Key._fields[:5]).select("partner", "cell", pl.col("value").cast(pl.Float64))
        rests = [(rest, i, weight) for found in self._links.rests.values()
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
        return self._counts.names[cell][0]
