"""Sense of measures that are rates already when they are reported: no rule adds rates up, so nothing may ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from agenda.errors import Problem
from agenda.known import Known, answers
from agenda.model import SHARES, Measure, Partner
from agenda.spelling import plain
from agenda.written import Path_

FILE = "agenda.yml"


def rate_problems(known: Known) -> Iterator[Problem]:
    rates = {measure.id: measure for measure in known.folder.agenda.measures if not measure.is_sum}
    for i, measure in enumerate(known.folder.agenda.measures):
        if measure.id in rates:
            yield from _measure(known, ("measures", i), measure)
    for i, series in enumerate(known.folder.agenda.reference):
        if plain(series.unit) in SHARES:
            message = (
                f"{series.id!r} is a rate, and series are added up over places; give the counts that it is made of"
            )
            yield known.problem(FILE, ("reference", i, "unit"), message)
    for name, layout in known.layouts.items():
        for i, value in enumerate(layout.values if layout.rows == "records" else ()):
            for id_ in sorted(set(answers(value.measure)) & set(rates)):
                message = f"records are added up, and {id_!r} is a rate; have the counts reported that it is made of"
                yield known.problem("partners.yml", ("layouts", name, "values", i, "measure"), message)
    for i, indicator in enumerate(known.folder.agenda.indicators):
        for at, formula in indicator.formulas:
            for part in ("of", "per", "squares"):
                for j, term in enumerate(getattr(formula, part) or ()):
                    several = next((members for members in term.where.values() if len(members) > 1), ())
                    if term.measure in rates and several:
                        path: Path_ = ("indicators", i, *at, part, j, "where")
                        named = " and ".join(several)
                        message = f"{term.measure!r} is a rate, and those of {named} make none together; name one group"
                        yield known.problem(FILE, path, message)


def _measure(known: Known, base: Path_, measure: Measure) -> Iterator[Problem]:
    if measure.over_time == "sum" and measure.kind == "flow":
        message = (
            f"{measure.id!r} is a rate (it doesn't add up), so a sum over time is none; make it the last or the mean"
        )
        yield known.problem(FILE, (*base, "over_time"), message)
    if measure.over_partners == "overlap":
        message = f"{measure.id!r} is a rate (it doesn't add up) and no list of people; say by precedence whose counts"
        yield known.problem(FILE, (*base, "over_partners"), message)
    for one, other in combinations(_unranked(known, measure), 2):
        here, there = _places(known, one, measure), _places(known, other, measure)
        if here is None or there is None or here & there:
            message = (
                f"{one.id} and {other.id} may both report {measure.id!r} of one place, and rates are not added up; "
                f"say whose number counts there, as precedence: [{one.id}, {other.id}]"
            )
            yield known.problem(FILE, (*base, "precedence"), message)
            return


def _unranked(known: Known, measure: Measure) -> Iterator[Partner]:
    """Who agreed to report the measure, and is neither before nor behind anybody who does."""
    for partner in known.folder.partners.partners:
        if partner.id not in measure.precedence and _places(known, partner, measure) != set():
            yield partner


def _places(known: Known, partner: Partner, measure: Measure) -> set[str] | None:
    """The places for which the partner reports the measure; None where these stand in its files."""
    layouts = [known.layouts[name] for name in partner.layouts if name in known.layouts]
    giving = [one for one in layouts if any(measure.id in answers(value.measure) for value in one.values)]
    if not giving and any(measure.id in owed.measures for owed in partner.owes):
        return None  # in a template
    if any(one.place is not None and one.place.constant is None for one in giving):
        return None
    return {one.place.constant if one.place and one.place.constant else partner.place or "" for one in giving}
