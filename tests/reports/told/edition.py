"""What else may be said: counts and limits, and the texts with digits in them that are taken out whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from agenda.model import Goal
from agenda.periods import PeriodError
from reports.escape import plain
from reports.words import Words, sentence_case
from tests.reports.test_pages import extracted
from tests.reports.told.page import numbers_in, spaced
from tests.reports.told.values import Values


class Edition(Values):
    """What an edition may say of what."""

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
        return self.tokens([*map(self.words.number, (*sizes, *self._listed())), *self._shares()])

    @cached_property
    def asked(self) -> frozenset[str]:
        """How many decisions the story asks for."""
        return self.tokens([self.words.number(len(self.folder.story(self.period.key).decisions))])

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
        return self.whole[goal.headline] | self.tokens(map(self.words.number, self._stand(others)))

    @cached_property
    def faulty(self) -> frozenset[str]:
        """In how many partners' files faults may have been found: of those that reported."""
        came = {row["partner"] for row in self.owed(self.period.key)[1]}
        return self.tokens(map(self.words.number, range(1, len(came) + 1)))

    def _shares(self) -> Iterator[str]:
        """What of all that was owed came, and on time, now and a year before."""
        for period in (self.period, self.words.calendar.year_before(self.period)):
            owed, *parts = self.owed(period.key)
            for part in parts if owed else ():
                yield self.share(len(part), len(owed))

    @cached_property
    def levels(self) -> frozenset[str]:
        """How many places there are of each level."""
        return self.tokens(map(self.words.number, Counter(place.level for place in self.folder.agenda.places).values()))

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
        return self.tokens(said)

    @cached_property
    def phrases(self) -> Mapping[str, list[str]]:
        """Everything with a digit in it that is taken out whole, by the first digits in it, the longest first."""
        found = {*(text.replace("*", "") for text in own_words(self.words)), *self._written(), *self._times()}
        variants = {form for text in found for form in (text, sentence_case(text), text.lower())}
        known: dict[str, list[str]] = {}
        for text in sorted(map(spaced, variants), key=len, reverse=True):
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
        said = spaced(text)
        near = {phrase for digits in re.findall(r"\d+", said) for phrase in self.phrases.get(digits, ())}
        for phrase in sorted(near, key=len, reverse=True):
            if phrase in said:
                said = re.sub(rf"(?<!\d){re.escape(phrase)}(?!\d)", " ", said)
        return numbers_in(said)


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


def own_words(words: Words) -> frozenset[str]:
    """What the pages say of their own with a digit in it."""
    messages = [message if isinstance(message, tuple) else (message, message) for message in extracted()]
    said = {
        form for one, many in messages
        for form in (words.text(one), *(words._catalogue.ngettext(one, many, count) for count in (1, 2) if one != many))
    }  # fmt: skip
    return frozenset(part for text in said for part in re.split(r"\{\w+\}", text) if re.search(r"\d", part))
