"""How well the coalition works together, in numbers: the backbone's own indicators.

They are counted from what each partner owed for a quarter and what of it came (`reports.quarter.reporters`), and from
the meetings that the quarter's story tells of. One thing owed is one measure of one partner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import polars as pl

from agenda.periods import Period
from reports.escape import plain, stress
from reports.quarter.reporters import Reporter, reporters
from reports.quarter.tables import Quarter
from reports.telling.value_tables import Table
from reports.words import Words

QUARTERS_AT_MOST = 9
"""Quarters in the table: two years, and the quarter to compare them with."""


@dataclass(frozen=True)
class Rates:
    """What was owed for one quarter and what came of it: partners, then things owed."""

    partners: int
    reported: int
    owed: int
    came: int
    whole: int
    on_time: int


def rates(owing: tuple[Reporter, ...]) -> Rates:
    """Of partners that owed something."""
    missing, in_part = (sum(len(getattr(r, name)) for r in owing) for name in ("missing", "in_part"))
    owed = sum(len(r.owed) for r in owing)
    return Rates(
        len(owing), sum(r.has_reported for r in owing), owed, owed - missing, owed - missing - in_part,
        sum(len(r.on_time) for r in owing),
    )  # fmt: skip


@dataclass(frozen=True)
class Backbone:
    quarter: Quarter
    words: Words

    def sentences(self) -> Iterator[str]:
        """How complete and how timely the quarter's reports were, beside a year before; and what is due next."""
        words, now = self.words, self._of(self.quarter.period)
        if now is None:
            return
        yield words.n(
            "Of {number} measure that partners had agreed to report, {came} came ({share}); {on_time} came on time.",
            "Of {number} measures that partners had agreed to report, {came} came ({share}); {on_time} came on time.",
            now.owed, number=words.number(now.owed), came=stress(words.number(now.came)),
            share=self._percent(now.came, now.owed), on_time=self._percent(now.on_time, now.owed),
        )  # fmt: skip
        before = self._of(self.quarter.calendar.year_before(self.quarter.period))
        if before is not None:
            yield words._("A year before it was {share}, and {on_time} on time.",
                          share=self._percent(before.came, before.owed),
                          on_time=self._percent(before.on_time, before.owed))  # fmt: skip

    def over_time(self) -> Table | None:
        """The last quarters, the newest first; None where nothing was ever owed."""
        words, calendar, last = self.words, self.quarter.calendar, self.quarter.period
        periods = [calendar.shift(last, -back) for back in range(QUARTERS_AT_MOST)]
        known = [(period, of) for period in periods if (of := self._of(period)) is not None]
        if not known:
            return None
        rows = tuple(
            (words.period_short(period), self._share(of.reported, of.partners), self._share(of.came, of.owed),
             self._share(of.whole, of.owed), self._share(of.on_time, of.owed))
            for period, of in known
        )  # fmt: skip
        head = (words._("Period"), words._("Partners that reported"), words._("Came"), words._("Came whole"),
                words._("On time"))  # fmt: skip
        return Table(words._("How complete and how timely reports were"), head, rows)

    def meetings(self) -> list[tuple[str, str, str]]:
        """Of each meeting, in time: the day, what it was, and how many partners were there."""
        met = sorted(self.quarter.story.meetings, key=lambda meeting: meeting.on)
        return [(self.words.day(m.on), plain(m.what), self._partners(len(m.present))) for m in met]

    def engagement(self) -> str:
        """How many partners came at least once; empty where no meeting is told of."""
        met = self.quarter.story.meetings
        if not met:
            return ""
        came = len({partner for meeting in met for partner in meeting.present})
        return self.words.n(
            "{came} came to the meeting of the quarter.", "{came} came to at least one of {number} meetings.",
            len(met), came=self._partners(came),
        )  # fmt: skip

    def due(self) -> str:
        """When the next quarter's numbers are due."""
        after = self.quarter.calendar.shift(self.quarter.period, 1)
        day = after.end + timedelta(days=self.quarter.folder.initiative.due_days)
        return self.words._("The next report is of the {period}; its numbers are due by {day}.",
                            period=self.words.period(after), day=self.words.day(day))  # fmt: skip

    def _of(self, period: Period) -> Rates | None:
        rows = self.quarter.reporting.filter(pl.col("period") == period.key)
        found = rates(tuple(reporter for reporter in reporters(self.quarter.folder, rows) if reporter.owed))
        return found if found.owed else None

    def _partners(self, came: int) -> str:
        """``11 of 12 partners``"""
        words, all_of = self.words, len(self.quarter.partners)
        return words.n("{came} of {number} partner", "{came} of {number} partners", all_of, came=words.number(came))

    def _share(self, part: int, whole: int) -> str:
        """``33 of 38 (87 %)``"""
        words = self.words
        return words._("{actual} of {expected} ({share})", actual=words.number(part), expected=words.number(whole),
                       share=self._percent(part, whole))  # fmt: skip

    def _percent(self, part: int, whole: int) -> str:
        """Rounded down, so that only all is 100 %."""
        return self.words.percent(Decimal(100 * part // whole) / 100)
