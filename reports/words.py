"""How a report speaks in one language: its sentences, numbers, dates, periods, and the words for a status.

Every word a page says of its own goes through `Words._` or `Words.n`; a language is the one catalogue
``locales/<language>.po`` (see the README there). How a catalogue is read, and what every room says alike, is
`agenda.catalogue`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from pathlib import Path

from babel import Locale

from agenda.catalogue import Speech, exactly
from agenda.catalogue import sentence_case as sentence_case
from agenda.indicators import Indicator
from agenda.periods import Calendar, Period

Agreed = float | Decimal

LOCALES = Path(__file__).parent / "locales"


def own_name(language: str) -> str:
    """What a language calls itself: ``Español``."""
    locale = Locale.parse(language.replace("-", "_"))
    return sentence_case(str(locale.get_display_name(locale)))


class Words(Speech):
    """The words of one language on one calendar."""

    def __init__(self, language: str, calendar: Calendar, locales: Path | None = None) -> None:
        super().__init__(language, calendar, locales or LOCALES)

    # -- sentences -------------------------------------------------------------------------------------

    def sentence(self, said: str) -> str:
        """What is said, with its full stop."""
        return self._("{said}.", said=said)

    def running(self, sentences: Iterable[str]) -> str:
        """Sentences one after the other, as the language parts them; empty ones are left out."""
        return reduce(lambda before, said: self._("{before} {said}", before=before, said=said),
                      filter(None, sentences), "").strip()  # fmt: skip

    # -- numbers ---------------------------------------------------------------------------------------

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
        said = self._("{number} {unit}", number=shown, unit=indicator.unit)
        is_sign = not any(map(str.isalpha, indicator.unit))  # "3.9 %", say: no line may end between the two
        return said.replace(" ", "\N{NO-BREAK SPACE}") if is_sign else said

    def amount(self, indicator: Indicator, change: float) -> str:
        """How large a change is, without its sign: ``86``, ``1.1 points``."""
        if indicator.formula.kind != "percent":
            return self.number(abs(change), indicator.decimals)
        points = abs(float(exactly(_shift(change), indicator.decimals)))
        shown = self.number(points, indicator.decimals)
        return self.n("{number} point", "{number} points", points, number=shown)

    def direction(self, indicator: Indicator, change: float) -> int:
        """1, 0 or -1: up, no change that the shown decimals can tell, down."""
        shown = exactly(_shift(change) if indicator.formula.kind == "percent" else change, indicator.decimals)
        return (shown > 0) - (shown < 0)

    def aim(self, indicator: Indicator, value: float | Decimal) -> str:
        """A number that people agreed on: with no more decimals than it needs."""
        shown = exactly(_shift(value) if indicator.formula.kind == "percent" else value, indicator.decimals).normalize()
        decimals = max(0, -int(shown.as_tuple().exponent))
        return self.percent(value, decimals) if indicator.formula.kind == "percent" else self.number(value, decimals)

    def aimed(self, indicator: Indicator, value: Agreed | None, low: Agreed | None, high: Agreed | None) -> str:
        """A target's value, or its band."""
        if low is not None and high is not None:
            return self._("{low} to {high}", low=self.aim(indicator, low), high=self.aim(indicator, high))
        return self.aim(indicator, value or 0)

    def counted(self, numerator: Decimal, denominator: Decimal) -> str:
        """``12 of 20``: what is said in the place of a percent of too few."""
        parts = {"numerator": self.exact(numerator), "denominator": self.exact(denominator)}
        return self._("{numerator}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{denominator}", **parts)

    # -- time ------------------------------------------------------------------------------------------

    def due(self, period: Period) -> str:
        """The month in which a period ends: what a target "by" it means."""
        return self.month(period.end - timedelta(days=1))

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

    def absent(self, absence: str) -> str:
        """Why there is no number, as `reports.quarter.tables.absence` tells it."""
        return {
            "missing": self._("not reported"),
            "suppressed": self._("suppressed by a partner"),
            "withheld": self._("withheld to protect people"),
            "together": self._("shown together with others"),
            "thin": self._("too few partners reported"),
            "not_applicable": self._("not applicable"),
            "undivided": self._("nothing to divide by"),
            "few": self._("too few to tell"),
        }[absence]

    def noted(self, status: str) -> str:
        """What is said of a number beside it, for an SDMX OBS_STATUS; nothing of a normal value."""
        return {
            "P": self._("provisional"),
            "B": self._("break in the series"),
            "J": self._("derogation"),
            "S": self._("special events"),
            "D": self._("definition differs"),
            "W": self._("includes another category"),
            "I": self._("imputed"),
            "F": self._("forecast"),
            "E": self._("estimated"),
            "N": self._("not significant"),
            "U": self._("low reliability"),
            "V": self._("not validated"),
            "G": self._("experimental"),
        }.get(status, "")

    def level(self, level: str) -> str:
        return {
            "output": self._("Output: what partners provide"),
            "outcome": self._("Outcome: what changes for people"),
            "impact": self._("Impact: what changes for good"),
            "system": self._("System: how the whole works"),
        }[level]

    def method(self, interval: str) -> str:
        return {
            "wilson": self._("Wilson"),
            "byar": self._("Byar"),
            "poisson": self._("exact Poisson"),
            "dobson": self._("Dobson, with Byar"),
            "t": self._("Student’s t"),
            "rate": self._("Byar, or exact Poisson for less than 10"),
        }[interval]


def _shift(fraction: float | Decimal) -> Decimal:
    exact = fraction if isinstance(fraction, Decimal) else Decimal(repr(float(fraction)))
    return exact * 100
