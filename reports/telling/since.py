"""Which numbers are better than in the quarter before, which worse, and which hardly moved.

The sentences of a report compare with a year ago, as seasons mislead; whoever read the report before asks what became
of the numbers since. A number moved where its shown decimals tell, and where chance would not explain it. Where not
everybody reported both times, its movement is that of the partners that did (`reports.telling.cohorts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agenda.indicators import Indicator
from reports.escape import plain, stress
from reports.quarter.changes import Difference
from reports.quarter.tables import Quarter
from reports.telling.sentences import Moved, Sentences, gain
from reports.words import Words, sentence_case


@dataclass(frozen=True)
class Since:
    quarter: Quarter
    words: Words
    sentences: Sentences

    def lines(self) -> Iterator[str]:
        """Better, worse and much the same, each as one sentence; none where nothing can be compared."""
        words = self.words
        before = self.quarter.calendar.shift(self.quarter.period, -1)
        found: dict[int, list[str]] = {1: [], -1: [], 0: []}
        for moved in self.sentences.moved.values():
            if moved.change.previous.period == before.key and moved.change.previous.value is not None:
                way, said = self._movement(moved, moved.change.previous)
                found[way].append(said)
        period = words.period_short(before)
        heads = {
            1: words._("Better than in {period}:", period=period),
            -1: words._("Worse than in {period}:", period=period),
            0: words._("Much as in {period}, or no more than chance would explain:", period=period),
        }
        for way, names in found.items():
            if names:
                yield words._("{head} {names}.", head=stress(heads[way]), names=words._("; ").join(names))

    def _movement(self, moved: Moved, was: Difference) -> tuple[int, str]:
        """1 where it moved in the agreed direction, -1 where in the other, 0 where it hardly did; and how far."""
        words, indicator = self.words, moved.indicator
        amount, said = was.amount or 0.0, self._amount(indicator, was.amount or 0.0)
        if was.is_beyond_chance is not False:
            cohorts = self.sentences.cohorts
            if (cohort := cohorts.of(indicator, self.quarter.root.id, "previous")) is not None:
                amount, said = cohort.change, cohorts.brief(indicator, "previous")
        then, way = was.value or 0.0, 0.0
        if was.is_beyond_chance is not False and words.direction(indicator, amount):
            way = gain(indicator, then + amount, then, moved.standing, moved.target)
        name = sentence_case(plain(indicator.name))
        return (way > 0) - (way < 0), words._("{name}: {value}", name=name, value=said) if said else name

    def _amount(self, indicator: Indicator, amount: float) -> str:
        """``▲ 86``; empty where the shown decimals tell of no change."""
        sign = {1: "▲", 0: "", -1: "▼"}[self.words.direction(indicator, amount)]
        return f"{sign}\N{NO-BREAK SPACE}{self.words.amount(indicator, amount)}" if sign else ""
