"""Whether a model lets one partner's counts of people decide about another's numbers, found by trial.

The query is run over made-up numbers of all partners, and once more where one partner's counts of people are others:
what it gives for everybody else must be the same. A difference is a proof; no difference is none, as no trial meets
every number that a query may ask about.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import duckdb

from agenda.folder import Folder
from agenda.model import Model
from agenda.own_models import READS, model_sql
from agenda.sql import LOCKED_DOWN

TRIALS = 3
"""How often each partner's counts are drawn anew."""
MOST = {"partners": 6, "places": 12, "groups": 12}
"""Of how many of them numbers are made up."""
_SPANS = (
    ("2026-01", "month", "2026-01-01", "2026-02-01"), ("2026-03", "month", "2026-03-01", "2026-04-01"),
    ("2026Q1", "quarter", "2026-01-01", "2026-04-01"), ("2026", "year", "2026-01-01", "2027-01-01"),
)  # fmt: skip
_YEARS = (2024, 2025, 2026)
Row = tuple[Any, ...]


def mixed(folder: Folder, model: Model) -> tuple[str, str] | None:
    """A partner and another whose numbers follow from the first one's counts of people, or None.

    The query must be one that `wrong_with` has nothing against.
    """
    people = {measure.id for measure in folder.agenda.measures if measure.subject == "people"} & set(model.of)
    partners = [partner.id for partner in folder.partners.partners][: MOST["partners"]]
    if not people or len(partners) < 2:
        return None
    sql, chance = model_sql(folder, model), random.Random(0)
    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            _fill(connection, folder, model, chance)
            connection.execute(LOCKED_DOWN)
            before = _given(connection, sql)
            for _, one in product(range(TRIALS), partners):
                for id_ in sorted(people):
                    change = f"value = 1 + (hash(rowid, {chance.randrange(10**6)}) % 400)::integer"
                    connection.execute(
                        f"update observations set {change} where partner = ? and measure = ?", [one, id_]
                    )
                after = _given(connection, sql)
                for other in before.keys() | after.keys():
                    if other != one and before.get(other) != after.get(other):
                        return one, other
                before = after
    except duckdb.Error:  # it can't be run over these numbers, whatever it does with real ones
        return None
    return None


def _given(connection: duckdb.DuckDBPyConnection, sql: str) -> Mapping[str, list[str]]:
    """What the query gives for each partner, in whatever order."""
    found: dict[str, list[str]] = {}
    for partner, row in connection.execute(f"select partner, made::varchar from ({sql}) as made").fetchall():
        found.setdefault(str(partner), []).append(row)
    return {partner: sorted(rows) for partner, rows in found.items()}


def _fill(connection: duckdb.DuckDBPyConnection, folder: Folder, model: Model, chance: random.Random) -> None:
    """Tables like those that a model reads, with a number of each partner, period, place and group."""
    agenda = folder.agenda
    places = list(agenda.places)[: MOST["places"]]
    partners = [partner.id for partner in folder.partners.partners][: MOST["partners"]]
    rows: dict[str, list[Row]] = {"observations": [], "reference": [], "places": []}
    rows["places"] = [(place.id, place.name, place.level, place.parent) for place in agenda.places]
    for measure in (one for one in agenda.measures if one.id in model.of):
        for place, members in product(places, _groups(folder, measure.dimensions)):
            rows["observations"] += [
                (partner, measure.id, *span, place.id, members, chance.randrange(1, 400), "A")
                for partner, span in product(partners, _SPANS)
            ]
    for series in (one for one in agenda.reference if one.id in model.of):
        for place, members in product(places, _groups(folder, series.dimensions)):
            rows["reference"] += [(series.id, place.id, year, members, chance.randrange(1, 400)) for year in _YEARS]
    for name, types in READS.items():  # as JSON, for rows that are inserted one by one take seconds
        made = json.dumps([dict(zip(types, row, strict=True)) for row in rows[name]])
        connection.execute(
            f"create table {name} as select unnest(from_json(?, ?), max_depth := 2)", [made, json.dumps([types])]
        )


def _groups(folder: Folder, dimensions: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The whole, and the groups of all dimensions crossed."""
    members = {d.id: [member.id for member in d.members] for d in folder.agenda.dimensions}
    yield {}
    crossed = product(*(members.get(dimension, []) for dimension in dimensions)) if dimensions else ()
    for _, group in zip(range(MOST["groups"]), crossed, strict=False):
        yield dict(zip(dimensions, group, strict=True))
