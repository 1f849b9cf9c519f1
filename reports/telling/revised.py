"""What an edition says of itself: which one it is, and each published number that it gives otherwise, in words."""

from __future__ import annotations

from dataclasses import dataclass

from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.words import Words


@dataclass(frozen=True)
class Revised:
    """A number of the edition before that this one gives otherwise, and why.

    ``before`` and ``after`` are the value, or why there is none (`reports.quarter.absence`). ``partners`` are those
    that sent new files; ``is_redefined`` says that the definition is another one.
    """

    indicator: str
    period: str
    before: float | str
    after: float | str
    partners: tuple[str, ...] = ()
    is_redefined: bool = False


@dataclass(frozen=True)
class EditionLabel:
    """What a report says of itself as an edition. ``revised`` is None where there was no edition before."""

    number: int = 1
    revised: tuple[Revised, ...] | None = None


def revised_row(quarter: Quarter, words: Words, revised: Revised) -> tuple[str, str, str, str, str]:
    """Indicator, period, the number before and now, and why it changed."""
    indicator = quarter.indicators[revised.indicator]
    period = words.period_short(quarter.calendar.parse(revised.period))

    def shown(said: float | str) -> str:
        return words.absent(said) if isinstance(said, str) else words.quantity(indicator, said)

    return indicator.name, period, shown(revised.before), shown(revised.after), _why(quarter, words, revised)


def _why(quarter: Quarter, words: Words, revised: Revised) -> str:
    """A revision of method is ``R3`` of the types that statistical offices tell apart (ONS)."""
    if revised.is_redefined:
        version = quarter.version(revised.indicator, quarter.calendar.parse(revised.period))
        if version.since is None:
            return words._("Method (R3): defined otherwise")
        return words._("Method (R3): defined otherwise since {period}. {why}", why=plain(version.changed),
                       period=words.period_short(version.since))  # fmt: skip
    if not revised.partners:
        return words._("Defined or computed otherwise")
    return words._("New numbers from {partners}",
                   partners=words.listed([quarter.partners[id_].name for id_ in revised.partners]))  # fmt: skip
