"""Findings: what is wrong in a submission, in words its sender can act on.

A `Finding` is a row, not a log line: where it is, what was found, why that is no good, how to mend it.
What it says stands in `sources.letters.sentences`. A finding keeps what its sentence is filled with, so that it can
be said in any language.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from agenda.catalogue import Speech
from agenda.periods import Calendar, Period
from sources.letters.sentences import HINTS as HINTS
from sources.letters.sentences import RECORD_WORDS as RECORD_WORDS
from sources.letters.sentences import WORDS as WORDS
from sources.letters.sentences import Severity as Severity

Detail = str | int | Decimal | date | Period | tuple[Period, ...]
"""What fills a ``{place}`` of a sentence: a text as it stands; a number, day or period as each language writes it."""
PERIODS_SHOWN = 3
"""Periods that are named one by one; of more, the first and the last."""
SHOWN_CHARACTERS = 200
"""Of a cell's text in a finding; whoever sees that much of it knows which cell it is."""

LOCALES = Path(__file__).parent / "locales"
ENGLISH = Speech("en", Calendar(), LOCALES)


@dataclass(frozen=True)
class Finding:
    """One breach of the contract. ``row`` counts from 1 as a spreadsheet does; None means the whole file.

    ``message`` and ``fix`` are English; `said` says them in another language, from ``details``.
    """

    code: str
    severity: Severity
    message: str
    fix: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    value: str | None = None
    details: tuple[tuple[str, Detail], ...] = ()
    answer: str | None = None  # what the partner wrote beside it: a warning that is answered asks for nothing

    def said(self, speech: Speech, of_records: bool = False) -> tuple[str, str]:
        """What is wrong and how to mend it, in the language of ``speech``; ``of_records``: to who has no file."""
        message, fix = RECORD_WORDS.get(self.code, WORDS[self.code][1:]) if of_records else WORDS[self.code][1:]
        own = {"column": self.column or "", "value": self.value or "", "sheet": self.sheet or ""}
        said = {**own, **{name: _said(name, detail, speech) for name, detail in self.details}}
        return speech._(message, **said), speech._(fix, **said)


@cache
def speech_of(language: str, calendar: Calendar) -> Speech:
    """How a partner of this language is spoken to: in English where there is no catalogue for it."""
    speech = Speech(language, calendar, LOCALES)
    return speech if speech.has_catalogue else Speech("en", calendar, LOCALES)


def finding(
    code: str,
    *,
    sheet: str | None = None,
    row: int | None = None,
    column: str | None = None,
    position: int | None = None,
    value: str | None = None,
    **details: object,
) -> Finding:
    """The finding ``code`` with its words filled in; ``position`` is the column's place in the sheet, from 0.

    Of the details, whole numbers and `Decimal` are amounts, written with the thousands separators of each language (the
    number of a row or a year is given as text); a date and periods are written as each language writes them. A
    ``reason`` is translated where the catalogues have it.
    """
    severity = WORDS[code][0]
    cell = f"{column_letters(position)}{row}" if row is not None and position is not None else None
    short = value if value is None or len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…"
    kept = tuple((n, d if isinstance(d, int | Decimal | date | Period | tuple) else str(d)) for n, d in details.items())
    made = Finding(code, severity, "", "", sheet, row, column, cell, short, kept)
    message, fix = made.said(ENGLISH)
    return replace(made, message=message, fix=fix)


def _said(name: str, detail: Detail, speech: Speech) -> str:
    if isinstance(detail, date):
        return speech.day(detail)
    if isinstance(detail, Period):  # in what is kept by its key, as there no calendar stands beside it
        return detail.key if speech is ENGLISH else speech.period_short(detail)
    if isinstance(detail, tuple):
        shown = [_said(name, period, speech) for period in sorted(set(detail))]
        return speech._(", ").join(shown) if len(shown) <= PERIODS_SHOWN else f"{shown[0]} – {shown[-1]}"
    if not isinstance(detail, str):
        return speech.exact(Decimal(detail))
    if name in HINTS:
        return speech._(HINTS[name], **{name: detail}) if detail else ""
    return speech.text(detail) if name == "reason" else detail


def column_letters(position: int) -> str:
    """``0`` → ``A``, ``26`` → ``AA``: a column as spreadsheets name it."""
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
