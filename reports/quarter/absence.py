"""Why there is no number where one could stand."""

from __future__ import annotations

from decimal import Decimal

from agenda.statuses import ELSEWHERE, NOT_APPLICABLE, SUPPRESSED, THIN, UNRELIABLE

ABSENCE = ("status", "conf_status", "denominator")
"""What `absence` asks of a value."""


def absence(status: str, conf: str, denominator: Decimal | str | None) -> str:
    """Why there is no number, for `Words.absent`: ``missing``, ``suppressed`` (by a partner), ``withheld`` (by us),
    ``together`` (by us, and shown as a part of a larger group), ``thin`` (too few partners reported),
    ``not_applicable``, ``undivided`` or ``few``: its parts are known, and too small to make a percent of.

    ``denominator`` is that of the value: nothing to divide by is another thing than a number that can't be.
    """
    if conf != "F":
        return "together" if status == ELSEWHERE else "withheld"
    if status == NOT_APPLICABLE:
        is_zero = denominator is not None and denominator != "" and not Decimal(denominator)
        return "undivided" if is_zero else "not_applicable"
    return {SUPPRESSED: "suppressed", THIN: "thin", UNRELIABLE: "few"}.get(status, "missing")
