"""How a report speaks in one language: its sentences, numbers, dates, periods, and the words for a status.

Every word a page says of its own goes through `Words._` or `Words.n`; a language is the one catalogue
``locales/<language>.po`` (see the README there). English needs none: the texts in the code are English. Numbers and
dates follow the locale's own habits, through Babel.
"""

from __future__ import annotations

import gettext
import io
import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from agenda.errors import ConfigurationError
from agenda.model import Indicator
from agenda.periods import Calendar, Period

LOCALES = Path(__file__).parent / "locales"


class Words:
    """The words of one language on one calendar."""

    def __init__(self, language: str, calendar: Calendar, locales: Path | None = None) -> None:
        try:
            self.locale = Locale.parse(language.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as error:
            raise ConfigurationError(
                f"initiative.yml: language {language!r} is none; write it like en, es or ko"
            ) from error
        self.language = language.replace("_", "-")
        self.calendar = calendar
        self._catalogue = _catalogue(self.locale, locales or LOCALES)

    def _(self, message: str, /, **parts: object) -> str:
        """The message in this language, its ``{parts}`` filled in."""
        return self._catalogue.gettext(message).format(**parts)

    def n(self, one: str, many: str, count: float, /, **parts: object) -> str:
        """The message for a count, which fills ``{number}``; a broken number takes the plural."""
        whole = int(count) if count == int(count) else max(2, math.ceil(count))
        parts.setdefault("number", self.number(count))
        return self._catalogue.ngettext(one, many, whole).format(**parts)

    # -- numbers ---------------------------------------------------------------------------------------

    def number(self, value: float | Decimal, decimals: int = 0) -> str:
        """``1,204``; a minus is a minus sign."""
        return format_decimal(_exact(value, decimals), "#,##0." + "0" * decimals, locale=self.locale).replace("-", "−")

    def exact(self, value: Decimal) -> str:
        """A decimal number with all of its decimals and none more."""
        return self.number(value, max(0, -int(value.normalize().as_tuple().exponent)))

    def percent(self, fraction: float | Decimal, decimals: int = 0) -> str:
        """``0.194`` as ``19.4 %``."""
        return self._("{number}\N{NO-BREAK SPACE}%", number=self.number(_shift(fraction), decimals))

    def value(self, indicator: Indicator, value: float | Decimal) -> str:
        """An indicator's value without its unit: ``1,204``, ``19.4 %``."""
        if indicator.formula.kind == "percent":
            return self.percent(value, indicator.decimals)
        return self.number(value, indicator.decimals)

    def quantity(self, indicator: Indicator, value: float | Decimal) -> str:
        """An indicator's value with its unit: ``1,204 spots``, ``19.4 %``."""
        return self.with_unit(indicator, self.value(indicator, value))

    def with_unit(self, indicator: Indicator, shown: str) -> str:
        if indicator.formula.kind == "percent":
            return shown
        return self._("{number} {unit}", number=shown, unit=indicator.unit)

    def amount(self, indicator: Indicator, change: float) -> str:
        """How large a change is, without its sign: ``86``, ``1.1 points``."""
        if indicator.formula.kind != "percent":
            return self.number(abs(change), indicator.decimals)
        points = abs(float(_exact(_shift(change), indicator.decimals)))
        shown = self.number(points, indicator.decimals)
        return self.n("{number} point", "{number} points", points, number=shown)

    def direction(self, indicator: Indicator, change: float) -> int:
        """1, 0 or -1: up, no change that the shown decimals can tell, down."""
        shown = _exact(_shift(change) if indicator.formula.kind == "percent" else change, indicator.decimals)
        return (shown > 0) - (shown < 0)

    def aim(self, indicator: Indicator, value: float | Decimal) -> str:
        """A number that people agreed on: with no more decimals than it needs."""
        shown = _exact(_shift(value) if indicator.formula.kind == "percent" else value, indicator.decimals).normalize()
        decimals = max(0, -int(shown.as_tuple().exponent))
        return self.percent(value, decimals) if indicator.formula.kind == "percent" else self.number(value, decimals)

    # -- time ------------------------------------------------------------------------------------------

    def day(self, day: date | datetime) -> str:
        return format_date(day, "long", locale=self.locale)

    def month(self, day: date) -> str:
        return format_skeleton("yMMMM", datetime(day.year, day.month, 1), locale=self.locale)

    def due(self, period: Period) -> str:
        """The month in which a period ends: what a target "by" it means."""
        return self.month(period.end - timedelta(days=1))

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
            return format_skeleton("yMMM", datetime(period.start.year, period.start.month, 1), locale=self.locale)
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
            name = format_date(first, "LLLL", locale=self.locale)
            return self._("{first} to {last}", first=name, last=self.month(last))
        return self._("{first} to {last}", first=self.month(first), last=self.month(last))

    def edition(self, number: int) -> str:
        names = (self._("first edition"), self._("second edition"), self._("third edition"), self._("fourth edition"))
        return names[number - 1] if number <= len(names) else self._("edition {number}", number=number)

    # -- words for codes -------------------------------------------------------------------------------

    def standing(self, code: str) -> str:
        """The word for a status code of the mart ``ind_status``."""
        return {
            "met": self._("Target met"),
            "on_track": self._("On track"),
            "at_risk": self._("At risk"),
            "off_track": self._("Off track"),
            "no_target": self._("No target"),
        }.get(code, self._("Not known"))

    def absent(self, status: str | None) -> str:
        """Why there is no number, for an SDMX OBS_STATUS; None where there is no row at all."""
        return {
            "O": self._("not reported"),
            "M": self._("nothing to divide by"),
        }.get(status or "O", self._("not shown"))

    def level(self, level: str) -> str:
        return {
            "output": self._("Output: what partners provide"),
            "outcome": self._("Outcome: what changes for people"),
            "impact": self._("Impact: what changes for good"),
            "system": self._("System: how the whole works"),
        }[level]

    def listed(self, items: list[str]) -> str:
        """``a, b and c``."""
        if len(items) < 2:
            return "".join(items)
        return self._("{items} and {last}", items=self._(", ").join(items[:-1]), last=items[-1])


def sentence_case(text: str) -> str:
    """``text`` with its first letter in upper case, where its script has cases."""
    return text[:1].upper() + text[1:]


def _year_and_quarter(period: Period) -> tuple[str, int]:
    year, _, quarter = period.key.partition("Q")
    return year, int(quarter or 0)


def _exact(value: float | Decimal, decimals: int) -> Decimal:
    """``value`` as its shortest decimal text says it, rounded half up."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP") + 0  # + 0: no minus before a zero


def _shift(fraction: float | Decimal) -> Decimal:
    exact = fraction if isinstance(fraction, Decimal) else Decimal(repr(float(fraction)))
    return exact * 100


def _catalogue(locale: Locale, locales: Path) -> gettext.NullTranslations:
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
