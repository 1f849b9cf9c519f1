"""An indicator's figures: what each chart shows, its caption, and the words for those who don't see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agenda.indicators import Indicator
from agenda.model import Place
from agenda.original import told
from agenda.periods import Period
from reports.escape import flat, plain
from reports.pictures import charts, trend
from reports.pictures.drawing import Canvas, render
from reports.quarter.gaps import in_view
from reports.quarter.tables import Quarter, Value
from reports.telling.openings import openings
from reports.telling.outlook import Outlook
from reports.telling.sentences import Sentences
from reports.words import Words, sentence_case

GAPS_NAMED = 4
"""Periods without a value that are named one by one; of more the first and the last."""


HALF_AT_MOST = 15
"""Rows of a breakdown that stands beside another one; drawn that narrow, more would be higher than a page of paper."""


@dataclass(frozen=True)
class Figure:
    """A chart with its texts, drawn for a phone and, unless it stands beside another (`is_half`), for a wide column.

    ``kind`` is trend, places, groups or strip.
    """

    ident: str
    kind: str
    caption: str
    description: str
    notes: tuple[str, ...]
    narrow: str
    wide: str = ""

    @property
    def is_half(self) -> bool:
        return not self.wide

    @property
    def is_low(self) -> bool:
        """Whether the drawing for a phone is no higher than it is wide."""
        _, _, width, height = map(float, self.narrow.split('viewBox="')[1].split('"')[0].split())
        return height <= width


Group = tuple[str, str, str]
"""Place, breakdown and members."""


@dataclass(frozen=True)
class Slice:
    """The rows of one breakdown of an indicator, in the agenda's order: name and value, where there is a row."""

    title: str
    rows: tuple[tuple[str, Value | None], ...]
    groups: tuple[Group, ...]  # of each row
    is_places: bool
    together: tuple[list[str], ...] = ()  # of each row, the groups that are shown together as one

    @property
    def known(self) -> list[Value]:
        return [value for _, value in self.rows if value is not None and value.value is not None]


def by_dimensions(quarter: Quarter, words: Words, dimensions: tuple[str, ...]) -> str:
    """``By age group and setting``."""
    known = {dimension.id: plain(dimension.name).lower() for dimension in quarter.folder.agenda.dimensions}
    return words._("By {dimension}", dimension=words.listed([known[name] for name in dimensions]))


@dataclass(frozen=True)
class Figures:
    quarter: Quarter
    words: Words
    sentences: Sentences
    outlook: Outlook

    def of(self, indicator: Indicator) -> list[Figure]:
        """The indicator's trend, then its breakdowns; those without any value are left out."""
        found = [self.trend(indicator)] if self._has_values(indicator) else []
        numbered = list(enumerate(self.slices(indicator), 1))
        found += [self._strip(indicator, part, n) for n, part in numbered if len(part.known) > charts.DOTS_AT_MOST]
        dotted = [(n, part) for n, part in numbered if part.known and len(part.rows) <= charts.DOTS_AT_MOST]
        short = [n for n, part in dotted if len(part.rows) <= HALF_AT_MOST]
        return found + [self._dots(indicator, part, n, is_half=len(short) > 1 and n in short) for n, part in dotted]

    def slices(self, indicator: Indicator) -> Iterator[Slice]:
        """By place, level after level, then by the members of each breakdown. Those nobody reported are left out."""
        for level, places in self.quarter.levels.items():
            rows = [(plain(place.name), self.quarter.value(indicator.id, place.id)) for place in places]
            if any(value is not None for _, value in rows):
                groups = tuple((place.id, "", "") for place in places)
                yield Slice(self._by_place(level, places), tuple(rows), groups, is_places=True)
        for names in indicator.breakdowns:
            shown, breakdown = in_view(self.quarter, indicator, names), " * ".join(names)
            if any(group.value is not None for group in shown):
                groups = tuple((self.quarter.root.id, breakdown, group.members) for group in shown)
                yield Slice(by_dimensions(self.quarter, self.words, names),
                            tuple((group.name, group.value) for group in shown), groups, is_places=False,
                            together=tuple(list(group.of) for group in shown))  # fmt: skip

    def _by_place(self, level: str, places: tuple[Place, ...]) -> str:
        if len(self.quarter.levels) == 1:
            return self.words._("By place")
        return self.words._("By place: {level} ({number})", level=level.replace("_", " "),
                            number=self.words.number(len(places)))  # fmt: skip

    def _has_values(self, indicator: Indicator) -> bool:
        return any(v is not None and v.value is not None for _, v in self.quarter.series(indicator.id))

    # -- trend -----------------------------------------------------------------------------------------

    def points(self, indicator: Indicator) -> list[charts.Point]:
        def point(period: Period, v: Value | None) -> charts.Point:
            at = period.end.toordinal(), self.words.period_short(period)
            by = self.quarter.version(indicator.id, period).number
            if v is None or v.value is None:
                return charts.Point(*at, absence=v.absence if v else "missing", version=by)
            tip = self._tip(indicator, at[1], v)
            return charts.Point(*at, v.value, v.lower, v.upper, v.is_provisional, version=by, tip=tip)

        return [point(period, value) for period, value in self.quarter.series(indicator.id)]

    def trend(self, indicator: Indicator) -> Figure:
        words, standing = self.words, self.quarter.standing(indicator.id)
        points = self.points(indicator)
        baseline = None
        if standing.baseline_value is not None and standing.baseline_period is not None:
            at = self.quarter.calendar.parse(standing.baseline_period)
            text = words._("Baseline {value}", value=words.value(indicator, standing.baseline_value))
            baseline = (at.end.toordinal(), standing.baseline_value, text)
        aims = tuple(
            trend.Aim(
                due.end.toordinal(), words.period_short(due),
                words._("Target {value}", value=self.sentences.aim(indicator, target)),
                words._("Target {value} by {period}", value=self.sentences.aim(indicator, target),
                        period=words.period_short(due)),
                *(None if n is None else float(n) for n in (target.value, target.low, target.high)),
            )
            for due, target in self.sentences.targets(indicator)
        )  # fmt: skip
        last = points[-1].value
        percent = indicator.formula.kind == "percent"
        data = trend.Trend(
            tuple(points), words.value(indicator, last) if last is not None else "", baseline, aims,
            charts.Axis(words, percent), (0.0, 1.0 if percent else None), indicator.path == "compound",
            self.outlook.ahead(indicator), words._("defined otherwise"),
        )  # fmt: skip
        name = plain(indicator.name)
        return self._figure(
            f"{indicator.id}-trend", "trend", words._("{name} over time", name=sentence_case(name)),
            self._described(indicator, points), self._trend_notes(indicator, points),
            trend.trend(data, narrow=True), trend.trend(data),
        )  # fmt: skip

    def _described(self, indicator: Indicator, points: list[charts.Point]) -> str:
        """The trend in words: where it came from, where it is, where it should be."""
        words = self.words
        latest = next(point.version for point in reversed(points) if point.value is not None)
        known = [(point.label, point.value) for point in points if point.value is not None and point.version == latest]
        (first, start), (last, end) = known[0], known[-1]
        said = words._("From {start} in {first} to {end} in {last}.", first=first, last=last,
                       start=words.quantity(indicator, start), end=words.quantity(indicator, end))  # fmt: skip
        if len(known) == 1:
            said = words._("{end} in {last}.", end=words.quantity(indicator, end), last=last)
        parts = [said, *self._breaks(indicator, points), *self._gaps(points)]
        if target := self.sentences.target_text(indicator):
            parts.append(words._("Target: {target}.", target=target))
        parts.append(self.outlook.sentence(indicator))
        return words.running(parts)

    def _breaks(self, indicator: Indicator, points: list[charts.Point]) -> Iterator[str]:
        """Since when it is defined otherwise, for each break that the chart shows."""
        for version in self.quarter.versions[indicator.id]:
            if version.since is not None and version.number in {p.version for p in points} - {points[0].version}:
                yield self.words._("Defined otherwise since {period}: values before and after can't be compared.",
                                   period=self.words.period_short(version.since))  # fmt: skip

    def _gaps(self, points: list[charts.Point]) -> Iterator[str]:
        """``2025Q3 and 2025Q4: suppressed by a partner.`` for each reason why there is no number."""
        for absence in charts.SIGNS:
            if labels := [point.label for point in points if point.absence == absence]:
                yield self.words._("{periods}: {why}.", periods=self._spanned(labels), why=self.words.absent(absence))

    def _spanned(self, labels: list[str]) -> str:
        if len(labels) <= GAPS_NAMED:
            return self.words.listed(labels)
        return self.words.n("{number} period from {first} to {last}", "{number} periods from {first} to {last}",
                            len(labels), first=labels[0], last=labels[-1])  # fmt: skip

    def _trend_notes(self, indicator: Indicator, points: list[charts.Point]) -> Iterator[str]:
        words = self.words
        if any(point.provisional for point in points):
            yield words._("Hollow: provisional.")
        if any(p.lower is not None and p.upper is not None and p.lower < p.upper for p in points):
            yield self._interval_note(indicator)
        yield from self._breaks(indicator, points)
        signs = [absence for absence in charts.SIGNS if any(point.absence == absence for point in points)]
        if signs:
            meanings = [words._("{sign} {why}", sign=charts.SIGNS[one], why=words.absent(one)) for one in signs]
            yield words._("A gap in the line: {meanings}.", meanings=words._(", ").join(meanings))
        if note := self.outlook.note(indicator):
            yield note

    def _interval_note(self, indicator: Indicator) -> str:
        if indicator.interval != "none":
            return self.words._("Pale: 95 % interval ({method}).", method=self.words.method(indicator.interval))
        measures = {term.measure for term in indicator.formula.of}
        if any(measure.keyed for measure in self.quarter.folder.agenda.measures if measure.id in measures):
            return self.words._("Pale: whoever has no keyed hash may be one of those who have, or one more.")
        return self.words._("Pale: from the longest list to all lists together; the same person may be on several.")

    # -- breakdowns ------------------------------------------------------------------------------------

    def _dots(self, indicator: Indicator, part: Slice, number: int, is_half: bool) -> Figure:
        rows = [self._row(indicator, name, value) for name, value in part.rows]
        whole = self._whole(indicator)
        axis = charts.Axis(self.words, indicator.formula.kind == "percent")
        notes = [self._interval_note(indicator)] if any(row.lower != row.upper for row in rows) else []
        if any(row.provisional for row in rows):
            notes.append(self.words._("Hollow: provisional."))
        if any(value is not None and value.parts is not None for _, value in part.rows):
            notes.append(self.words._("Where two numbers stand, they are too few to tell."))
        notes += self._together(part)
        notes += self._openings(part)
        said = self.words._("; ").join(
            self.words._("{name}: {value}", name=row.label, value=row.text) for row in rows
        )  # fmt: skip
        return self._figure(
            f"{indicator.id}-{number}", "places" if part.is_places else "groups", self._caption(indicator, part),
            f"{said}.", notes, charts.dots(rows, axis, whole, narrow=True),
            None if is_half else charts.dots(rows, axis, whole),
        )  # fmt: skip

    def _together(self, part: Slice) -> Iterator[str]:
        """What the groups are made of that are shown in the place of several."""
        for (name, _), of in zip(part.rows, part.together, strict=False):
            if of:
                yield self.words._("{group}: {parts}, shown together to protect people.", group=name,
                                   parts=self.words.listed(of))  # fmt: skip

    def _strip(self, indicator: Indicator, part: Slice, number: int) -> Figure:
        words = self.words
        values = sorted(v.value for v in part.known if v.value is not None)
        low, high = charts.middle_half(values)
        middle = words._("Half of {number}: {low} to {high}", number=words.number(len(values)),
                         low=words.value(indicator, low), high=words.value(indicator, high))  # fmt: skip
        said = words._("{number} places from {least} to {most}; half of them lie between {low} and {high}.",
                       number=words.number(len(values)), least=words.value(indicator, values[0]),
                       most=words.quantity(indicator, values[-1]), low=words.value(indicator, low),
                       high=words.quantity(indicator, high))  # fmt: skip
        axis, whole = charts.Axis(words, indicator.formula.kind == "percent"), self._whole(indicator)
        absent = Counter(v.absence if v else "missing" for _, v in part.rows if v is None or v.value is None)
        notes = [words._("Each dot is a place; the band holds the middle half of them. The table names them all.")]
        for absence in (one for one in charts.SIGNS if absent[one]):
            notes.append(words.n("{number} place has no value: {why}.", "{number} places have no value: {why}.",
                                 absent[absence], why=words.absent(absence)))  # fmt: skip
        notes += self._openings(part)
        return self._figure(
            f"{indicator.id}-{number}", "strip", self._caption(indicator, part), said, notes,
            charts.strip(values, axis, whole, middle, narrow=True), charts.strip(values, axis, whole, middle),
        )  # fmt: skip

    def _openings(self, part: Slice) -> Iterator[str]:
        ids = {place for place, _, _ in part.groups}
        places = [place for place in self.quarter.folder.agenda.places if part.is_places and place.id in ids]
        yield from openings(self.quarter, self.words, places)

    def _caption(self, indicator: Indicator, part: Slice) -> str:
        period = self.words.period_short(self.quarter.shown_period(indicator.id))
        return self.words._("{breakdown}, {period}", breakdown=sentence_case(part.title), period=period)

    def _row(self, indicator: Indicator, name: str, value: Value | None) -> charts.Row:
        name = flat(name)
        if value is None or value.value is None:
            if value is not None and value.parts is not None:
                return charts.Row(name, self.words.counted(*value.parts))
            if value is not None and value.is_withheld:  # why, the page says; the name of the group needs the room
                return charts.Row(name, self.words._("withheld"))
            return charts.Row(name, self.words.absent(value.absence if value else "missing"))
        text = self.words.value(indicator, value.value)
        tip = self._tip(indicator, name, value)
        return charts.Row(name, text, value.value, value.lower, value.upper, value.is_provisional, tip)

    def _tip(self, indicator: Indicator, name: str, value: Value) -> str:
        """``Q3 2026: 43.2 %; 41.7 % to 44.7 %; provisional``: what is said of one point."""
        words = self.words
        said = [words._("{name}: {value}", name=name, value=words.quantity(indicator, value.value or 0.0))]
        if value.lower is not None and value.upper is not None and (indicator.interval != "none" or value.width):
            low, high = words.value(indicator, value.lower), words.value(indicator, value.upper)
            said.append(words._("95 % interval {low} to {high}", low=low, high=high) if indicator.interval != "none"
                        else words._("from {low} to {high}", low=low, high=high))  # fmt: skip
        return words._("; ").join([*said, *filter(None, [words.noted(value.status)])])

    def _whole(self, indicator: Indicator) -> tuple[float, str] | None:
        """The line to compare parts with; a count is their sum and no comparison."""
        value = self.quarter.value(indicator.id)
        if indicator.formula.kind == "count" or value is None or value.value is None:
            return None
        shown = self.words.value(indicator, value.value)
        return value.value, self.words._("{place} {value}", place=flat(self.quarter.root.name), value=shown)

    def spark(self, indicator: Indicator) -> str:
        """The last periods as a small line; empty where there is only one to show."""
        points = self.points(indicator)
        return render(charts.spark(points).spec()) if sum(p.value is not None for p in points) > 1 else ""

    def _figure(self, ident: str, kind: str, caption: str, description: str, notes: Iterator[str] | list[str],
                narrow: Canvas, wide: Canvas | None) -> Figure:  # fmt: skip
        drawn = [told(render(canvas.spec())) for canvas in (narrow, wide) if canvas is not None]
        return Figure(ident.replace("_", "-"), kind, caption, description, tuple(notes), *drawn)
