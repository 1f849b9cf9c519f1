"""What a scorecard says of numbers: the partner's own beside those of the coalition, and what it does for them.

The partner's own follow from its own rows (`own_parts`); all that is said of the coalition is what the edition shows
everybody. Nobody is ranked, and no share of a number is reckoned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from agenda.indicators import Indicator, Term
from agenda.model import Partner
from agenda.periods import Period
from agenda.stories import Activity
from reports.cards.own_parts import Part
from reports.cards.scorecard import Doing, Group, Line, Step
from reports.cards.scorecard_courses import drawable, of_all, periods_of
from reports.escape import plain
from reports.quarter.tables import Quarter, Value
from reports.telling.sentences import Sentences
from reports.telling.value_tables import ValueTables
from reports.words import Words, sentence_case


def _given(part: Part) -> tuple[bool, bool]:
    return part.numerator is not None, part.denominator is not None


@dataclass(frozen=True)
class Coalition:
    """What the edition says in one language: put together once for all partners that speak it."""

    quarter: Quarter
    words: Words
    _lines: dict[str, Line] = field(default_factory=dict)

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self.quarter, self.words)

    def line(self, indicator: Indicator) -> Line:
        """The indicator without what is a partner's own."""
        if indicator.id not in self._lines:
            moved, value = self.sentences.moved.get(indicator.id), self.quarter.value(indicator.id)
            values, code = ValueTables(self.quarter, self.words), moved.standing.code if moved else "no_data"
            goal = next(goal.id for goal in self.quarter.goals if indicator.id in goal.indicators)
            self._lines[indicator.id] = Line(
                indicator=indicator.id, period=self.quarter.shown_period(indicator.id).key,
                name=sentence_case(plain(indicator.name)), address=self.address(f"goals/{goal}.html#{indicator.id}"),
                code=code, status=self.words.standing(code), yours="", is_yours=False, part="", before=(),
                all=values.shown(indicator, value, unit=True), is_all=moved is not None,
                coverage=self._coverage(value), say=self.sentences.say(indicator.id), note="",
                course=of_all(self.quarter, self.words, indicator),
            )  # fmt: skip
        return self._lines[indicator.id]

    def _coverage(self, value: Value | None) -> str:
        if value is None or not value.expected:
            return ""
        return self.words.n("{came} of {number} partner reported", "{came} of {number} partners reported",
                            value.expected, came=self.words.number(value.actual))  # fmt: skip

    def address(self, path: str) -> str:
        """Where readers find this of the published report; empty where the initiative doesn't say."""
        initiative = self.quarter.folder.initiative
        return initiative.public(f"{self.quarter.period}/{path}") if initiative.address else ""

    @cached_property
    def measures(self) -> Mapping[str, str]:
        """The names of all measures, in the agenda's order."""
        return {measure.id: plain(measure.name) for measure in self.quarter.folder.agenda.measures}

    def is_of_money(self, terms: Iterable[Term]) -> bool:
        used = {term.measure for term in terms}
        return any(m.subject == "money" for m in self.quarter.folder.agenda.measures if m.id in used)

    @cached_property
    def expected(self) -> frozenset[tuple[str, str, str]]:
        """Partner, indicator and period, of everything that was agreed."""
        rows = self.quarter.contributors.filter(pl.col("is_expected")).select("partner", "indicator", "period")
        return frozenset(rows.iter_rows())


@dataclass(frozen=True)
class Numbers:
    """Of one partner. ``own`` is its part of each indicator and period."""

    coalition: Coalition
    partner: Partner
    own: Mapping[tuple[str, str], Part]

    @property
    def quarter(self) -> Quarter:
        return self.coalition.quarter

    @property
    def words(self) -> Words:
        return self.coalition.words

    def headline(self) -> str:
        words, given = self.words, sum(self._gives(id_) for id_ in self.quarter.indicators)
        if not given:
            return words._("Your part in the {period}", period=words.period(self.quarter.period))
        return words.n(
            "Your numbers are part of {count} of the coalition’s {number} indicator",
            "Your numbers are part of {count} of the coalition’s {number} indicators",
            len(self.quarter.indicators), count=words.number(given),
        )  # fmt: skip

    def groups(self) -> Iterator[Group]:
        """Goal by goal, the indicators that it gave something of, or had agreed to."""
        for goal in self.quarter.goals:
            lines = tuple(
                self._line(self.quarter.indicators[id_])
                for id_ in goal.indicators
                if self._gives(id_) or self._is_expected(id_)
            )
            if lines:
                yield Group(name=plain(goal.name), lines=lines)

    def _gives(self, indicator: str) -> bool:
        return any(part is not None for part in self._part(indicator, self.quarter.shown_period(indicator)))

    def _is_expected(self, indicator: str) -> bool:
        return (self.partner.id, indicator, self.quarter.shown_period(indicator).key) in self.coalition.expected

    def _part(self, indicator: str, period: Period) -> Part:
        return self.own.get((indicator, period.key), Part())

    def _line(self, indicator: Indicator) -> Line:
        words, calendar, version = self.words, self.quarter.calendar, self.quarter.version(indicator.id)
        now = self.quarter.shown_period(indicator.id)
        said, made_of = self._said(indicator, self._part(indicator.id, now))
        earlier = tuple(
            words._("{period}: {value}", period=words.period_short(period), value=value)
            for period in (calendar.shift(now, -1), calendar.year_before(now))
            if version.holds(period) and (value := self._in_short(indicator, self._part(indicator.id, period)))
        )
        own = {"yours": said or words.absent("missing"), "is_yours": bool(said), "part": made_of,
               "before": earlier, "note": self._note(indicator) if said else "",
               "your_course": self._course(indicator)}  # fmt: skip
        return self.coalition.line(indicator).model_copy(update=own)

    def _course(self, indicator: Indicator) -> tuple[Step, ...]:
        """What it gave in the last periods, as far as that is what it gave last: both parts of a quotient, or one."""
        parts = [(period, self._part(indicator.id, period)) for period in periods_of(self.quarter, indicator.id)]
        last = next((_given(part) for _, part in reversed(parts) if any(_given(part))), None)
        steps = []
        for period, part in parts:
            said = self._said(indicator, part)[0]
            steps.append(Step(
                period=period.key, name=self.words.period_short(period), text=said or self.words.absent("missing"),
                value=self._drawn(indicator, part) if _given(part) == last else None,
                absence="" if said else "missing",
            ))  # fmt: skip
        return drawable(steps)

    def _drawn(self, indicator: Indicator, part: Part) -> float | None:
        """What is drawn of a part: the quotient where it is shown as one, else the one number that there is."""
        numerator, denominator = part
        if indicator.formula.per is None or denominator is None:
            return None if numerator is None else float(numerator)
        if numerator is None:
            return float(denominator)
        few = indicator.formula.kind == "percent" and denominator < self.quarter.folder.initiative.show.percent_from
        return None if few or not denominator else float(numerator / denominator * indicator.formula.times)

    def _in_short(self, indicator: Indicator, part: Part) -> str:
        """``45 % (90 of 200)``; of a part of a quotient it was said which."""
        value, made_of = self._said(indicator, part)
        return self.words._("{value} ({counted})", value=value, counted=made_of) if made_of and all(part) else value

    def _said(self, indicator: Indicator, part: Part) -> tuple[str, str]:
        """``45 %`` and ``90 of 200``; ``214 children``; or one part of a quotient, and which. Empty without any."""
        words, (numerator, denominator), formula = self.words, part, indicator.formula
        if formula.per is None:
            return (words.quantity(indicator, numerator) if numerator is not None else ""), ""
        if numerator is not None and denominator:
            counted = words.counted(numerator, denominator)
            if formula.kind == "percent" and denominator < self.quarter.folder.initiative.show.percent_from:
                return counted, ""
            value = words.quantity(indicator, numerator / denominator * formula.times)
            return value, "" if self.coalition.is_of_money(formula.of) else counted  # nobody reads a sum of fees
        if numerator is not None:
            which = words._("{measures}: part of what is counted", measures=self._listed(formula.of))
            return words.exact(numerator), which
        if denominator is not None:
            which = words._("{measures}: part of what it is counted out of", measures=self._listed(formula.per))
            return words.exact(denominator), which
        return "", ""

    def _listed(self, terms: Iterable[Term]) -> str:
        names = self.coalition.measures
        return self.words.listed([names[term.measure] for term in terms if term.measure in names])

    def _note(self, indicator: Indicator) -> str:
        """Whether another source's number may count in place of its own."""
        used = {term.measure for term in (*indicator.formula.of, *(indicator.formula.per or ()))}
        ranked = (m.precedence for m in self.quarter.folder.agenda.measures if m.id in used and m.precedence)
        if all(order[0] == self.partner.id for order in ranked):
            return ""
        return self.words._("Where a source that goes before yours, as agreed, has the same, its number counts.")

    # -- what it does ----------------------------------------------------------------------------------

    def doing(self) -> Iterator[Doing]:
        words, done = self.words, self._activities
        for what, indicators in done.items():
            active = {activity.partner for indicator in indicators for activity in self._aimed_at(indicator)}
            others = len(active - {self.partner.id})
            yield Doing(
                what=plain(what),
                aims=tuple(self.coalition.line(indicator) for indicator in indicators),
                others=words.n("{number} other partner works on it, too.", "{number} other partners work on it, too.",
                               others) if others else words._("No other partner works on it."),
            )  # fmt: skip

    @cached_property
    def _activities(self) -> Mapping[str, list[Indicator]]:
        """What it does, with the indicators that it aims at, in their order."""
        found: dict[str, list[Indicator]] = {}
        for indicator in self.quarter.indicators.values():
            for activity in self._aimed_at(indicator):
                if activity.partner == self.partner.id:
                    found.setdefault(activity.what, []).append(indicator)
        return found

    def _aimed_at(self, indicator: Indicator) -> list[Activity]:
        return self.coalition.sentences.activities(indicator.id)
