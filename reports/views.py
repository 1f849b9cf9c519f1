"""What each page says, in order, as finished texts: the templates only set them.

Every text here is plain (with passages to stress marked); the templates escape it for the language they are in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from agenda.model import Goal, Indicator, Measure, Partner, Term, Voice
from reports.charts import DOTS_AT_MOST
from reports.escape import plain, stress
from reports.figures import Figure, Figures, Slice
from reports.sentences import Sentences
from reports.tables import Quarter, Value
from reports.words import Words, sentence_case

PERIODS_AT_MOST = 13
"""Periods in an indicator's table: three years of quarters and the one to compare with. The data hold all."""


@dataclass(frozen=True)
class Revised:
    """A number of the edition before that this one gives otherwise, and why."""

    indicator: str
    period: str
    before: str
    after: str
    why: str


@dataclass(frozen=True)
class EditionLabel:
    """What a report says of itself as an edition. ``revised`` is None where there was no edition before."""

    number: int = 1
    revised: tuple[Revised, ...] | None = None


@dataclass(frozen=True)
class Table:
    """Rows of texts below a head. Columns named in ``words`` hold words and stand left, the others numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: frozenset[int] = frozenset({0})


@dataclass(frozen=True)
class Tile:
    """A goal on the first screen, by its headline indicator."""

    goal: str
    name: str
    indicator: str
    value: str
    unit: str
    change: str
    target: str
    code: str
    status: str
    spark: str


@dataclass(frozen=True)
class Section:
    """One indicator on its goal's page."""

    ident: str
    name: str
    code: str
    status: str
    say: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    long_tables: tuple[Table, ...]  # too long for a page that people read through: at the end of the PDF
    curve: str
    voices: tuple[Voice, ...]
    activities: tuple[tuple[str, str], ...]
    definition: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GoalPage:
    ident: str
    name: str
    statement: str
    number: int
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Views:
    """Everything that is said of a quarter, in one language."""

    quarter: Quarter
    words: Words
    label: EditionLabel

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self.quarter, self.words)

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.quarter, self.words, self.sentences)

    # -- the first screen ------------------------------------------------------------------------------

    def eyebrow(self) -> str:
        words = self.words
        parts = [sentence_case(words.period(self.quarter.period)), words.edition(self.label.number), self.as_of()]
        return " · ".join(parts)

    def as_of(self) -> str:
        return self.words._("data as of {day}", day=self.words.day(self.quarter.as_of))

    def facts(self) -> list[str]:
        """The line below the three sentences: how complete this is."""
        words, owed = self.words, self.quarter.expected_reporters
        came = sum(r.has_reported for r in owed)
        said = [words.n("{came} of {number} partner reported", "{came} of {number} partners reported", len(owed),
                        came=stress(words.number(came)))] if owed else []  # fmt: skip
        in_part = sum(r.has_reported and bool(r.missing or r.in_part) for r in owed)
        if in_part:
            said.append(words.n("{count} only in part", "{count} only in part", in_part, count=stress(words.number(in_part))))
        known = [m for m in self.sentences.moved.values()]
        said.append(words.n("{known} of {number} indicator has a value", "{known} of {number} indicators have a value",
                            len(self.quarter.indicators), known=stress(words.number(len(known)))))  # fmt: skip
        provisional = sum(m.value.is_provisional for m in known)
        if provisional:
            said.append(words.n("{count} provisional", "{count} provisional", provisional,
                                count=stress(words.number(provisional))))  # fmt: skip
        if self.label.revised:
            said.append(words.n("{count} number revised", "{count} numbers revised", len(self.label.revised),
                                count=stress(words.number(len(self.label.revised)))))  # fmt: skip
        return said

    def tiles(self) -> list[Tile]:
        return [self._tile(goal) for goal in self.quarter.goals]

    def _tile(self, goal: Goal) -> Tile:
        words, indicator = self.words, self.quarter.indicators[goal.headline]
        moved = self.sentences.moved.get(indicator.id)
        target = self.sentences.target_text(indicator)
        standing = self.quarter.standing(indicator.id).code if moved else "no_data"
        unit = "" if indicator.formula.kind == "percent" else indicator.unit
        absent = self.quarter.value(indicator.id)
        return Tile(
            goal.id, goal.name, sentence_case(plain(indicator.name)),
            words.value(indicator, moved.value.value or 0.0) if moved else words.absent(absent.status if absent else None),
            unit if moved else "", self._change(indicator), words._("target {target}", target=target) if target else "",
            standing, words.standing(standing), self.figures.spark(indicator),
        )  # fmt: skip

    def _change(self, indicator: Indicator) -> str:
        """``up 86 on a year ago``; empty where nothing can be compared."""
        words, moved = self.words, self.sentences.moved.get(indicator.id)
        if moved is None or moved.amount is None:
            return ""
        parts = {"amount": words.amount(indicator, moved.amount)}
        direction = words.direction(indicator, moved.amount)
        if moved.change.on_year is not None:
            return (words._("▲ {amount} on a year ago", **parts) if direction > 0
                    else words._("▼ {amount} on a year ago", **parts) if direction
                    else words._("as a year ago"))  # fmt: skip
        parts["before"] = words.period_short(self.quarter.calendar.parse(moved.change.previous or ""))
        return (words._("▲ {amount} since {before}", **parts) if direction > 0
                else words._("▼ {amount} since {before}", **parts) if direction
                else words._("as in {before}", **parts))  # fmt: skip

    # -- goals -----------------------------------------------------------------------------------------

    @cached_property
    def goals(self) -> list[GoalPage]:
        return [
            GoalPage(goal.id, goal.name, goal.statement, number,
                     tuple(self._section(self.quarter.indicators[id_]) for id_ in goal.indicators))
            for number, goal in enumerate(self.quarter.goals, 1)
        ]  # fmt: skip

    def _section(self, indicator: Indicator) -> Section:
        story, words = self.quarter.story, self.words
        code = self.quarter.standing(indicator.id).code if indicator.id in self.sentences.moved else "no_data"
        partners = self.quarter.partners
        slices = list(self.figures.slices(indicator))
        tables = [self._slice_table(indicator, part) for part in slices]
        is_long = [len(part.rows) > DOTS_AT_MOST for part in slices]
        return Section(
            ident=indicator.id,
            name=sentence_case(plain(indicator.name)),
            code=code,
            status=words.standing(code),
            say=self.sentences.say(indicator.id),
            facts=tuple(self._key_figures(indicator)),
            figures=tuple(self.figures.of(indicator)),
            tables=(self._time_table(indicator), *(t for t, long in zip(tables, is_long, strict=True) if not long)),
            long_tables=tuple(t for t, long in zip(tables, is_long, strict=True) if long),
            curve=story.curves.get(indicator.id, ""),
            voices=tuple(voice for voice in story.voices if voice.indicator == indicator.id),
            activities=tuple((partners[a.partner].name, a.what) for a in self.sentences.activities(indicator.id)),
            definition=tuple(self._definition(indicator)),
        )

    def _key_figures(self, indicator: Indicator) -> Iterator[tuple[str, str]]:
        """The numbers beside the chart: now, a year ago, baseline, target, coverage."""
        words, value = self.words, self.quarter.value(indicator.id)
        change, standing = self.quarter.change(indicator.id), self.quarter.standing(indicator.id)
        period = self.quarter.shown_period(indicator.id)
        yield words.period_short(period), self._shown(indicator, value, unit=True)
        earlier = [(change.previous, change.previous_value), (change.year_before, change.year_before_value)]
        for before, earlier_value in dict(earlier).items():
            if before is not None and earlier_value is not None:
                yield words.period_short(self.quarter.calendar.parse(before)), words.value(indicator, earlier_value)
        if standing.baseline_value is not None and standing.baseline_period is not None:
            at = words.period_short(self.quarter.calendar.parse(standing.baseline_period))
            yield words._("Baseline, {period}", period=at), words.value(indicator, standing.baseline_value)
        target = self.sentences.target(indicator)
        if target is not None:
            yield words._("Target, {month}", month=words.due(target[0])), self.sentences.aim(indicator, target[1])
        if value is not None and value.expected:
            yield words._("Partners reporting"), words._("{actual} of {expected}", actual=words.number(value.actual),
                                                         expected=words.number(value.expected))  # fmt: skip

    def _shown(self, indicator: Indicator, value: Value | None, unit: bool = False) -> str:
        if value is None or value.value is None:
            return self.words.absent(value.status if value else None)
        return (self.words.quantity if unit else self.words.value)(indicator, value.value)

    # -- tables ----------------------------------------------------------------------------------------

    def _time_table(self, indicator: Indicator) -> Table:
        """The last periods, the newest first."""
        words, earlier = self.words, None
        rows: list[tuple[str, Value | None, str]] = []
        for period, value in self.quarter.series(indicator.id):
            change = ""
            if value is not None and value.value is not None:
                if earlier is not None:
                    change = self._signed(indicator, value.value - earlier)
                earlier = value.value
            else:
                earlier = None
            rows.append((words.period_short(period), value, change))
        shown = rows[-PERIODS_AT_MOST:][::-1]
        caption = words._("{name} over time", name=sentence_case(plain(indicator.name)))
        return self._value_table(
            indicator, caption, words._("Period"), [(name, value) for name, value, _ in shown],
            (words._("Change"), [change for _, _, change in shown]),
        )  # fmt: skip

    def _slice_table(self, indicator: Indicator, part: Slice) -> Table:
        period = self.words.period_short(self.quarter.shown_period(indicator.id))
        caption = self.words._("{name}: {breakdown}, {period}", name=sentence_case(plain(indicator.name)),
                               breakdown=part.title.lower(), period=period)  # fmt: skip
        first = self.words._("Place") if part.is_places else self.words._("Group")
        return self._value_table(indicator, caption, first, part.rows, None)

    def _value_table(
        self, indicator: Indicator, caption: str, first: str, rows: tuple[tuple[str, Value | None], ...] | list[tuple[str, Value | None]],
        change: tuple[str, list[str]] | None,
    ) -> Table:  # fmt: skip
        """Values with what they were made of. Columns that no row has something for are left out."""
        words, values = self.words, [value for _, value in rows]
        columns: list[tuple[str, list[str], bool]] = [
            (first, [name for name, _ in rows], True),
            (words._("Value"), [self._shown(indicator, value) for value in values], False),
        ]
        if change is not None:
            columns.append((*change, False))
        if indicator.formula.per is not None:
            columns.append((words._("Counted"), [self._part(v.numerator if v else None) for v in values], False))
            columns.append((words._("Out of"), [self._part(v.denominator if v else None) for v in values], False))
        if indicator.interval == "wilson":
            columns.append((words._("95 % interval"), [self._interval(indicator, v) for v in values], False))
        else:
            columns.append((words._("Bounds"), [self._interval(indicator, v) for v in values], False))
        columns.append((words._("Partners"), [self._coverage(value) for value in values], False))
        columns.append((words._("Note"), [self._note(value) for value in values], True))
        kept = [column for column in columns if any(column[1])]
        return Table(
            caption, tuple(head for head, _, _ in kept),
            tuple(zip(*(cells for _, cells, _ in kept), strict=True)),
            frozenset(i for i, (_, _, is_words) in enumerate(kept) if is_words),
        )  # fmt: skip

    def _signed(self, indicator: Indicator, change: float) -> str:
        sign = {1: "+", 0: "±", -1: "−"}[self.words.direction(indicator, change)]
        return f"{sign}{self.words.amount(indicator, change)}"

    def _part(self, value: Decimal | None) -> str:
        if value is None:
            return ""
        exact = value.normalize()
        return self.words.number(exact, max(0, -int(exact.as_tuple().exponent)))

    def _interval(self, indicator: Indicator, value: Value | None) -> str:
        if value is None or value.lower is None or value.upper is None:
            return ""
        low, high = self.words.value(indicator, value.lower), self.words.value(indicator, value.upper)
        return self.words._("{low} to {high}", low=low, high=high)

    def _coverage(self, value: Value | None) -> str:
        if value is None or not value.expected:
            return ""
        return self.words._("{actual} of {expected}", actual=self.words.number(value.actual),
                            expected=self.words.number(value.expected))  # fmt: skip

    def _note(self, value: Value | None) -> str:
        return self.words._("provisional") if value is not None and value.is_provisional else ""

    # -- how an indicator is defined -------------------------------------------------------------------

    def _definition(self, indicator: Indicator) -> Iterator[tuple[str, str]]:
        words = self.words
        yield words._("What it says"), indicator.definition
        yield words._("How it is computed"), self._formula(indicator)
        yield words._("How it adds up"), " ".join(self._rules(indicator))
        yield words._("Better"), {"more": words._("More is better."), "less": words._("Less is better."),
                                  "band": words._("Best inside the agreed band.")}[indicator.better]  # fmt: skip
        yield words._("Kind"), words.level(indicator.level)
        if indicator.interval == "wilson":
            yield words._("Interval"), words._("Wilson, 95 %: how far chance could move a share of this many.")
        if indicator.limitations:
            yield words._("Limits"), indicator.limitations
        if indicator.owner:
            yield words._("Looked after by"), indicator.owner
        reported, missing = self.quarter.contributors_of(indicator.id)
        if reported:
            yield words._("Reported by"), self._names(reported)
        if missing:
            yield words._("Not reported by"), self._names(missing)
        for series in self.quarter.folder.agenda.reference:
            if series.id in {term.measure for term in _terms(indicator)}:
                yield words._("Reference numbers"), words._(
                    "{series}: {publisher}, {published}. Each year's number is used for all of its quarters, and until "
                    "the next one is there.",
                    series=plain(series.name), publisher=plain(series.publisher), published=plain(series.published),
                )  # fmt: skip

    def _names(self, partners: list[Partner]) -> str:
        if len(partners) > DOTS_AT_MOST:
            return self.words.n("{number} partner; the data page has the list.",
                                "{number} partners; the data page has the list.", len(partners))  # fmt: skip
        return self.words.listed([plain(partner.name) for partner in partners])

    def _formula(self, indicator: Indicator) -> str:
        words, formula = self.words, indicator.formula
        of = self._sum(formula.of)
        if formula.per is None:
            return words._("{numerator}, counted.", numerator=of)
        parts = {"numerator": of, "denominator": self._sum(formula.per), "times": words.number(formula.times)}
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
                groups = [self._member(dimension, member) for dimension, members in term.where.items() for member in members]
                name = f"{name} ({self.words.listed(groups)})"
            if weight != 1:
                name = f"{self._part(weight)} × {name}"
            sign = "−" if term.weight < 0 else "+"
            said = f"{said} {sign} {name}" if said else name if term.weight > 0 else f"−{name}"
        return said

    def _member(self, dimension: str, member: str) -> str:
        found = next(d for d in self.quarter.folder.agenda.dimensions if d.id == dimension)
        return plain(next(m.name for m in found.members if m.id == member))

    @cached_property
    def _names_of_numbers(self) -> dict[str, str]:
        agenda = self.quarter.folder.agenda
        return {entry.id: entry.name for entry in (*agenda.measures, *agenda.reference)}

    def _rules(self, indicator: Indicator) -> Iterator[str]:
        """How its measures add up over months and partners."""
        words = self.words
        measures = {m.id: m for m in self.quarter.folder.agenda.measures}
        used = [measures[t.measure] for t in _terms(indicator) if t.measure in measures]
        rules = {
            "sum": words._("A quarter is the sum of its months."),
            "last": words._("A quarter is its last reported month."),
            "mean": words._("A quarter is the mean of its months."),
            "max": words._("A quarter is the highest of its months."),
        }
        yield from dict.fromkeys(rules[measure.time_rule] for measure in used)
        if any(measure.precedence for measure in used):
            yield words._("Where two partners report the same, the one agreed on counts.")
        if any(measure.over_partners == "overlap" for measure in used):
            yield words._("Partners' lists overlap: the longest list counts, and the sum of all is the upper bound.")
        elif len({p.id for p in self.quarter.partners.values() if _owes(p, used)}) > 1:
            yield words._("Partners add up.")

    # -- data and methods ------------------------------------------------------------------------------

    def reported_by_partner(self) -> Table | None:
        """Who reported what they owed; with many partners only those that did not, or not all."""
        words, owed = self.words, self.quarter.expected_reporters
        names = {measure.id: plain(measure.name) for measure in self.quarter.folder.agenda.measures}
        shown = owed if len(owed) <= DOTS_AT_MOST else tuple(r for r in owed if r.missing or r.in_part)
        if not shown:
            return None
        rows = []
        for reporter in shown:
            came = len(reporter.owed) - len(reporter.missing)
            gone = words.listed([names[m] for m in (*reporter.missing, *reporter.in_part)])
            rows.append((plain(reporter.partner.name),
                         words._("{actual} of {expected}", actual=words.number(came), expected=words.number(len(reporter.owed))),
                         self._day(reporter.last_received), gone))  # fmt: skip
        caption = words._("Who reported for the {period}", period=words.period(self.quarter.period))
        head = (words._("Partner"), words._("Measures"), words._("Last received"), words._("Missing or incomplete"))
        return Table(caption, head, tuple(rows), frozenset({0, 2, 3}))

    def _day(self, moment: datetime | None) -> str:
        return self.words.day(moment) if moment is not None else "–"

    def reported_by_measure(self) -> Table:
        words = self.words
        expected: Counter[str] = Counter(m for r in self.quarter.reporters for m in r.owed)
        missing: Counter[str] = Counter(m for r in self.quarter.reporters for m in r.missing)
        in_part: Counter[str] = Counter(m for r in self.quarter.reporters for m in r.in_part)
        rows = [
            (plain(measure.name), plain(measure.unit), self._kind(measure), words.number(expected[measure.id]),
             words.number(expected[measure.id] - missing[measure.id]), words.number(in_part[measure.id]))
            for measure in self.quarter.folder.agenda.measures
            if expected[measure.id]
        ]  # fmt: skip
        caption = words._("Partners that reported, by measure")
        head = (words._("Measure"), words._("Unit"), words._("Kind"), words._("Owed"), words._("Reported"),
                words._("of these in part"))  # fmt: skip
        return Table(caption, head, tuple(rows), frozenset({0, 1, 2}))

    def _kind(self, measure: Measure) -> str:
        return self.words._("adds up") if measure.kind == "flow" else self.words._("a level")

    def rows_read(self) -> list[str]:
        """What came in for the quarter and what became of it, in rows."""
        words, readings = self.words, self.quarter.readings
        if readings.is_empty():
            return []
        total = {name: int(readings[name].sum()) for name in ("rows_read", "rows_accepted", "rows_rejected", "rows_skipped")}
        return [
            words.n("{count} file was read for this quarter", "{count} files were read for this quarter", readings.height,
                    count=stress(words.number(readings.height))),
            words._("{count} rows read", count=stress(words.number(total["rows_read"]))),
            words._("{count} accepted", count=stress(words.number(total["rows_accepted"]))),
            words._("{count} turned away", count=stress(words.number(total["rows_rejected"]))),
            words._("{count} not asked for", count=stress(words.number(total["rows_skipped"]))),
        ]  # fmt: skip

    def findings(self) -> Table | None:
        """How often each kind of fault was found; no file, row or cell is named."""
        words, frame = self.words, self.quarter.findings
        kinds: dict[str, list[tuple[str, str]]] = {}
        for partner, severity, code in frame.select("partner", "severity", "code").iter_rows():
            kinds.setdefault(self._family(code), []).append((partner, severity))
        rows = [
            (kind, words.number(sum(s == "error" for _, s in found)), words.number(sum(s != "error" for _, s in found)),
             words.number(len({partner for partner, _ in found})))
            for kind, found in sorted(kinds.items())
        ]  # fmt: skip
        head = (words._("What was found"), words._("Faults"), words._("Remarks"), words._("Partners"))
        return Table(words._("Faults found in what came in"), head, tuple(rows)) if rows else None

    def _family(self, code: str) -> str:
        """The kind of a finding, by what it is about."""
        words = self.words
        return {
            "value": words._("Values that are no number, or impossible"),
            "period": words._("Periods that can't be read, or lie ahead"),
            "place": words._("Places that nobody agreed on"),
            "member": words._("Groups that nobody agreed on"),
            "measure": words._("Measures that nobody agreed on"),
            "row": words._("Rows that are broken, repeated or contradict one another"),
            "column": words._("Columns missing or given twice"),
        }.get(code.split("_")[0], words._("Files not laid out as agreed"))

    def revised(self) -> Table | None:
        if not self.label.revised:
            return None
        words = self.words
        rows = tuple((r.indicator, r.period, r.before, r.after, r.why) for r in self.label.revised)
        head = (words._("Indicator"), words._("Period"), words._("Before"), words._("Now"), words._("Why"))
        return Table(words._("Numbers that changed since the last edition"), head, rows, frozenset({0, 1, 4}))

    def status_rules(self) -> list[tuple[str, str]]:
        """Each status code with the rule that gives it."""
        words = self.words
        share = words.percent(self.quarter.folder.initiative.status.at_risk_from)
        return [
            ("met", words._("The target is reached, or passed.")),
            ("on_track", words._("The value is on the path or better; for a band: inside it.")),
            ("at_risk", words._("At least {share} of the progress that the path asks for by now has been made; for a "
                                "band: outside by no more than {share} of its width.", share=share)),
            ("off_track", words._("Less than that.")),
            ("no_target", words._("No target is agreed.")),
            ("no_data", words._("There is no value, so there is no status.")),
        ]  # fmt: skip

    def downloads(self) -> list[tuple[str, str, str]]:
        """(address, name, what it is) of everything that comes with the pages."""
        words = self.words
        return [
            ("report.pdf", words._("Report as PDF"), words._("All pages in one file, to print or to send.")),
            ("data/indicator_values.csv", "indicator_values.csv",
             words._("Every value on these pages and all earlier ones, with numerator, denominator, interval and status.")),
            ("data/indicator_values.parquet", "indicator_values.parquet", words._("The same for programs.")),
            ("data/datapackage.json", "datapackage.json", words._("What each column means (Frictionless Data Package).")),
            ("agenda/agenda.yml", "agenda.yml", words._("The agreed goals, indicators, targets and definitions.")),
            ("manifest.json", "manifest.json", words._("Digests of what went into this edition and of each of its files.")),
        ]  # fmt: skip

    def decisions(self) -> Table | None:
        words, decisions = self.words, self.quarter.story.decisions
        if not decisions:
            return None
        rows = tuple((d.what, d.owner, d.by) for d in decisions)
        return Table(words._("Decisions needed"), (words._("What"), words._("Who"), words._("By")), rows,
                     frozenset({0, 1, 2}))  # fmt: skip


def _terms(indicator: Indicator) -> tuple[Term, ...]:
    return (*indicator.formula.of, *(indicator.formula.per or ()))


def _owes(partner: Partner, measures: list[Measure]) -> bool:
    wanted = {measure.id for measure in measures}
    return any(wanted & set(owed.measures) for owed in partner.owes)
