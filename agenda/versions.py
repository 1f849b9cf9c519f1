"""Which definition of an indicator holds for which period: a changed formula breaks the series, and both are kept."""

from __future__ import annotations

from dataclasses import dataclass

from agenda.indicators import Formula, Indicator
from agenda.periods import Calendar, Period


@dataclass(frozen=True)
class Version:
    """One definition of an indicator, in force for periods that begin with ``since`` or later (None: all), and before
    ``until`` (None: up to now). ``number`` counts from 1, the oldest; ``changed`` says why it took the place of the one
    before."""

    number: int
    definition: str
    formula: Formula
    since: Period | None
    until: Period | None
    changed: str

    def holds(self, period: Period) -> bool:
        return (self.since is None or self.since.start <= period.start) and (
            self.until is None or period.start < self.until.start
        )


def versions(indicator: Indicator, calendar: Calendar) -> tuple[Version, ...]:
    """Every definition of the indicator, the oldest first; the last is today's."""
    written = [*((e.definition, e.formula, e.since, e.changed) for e in indicator.earlier),
               (indicator.definition, indicator.formula, indicator.since, indicator.changed)]  # fmt: skip
    starts = [calendar.parse(since) if since is not None else None for _, _, since, _ in written]
    return tuple(
        Version(number, definition, formula, starts[number - 1], starts[number] if number < len(starts) else None, changed)
        for number, (definition, formula, _, changed) in enumerate(written, 1)
    )


def in_force(indicator: Indicator, calendar: Calendar, period: Period) -> Version:
    """The definition that the period's value is computed by."""
    return next(version for version in reversed(versions(indicator, calendar)) if version.holds(period))
