"""What one partner's scorecard says of a quarter, as finished texts in its language.

Its own numbers come from its own rows (`reports.own_parts`); all that is said of the coalition is what the edition
shows everybody. Nothing on it follows from another partner's rows otherwise, and nobody is ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import polars as pl

from agenda.entry import Entry
from agenda.indicators import Indicator, Term
from agenda.model import Partner
from agenda.periods import Period
from agenda.stories import Activity
from reports.escape import plain, stress
from reports.own_parts import Part
from reports.reporters import Reporter
from reports.sentences import Sentences
from reports.tables import Quarter
from reports.value_tables import ValueTables
from reports.words import Words, sentence_case

LOOKED_BACK = 4
"""Quarters of which it is said what is still missing, this one included; what is older a person settles."""


class Line(Entry):
    """One indicator: what the partner gave of it, and what all partners together come to."""

    name: str
    address: str  # of its place in the report; empty where nobody knows
    code: str
    status: str
    yours: str
    notes: tuple[str, ...]  # what that is a part of
    before: tuple[str, ...]  # what it was earlier
    all: str
    is_number: bool  # else ``all`` says why there is none
    coverage: str
    say: str


class Group(Entry):
    """A goal with the indicators that the partner gave numbers for."""

    name: str
    lines: tuple[Line, ...]


class Doing(Entry):
    """What the partner does, for which indicators."""

    what: str
    indicators: str
    others: str


class Owed(Entry):
    """A measure that was agreed for the quarter: what came of it, and when."""

    measure: str
    came: str
    code: str  # of the shape beside it
    when: str


class Due(Entry):
    day: str
    what: str
    is_late: bool


class Scorecard(Entry):
    """All that a partner's page of a quarter says; ``address`` is the report's, where it is known."""

    partner: str
    prefix: str  # of its inbox, and of its receipts
    name: str
    language: str
    period: str
    address: str
    eyebrow: str
    headline: str
    thanks: tuple[str, ...]
    facts: tuple[str, ...]
    groups: tuple[Group, ...]
    doing: tuple[Doing, ...]
    owed: tuple[Owed, ...]
    files: str
    due: tuple[Due, ...]


@dataclass(frozen=True)
class Coalition:
    """What the edition says in one language: made once for all partners that speak it."""

    quarter: Quarter
    words: Words
    _said: dict[str, Line] = field(default_factory=dict)

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self.quarter, self.words)

    @cached_property
    def values(self) -> ValueTables:
        return ValueTables(self.quarter, self.words)

    def line(self, indicator: Indicator) -> Line:
        """The indicator without what is the partner's own."""
        if indicator.id not in self._said:
            moved = self.sentences.moved.get(indicator.id)
            value = self.quarter.value(indicator.id)
            code = moved.standing.code if moved else "no_data"
            goal = next(goal.id for goal in self.quarter.goals if indicator.id in goal.indicators)
            self._said[indicator.id] = Line(
                name=sentence_case(plain(indicator.name)), address=self.address(f"goals/{goal}.html#{indicator.id}"),
                code=code, status=self.words.standing(code), yours="", notes=(), before=(),
                all=self.values.shown(indicator, value, unit=True), is_number=moved is not None,
                coverage=self.values.coverage(value), say=self.sentences.say(indicator.id),
            )  # fmt: skip
        return self._said[indicator.id]

    def address(self, path: str) -> str:
        """Where readers find this of the published report; empty where the initiative doesn't say."""
        initiative = self.quarter.folder.initiative
        return initiative.public(f"{self.quarter.period}/{path}") if initiative.address else ""


@dataclass(frozen=True)
class Writer:
    """Writes one partner's scorecard. ``own`` is its part of each indicator and period."""

    coalition: Coalition
    partner: Partner
    own: Mapping[tuple[str, str], Part]

    @property
    def quarter(self) -> Quarter:
        return self.coalition.quarter

    @property
    def words(self) -> Words:
        return self.coalition.words

    @cached_property
    def measures(self) -> Mapping[str, str]:
        return {measure.id: plain(measure.name) for measure in self.quarter.folder.agenda.measures}

    @cached_property
    def reporter(self) -> Reporter | None:
        return next((r for r in self.quarter.reporters if r.partner.id == self.partner.id), None)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """What is owed for the quarter, in the agenda's order of measures."""
        return self._owed_in(self.quarter.period)

    def _owed_in(self, period: Period) -> list[dict[str, Any]]:
        rows = self.quarter.reporting.filter(partner=self.partner.id, period=period.key, is_expected=True)
        found = {row["measure"]: row for row in rows.iter_rows(named=True)}
        return [found[measure] for measure in self.measures if measure in found]

    def scorecard(self) -> Scorecard:
        words, groups = self.words, tuple(self._groups())
        period = sentence_case(words.period(self.quarter.period))
        return Scorecard(
            partner=self.partner.id, prefix=self.partner.prefix, name=plain(self.partner.name),
            language=words.language if words.has_catalogue else "en", period=period,
            address=self.coalition.address("index.html"),
            eyebrow=" · ".join((period, words._("data as of {day}", day=words.day(self.quarter.as_of)))),
            headline=self._headline(groups), thanks=tuple(self._thanks()), facts=tuple(self._facts()), groups=groups,
            doing=tuple(self._doing()), owed=tuple(self._owed()), files=self._files(), due=tuple(self._due()),
        )  # fmt: skip

    # -- the opening -----------------------------------------------------------------------------------

    def _headline(self, groups: Sequence[Group]) -> str:
        words, count = self.words, sum(len(group.lines) for group in groups)
        if not count:
            return words._("Your part in the {period}", period=words.period(self.quarter.period))
        return words.n(
            "Your numbers are part of {count} of the coalition’s {number} indicator",
            "Your numbers are part of {count} of the coalition’s {number} indicators",
            len(self.quarter.indicators), count=words.number(count),
        )  # fmt: skip

    def _thanks(self) -> Iterator[str]:
        words, reporter = self.words, self.reporter
        owed = reporter.owed if reporter else ()
        missing = (*reporter.missing, *reporter.in_part) if reporter else ()
        if reporter is None or not reporter.has_reported:
            if owed:
                yield words._("Nothing has come from you for this quarter. Without it the coalition’s numbers are "
                              "incomplete; what you still send is in the next edition.")  # fmt: skip
        elif missing:
            yield words._("Thank you for what you sent. A part of what was agreed is still missing; it is named below.")
        elif owed and any(row["is_on_time"] is False for row in self.rows):
            yield words._("Thank you: everything that was agreed came, some of it after the day it was due.")
        elif owed and all(row["is_on_time"] for row in self.rows):
            yield words._("Thank you: everything that was agreed came, and it came in time.")
        elif owed:
            yield words._("Thank you: everything that was agreed came.")
        else:
            yield words._("Thank you for what you sent.")
        if self._activities:
            yield words._("Thank you for what you do, too: it stands below beside the numbers that it aims at.")

    def _facts(self) -> Iterator[str]:
        words, reporter = self.words, self.reporter
        if reporter is None or not reporter.owed:
            return
        whole = len(reporter.owed) - len(reporter.missing) - len(reporter.in_part)
        yield words.n("{count} of {number} measure came", "{count} of {number} measures came",
                      len(reporter.owed), count=stress(words.number(whole)))  # fmt: skip
        if all(row["due_on"] for row in self.rows):
            yield words._("{count} of them in time", count=stress(words.number(len(reporter.on_time))))
        errors, warnings = self._findings
        yield (words.n("{number} cell to mend", "{number} cells to mend", errors) if errors
               else words._("nothing to mend"))  # fmt: skip
        if warnings:
            yield words.n("{number} remark to look at", "{number} remarks to look at", warnings)

    @cached_property
    def _findings(self) -> tuple[int, int]:
        """Errors and remarks that stand open in the latest version of each of its files."""
        mine = self.quarter.findings.filter(pl.col("partner") == self.partner.id)["severity"]
        return mine.to_list().count("error"), mine.to_list().count("warning")

    # -- its numbers beside the coalition's ------------------------------------------------------------

    def _groups(self) -> Iterator[Group]:
        for goal in self.quarter.goals:
            lines = [self._line(self.quarter.indicators[id_]) for id_ in goal.indicators if self._gives(id_)]
            if lines:
                yield Group(name=plain(goal.name), lines=tuple(lines))

    def _gives(self, indicator: str) -> bool:
        return any(part is not None for part in self._part(indicator, self.quarter.shown_period(indicator)))

    def _part(self, indicator: str, period: Period) -> Part:
        return self.own.get((indicator, period.key), Part())

    def _line(self, indicator: Indicator) -> Line:
        now, calendar = self.quarter.shown_period(indicator.id), self.quarter.calendar
        version = self.quarter.version(indicator.id)
        earlier = [
            self.words._("{period}: {value}", period=self.words.period_short(period), value=said)
            for period in (calendar.shift(now, -1), calendar.year_before(now))
            if version.holds(period) and (said := self._own(indicator, self._part(indicator.id, period)))
        ]
        part = self._part(indicator.id, now)
        own = {
            "yours": self._own(indicator, part),
            "notes": tuple(self._notes(indicator, part)),
            "before": tuple(earlier),
        }
        return self.coalition.line(indicator).model_copy(update=own)

    def _own(self, indicator: Indicator, part: Part) -> str:
        """``45 % (90 of 200)``, ``214 children``, or the one part of a quotient that the partner gives."""
        words, (numerator, denominator), formula = self.words, part, indicator.formula
        if formula.per is None:
            return words.quantity(indicator, numerator) if numerator is not None else ""
        if numerator is not None and denominator:
            counted = words.counted(numerator, denominator)
            if formula.kind == "percent" and denominator < self.quarter.folder.initiative.show.percent_from:
                return counted
            value = words.quantity(indicator, numerator / denominator * formula.times)
            return words._("{value} ({counted})", value=value, counted=counted)
        given = numerator if numerator is not None else denominator
        return words.exact(given) if given is not None else ""

    def _notes(self, indicator: Indicator, part: Part) -> Iterator[str]:
        """Which part of a quotient the number is, where it is one, and whether another source's may count for it."""
        words, formula = self.words, indicator.formula
        if formula.per is not None and not (part.numerator is not None and part.denominator):
            if part.numerator is not None:
                yield words._("{measures}: part of what is counted", measures=self._listed(formula.of))
            else:
                yield words._("{measures}: part of what it is counted out of", measures=self._listed(formula.per))
        of = {term.measure for term in (*formula.of, *(formula.per or ()))}
        ranked = [m.precedence for m in self.quarter.folder.agenda.measures if m.id in of and m.precedence]
        if any(self.partner.id != order[0] for order in ranked):
            yield words._(
                "Where a source that goes before yours, as agreed, has the same, its number is the one that counts."
            )

    def _listed(self, terms: Iterable[Term]) -> str:
        return self.words.listed([self.measures[term.measure] for term in terms if term.measure in self.measures])

    # -- what it does ----------------------------------------------------------------------------------

    @cached_property
    def _activities(self) -> Mapping[str, list[Indicator]]:
        """What the partner does, with the indicators that it aims at, in their order."""
        found: dict[str, list[Indicator]] = {}
        for indicator in self.quarter.indicators.values():
            for activity in self._aimed_at(indicator):
                if activity.partner == self.partner.id:
                    found.setdefault(activity.what, []).append(indicator)
        return found

    def _aimed_at(self, indicator: Indicator) -> list[Activity]:
        return self.coalition.sentences.activities(indicator.id)

    def _doing(self) -> Iterator[Doing]:
        words = self.words
        for what, indicators in self._activities.items():
            active = {activity.partner for indicator in indicators for activity in self._aimed_at(indicator)}
            others = len(active - {self.partner.id})
            yield Doing(
                what=plain(what),
                indicators=words.listed([sentence_case(plain(indicator.name)) for indicator in indicators]),
                others=words.n("{number} other partner works on it, too.", "{number} other partners work on it, too.",
                               others) if others else words._("No other partner works on it."),
            )  # fmt: skip

    # -- its data --------------------------------------------------------------------------------------

    def _owed(self) -> Iterator[Owed]:
        words = self.words
        for row in self.rows:
            due = words._("due by {day}", day=words.day(row["due_on"])) if row["due_on"] else ""
            day = words.day(row["complete_on"]) if row["complete_on"] else ""
            actual, expected = row["months_reported"] or 0, row["months_expected"] or 0
            if not row["is_reported"]:
                came, code = words._("missing"), "off_track"
            elif actual < expected:
                came, code = words._("{actual} of {expected} months", actual=words.number(actual),
                                     expected=words.number(expected)), "at_risk"  # fmt: skip
            else:
                came, code = {True: (words._("in time"), "met"), False: (words._("late"), "at_risk")}.get(
                    row["is_on_time"], (words._("came"), "met")
                )
            when = " · ".join(filter(None, (day, due)))
            yield Owed(measure=self.measures[row["measure"]], came=came, code=code, when=when)

    def _files(self) -> str:
        """How many rows of its files were taken."""
        words = self.words
        mine = self.quarter.readings.filter(partner=self.partner.id)
        if mine.is_empty():
            return ""
        read, taken, rejected, skipped = (
            int(mine[f"rows_{what}"].sum()) for what in ("read", "accepted", "rejected", "skipped")
        )
        told = [words._("{number} taken", number=words.number(taken))]
        if rejected:
            told.append(words._("{number} not taken", number=words.number(rejected)))
        if skipped:
            told.append(words._("{number} skipped, as agreed", number=words.number(skipped)))
        rows = words.n("{number} row", "{number} rows", read)
        said = words.n("Your file had {rows}: {told}.", "Your {number} files had {rows}: {told}.", mine.height,
                       rows=rows, told=words.listed(told))  # fmt: skip
        return " ".join(
            (said, words._("What to mend, and how, stands in the receipt of each file.") if rejected else "")
        ).strip()

    # -- what is due -----------------------------------------------------------------------------------

    def _due(self) -> Iterator[Due]:
        """What is still missing, the latest quarter first; then what comes next, the soonest first."""
        words, quarter = self.words, self.quarter
        for back in range(LOOKED_BACK):
            period = quarter.calendar.shift(quarter.period, -back)
            lacking = [row for row in self._owed_in(period) if row["complete_on"] is None]
            if lacking:
                day = min((row["due_on"] for row in lacking if row["due_on"]), default=None)
                names = [self.measures[row["measure"]] for row in lacking]
                yield Due(day=words.day(day) if day else "", is_late=True, what=self._of(period, names))
        for period, names in self._next():
            yield Due(day=words.day(period.end + timedelta(days=quarter.folder.initiative.due_days)), is_late=False,
                      what=self._of(period, names))  # fmt: skip

    def _of(self, period: Period, measures: list[str]) -> str:
        words = self.words
        return words._(
            "{period}: {measures}", period=sentence_case(words.period(period)), measures=words.listed(measures)
        )

    def _next(self) -> list[tuple[Period, list[str]]]:
        """The first period after the quarter of each kind that is owed, unless the partner leaves before."""
        calendar, quarter = self.quarter.calendar, self.quarter
        until = calendar.parse(self.partner.until).end if self.partner.until else None
        owed: dict[Period, set[str]] = {}
        for owes in self.partner.owes:
            period = calendar.containing(quarter.period.end, owes.every)
            if until is None or period.end <= until:
                owed.setdefault(period, set()).update(owes.measures)
        names = {period: [name for id_, name in self.measures.items() if id_ in ids] for period, ids in owed.items()}
        return sorted(names.items(), key=lambda pair: (pair[0].end, pair[0].months))
