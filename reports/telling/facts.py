"""How complete a quarter is and what it asks of its readers, in a few words each, with where more is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reports.escape import stress
from reports.quarter.tables import Quarter
from reports.telling.revised import EditionLabel
from reports.telling.sentences import Sentences
from reports.words import Words


class Fact(NamedTuple):
    """``to`` is seen from the first page."""

    text: str
    to: str


@dataclass(frozen=True)
class Facts:
    quarter: Quarter
    words: Words
    sentences: Sentences
    label: EditionLabel

    def all(self) -> list[Fact]:
        return [*self.complete(), *self._asked()]

    def complete(self) -> Iterator[Fact]:
        """Where the indicators stand, who reported, and which numbers are known."""
        if self.quarter.story.headline and (said := self.sentences.on_track()):  # else the headline says it
            yield Fact(said, "together.html#common-agenda")
        if self.quarter.expected_reporters:
            yield Fact(self._reported(), "#unknown")
        yield Fact(self._known(), "#unknown")
        words = self.words
        if withheld := self.quarter.withheld:
            yield Fact(words.n("{count} number withheld to protect people",
                               "{count} numbers withheld to protect people", withheld,
                               count=stress(words.number(withheld))), "data.html#methods")  # fmt: skip

    def _reported(self) -> str:
        words, owed = self.words, self.quarter.expected_reporters
        came = [reporter for reporter in owed if reporter.has_reported]
        in_part = sum(bool(reporter.missing or reporter.in_part) for reporter in came)
        parts = {"came": stress(words.number(len(came))), "count": words.number(in_part)}
        if in_part:
            return words.n("{came} of {number} partner reported, {count} of them only in part",
                           "{came} of {number} partners reported, {count} of them only in part",
                           len(owed), **parts)  # fmt: skip
        return words.n("{came} of {number} partner reported", "{came} of {number} partners reported", len(owed),
                       **parts)  # fmt: skip

    def _known(self) -> str:
        words, known = self.words, self.sentences.moved.values()
        provisional = sum(moved.value.is_provisional for moved in known)
        number, parts = len(self.quarter.indicators), {"known": stress(words.number(len(known)))}
        if provisional:
            return words.n("{known} of {number} indicator has a value, {count} of them provisional",
                           "{known} of {number} indicators have a value, {count} of them provisional",
                           number, count=words.number(provisional), **parts)  # fmt: skip
        return words.n("{known} of {number} indicator has a value", "{known} of {number} indicators have a value",
                       number, **parts)  # fmt: skip

    def _asked(self) -> Iterator[Fact]:
        words = self.words
        if revised := len(self.label.revised or ()):
            yield Fact(words.n("{count} number revised", "{count} numbers revised", revised,
                               count=stress(words.number(revised))), "#revised")  # fmt: skip
        if needed := len(self.quarter.story.decisions):
            yield Fact(words.n("{count} decision needed", "{count} decisions needed", needed,
                               count=stress(words.number(needed))), "#decisions")  # fmt: skip
