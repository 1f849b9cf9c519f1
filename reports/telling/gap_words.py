"""Gaps between groups, and groups that are not seen, as sentences and small tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from agenda.indicators import Indicator
from agenda.model import Place
from agenda.statuses import UNRELIABLE
from reports.escape import plain
from reports.pictures.charts import DOTS_AT_MOST
from reports.quarter.gaps import Estimate, Gap, Group, Shown, gaps, groups, in_view
from reports.quarter.tables import Quarter, Value
from reports.telling.figures import by_dimensions
from reports.telling.value_tables import Table, ValueTables
from reports.words import Words, sentence_case


class Split(NamedTuple):
    """A breakdown: its title, its groups, those that are shown (some of them together), and their gaps, if any."""

    title: str
    groups: list[Group]
    shown: list[Shown]
    gaps: list[Gap]

    @property
    def widest(self) -> Gap:
        return max(self.gaps, key=lambda gap: abs(gap.difference.value))


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
                  in_view(quarter, indicator, dimensions), gaps(quarter, indicator, dimensions))
            for dimensions in indicator.breakdowns
        ]  # fmt: skip

    def sentences(self) -> Iterator[str]:
        """For each breakdown where the widest gap is, and whether it closes; then which place is furthest behind."""
        yield from (self._sentence(split) for split in self.splits if split.gaps)
        yield from filter(None, [self._furthest()])

    def in_short(self) -> str:
        """The first breakdown's gap, and that it closes or widens; the place furthest behind. Empty without either."""
        first = next((split for split in self.splits if split.gaps), None)
        if first is None:
            return self._furthest()
        said = self._widest(first) if _is_chance(first.widest.change) else self._sentence(first)
        return self.words.running((said, self._furthest()))

    def tables(self) -> Iterator[Table]:
        """For each breakdown every group beside the one it is held against."""
        return (self._table(split) for split in self.splits if split.gaps)

    def unseen(self) -> Table | None:
        """The groups that have no number, or none in some places, and why; None where every group is seen."""
        words, indicator, rows = self.words, self.indicator, []
        for split in self.splits:
            for group in split.groups:
                if not group.is_seen or group.absent or (group.value is not None and group.value.status == "U"):
                    rows.append((group.name, self._why(group), self._places(group), self._together(group)))
        if not rows:
            return None
        period = words.period_short(self.quarter.shown_period(indicator.id))
        caption = words._("{name}: who is not seen, {period}", name=sentence_case(plain(indicator.name)), period=period)
        head = (words._("Group"), plain(self.quarter.root.name), words._("Places without its number"),
                words._("Of these, shown together"))  # fmt: skip
        return Table(caption, *_told(head, rows), frozenset({0, 1}))

    def _why(self, group: Group) -> str:
        if group.within:
            return self.words._("shown together, as {group}", group=group.within)
        if group.value is None or group.value.value is None:
            return self.words.absent(group.value.absence if group.value else "missing")
        return self.words.noted("U") if group.value.status == "U" else self.words._("seen")

    def _places(self, group: Group) -> str:
        if not group.absent:
            return ""
        return self.words._("{absent} of {places}", absent=self.words.number(group.absent),
                            places=self.words.number(group.places))  # fmt: skip

    def _together(self, group: Group) -> str:
        return self.words.number(group.together) if group.together else ""

    def _sentence(self, split: Split) -> str:
        return self.words.running((self._widest(split), self._before(split.widest)))

    def _widest(self, split: Split) -> str:
        words, indicator, widest = self.words, self.indicator, split.widest
        names = {group.members: group for group in split.shown}
        if not words.direction(indicator, widest.difference.value):
            return words._("{breakdown}: no gap.", breakdown=split.title)
        parts = {
            "breakdown": split.title,
            "one": names[widest.members].name, "value": words.value(indicator, widest.value.value),
            "other": names[widest.against].name, "against": words.value(indicator, widest.other.value),
            "amount": words.amount(indicator, widest.difference.value),
        }  # fmt: skip
        if all(group.is_seen for group in names.values()):
            return words._("{breakdown}, the widest gap: {one} {value}, {other} {against}: {amount}.", **parts)
        return words._("{breakdown}, the widest gap of those shown: {one} {value}, {other} {against}: {amount}.",
                       **parts)  # fmt: skip

    def _furthest(self) -> str:
        """``By place, furthest behind: Pine Ridge 27.7 %; Riverbend as a whole 36.8 %.``

        Empty where nothing can be said to be behind: of counts, of bands and where the agenda compares nothing; of a
        place whose interval holds the value of the whole; of so many places that nobody should be found at their foot.
        """
        words, indicator, whole = self.words, self.indicator, self.quarter.value(self.indicator.id)
        if indicator.against(()) is None or indicator.better == "band" or whole is None or whole.value is None:
            return ""
        sign = 1 if indicator.better == "less" else -1
        behind = [(sign * ((value.value or 0.0) - whole.value), place, value) for place, value in self._places_shown()
                  if not _holds(value, whole.value)]  # fmt: skip
        lag, place, value = max(behind, key=lambda found: found[0], default=(0.0, None, None))
        if place is None or value is None or lag <= 0 or not words.direction(indicator, lag):
            return ""
        return words._("By place, furthest behind: {place} {value}; {whole} as a whole {against}.",
                       place=plain(place.name), value=words.value(indicator, value.value or 0.0),
                       whole=plain(self.quarter.root.name), against=words.value(indicator, whole.value))  # fmt: skip

    def _places_shown(self) -> list[tuple[Place, Value]]:
        """The places of the first level that has several, with their values; none of more than a chart names."""
        for places in self.quarter.levels.values():
            found = [(place, self.quarter.value(self.indicator.id, place.id)) for place in places]
            known = [(place, value) for place, value in found
                     if value is not None and value.value is not None and value.status != UNRELIABLE]  # fmt: skip
            if len(known) > 1 and len(places) <= DOTS_AT_MOST:
                return known
        return []

    def _before(self, gap: Gap) -> str:
        """Whether the gap closes; nothing without one, or where a year before it isn't known of both."""
        words, indicator, change = self.words, self.indicator, gap.change
        if gap.before is None or change is None or not words.direction(indicator, gap.difference.value):
            return ""
        amount = words.amount(indicator, gap.before.value)
        if _is_chance(change):
            return words._("A year before it was {amount}; chance could make that change.", amount=amount)
        closing = words.direction(indicator, abs(gap.before.value) - abs(gap.difference.value))
        if not closing:
            return words._("A year before it was {amount}, too.", amount=amount)
        return (words._("A year before it was {amount}: it is closing.", amount=amount) if closing > 0
                else words._("A year before it was {amount}: it is widening.", amount=amount))  # fmt: skip

    def _table(self, split: Split) -> Table:
        words, indicator, by = self.words, self.indicator, {gap.members: gap for gap in split.gaps}
        rows = []
        for group in split.shown:
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
        return Table(caption, *_told(head, rows))

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


def _told(head: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Head and rows without the columns that say nothing."""
    kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
    return tuple(head[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows)


def _is_chance(change: Estimate | None) -> bool:
    """Whether no change at all lies within the limits, if there are any."""
    return change is not None and _holds(change, 0.0)


def _holds(value: Value | Estimate, other: float) -> bool:
    """Whether the interval of a value holds another one; without an interval it doesn't."""
    return value.lower is not None and value.upper is not None and value.lower <= other <= value.upper
