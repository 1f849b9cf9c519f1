"""What people write beside the numbers: who does what (``activities.yml``), and the words for a quarter (``stories/``).

Nothing here is computed, and nothing computed leaves it out: pages say what is written as it is written.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from agenda.entry import Code, Entry, Name, PeriodText, Some, Text, Yes, is_yes


def _day(value: Any) -> date:
    if type(value) is date:  # YAML's own; a moment is one as well
        return value
    try:
        return datetime.strptime(str(value).strip(), "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"{value!r} is no day; write it like 2026-11-30") from None


Day = Annotated[date, BeforeValidator(_day)]
"""A day as ``2026-11-30``, so that each language can write it in its own way."""


class Activity(Entry):
    """What a partner does for an indicator: contribution, not attribution."""

    partner: Code
    what: Text
    indicators: tuple[Name, ...]
    since: PeriodText
    until: PeriodText | None = None


class Activities(Entry):
    """``activities.yml``"""

    activities: tuple[Activity, ...] = ()


class Voice(Entry):
    """What somebody said, told with their consent."""

    quote: Text
    who: Text
    indicator: Name | None = None
    consent: Yes

    @model_validator(mode="before")
    @classmethod
    def _is_agreed(cls, given: Any) -> Any:
        if isinstance(given, dict) and not is_yes(given.get("consent")):
            raise ValueError("is told without consent; ask, and write 'consent: yes', or leave the voice out")
        return given


class Milestone(Entry):
    """Something that happened and will stay: a door that opened, a law that passed."""

    what: Text
    on: Day
    partner: Code | None = None
    indicator: Name | None = None


class Challenge(Entry):
    """What did not go as hoped, and what was learned from it."""

    what: Text
    learned: Text
    indicator: Name | None = None


class Decided(Entry):
    """A decision that was taken: what was asked, who decided, and how."""

    what: Text
    owner: Text
    on: Day
    outcome: Text


class Decision(Entry):
    """A decision that is needed, from whom and by when."""

    what: Text
    owner: Text
    by: Day


class Meeting(Entry):
    """Partners that came together. Pages count them and name nobody who stayed away."""

    what: Text
    on: Day
    present: Some[Code]


class Story(Entry):
    """``stories/<quarter>.yml``: the words people write for one quarter."""

    headline: str = ""
    curves: dict[Name, str] = {}  # the story behind an indicator's curve
    milestones: tuple[Milestone, ...] = ()
    voices: tuple[Voice, ...] = ()
    challenges: tuple[Challenge, ...] = ()
    decided: tuple[Decided, ...] = ()  # since the last report
    decisions: tuple[Decision, ...] = ()  # needed now
    meetings: tuple[Meeting, ...] = ()
