"""Periods: months, quarters and years on an initiative's calendar, and the ways people write them.

A period is a half-open span of whole months, ``start <= day < end``. Its key is the canonical text
used in files, tables and addresses: ``2026-07``, ``2026Q3``, ``2026``. On a fiscal calendar the keys
of quarters and years are fiscal ones; months are always the calendar's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

PeriodType = Literal["month", "quarter", "year"]
MONTHS_IN: dict[PeriodType, int] = {"month": 1, "quarter": 3, "year": 12}

_MONTH_NAMES = {
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_MONTH = {name: number for names in _MONTH_NAMES.values() for number, name in enumerate(names.split(), 1)}
_MONTH |= {name[:3]: number for name, number in _MONTH.items()} | {"sept": 9, "setiembre": 9}
_ORDINAL = {
    "1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4,
    "primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4, "一": 1, "二": 2, "三": 3, "四": 4,
}  # fmt: skip
_NAME = "|".join(sorted(_MONTH, key=len, reverse=True))
_YEAR = r"(?P<year>\d{4}|\d{2})"
YEARS = range(1900, 2200)
"""The years a period or a figure can belong to."""


class PeriodError(ValueError):
    """A text that names no period. The message says what was expected."""


@dataclass(frozen=True, order=True)
class Period:
    """A span of whole months, ordered by its start. ``key`` is its canonical text."""

    start: date
    months: int
    key: str

    @property
    def type(self) -> PeriodType:
        return next(type_ for type_, months in MONTHS_IN.items() if months == self.months)

    @property
    def end(self) -> date:
        """The first day after the period."""
        return _add_months(self.start, self.months)

    def contains(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True)
class Calendar:
    """How an initiative counts its years.

    ``year_starts`` is the month (1–12) in which the year begins; ``year_named`` says whether a year that
    spans two calendar years bears the name of the one it starts or ends in.
    """

    year_starts: int = 1
    year_named: Literal["start", "end"] = "end"

    # -- making periods -------------------------------------------------------------------------------

    def month(self, year: int, month: int) -> Period:
        return Period(date(year, month, 1), 1, f"{year:04d}-{month:02d}")

    def quarter(self, year: int, quarter: int) -> Period:
        return Period(_add_months(self._year_start(year), 3 * (quarter - 1)), 3, f"{year:04d}Q{quarter}")

    def year(self, year: int) -> Period:
        return Period(self._year_start(year), 12, f"{year:04d}")

    def containing(self, day: date, type_: PeriodType) -> Period:
        """The period of this type that ``day`` lies in."""
        if type_ == "month":
            return self.month(day.year, day.month)
        months_in = (day.month - self.year_starts) % 12
        first = _add_months(date(day.year, day.month, 1), -months_in)
        year = first.year + (1 if self.year_starts > 1 and self.year_named == "end" else 0)
        return self.year(year) if type_ == "year" else self.quarter(year, months_in // 3 + 1)

    def shift(self, period: Period, by: int) -> Period:
        """The period of the same type ``by`` steps later (earlier if negative)."""
        return _shifted(self, period, by)

    def year_before(self, period: Period) -> Period:
        """The same part of the year before."""
        return self.shift(period, -12 // period.months)

    def within(self, period: Period, type_: PeriodType) -> list[Period]:
        """The periods of a finer (or the same) type that make up ``period``, in order."""
        steps = range(0, period.months, MONTHS_IN[type_])
        return [self.containing(_add_months(period.start, step), type_) for step in steps]

    def span(self, first: Period, last: Period) -> Iterator[Period]:
        """Every period from ``first`` to ``last``, both included; they must be of one type."""
        if first.months != last.months:
            raise PeriodError(f"{first} is a {first.type} and {last} is a {last.type}; name two of one kind")
        while first.start <= last.start:
            yield first
            first = self.shift(first, 1)

    # -- reading them ---------------------------------------------------------------------------------

    def parse(self, text: str | int | date) -> Period:
        """The period that ``text`` names, in any of the spellings people use.

        A date means its month. Raises `PeriodError` for anything that names no single period.
        """
        if isinstance(text, date):  # a datetime is a date
            return self.month(text.year, text.month)
        return _parsed(self, str(text))

    def parse_range(self, text: str) -> list[Period]:
        """``2017Q1..2017Q4`` as its periods in order; a single period is a range of one."""
        first, _, last = text.partition("..")
        periods = list(self.span(self.parse(first), self.parse(last or first)))
        if not periods:
            raise PeriodError(f"{text!r} runs backwards; write the earlier period first")
        return periods

    def _year_start(self, year: int) -> date:
        before = self.year_starts > 1 and self.year_named == "end"
        return date(year - 1 if before else year, self.year_starts, 1)


# The same few are asked for again and again, for each number that a receipt compares.


@lru_cache(maxsize=4096)
def _shifted(calendar: Calendar, period: Period, by: int) -> Period:
    return calendar.containing(_add_months(period.start, by * period.months), period.type)


@lru_cache(maxsize=4096)
def _parsed(calendar: Calendar, text: str) -> Period:
    plain = _plain(_whole(text))
    for pattern, build in _SPELLINGS:
        match = pattern.fullmatch(plain)
        if match is None:
            continue
        try:
            return build(calendar, match)
        except PeriodError as error:
            raise PeriodError(f"{text!r}: {error}; write it like 2026-07, 2026Q3 or 2026") from None
        except ValueError:
            break
    raise PeriodError(f"{text!r} names no month, quarter or year; write it like 2026-07, 2026Q3 or 2026")


def _add_months(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)


def _whole(text: str) -> str:
    """The year of ``2026.0``; ``2026.1`` is none: a spreadsheet makes that of 2026.10 as well."""
    decimal = re.fullmatch(r"(\d{4})\.(0+|[1-9])", unicodedata.normalize("NFKC", text).strip())
    if decimal is None:
        return text
    return decimal[1] if not int(decimal[2]) else ""


def _plain(text: str) -> str:
    """Lower case, one kind of dash and apostrophe, single spaces, no commas or full stops."""
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    text = re.sub(r"[‐-―−~]", "-", text)
    return re.sub(r"[\s,.]+", " ", text).strip()


def _year_number(match: re.Match[str]) -> int:
    """The year as written, or of this century; one that nobody reports on is a slip of the pen."""
    year = int(match["year"])
    year = year if len(match["year"]) == 4 else 2000 + year
    if year not in YEARS:
        raise PeriodError(f"{year} lies outside the years {YEARS[0]} to {YEARS[-1]}")
    return year


def _month_range(calendar: Calendar, match: re.Match[str]) -> Period:
    """``jul-sep 2026``: the months must be exactly one quarter or year of the calendar.

    A year that stands before months of two years, or a month that lies in none of them, would have to be guessed at.
    """
    first, last = _MONTH[match["first"]], _MONTH[match["last"]]
    leads = match.start("year") < match.start("first")
    middle = int(match.groupdict().get("middle") or first)
    if leads and not first <= middle <= last:
        raise PeriodError("it can't be told which year is meant")
    end_year = _year_number(match)
    start_year = end_year - 1 if first > last else end_year
    start = date(start_year, first, 1)
    months = (end_year - start_year) * 12 + last - first + 1
    for type_ in ("quarter", "year"):
        period = calendar.containing(start, type_)
        if period.start == start and period.months == months:
            return period
    raise PeriodError("not one period of the calendar")


def _iso_date(calendar: Calendar, match: re.Match[str]) -> Period:
    day = datetime.strptime(match["date"].replace("/", "-").replace(" ", "-"), "%Y-%m-%d")
    return calendar.month(day.year, day.month)


def _quarter(calendar: Calendar, match: re.Match[str]) -> Period:
    text = match["q"]
    return calendar.quarter(_year_number(match), _ORDINAL.get(text) or int(text))


def _month(calendar: Calendar, match: re.Match[str]) -> Period:
    text = match["m"]
    return calendar.month(_year_number(match), _MONTH.get(text) or int(text))


def _year(calendar: Calendar, match: re.Match[str]) -> Period:
    return calendar.year(_year_number(match))


def _year_pair(calendar: Calendar, match: re.Match[str]) -> Period:
    """``FY2025/26``: a year that begins in one and ends in the next, so the calendar's must too."""
    first = _year_number(match)
    if calendar.year_starts == 1 or int(match["next"]) % 100 != (first + 1) % 100:
        raise PeriodError("not one year of the calendar")
    return calendar.year(first if calendar.year_named == "start" else first + 1)


_Q = r"(?P<q>[1-4])"
_FY = r"(?:fy ?)?"
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?: \d+)?)?(?: ?[ap]m)?(?: ?(?:z|[+-]\d\d:?\d\d))?"
_SPELLINGS = [
    (re.compile(pattern), build)
    for pattern, build in [
        (rf"{_FY}{_YEAR}[ /-]?[qt]{_Q}", _quarter),  # 2026Q3, FY26 Q3
        (rf"[qt]{_Q}[ /-]*{_FY}{_YEAR}", _quarter),  # Q3 2026, Q3 FY26, T3 2026
        (rf"{_Q}[qt][ /-]*{_FY}{_YEAR}", _quarter),  # 3T 2026, 3Q26
        (rf"(?P<q>{'|'.join(_ORDINAL)}) quarter(?: of)? {_FY}{_YEAR}", _quarter),
        (rf"quarter {_Q}(?: of)? {_FY}{_YEAR}", _quarter),
        (rf"{_YEAR}년 ?{_Q}분기", _quarter),
        (rf"{_YEAR}年 ?第?(?P<q>[1-4一二三四])季度?", _quarter),
        (rf"(?P<q>[1-4]|primer|segundo|tercer|cuarto) ?(?:er|o|º)? ?trimestre(?: del?)? {_YEAR}", _quarter),
        (r"(?P<year>\d{4})[-/ ](?P<m>0?[1-9]|1[0-2])", _month),  # 2026-07
        (r"(?P<year>\d{4})(?P<m>0[1-9]|1[0-2])", _month),  # 202607
        (r"(?P<m>0?[1-9]|1[0-2])[-/ ](?P<year>\d{4})", _month),  # 07/2026
        (r"(?P<year>\d{4})[-/ ]?m(?P<m>0?[1-9]|1[0-2])", _month),  # 2026M07
        (rf"(?P<m>{_NAME})[ -]?(?:de )?'?{_YEAR}", _month),  # July 2026, Jul-26
        (rf"(?P<year>\d{{4}})[ -]?(?P<m>{_NAME})", _month),  # not 26-Jul: that is how Excel shows a day
        (r"(?P<year>\d{4})[년年] ?(?P<m>0?[1-9]|1[0-2])[월月]", _month),
        (rf"(?P<first>{_NAME}) ?(?:-|to|a) ?(?P<last>{_NAME}) {_YEAR}", _month_range),
        # 2026 Jul-Sep; 2026-08 Jul-Sep, as statisticians write it who name three months by the middle one
        (rf"(?P<year>\d{{4}})(?:-(?P<middle>\d\d))? (?P<first>{_NAME}) ?(?:-|to|a) ?(?P<last>{_NAME})", _month_range),
        (rf"(?P<date>\d{{4}}[-/ ]\d{{1,2}}[-/ ]\d{{1,2}})(?:[t ]{_TIME})?", _iso_date),
        (r"(?:fy ?|year )?(?P<year>\d{4})[년年]?", _year),
        (r"fy ?(?P<year>\d{2})", _year),
        (rf"fy ?{_YEAR}[-/](?P<next>\d{{4}}|\d{{2}})", _year_pair),  # FY2025/26; without FY, 2010/11 is a month
    ]
]
