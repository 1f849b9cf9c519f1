"""Which definition of an indicator holds for which period: a changed formula breaks the series, and both are kept.

Each definition is a series of its own, computed for all periods of which there are data: today's under the indicator's
id, the first one as ``use@1``. So nothing is compared across a break unless somebody sets two series side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

from agenda.indicators import Definition, Indicator
from agenda.periods import Calendar, Period


@dataclass(frozen=True)
class Version:
    """One definition of an indicator, in force for periods that begin with ``since`` or later (None: all) and before
    ``until`` (None: up to now).

    ``number`` counts from 1, the oldest; ``changed`` says why it took the place of the one before. ``indicator`` is the
    indicator by this definition, under the id of its series; baseline and targets are of today's alone.
    """

    number: int
    indicator: Indicator
    since: Period | None
    until: Period | None
    changed: str

    def holds(self, period: Period) -> bool:
        return (self.since is None or self.since.start <= period.start) and (
            self.until is None or period.start < self.until.start
        )


def versions(indicator: Indicator, calendar: Calendar) -> tuple[Version, ...]:
    """Every definition of the indicator, the oldest first; the last is today's."""
    written: tuple[Definition, ...] = (*indicator.earlier, indicator)
    starts = [calendar.parse(version.since) if version.since is not None else None for version in written]
    series = [
        indicator.model_copy(update={"id": f"{indicator.id}@{number}", "definition": version.definition,
                                     "formula": version.formula, "baseline": None, "targets": ()})
        for number, version in enumerate(indicator.earlier, 1)
    ]  # fmt: skip
    return tuple(
        Version(number, of, since, until, version.changed)
        for number, (version, of, since, until) in enumerate(
            zip(written, (*series, indicator), starts, (*starts[1:], None), strict=True), 1
        )
    )


def indicator_of(series: str) -> str:
    """The indicator's id: ``use`` of ``use@1``."""
    return series.partition("@")[0]
