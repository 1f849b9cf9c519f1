"""The pages partners read: a receipt, and the list of a partner's receipts. One file each that loads nothing.

Every sentence is in the catalogues; every text from a file, an agenda or a person is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from agenda.catalogue import Speech, sentence_case
from agenda.periods import Period
from sources.letters.findings import Finding
from sources.letters.receipt import Kind, Outlook, Receipt, Taken, fitting

PERIODS_SHOWN = 4
"""Periods whose numbers are set beside earlier ones, newest first: a year of quarters. Longer files are histories."""
MISSING_SHOWN = 4
"""Periods that are listed as missing one by one."""


@dataclass(frozen=True)
class Entry:
    """A file in the list of receipts: its newest version, and where its receipt lies from there."""

    file: str
    address: str
    received_at: datetime
    outcome: str
    rejected: int


def receipt_page(receipt: Receipt) -> bytes:
    view = _View(receipt.speech, receipt)
    return _render("receipt.html", receipt.speech, receipt.outlook, receipt=receipt, view=view)


def list_page(
    initiative: str, contact: str, partner_name: str, speech: Speech, entries: Sequence[Entry],
    scorecards: Sequence[Period], outlook: Outlook,
) -> bytes:  # fmt: skip
    """The partner's receipts, newest first, what it still owes, and the quarters of its scorecards."""
    return _render(
        "receipts.html", speech, outlook, initiative=initiative, contact=contact, partner_name=partner_name,
        entries=entries, scorecards=scorecards,
    )  # fmt: skip


class _View:
    """What the receipt's page says that takes more than a template to say."""

    def __init__(self, speech: Speech, receipt: Receipt) -> None:
        self.speech, self.receipt = speech, receipt

    @property
    def headline(self) -> str:
        _, n, receipt = self.speech._, self.speech.n, self.receipt
        codes, rejected = {found.code for found in receipt.findings}, receipt.counts.rejected
        if "personal_data" in codes and receipt.is_asked:
            return _("What we asked you for was put aside: it seems to hold personal data.")
        if "personal_data" in codes:
            return _("Your file was put aside: it seems to hold personal data.")
        if "withdrawn" in codes:
            return _("Your file is withdrawn; its numbers no longer count.")
        if receipt.outcome == "rejected" and receipt.is_asked:
            return _("What we asked you for arrived, but could not be used yet.")
        if receipt.outcome == "rejected":
            return _("Your file arrived, but could not be used yet.")
        if receipt.outcome == "accepted" and self._is_nil():
            return _("Thank you. You have nothing to report, and it counts as zero, not as missing.")
        if receipt.outcome == "accepted" and receipt.is_asked:
            return _("Thank you. All that we asked you for was taken in.")
        if receipt.outcome == "accepted":
            return _("Thank you. All of your file was taken in.")
        if receipt.is_of_records:
            return n(
                "Thank you. Part of it was taken in; {number} record needs your eyes.",
                "Thank you. Part of it was taken in; {number} records need your eyes.", rejected,
            )  # fmt: skip
        if receipt.counts.accepted <= rejected:
            return n(
                "Thank you. Part of it was taken in; {number} row needs your eyes.",
                "Thank you. Part of it was taken in; {number} rows need your eyes.", rejected,
            )  # fmt: skip
        return n(
            "Thank you. Most of it was taken in; {number} row needs your eyes.",
            "Thank you. Most of it was taken in; {number} rows need your eyes.", rejected,
        )  # fmt: skip

    def _is_nil(self) -> bool:
        totals = [taken.total for taken in self.receipt.taken]
        return bool(totals) and not any(total is None or total for total in totals)

    @property
    def list_address(self) -> str:
        """The way from this page to the list of the partner's receipts."""
        below = self.receipt.address.removeprefix(f"receipts/{self.receipt.prefix}/")
        return "../" * below.count("/") + "index.html"

    # -- findings -------------------------------------------------------------------------------------

    def errors(self) -> list[Kind]:
        return self.receipt.kinds(lambda found: found.severity == "error")

    def warnings(self) -> list[Kind]:
        return self.receipt.kinds(lambda found: found.severity == "warning" and not found.answer)

    def answered(self) -> list[Finding]:
        return [found for found in self.receipt.findings if found.severity == "warning" and found.answer]

    def place(self, found: Finding) -> str:
        """``D7``, ``row 7``, ``D7, sheet “Q3”``; ``record 7, field “age”``."""
        if self.receipt.is_of_records and found.column:
            return self.speech._("record {row}, field “{column}”", row=found.row, column=found.column)
        if self.receipt.is_of_records:
            return self.speech._("record {row}", row=found.row)
        place = found.cell or self.speech._("row {row}", row=found.row)
        return self.speech._("{place}, sheet “{sheet}”", place=place, sheet=found.sheet) if found.sheet else place

    def said(self, found: Finding) -> tuple[str, str]:
        return found.said(self.speech, self.receipt.is_of_records)

    def fitting(self, names: Sequence[str]) -> str:
        return fitting(self.speech, names)

    # -- numbers --------------------------------------------------------------------------------------

    def periods(self) -> list[tuple[Period, list[Taken]]]:
        """What was taken by period, newest first."""
        newest = sorted(self.receipt.taken, key=lambda taken: (taken.period.end, taken.period.start), reverse=True)
        return [(period, list(group)) for period, group in groupby(newest, key=lambda taken: taken.period)]

    def earlier(self, period: Period) -> tuple[str, str]:
        """The names of the period before and of the same one a year before."""
        before = self.speech.calendar.shift(period, -1)
        return self.speech.period_short(before), self.speech.period_short(self.speech.calendar.year_before(period))

    def rows(self, group: Sequence[Taken]) -> Iterator[tuple[str, str, str, tuple[str, str], tuple[str, str]]]:
        """What is shown of each measure: its name, its cells, its total, and the two earlier ones beside it."""
        for taken in group:
            before = self._number(taken.before), self._beside(taken, taken.before, taken.numbers_before)
            then = taken.year_before
            year_before = self._number(then), self._beside(taken, then, taken.numbers_year_before)
            yield taken.measure, " · ".join(self._cells(taken)), self._number(taken.total), before, year_before

    def _number(self, number: Decimal | None) -> str:
        return "–" if number is None else self.speech.exact(number)

    def _cells(self, taken: Taken) -> list[str]:
        """``12 numbers``, ``3 suppressed``, and their unit: what was said in the cells of a measure."""
        n, cells = self.speech.n, taken.cells
        said = [n("{number} number", "{number} numbers", cells.numbers)]
        if cells.suppressed:
            said.append(n("{number} suppressed", "{number} suppressed", cells.suppressed))
        if cells.not_applicable:
            said.append(n("{number} not applicable", "{number} not applicable", cells.not_applicable))
        if cells.missing:
            said.append(n("{number} not available", "{number} not available", cells.missing))
        return [*said, taken.unit] if taken.unit else said

    def _beside(self, taken: Taken, then: Decimal | None, numbers: int) -> str:
        """How far a total is from an earlier one: ``+46``, ``−3``, ``±0``; nothing where one of the two is not known.

        Where the earlier one is made of more ``numbers``, how many: the two are no like with like.
        """
        if taken.total is None or then is None:
            return ""
        if taken.cells.numbers < numbers:
            return self.speech.n("{number} number", "{number} numbers", numbers)
        change = taken.total - then
        return ("+" if change > 0 else "±" if not change else "") + self.speech.exact(change)

    @property
    def is_in_part(self) -> bool:
        """Whether a total is shown beside an earlier one that is made of more numbers."""
        return any(
            taken.total is not None and then is not None and taken.cells.numbers < numbers
            for _, group in self.periods()[:PERIODS_SHOWN]
            for taken in group
            for then, numbers in (
                (taken.before, taken.numbers_before), (taken.year_before, taken.numbers_year_before),
            )
        )  # fmt: skip


# -- rendering ----------------------------------------------------------------------------------------


MARKS = {"accepted": "●", "partial": "◆", "rejected": "▼", "withdrawn": "○"}
"""Beside the word for an outcome: its shape, for those who don't see its colour."""


def _render(template: str, speech: Speech, outlook: Outlook, **parts: object) -> bytes:
    return _said(template, speech, outlook=outlook, owed=_owed(speech, outlook), marks=MARKS, **parts).encode()


@lru_cache(maxsize=1024)  # the same in all receipts that a partner gets in a day
def _owed(speech: Speech, outlook: Outlook) -> Markup:
    return Markup(_said("owed.html", speech, outlook=outlook, missing_shown=MISSING_SHOWN))


def _said(template: str, speech: Speech, **parts: object) -> str:
    page = _environment().get_template(template)
    return page.render(_=speech._, n=speech.n, speech=speech, periods_shown=PERIODS_SHOWN, **parts)


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    made = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"sentence": sentence_case, "address": quote, "utc": lambda moment: moment.astimezone(UTC)}
    return made
