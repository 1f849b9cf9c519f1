"""What a scorecard says of a partner's data: thanks, what came and when, what is to mend, and what is due next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from agenda.model import Partner
from agenda.periods import Period
from reports.cards.scorecard import Due, Fact, Owed
from reports.escape import plain, stress
from reports.quarter.reporters import Reporter
from reports.quarter.tables import Quarter
from reports.words import Words, sentence_case

RECEIPTS = "../index.html"
"""The list of the partner's receipts, seen from its scorecards."""
LOOKED_BACK = 4
"""Quarters of which it is said what is still missing, this one included; what is older a person settles."""


@dataclass(frozen=True)
class Data:
    """Of one partner, in one language."""

    quarter: Quarter
    words: Words
    partner: Partner

    @cached_property
    def _measures(self) -> dict[str, str]:
        return {measure.id: plain(measure.name) for measure in self.quarter.folder.agenda.measures}

    @cached_property
    def _reporter(self) -> Reporter | None:
        return next((r for r in self.quarter.reporters if r.partner.id == self.partner.id), None)

    def _owed_in(self, period: Period) -> list[dict[str, Any]]:
        """The rows of ``fct_reporting`` of what is owed for a quarter, in the agenda's order of measures."""
        rows = self.quarter.reporting.filter(partner=self.partner.id, period=period.key, is_expected=True)
        found = {row["measure"]: row for row in rows.iter_rows(named=True)}
        return [found[measure] for measure in self._measures if measure in found]

    @cached_property
    def _now(self) -> list[dict[str, Any]]:
        return self._owed_in(self.quarter.period)

    @cached_property
    def _findings(self) -> Counter[str]:
        """How many errors and warnings stand open in the latest version of each of its files."""
        return Counter(self.quarter.findings.filter(partner=self.partner.id)["severity"])

    # -- the opening -----------------------------------------------------------------------------------

    def thanks(self, is_active: bool) -> Iterator[str]:
        """``is_active``: whether it does something for a number."""
        words, reporter = self.words, self._reporter
        if reporter is None or not reporter.has_reported:
            if self._now:
                yield words._("Nothing has come from you for this quarter, and without it the coalition’s numbers are "
                              "incomplete. What you still send is in the next edition.")  # fmt: skip
        elif reporter.missing or reporter.in_part:
            yield words._("Thank you for what you sent. A part of what was agreed is still missing; it is named below.")
        elif any(row["is_on_time"] is False for row in self._now):
            yield words._("Thank you: everything that was agreed came, some of it after the day it was due.")
        elif self._now and all(row["is_on_time"] for row in self._now):
            yield words._("Thank you: everything that was agreed came, and it came in time.")
        elif self._now:
            yield words._("Thank you: everything that was agreed came.")
        else:
            yield words._("Thank you for what you sent.")
        if is_active:
            yield words._("Thank you for what you do: it is named below, with the numbers that it aims at.")

    def facts(self) -> Iterator[Fact]:
        words, reporter, owed = self.words, self._reporter, len(self._now)
        if reporter is not None and owed:
            whole = owed - len(reporter.missing) - len(reporter.in_part)
            said = words.n("{count} of {number} measure came", "{count} of {number} measures came", owed,
                           count=stress(words.number(whole)))  # fmt: skip
            yield Fact(text=said, to="#data")
            if whole and all(row["due_on"] for row in self._now):
                on_time = words._("{count} of them in time", count=stress(words.number(len(reporter.on_time))))
                yield Fact(text=on_time, to="#data")
        errors, warnings = self._findings["error"], self._findings["warning"]
        if errors:
            yield Fact(text=words.n("{number} cell to mend", "{number} cells to mend", errors), to=RECEIPTS)
        if warnings:
            said = words.n("{number} remark to look at", "{number} remarks to look at", warnings)
            yield Fact(text=said, to=RECEIPTS)
        if (after := next(iter(self._next()), None)) is not None:
            yield Fact(text=words._("next numbers by {day}", day=words.day(self._day(after[0]))), to="#next")

    # -- what came -------------------------------------------------------------------------------------

    def owed(self) -> Iterator[Owed]:
        words = self.words
        for row in self._now:
            day = words.day(row["complete_on"]) if row["complete_on"] else ""
            due = words._("due by {day}", day=words.day(row["due_on"])) if row["due_on"] else ""
            came, code = self._came(row)
            when = " · ".join(filter(None, (day, due)))
            yield Owed(measure=self._measures[row["measure"]], came=came, code=code, when=when)

    def _came(self, row: dict[str, Any]) -> tuple[str, str]:
        """In words, and the code of the shape beside them."""
        words, actual, expected = self.words, row["months_reported"] or 0, row["months_expected"] or 0
        if not row["is_reported"]:
            return words._("missing"), "off_track"
        if actual < expected:
            parts = {"actual": words.number(actual), "expected": words.number(expected)}
            return words._("{actual} of {expected} months", **parts), "at_risk"
        if row["is_on_time"] is None:
            return words._("came"), "met"
        return (words._("in time"), "met") if row["is_on_time"] else (words._("late"), "at_risk")

    def files(self) -> str:
        """How many rows of its files were taken; empty where there were none."""
        words, mine = self.words, self.quarter.readings.filter(partner=self.partner.id)
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
        return words.n("Your file had {rows}: {told}.", "Your {number} files had {rows}: {told}.", mine.height,
                       rows=words.n("{number} row", "{number} rows", read), told=words.listed(told))  # fmt: skip

    # -- what is due -----------------------------------------------------------------------------------

    def due(self) -> Iterator[Due]:
        """What is to mend, what is still missing (the latest quarter first), what comes next (the soonest first)."""
        words, quarter, errors = self.words, self.quarter, self._findings["error"]
        if errors:
            yield Due(when=words._("As soon as you can"), is_late=True,
                      what=words.n("{number} cell to mend; the receipt of the file says which, and how.",
                                   "{number} cells to mend; the receipts of your files say which, and how.",
                                   errors))  # fmt: skip
        for back in range(LOOKED_BACK):
            period = quarter.calendar.shift(quarter.period, -back)
            if lacking := [row for row in self._owed_in(period) if row["complete_on"] is None]:
                day = min((row["due_on"] for row in lacking if row["due_on"]), default=None)
                when = words._("Still missing; was due by {day}", day=words.day(day)) if day else ""
                yield Due(when=when or words._("Still missing"), is_late=True,
                          what=self._of(period, [self._measures[row["measure"]] for row in lacking]))  # fmt: skip
        for period, names in self._next():
            when = words._("By {day}", day=words.day(self._day(period)))
            yield Due(when=when, what=self._of(period, names), is_late=False)

    def _day(self, period: Period) -> date:
        """When what is owed for the period is due."""
        return period.end + timedelta(days=self.quarter.folder.initiative.due_days)

    def _of(self, period: Period, measures: list[str]) -> str:
        words = self.words
        parts = {"period": sentence_case(words.period(period)), "measures": words.listed(measures)}
        return words._("{period}: {measures}", **parts)

    def _next(self) -> list[tuple[Period, list[str]]]:
        """The first period after the quarter of each length that something is owed for, unless it leaves before."""
        calendar, after = self.quarter.calendar, self.quarter.period.end
        until = calendar.parse(self.partner.until).end if self.partner.until else None
        owed: dict[Period, set[str]] = {}
        for owes in self.partner.owes:
            period = calendar.containing(after, owes.every)
            if until is None or period.end <= until:
                owed.setdefault(period, set()).update(owes.measures)
        names = {period: [name for id_, name in self._measures.items() if id_ in ids] for period, ids in owed.items()}
        return sorted(names.items(), key=lambda pair: (pair[0].end, pair[0].months))
