"""How an indicator is defined, in words: what is counted, how it adds up, who stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from agenda.indicators import Indicator, Term
from agenda.model import Measure, Partner
from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.words import Words


@dataclass(frozen=True)
class Definitions:
    quarter: Quarter
    words: Words

    def of(self, indicator: Indicator) -> Iterator[tuple[str, str]]:
        """What it says, and how far that goes."""
        words = self.words
        yield words._("What it says"), indicator.definition
        yield words._("Better"), {"more": words._("More is better."), "less": words._("Less is better."),
                                  "band": words._("Best inside the agreed band.")}[indicator.better]  # fmt: skip
        yield words._("Kind"), words.level(indicator.level)
        yield from self._agreed(indicator)
        if indicator.interval != "none":
            method = words.method(indicator.interval)
            if indicator.interval == "wilson":
                said = words._("95 %, {method}: how far chance could move a share of this many.", method=method)
            elif indicator.interval == "t":
                said = words._("95 %, {method}: how far chance could move a mean of this many.", method=method)
            else:
                said = words._("95 %, {method}: how far chance could move a number of events.", method=method)
            yield words._("Interval"), said
        if indicator.limitations:
            yield words._("Limits"), indicator.limitations
        if indicator.owner:
            yield words._("Looked after by"), indicator.owner

    def computed(self, indicator: Indicator) -> Iterator[tuple[str, str]]:
        """By which formula, of which version, and how that adds up."""
        words, version = self.words, self.quarter.version(indicator.id)
        yield words._("How it is computed"), self._formula(indicator)
        if version.since is not None:
            yield words._("Definition"), words._("Number {number}, since {period}", number=words.number(version.number),
                                                 period=words.period_short(version.since))  # fmt: skip
        yield from self._before(indicator)
        yield words._("How it adds up"), words.running(self._rules(indicator))

    def _before(self, indicator: Indicator) -> Iterator[tuple[str, str]]:
        """The definitions before this one, the latest first: until when, why they were changed, what they said."""
        now = self.quarter.version(indicator.id)
        versions = self.quarter.versions[indicator.id][: now.number]
        for before, after in reversed(list(pairwise(versions))):
            if after.since is not None:
                period = self.words.period_short(after.since)
                yield self.words._("Defined otherwise since {period}", period=period), after.changed
            until = self.words.period_short(before.until) if before.until else ""
            said = self.words.running((before.indicator.definition, self._formula(before.indicator)))
            yield self.words._("Before {period}", period=until), said

    def _agreed(self, indicator: Indicator) -> Iterator[tuple[str, str]]:
        """The baseline that was agreed, whatever the data say by now; and how the path leads to the targets."""
        words, baseline = self.words, indicator.baseline
        if baseline is not None and baseline.value is not None:
            period = self.quarter.calendar.parse(baseline.period)
            agreed, now = words.value(indicator, baseline.value), self.quarter.as_known(indicator.id, period)
            parts = {"value": agreed, "period": words.period_short(period)}
            if baseline.locked is None:
                said = words._("{value} for {period}, as agreed", **parts)
            else:
                said = words._("{value} for {period}, as agreed on {day}", day=words.day(baseline.locked), **parts)
            if now is not None and words.value(indicator, now) != agreed:
                said = words._("{agreed}; the data now say {value}", agreed=said,
                               value=words.value(indicator, now))  # fmt: skip
            yield words._("Baseline"), words.sentence(said)
        if indicator.path == "compound":
            yield words._("Path"), words._("From target to target by the same share each day.")

    def _formula(self, indicator: Indicator) -> str:
        words, formula = self.words, indicator.formula
        of = self._sum(formula.of)
        if formula.per is None:
            return words._("{numerator}, counted.", numerator=of)
        parts = {"numerator": of, "denominator": self._sum(formula.per), "times": words.number(formula.times)}
        if formula.standard is not None:
            return words._(
                "{numerator}, for every {times} of: {denominator}. Standardised by {dimension}: what it would be in a "
                "population of these groups ({source}).",
                **parts, dimension=self._dimension(formula.standard.dimension), source=plain(formula.standard.source),
            )  # fmt: skip
        if formula.times != 1:
            return words._("{numerator}, for every {times} of: {denominator}.", **parts)
        return words._("{numerator}, divided by: {denominator}.", **parts)

    def _sum(self, terms: tuple[Term, ...]) -> str:
        """``Attendances − Breaches``, with the groups a term is limited to."""
        said = ""
        for term in terms:
            weight = abs(term.weight)
            name = plain(self._names_of_numbers[term.measure])
            if term.where:
                groups = [
                    self._member(dimension, member) for dimension, members in term.where.items() for member in members
                ]
                name = f"{name} ({self.words.listed(groups)})"
            if weight != 1:
                name = f"{self.words.exact(weight)} × {name}"
            sign = "−" if term.weight < 0 else "+"
            said = f"{said} {sign} {name}" if said else name if term.weight > 0 else f"−{name}"
        return said

    def _dimension(self, dimension: str) -> str:
        found = next(d for d in self.quarter.folder.agenda.dimensions if d.id == dimension)
        return plain(found.name).lower()

    def _member(self, dimension: str, member: str) -> str:
        found = next(d for d in self.quarter.folder.agenda.dimensions if d.id == dimension)
        return plain(next(m.name for m in found.members if m.id == member))

    @cached_property
    def _names_of_numbers(self) -> dict[str, str]:
        agenda = self.quarter.folder.agenda
        return {m.id: m.name for m in agenda.measures} | {s.id: s.name for s in agenda.reference}

    def _rules(self, indicator: Indicator) -> Iterator[str]:
        """How its measures add up over months and partners."""
        words = self.words
        measures = {m.id: m for m in self.quarter.folder.agenda.measures}
        used = [measures[t.measure] for t in indicator.formula.terms if t.measure in measures]
        for name, model in dict.fromkeys((measure.name, measure.model) for measure in used):
            if model is not None:
                sources = words.listed([plain(self._names_of_numbers[id_]) for id_ in model.of])
                yield words._("“{measure}” is not reported but made, by a query of this initiative, of: {sources}.",
                              measure=plain(name), sources=sources)  # fmt: skip
        rules = {
            "sum": words._("A quarter is the sum of its months."),
            "last": words._("A quarter is its last reported month."),
            "mean": words._("A quarter is the mean of its months."),
            "max": words._("A quarter is the highest of its months."),
        }
        once = words._("Whoever is in several months of a quarter counts once, where there is a keyed hash of them.")
        yield from dict.fromkeys(
            once if measure.keyed and measure.time_rule == "sum" else rules[measure.time_rule] for measure in used
        )
        if any(measure.precedence for measure in used):
            yield words._("Where two partners report the same, the one agreed on counts.")
        overlapping = [measure for measure in used if measure.over_partners == "overlap"]
        if any(measure.keyed for measure in overlapping):
            yield words._("Partners' lists overlap: whoever has a keyed hash counts once over all of them. Of the "
                          "others nobody knows whether they are further people, so there are bounds.")  # fmt: skip
        if not all(measure.keyed for measure in overlapping):
            yield words._("Partners' lists overlap: the longest list counts, and the sum of all is the upper bound.")
        if (
            not overlapping
            and len({p.id for p in self.quarter.partners.values() if _owes(p, [m for m in used if m.is_sum])}) > 1
        ):
            yield words._("Partners add up.")
        for name in dict.fromkeys(measure.name for measure in used if not measure.is_sum):
            yield words._("“{measure}” is a rate when it is reported: it is shown as it came, and never added up.",
                          measure=plain(name))  # fmt: skip


def _owes(partner: Partner, measures: list[Measure]) -> bool:
    wanted = {id_ for measure in measures for id_ in (measure.model.of if measure.model else (measure.id,))}
    return any(wanted & set(owed.measures) for owed in partner.owes)
