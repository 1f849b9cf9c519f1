"""Sense of ``partners.yml`` and ``activities.yml``: who reports what, from where, in which layout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from agenda.errors import Problem
from agenda.known import Known, answers
from agenda.layouts import Value
from agenda.reference import TOTAL
from agenda.spelling import nearest
from agenda.way import Way
from agenda.ways_in import Database
from agenda.web import Api, Dhis2, Kobo
from agenda.written import Path_

FILE = "partners.yml"
OWN_LAYOUT = "template"
"""The layout of `sources.forms.template`, which every partner has."""


def partners_problems(known: Known) -> Iterator[Problem]:
    for check in (_partners, _prefixes, _sources, _layouts, _activities):
        yield from check(known)


def _partners(known: Known) -> Iterator[Problem]:
    partners = known.folder.partners.partners
    yield from known.once(FILE, ("partners",), [p.id for p in partners])
    for i, partner in enumerate(partners):
        base: Path_ = ("partners", i)
        if partner.place is not None:
            yield from known.check(FILE, (*base, "place"), "place", partner.place, known.places)
        for j, name in enumerate(partner.layouts):
            path: Path_ = (*base, "layouts", j)
            yield from known.check(FILE, path, "layout", name, known.layouts)
            layout = known.layouts.get(name)
            if layout and layout.place is None and layout.sql is None and partner.place is None:
                message = f"layout {name!r} names no place; give it 'place', or give the partner its own"
                yield known.problem(FILE, path, message)
        yield from known.once(FILE, (*base, "layouts"), partner.layouts)
        owed: set[str] = set()
        for j, owes in enumerate(partner.owes):
            for k, id_ in enumerate(owes.measures):
                path = (*base, "owes", j, "measures", k)
                yield from known.reported(FILE, path, id_)
                if id_ in owed:
                    yield known.problem(FILE, path, f"{id_!r} is owed already; keep one")
                owed.add(id_)


def _prefixes(known: Known) -> Iterator[Problem]:
    """A file belongs to one partner: no inbox lies within another's."""
    owner = {PurePosixPath(p.prefix): p.id for p in known.folder.partners.partners}
    for i, partner in enumerate(known.folder.partners.partners):
        prefix = PurePosixPath(partner.prefix)
        others = [owner[at] for at in (prefix, *prefix.parents) if owner.get(at, partner.id) != partner.id]
        if others:
            message = f"{partner.prefix}/ is (part of) the inbox of {others[0]!r}; each partner has its own"
            yield known.problem(FILE, ("partners", i, "source", "prefix"), message)


def _sources(known: Known) -> Iterator[Problem]:
    """What is asked for bit by bit adds to what is known already; a layout must be able to take it so."""
    for i, partner in enumerate(known.folder.partners.partners):
        base: Path_ = ("partners", i, "source")
        if isinstance(partner.source, Api):
            yield from known.once(FILE, (*base, "endpoints"), [one.name for one in partner.source.endpoints])
        layouts = [(name, known.layouts[name]) for name in partner.layouts if name in known.layouts]
        for path in _bit_by_bit(partner.source):
            for name, layout in layouts:
                if layout.delivery != "updates":
                    message = f"asks for new records only, but layout {name!r} replaces; give it delivery: updates"
                    yield known.problem(FILE, (*base, *path), message)
                elif layout.rows == "records":
                    message = f"asks for new records only, but layout {name!r} adds records up; take this out"
                    yield known.problem(FILE, (*base, *path), message)


def _bit_by_bit(source: Way) -> list[Path_]:
    """Where a source says that only what is new is asked for."""
    if isinstance(source, Api):
        return [("endpoints", i, "cursor") for i, endpoint in enumerate(source.endpoints) if endpoint.cursor]
    if isinstance(source, Kobo | Dhis2):
        return [("only_new",)] if source.only_new else []
    return [("cursor",)] if isinstance(source, Database) and source.cursor else []


def _layouts(known: Known) -> Iterator[Problem]:
    for name, layout in known.layouts.items():
        base: Path_ = ("layouts", name)
        if name == OWN_LAYOUT:
            yield known.problem(FILE, base, "is what the layout of Cairn's own templates is called; take another name")
        for place in answers(layout.place) if layout.place else ():
            yield from known.check(FILE, (*base, "place"), "place", place, known.places)
        for i, value in enumerate(layout.values):
            path: Path_ = (*base, "values", i)
            yield from _value(known, path, value)
            for key in ("per", "take", "count", "consent"):
                if layout.rows != "records" and key in value.model_fields_set:
                    message = "says how records fall together; give the layout rows: records, or take this out"
                    yield known.problem(FILE, (*path, key), message)


def _value(known: Known, path: Path_, value: Value) -> Iterator[Problem]:
    splits = {*value.members, *value.patterns}
    for dimension in sorted(splits):
        yield from known.check(FILE, path, "dimension", dimension, known.members)
    measures = answers(value.measure)
    for measure in measures:
        yield from known.reported(FILE, (*path, "measure"), measure)
    keyed = {measure.id for measure in known.folder.agenda.measures if measure.keyed}
    if value.consent is not None and not (measures and keyed.issuperset(measures)):
        message = "links people to those of other partners, which the agenda agrees to by keyed: yes of the measure"
        yield known.problem(FILE, (*path, "consent"), message)
    # Where a column says which measure a row holds, a row leaves those groups empty that its measure doesn't have.
    split = frozenset[str]().union(*(known.measures.get(measure, ()) for measure in measures))
    if measures and all(measure in known.measures for measure in measures):
        for extra in sorted(splits & set(known.members) - split):
            named = " nor ".join(map(repr, measures))
            yield known.problem(FILE, path, f"{named} is not split by {extra!r}{nearest(extra, split)}")
    for dimension, found in value.members.items():
        members = {*known.members.get(dimension, ()), TOTAL}
        for member in answers(found) if dimension in known.members else ():
            at = (*path, "members", dimension)
            yield from known.check(FILE, at, f"member of {dimension}", member, members)


def _activities(known: Known) -> Iterator[Problem]:
    for i, activity in enumerate(known.folder.activities.activities):
        at: Path_ = ("activities", i)
        yield from known.check("activities.yml", (*at, "partner"), "partner", activity.partner, known.partners)
        for j, id_ in enumerate(activity.indicators):
            path = (*at, "indicators", j)
            yield from known.check("activities.yml", path, "indicator", id_, known.indicators)
