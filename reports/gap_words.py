"""Gaps between groups, and groups that are not seen, as sentences and small tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from agenda.indicators import Indicator
from reports.escape import plain
from reports.figures import by_dimensions
from reports.gaps import Estimate, Gap, Group, gaps, groups
from reports.tables import Quarter
from reports.value_tables import Table, ValueTables
from reports.words import Words, sentence_case


class Split(NamedTuple):
    """A breakdown: its title, its groups, and their gaps, if it has any."""

    title: str
    groups: list[Group]
    gaps: list[Gap]


@dataclass(frozen=True)
class GapWords:
    """What is said of one indicator's groups."""

    quarter: Quarter
    words: Words
    values: ValueTables
    indicator: Indicator

    @cached_property
    def splits(self) -> list[Split]:
        quarter, indicator = self.quarter, self.indicator
        return [
            Split(by_dimensions(quarter, self.words, dimensions), groups(quarter, indicator, dimensions),
                  gaps(quarter, indicator, dimensions))
            for dimensions in indicator.breakdowns
        ]  # fmt: skip

    def sentences(self) -> Iterator[str]:
        """For each breakdown where the widest gap is, and whether it closes."""
        return (self._sentence(split) for split in self.splits if split.gaps)

    def tables(self) -> Iterator[Table]:
        """For each breakdown every group beside the one it is held against."""
        return (self._table(split) for split in self.splits if split.gaps)

    def unseen(self) -> Table | None:
        """The groups that have no number, or none in some places, and why; None where every group is seen."""
        words, indicator, rows = self.words, self.indicator, []
        for split in self.splits:
            for group in split.groups:
                if not group.is_seen or group.absent or (group.value is not None and group.value.status == "U"):
                    rows.append((group.name, self._why(group), self._places(group)))
        if not rows:
            return None
        period = words.period_short(self.quarter.shown_period(indicator.id))
        caption = words._("{name}: who is not seen, {period}", name=sentence_case(plain(indicator.name)), period=period)
        head = (words._("Group"), plain(self.quarter.root.name), words._("Places without its number"))
        kept = [0, 1, 2] if any(places for _, _, places in rows) else [0, 1]
        return Table(caption, tuple(head[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows),
                     frozenset({0, 1}))  # fmt: skip

    def _why(self, group: Group) -> str:
        if group.value is None or group.value.value is None:
            return self.words.absent(group.value.absence if group.value else "missing")
        return self.words.noted("U") if group.value.status == "U" else self.words._("seen")

    def _places(self, group: Group) -> str:
        if not group.absent:
            return ""
        return self.words._("{absent} of {places}", absent=self.words.number(group.absent),
                            places=self.words.number(group.places))  # fmt: skip

    def _sentence(self, split: Split) -> str:
        words, indicator = self.words, self.indicator
        names = {group.members: group for group in split.groups}
        widest = max(split.gaps, key=lambda gap: abs(gap.difference.value))
        if not words.direction(indicator, widest.difference.value):
            return words._("{breakdown}: no gap.", breakdown=split.title)
        parts = {
            "breakdown": split.title,
            "one": names[widest.members].name, "value": words.value(indicator, widest.value.value),
            "other": names[widest.against].name, "against": words.value(indicator, widest.other.value),
            "amount": words.amount(indicator, widest.difference.value),
        }  # fmt: skip
        if all(group.is_seen for group in names.values()):
            said = words._("{breakdown}, the widest gap: {one} {value}, {other} {against}: {amount}.", **parts)
        else:
            said = words._(
                "{breakdown}, the widest gap of those shown: {one} {value}, {other} {against}: {amount}.", **parts
            )
        return words.running((said, self._before(widest)))

    def _before(self, gap: Gap) -> str:
        """Whether the gap closes; nothing where it isn't known of both groups what they were a year before."""
        words, indicator, change = self.words, self.indicator, gap.change
        if gap.before is None or change is None:
            return ""
        amount = words.amount(indicator, gap.before.value)
        if change.lower is not None and change.upper is not None and change.lower <= 0 <= change.upper:
            return words._("A year before it was {amount}; chance could make that change.", amount=amount)
        closing = words.direction(indicator, abs(gap.before.value) - abs(gap.difference.value))
        if not closing:
            return words._("A year before it was {amount}, too.", amount=amount)
        return (words._("A year before it was {amount}: it is closing.", amount=amount) if closing > 0
                else words._("A year before it was {amount}: it is widening.", amount=amount))  # fmt: skip

    def _table(self, split: Split) -> Table:
        words, indicator, by = self.words, self.indicator, {gap.members: gap for gap in split.gaps}
        rows = []
        for group in split.groups:
            value = self.values.shown(indicator, group.value)
            if (gap := by.get(group.members)) is not None:
                before = self._points(gap.before.value) if gap.before else ""
                difference, ratio = self._difference(gap.difference), self._ratio(gap.ratio)
                rows.append((group.name, value, difference, ratio, before))
            else:
                is_held = group.members == split.gaps[0].against
                rows.append((group.name, value, words._("compared with") if is_held else "", "", ""))
        head = (words._("Group"), words._("Value"), words._("Difference"), words._("Ratio"), words._("A year before"))
        caption = words._("{name}: gaps {breakdown}, {period}", name=sentence_case(plain(indicator.name)),
                          breakdown=split.title.lower(),
                          period=words.period_short(self.quarter.shown_period(indicator.id)))  # fmt: skip
        kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
        return Table(caption, tuple(head[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows))

    def _difference(self, difference: Estimate) -> str:
        said = self._points(difference.value)
        if difference.lower is None or difference.upper is None:
            return said
        return self._within(said, self._points(difference.lower), self._points(difference.upper))

    def _ratio(self, ratio: Estimate | None) -> str:
        if ratio is None:
            return ""
        said = self.words.number(ratio.value, 2)
        if ratio.lower is None:
            return said
        upper = self.words.number(ratio.upper, 2) if ratio.upper is not None else "∞"
        return self._within(said, self.words.number(ratio.lower, 2), upper)

    def _within(self, said: str, low: str, high: str) -> str:
        return self.words._("{value} ({low} to {high})", value=said, low=low, high=high)

    def _points(self, difference: float) -> str:
        """A difference with its sign: in points of a percent, else as the value is written."""
        times = 100 if self.indicator.formula.kind == "percent" else 1
        return self.words.number(difference * times, self.indicator.decimals)
