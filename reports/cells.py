"""The cells of an edition and how they are linked: which sums a reader can make of all that it offers.

Read off the frozen values alone: members add up to their whole, places to the place that holds them, months to
quarters to years; a stock's quarter is one of its months; a part and its complement add up to the number it is a part
of. What is lacking from a sum (people whose group isn't known) is a cell too where it is small, and known to every
attacker where it isn't: they are thought to know more than they can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.indicators import Formula, Indicator, Terms
from agenda.model import Measure
from agenda.periods import Calendar, Period
from agenda.versions import versions
from reports.linked import PUBLIC, Attacker, Cell, Linked, Sum

HEADLINE = 10.0
"""How many other cells are rather hidden than the one that a report begins with."""
ROW = ("indicator", "period_type", "period", "place", "breakdown", "members", "version")


class Key(NamedTuple):
    """What a cell counts. ``is_high``: all partners' lists together, where ``measure`` is the longest list."""

    measure: str
    period_type: str
    period: str
    place: str
    members: str
    is_high: bool = False


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


@dataclass
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
    now: dict[Key, float] = field(default_factory=dict)
    _at: dict[tuple[Key | str, float], int] = field(default_factory=dict)
    _facts: list[_Facts] = field(default_factory=list)
    _names: list[tuple[Key | str, float]] = field(default_factory=list)
    _sums: dict[tuple[tuple[tuple[int, float], ...], float], None] = field(default_factory=dict)
    _rests: dict[int, dict[int, dict[int, float]]] = field(default_factory=lambda: defaultdict(dict))
    """By whole, the cells of what is left of it, each with the weights of what it is left of."""

    def __post_init__(self) -> None:
        agenda = self.folder.agenda
        self.people: dict[str, Measure] = {m.id: m for m in agenda.measures if m.subject == "people"}
        self.reference = {series.id for series in agenda.reference}
        self.indicators: dict[str, Indicator] = {i.id: i for i in agenda.indicators}
        self.parents = {place.id: place.parent for place in agenda.places}
        self.calendar: Calendar = self.folder.initiative.calendar
        self._formulas = {
            (i.id, version.number): version.indicator.formula
            for i in agenda.indicators for version in versions(i, self.calendar)
        }  # fmt: skip

    # -- taking in -------------------------------------------------------------------------------------

    def add(self, rows: Iterable[Row], *, is_now: bool) -> None:
        """An edition's rows: the one that is to be published, or an earlier one."""
        truths: dict[Key, float] = {}
        complements: list[tuple[Key, Key | float]] = []
        for row in rows:
            numerator, denominator = keys = self.keys(row)
            for key, value, is_shown in self._seen(row, *keys):
                if truths.setdefault(key, value) != value:
                    raise HeldBack(f"two values of this edition count {key} differently: {truths[key]:g}, {value:g}.")
                facts = self._facts[self._cell(key, value)]
                facts.is_shown_now |= is_now
                facts.is_out |= not is_now and is_shown
                facts.was_hidden |= not is_now and not is_shown
                facts.was_marked |= row.code == "A" and not is_shown and self._is_small(value)
            if numerator in truths and self._formula(row).kind == "percent":
                per = self._formula(row).per or ()
                if denominator is not None and denominator in truths:
                    complements.append((numerator, denominator))
                elif row.denominator is not None and all(term.measure in self.reference for term in per):
                    complements.append((numerator, float(row.denominator)))
        for key in list(truths):
            whole = self.people[key.measure].part_of
            if whole in self.people and key._replace(measure=whole) in truths:
                complements.append((key, key._replace(measure=whole)))
        self._link(truths, complements)
        if is_now:
            self.now = truths

    def keys(self, row: Row) -> tuple[Key | None, Key | None]:
        """The cells that are a row's numerator and denominator; None for what isn't about people."""
        formula = self._formula(row)
        found = []
        for terms in (formula.of, formula.per or ()):
            measure = self._measure(terms)
            names = {part.split("=")[0] for part in row.members.split("|") if part}
            members = row.members if measure is not None and names <= set(measure.dimensions) else ""
            found.append(measure and Key(measure.id, row.period_type, row.period, row.place, members))
        return found[0] or None, found[1] or None

    def _formula(self, row: Row) -> Formula:
        """That of the definition which the row is by; today's where the agenda no longer has it."""
        return self._formulas.get((row.indicator, row.version), self.indicators[row.indicator].formula)

    def _measure(self, terms: Terms) -> Measure | None:
        """The measure of people that the terms are; several terms about people are refused by `agenda.lint`."""
        return next((self.people[term.measure] for term in terms if term.measure in self.people), None)

    def _seen(self, row: Row, numerator: Key | None, denominator: Key | None) -> Iterator[tuple[Key, float, bool]]:
        """The cells of a row with their values, and whether the edition showed them."""
        formula = self._formula(row)
        if numerator is not None and row.numerator is not None:
            yield numerator, float(row.numerator / formula.of[0].weight), row.has_numerator
            if (high := self.high(row)) is not None:
                yield numerator._replace(is_high=True), high, row.has_upper
        if denominator is not None and formula.per and row.denominator is not None:
            yield denominator, float(row.denominator / formula.per[0].weight), row.has_denominator

    def high(self, row: Row) -> float | None:
        """All partners' lists together, where a row says so: the upper bound, undivided."""
        indicator = self.indicators[row.indicator]
        formula = self._formula(row)
        measure = self._measure(formula.of)
        is_overlap = measure is not None and measure.over_partners == "overlap" and indicator.interval == "none"
        if not is_overlap or row.upper is None:
            return None
        divisor = 1.0 if formula.per is None else float(row.denominator or 0)
        return round(row.upper * divisor / formula.times / float(formula.of[0].weight), 6)

    def _cell(self, key: Key | str, value: float) -> int:
        at = self._at.setdefault((key, value), len(self._names))
        if at == len(self._names):
            self._names.append((key, value))
            self._facts.append(_Facts())
        return at

    # -- linking ---------------------------------------------------------------------------------------

    def _link(self, truths: Mapping[Key, float], complements: Iterable[tuple[Key, Key | float]]) -> None:
        groups = list(_by_members(truths))
        # Groups that add up to more than their whole overlap; then what is lacking elsewhere counts nobody either.
        overlapping = {whole.measure for whole, parts in groups if self._rest(truths, whole, parts) < 0}
        for whole, parts in groups:
            self._make_up(truths, whole, parts, is_partition=whole.measure not in overlapping)
        for whole, parts in _by_place(truths, self.parents):
            self._make_up(truths, whole, parts)
        for whole, parts in _by_time(truths, self.calendar):
            if self.people[whole.measure].time_rule == "sum":
                self._make_up(truths, whole, parts)
            else:  # the last month's number, whichever that was
                same = [part for part in parts if truths[part] == truths[whole]]
                self._add_up(truths, whole, same[-1:])
        for part, of in dict.fromkeys(complements):
            value = of if isinstance(of, float) else truths[of]
            rest = value - truths[part]
            if isinstance(of, Key) and rest >= 0:
                self._sum({self._cell(of, value): 1.0, self._cell(part, truths[part]): -1.0}, rest, f"{of} without")
            elif self._is_small(rest):
                self._sum({self._cell(part, truths[part]): -1.0}, rest, f"{of} without", -value)
        for key, value in truths.items():
            if key.is_high:
                low = key._replace(is_high=False)
                weights = {self._cell(key, value): 1.0, self._cell(low, truths[low]): -1.0}
                self._sum(weights, value - truths[low], "", is_open=True)

    @staticmethod
    def _rest(truths: Mapping[Key, float], whole: Key, parts: Iterable[Key]) -> float:
        return round(truths[whole] - sum(truths[part] for part in parts), 6)

    def _make_up(
        self, truths: Mapping[Key, float], whole: Key, parts: Sequence[Key], *, is_partition: bool = True
    ) -> None:
        if parts and self.people[whole.measure].keyed:
            self._unite(truths, whole, parts)
        else:
            self._add_up(truths, whole, parts, is_partition=is_partition)

    def _unite(self, truths: Mapping[Key, float], whole: Key, parts: Sequence[Key]) -> None:
        """People who count once: in the whole there are no fewer than in a part, and no more than in all of them and
        of those in none. How many are in several, a partner knows of its own alone."""
        at, cells = self._cell(whole, truths[whole]), [self._cell(part, truths[part]) for part in parts]
        for part, cell in zip(parts, cells, strict=True):
            if truths[part] <= truths[whole]:
                self._sum({at: 1.0, cell: -1.0}, round(truths[whole] - truths[part], 6), "", is_open=True)
        rest = self._rest(truths, whole, parts)
        several = self._cell(f"in several of {sorted([at, *cells])}", max(-rest, 0.0))
        self._facts[several].is_rest = True
        self._rests[at][several] = {at: -1.0} | dict.fromkeys(cells, 1.0)
        weights = {at: 1.0, several: 1.0} | dict.fromkeys(cells, -1.0)
        if self._is_small(rest):
            self._sum(weights, rest, f"rest of {whole}")
        else:
            self._sums.setdefault((tuple(weights.items()), max(rest, 0.0)))

    def _add_up(
        self, truths: Mapping[Key, float], whole: Key, parts: Sequence[Key], *, is_partition: bool = True
    ) -> None:
        if parts:
            rest = self._rest(truths, whole, parts)
            weights = {self._cell(whole, truths[whole]): 1.0}
            weights |= {self._cell(part, truths[part]): -1.0 for part in parts}
            if self._is_small(rest) and is_partition:
                self._sum(weights, rest, f"rest of {whole}")
            else:
                self._sums.setdefault((tuple(weights.items()), rest))

    def _sum(
        self, weights: dict[int, float], rest: float, name: str, total: float = 0.0, is_open: bool = False
    ) -> None:
        """A sum with a cell for what is left; ``is_open`` where that is a difference and counts nobody."""
        cell = self._cell(f"{name} {sorted(weights)}", rest)
        self._facts[cell].is_rest = is_open
        if not is_open and not total:
            whole = next(i for i, weight in weights.items() if weight > 0)
            self._rests[whole][cell] = weights
        self._sums.setdefault((tuple({**weights, cell: -1.0}.items()), total))

    def _is_small(self, value: float) -> bool:
        return 0 < value <= self.hide[1]

    # -- giving out ------------------------------------------------------------------------------------

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
            is_marked = facts.was_marked or (small[i] and facts.is_shown_now and i not in inside)
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

    def attackers(self, own: pl.DataFrame) -> list[Attacker]:
        """The public, and each partner with what is its own of every cell; of what is left of a whole, too.

        ``own`` as `reports.own.read_own` gives it.
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
        each = pl.concat([whose, left]).sort("partner", "cell").partition_by("partner", maintain_order=True)
        return [PUBLIC, *(Attacker(mine["partner"][0], dict(zip(mine["cell"], mine["value"], strict=True)))
                          for mine in each)]  # fmt: skip

    def at(self, key: Key) -> int:
        """The cell of a key of the edition that is to be published."""
        return self._at[key, self.now[key]]

    def name(self, cell: int) -> Key | str:
        return self._names[cell][0]


Group = tuple[Key, list[Key]]


def _by_members(truths: Iterable[Key]) -> Iterator[Group]:
    """Each cell with the next finer cells that make it up, by every breakdown there is."""
    tables: dict[Key, dict[frozenset[str], list[Key]]] = defaultdict(lambda: defaultdict(list))
    for key in truths:
        tables[key._replace(members="")][frozenset(_members(key))].append(key)
    for splits in tables.values():
        for fine in splits:
            coarser = [split for split in splits if split < fine]
            for coarse in (c for c in coarser if not any(c < other for other in coarser)):
                groups: dict[str, list[Key]] = defaultdict(list)
                for key in splits[fine]:
                    named = _members(key)
                    groups["|".join(f"{d}={named[d]}" for d in sorted(coarse))].append(key)
                yield from ((key, groups[key.members]) for key in splits[coarse] if key.members in groups)


def _members(key: Key) -> dict[str, str]:
    return dict(part.split("=", 1) for part in key.members.split("|") if part)


def _by_place(truths: Mapping[Key, float], parents: Mapping[str, str | None]) -> Iterator[Group]:
    """Each cell with those of the nearest places below that have one."""
    groups: dict[Key, list[Key]] = defaultdict(list)
    for key in truths:
        above = parents.get(key.place)
        while above is not None and key._replace(place=above) not in truths:
            above = parents.get(above)
        if above is not None:
            groups[key._replace(place=above)].append(key)
    yield from groups.items()


def _by_time(truths: Iterable[Key], calendar: Calendar) -> Iterator[Group]:
    """Each quarter with its months, each year with its quarters (or months where it has none), in time."""
    periods: dict[str, Period] = {}
    series: dict[Key, dict[str, list[tuple[Period, Key]]]] = defaultdict(lambda: defaultdict(list))
    for key in truths:
        if key.period not in periods:
            periods[key.period] = calendar.parse(key.period)
        series[Key(key.measure, "", "", key.place, key.members, key.is_high)][key.period_type].append(
            (periods[key.period], key)
        )
    for types in series.values():
        for long, *shorter in (("year", "quarter", "month"), ("quarter", "month")):
            finer = next((types[short] for short in shorter if short in types), [])
            for whole, key in types.get(long, ()):
                parts = [(p, k) for p, k in finer if whole.start <= p.start and p.end <= whole.end]
                yield key, [k for _, k in sorted(parts, key=lambda pair: pair[0].start)]
