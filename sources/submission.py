"""A submission: one file on its way in, filled step by step by `sources.collect`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from agenda.model import Layout, Partner
from agenda.periods import Period
from sources.files.readers import Sheet
from sources.lake import Delivery
from sources.letters.findings import Finding
from sources.meaning.intake import Counts
from sources.meaning.mapping import Proposal
from sources.meaning.plan import Fit, Plan
from sources.ways.inbox import Arrival

NOTHING = Counts(0, 0, 0, 0)


@dataclass
class Submission:
    """Without a sheet it could not be read; without a plan it is refused as a whole; both say why in ``findings``."""

    arrival: Arrival
    delivery: Delivery
    content: bytes
    layout: Layout | None
    sheet: Sheet | None = None
    plan: Plan | None = None
    findings: list[Finding] = field(default_factory=list)
    counts: Counts = NOTHING
    proposals: list[Proposal] = field(default_factory=list)  # headings that look like columns it lacks
    columns: tuple[tuple[str | None, Fit], ...] = ()  # per heading: which column it is, and what tells so
    taken: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)  # by measure, period: numbers by status
    totals: dict[tuple[str, Period], Decimal | None] = field(default_factory=dict)  # of what was taken, alike

    @property
    def partner(self) -> Partner:
        return self.arrival.partner
