"""Where every number that a finished edition shows comes from: its own published data, or a kind with a rule of its own.

`unexplained` reads an edition as strangers would, its pages and its ``data/``, and knows nothing of how pages are made
but how a language writes numbers (`reports.words`). A number may be

- a value of the data, where it stands: in a table its row's and column's; in the sentence, the tile, the key figures and
  the charts of an indicator one of that indicator's values, changes, targets, projections, cohorts, or a difference or
  ratio of two of its groups;
- a label of an axis: evenly spaced with its neighbours, as far apart as their numbers say;
- a count of partners, measures or indicators that ``reporting.csv`` and ``indicator_values.csv`` give;
- a count of what `activities.yml`, the story or the agenda list: work, meetings and who was there, indicators and how
  they stand;
- a count of rows or findings, of which no more than this is known outside: what was taken in, turned away and not
  asked for makes what was read, and no more partners have findings than there are findings, or partners that reported;
- a part of a day, month or period that the data or the agenda name, of a text that a person wrote, or of the pages' own
  words ("95 % interval"), each taken out whole, or a limit that `initiative.yml` sets.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from html.parser import HTMLParser
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

from babel.numbers import parse_decimal
from pydantic import BaseModel

from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.indicators import Indicator
from agenda.model import Goal
from agenda.periods import Period, PeriodError
from reports.absence import absence
from reports.escape import plain
from reports.gaps import Estimate
from reports.words import Words, sentence_case
from tests.reports.test_pages import extracted

NUMBER = re.compile(r"(?<![A-Za-z0-9_#])\d(?:[\d.,]*\d)?(?![A-Za-z0-9_])")
"""A number as a language writes it, without its sign and unit; ``Q3`` and ``B19013`` are names."""
VOID = {"meta", "link", "br", "hr", "img", "input"}
Row = Mapping[str, str]


# -- a page -------------------------------------------------------------------------------------------


@dataclass
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def strings(self) -> Iterator[str]:
        """Every text by itself, and what a screen reader or a search engine is told beside it."""
        yield from (self.attributes[name] for name in SPOKEN if name in self.attributes)
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child.strings

    def all(self, *tags: str) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                if child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def of_class(self, name: str) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                if name in child.classes:
                    yield child
                yield from child.of_class(name)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree(page: str) -> Node:
    parser = _Tree()
    parser.feed(page)
    return parser.open[0]


# -- what may be said ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edition:
    """An edition's published data, and what in it may be said of what."""

    data: Path
    folder: Folder
    period: Period
    language: str = ""  # of its pages; by default the initiative's own

    @cached_property
    def words(self) -> Words:
        initiative = self.folder.initiative
        return Words(self.language or initiative.language, initiative.calendar)

    def rows(self, table: str) -> list[dict[str, str]]:
        with (self.data / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @cached_property
    def tables(self) -> Mapping[str, list[dict[str, str]]]:
        names = ("indicator_values", "indicator_changes", "indicator_targets", "projections", "cohorts", "reporting")
        return {name: self.rows(name) for name in names}

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        return {indicator.id: indicator for indicator in self.folder.agenda.indicators}

    @cached_property
    def root(self) -> str:
        return next(place.id for place in self.folder.agenda.places if place.parent is None)

    @cached_property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(json.loads((self.data / "datapackage.json").read_text("utf-8"))["created"])

    def of(self, table: str, indicator: str) -> list[dict[str, str]]:
        return [row for row in self.tables[table] if row["indicator"] == indicator]

    def members(self, row: Row) -> tuple[str, ...]:
        return tuple(row[dimension.id] for dimension in self.folder.agenda.dimensions)

    def is_whole(self, row: Row) -> bool:
        return row["place"] == self.root and set(self.members(row)) <= {"_T"}

    # -- numbers of an indicator ----------------------------------------------------------------------

    def value(self, indicator: Indicator, text: str) -> str:
        return self.words.value(indicator, float(text)) if text else ""

    def amount(self, indicator: Indicator, text: str | float) -> str:
        return self.words.amount(indicator, float(text)) if text != "" else ""

    def of_row(self, indicator: Indicator, row: Row) -> Iterator[str]:
        """What may be said of one value."""
        yield from (self.value(indicator, row[name]) for name in ("value", "lower", "upper"))
        yield from (self.words.exact(Decimal(row[name])) for name in ("numerator", "denominator") if row[name])
        yield from (row[name] for name in ("expected_reporters", "actual_reporters"))

    def shown_type(self, indicator: Indicator) -> str:
        return "quarter" if "quarter" in indicator.periods else "month" if "month" in indicator.periods else "year"

    @cached_property
    def values(self) -> Mapping[str, list[dict[str, str]]]:
        """By indicator: its values of the type of period that it is shown for."""
        found: dict[str, list[dict[str, str]]] = {id_: [] for id_ in self.indicators}
        for row in self.tables["indicator_values"]:
            if row["period_type"] == self.shown_type(self.indicators[row["indicator"]]):
                found[row["indicator"]].append(row)
        return found

    @cached_property
    def shown(self) -> Mapping[str, str]:
        """By indicator: the period that it is shown for."""
        return {
            id_: max((r["period"] for r in rows if self.is_whole(r)), default="") for id_, rows in self.values.items()
        }

    @cached_property
    def whole(self) -> Mapping[str, frozenset[str]]:
        """By indicator: what may be said of the whole."""
        return {id_: self._tokens(self._of_whole(indicator)) for id_, indicator in self.indicators.items()}

    def _of_whole(self, indicator: Indicator) -> Iterator[str]:
        for row in filter(self.is_whole, self.values[indicator.id]):
            yield from self.of_row(indicator, row)
            if row["status"] == "L":  # withheld as fewer reported than this
                yield self.words.percent(self.folder.initiative.coverage.minimum)
        for row in self.of("indicator_changes", indicator.id):
            yield from (self.amount(indicator, row["change"]), self.value(indicator, row["earlier_value"]))
        yield from self._aims(indicator)
        for row in self.of("projections", indicator.id):
            yield row["periods"]
            yield from (self.value(indicator, row[name]) for name in ("value", "lower", "upper"))
        yield from self._cohorts(indicator)

    def _aims(self, indicator: Indicator) -> Iterator[str]:
        for row in self.of("indicator_targets", indicator.id):
            yield self.value(indicator, row["baseline_value"])
            for name in ("target_value", "target_low", "target_high", "baseline_value"):
                yield self.words.aim(indicator, Decimal(row[name])) if row[name] else ""
        for target in indicator.targets:
            for aim in (target.value, target.low, target.high):
                yield self.words.aim(indicator, aim) if aim is not None else ""

    def _cohorts(self, indicator: Indicator) -> Iterator[str]:
        for row in self.of("cohorts", indicator.id):
            yield row["partners"]
            yield from (self.value(indicator, row["value"]), self.amount(indicator, row["change"]))

    @cached_property
    def parts(self) -> Mapping[str, frozenset[str]]:
        """By indicator: what may be said of its places and groups, beside what may be said of the whole."""
        return {
            id_: self._tokens(self._of_parts(indicator)) | self.whole[id_] for id_, indicator in self.indicators.items()
        }

    def _of_parts(self, indicator: Indicator) -> Iterator[str]:
        rows = [row for row in self.values[indicator.id] if row["is_in_force"] == "true"]
        latest = [row for row in rows if row["period"] == self.shown[indicator.id]]
        for row in latest:
            yield from self.of_row(indicator, row)
        yield from self._place_changes(indicator, rows)
        yield from map(self.words.number, self._places(latest))

    @cached_property
    def between(self) -> Mapping[str, frozenset[str]]:
        """By indicator: what may be said of its groups beside one another, now and a year ago."""
        return {id_: self._tokens(self._between(indicator)) for id_, indicator in self.indicators.items()}

    def _between(self, indicator: Indicator) -> Iterator[str]:
        latest, calendar = self.shown[indicator.id], self.words.calendar
        before = calendar.year_before(calendar.parse(latest)).key if latest else ""
        rows = [row for row in self.values[indicator.id] if row["is_in_force"] == "true"]
        for period in (latest, before):
            groups = [r for r in rows if r["period"] == period and r["place"] == self.root and not self.is_whole(r)]
            for row in groups if period == latest else ():
                yield from self.of_row(indicator, row)
            for one, other in permutations((row for row in groups if row["value"]), 2):
                yield from self._gap(indicator, one, other)
        yield from map(self.words.number, self._places([row for row in rows if row["period"] == latest]))

    def _places(self, latest: Iterable[Row]) -> Iterator[int]:
        """Of how many places of each level there are values, how many have none and for which reason; and, of those
        with any by a dimension, how many lack a group's."""
        levels = {place.id: place.level for place in self.folder.agenda.places}
        below = [row for row in latest if row["place"] != self.root]
        whole = {row["place"]: row for row in below if set(self.members(row)) <= {"_T"}}
        reasons = Counter(
            (level, self._absence(whole[place]) if place in whole else "missing") for place, level in levels.items()
        )
        yield from reasons.values()
        by: dict[tuple[str, ...], dict[str, set[tuple[str, ...]]]] = {}
        for row in below:
            members = self.members(row)
            names = tuple(d.id for d, m in zip(self.folder.agenda.dimensions, members, strict=True) if m != "_T")
            if names:
                seen = by.setdefault(names, {}).setdefault(row["place"], set())
                seen |= {members} if row["value"] else set()
        for places in by.values():
            yield len(places)
            for group in set().union(*places.values()):
                yield sum(group not in seen for seen in places.values())
            yield len(places)  # a group that has a number nowhere

    def _place_changes(self, indicator: Indicator, rows: Iterable[Row]) -> Iterator[str]:
        """Beside a place's cohort stands the change of all."""
        known = {(row["place"], row["period"], self.members(row)): row["value"] for row in rows}
        for row in self.of("cohorts", indicator.id):
            whole = ("_T",) * len(self.folder.agenda.dimensions)
            now, then = (known.get((row["place"], row[name], whole)) for name in ("period", "against_period"))
            if now and then:
                yield self.amount(indicator, float(now) - float(then))

    def _gap(self, indicator: Indicator, one: Row, other: Row) -> Iterator[str]:
        """Their difference and ratio, with limits where both have them."""
        times = 100 if indicator.formula.kind == "percent" else 1
        numbers = [
            Estimate(float(row["value"]), *(float(row[name]) if row[name] else None for name in ("lower", "upper")))
            for row in (one, other)
        ]
        bare = [Estimate(number.value) for number in numbers]
        for left, right in (numbers, bare):
            for end in (difference := left - right).value, difference.lower, difference.upper:
                if end is not None:
                    yield self.words.number(end * times, indicator.decimals)
                    yield self.amount(indicator, end)
            if left.value >= 0 and right.value > 0:
                for end in (ratio := left / right).value, ratio.lower, ratio.upper:
                    yield self.words.number(end, 2) if end is not None else ""

    @cached_property
    def named(self) -> Mapping[str, Mapping[str, list[Row]]]:
        """By indicator, and by how a row of a table is called: the values that it may hold."""
        found: dict[str, dict[str, list[Row]]] = {}
        for id_, rows in self.values.items():
            names = found[id_] = {}
            for row in rows:
                if row["is_in_force"] == "true" and (name := self._name(row)):
                    names.setdefault(_spaced(name), []).append(row)
        return found

    def _name(self, row: Row) -> str:
        agenda = self.folder.agenda
        if self.is_whole(row):
            return self.words.period_short(self.words.calendar.parse(row["period"]))
        members = [next(m.name for m in d.members if m.id == row[d.id]) for d in agenda.dimensions if row[d.id] != "_T"]
        if row["period"] != self.shown[row["indicator"]] or (members and row["place"] != self.root):
            return ""
        return " · ".join(map(plain, members)) if members else self.places[row["place"]]

    def _absence(self, row: Row) -> str:
        """Why there is no number; empty where there is one."""
        return "" if row["value"] else absence(row["status"], row["conf_status"], row["denominator"])

    @cached_property
    def places(self) -> Mapping[str, str]:
        return {place.id: plain(place.name) for place in self.folder.agenda.places}

    # -- counts, limits, texts ------------------------------------------------------------------------

    @cached_property
    def counts(self) -> frozenset[str]:
        """Partners, measures and indicators, and how many of them what holds of."""
        owed = [
            row for row in self.tables["reporting"] if row["period"] == self.period.key and row["is_expected"] == "true"
        ]
        came = [row for row in owed if row["months_reported"] != "0"]
        late = {row["partner"] for row in owed if row["months_reported"] < row["months_expected"]}
        values = self.tables["indicator_values"]
        known = [row for row in values if self.is_whole(row) and row["value"] and row["is_in_force"] == "true"]
        now = {row["indicator"] for row in known if row["period"] == self.shown[row["indicator"]]}
        provisional = {
            r["indicator"] for r in known if r["period"] == self.shown[r["indicator"]] and r["status"] == "P"
        }
        sizes = [
            len({row["partner"] for row in owed}), len({row["partner"] for row in came}),
            len({row["partner"] for row in came} & late), len(self.indicators), len(now), len(provisional),
            sum(row["conf_status"] != "F" for row in values),
        ]  # fmt: skip
        return self._tokens([*map(self.words.number, (*sizes, *self._listed())), *self._shares()])

    def _listed(self) -> Iterator[int]:
        """How many indicators there are, and of which status; who works on them; who met."""
        calendar, story = self.words.calendar, self.folder.story(self.period.key)
        goals = [goal.indicators for goal in self.folder.agenda.goals]
        running = [
            a for a in self.folder.activities.activities if calendar.parse(a.since).start < self.period.end
            and (a.until is None or calendar.parse(a.until).end > self.period.start)
        ]  # fmt: skip
        for indicators in (tuple(self.indicators), *goals):
            yield from (len(indicators), *self._stand(indicators))
        for some in (running, *([a for a in running if id_ in a.indicators] for id_ in self.indicators),
                     *([a for a in running if {*a.indicators} & {*ids}] for ids in goals)):  # fmt: skip
            yield from (len(some), len({activity.partner for activity in some}))
        met = [set(meeting.present) for meeting in story.meetings]
        yield from (len(met), len(set().union(*met)), *map(len, met))

    def _stand(self, indicators: Iterable[str]) -> Iterator[int]:
        """How many of these indicators have each status, how many are where they should be, how many have a target."""
        now = {row["indicator"]: row["status_code"] for row in self.tables["indicator_targets"]
               if (row["period"], row["place"], row["members"]) == (self.shown[row["indicator"]], self.root, "_T")}  # fmt: skip
        stand = Counter(now.get(id_, "no_target") for id_ in indicators)
        yield from stand.values()
        yield from (stand["met"] + stand["on_track"], stand.total() - stand["no_target"] - stand["no_data"])

    def tile(self, goal: Goal) -> frozenset[str]:
        """What may be said on a goal's tile."""
        others = [id_ for id_ in goal.indicators if id_ != goal.headline]
        return self.whole[goal.headline] | self._tokens(map(self.words.number, self._stand(others)))

    @cached_property
    def faulty(self) -> frozenset[str]:
        """In how many partners' files faults may have been found: of those that reported."""
        came = {row["partner"] for row in self.owed(self.period.key)[1]}
        return self._tokens(map(self.words.number, range(1, len(came) + 1)))

    def _shares(self) -> Iterator[str]:
        """What of all that was owed came, and on time, now and a year before."""
        for period in (self.period, self.words.calendar.year_before(self.period)):
            owed, *parts = self.owed(period.key)
            for part in parts if owed else ():
                yield self.share(len(part), len(owed))

    def share(self, part: int, whole: int) -> str:
        words = self.words
        return words._("{actual} of {expected} ({share})", actual=words.number(part), expected=words.number(whole),
                       share=words.percent(Decimal(100 * part // whole) / 100))  # fmt: skip

    def owed(self, period: str) -> tuple[list[Row], ...]:
        """What was owed for a quarter; of it what came, what came whole, and what was on time."""
        owed = [row for row in self.tables["reporting"] if row["period"] == period and row["is_expected"] == "true"]
        came = [row for row in owed if row["months_reported"] != "0"]
        whole = [row for row in came if row["months_reported"] >= row["months_expected"]]
        return owed, came, whole, [row for row in owed if row["is_on_time"] == "true"]

    @cached_property
    def levels(self) -> frozenset[str]:
        """How many places there are of each level."""
        return self._tokens(
            map(self.words.number, Counter(place.level for place in self.folder.agenda.places).values())
        )

    @cached_property
    def limits(self) -> frozenset[str]:
        """What `initiative.yml` and formulas set."""
        initiative, words = self.folder.initiative, self.words
        show, hides = initiative.show, initiative.hides or ()
        set_ = (show.percent_from, show.standardised_from, show.wide_points, show.wide_share)
        said = [words.exact(number) for number in set_ if number is not None]
        said += [words.percent(initiative.coverage.minimum), words.percent(initiative.status.at_risk_from)]
        said += map(words.number, (*hides, initiative.due_days))
        for indicator in self.indicators.values():
            said += [words.number(indicator.formula.times)]
            said += [words.exact(term.weight) for term in indicator.formula.terms]
            if indicator.baseline is not None and indicator.baseline.value is not None:
                said.append(words.value(indicator, indicator.baseline.value))
        return self._tokens(said)

    @cached_property
    def phrases(self) -> Mapping[str, list[str]]:
        """Everything with a digit in it that is taken out whole, by the first digits in it, the longest first."""
        found = {*(text.replace("*", "") for text in own_words(self.words)), *self._written(), *self._times()}
        variants = {form for text in found for form in (text, sentence_case(text), text.lower())}
        known: dict[str, list[str]] = {}
        for text in sorted(map(_spaced, variants), key=len, reverse=True):
            if digits := re.search(r"\d+", text):
                known.setdefault(digits[0], []).append(text)
        return known

    def _written(self) -> Iterator[str]:
        """Texts of people."""
        folder = self.folder
        for entry in (folder.initiative, folder.agenda, folder.activities, folder.story(self.period.key)):
            yield from (plain(text) for text in texts_in(entry) if re.search(r"[^\W\d]", text))
        yield from (plain(text) for partner in folder.partners.partners for text in (partner.name, partner.kind))

    def _times(self) -> Iterator[str]:
        words, calendar = self.words, self.words.calendar
        keys = {row[name] for table in self.tables.values() for row in table for name in row if name.endswith("period")}
        for entry in (self.folder.initiative, self.folder.agenda, self.folder.activities):
            keys |= {text for text in texts_in(entry) if re.match(r"\d{4}", text)}
        for key in sorted(keys):
            try:
                period = calendar.parse(key)
            except PeriodError:
                continue
            yield from (words.period(period), words.period_short(period), words.months_of(period), words.due(period))
        after = calendar.shift(self.period, 1)
        due = after.end + timedelta(days=self.folder.initiative.due_days)
        yield from (words.period(after), words.period_short(after), words.day(due))
        known = {row[name] for row in self.tables["reporting"] for name in ("due_on", "complete_on") if row[name]}
        yield from (words.day(date.fromisoformat(day)) for day in known)
        yield from map(words.day, days_in(self.folder.story(self.period.key)))
        first = min((date.fromisoformat(day) for day in known), default=self.as_of.date())
        for back in range((self.as_of.date() - first).days + 1):  # a delivery's day: never after the data's
            yield words.day(self.as_of.date() - timedelta(days=back))

    def left(self, text: str) -> list[str]:
        """The numbers in a text once all phrases are taken out."""
        said = _spaced(text)
        near = {phrase for digits in re.findall(r"\d+", said) for phrase in self.phrases.get(digits, ())}
        for phrase in sorted(near, key=len, reverse=True):
            if phrase in said:
                said = re.sub(rf"(?<!\d){re.escape(phrase)}(?!\d)", " ", said)
        return NUMBER.findall(said)

    def _tokens(self, texts: Iterable[str]) -> frozenset[str]:
        return frozenset(token for text in texts for token in NUMBER.findall(_spaced(text)))


def texts_in(entry: Any) -> Iterator[str]:
    """Every text in an entry of the initiative's files, at any depth."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, BaseModel):
        for name in type(entry).model_fields:
            yield from texts_in(getattr(entry, name))
    elif isinstance(entry, Mapping):
        yield from texts_in(tuple(entry.values()))
    elif isinstance(entry, tuple | list):
        for one in entry:
            yield from texts_in(one)


def days_in(entry: Any) -> Iterator[date]:
    if isinstance(entry, date):
        yield entry
    elif isinstance(entry, BaseModel):
        for name in type(entry).model_fields:
            yield from days_in(getattr(entry, name))
    elif isinstance(entry, tuple | list):
        for one in entry:
            yield from days_in(one)


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("−", "-")).strip()


# -- the check ----------------------------------------------------------------------------------------

BLOCKS = (
    "p",
    "li",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "summary",
    "figcaption",
    "caption",
    "footer",
    "title",
    "th",
    "td",
)
SPOKEN = ("content", "aria-label", "alt", "title", "data-head")
NUDGE = 8
"""Pixels by which the outer labels of an axis may be moved to stay inside the drawing."""
STEPS = {Decimal(step) for step in ("1", "2", "2.5", "5")}


def unexplained(pages: Path, edition: Edition) -> list[str]:
    """Every number of the pages below ``pages`` that comes from nowhere, with where it stands; in all languages."""
    found = []
    for language, folder in in_languages(pages, edition):
        spoken = in_language(edition.folder, language, marked=False)
        check = Check(replace(edition, language=language, folder=spoken))
        for path in pages_of(folder):
            check.page(path.relative_to(folder).as_posix(), tree(path.read_text(encoding="utf-8")))
        found += check.found if folder == pages else [f"{language}: {one}" for one in check.found]
    return found


def in_languages(pages: Path, edition: Edition) -> Iterator[tuple[str, Path]]:
    """The pages of each language: the initiative's own at the top, each of the others in a folder of its name."""
    first, *others = edition.folder.initiative.published_in
    yield first, pages
    yield from ((language, pages / language) for language in others)


def pages_of(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.html"), *folder.glob("goals/*.html")])


def only_on_paper(folder: Path) -> dict[str, set[str]]:
    """The numbers in the text of each PDF and Word file that no page beside it has, but for those of its own pages."""
    said: set[str] = set()
    for path in pages_of(folder):
        said |= {
            token for text in tree(path.read_text(encoding="utf-8")).strings for token in NUMBER.findall(_spaced(text))
        }
    found = {}
    for path in [*folder.glob("*.pdf"), *folder.glob("*.docx")]:
        printed = printed_text(path)
        own = set(map(str, range(1, printed.count("\f") + 1)))
        if only := set(NUMBER.findall(_spaced(printed))) - said - own:
            found[path.name] = only
    return found


def printed_text(path: Path, *options: str) -> str:
    """The text of a PDF, with a form feed after each page, or of a Word file."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as document:
            return " ".join(tree(document.read("word/document.xml").decode()).strings)
    return subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, encoding="utf-8", check=True).stdout


def own_words(words: Words) -> frozenset[str]:
    """What the pages say of their own with a digit in it."""
    messages = [message if isinstance(message, tuple) else (message, message) for message in extracted()]
    said = {
        form for one, many in messages
        for form in (words.text(one), *(words._catalogue.ngettext(one, many, count) for count in (1, 2) if one != many))
    }  # fmt: skip
    return frozenset(part for text in said for part in re.split(r"\{\w+\}", text) if re.search(r"\d", part))


@dataclass
class Check:
    edition: Edition
    found: list[str] = field(default_factory=list)
    where: str = ""

    def page(self, name: str, page: Node) -> None:
        """Each part of the page beside what may be said there."""
        edition, self.where = self.edition, name
        everything = frozenset().union(*edition.whole.values()) | edition.counts
        allowed = {
            "index.html": everything, "together.html": edition.counts, "data.html": edition.counts | edition.limits,
        }.get(name, frozenset())  # fmt: skip
        self.walk(page, allowed)

    def text(self, text: str, allowed: frozenset[str]) -> None:
        for token in self.edition.left(text):
            if token not in allowed:
                self.found.append(f"{self.where}: {token} in “{_spaced(text)[:120]}”")

    def walk(self, node: Node | str, allowed: frozenset[str], indicator: str = "") -> None:
        edition = self.edition
        if isinstance(node, str):
            return self.text(node, allowed)
        if node.tag in ("script", "style") or node.attributes.get("name") == "viewport":
            return
        for name in SPOKEN:
            self.text(node.attributes.get(name, ""), allowed | edition.levels)
        if node.tag == "section" and node.attributes.get("id") in edition.indicators:
            indicator = node.attributes["id"]
            allowed, self.where = (
                edition.parts[indicator] | edition.levels,
                f"{self.where.partition('#')[0]}#{indicator}",
            )
        elif indicator and node.attributes.get("id") == f"{indicator}-gaps":
            between = edition.between[indicator]  # what comes below its sentences may be of the whole section
            for child in node.children:
                is_sentence = isinstance(child, Node) and child.tag == "p"
                self.walk(child, between if is_sentence else allowed | between, indicator)
            return
        elif indicator and ("say" in node.classes or "glance" in node.classes or "trend" in node.classes):
            allowed = edition.whole[indicator]
        elif "defined" in node.classes:
            allowed = edition.limits | edition.whole[indicator] | edition.faulty
        elif "tile" in node.classes:
            goal = next(g for g in edition.folder.agenda.goals if node.attributes["href"] == f"goals/{g.id}.html")
            allowed = edition.tile(goal)
        elif "sheets" in node.classes:  # the pages of its long tables, counted
            allowed = frozenset(str(number) for number, _ in enumerate(node.all("a"), 1))
        elif self.where == "data.html" and "facts" in node.classes:
            return self.facts(node, allowed)
        if node.tag == "svg":
            return self.drawing(node, allowed)
        if node.tag == "table":
            return self.table(node, allowed, indicator)
        if node.tag in BLOCKS and not any(node.all(*BLOCKS, "svg", "table")):
            return self.text(node.text, allowed)
        for child in node.children:
            self.walk(child, allowed, indicator)

    # -- facts ----------------------------------------------------------------------------------------

    def facts(self, node: Node, allowed: frozenset[str]) -> None:
        """Counts of partners as on the first page, or counts of rows that add up."""
        said = [self._number(token) for span in node.all("span") for token in self.edition.left(span.text)[:1]]
        words = self.edition.words
        before, after = map(_spaced, words.text("{count} rows read").split("{count}"))
        spans = [_spaced(span.text) for span in node.all("span")]
        if any(span.startswith(before) and span.endswith(after) for span in spans):
            _, read, accepted, turned_away, skipped = said
            if read != accepted + turned_away + skipped:
                self.found.append(f"{self.where}: {read} rows read are not {accepted} + {turned_away} + {skipped}")
        else:
            self.text(node.text, allowed)

    # -- charts ---------------------------------------------------------------------------------------

    def drawing(self, node: Node, allowed: frozenset[str]) -> None:
        for one in node.all("title", "desc"):
            self.text(one.text, allowed)
        labels = list(node.all("text"))
        levels = [(self._level(label), label) for label in labels if self._level(label) is not None]
        for label in labels:
            if not set(self.edition.left(label.text)) <= allowed and not self._is_tick(label, levels):
                self.text(label.text, allowed)

    def _level(self, label: Node) -> Decimal | None:
        """The number that a label is, where it is nothing else."""
        tokens = self.edition.left(label.text)
        if len(tokens) != 1 or re.sub(r"[\s%-]", "", _spaced(label.text)) != tokens[0]:
            return None
        return self._number(tokens[0]) * (-1 if _spaced(label.text).startswith("-") else 1)

    def _number(self, token: str) -> Decimal:
        return Decimal(str(parse_decimal(token, locale=self.edition.words.locale)))

    def _is_tick(self, label: Node, levels: list[tuple[Decimal | None, Node]]) -> bool:
        """Whether it is one of at least two labels along one line, round steps apart, and as far apart as those say."""
        for line, along in (("x", "y"), ("y", "x")):
            ticks = sorted(
                (level, float(other.attributes[along]))
                for level, other in levels
                if level is not None and other.attributes.get(line) == label.attributes.get(line)
            )
            steps = {after[0] - before[0] for before, after in pairwise(ticks)}
            if len(ticks) > 1 and len(steps) == 1 and (step := steps.pop()):
                (low, start), (high, end) = ticks[0], ticks[-1]
                rate = (end - start) / float(high - low)
                off = max(abs(at - start - rate * float(level - low)) for level, at in ticks)
                if off <= NUDGE and step.normalize().scaleb(-step.adjusted()) in STEPS:
                    return True
        return False

    # -- tables ---------------------------------------------------------------------------------------

    def table(self, node: Node, allowed: frozenset[str], indicator: str) -> None:
        """Cells under a known head are exactly what the data say of their row; others are of what may be said."""
        edition = self.edition
        for caption in node.all("caption"):
            self.text(caption.text, edition.levels)
        heads = [_spaced(head.text) for head in next(node.all("thead")).all("th")]
        for head in heads:
            self.text(head, frozenset())
        rows = [[_spaced(cell.text) for cell in row.children if isinstance(cell, Node)]
                for row in next(node.all("tbody")).all("tr")]  # fmt: skip
        if edition.words._("What was found") == heads[0]:
            return self.findings(rows)
        for cells in rows:
            self.text(cells[0], frozenset())
            exact = self._exact(cells[0], heads, indicator)
            about = next(
                (i.id for i in edition.indicators.values() if _spaced(sentence_case(plain(i.name))) == cells[0]), ""
            )
            allowed_here = edition.whole[about] if about else allowed
            for head, cell in list(zip(heads, cells, strict=True))[1:]:
                if head not in exact:
                    self.text(cell, allowed_here)
                elif cell not in exact[head]:
                    self.found.append(
                        f"{self.where}: {cell!r} for {cells[0]}, {head}, where the data say {sorted(exact[head])}"
                    )

    def _exact(self, first: str, heads: list[str], indicator: str) -> Mapping[str, set[str]]:
        """By head: what a cell may say in the row that is called ``first``."""
        words = self.edition.words
        if indicator and words._("Value") in heads:
            return self._of_values(first, self.edition.indicators[indicator])
        if not indicator and words._("On time") in heads:
            return self._of_quarter(first) if words._("Period") in heads else self._of_reporting(first)
        return {}

    def findings(self, rows: list[list[str]]) -> None:
        """Counts of findings, the last one of the partners that had any: never more of these than of the others."""
        for _, *counts in rows:
            *found, partners = [self._number(token) for cell in counts for token in NUMBER.findall(cell)]
            if not 0 < partners <= sum(found):
                self.found.append(f"{self.where}: findings of {partners} partners among {found}")

    def _of_values(self, first: str, indicator: Indicator) -> Mapping[str, set[str]]:
        edition, words = self.edition, self.edition.words
        said: dict[str, set[str]] = {}
        for row in edition.named[indicator.id].get(first, ()):
            number = {name: Decimal(row[name]) if row[name] else None for name in ("numerator", "denominator")}
            interval = words._("{low} to {high}", low=edition.value(indicator, row["lower"]),
                               high=edition.value(indicator, row["upper"])) if row["lower"] else ""  # fmt: skip
            cells = {
                words._("Value"): self._shown(indicator, row),
                words._("Counted"): self._part(row, number["numerator"]),
                words._("Out of"): self._part(row, number["denominator"]),
                words._("95 % interval"): interval,
                words._("Bounds"): interval,
                words._("Partners"): words._("{actual} of {expected}", actual=row["actual_reporters"],
                                             expected=row["expected_reporters"]),
            }  # fmt: skip
            for head, cell in cells.items():
                said.setdefault(head, set()).add(_spaced(cell))
        return said or {words._("Value"): {_spaced(words.absent("missing"))}}

    def _shown(self, indicator: Indicator, row: Row) -> str:
        edition, words = self.edition, self.edition.words
        denominator = Decimal(row["denominator"]) if row["denominator"] else None
        if row["value"]:
            return self.edition.value(indicator, row["value"])
        why = edition._absence(row)
        if why == "few" and row["numerator"] and denominator is not None:
            return words.counted(Decimal(row["numerator"]), denominator)
        return words.absent(why)

    def _part(self, row: Row, part: Decimal | None) -> str:
        if part is None:
            return self.edition.words._("withheld") if row["conf_status"] != "F" else ""
        return self.edition.words.exact(part)

    def _of_quarter(self, first: str) -> Mapping[str, set[str]]:
        """How complete and how timely a quarter's reports were, in its row."""
        edition, words = self.edition, self.edition.words
        periods = {row["period"] for row in edition.tables["reporting"]}
        (period,) = (p for p in periods if _spaced(words.period_short(words.calendar.parse(p))) == first)
        owed, came, whole, on_time = edition.owed(period)
        partners = [len({row["partner"] for row in rows}) for rows in (came, owed)]
        shares = ((partners[0], partners[1]), *((len(rows), len(owed)) for rows in (came, whole, on_time)))
        heads = (words._("Partners that reported"), words._("Came"), words._("Came whole"), words._("On time"))
        return {head: {_spaced(edition.share(*share))} for head, share in zip(heads, shares, strict=True)}

    def _of_reporting(self, first: str) -> Mapping[str, set[str]]:
        """Who reported, in the row of a partner or of a measure."""
        edition, words = self.edition, self.edition.words
        agenda, partners = edition.folder.agenda, edition.folder.partners.partners
        called = {_spaced(plain(p.name)): ("partner", p.id) for p in partners}
        called |= {_spaced(f"{plain(m.name)} ({plain(m.unit)})"): ("measure", m.id) for m in agenda.measures}
        key, id_ = called[first]
        rows = [
            r for r in edition.tables["reporting"] if r["period"] == edition.period.key and r["is_expected"] == "true"
        ]
        owed = [row for row in rows if row[key] == id_]
        came = [row for row in owed if row["months_reported"] != "0"]
        on_time = sum(row["is_on_time"] == "true" for row in owed)
        number, of = words.number, Counter(owed=len(owed), came=len(came))
        if key == "partner":
            both = [
                words._("{actual} of {expected}", actual=number(n), expected=number(of["owed"]))
                for n in (of["came"], on_time)
            ]
            return {words._("Measures"): {_spaced(both[0])}, words._("On time"): {_spaced(both[1])}}
        in_part = sum(row["months_reported"] < row["months_expected"] for row in came)
        return {
            words._("Owed"): {number(of["owed"])}, words._("Reported"): {number(of["came"])},
            words._("On time"): {number(on_time)}, words._("of these in part"): {number(in_part)},
        }  # fmt: skip
