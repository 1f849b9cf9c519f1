"""The typed shape of an initiative folder. Each thing is declared here once; everything else derives.

Only shape lives here: what a file may say, and the checks a single entry can make on itself. What needs
two entries to see (references, targets against baselines) is `agenda.lint`'s; reading files is
`agenda.folder`'s.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from agenda.entry import (
    Code,
    Entry,
    Language,
    Name,
    Number,
    PeriodText,
    SiteAddress,
    Some,
    Text,
    WebAddress,
)
from agenda.indicators import Indicator
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
    hide: tuple[Annotated[int, Field(ge=1, le=1)], Annotated[int, Field(ge=1, le=100)]] = (1, 10)
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


class Coverage(Entry):
    """How many must have reported for a number to be shown: ``minimum`` is the share of the partners that owe it."""

    minimum: Annotated[Number, Field(ge=0, le=1)] = Decimal("0.75")  # docs/numbers.md has the source


class Show(Entry):
    """How much must stand behind a number for it to be shown as one, and how wide an interval is flagged.

    A percent of fewer than ``percent_from`` is shown as its parts, "12 of 20"; so is a standardised rate of fewer
    events than ``standardised_from`` (Public Health England's rule). An interval wider than ``wide_points`` (of a
    percent, in percentage points) or than ``wide_share`` of the value makes it one of low reliability; null: of no
    width. The other defaults are what the United States' National Survey of Children's Health asks of those who use
    its data (HRSA & Census Bureau, 2016); docs/numbers.md has more.
    """

    percent_from: Annotated[Number, Field(ge=0)] = Decimal(30)
    standardised_from: Annotated[Number, Field(ge=0)] = Decimal(10)
    wide_points: Annotated[Number, Field(gt=0)] | None = Decimal(20)
    wide_share: Annotated[Number, Field(gt=0)] | None = Decimal("1.2")


class Licence(Entry):
    """Under which terms others may use what is published. ``id`` is as SPDX lists it: ``CC-BY-4.0``."""

    id: Code
    name: Text
    url: WebAddress


class Initiative(Entry):
    """``initiative.yml``: who the coalition is and how it works."""

    id: Code
    name: Text
    tagline: str = ""
    about: str = ""
    notice: str = ""  # shown on every page, e.g. that the numbers are made up
    contact: str = ""
    language: Language = "en"  # that its files are written in
    languages: tuple[Language, ...] = ()  # that its reports come in, that one first; so it need not be said again
    year: Year = Year()
    reports_from: PeriodText | None = None
    due_days: Annotated[int, Field(ge=0, le=365)] = 21
    closed_after_days: Annotated[int, Field(ge=0)] | None = 400  # from then on, changes to a period are asked about
    quarantine_days: Annotated[int, Field(ge=1, le=365)] = 30  # a month to ask the partner in; no longer than needed
    store: str = "store"
    site: str = "site"
    address: SiteAddress = ""  # where readers find the site, as they type it
    licence: Licence | None = None
    reviewers: tuple[Reviewer, ...] = ()
    disclosure: Disclosure | None = None
    notify: Notify | None = None
    watch: Watch | None = None
    status: StatusRule = StatusRule()
    coverage: Coverage = Coverage()
    show: Show = Show()
    scorecards: bool = False  # a private page for each partner, when a quarter is published

    @model_validator(mode="before")
    @classmethod
    def _first_language(cls, given: Any) -> Any:
        if isinstance(given, dict) and "language" not in given and isinstance(given.get("languages"), list):
            return {**given, **dict(zip(["language"], given["languages"], strict=False))}
        return given

    @model_validator(mode="after")
    def _main_language_first(self) -> Initiative:
        if self.languages and self.languages[0] != self.language:
            raise ValueError(
                f"languages: the first is the one that the files are written in, here {self.language}; "
                "or leave 'language' out"
            )
        return self

    @property
    def published_in(self) -> tuple[str, ...]:
        """The languages of its reports, the main one first."""
        return self.languages or (self.language,)

    @property
    def folders(self) -> dict[str, str]:
        """Where the pages of each of them lie, from an edition's root and the site's; the main one's at the root."""
        main, *others = (language.replace("_", "-") for language in self.published_in)
        return {main: "", **{language: f"{language}/" for language in others}}

    @model_validator(mode="after")
    def _queue_of_a_bucket(self) -> Initiative:
        if self.watch is not None and not self.store.startswith("s3://"):
            raise ValueError(f"watch: a queue tells of objects in S3, but the store is the folder {self.store!r}")
        return self

    @property
    def hides(self) -> tuple[int, int] | None:
        """The counts of people that are withheld, both ends included; None where people are not protected."""
        policy = self.disclosure
        return policy.hide if policy is not None and policy.policy == "small_counts" else None

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.year.starts, self.year.named)

    def public(self, path: str) -> str:
        """The address at which readers find ``path`` of the site; the path itself where no address is known."""
        return f"{self.address.rstrip('/')}/{path}" if self.address else path


# -- agenda.yml ---------------------------------------------------------------------------------------


class Place(Entry):
    """Where. It is there ``since`` a period, and ``until`` the end of one, when it may go ``into`` another place."""

    id: Code
    name: Text
    level: Name
    parent: Code | None = None
    aliases: tuple[str, ...] = ()
    since: PeriodText | None = None
    until: PeriodText | None = None
    into: Code | None = None

    @model_validator(mode="after")
    def _gone(self) -> Place:
        if self.into is not None and self.until is None:
            raise ValueError(f"{self.id!r} becomes a part of {self.into!r}; say 'until' when it was a place of its own")
        return self


class Member(Entry):
    id: Code
    name: Text
    aliases: tuple[str, ...] = ()


class Merged(Entry):
    """Members that may be shown together, as one, where one of them would have to be withheld."""

    id: Code
    name: Text
    of: Some[Code]


class Dimension(Entry):
    id: Name
    name: Text
    members: Some[Member]
    merge: tuple[Merged, ...] = ()
    overlap: bool = False  # a thing may be in several groups at once, so the groups can add up to more than all


SHARES = frozenset(map(plain, ("%", "‰", "percent", "per cent", "percents", "percentage", "per mille")))
"""Units of what is no sum of its parts."""


class Model(Entry):
    """How a measure is made that nobody reports: by the query in ``file``, ``of`` numbers that are reported, and of
    reference series; see `agenda.own_models`."""

    file: str
    of: Some[Name]


class Measure(Entry):
    """What partners report, or a ``model`` makes of it. ``over_*`` say how numbers add up; flows add, stocks take the
    last."""

    id: Name
    name: Text
    unit: str
    definition: str = ""  # what to count, for those who fill in a template
    kind: Literal["flow", "stock"]
    subject: Literal["people", "facilities", "money", "events"]
    dimensions: tuple[Name, ...] = ()
    over_time: Literal["sum", "last", "mean", "max"] | None = None
    over_partners: Literal["sum", "overlap"] = "sum"
    keyed: bool = False  # partners may send keyed hashes of the people, by which they are counted once
    precedence: tuple[Code, ...] = ()
    whole: bool = True
    minimum: Number | None = Decimal(0)
    maximum: Number | None = None
    adds_up: bool | None = None  # whether its parts add up to the whole; none: unless its unit is a share
    part_of: Name | None = None  # the measure that this one can't exceed: it counts some of the same things
    model: Model | None = None
    jump: Annotated[Number, Field(ge=0)] | None = Decimal(2)  # times more or less than before that is asked about

    @model_validator(mode="after")
    def _jump_is_a_change(self) -> Measure:
        if self.jump is not None and 0 < self.jump <= 1:
            raise ValueError(f"jump: {self.jump} would ask about every number; give a factor above 1, or 0 for none")
        return self

    @model_validator(mode="after")
    def _keys_are_of_people(self) -> Measure:
        is_plain = self.time_rule in ("sum", "last") and self.is_sum and self.whole
        if self.keyed and not (self.subject == "people" and self.over_partners == "overlap" and is_plain):
            wants = "subject: people and over_partners: overlap, and let it be a whole number that adds up"
            raise ValueError(f"keyed: who may be on several lists is counted once; give the measure {wants}")
        if self.keyed and (self.precedence or self.model):
            raise ValueError("keyed: takes everybody's people, so it goes neither with 'precedence' nor with a 'model'")
        return self

    @property
    def is_sum(self) -> bool:
        """Whether it is the sum of its parts; a rate, a share or a mean lies somewhere between theirs.

        Such a number stands for itself: nothing adds it up over places, groups, partners or time.
        """
        return self.adds_up if self.adds_up is not None else plain(self.unit) not in SHARES

    @property
    def time_rule(self) -> str:
        return self.over_time or ("sum" if self.kind == "flow" and self.is_sum else "last")


class Series(Entry):
    """A reference series: numbers no partner reports, read from a CSV of place, year, value and members."""

    id: Name
    name: Text
    unit: str
    publisher: str
    published: str
    file: str
    dimensions: tuple[Name, ...] = ()


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
