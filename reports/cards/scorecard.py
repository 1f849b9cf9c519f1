"""A partner's scorecard: the shape of what it says, as finished texts in the partner's language.

What is said of the partner's numbers is written by `scorecard_numbers`, of its data and what is due by
`scorecard_data`; `scorecards` puts the two together. Kept as JSON beside the edition.
"""

from __future__ import annotations

from agenda.entry import Entry


class Step(Entry):
    """One period of a number's course: as it is written, and as it is drawn; without a number there is a gap."""

    period: str
    name: str
    text: str
    value: float | None = None
    absence: str = ""  # why there is none (`reports.quarter.absence`)
    is_provisional: bool = False


class Line(Entry):
    """One indicator: what the partner gave of it, and what all partners together come to in the period shown."""

    indicator: str
    period: str
    name: str
    address: str  # of its place in the report; empty where nobody knows
    code: str
    status: str
    yours: str
    is_yours: bool  # else ``yours`` says why there is none
    part: str  # what ``yours`` is made of, or which part of a quotient it is
    before: tuple[str, ...]  # what it was earlier
    all: str
    is_all: bool  # else ``all`` says why there is none
    coverage: str
    say: str
    note: str
    your_course: tuple[Step, ...] = ()  # of the last quarters; empty where there are not two numbers
    course: tuple[Step, ...] = ()


class Group(Entry):
    """A goal with the indicators that the partner gives numbers for."""

    name: str
    lines: tuple[Line, ...]


class Doing(Entry):
    """What the partner does, and the indicators that it aims at."""

    what: str
    aims: tuple[Line, ...]
    others: str


class Owed(Entry):
    """A measure that was agreed for the quarter: what came of it, and when."""

    measure: str
    came: str
    code: str  # of the shape beside it
    when: str


class Due(Entry):
    """Something to do, and by when."""

    when: str
    what: str
    is_late: bool


class Fact(Entry):
    """How much came and what is to do, in a few words; ``to`` is where on the page, or beside it, more is said."""

    text: str
    to: str


class Scorecard(Entry):
    """All that a partner's page of a quarter says; ``address`` is the report's, where it is known."""

    partner: str
    prefix: str  # of its inbox, and of its receipts
    name: str
    language: str
    period: str
    address: str
    eyebrow: str
    headline: str
    thanks: tuple[str, ...]
    facts: tuple[Fact, ...]
    groups: tuple[Group, ...]
    doing: tuple[Doing, ...]
    owed: tuple[Owed, ...]
    files: str
    due: tuple[Due, ...]
