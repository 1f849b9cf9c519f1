"""The receipt: what a partner gets back for a file, as JSON and as a page that needs nothing else.

It lies under ``receipts/<key of the file>``. It speaks of this partner alone, in its language. What stands in it is
put together by `sources.letters.mailroom`; how it reads is `sources.letters.page`'s and its template's.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from agenda.catalogue import Speech
from agenda.periods import Period
from agenda.statuses import ABSENT, NOT_APPLICABLE, SUPPRESSED
from sources.letters.findings import Finding
from sources.meaning.intake import Counts
from sources.meaning.mapping import Proposal
from sources.ways.inbox import answered_as

SHOWN = 50
"""Findings of one kind in one column that are listed one by one; past that a person mends the cause, not cells."""
NAMES_SHOWN = 12
"""Agreed names that are listed where one was not known: what fits in two lines; all of them are in the template."""

OF_RECORDS = ("api", "database")
"""Ways in that hold records of fields, where a file has rows of cells."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell's text that make programs run it."""


@dataclass(frozen=True)
class Cells:
    """How many cells hold a number, and how many say why they hold none."""

    numbers: int
    suppressed: int = 0
    not_applicable: int = 0
    missing: int = 0

    @classmethod
    def of(cls, by_status: Mapping[str, int]) -> Cells:
        suppressed = by_status.get(SUPPRESSED, 0)
        not_applicable = by_status.get(NOT_APPLICABLE, 0) + by_status.get("K", 0)  # or counted elsewhere
        missing = sum(count for status, count in by_status.items() if status in ABSENT) - suppressed - not_applicable
        return cls(sum(by_status.values()) - suppressed - not_applicable - missing, suppressed, not_applicable, missing)


@dataclass(frozen=True)
class Taken:
    """What was taken in for one measure and period: its cells, their total, and the totals beside it."""

    measure: str
    unit: str
    period: Period
    cells: Cells
    total: Decimal | None = None  # None where a part of it is suppressed, or nothing in it is a number
    before: Decimal | None = None  # of the period before
    year_before: Decimal | None = None
    numbers_before: int = 0
    numbers_year_before: int = 0

    def said(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "cells"} | vars(self.cells)


@dataclass(frozen=True)
class Missing:
    """Measures that are owed for a period and were not sent yet."""

    period: Period
    due: date
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Outlook:
    """What a partner still owes on a day: what should be there already (newest period first), and what comes next."""

    day: date
    missing: tuple[Missing, ...] = ()
    next: Missing | None = None


@dataclass(frozen=True)
class Kind:
    """Findings of one kind in one column: the first of them, and how many there are."""

    shown: tuple[Finding, ...]
    total: int
    names: tuple[str, ...] = ()  # that would have been known, where one was not


@dataclass(frozen=True)
class Receipt:
    """What became of one submission. ``names`` gives the agreed names that a finding's word could have been.

    ``source`` is the partner's way in: what an API or a database holds are records of fields, and no file.
    """

    initiative: str
    contact: str
    partner: str
    partner_name: str
    prefix: str  # of the partner's inbox, and so of its receipts
    speech: Speech
    key: str
    submission: str
    received_at: datetime
    counts: Counts
    findings: tuple[Finding, ...]
    taken: tuple[Taken, ...]
    outlook: Outlook
    proposals: tuple[Proposal, ...] = ()
    mended: tuple[str, ...] = ()
    has_copy: bool = False
    is_unmarked: bool = False  # a workbook that ought to have come back marked
    source: str = "bucket"
    names: Callable[[Finding], tuple[str, ...]] = lambda found: ()

    @property
    def outcome(self) -> str:
        return "withdrawn" if is_withdrawal(self.findings) else self.counts.outcome

    @property
    def is_of_records(self) -> bool:
        return self.source in OF_RECORDS

    @property
    def is_asked(self) -> bool:
        """Whether it was asked for, so that there is no file to send again."""
        return self.source != "bucket"

    @property
    def errors(self) -> int:
        return sum(found.severity == "error" for found in self.findings)

    @property
    def file(self) -> str:
        return self.key.rpartition("/")[2]

    @property
    def address(self) -> str:
        """Where the receipt lies, without its ending."""
        return address(self.key)

    @property
    def copy(self) -> str | None:
        """Where the partner's workbook lies with its cells marked."""
        return f"{self.address}.marked.xlsx" if self.has_copy else None

    @property
    def reply(self) -> str | None:
        """Where the reply lies that says yes to what is proposed."""
        return f"{self.address}.reply.csv" if self.proposals else None

    def kinds(self, is_shown: Callable[[Finding], bool] = lambda found: True) -> list[Kind]:
        """The findings that are asked for, gathered by kind and column, errors first."""
        kinds: dict[tuple[str, str, str | None], list[Finding]] = {}
        for found in filter(is_shown, self.findings):
            kinds.setdefault((found.severity, found.code, found.column), []).append(found)
        ordered = sorted(kinds.items(), key=lambda kind: kind[0][0])
        return [Kind(tuple(group[:SHOWN]), len(group), self.names(group[0])) for _, group in ordered]

    def json(self) -> bytes:
        said = {
            "initiative": self.initiative,
            "partner": self.partner,
            "language": self.speech.language,
            "file": self.key,
            "sha256": self.submission,
            "received_at": self.received_at.astimezone(UTC).isoformat(timespec="seconds"),
            "outcome": self.outcome,
            "rows": vars(self.counts),
            "taken": [taken.said() for taken in self.taken],
            "findings": [self._finding(found) for found in self.findings],
            "names": [
                {"code": kind.shown[0].code, "column": kind.shown[0].column, "names": kind.names}
                for kind in self.kinds()
                if kind.names
            ],
            "proposals": [vars(proposed) for proposed in self.proposals],
            "mended": self.mended,
            "missing": [vars(missing) for missing in self.outlook.missing],
            "next": vars(self.outlook.next) if self.outlook.next else None,
            "marked_copy": self.copy,
            "reply": self.reply,
        }
        return (json.dumps(said, ensure_ascii=False, default=_text) + "\n").encode()

    def _finding(self, found: Finding) -> dict[str, Any]:
        """A finding with its code and English texts, and what the partner reads of it."""
        message, fix = found.said(self.speech, self.is_of_records)
        rest = {name: value for name, value in vars(found).items() if name != "details"}
        return {**rest, "said": {"message": message, "fix": fix}}


def is_withdrawal(findings: Iterable[Finding]) -> bool:
    return any(found.code == "withdrawn" for found in findings)


def address(key: str) -> str:
    """Where the receipt of a file lies, without its ending: of all its versions, as only the newest one counts."""
    return f"receipts/{answered_as(key)}"


def _text(value: object) -> str:
    """A number with no more decimals than it has, else what the value is called."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def fitting(speech: Speech, names: Sequence[str]) -> str:
    """``Names that fit: Harbor, Old Mill and 3 more.``: the first of the agreed names."""
    said, more = speech._(", ").join(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    if more > 0:
        said = speech.n("{names} and {number} more", "{names} and {number} more", more, names=said)
    return speech._("Names that fit: {names}.", names=said)


def inert(text: str) -> str:
    """``text`` as no program takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def reply_csv(proposals: Sequence[Proposal]) -> bytes:
    """A reply that says yes: ``column,header`` lines, which the partner copies into its inbox.

    A heading that a spreadsheet program would run as a formula gets an apostrophe; headings are compared without.
    """
    written = io.StringIO()
    lines = [("column", "header"), *((inert(proposal.column), inert(proposal.header)) for proposal in proposals)]
    csv.writer(written, lineterminator="\n").writerows(lines)
    return written.getvalue().encode("utf-8-sig")  # spreadsheet programs know by the mark how to read it
