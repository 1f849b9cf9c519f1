"""The agenda as flat tables: what dbt computes with. One table per kind of entry, ids as text.

The tables land in the lake as a snapshot with its own knowledge time, so a warehouse built as of a day
uses the definitions that were in force on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pyarrow as pa

from agenda.errors import ConfigurationError, Problem
from agenda.folder import Folder
from agenda.indicators import Formula, Indicator
from agenda.lifetimes import heirs, inherited, lifetimes
from agenda.own_models import model_sql
from agenda.periods import Period
from agenda.reference import Figure, figures
from agenda.versions import indicator_of, versions

VALUE = pa.decimal128(18, 6)
"""Every reported or agreed number: exact, up to 999,999,999,999 with six decimals."""

_TEXT, _INT, _DATE, _FLAG = pa.string(), pa.int32(), pa.date32(), pa.bool_()
SCHEMAS: dict[str, pa.Schema] = {
    name: pa.schema(fields)
    for name, fields in {
        "agenda_initiative": [
            ("initiative", _TEXT), ("name", _TEXT), ("year_starts", _INT), ("year_named", _TEXT),
            ("at_risk_from", VALUE), ("minimum_coverage", VALUE), ("due_days", _INT),
        ],
        "agenda_goals": [
            ("goal", _TEXT), ("position", _INT), ("name", _TEXT), ("statement", _TEXT), ("headline", _TEXT),
        ],
        "agenda_indicators": [
            ("indicator", _TEXT), ("goal", _TEXT), ("position", _INT), ("name", _TEXT), ("definition", _TEXT),
            ("limitations", _TEXT), ("unit", _TEXT), ("owner", _TEXT), ("level", _TEXT), ("kind", _TEXT),
            ("times", _INT), ("better", _TEXT), ("decimals", _INT), ("interval", _TEXT),
            ("show_from", VALUE), ("events_from", VALUE), ("wide_above", VALUE), ("wide_share", VALUE),
            ("path", _TEXT),
        ],
        "agenda_indicator_periods": [("indicator", _TEXT), ("period_type", _TEXT)],
        "agenda_definitions": [
            ("indicator", _TEXT), ("version", _INT), ("series", _TEXT), ("since_start", _DATE), ("until_start", _DATE),
            ("definition", _TEXT), ("changed", _TEXT),
        ],
        "agenda_terms": [
            ("term", _INT), ("indicator", _TEXT), ("part", _TEXT), ("measure", _TEXT), ("weight", VALUE),
            ("stratum", _TEXT), ("standard", VALUE),
        ],
        "agenda_term_members": [("term", _INT), ("dimension", _TEXT), ("member", _TEXT)],
        "agenda_breakdowns": [("indicator", _TEXT), ("breakdown", _TEXT)],
        "agenda_breakdown_dimensions": [("breakdown", _TEXT), ("dimension", _TEXT)],
        "agenda_gaps": [
            ("indicator", _TEXT), ("breakdown", _TEXT), ("against", _TEXT), ("has_interval", _FLAG),
        ],
        "agenda_measures": [
            ("measure", _TEXT), ("name", _TEXT), ("unit", _TEXT), ("kind", _TEXT), ("subject", _TEXT),
            ("over_time", _TEXT), ("over_partners", _TEXT), ("is_reference", _FLAG),
            ("is_sum", _FLAG), ("is_keyed", _FLAG),
        ],
        "agenda_measure_dimensions": [("measure", _TEXT), ("dimension", _TEXT)],
        "agenda_models": [("measure", _TEXT), ("file", _TEXT), ("query", _TEXT)],
        "agenda_model_inputs": [("measure", _TEXT), ("input", _TEXT)],
        "agenda_precedence": [("measure", _TEXT), ("partner", _TEXT), ("position", _INT)],
        "agenda_dimensions": [("dimension", _TEXT), ("position", _INT), ("name", _TEXT)],
        "agenda_members": [("dimension", _TEXT), ("member", _TEXT), ("position", _INT), ("name", _TEXT)],
        "agenda_merged_members": [
            ("dimension", _TEXT), ("merged", _TEXT), ("member", _TEXT), ("position", _INT), ("name", _TEXT),
        ],
        "agenda_places": [
            ("place", _TEXT), ("position", _INT), ("name", _TEXT), ("level", _TEXT), ("parent", _TEXT),
            ("opens", _DATE), ("closes", _DATE),
        ],
        "agenda_heirs": [("place", _TEXT), ("heir", _TEXT), ("since", _DATE)],
        "agenda_place_ancestors": [("place", _TEXT), ("ancestor", _TEXT), ("distance", _INT)],
        "agenda_partners": [("partner", _TEXT), ("position", _INT), ("name", _TEXT), ("kind", _TEXT)],
        "agenda_owes": [
            ("partner", _TEXT), ("measure", _TEXT), ("period_type", _TEXT), ("since", _DATE), ("until", _DATE),
        ],
        "agenda_baselines": [
            ("indicator", _TEXT), ("period", _TEXT), ("period_start", _DATE), ("period_end", _DATE),
            ("value", VALUE), ("locked", _DATE),
        ],
        "agenda_targets": [
            ("indicator", _TEXT), ("position", _INT), ("period", _TEXT), ("period_end", _DATE),
            ("value", VALUE), ("low", VALUE), ("high", VALUE), ("place", _TEXT), ("breakdown", _TEXT),
            ("members", _TEXT),
        ],
        "reference_values": [
            ("measure", _TEXT), ("place", _TEXT), ("year", _INT), ("period_start", _DATE), ("members", _TEXT),
            ("value", VALUE),
        ],
    }.items()
}  # fmt: skip


def members_text(members: Mapping[str, str]) -> str:
    """The canonical text of a set of members: ``age_group=infant|sex=f``; empty for the whole."""
    return "|".join(f"{dimension}={member}" for dimension, member in sorted(members.items()))


def agenda_tables(folder: Folder) -> dict[str, pa.Table]:
    """The agenda in the shape of `SCHEMAS`, rows in the order of the files.

    Raises `ConfigurationError` where a reference series can't be read.
    """
    parts = (_initiative, _indicators, _measures, _partners, _reference)
    rows = {name: table for part in parts for name, table in part(folder).items()}
    return {name: _table(schema, rows[name]) for name, schema in SCHEMAS.items()}


def _table(schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


Rows = dict[str, list[tuple[Any, ...]]]


def _initiative(folder: Folder) -> Rows:
    initiative, agenda = folder.initiative, folder.agenda
    year, status = initiative.year, initiative.status
    named = (initiative.id, initiative.name, year.starts, year.named)
    parents = {place.id: place.parent for place in agenda.places}
    lives = lifetimes(agenda.places, initiative.calendar)

    def line(place: str | None) -> Iterable[str]:
        while place is not None:
            yield place
            place = parents[place]

    return {
        "agenda_initiative": [(*named, status.at_risk_from, initiative.coverage.minimum, initiative.due_days)],
        "agenda_goals": [(g.id, i, g.name, g.statement, g.headline) for i, g in enumerate(agenda.goals)],
        "agenda_dimensions": [(d.id, i, d.name) for i, d in enumerate(agenda.dimensions)],
        "agenda_members": [(d.id, m.id, i, m.name) for d in agenda.dimensions for i, m in enumerate(d.members)],
        "agenda_merged_members": [
            (d.id, merged.id, member, i, merged.name)
            for d in agenda.dimensions
            for i, merged in enumerate(d.merge, len(d.members))
            for member in merged.of
        ],
        "agenda_places": [
            (p.id, i, p.name, p.level, p.parent, lives[p.id].opens, lives[p.id].closes)
            for i, p in enumerate(agenda.places)
        ],
        "agenda_heirs": list(heirs(agenda.places, initiative.calendar)),
        "agenda_place_ancestors": [
            (p.id, ancestor, distance) for p in agenda.places for distance, ancestor in enumerate(line(p.id))
        ],
    }


def _indicators(folder: Folder) -> Rows:
    """Indicators in the order of the pages, each definition of one by itself."""
    goals, calendar = folder.agenda.goals, folder.initiative.calendar
    goal_of = {id_: goal.id for goal in goals for id_ in goal.indicators}
    position = {id_: i for i, id_ in enumerate(goal_of)}
    ordered = sorted(folder.agenda.indicators, key=lambda indicator: position[indicator.id])
    history = [(each.id, version) for each in ordered for version in versions(each, calendar)]
    defined = [version.indicator for _, version in history]
    return {
        "agenda_indicators": [
            (i.id, goal_of[of], position[of], i.name, i.definition, i.limitations, i.unit,
             i.owner, i.level, i.formula.kind, i.formula.times, i.better, i.decimals, i.interval,
             *_shown(folder, i), i.path)
            for i in defined for of in [indicator_of(i.id)]
        ],
        "agenda_indicator_periods": [(i.id, type_) for i in defined for type_ in dict.fromkeys(i.periods)],
        "agenda_definitions": [
            (id_, v.number, v.indicator.id, v.since and v.since.start, v.until and v.until.start,
             v.indicator.definition, v.changed)
            for id_, v in history
        ],
        "agenda_baselines": [
            (i.id, at.key, at.start, at.end, i.baseline.value, i.baseline.locked)
            for i in defined if i.baseline for at in [calendar.parse(i.baseline.period)]
        ],
        **_terms(defined),
        **_breakdowns(folder, defined),
        **_targets(folder, defined),
    }  # fmt: skip


def _terms(defined: Iterable[Indicator]) -> Rows:
    rows: Rows = {"agenda_terms": [], "agenda_term_members": []}
    for ind in defined:
        formula = ind.formula
        for part, terms in (("numerator", formula.of), ("denominator", formula.per), ("squares", formula.squares)):
            for term, (stratum, standard) in product(terms or (), _strata(formula)):
                number = len(rows["agenda_terms"])
                rows["agenda_terms"].append((number, ind.id, part, term.measure, term.weight, stratum, standard))
                rows["agenda_term_members"] += [(number, d, m) for d, ms in term.where.items() for m in ms]
                if formula.standard is not None:
                    rows["agenda_term_members"].append((number, formula.standard.dimension, stratum))
    return rows


def _breakdowns(folder: Folder, defined: Iterable[Indicator]) -> Rows:
    agenda = folder.agenda
    overlapping = {dimension.id for dimension in agenda.dimensions if dimension.overlap}
    split_by = {measure.id: set(measure.dimensions) for measure in agenda.measures}
    split_by |= {series.id: set(series.dimensions) for series in agenda.reference}
    crossed = sorted({dims for indicator in agenda.indicators for dims in indicator.breakdowns})
    rows: Rows = {
        "agenda_breakdowns": [],
        "agenda_breakdown_dimensions": [(_named(dims), d) for dims in crossed for d in dims],
        "agenda_gaps": [],
    }
    for ind in defined:
        # An earlier definition may be of measures that can't be split by all that today's is shown by.
        split = set.intersection(*(split_by[term.measure] for term in ind.formula.summed))
        shown = [dims for dims in ind.breakdowns if split >= set(dims)]
        rows["agenda_breakdowns"] += [(ind.id, _named(dims)) for dims in ((), *shown)]
        for dims in shown:
            if (against := ind.against(dims)) is not None:
                # Who is in two groups at once makes their numbers depend on each other, and the limits suppose none do.
                has_interval = ind.interval != "none" and not overlapping & set(dims)
                beside = None if against == "best" else members_text(against)
                rows["agenda_gaps"].append((ind.id, _named(dims), beside, has_interval))
    return rows


def _named(dimensions: Iterable[str]) -> str:
    """A breakdown's name: ``age_group * sex``; empty for the whole."""
    return " * ".join(dimensions)


def _targets(folder: Folder, defined: Iterable[Indicator]) -> Rows:
    root = next(place.id for place in folder.agenda.places if place.parent is None)
    rows = []
    for ind in defined:
        for i, target in enumerate(ind.targets):
            by = folder.initiative.calendar.parse(target.by)
            group = (target.place or root, _named(sorted(target.where)), members_text(target.where))
            rows.append((ind.id, i, by.key, by.end, target.value, target.low, target.high, *group))
    return {"agenda_targets": rows}


def _strata(formula: Formula) -> Iterable[tuple[str | None, Decimal | None]]:
    """The groups that each term is taken of, one by one, with their number in the standard population."""
    return formula.standard.weights.items() if formula.standard is not None else [(None, None)]


def _shown(folder: Folder, indicator: Indicator) -> tuple[Decimal | None, ...]:
    """The least denominator to divide by, the fewest events to standardise, and the widths above which an interval is
    wide; None: there is no rule.

    A denominator in money counts nothing: of it every amount is enough.
    """
    show, formula = folder.initiative.show, indicator.formula
    per = {term.measure for term in formula.per or ()}
    is_money = any(m.subject == "money" for m in folder.agenda.measures if m.id in per)
    is_percent, is_standardised = formula.kind == "percent", formula.standard is not None
    return (
        show.percent_from or None if is_percent and not is_money else None,
        show.standardised_from or None if is_standardised else None,
        show.wide_points / 100 if is_percent and show.wide_points is not None else None,
        show.wide_share,
    )


def _measures(folder: Folder) -> Rows:
    measures, series = folder.agenda.measures, folder.agenda.reference
    return {
        "agenda_measures": [
            *(
                (m.id, m.name, m.unit, m.kind, m.subject, m.time_rule, m.over_partners, False, m.is_sum, m.keyed)
                for m in measures
            ),
            *((s.id, s.name, s.unit, "stock", "people", "last", "sum", True, True, False) for s in series),
        ],
        "agenda_measure_dimensions": [
            *((m.id, d) for m in measures for d in sorted(m.dimensions)),
            *((s.id, d) for s in series for d in sorted(s.dimensions)),
        ],
        "agenda_models": [(m.id, m.model.file, model_sql(folder, m.model)) for m in measures if m.model],
        "agenda_model_inputs": [(m.id, input_) for m in measures if m.model for input_ in m.model.of],
        "agenda_precedence": [(m.id, partner, i) for m in measures for i, partner in enumerate(m.precedence)],
    }


def _partners(folder: Folder) -> Rows:
    calendar, partners = folder.initiative.calendar, folder.partners.partners

    def bound(text: str | None) -> Period | None:
        return calendar.parse(text) if text else None

    owes = []
    for partner in partners:
        since = bound(partner.since or folder.initiative.reports_from)
        until = bound(partner.until)
        for owed in partner.owes:
            owes += [
                (partner.id, measure, owed.every, since and since.start, until and until.end)
                for measure in owed.measures
            ]
    return {
        "agenda_partners": [(p.id, i, p.name, p.kind) for i, p in enumerate(partners)],
        "agenda_owes": owes,
    }


def _reference(folder: Folder) -> Rows:
    found = [(series.id, figure) for series in folder.agenda.reference for figure in figures(folder, series)]
    problems = [figure for _, figure in found if isinstance(figure, Problem)]
    if problems:
        raise ConfigurationError("a reference series can't be used:", problems)
    rows = [
        (id_, at.place, at.year, date(at.year, 1, 1), members_text(at.members), at.value)
        for id_, at in found
        if isinstance(at, Figure)
    ]
    return {"reference_values": list(inherited(rows, folder.agenda.places, folder.initiative.calendar))}
