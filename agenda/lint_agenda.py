"""Sense of ``agenda.yml``: ids, places, measures, formulas and goals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from agenda.errors import Problem
from agenda.indicators import Formula, Indicator
from agenda.known import Known
from agenda.model import Measure, Member, Place
from agenda.reader import misplaced
from agenda.reference import figures
from agenda.spelling import nearest, plain
from agenda.written import Path_

FILE = "agenda.yml"


def agenda_problems(known: Known) -> Iterator[Problem]:
    for check in (_ids, _spellings, _measures, _reference, _formulas, _goals):
        yield from check(known)


def _ids(known: Known) -> Iterator[Problem]:
    agenda = known.folder.agenda
    for kind in ("places", "dimensions", "measures", "indicators", "goals", "reference"):
        yield from known.once(FILE, (kind,), [entry.id for entry in getattr(agenda, kind)])
    for i, dimension in enumerate(agenda.dimensions):
        yield from known.once(FILE, ("dimensions", i, "members"), [m.id for m in dimension.members])


def _spellings(known: Known) -> Iterator[Problem]:
    """A partner's word means one thing: no two measures, places or members of a dimension read alike."""
    agenda = known.folder.agenda
    lists: list[tuple[Path_, Sequence[Measure | Place | Member]]] = [
        (("measures",), agenda.measures),
        (("places",), agenda.places),
        *((("dimensions", i, "members"), dimension.members) for i, dimension in enumerate(agenda.dimensions)),
    ]
    for path, entries in lists:
        owner: dict[str, str] = {}
        for i, entry in enumerate(entries):
            spellings: list[tuple[Path_, str]] = [(("id",), entry.id), (("name",), entry.name)]
            spellings += [(("aliases", j), text) for j, text in enumerate(getattr(entry, "aliases", ()))]
            for key, text in spellings:
                other = owner.setdefault(plain(text), entry.id)
                if other != entry.id:
                    message = f"{text!r} names {other!r} already; give one of them another name"
                    yield known.problem(FILE, (*path, i, *key), message)


def _measures(known: Known) -> Iterator[Problem]:
    agenda = known.folder.agenda
    for kind in ("measures", "reference"):
        for i, entry in enumerate(getattr(agenda, kind)):
            for j, dimension in enumerate(entry.dimensions):
                yield from known.check(FILE, (kind, i, "dimensions", j), "dimension", dimension, known.members)
            yield from known.once(FILE, (kind, i, "dimensions"), entry.dimensions)
    for i, measure in enumerate(agenda.measures):
        base: Path_ = ("measures", i)
        for j, partner in enumerate(measure.precedence):
            yield from known.check(FILE, (*base, "precedence", j), "partner", partner, known.partners)
        yield from known.once(FILE, (*base, "precedence"), measure.precedence)
        if measure.kind == "stock" and measure.over_time == "sum":
            message = f"{measure.id!r} is a stock (a level at a time); a sum over time counts it again and again"
            yield known.problem(FILE, (*base, "over_time"), message)
        yield from _whole(known, (*base, "part_of"), measure)
        if None not in (measure.minimum, measure.maximum) and measure.minimum > measure.maximum:  # type: ignore[operator]
            yield known.problem(FILE, (*base, "maximum"), f"is below the minimum ({measure.minimum})")


def _whole(known: Known, path: Path_, measure: Measure) -> Iterator[Problem]:
    """A part's whole is a measure, and no measure is a part of itself, whichever way round."""
    if measure.part_of is None:
        return
    yield from known.check(FILE, path, "measure", measure.part_of, known.measures)
    wholes = {m.id: m.part_of for m in known.folder.agenda.measures}
    line = [measure.id]
    while (whole := wholes.get(line[-1])) is not None and whole not in line:
        line.append(whole)
    if whole == measure.id:
        said = " is part of ".join(map(repr, [*line, whole]))
        yield known.problem(FILE, path, f"{said}; a part is less than its whole")


def _reference(known: Known) -> Iterator[Problem]:
    for i, series in enumerate(known.folder.agenda.reference):
        if series.id in known.measures:
            message = f"{series.id!r} is a measure already; a reference series needs an id of its own"
            yield known.problem(FILE, ("reference", i, "id"), message)
        if wrong := misplaced(known.folder.path, series.file):
            yield known.problem(FILE, ("reference", i, "file"), wrong)
        elif set(series.dimensions) <= set(known.members):
            yield from (figure for figure in figures(known.folder, series) if isinstance(figure, Problem))


def _formulas(known: Known) -> Iterator[Problem]:
    for i, indicator in enumerate(known.folder.agenda.indicators):
        base: Path_ = ("indicators", i)
        for path, formula in indicator.formulas:
            yield from _formula(known, (*base, *path), indicator.id, formula)
            yield from _standard(known, (*base, *path), indicator, formula)
            if wrong := _no_interval(known, indicator, formula):
                yield known.problem(FILE, (*base, "interval"), wrong)
        yield from _breakdowns(known, base, indicator)


def _formula(known: Known, base: Path_, indicator: str, formula: Formula) -> Iterator[Problem]:
    terms = [
        ((*base, part, j), term)
        for part in ("of", "per", "squares")
        for j, term in enumerate(getattr(formula, part) or ())
    ]
    keyed = {measure.id for measure in known.folder.agenda.measures if measure.keyed}
    for path, term in terms:
        yield from known.check(FILE, path, "measure", term.measure, known.numbers)
        for dimension, members in term.where.items():
            yield from _members(known, (*path, "where", dimension), term.measure, dimension, members)
            if term.measure in keyed and len(members) > 1:
                message = (
                    f"{term.measure!r} counts everybody once, and groups added up could hold somebody twice; name one"
                )
                yield known.problem(FILE, (*path, "where", dimension), message)
    if {term.measure for _, term in terms} <= set(known.numbers) - set(known.measures):
        message = f"{indicator!r} uses reference series only; it needs a measure that partners report"
        yield known.problem(FILE, base, message)


def _standard(known: Known, base: Path_, indicator: Indicator, formula: Formula) -> Iterator[Problem]:
    """Groups of a dimension that events and people are split by, wherever the rate is shown."""
    standard = formula.standard
    if standard is None:
        return
    path: Path_ = (*base, "standard")
    yield from known.check(FILE, (*path, "dimension"), "dimension", standard.dimension, known.members)
    for member in standard.weights if standard.dimension in known.members else ():
        what = f"member of {standard.dimension}"
        yield from known.check(FILE, (*path, "weights", member), what, member, known.members[standard.dimension])
    shown = {dimension for dimensions in indicator.breakdowns for dimension in dimensions}
    if standard.dimension in shown:
        message = f"{indicator.id!r} is shown by {standard.dimension!r}, by which it is standardised"
        yield known.problem(FILE, path, message)
    for term in formula.terms:
        needed = {standard.dimension, *shown}
        lacking = sorted(needed - set(known.numbers.get(term.measure, needed)))
        if lacking:
            message = f"{term.measure!r} is not split by {lacking[0]!r}, as all measures of a standardised rate must be"
            yield known.problem(FILE, path, message)
        elif term.weight != 1 or standard.dimension in term.where:
            message = f"a standardised rate takes each measure once, in all groups of {standard.dimension!r}"
            yield known.problem(FILE, path, message)


def _no_interval(known: Known, indicator: Indicator, formula: Formula) -> str | None:
    """Why chance doesn't move this indicator in the way that its interval supposes."""
    interval = indicator.interval
    if formula.squares is not None and interval != "t":
        return f"{indicator.id!r} has squares, which only an interval t makes use of"
    if interval == "none":
        return None
    if (interval == "dobson") != (formula.standard is not None):
        return f"a rate with a 'standard' has an interval 'dobson', and nothing else has; this one has {interval!r}"
    if interval == "t":
        return _no_spread(known, indicator.id, formula)
    if interval == "wilson":
        if formula.kind != "percent":
            return f"a Wilson interval belongs to a percent; {indicator.id!r} is a {formula.kind}"
        return None
    if formula.kind not in ("rate", "count"):
        return f"an interval {interval!r} belongs to a rate or a count; {indicator.id!r} is a {formula.kind}"
    if odd := next((term for term in formula.of if term.weight != 1), None):
        return f"an interval {interval!r} is of a number of events; {odd.measure!r} is taken {odd.weight} times"
    money = {measure.id for measure in known.folder.agenda.measures if measure.subject == "money"}
    if odd := next((term for term in formula.of if term.measure in money), None):
        return f"an interval {interval!r} is of a number of events; {odd.measure!r} is money"
    return None


def _no_spread(known: Known, indicator: str, formula: Formula) -> str | None:
    """Why the spread of what the mean is of doesn't follow from its sums."""
    if formula.kind != "mean" or formula.squares is None:
        return f"an interval 't' belongs to a mean whose formula has 'squares'; {indicator!r} is no such one"
    terms = (*formula.terms, *formula.squares)
    if odd := next((term for term in terms if term.weight != 1), None):
        return f"an interval 't' is of sums over all that is counted; {odd.measure!r} is taken {odd.weight} times"
    measures = {measure.id: measure for measure in known.folder.agenda.measures}
    ways = {
        (m.time_rule, m.over_partners, m.precedence, frozenset(m.dimensions))
        for m in (measures.get(term.measure) for term in terms)
        if m is not None
    }
    is_reference = any(term.measure in known.numbers and term.measure not in measures for term in terms)
    add_up = all(over_time in ("sum", "last") and over_partners == "sum" for over_time, over_partners, *_ in ways)
    if is_reference or len(ways) > 1 or not add_up:
        return "an interval 't' needs measures that partners report, that add up, and that are added up and split alike"
    return None


def _members(known: Known, path: Path_, measure: str, dimension: str, members: Collection[str]) -> Iterator[Problem]:
    """Only members of a dimension that the measure is split by can be picked out."""
    split = known.numbers.get(measure, frozenset())
    if measure in known.numbers and dimension not in split:
        yield known.problem(FILE, path, f"{measure!r} is not split by {dimension!r}{nearest(dimension, split)}")
    for member in members if dimension in known.members else ():
        yield from known.check(FILE, path, f"member of {dimension}", member, known.members[dimension])


def _breakdowns(known: Known, base: Path_, indicator: Indicator) -> Iterator[Problem]:
    numerators = [t.measure for t in indicator.formula.summed if t.measure in known.numbers]
    for i, dimensions in enumerate(indicator.breakdowns):
        path: Path_ = (*base, "by", i)
        if len(set(dimensions)) < len(dimensions):
            yield known.problem(FILE, path, f"{indicator.by[i]!r} crosses a dimension with itself")
        for dimension in dimensions:
            yield from known.check(FILE, path, "dimension", dimension, known.members)
            whole = [m for m in numerators if dimension not in known.numbers[m]]
            if whole and dimension in known.members:
                message = f"{whole[0]!r} is not split by {dimension!r}, so the indicator can't be shown by it"
                yield known.problem(FILE, path, message)
    yield from known.once(FILE, (*base, "by"), [" * ".join(dimensions) for dimensions in indicator.breakdowns])


def _goals(known: Known) -> Iterator[Problem]:
    agenda = known.folder.agenda
    aimed = Counter(id_ for goal in agenda.goals for id_ in goal.indicators)
    for i, goal in enumerate(agenda.goals):
        for j, id_ in enumerate(goal.indicators):
            yield from known.check(FILE, ("goals", i, "indicators", j), "indicator", id_, known.indicators)
        path: Path_ = ("goals", i, "headline")
        yield from known.check(FILE, path, "indicator of this goal", goal.headline, goal.indicators)
    for i, indicator in enumerate(agenda.indicators):
        if aimed[indicator.id] != 1:
            message = f"{indicator.id!r} stands under {aimed[indicator.id]} goals; it belongs under exactly one"
            yield known.problem(FILE, ("indicators", i), message)
