"""How values differ from earlier ones, and whether chance could explain it: the mart `ind_trends` as pages see it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

COMPARED = ("previous", "year_before", "baseline")
"""What a value is compared with: the period before, the same one of the year before, the baseline's."""


def compared(earlier: str) -> tuple[str, ...]:
    """The columns of a comparison: period and value of the earlier number, the difference and what is known of it."""
    return (f"{earlier}_period", f"{earlier}_value", f"change_{earlier}", f"change_{earlier}_lower",
            f"change_{earlier}_upper", f"is_beyond_chance_{earlier}")  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """How a value differs from one of an earlier ``period``, and how far chance could have moved the difference.

    ``is_beyond_chance`` says whether it is more than chance would explain; None where there is no interval.
    """

    period: str | None = None
    value: float | None = None
    amount: float | None = None
    lower: float | None = None
    upper: float | None = None
    is_beyond_chance: bool | None = None


@dataclass(frozen=True)
class Change:
    """How an indicator moved against the period before, the same period of the year before, and the baseline's."""

    previous: Difference = Difference()
    year_before: Difference = Difference()
    baseline: Difference = Difference()

    @property
    def told(self) -> Difference:
        """The one that sentences speak of: on a year, else on the period before."""
        return self.year_before if self.is_on_year else self.previous

    @property
    def is_on_year(self) -> bool:
        return self.year_before.amount is not None


def changes(trends: pl.DataFrame) -> dict[tuple[str, str], Change]:
    """By indicator and period, of ``trends``: rows of the mart for one place, undivided."""
    found = [[Difference(*row) for row in trends.select(compared(earlier)).iter_rows()] for earlier in COMPARED]
    keys = trends.select("indicator", "period").iter_rows()
    return {key: Change(*differences) for key, *differences in zip(keys, *found, strict=True)}
