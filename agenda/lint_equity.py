"""Whether groups can be held against one another in the way that an indicator's ``equity`` asks for."""

from __future__ import annotations

from collections.abc import Iterator

from agenda.errors import Problem
from agenda.indicators import Indicator
from agenda.known import Known
from agenda.written import Path_

FILE = "agenda.yml"


def equity_problems(known: Known) -> Iterator[Problem]:
    for i, indicator in enumerate(known.folder.agenda.indicators):
        if indicator.equity is None or indicator.equity.against == "none":
            continue
        path: Path_ = ("indicators", i, "equity", "against")
        if message := _pointless(indicator):
            yield known.problem(FILE, path, message)
        elif isinstance(indicator.equity.against, dict):
            yield from _named(known, path, indicator, indicator.equity.against)


def _pointless(indicator: Indicator) -> str | None:
    """Why there can be no gaps, or None."""
    if indicator.formula.kind == "count":
        return (
            f"{indicator.id!r} is a count, and groups differ in size; give gaps to a percent, a rate, a mean or a ratio"
        )
    if not indicator.breakdowns:
        return f"{indicator.id!r} is not shown by any dimension; name one in 'by'"
    if indicator.better == "band" and indicator.equity is not None and indicator.equity.against == "best":
        return "better: band has no best end; name the group to hold the others against, like {age_group: infant}"
    return None


def _named(known: Known, path: Path_, indicator: Indicator, named: dict[str, str]) -> Iterator[Problem]:
    shown = sorted({dimension for dimensions in indicator.breakdowns for dimension in dimensions})
    for dimension, member in named.items():
        yield from known.check(FILE, (*path, dimension), f"dimension of {indicator.id!r}", dimension, shown)
        if dimension in known.members and dimension in shown:
            yield from known.check(FILE, (*path, dimension), f"member of {dimension}", member, known.members[dimension])
