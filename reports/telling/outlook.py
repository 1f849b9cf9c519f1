"""What is said of an indicator's pace: where it would come to by its next target, and whether that is enough."""

from __future__ import annotations

from dataclasses import dataclass

from agenda.indicators import Indicator, Target
from reports.pictures.trend import Ahead
from reports.quarter.standings import Projection
from reports.quarter.tables import Quarter
from reports.telling.sentences import Sentences
from reports.words import Words


@dataclass(frozen=True)
class Outlook:
    quarter: Quarter
    words: Words
    sentences: Sentences

    def sentence(self, indicator: Indicator) -> str:
        """``At the pace of the last 8 quarters it would come to 1,310 by December 2026 (1,250 to 1,370): short of the
        target of 1,500.``; empty where the numbers bear none.
        """
        words, found = self.words, self.quarter.projection(indicator.id)
        if found is None:
            return ""
        due, target = next(t for t in self.sentences.targets(indicator) if t[0].key == found.target_period)
        value, low, high = (words.value(indicator, number) for number in found.end[1:])
        return words._(
            "At the pace of the last {span} it would come to {value} by {month} ({low} to {high}): {verdict}.",
            span=self.span(indicator, found), value=value, month=words.due(due), low=low, high=high,
            verdict=self._verdict(indicator, found, target),
        )  # fmt: skip

    def _verdict(self, indicator: Indicator, found: Projection, target: Target) -> str:
        words, aim = self.words, self.sentences.aim(indicator, target)
        if target.value is None:
            return {
                "reached": words._("inside the agreed band of {target}", target=aim),
                "likely": words._("inside the agreed band of {target}, though not surely", target=aim),
                "unlikely": words._("outside the agreed band of {target}, though not surely", target=aim),
                "missed": words._("outside the agreed band of {target}", target=aim),
            }[found.outlook]
        if indicator.better == "less":
            missed = words._("above the target of {target}", target=aim)
            unlikely = words._("above the target of {target}, though it may still be reached", target=aim)
        else:
            missed = words._("short of the target of {target}", target=aim)
            unlikely = words._("short of the target of {target}, though it may still be reached", target=aim)
        return {
            "reached": words._("enough for the target of {target}", target=aim),
            "likely": words._("enough for the target of {target}, though not surely", target=aim),
            "unlikely": unlikely,
            "missed": missed,
        }[found.outlook]

    def span(self, indicator: Indicator, found: Projection) -> str:
        """``8 quarters``."""
        words, type_ = self.words, self.quarter.shown_period(indicator.id).type
        if type_ == "month":
            return words.n("{number} month", "{number} months", found.periods)
        if type_ == "quarter":
            return words.n("{number} quarter", "{number} quarters", found.periods)
        return words.n("{number} year", "{number} years", found.periods)

    def ahead(self, indicator: Indicator) -> Ahead | None:
        """The same for the chart of the trend."""
        found, now = self.quarter.projection(indicator.id), self.quarter.shown_period(indicator.id)
        if found is None:
            return None
        steps = tuple(
            (self.quarter.calendar.shift(now, step.ahead).end.toordinal(), step.value, step.lower, step.upper)
            for step in found.steps
        )
        value = self.words.value(indicator, found.end.value)
        return Ahead(steps, self.words._("At this pace {value}", value=value))

    def note(self, indicator: Indicator) -> str:
        """What the dotted line of the chart is; empty where there is none."""
        found = self.quarter.projection(indicator.id)
        if found is None:
            return ""
        span = self.span(indicator, found)
        return self.words._("Dotted, ahead: the pace of the last {span}, with its 95 % interval.", span=span)
