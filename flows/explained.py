"""What `cairn explain` says of a value: the value, each number behind it, and what limits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from flows.explain_aims import Aims
from flows.explain_beside import Defined, Gap
from flows.explain_sums import Share
from flows.revisions import Known
from reports.quarter.changes import Difference

LEFT_OUT = "MK"
"""Statuses of what can't be, or is counted elsewhere."""


@dataclass(frozen=True)
class Origin:
    """Where a number stands: a row of a file, or a reference series. ``submission`` is the SHA-256 of the bytes."""

    file: str
    sheet: str = ""
    row: int | None = None
    received_at: datetime | None = None
    submission: str = ""
    reading: str = ""
    layout: str = ""


@dataclass(frozen=True)
class Number:
    """What was reported: a number, or why there is none; ``status`` as in `agenda.statuses`.

    ``why`` says of a number that was reported and doesn't count what counts in its stead.
    """

    partner: str
    measure: str
    period: str
    start: date
    end: date  # exclusive
    place: str
    members: str
    value: Decimal | None
    status: str
    origin: Origin
    counts_for: str = ""  # the members of the formula's split that it is part of
    why: str = ""


@dataclass(frozen=True)
class Term:
    """One measure of the formula. ``value`` is None where nobody gave a number; ``weight`` is in it already.

    ``low`` and ``high`` differ where partners' lists overlap. ``people`` are those told apart by keyed hashes, of a
    measure whose people may come as these.
    """

    part: Literal["numerator", "denominator", "squares"]
    measure: str
    name: str
    unit: str
    weight: Decimal
    where: str
    over_time: str
    over_partners: str
    is_sum: bool  # else a rate that was reported as one, which nothing adds up
    precedence: tuple[str, ...]
    is_reference: bool
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    people: Decimal | None
    shares: tuple[Share, ...]
    numbers: tuple[Number, ...]
    model: str  # the file of the query that makes its numbers; empty where they were reported
    inputs: tuple[Number, ...]  # what a model made them of

    @property
    def is_left_out(self) -> bool:
        """Whether it is not applicable: the formula goes without it."""
        return bool(self.numbers) and all(number.status in LEFT_OUT for number in self.numbers)

    @property
    def rivals(self) -> tuple[str, ...]:
        """Partners that each gave a rate of the same, so that there is none."""
        given = [share.partner for share in self.shares if share.value is not None]
        return () if self.is_sum or len(given) < 2 else tuple(given)


@dataclass(frozen=True)
class Owed:
    """What a partner owes of a measure for the period, in months, and whether it is there."""

    partner: str
    measure: str
    is_expected: bool
    months_expected: int
    months_reported: int
    left_out: bool  # it named places before that its last month lacks

    @property
    def is_missing(self) -> bool:
        return self.is_expected and self.months_reported == 0

    @property
    def is_partial(self) -> bool:
        return not self.is_missing and (self.months_reported < self.months_expected or self.left_out)


@dataclass(frozen=True)
class Cohort:
    """How the value moved among those that can be compared, and who can't: they joined, left or reported less."""

    against: str
    value: float
    against_value: float
    value_of_all: float
    against_value_of_all: float
    partners: int
    others: tuple[str, ...]


@dataclass(frozen=True)
class Remark:
    """A rejected row or a finding that touches the value."""

    partner: str
    kind: Literal["rejected", "error", "warning"]
    file: str
    sheet: str
    row: int | None
    cell: str
    message: str
    fix: str


@dataclass(frozen=True)
class Edition:
    """What a published edition said. ``value`` is the text it was published with; empty where there was none.

    ``conf_status`` is why it withheld the value to protect people: `A` few people, `D` for others' sake, else `F`.
    """

    quarter: str
    edition: str
    published_at: datetime
    value: str
    numerator: str
    denominator: str
    status: str
    conf_status: str


@dataclass(frozen=True)
class Explanation:
    """Everything behind one value of an indicator."""

    indicator: str
    name: str
    defined: Defined
    definition: str
    unit: str
    kind: str
    times: int
    interval: str
    decimals: int
    period: str
    place: str
    members: str
    as_of: datetime
    agenda_as_of: datetime
    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None
    lower: float | None
    upper: float | None
    status: str
    expected_reporters: int
    actual_reporters: int
    gap: Gap | None
    terms: tuple[Term, ...]
    uncounted: tuple[Number, ...]
    owed: tuple[Owed, ...]
    cohorts: tuple[Cohort, ...]
    remarks: tuple[Remark, ...]
    superseded: tuple[Origin, ...]
    aims: Aims | None
    changes: tuple[Difference, ...] = ()  # as in `reports.quarter.changes.COMPARED`; none where there is no value
    merged: tuple[str, ...] = ()  # places that have become a part of this one and are in the earlier values
    names: Mapping[str, Mapping[str, str]] = field(repr=False, default_factory=dict)  # of partners, places, members
    editions: tuple[Edition, ...] = ()
    moments: tuple[Known, ...] = ()
