"""What stands beside a value that is explained: its value by another definition, and another group's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Otherwise:
    """The value by a definition of the indicator that is not in force for the period; ``version`` counts from 1."""

    version: int
    definition: str
    value: float | None
    status: str


@dataclass(frozen=True)
class Gap:
    """How far the group is from the one that it is held against; see `ind_gaps`."""

    against: str
    difference: float
    difference_lower: float | None
    difference_upper: float | None
    ratio: float | None
    year_before_difference: float | None


def gap_said(gap: Gap, kind: str, decimals: int) -> str:
    """``−27.6 points (−30.8 to −24.2), 0.53 times as much; a year before −26.9``."""
    times, unit = (100, " points") if kind == "percent" else (1, "")

    def said(difference: float) -> str:
        return f"{difference * times:+,.{decimals}f}".replace("-", "−")

    limits = ""
    if gap.difference_lower is not None and gap.difference_upper is not None:
        limits = f" ({said(gap.difference_lower)} to {said(gap.difference_upper)})"
    ratio = f", {gap.ratio:.2f} times as much" if gap.ratio is not None else ""
    then = f"; a year before {said(gap.year_before_difference)}" if gap.year_before_difference is not None else ""
    return f"{said(gap.difference)}{unit}{limits}{ratio}{then}"
