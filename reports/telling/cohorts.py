"""How an indicator moved among the partners that reported both times, where that is another change than that of all.

A partner that joins, leaves or does not report moves a sum without anything having happened. What is shown is the
change among all; beside it stands the one among those that can be compared, as the mart ``ind_cohorts`` has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from agenda.indicators import Indicator
from agenda.periods import Period
from reports.quarter.tables import Quarter
from reports.words import Words

Against = Literal["previous", "year_before"]


@dataclass(frozen=True)
class Cohort:
    """A change among all and among the ``partners`` that reported both times; percents are fractions."""

    place: str
    before: Period
    of_all: float
    change: float
    partners: int


@dataclass(frozen=True)
class Cohorts:
    quarter: Quarter
    words: Words

    def of(self, indicator: Indicator, place: str, against: Against) -> Cohort | None:
        """None where everybody reported both times, or nobody who reads the numbers could tell."""
        found = self._changes.get((indicator.id, self.quarter.shown_period(indicator.id).key, place, against))
        if found is None:
            return None
        before, partners, change = found
        values = [
            self.quarter.value(indicator.id, place),
            self.quarter.value(indicator.id, place, period=before, version=self.quarter.version(indicator.id).number),
        ]
        numbers = [value.value for value in values if value is not None and value.value is not None]
        if len(numbers) < len(values):
            return None
        of_all = numbers[0] - numbers[1]
        said = [(self.words.direction(indicator, one), self.words.amount(indicator, one)) for one in (of_all, change)]
        return Cohort(place, self._period(before), of_all, change, partners) if said[0] != said[1] else None

    def sentence(self, indicator: Indicator, against: Against) -> str:
        """``Among the 9 partners that reported both times it rose by 2 points.``; empty where that is no news."""
        found, words = self.of(indicator, self.quarter.root.id, against), self.words
        if found is None:
            return ""
        parts = {"number": words.number(found.partners), "amount": words.amount(indicator, found.change)}
        direction = words.direction(indicator, found.change)
        if direction > 0:
            return words.n("Among the one partner that reported the same both times it rose by {amount}.",
                           "Among the {number} partners that reported the same both times it rose by {amount}.",
                           found.partners, **parts)  # fmt: skip
        if direction < 0:
            return words.n("Among the one partner that reported the same both times it fell by {amount}.",
                           "Among the {number} partners that reported the same both times it fell by {amount}.",
                           found.partners, **parts)  # fmt: skip
        return words.n("Among the one partner that reported the same both times it stayed where it was.",
                       "Among the {number} partners that reported the same both times it stayed where it was.",
                       found.partners, **parts)  # fmt: skip

    def brief(self, indicator: Indicator, against: Against) -> str:
        """``▲ 2 points among the same partners``, for where there is little room."""
        found, words = self.of(indicator, self.quarter.root.id, against), self.words
        if found is None:
            return ""
        amount, direction = words.amount(indicator, found.change), words.direction(indicator, found.change)
        return (words._("▲ {amount} among the same partners", amount=amount) if direction > 0
                else words._("▼ {amount} among the same partners", amount=amount) if direction
                else words._("no change among the same partners"))  # fmt: skip

    def all_of(self, indicator: Indicator) -> list[Cohort]:
        """Those of the whole, then of the places in the agenda's order; each against the year before first."""
        places = [place.id for place in self.quarter.folder.agenda.places]
        against: tuple[Against, Against] = ("year_before", "previous")
        found = [self.of(indicator, place, one) for place in places for one in against]
        return list(dict.fromkeys(cohort for cohort in found if cohort is not None))

    def _period(self, key: str) -> Period:
        return self.quarter.calendar.parse(key)

    @cached_property
    def _changes(self) -> Mapping[tuple[str, str, str, str], tuple[str, int, float]]:
        facts = ("indicator", "period", "place", "against", "against_period", "partners", "change")
        rows = self.quarter.cohorts.select(facts).iter_rows()
        return {tuple(row[:4]): tuple(row[4:]) for row in rows}
