"""How one language is spoken: messages from a catalogue, and numbers, days, months and periods by its habits.

A room's words are English in its code and go through `Speech._` or `Speech.n`; a language is one catalogue,
``<language>.po``, in that room's ``locales``. English needs none. Numbers and dates follow the locale through Babel.
"""

from __future__ import annotations

import gettext
import io
import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, parse_pattern

from agenda.errors import ConfigurationError
from agenda.original import ORIGINAL
from agenda.periods import Calendar, Period


class Speech:
    """One language on one calendar, with the catalogue that lies in ``locales``."""

    def __init__(self, language: str, calendar: Calendar, locales: Path) -> None:
        try:
            self.locale = Locale.parse(language.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as error:
            raise ConfigurationError(
                f"initiative.yml: language {language!r} is none; write it like en, es or ko"
            ) from error
        self.language = language.replace("_", "-")
        self.calendar = calendar
        self._catalogue = catalogue(self.locale, locales)

    @property
    def has_catalogue(self) -> bool:
        """Whether its words are its own; without a catalogue they are English."""
        return self.locale.language == "en" or isinstance(self._catalogue, gettext.GNUTranslations)

    def _(self, message: str, /, **parts: object) -> str:
        """The message in this language, its ``{parts}`` filled in."""
        return self._catalogue.gettext(message).format(**parts)

    def text(self, message: str) -> str:
        """A message in this language as it stands, braces and all; as it is where there is no translation."""
        return self._catalogue.gettext(message) if message else ""

    def n(self, one: str, many: str, count: float, /, **parts: object) -> str:
        """The message for a count, which fills ``{number}``; a broken number takes the plural."""
        whole = int(count) if count == int(count) else max(2, math.ceil(count))
        parts.setdefault("number", self.number(count))
        return self._catalogue.ngettext(one, many, whole).format(**parts)

    # -- numbers ---------------------------------------------------------------------------------------

    def number(self, value: float | Decimal, decimals: int = 0) -> str:
        """``1,204``; a minus is a minus sign."""
        return _number(value, decimals, self.locale)

    def exact(self, value: Decimal) -> str:
        """A decimal number with all of its decimals and none more."""
        return _exact(value, self.locale)

    # -- time ------------------------------------------------------------------------------------------

    def day(self, day: date | datetime) -> str:
        return _day(day.date() if isinstance(day, datetime) else day, self.locale)

    def month(self, day: date) -> str:
        return _month("yMMMM", day.year, day.month, self.locale)

    def period(self, period: Period) -> str:
        """``third quarter 2026``, ``July 2026``, ``2026``; on a fiscal calendar it says so."""
        if period.type == "month":
            return self.month(period.start)
        year, quarter = _year_and_quarter(period)
        fiscal = self.calendar.year_starts != 1
        if period.type == "year":
            return self._("fiscal year {year}", year=year) if fiscal else year
        name = (self._("first quarter"), self._("second quarter"), self._("third quarter"), self._("fourth quarter"))
        if fiscal:
            return self._("{quarter} of fiscal year {year}", quarter=name[quarter - 1], year=year)
        return self._("{quarter} {year}", quarter=name[quarter - 1], year=year)

    def period_short(self, period: Period) -> str:
        """``Q3 2026``, ``Jul 2026``, ``2026``."""
        if period.type == "month":
            return _month("yMMM", period.start.year, period.start.month, self.locale)
        year, quarter = _year_and_quarter(period)
        fiscal = self.calendar.year_starts != 1
        if period.type == "year":
            return self._("FY {year}", year=year) if fiscal else year
        if fiscal:
            return self._("Q{quarter} FY {year}", quarter=quarter, year=year)
        return self._("Q{quarter} {year}", quarter=quarter, year=year)

    def months_of(self, period: Period) -> str:
        """``July to September 2026``."""
        first, last = period.start, period.end - timedelta(days=1)
        if period.months == 1:
            return self.month(first)
        if first.year == last.year:
            names = [format_date(day, "LLLL", locale=self.locale) for day in (first, last)]
            return self._("{first} to {last} {year}", first=names[0], last=names[1], year=first.year)
        return self._("{first} to {last}", first=self.month(first), last=self.month(last))

    # -- lists -----------------------------------------------------------------------------------------

    def listed(self, items: list[str]) -> str:
        """``a, b and c``."""
        if len(items) < 2:
            return "".join(items)
        return self._("{items} and {last}", items=self._(", ").join(items[:-1]), last=items[-1])


def sentence_case(text: str) -> str:
    """``text`` with its first letter in upper case, where its script has cases; in whatever language it is marked."""
    marked = ORIGINAL.match(text)
    at = marked.start(2) if marked else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def exactly(value: float | Decimal, decimals: int) -> Decimal:
    """``value`` as its shortest decimal text says it, rounded half up."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP") + 0  # + 0: no minus before a zero


# The receipts of a collect say the same numbers, days and months over and over, and Babel takes its time over each.


@lru_cache(maxsize=65_536)
def _number(value: float | Decimal, decimals: int, locale: Locale) -> str:
    said: str = _pattern(decimals).apply(exactly(value, decimals), locale)
    return said.replace("-", "−")


@cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0." + "0" * decimals)


@lru_cache(maxsize=65_536)
def _exact(value: Decimal, locale: Locale) -> str:
    decimals = max(0, -int(value.normalize().as_tuple().exponent))
    return _number(value, decimals, locale)


@lru_cache(maxsize=4096)
def _day(day: date, locale: Locale) -> str:
    return format_date(day, "long", locale=locale)


@lru_cache(maxsize=4096)
def _month(skeleton: str, year: int, month: int, locale: Locale) -> str:
    return format_skeleton(skeleton, datetime(year, month, 1), locale=locale)


@cache
def catalogue(locale: Locale, locales: Path) -> gettext.NullTranslations:
    """The catalogue of the locale, or of its language; English texts where there is neither."""
    for name in (str(locale), locale.language):
        path = locales / f"{name}.po"
        if path.is_file():
            compiled = io.BytesIO()
            with path.open("rb") as stream:
                write_mo(compiled, read_po(stream, locale=name))
            compiled.seek(0)
            return gettext.GNUTranslations(compiled)
    return gettext.NullTranslations()


def _year_and_quarter(period: Period) -> tuple[str, int]:
    year, _, quarter = period.key.partition("Q")
    return year, int(quarter or 0)
