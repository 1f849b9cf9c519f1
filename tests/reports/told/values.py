"""Which numbers may be said of an indicator: of the whole, of its parts, and of its groups beside one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from itertools import permutations

from agenda.indicators import Indicator
from reports.escape import plain
from reports.quarter.gaps import Estimate
from reports.words import sentence_case
from tests.reports.told.page import spaced
from tests.reports.told.published import Published, Row


class Values(Published):
    def said_of(self, name: str, period: str) -> str:
        """What the data say of the whole of the indicator with this name, in the period that is called so."""
        for of in (one for one in self.indicators.values() if spaced(sentence_case(plain(one.name))) == name):
            for row in (row for row in self.values[of.id] if self.is_whole(row) and row["is_in_force"] == "true"):
                if spaced(self.words.period_short(self.words.calendar.parse(row["period"]))) == period:
                    said = self.words.quantity(of, float(row["value"])) if row["value"] else ""
                    return spaced(said or self.words.absent(self.absence_of(row)))
        return spaced(self.words.absent("missing"))

    def of_row(self, indicator: Indicator, row: Row) -> Iterator[str]:
        """What may be said of one value."""
        yield from (self.value(indicator, row[name]) for name in ("value", "lower", "upper"))
        yield from (self.words.exact(Decimal(row[name])) for name in ("numerator", "denominator") if row[name])
        yield from (row[name] for name in ("expected_reporters", "actual_reporters"))

    @cached_property
    def whole(self) -> Mapping[str, frozenset[str]]:
        """By indicator: what may be said of the whole."""
        return {id_: self.tokens(self._of_whole(indicator)) for id_, indicator in self.indicators.items()}

    def _of_whole(self, indicator: Indicator) -> Iterator[str]:
        for row in filter(self.is_whole, self.values[indicator.id]):
            yield from self.of_row(indicator, row)
            if row["status"] == "L":  # withheld as fewer reported than this
                yield self.words.percent(self.folder.initiative.coverage.minimum)
        for row in self.of("indicator_changes", indicator.id):
            yield from (self.amount(indicator, row["change"]), self.value(indicator, row["earlier_value"]))
        yield from self._aims(indicator)
        for row in self.of("projections", indicator.id):
            yield row["periods"]
            yield from (self.value(indicator, row[name]) for name in ("value", "lower", "upper"))
        yield from self._cohorts(indicator)

    def since(self, indicator: str) -> frozenset[str]:
        """How far the whole moved since the period before, among all and among the same partners."""
        of, now = self.indicators[indicator], self.shown[indicator]
        rows = [r for r in self.of("indicator_changes", indicator) if r["compared_with"] == "previous"]
        rows += [r for r in self.of("cohorts", indicator) if (r["against"], r["place"]) == ("previous", self.root)]
        return self.tokens(self.amount(of, row["change"]) for row in rows if row["period"] == now)

    def _aims(self, indicator: Indicator) -> Iterator[str]:
        for row in self.of("indicator_targets", indicator.id):
            yield self.value(indicator, row["baseline_value"])
            for name in ("target_value", "target_low", "target_high", "baseline_value"):
                yield self.words.aim(indicator, Decimal(row[name])) if row[name] else ""
        for target in indicator.targets:
            for aim in (target.value, target.low, target.high):
                yield self.words.aim(indicator, aim) if aim is not None else ""

    def _cohorts(self, indicator: Indicator) -> Iterator[str]:
        for row in self.of("cohorts", indicator.id):
            yield row["partners"]
            yield from (self.value(indicator, row["value"]), self.amount(indicator, row["change"]))

    @cached_property
    def parts(self) -> Mapping[str, frozenset[str]]:
        """By indicator: what may be said of its places and groups, beside what may be said of the whole."""
        return {
            id_: self.tokens(self._of_parts(indicator)) | self.whole[id_] for id_, indicator in self.indicators.items()
        }

    def _of_parts(self, indicator: Indicator) -> Iterator[str]:
        rows = [row for row in self.values[indicator.id] if row["is_in_force"] == "true"]
        latest = [row for row in rows if row["period"] == self.shown[indicator.id]]
        for row in latest:
            yield from self.of_row(indicator, row)
        yield from self._place_changes(indicator, rows)
        yield from map(self.words.number, self._places(latest))

    @cached_property
    def between(self) -> Mapping[str, frozenset[str]]:
        """By indicator: what may be said of its groups beside one another, now and a year ago."""
        return {id_: self.tokens(self._between(indicator)) for id_, indicator in self.indicators.items()}

    def _between(self, indicator: Indicator) -> Iterator[str]:
        latest, calendar = self.shown[indicator.id], self.words.calendar
        before = calendar.year_before(calendar.parse(latest)).key if latest else ""
        rows = [row for row in self.values[indicator.id] if row["is_in_force"] == "true"]
        for period in (latest, before):
            groups = [r for r in rows if r["period"] == period and r["place"] == self.root and not self.is_whole(r)]
            for row in groups if period == latest else ():
                yield from self.of_row(indicator, row)
            for row in rows if period == latest else ():  # the place furthest behind, beside the whole
                if row["period"] == latest and set(self.members(row)) <= {"_T"}:
                    yield self.value(indicator, row["value"])
            for one, other in permutations((row for row in groups if row["value"]), 2):
                yield from self._gap(indicator, one, other)
        yield from map(self.words.number, self._places([row for row in rows if row["period"] == latest]))

    def _places(self, latest: Iterable[Row]) -> Iterator[int]:
        """Of how many places of each level there are values, how many have none and for which reason; and, of those
        with any by a dimension, how many lack a group's."""
        levels = {place.id: place.level for place in self.folder.agenda.places}
        below = [row for row in latest if row["place"] != self.root]
        whole = {row["place"]: row for row in below if set(self.members(row)) <= {"_T"}}
        reasons = Counter(
            (level, self.absence_of(whole[place]) if place in whole else "missing") for place, level in levels.items()
        )
        yield from reasons.values()
        by: dict[tuple[str, ...], dict[str, set[tuple[str, ...]]]] = {}
        for row in below:
            members = self.members(row)
            names = tuple(d.id for d, m in zip(self.folder.agenda.dimensions, members, strict=True) if m != "_T")
            if names:
                seen = by.setdefault(names, {}).setdefault(row["place"], set())
                seen |= {members} if row["value"] else set()
        for places in by.values():
            yield len(places)
            for group in set().union(*places.values()):
                yield sum(group not in seen for seen in places.values())
            yield len(places)  # a group that has a number nowhere

    def _place_changes(self, indicator: Indicator, rows: Iterable[Row]) -> Iterator[str]:
        """Beside a place's cohort stands the change of all."""
        known = {(row["place"], row["period"], self.members(row)): row["value"] for row in rows}
        for row in self.of("cohorts", indicator.id):
            whole = ("_T",) * len(self.folder.agenda.dimensions)
            now, then = (known.get((row["place"], row[name], whole)) for name in ("period", "against_period"))
            if now and then:
                yield self.amount(indicator, float(now) - float(then))

    def _gap(self, indicator: Indicator, one: Row, other: Row) -> Iterator[str]:
        """Their difference and ratio, with limits where both have them."""
        times = 100 if indicator.formula.kind == "percent" else 1
        numbers = [
            Estimate(float(row["value"]), *(float(row[name]) if row[name] else None for name in ("lower", "upper")))
            for row in (one, other)
        ]
        bare = [Estimate(number.value) for number in numbers]
        for left, right in (numbers, bare):
            for end in (difference := left - right).value, difference.lower, difference.upper:
                if end is not None:
                    yield self.words.number(end * times, indicator.decimals)
                    yield self.amount(indicator, end)
            if left.value >= 0 and right.value > 0:
                for end in (ratio := left / right).value, ratio.lower, ratio.upper:
                    yield self.words.number(end, 2) if end is not None else ""

    @cached_property
    def named(self) -> Mapping[str, Mapping[str, list[Row]]]:
        """By indicator, and by how a row of a table is called: the values that it may hold."""
        found: dict[str, dict[str, list[Row]]] = {}
        for id_, rows in self.values.items():
            names = found[id_] = {}
            for row in rows:
                if row["is_in_force"] == "true" and (name := self._name(row)):
                    names.setdefault(spaced(name), []).append(row)
        return found

    def _name(self, row: Row) -> str:
        agenda = self.folder.agenda
        if self.is_whole(row):
            return self.words.period_short(self.words.calendar.parse(row["period"]))
        names = {(d.id, m.id): m.name for d in agenda.dimensions for m in d.members}
        names |= {(d.id, merged.id): merged.name for d in agenda.dimensions for merged in d.merge}
        members = [names[d.id, row[d.id]] for d in agenda.dimensions if row[d.id] != "_T"]
        if row["period"] != self.shown[row["indicator"]] or (members and row["place"] != self.root):
            return ""
        return " · ".join(map(plain, members)) if members else self.places[row["place"]]
