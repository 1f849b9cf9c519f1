"""Whether an indicator's earlier definitions and today's follow one another, and what is compared across them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from agenda.errors import Problem
from agenda.indicators import Definition, Indicator
from agenda.known import Known
from agenda.periods import Period
from agenda.written import Path_

FILE = "agenda.yml"


def version_problems(known: Known) -> Iterator[Problem]:
    for i, indicator in enumerate(known.folder.agenda.indicators):
        base: Path_ = ("indicators", i)
        places = [*((*base, "earlier", j) for j in range(len(indicator.earlier))), base]
        if not indicator.earlier and indicator.since is not None:
            message = f"{indicator.id!r} has no 'earlier' definition; give the one before, or leave 'since' out"
            yield known.problem(FILE, (*base, "since"), message)
        elif indicator.earlier:
            yield from _order(known, indicator, places)
            yield from _formulas(known, indicator, places)
            yield from _baseline(known, indicator, base)


def _order(known: Known, indicator: Indicator, places: list[Path_]) -> Iterator[Problem]:
    """The first definition holds from the beginning; each later one since a later period, for a reason."""
    written: list[Definition] = [*indicator.earlier, indicator]
    if written[0].since is not None:
        message = "the first definition holds from the beginning; leave its 'since' out"
        yield known.problem(FILE, (*places[0], "since"), message)
    before: Period | None = None
    for path, version in zip(places[1:], written[1:], strict=True):
        if version.since is None:
            yield known.problem(
                FILE, path, f"since when does this definition of {indicator.id!r} hold? Give its 'since'"
            )
            continue
        if not version.changed:
            message = f"say in 'changed' why {indicator.id!r} is defined otherwise since {version.since}"
            yield known.problem(FILE, (*path, "since"), message)
        since = known.period(version.since)
        if since and before and since.start <= before.start:
            message = f"{since} is not after {before}; definitions stand in order of time, the oldest first"
            yield known.problem(FILE, (*path, "since"), message)
        before = since or before


def _formulas(known: Known, indicator: Indicator, places: list[Path_]) -> Iterator[Problem]:
    formulas = [formula for _, formula in indicator.formulas]
    for path, (before, formula) in zip(places[1:], pairwise(formulas), strict=True):
        if formula == before:
            message = "is the formula of the definition before; other words for the same number need no 'since'"
            yield known.problem(FILE, (*path, "formula"), message)
        if (formula.kind, formula.times) != (before.kind, before.times):
            message = (
                f"is a {formula.kind} and was a {before.kind}; numbers of another kind make another indicator"
                if formula.kind != before.kind
                else f"is times {formula.times} and was times {before.times}; another scale makes another indicator"
            )
            yield known.problem(FILE, (*path, "formula"), message)


def _baseline(known: Known, indicator: Indicator, base: Path_) -> Iterator[Problem]:
    """A baseline and its targets are of today's definition."""
    baseline = indicator.baseline
    if baseline is None or baseline.value is not None or indicator.since is None:
        return
    at, since = known.period(baseline.period), known.period(indicator.since)
    if at and since and at.start < since.start:
        message = (
            f"{at} was counted by the definition before {since}; state its 'value' by today's, "
            f"or take {since} or a later period"
        )
        yield known.problem(FILE, (*base, "baseline", "period"), message)
