"""What a review page says, in words: values before and after, who is missing, which files and findings are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from agenda.periods import Period
from reports.data.package import WHOLE
from reports.edition import Arrival, Edition
from reports.editions.revisions import COMPARED
from reports.quarter.absence import ABSENCE, absence
from reports.quarter.gaps import merged_groups
from reports.quarter.reporters import Reporter
from reports.quarter.tables import Quarter
from reports.words import Words

_SHOWN = 12
"""Places, members or findings listed under one heading; more than a screenful is better read in the file."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Base:
    """What a draft is compared with: an edition of the same quarter, or of the one before."""

    said: str
    period: Period
    values: pl.DataFrame
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True)
class Line:
    """A value before and after, in words. ``change`` is empty where there is nothing to compare."""

    name: str
    before: str
    after: str
    change: str
    has_changed: bool


@dataclass(frozen=True)
class Revision:
    """What changed in one indicator's values of one period: the whole, some of the others, and how many more."""

    period: str
    whole: Line | None
    others: tuple[Line, ...]
    more: int

    @property
    def count(self) -> int:
        return len(self.others) + self.more


Goals = list[tuple[str, list[Line]]]
"""Each goal's name, and a line for each of its indicators."""
Revised = list[tuple[str, list[Revision]]]
"""Each indicator's name, and what changed by period."""


class ReviewWords:
    """Puts values, partners and files into the words of the page."""

    def __init__(self, quarter: Quarter, words: Words, dimensions: Sequence[str]) -> None:
        self.quarter, self.words, self.dimensions = quarter, words, dimensions
        agenda = quarter.folder.agenda
        self.places = {place.id: place.name for place in agenda.places}
        self.measures = {measure.id: measure.name for measure in agenda.measures}
        self.members = {(d.id, m.id): m.name for d in agenda.dimensions for m in d.members}
        self.members |= {(d.id, merged.id): merged.name for d in agenda.dimensions for merged in d.merge}

    def in_short(self, base: Base | None, goals: Goals, this: Revised, lacking: int) -> list[str]:
        """The page in a few sentences."""
        _, n = self.words._, self.words.n
        if base is None:
            said = [_("This is the first edition; there is nothing to compare it with.")]
        else:
            lines = [line for _goal, of_goal in goals for line in of_goal]
            changed = sum(line.has_changed for line in lines)
            others = sum(revision.count for _indicator, revisions in this for revision in revisions)
            said = [
                _("This page compares the draft with {base}.", base=base.said),
                n("{changed} of {number} indicator changed.", "{changed} of {number} indicators changed.", len(lines),
                  changed=changed),
            ]  # fmt: skip
            if others:
                said.append(n("{number} value of a place or group changed.",
                              "{number} values of places and groups changed.", others))  # fmt: skip
        if lacking:
            said.append(n("{number} partner has not reported all it owes.",
                          "{number} partners have not reported all they owe.", lacking))  # fmt: skip
        return said

    def goals(self, base: Base | None, values: pl.DataFrame) -> Goals:
        """Each goal with the whole's value of each of its indicators, for the quarter and before."""
        then = replace(self.quarter, period=base.period) if base else None
        now, before = self._wholes(values), self._wholes(base.values) if base else {}
        goals = []
        for goal in self.quarter.goals:
            lines = []
            for id_ in goal.indicators:
                after = now.get((id_, self.quarter.shown_period(id_).key))
                earlier = before.get((id_, then.shown_period(id_).key)) if then else None
                lines.append(self._line(self.quarter.indicators[id_].name, id_, earlier, after))
            goals.append((goal.name, lines))
        return goals

    def revised(self, changes: pl.DataFrame, base: Base | None, earlier: bool) -> Revised:
        """By indicator, what changed in the periods that the base knew: the ``earlier`` ones, or this quarter's."""
        by: dict[str, dict[Period, list[Row]]] = {}
        for row in changes.iter_rows(named=True) if base else ():
            period = self.quarter.calendar.parse(row["period"])
            if base and period.end <= base.period.end and (period.end <= self.quarter.period.start) == earlier:
                by.setdefault(row["indicator"], {}).setdefault(period, []).append(row)
        return [
            (indicator.name, [self._revision(id_, period, by[id_][period]) for period in sorted(by[id_], reverse=True)])
            for id_, indicator in self.quarter.indicators.items()
            if id_ in by
        ]

    def together(self) -> list[str]:
        """Of each indicator the groups that are shown together in the quarter, and where."""
        words, said = self.words, []
        for id_, indicator in self.quarter.indicators.items():
            for dimensions in indicator.breakdowns:
                for merged in merged_groups(self.quarter.folder, dimensions):
                    places = [
                        name
                        for place, name in self.places.items()
                        if self.quarter.value(id_, place, " * ".join(dimensions), merged.members) is not None
                    ]
                    if places:
                        more = words.n("{number} place", "{number} places", len(places))
                        where = more if len(places) > _SHOWN else words.listed(places)
                        said.append(words._("{indicator}: {parts}, as {group} ({places})", indicator=indicator.name,
                                            parts=words.listed(list(merged.parts.values())), group=merged.name,
                                            places=where))  # fmt: skip
        return said

    def _revision(self, id_: str, period: Period, rows: list[Row]) -> Revision:
        def side(row: Row, name: str) -> Row | None:
            known = row[f"status_{name}"] is not None
            return {column: row[f"{column}_{name}"] for column in COMPARED} if known else None

        lines = [
            (self._is_whole(row), self._line(self._subject(row), id_, side(row, "before"), side(row, "after")))
            for row in rows
        ]
        others = [line for is_whole, line in lines if not is_whole]
        return Revision(
            self.words.period_short(period),
            next((line for is_whole, line in lines if is_whole), None),
            tuple(others[:_SHOWN]),
            max(0, len(others) - _SHOWN),
        )

    def lacking(self, reporters: Sequence[Reporter]) -> list[tuple[str, str]]:
        """Partners that owed something which didn't come, or not for all months, and what it is."""
        found = []
        for reporter in reporters:
            missing = [self.measures[m] for m in reporter.missing]
            parts = [self.measures[m] for m in reporter.in_part]
            said = []
            if len(missing) == len(reporter.owed):
                said.append(self.words._("nothing yet"))
            elif missing:
                said.append(self.words._("without {measures}", measures=self.words.listed(missing)))
            if parts:
                said.append(self.words._("some months of {measures}", measures=self.words.listed(parts)))
            if said:
                found.append((reporter.partner.name, "; ".join(said)))
        return found

    def files(self, edition: Edition, base: Base | None) -> list[Row]:
        """The files that the base didn't rest on, in the order they arrived."""
        known = {(a.partner, a.key, a.reading) for a in base.arrivals} if base else set()
        keys = {(a.partner, a.key) for a in base.arrivals} if base else set()
        outcome = {
            "accepted": self.words._("taken"),
            "partial": self.words._("taken in part"),
            "rejected": self.words._("not taken"),
        }
        fresh = [a for a in edition.record.inputs.arrivals if (a.partner, a.key, a.reading) not in known]
        return [
            {
                "partner": self._partner(arrival.partner),
                "key": arrival.key,
                "received": self.words.day(arrival.received_at),
                "outcome": outcome.get(arrival.outcome, arrival.outcome),
                "replaces": (arrival.partner, arrival.key) in keys,
            }
            for arrival in sorted(fresh, key=lambda a: (a.received_at, a.key))
        ]

    def findings(self, rows: Sequence[Row]) -> list[Row]:
        """By partner: how many errors and warnings, and the first few in full."""
        by: dict[str, list[Row]] = {}
        for row in rows:
            by.setdefault(row["partner"], []).append(row)
        return [
            {
                "partner": self._partner(partner),
                "errors": sum(row["severity"] == "error" for row in mine),
                "warnings": sum(row["severity"] == "warning" for row in mine),
                "shown": [{**row, "where": self._where(row)} for row in mine[:_SHOWN]],
                "more": max(0, len(mine) - _SHOWN),
            }
            for partner, mine in by.items()
        ]

    # -- small words ---------------------------------------------------------------------------------

    def _wholes(self, values: pl.DataFrame) -> Mapping[tuple[str, str], Row]:
        """The root's values that no dimension splits, by indicator and period."""
        return {(row["indicator"], row["period"]): row for row in values.iter_rows(named=True) if self._is_whole(row)}

    def _is_whole(self, row: Row) -> bool:
        return row["place"] == self.quarter.root.id and not list(self._split(row))

    def _split(self, row: Row) -> Iterator[str]:
        for dimension in self.dimensions:
            if (member := row.get(dimension, WHOLE)) != WHOLE:
                yield self.members.get((dimension, str(member)), str(member))

    def _subject(self, row: Row) -> str:
        place = str(row["place"])
        return ", ".join([self.places.get(place, place), *self._split(row)])

    def _partner(self, id_: str) -> str:
        return self.quarter.partners[id_].name if id_ in self.quarter.partners else id_

    def _where(self, row: Row) -> str:
        return " · ".join(part for part in (row["key"], row["sheet"], row["cell"] or row["column_name"]) if part)

    def _line(self, name: str, id_: str, before: Row | None, after: Row | None) -> Line:
        change, has_changed = self._change(id_, before, after)
        return Line(name, self._shown(id_, before), self._shown(id_, after), change, has_changed)

    def _shown(self, id_: str, row: Row | None) -> str:
        if row is None or not row["value"]:
            return self.words.absent(absence(*(row[name] for name in ABSENCE)) if row else "missing")
        shown = self.words.quantity(self.quarter.indicators[id_], float(row["value"]))
        note = self.words.noted(row["status"])
        return self.words._("{value} ({note})", value=shown, note=note) if note else shown

    def _change(self, id_: str, before: Row | None, after: Row | None) -> tuple[str, bool]:
        """What to call the step from the one to the other, and whether it is one."""
        was, is_ = (row["value"] if row else "" for row in (before, after))
        status_was, status_is = (row["status"] if row else "O" for row in (before, after))
        if not was or not is_:
            said = self.words._("new") if is_ else self.words._("gone") if was else ""
            return said, bool(was or is_) or status_was != status_is
        if was == is_:
            same = status_was == status_is
            return self.words._("unchanged") if same else self.words._("only its certainty changed"), not same
        indicator, by = self.quarter.indicators[id_], float(is_) - float(was)
        direction = self.words.direction(indicator, by)
        if direction == 0:
            return self.words._("by less than is shown"), True
        return f"{'▲' if direction > 0 else '▼'} {self.words.amount(indicator, by)}", True
