"""How the coalition works together: what it agreed on, who does what for it, and what happened.

Collective impact stands on five conditions: a common agenda, shared measurement, mutually reinforcing activities,
continuous communication, and a backbone (Kania & Kramer, Stanford Social Innovation Review, 2011). Each is a part of
one page; this module says the first four, `reports.telling.backbone` the fifth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agenda.model import Goal
from agenda.stories import Activity, Challenge, Decision, Milestone, Voice
from reports.escape import plain, stress
from reports.quarter.tables import Quarter
from reports.telling.value_tables import Table
from reports.words import Words, sentence_case

MANY_HANDS = 3
"""Partners that work on one indicator from which on it is said, so that they know of each other."""


@dataclass(frozen=True)
class Work:
    """What one partner does, for how long, and at which indicators of a goal it aims: ids and names."""

    partner: str
    what: str
    span: str
    aims: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Field:
    """The work for one goal, and what is to be said of it: numbers that nobody works on, or many do."""

    ident: str
    name: str
    works: tuple[Work, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Happened:
    """A milestone. ``indicator`` is the id of the one it is about, or empty."""

    day: str
    what: str
    who: str
    indicator: str


@dataclass(frozen=True)
class Together:
    """What is said of a quarter's work in one language."""

    quarter: Quarter
    words: Words

    # -- measured together ------------------------------------------------------------------------------

    def measured(self) -> str:
        """How many numbers stand on how many partners' reports."""
        words = self.words
        given = self.quarter.contributors.filter("is_reported")["partner"].n_unique()
        indicators = words.n("{number} indicator", "{number} indicators", len(self.quarter.indicators))
        return words.n(
            "{indicators}, each counted by one definition that all agreed on, from the reports of {number} partner.",
            "{indicators}, each counted by one definition that all agreed on, from the reports of {number} partners.",
            given, indicators=indicators,
        )  # fmt: skip

    # -- activities -------------------------------------------------------------------------------------

    def summary(self) -> list[str]:
        """The work and what was decided, in two or three sentences, for the first screen."""
        return [*self._work_in_short(), *self._decided_in_short()]

    def _work_in_short(self) -> list[str]:
        """How much work there is, and where none; nothing where no activity is told of."""
        words, running = self.words, self.quarter.activities
        if not running:
            return []
        partners = len({activity.partner for activity in running})
        said = [
            words.n("{number} activity of {partners} aims at these numbers.",
                    "{number} activities of {partners} aim at these numbers.", len(running),
                    number=stress(words.number(len(running))),
                    partners=words.n("{number} partner", "{number} partners", partners))
        ]  # fmt: skip
        return [*said, *self._idle(tuple(self.quarter.indicators))]

    def _decided_in_short(self) -> Iterator[str]:
        if number := len(self.quarter.story.decided):
            yield self.words.n("{number} decision was taken since the last report.",
                               "{number} decisions were taken since the last report.", number)  # fmt: skip

    def fields(self) -> list[Field]:
        """The work goal by goal; what aims at no indicator comes last, for all of them."""
        fields = [self._field(goal) for goal in self.quarter.goals]
        general = tuple(self._work(a, ()) for a in self.quarter.activities if not a.indicators)
        return [*fields, *([Field("", self.words._("For all goals"), general, ())] if general else [])]

    def _field(self, goal: Goal) -> Field:
        aimed = [(a, tuple(i for i in goal.indicators if i in a.indicators)) for a in self.quarter.activities]
        works = tuple(self._work(activity, ids) for activity, ids in aimed if ids)
        return Field(goal.id, goal.name, works, (*self._idle(goal.indicators), *self._crowded(goal)))

    def _work(self, activity: Activity, indicators: tuple[str, ...]) -> Work:
        words, calendar = self.words, self.quarter.calendar
        parts = {"since": words.period_short(calendar.parse(activity.since))}
        span = words._("since {since}", **parts)
        if activity.until is not None:
            span = words._("{since} to {until}", until=words.period_short(calendar.parse(activity.until)), **parts)
        aims = tuple((id_, self._name(id_)) for id_ in indicators)
        return Work(self.quarter.partners[activity.partner].name, activity.what, span, aims)

    def _idle(self, indicators: tuple[str, ...]) -> Iterator[str]:
        """The indicators that no activity aims at, as an invitation."""
        aimed = {id_ for activity in self.quarter.activities for id_ in activity.indicators}
        if names := [self._name(id_) for id_ in indicators if id_ not in aimed]:
            yield self.words._("Room for more hands: nobody has told us yet of work on {names}.",
                               names=self.words.listed(names))  # fmt: skip

    def _crowded(self, goal: Goal) -> Iterator[str]:
        """The indicators that many work on, so that they can divide the work."""
        for id_ in goal.indicators:
            found = {activity.partner for activity in self.quarter.activities if id_ in activity.indicators}
            if len(found) >= MANY_HANDS:
                yield self.words.n(
                    "Many hands: {number} partner works on {name}. Worth a word with one another, so that each does "
                    "another part of it.",
                    "Many hands: {number} partners work on {name}. Worth a word with one another, so that each does "
                    "another part of it.", len(found), name=self._name(id_),
                )  # fmt: skip

    # -- communication ----------------------------------------------------------------------------------

    def milestones(self, indicator: str | None = None) -> list[Happened]:
        """What happened, in time; of one indicator, or of all."""
        told = [m for m in self.quarter.story.milestones if indicator is None or m.indicator == indicator]
        return [self._happened(milestone) for milestone in sorted(told, key=lambda m: m.on)]

    def _happened(self, milestone: Milestone) -> Happened:
        who = self.quarter.partners[milestone.partner].name if milestone.partner else ""
        return Happened(self.words.day(milestone.on), milestone.what, who, milestone.indicator or "")

    def lessons(self, indicator: str | None = None) -> tuple[Challenge, ...]:
        """What did not go as hoped and what was learned; of one indicator, or of all."""
        return tuple(c for c in self.quarter.story.challenges if indicator is None or c.indicator == indicator)

    @property
    def is_silent(self) -> bool:
        """Whether nobody has written anything of what is said here."""
        story = self.quarter.story
        return not (story.milestones or story.challenges or story.voices or story.decided or story.decisions)

    def voices(self) -> tuple[Voice, ...]:
        """Those that are not about one indicator; the others stand beside its numbers."""
        return tuple(voice for voice in self.quarter.story.voices if voice.indicator is None)

    def heard(self) -> list[tuple[str, str]]:
        """Id and name of the indicators beside which a voice stands."""
        told = {voice.indicator for voice in self.quarter.story.voices}
        return [(id_, self._name(id_)) for id_ in self.quarter.indicators if id_ in told]

    def decided(self) -> Table | None:
        words, story = self.words, self.quarter.story
        if not story.decided:
            return None
        rows = tuple((d.what, d.outcome, d.owner, words.day(d.on)) for d in sorted(story.decided, key=lambda d: d.on))
        head = (words._("What was asked"), words._("What was decided"), words._("By whom"), words._("When"))
        return Table(words._("Decided since the last report"), head, rows, frozenset({0, 1, 2, 3}))

    def needed(self) -> Table | None:
        words, story = self.words, self.quarter.story
        if not story.decisions:
            return None
        rows = tuple((d.what, d.owner, self._by(d)) for d in sorted(story.decisions, key=lambda d: d.by))
        head = (words._("What"), words._("Who"), words._("By"))
        return Table(words._("Decisions needed"), head, rows, frozenset({0, 1, 2}))

    def _by(self, decision: Decision) -> str:
        """The day; with a word where it had passed when the last number came in."""
        day = self.words.day(decision.by)
        return day if decision.by >= self.quarter.as_of.date() else self.words._("{day} (overdue)", day=day)

    def _name(self, indicator: str) -> str:
        return sentence_case(plain(self.quarter.indicators[indicator].name))
