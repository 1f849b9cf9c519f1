"""Tables of values: an indicator over time, and each of its breakdowns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import zip_longest

from agenda.indicators import Indicator
from agenda.periods import Period
from reports.escape import plain
from reports.pictures.drawing import text_width
from reports.quarter.changes import Difference
from reports.quarter.standings import Standing
from reports.quarter.tables import Quarter, Value
from reports.telling.cohorts import Cohorts
from reports.telling.figures import Slice
from reports.words import Words, sentence_case

PERIODS_AT_MOST = 13
"""Periods in an indicator's table: three years of quarters and the one to compare with. The data hold all."""


@dataclass(frozen=True)
class Table:
    """Rows of texts below a head. Columns named in ``words`` hold words and stand left, the others numbers.

    ``codes`` has the status codes of a column of such words, one for each row; the empty one has no shape. ``to`` names
    the indicators that rows are about and lead to. Where a table ``is_compared``, values are, down a column.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: frozenset[int] = frozenset({0})
    codes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    to: tuple[str, ...] = ()
    is_compared: bool = False

    @property
    def is_stacked(self) -> bool:
        """Whether its rows stand one below the other on a phone, each cell with its head: it has more words than two
        columns of them, or, in pixels, more columns than fit; values are compared down a column, and keep theirs."""
        return len(self.words) > 2 or not (self.is_compared or self._width(15, 112, 14) <= 288)

    @property
    def is_slim(self) -> bool:
        """Whether two columns of it fit a page of paper, names on two lines if need be. In points, as on paper."""
        return self._width(9, 70, 12) <= 222

    def _width(self, size: float, name_at_most: float, gap: float) -> float:
        """Of all columns in letters of this size, ``gap`` apart, when names break where they are longer than that."""
        name, *others = (
            max(text_width(cell, size) for cell in column) for column in zip(self.head, *self.rows, strict=True)
        )
        return min(name, name_at_most) + sum(others) + gap * len(others)


@dataclass(frozen=True)
class ValueTables:
    quarter: Quarter
    words: Words

    def over_time(self, indicator: Indicator) -> Table:
        """The last periods, the newest first."""
        words, rows = self.words, self.quarter.series(indicator.id)[: -PERIODS_AT_MOST - 1 : -1]
        changes = [self._since_previous(indicator, period) for period, _ in rows]
        caption = words._("{name} over time", name=sentence_case(plain(indicator.name)))
        return self._table(
            indicator, caption, words._("Period"), [(words.period_short(period), value) for period, value in rows],
            (
                (words._("Change"), [self.signed(indicator, change.amount) for change in changes]),
                (words._("More than chance"), [self._beyond(change) for change in changes]),
                *self._otherwise(indicator, [period for period, _ in rows]),
            ),
        )  # fmt: skip

    def _since_previous(self, indicator: Indicator, period: Period) -> Difference:
        """How the value differs from that of the row below; nothing where that is by another definition."""
        change = self.quarter.change(indicator.id, period.key).previous
        before = self.quarter.calendar.shift(period, -1)
        return change if self.quarter.version(indicator.id, period).holds(before) else Difference()

    def _otherwise(self, indicator: Indicator, periods: Sequence[Period]) -> Iterator[tuple[str, list[str]]]:
        """For each definition up to the one that is in force now: the values of periods that are by another one."""
        now = self.quarter.version(indicator.id)
        for version in self.quarter.versions[indicator.id][: now.number]:
            values = [
                None if version.holds(period)
                else self.quarter.value(indicator.id, period=period.key, version=version.number)
                for period in periods
            ]  # fmt: skip
            if version is now:
                name = self.words._("By today's definition")
            else:
                until = self.words.period_short(version.until) if version.until else ""
                name = self.words._("By the definition before {period}", period=until)
            yield name, [self._cell(indicator, value) if value is not None else "" for value in values]

    def of_slice(self, indicator: Indicator, part: Slice) -> Table:
        period = self.words.period_short(self.quarter.shown_period(indicator.id))
        caption = self.words._("{name}: {breakdown}, {period}", name=sentence_case(plain(indicator.name)),
                               breakdown=part.title.lower(), period=period)  # fmt: skip
        first = self.words._("Place") if part.is_places else self.words._("Group")
        # Which they are, the chart and the table of who is not seen say; here it would stand in a narrow column.
        notes = [self.words._("several groups together") if of else "" for of in part.together]
        return self._judged(indicator, self._table(indicator, caption, first, part.rows, notes=notes), part)

    def _judged(self, indicator: Indicator, table: Table, part: Slice) -> Table:
        """``table`` with the target and the status of each row that has a target of its own."""
        words = self.words
        standings = [self.quarter.standing(indicator.id, *group) for group in part.groups]
        if all(standing.target_period is None for standing in standings):
            return table
        codes = tuple(standing.code if standing.target_period else "" for standing in standings)
        aims = [self._aim(indicator, standing) for standing in standings]
        said = [words.standing(code) if code else "" for code in codes]
        width = len(table.head)
        return replace(
            table,
            head=(*table.head, words._("Target"), words._("Status")),
            rows=tuple((*row, aim, word) for row, aim, word in zip(table.rows, aims, said, strict=True)),
            words=table.words | {width, width + 1}, codes={width + 1: codes},
        )  # fmt: skip

    def _aim(self, indicator: Indicator, standing: Standing) -> str:
        """``70 % by December 2026``, of a group; empty where it has none."""
        words = self.words
        if standing.target_period is None:
            return ""
        aim = words.aimed(indicator, standing.target_value, standing.target_low, standing.target_high)
        month = words.due(self.quarter.calendar.parse(standing.target_period))
        return words._("{target} by {month}", target=aim, month=month)

    def cohorts(self, indicator: Indicator) -> Table | None:
        """The changes that are other ones among the partners that reported both times; None where there are none."""
        words, found = self.words, Cohorts(self.quarter, self.words).all_of(indicator)
        if not found:
            return None
        names = {place.id: plain(place.name) for place in self.quarter.folder.agenda.places}
        rows = tuple(
            (names[c.place], words.period_short(c.before), self.signed(indicator, c.of_all),
             self.signed(indicator, c.change), words.number(c.partners))
            for c in found
        )  # fmt: skip
        head = (words._("Place"), words._("Against"), words._("Change"), words._("Same partners"), words._("Partners"))
        caption = words._("{name}: change among the partners that reported the same both times",
                          name=sentence_case(plain(indicator.name)))  # fmt: skip
        return Table(caption, head, rows, frozenset({0, 1}))

    def _table(
        self, indicator: Indicator, caption: str, first: str, rows: Sequence[tuple[str, Value | None]],
        changes: Sequence[tuple[str, list[str]]] = (), notes: Sequence[str] = (),
    ) -> Table:  # fmt: skip
        """Values with what they were made of, and ``notes`` beside them. Columns that no row has something for are left
        out."""
        words, values = self.words, [value for _, value in rows]
        columns: list[tuple[str, list[str], bool]] = [
            (first, [name for name, _ in rows], True),
            (words._("Value"), [self._cell(indicator, value) for value in values], False),
        ]
        columns += [(head, cells, False) for head, cells in changes]
        if indicator.formula.per is not None:
            columns.append((words._("Counted"), [self._exact(v, v.numerator if v else None) for v in values], False))
            columns.append((words._("Out of"), [self._exact(v, v.denominator if v else None) for v in values], False))
        if indicator.interval != "none":
            columns.append((words._("95 % interval"), [self._interval(indicator, v) for v in values], False))
        else:
            columns.append((words._("Bounds"), [self._interval(indicator, v) for v in values], False))
        if any(v is not None and v.actual < v.expected for v in values):
            columns.append((words._("Partners"), [self.coverage(value) for value in values], False))
        noted = [[self._note(value), note] for value, note in zip_longest(values, notes)]
        columns.append((words._("Note"), [words._("; ").join(filter(None, each)) for each in noted], True))
        kept = [column for column in columns if any(column[1])]
        return Table(
            caption, tuple(head for head, _, _ in kept),
            tuple(zip(*(cells for _, cells, _ in kept), strict=True)),
            frozenset(i for i, (_, _, is_words) in enumerate(kept) if is_words), is_compared=True,
        )  # fmt: skip

    def signed(self, indicator: Indicator, change: float | None) -> str:
        if change is None:
            return ""
        sign = {1: "+", 0: "±", -1: "−"}[self.words.direction(indicator, change)]
        return f"{sign}{self.words.amount(indicator, change)}"

    def _beyond(self, change: Difference) -> str:
        if change.is_beyond_chance is None:
            return ""
        return self.words._("yes") if change.is_beyond_chance else self.words._("no")

    def _exact(self, of: Value | None, part: Decimal | None) -> str:
        if part is None:
            return self.words._("withheld") if of is not None and of.is_withheld else ""
        return self.words.exact(part)

    def _interval(self, indicator: Indicator, value: Value | None) -> str:
        if value is None or value.lower is None or value.upper is None:
            return ""
        if indicator.interval == "none" and not value.width:  # nobody may stand on two lists: it is just as many
            return ""
        low, high = self.words.value(indicator, value.lower), self.words.value(indicator, value.upper)
        return self.words._("{low} to {high}", low=low, high=high)

    def coverage(self, value: Value | None) -> str:
        if value is None or not value.expected:
            return ""
        return self.words._("{actual} of {expected}", actual=self.words.number(value.actual),
                            expected=self.words.number(value.expected))  # fmt: skip

    def _note(self, value: Value | None) -> str:
        if value is None:
            return ""
        return self.words.absent("few") if value.parts is not None else self.words.noted(value.status)

    def _cell(self, indicator: Indicator, value: Value | None) -> str:
        """As `shown`, on one line."""
        return self.shown(indicator, value).replace(" ", "\N{NO-BREAK SPACE}")

    def shown(self, indicator: Indicator, value: Value | None, unit: bool = False) -> str:
        """The value, its parts where they are too few, or why there is none."""
        if value is not None and value.parts is not None:
            return self.words.counted(*value.parts)
        if value is None or value.value is None:
            return self.words.absent(value.absence if value else "missing")
        return (self.words.quantity if unit else self.words.value)(indicator, value.value)
