"""The typed shape of an initiative folder. Each thing is declared here once; everything else derives.

Only shape lives here: what a file may say, and the checks a single entry can make on itself. What needs
two entries to see (references, targets against baselines) is `agenda.lint`'s; reading files is
`agenda.folder`'s.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from agenda.entry import Code, Entry, Language, Name, Number, PeriodText, Some, Text, WebAddress, Yes
from agenda.layouts import Condition as Condition
from agenda.layouts import From as From
from agenda.layouts import Layout as Layout
from agenda.layouts import Value as Value
from agenda.periods import Calendar, PeriodType
from agenda.spelling import plain
from agenda.ways_in import Bucket, Source

# -- initiative.yml -----------------------------------------------------------------------------------


class Year(Entry):
    """The initiative's year; see `agenda.periods.Calendar`."""

    starts: Annotated[int, Field(ge=1, le=12)] = 1
    named: Literal["start", "end"] = "end"


class Reviewer(Entry):
    name: Text
    role: str = ""


class Disclosure(Entry):
    """What keeps people from being recognised in what is published. ``none`` needs its reason in writing.

    ``small_counts`` hides counts of people within ``hide``, both ends included, and what would reveal them. The range
    starts at one: that there is nobody may be said, and what is hidden must leave every count from one on possible.
    """

    policy: Literal["small_counts", "none"]
    hide: tuple[Literal[1], Annotated[int, Field(ge=1, le=100)]] = (1, 10)
    reason: Annotated[str, StringConstraints(strip_whitespace=True)] = ""

    @model_validator(mode="after")
    def _reasoned(self) -> Disclosure:
        if self.policy == "none" and len(self.reason) < 20:
            raise ValueError("reason: policy none needs its reason in writing, in at least 20 characters")
        return self


class Notify(Entry):
    webhook: WebAddress


class Watch(Entry):
    """The queue that S3 tells of new objects; docs/data-engineer.md says how it is set up."""

    queue: WebAddress


class StatusRule(Entry):
    """How far behind its path an indicator may be: ``at_risk_from`` is the share of the asked-for progress."""

    at_risk_from: Annotated[Number, Field(ge=0, le=1)] = Decimal("0.5")


class Decision(Entry):
    what: str
    owner: str
    by: str


class Initiative(Entry):
    """``initiative.yml``: who the coalition is and how it works."""

    id: Code
    name: Text
    tagline: str = ""
    about: str = ""
    notice: str = ""  # shown on every page, e.g. that the numbers are made up
    contact: str = ""
    language: Language = "en"
    year: Year = Year()
    reports_from: PeriodText | None = None
    due_days: Annotated[int, Field(ge=0, le=365)] = 21
    closed_after_days: Annotated[int, Field(ge=0)] | None = 400  # from then on, changes to a period are asked about
    quarantine_days: Annotated[int, Field(ge=1, le=365)] = 30  # a month to ask the partner in; no longer than needed
    store: str = "store"
    site: str = "site"
    reviewers: tuple[Reviewer, ...] = ()
    disclosure: Disclosure | None = None
    notify: Notify | None = None
    watch: Watch | None = None
    status: StatusRule = StatusRule()

    @model_validator(mode="after")
    def _queue_of_a_bucket(self) -> Initiative:
        if self.watch is not None and not self.store.startswith("s3://"):
            raise ValueError(f"watch: a queue tells of objects in S3, but the store is the folder {self.store!r}")
        return self

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.year.starts, self.year.named)


# -- agenda.yml ---------------------------------------------------------------------------------------


class Place(Entry):
    id: Code
    name: Text
    level: Name
    parent: Code | None = None
    aliases: tuple[str, ...] = ()


class Member(Entry):
    id: Code
    name: Text
    aliases: tuple[str, ...] = ()


class Dimension(Entry):
    id: Name
    name: Text
    members: Some[Member]
    overlap: bool = False  # a thing may be in several groups at once, so the groups can add up to more than all


SHARES = frozenset(map(plain, ("%", "‰", "percent", "per cent", "percents", "percentage", "per mille")))
"""Units of what is no sum of its parts."""


class Measure(Entry):
    """What partners report. ``over_*`` say how numbers add up; DESIGN: flows add, stocks take the last."""

    id: Name
    name: Text
    unit: str
    definition: str = ""  # what to count, for those who fill in a template
    kind: Literal["flow", "stock"]
    subject: Literal["people", "facilities", "money", "events"]
    dimensions: tuple[Name, ...] = ()
    over_time: Literal["sum", "last", "mean", "max"] | None = None
    over_partners: Literal["sum", "overlap"] = "sum"
    precedence: tuple[Code, ...] = ()
    whole: bool = True
    minimum: Number | None = Decimal(0)
    maximum: Number | None = None
    adds_up: bool | None = None  # whether groups and places add up to the whole; none: unless its unit is a share
    part_of: Name | None = None  # the measure that this one can't exceed: it counts some of the same things
    jump: Annotated[Number, Field(ge=0)] | None = Decimal(2)  # times more or less than before that is asked about

    @model_validator(mode="after")
    def _jump_is_a_change(self) -> Measure:
        if self.jump is not None and 0 < self.jump <= 1:
            raise ValueError(f"jump: {self.jump} would ask about every number; give a factor above 1, or 0 for none")
        return self

    @property
    def is_sum(self) -> bool:
        """Whether it is the sum of its parts; a rate, a share or a mean lies somewhere between theirs."""
        return self.adds_up if self.adds_up is not None else plain(self.unit) not in SHARES

    @property
    def time_rule(self) -> str:
        return self.over_time or ("sum" if self.kind == "flow" else "last")


class Series(Entry):
    """A reference series: numbers no partner reports, read from a CSV of place, year, value and members."""

    id: Name
    name: Text
    unit: str
    publisher: str
    published: str
    file: str
    dimensions: tuple[Name, ...] = ()


class Term(Entry):
    """One measure in a formula, counted ``weight`` times, over the members that ``where`` names."""

    measure: Name
    weight: Number = Decimal(1)
    where: dict[Name, Some[Code]] = {}


def _terms(value: Any) -> Any:
    """``attendances - breaches`` as terms; lists and entries pass through."""
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?\s*[^\s+-]+(\s*[+-]\s*[^\s+-]+)*\s*", value):
            raise ValueError(f"{value!r} is no sum; write measures with one + or - between them")
        found = re.findall(r"([+-]?)\s*([^\s+-]+)", value)
        return [{"measure": measure, "weight": -1 if sign == "-" else 1} for sign, measure in found]
    return [value] if isinstance(value, dict) else value


Terms = Annotated[Some[Term], BeforeValidator(_terms)]


class Formula(Entry):
    """Exactly one of the five kinds. All but ``count`` divide what is ``of`` by what it is ``per``."""

    kind: Literal["count", "percent", "rate", "mean", "ratio"]
    of: Terms
    per: Terms | None = None
    times: Annotated[int, Field(gt=0)] = 1  # a rate per 1,000 has times: 1000

    @model_validator(mode="after")
    def _complete(self) -> Formula:
        if (self.kind == "count") != (self.per is None):
            wants = "takes no 'per'" if self.kind == "count" else "needs 'per', its denominator"
            raise ValueError(f"a {self.kind} {wants}")
        if self.times != 1 and self.kind != "rate":
            raise ValueError(f"only a rate has 'times'; this is a {self.kind}")
        return self


class Baseline(Entry):
    """Where the indicator stood. Without ``value`` it is what the data say for that period."""

    period: PeriodText
    value: Number | None = None


class Target(Entry):
    """Where it should be by the end of a period: a ``value``, or a band from ``low`` to ``high``."""

    by: PeriodText
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Target:
        band = self.low is not None and self.high is not None
        if (self.value is not None) == band or (self.low is None) != (self.high is None):
            raise ValueError("a target has either 'value', or both 'low' and 'high'")
        if band and self.low > self.high:  # type: ignore[operator]
            raise ValueError(f"low ({self.low}) is above high ({self.high})")
        return self


Interval = Literal["wilson", "byar", "poisson", "rate", "none"]
"""How far chance could move a value, at 95 %: Wilson's score interval of a percent; of a rate or a count Byar's, exact
Poisson, or the rule ``rate``: Byar's, and exact Poisson under a count of 10. docs/numbers.md has the sources."""


class Indicator(Entry):
    id: Name
    name: Text
    definition: str
    unit: str
    formula: Formula
    level: Literal["output", "outcome", "impact", "system"]
    better: Literal["more", "less", "band"]
    owner: str = ""
    limitations: str = ""
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    by: tuple[str, ...] = ()  # dimensions; "age_group * setting" crosses two
    periods: Some[PeriodType] = ("quarter",)
    interval: Interval = "none"
    baseline: Baseline | None = None
    targets: tuple[Target, ...] = ()

    @property
    def breakdowns(self) -> tuple[tuple[str, ...], ...]:
        """The dimensions of each breakdown, in alphabetical order within it."""
        return tuple(tuple(sorted(part.strip() for part in text.split("*"))) for text in self.by)


class Goal(Entry):
    id: Name
    name: Text
    statement: str
    headline: Name  # the indicator whose value stands on the goal's tile
    indicators: tuple[Name, ...]


class Agenda(Entry):
    """``agenda.yml``: what the partners agreed to aim at and to measure."""

    places: Some[Place]
    dimensions: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...]
    reference: tuple[Series, ...] = ()
    indicators: tuple[Indicator, ...]
    goals: tuple[Goal, ...]


# -- partners.yml -------------------------------------------------------------------------------------


class Owes(Entry):
    """What a partner has agreed to report, and how often."""

    measures: tuple[Name, ...]
    every: PeriodType = "quarter"


class Partner(Entry):
    id: Code
    name: Text
    kind: str = ""
    contact: str = ""
    language: Language = "en"
    place: Code | None = None
    since: PeriodText | None = None
    until: PeriodText | None = None
    source: Source = Bucket()
    layouts: Some[str]
    owes: tuple[Owes, ...] = ()

    @property
    def prefix(self) -> str:
        return self.source.prefix or self.id


class Partners(Entry):
    """``partners.yml``: who reports what, how and by when."""

    layouts: dict[Name, Layout]
    partners: tuple[Partner, ...]


# -- activities.yml and stories/<period>.yml ----------------------------------------------------------


class Activity(Entry):
    """What a partner does for an indicator: contribution, not attribution."""

    partner: Code
    what: str
    indicators: tuple[Name, ...]
    since: PeriodText
    until: PeriodText | None = None


class Story(Entry):
    """The words people write for one quarter."""

    headline: str = ""
    curves: dict[Name, str] = {}  # the story behind an indicator's curve
    voices: tuple[Voice, ...] = ()
    decisions: tuple[Decision, ...] = ()


class Voice(Entry):
    quote: str
    who: str
    indicator: Name | None = None
    consent: Yes


class Activities(Entry):
    activities: tuple[Activity, ...] = ()


Story.model_rebuild()
