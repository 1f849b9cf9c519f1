"""What only two entries together can get wrong: references, periods, targets that can't be met.

`read` is how every command opens an initiative: folder, shape and sense in one step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path

from agenda.errors import ConfigurationError, Problem
from agenda.folder import Folder, Path_, nearest, read_folder
from agenda.model import From, Indicator, Layout, Target
from agenda.periods import Period, PeriodError


def read(path: Path) -> Folder:
    """The initiative in ``path``, fit to work with.

    Raises `ConfigurationError` with every problem that was found.
    """
    folder = read_folder(path)
    problems = list(problems_in(folder))
    if problems:
        raise ConfigurationError(f"{path} can't be used as it is:", problems)
    return folder


def problems_in(folder: Folder) -> Iterator[Problem]:
    """Every problem of sense in a folder whose shape is right."""
    for check in (_ids, _places, _formulas, _measures, _goals, _targets, _partners, _layouts, _words, _periods):
        yield from check(folder)


class _Known:
    """Every id that may be referred to, by kind."""

    def __init__(self, folder: Folder) -> None:
        agenda = folder.agenda
        self.measures = {m.id: frozenset(m.dimensions) for m in agenda.measures}
        self.series = {s.id: frozenset(s.dimensions) for s in agenda.reference}
        self.numbers = self.measures | self.series
        self.members = {d.id: {m.id for m in d.members} for d in agenda.dimensions}
        self.places = {p.id for p in agenda.places}
        self.indicators = {i.id for i in agenda.indicators}
        self.partners = {p.id for p in folder.partners.partners}


def _unknown(folder: Folder, file: str, path: Path_, kind: str, wrong: str, known: Collection[str]) -> Problem:
    return folder.sources[file].problem(path, f"there is no {kind} {wrong!r}{nearest(wrong, known)}")


def _ids(folder: Folder) -> Iterator[Problem]:
    """Ids are given once within their kind."""
    agenda = folder.agenda
    for kind in ("places", "dimensions", "measures", "indicators", "goals", "reference"):
        yield from _twice(folder, "agenda.yml", (kind,), [entry.id for entry in getattr(agenda, kind)])
    for i, dimension in enumerate(agenda.dimensions):
        yield from _twice(folder, "agenda.yml", ("dimensions", i, "members"), [m.id for m in dimension.members])
    yield from _twice(folder, "partners.yml", ("partners",), [p.id for p in folder.partners.partners])


def _twice(folder: Folder, file: str, path: Path_, ids: list[str]) -> Iterator[Problem]:
    for id_, count in Counter(ids).items():
        if count > 1:
            last = len(ids) - 1 - ids[::-1].index(id_)
            yield folder.sources[file].problem((*path, last), f"{id_!r} is declared {count} times; ids are given once")


def _places(folder: Folder) -> Iterator[Problem]:
    known = {p.id: p.parent for p in folder.agenda.places}
    if (roots := [id_ for id_, parent in known.items() if parent is None]) and len(roots) > 1:
        message = f"{', '.join(roots)} have no parent; one place holds all the others"
        yield folder.sources["agenda.yml"].problem(("places",), message)
    for i, place in enumerate(folder.agenda.places):
        seen, at = {place.id}, place.parent
        while at is not None and at in known and at not in seen:
            seen.add(at)
            at = known[at]
        if at is not None and at not in known:
            yield _unknown(folder, "agenda.yml", ("places", i, "parent"), "place", at, known)
        elif at is not None:
            yield folder.sources["agenda.yml"].problem(("places", i, "parent"), f"{place.id!r} lies within itself")


def _formulas(folder: Folder) -> Iterator[Problem]:
    known = _Known(folder)
    for i, indicator in enumerate(folder.agenda.indicators):
        base: Path_ = ("indicators", i)
        for part in ("of", "per"):
            for j, term in enumerate(getattr(indicator.formula, part) or ()):
                path = (*base, "formula", part, j)
                if term.measure not in known.numbers:
                    yield _unknown(folder, "agenda.yml", path, "measure", term.measure, known.numbers)
                    continue
                for dimension, members in term.where.items():
                    yield from _members(folder, (*path, "where"), term.measure, dimension, members, known)
        yield from _breakdowns(folder, base, indicator, known)


def _members(
    folder: Folder, path: Path_, measure: str, dimension: str, members: Collection[str], known: _Known
) -> Iterator[Problem]:
    if dimension not in known.numbers[measure]:
        message = f"{measure!r} is not split by {dimension!r}" + nearest(dimension, known.numbers[measure])
        yield folder.sources["agenda.yml"].problem(path, message)
        return
    for member in members:
        if member not in known.members.get(dimension, ()):
            kind = f"member of {dimension}"
            yield _unknown(folder, "agenda.yml", (*path, dimension), kind, member, known.members[dimension])


def _breakdowns(folder: Folder, base: Path_, indicator: Indicator, known: _Known) -> Iterator[Problem]:
    numerators = [t.measure for t in indicator.formula.of if t.measure in known.numbers]
    for i, dimensions in enumerate(indicator.breakdowns):
        for dimension in dimensions:
            path = (*base, "by", i)
            if dimension not in known.members:
                yield _unknown(folder, "agenda.yml", path, "dimension", dimension, known.members)
            elif bad := [m for m in numerators if dimension not in known.numbers[m]]:
                message = f"{bad[0]!r} is not split by {dimension!r}, so the indicator can't be shown by it"
                yield folder.sources["agenda.yml"].problem(path, message)


def _measures(folder: Folder) -> Iterator[Problem]:
    known = _Known(folder)
    for kind in ("measures", "reference"):
        for i, entry in enumerate(getattr(folder.agenda, kind)):
            for dimension in entry.dimensions:
                if dimension not in known.members:
                    path: Path_ = (kind, i, "dimensions")
                    yield _unknown(folder, "agenda.yml", path, "dimension", dimension, known.members)
    for i, measure in enumerate(folder.agenda.measures):
        path = ("measures", i, "precedence")
        for partner in measure.precedence:
            if partner not in known.partners:
                yield _unknown(folder, "agenda.yml", path, "partner", partner, known.partners)
        if measure.kind == "stock" and measure.over_time == "sum":
            message = f"{measure.id!r} is a stock (a level at a time); a sum over time counts it again and again"
            yield folder.sources["agenda.yml"].problem(("measures", i, "over_time"), message)
    for i, series in enumerate(folder.agenda.reference):
        if series.id in known.measures:
            message = f"{series.id!r} is a measure already; a reference series needs an id of its own"
            yield folder.sources["agenda.yml"].problem(("reference", i, "id"), message)
        if not (folder.path / series.file).is_file():
            yield folder.sources["agenda.yml"].problem(("reference", i, "file"), f"there is no file {series.file}")


def _goals(folder: Folder) -> Iterator[Problem]:
    known = _Known(folder)
    aimed = Counter(id_ for goal in folder.agenda.goals for id_ in goal.indicators)
    for i, goal in enumerate(folder.agenda.goals):
        for j, id_ in enumerate(goal.indicators):
            if id_ not in known.indicators:
                path = ("goals", i, "indicators", j)
                yield _unknown(folder, "agenda.yml", path, "indicator", id_, known.indicators)
        if goal.headline not in goal.indicators:
            headline: Path_ = ("goals", i, "headline")
            yield _unknown(folder, "agenda.yml", headline, "indicator of this goal", goal.headline, goal.indicators)
    for i, indicator in enumerate(folder.agenda.indicators):
        if aimed[indicator.id] != 1:
            message = f"{indicator.id!r} stands under {aimed[indicator.id]} goals; it belongs under exactly one"
            yield folder.sources["agenda.yml"].problem(("indicators", i), message)


def _targets(folder: Folder) -> Iterator[Problem]:
    for i, indicator in enumerate(folder.agenda.indicators):
        base: Path_ = ("indicators", i, "targets")
        previous: Period | None = None
        for j, target in enumerate(indicator.targets):
            if message := _impossible(indicator, target):
                yield folder.sources["agenda.yml"].problem((*base, j), message)
            try:
                by = folder.initiative.calendar.parse(target.by)
            except PeriodError:
                continue  # said by _periods
            if previous and by.end <= previous.end:
                message = f"{target.by} is not after {previous}; targets stand in the order of their dates"
                yield folder.sources["agenda.yml"].problem((*base, j, "by"), message)
            previous = by


def _impossible(indicator: Indicator, target: Target) -> str | None:
    """Why a target can't be met or makes no sense, or None."""
    band = target.value is None
    if band != (indicator.better == "band"):
        wants = "'low' and 'high'" if indicator.better == "band" else "one 'value'"
        return f"better: {indicator.better} takes {wants}"
    numbers = [n for n in (target.value, target.low, target.high) if n is not None]
    whole_of_one = indicator.formula.kind == "percent" and not band
    if whole_of_one and any(n > 1 for n in numbers):
        return f"{max(numbers):%} can't be reached by a percent; write 80 % or 0.80 for eighty of a hundred"
    if any(n < 0 for n in numbers):
        return f"{min(numbers)} is below zero"
    start = indicator.baseline.value if indicator.baseline else None
    if start is None or target.value is None:
        return None
    away = target.value < start if indicator.better == "more" else target.value > start
    return _away(indicator, start, target.value) if away else None


def _away(indicator: Indicator, start: Decimal, value: Decimal) -> str:
    return f"{value} lies on the wrong side of the baseline {start}: {indicator.better} is better here"


def _partners(folder: Folder) -> Iterator[Problem]:
    known = _Known(folder)
    for i, partner in enumerate(folder.partners.partners):
        base: Path_ = ("partners", i)
        if partner.place is not None and partner.place not in known.places:
            yield _unknown(folder, "partners.yml", (*base, "place"), "place", partner.place, known.places)
        for name in partner.layouts:
            layout = folder.partners.layouts.get(name)
            if layout is None:
                yield _unknown(folder, "partners.yml", (*base, "layouts"), "layout", name, folder.partners.layouts)
            elif layout.place is None and layout.sql is None and partner.place is None:
                message = f"layout {name!r} names no place; give it 'place', or give the partner its own"
                yield folder.sources["partners.yml"].problem((*base, "layouts"), message)
        for j, owes in enumerate(partner.owes):
            for id_ in owes.measures:
                if id_ not in known.measures:
                    path = (*base, "owes", j, "measures")
                    yield _unknown(folder, "partners.yml", path, "measure", id_, known.measures)
    for i, activity in enumerate(folder.activities.activities):
        if activity.partner not in known.partners:
            path = ("activities", i, "partner")
            yield _unknown(folder, "activities.yml", path, "partner", activity.partner, known.partners)
        for id_ in activity.indicators:
            if id_ not in known.indicators:
                path = ("activities", i, "indicators")
                yield _unknown(folder, "activities.yml", path, "indicator", id_, known.indicators)


def _layouts(folder: Folder) -> Iterator[Problem]:
    known = _Known(folder)
    for name, layout in folder.partners.layouts.items():
        yield from _layout_places(folder, name, layout, known)
        for i, value in enumerate(layout.values):
            path: Path_ = ("layouts", name, "values", i)
            named = [value.measure] if isinstance(value.measure, str) else _answers(value.measure)
            for measure in named:
                if measure not in known.measures:
                    yield _unknown(folder, "partners.yml", (*path, "measure"), "measure", measure, known.measures)
                    continue
                splits = set(value.members) | set(_braces(value.column))
                if extra := sorted(splits - known.measures[measure]):
                    message = f"{measure!r} is not split by {extra[0]!r}" + nearest(extra[0], known.measures[measure])
                    yield folder.sources["partners.yml"].problem(path, message)
            for dimension, found in value.members.items():
                said = [found] if isinstance(found, str) else _answers(found)
                for member in said:
                    members = known.members.get(dimension, set())
                    if member not in members and member != "_T":
                        kind = f"member of {dimension}"
                        yield _unknown(folder, "partners.yml", (*path, "members", dimension), kind, member, members)


def _layout_places(folder: Folder, name: str, layout: Layout, known: _Known) -> Iterator[Problem]:
    if layout.place is not None:
        for place in _answers(layout.place):
            if place not in known.places:
                yield _unknown(folder, "partners.yml", ("layouts", name, "place"), "place", place, known.places)


def _answers(found: From) -> list[str]:
    """Every agenda id that a From names outright."""
    return [*found.values.values(), *([found.constant] if found.constant else [])]


def _braces(column: str | None) -> list[str]:
    return [part.split("}")[0] for part in (column or "").split("{")[1:]]


def _words(folder: Folder) -> Iterator[Problem]:
    known = _Known(folder)
    for period, story in folder.stories.items():
        file = f"stories/{period}.yml"
        for id_ in story.curves:
            if id_ not in known.indicators:
                yield _unknown(folder, file, ("curves", id_), "indicator", id_, known.indicators)
        for i, voice in enumerate(story.voices):
            if voice.indicator is not None and voice.indicator not in known.indicators:
                path = ("voices", i, "indicator")
                yield _unknown(folder, file, path, "indicator", voice.indicator, known.indicators)


def _periods(folder: Folder) -> Iterator[Problem]:
    """Every period that the folder names can be read on the initiative's calendar."""
    named: list[tuple[str, Path_, str | None]] = [("initiative.yml", ("reports_from",), folder.initiative.reports_from)]
    for i, indicator in enumerate(folder.agenda.indicators):
        base: Path_ = ("indicators", i)
        if indicator.baseline:
            named.append(("agenda.yml", (*base, "baseline", "period"), indicator.baseline.period))
        named += [("agenda.yml", (*base, "targets", j, "by"), t.by) for j, t in enumerate(indicator.targets)]
    for i, partner in enumerate(folder.partners.partners):
        named += [("partners.yml", ("partners", i, key), getattr(partner, key)) for key in ("since", "until")]
    for i, activity in enumerate(folder.activities.activities):
        named += [("activities.yml", ("activities", i, key), getattr(activity, key)) for key in ("since", "until")]
    named += [(f"stories/{period}.yml", (), period) for period in folder.stories]
    for file, path, text in named:
        if text is not None:
            try:
                folder.initiative.calendar.parse(text)
            except PeriodError as error:
                yield folder.sources[file].problem(path, str(error))
