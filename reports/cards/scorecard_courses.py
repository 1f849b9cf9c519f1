"""How a partner's number and the coalition's went, as two small charts beside one another on a scorecard.

Each stands on a scale of its own: the two are of other sizes, and what is asked is whether they go the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import dropwhile

from agenda.indicators import Indicator
from agenda.periods import Period
from reports.cards.scorecard import Step
from reports.pictures.charts import Point, course
from reports.pictures.drawing import render
from reports.quarter.tables import Quarter
from reports.telling.value_tables import ValueTables
from reports.words import Words

PERIODS = 8
"""Periods that a small chart shows: two years of quarters."""


def periods_of(quarter: Quarter, indicator: str) -> list[Period]:
    """Up to the shown period, as far back as the definition in force holds."""
    now, version = quarter.shown_period(indicator), quarter.version(indicator)
    periods = (quarter.calendar.shift(now, -back) for back in reversed(range(PERIODS)))
    return [period for period in periods if version.holds(period)]


def drawable(steps: Iterable[Step]) -> tuple[Step, ...]:
    """From the first number on; nothing where there are no two to draw a line between."""
    known = tuple(dropwhile(lambda step: step.value is None, steps))
    return known if sum(step.value is not None for step in known) > 1 else ()


def of_all(quarter: Quarter, words: Words, indicator: Indicator) -> tuple[Step, ...]:
    """What the edition shows of the indicator's whole, and only that."""
    values, steps = ValueTables(quarter, words), []
    for period in periods_of(quarter, indicator.id):
        value = quarter.value(indicator.id, period=period.key)
        is_known = value is not None and value.value is not None
        steps.append(Step(
            period=period.key, name=words.period_short(period), text=values.shown(indicator, value, unit=is_known),
            value=value.value if value is not None else None,
            absence="" if is_known else value.absence if value is not None else "missing",
            is_provisional=value is not None and value.is_provisional,
        ))  # fmt: skip
    return drawable(steps)


def chart(steps: Sequence[Step]) -> str:
    """As SVG."""
    points = [Point(at, step.name, step.value, provisional=step.is_provisional, absence=step.absence)
              for at, step in enumerate(steps)]  # fmt: skip
    return render(course(points).spec())


def described(words: Words, steps: Sequence[Step]) -> str:
    """``Q4 2024: 201 spots; Q1 2025: 214 spots.``"""
    said = (words._("{period}: {value}", period=step.name, value=step.text) for step in steps)
    return words.sentence(words._("; ").join(said))
