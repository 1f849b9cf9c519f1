"""The lists of the data package: what the ids and codes of the other tables stand for, one table for each kind.

A list has its id as its only key, in a column of the name that the other tables give it; so each column of theirs
that is called like the key of a list points to that list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from agenda.model import Dimension
from agenda.statuses import STATUSES
from reports.data.beside import WHOLE, Beside, Field
from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.words import Words

CONFIDENTIAL = {
    "F": "Free (free for publication)",
    "A": "Primary confidentiality due to small counts",
    "D": "Secondary confidentiality set by the sender, not for publication",
}
"""The codes of SDMX's CL_CONF_STATUS 1.2 that an edition may have."""

MEMBERS, SHOWN_IN = "members_", "shown_in"
"""What the name of a list of a dimension's groups begins with, and its column of the group that one is shown in."""


def lists(quarter: Quarter, words: Words) -> list[Beside]:
    """Every list, each row one id, in the order of the ids."""
    agenda, known = quarter.folder.agenda, quarter.reporting
    goals = {id_: goal for goal in agenda.goals for id_ in goal.indicators}
    name = ("name", "string", words._("Its name; empty where the agenda no longer has it."))
    code = ("name", "string", words._("Its name in SDMX's list of codes."))
    return [
        _list("indicator", "indicators", words._("Indicators"), words._("Id of the indicator."), [
            name,
            ("goal", "string", words._("Name of the goal that it stands under.")),
            ("unit", "string", words._("What is counted.")),
            ("level", "string", words._("output, outcome, impact or system.")),
            ("better", "string", words._("more, less or band: what it should come to.")),
            ("definition", "string", words._("What is counted, as it was agreed.")),
            ("page", "string", words._("Where it stands in this edition.")),
        ], (
            (i.id, plain(i.name), plain(goals[i.id].name) if i.id in goals else "", plain(i.unit), i.level, i.better,
             plain(i.definition), page_of(i.id, goals[i.id].id) if i.id in goals else "")
            for i in agenda.indicators
        )),
        _list("place", "places", words._("Places"), words._("Id of the place."), [
            name,
            ("level", "string", words._("What kind of place it is.")),
            ("parent", "string", words._("Id of the place that it lies in; empty for the whole.")),
        ], ((p.id, plain(p.name), p.level, p.parent or "") for p in agenda.places)),
        _list("partner", "partners", words._("Partners"), words._("Id of the partner."), [
            name, ("kind", "string", words._("What kind of organisation it is.")),
        ], _and_gone(((p.id, plain(p.name), plain(p.kind)) for p in quarter.folder.partners.partners),
                     known["partner"])),
        _list("measure", "measures", words._("Measures"), words._("Id of the measure."), [
            name,
            ("unit", "string", words._("What is counted.")),
            ("kind", "string", words._("flow: it adds up over time; stock: a level at a time.")),
            ("subject", "string", words._("people, facilities, money or events.")),
            ("definition", "string", words._("What partners count.")),
        ], _and_gone(((m.id, plain(m.name), plain(m.unit), m.kind, m.subject, plain(m.definition))
                      for m in agenda.measures), known["measure"])),
        _list("status", "statuses", words._("What a number is, or why there is none"), words._("SDMX OBS_STATUS."),
              [code], STATUSES.items()),
        _list("conf_status", "conf_statuses", words._("Whether a number is withheld"), words._("SDMX CONF_STATUS."),
              [code], CONFIDENTIAL.items()),
        *(_members(quarter, dimension, words) for dimension in merging(quarter)),
    ]  # fmt: skip


def merging(quarter: Quarter) -> list[Dimension]:
    """The dimensions of which an edition may show groups together: only where people are protected."""
    dimensions = quarter.folder.agenda.dimensions if quarter.folder.initiative.hides is not None else ()
    return [dimension for dimension in dimensions if dimension.merge]


def _members(quarter: Quarter, dimension: Dimension, words: Words) -> Beside:
    """What the groups that are shown together are made of. Later editions read it, too: `reports.editions.earlier`."""
    into = {part: merged.id for merged in dimension.merge for part in merged.of}
    groups = [(m.id, plain(m.name), into.get(m.id, "")) for m in dimension.members]
    together = [(merged.id, plain(merged.name), "") for merged in dimension.merge]
    met = quarter.values["members"].unique().str.extract(rf"(?:^|\|){dimension.id}=([^|]*)").drop_nulls()
    title, id_ = plain(dimension.name), words._("Id of the group; {whole}: the whole.", whole=WHOLE)
    return _list(dimension.id, f"{MEMBERS}{dimension.id}", title, id_, [
        ("name", "string", words._("Its name; empty of the whole, and where the agenda no longer has it.")),
        (SHOWN_IN, "string", words._("Id of the group that it is a part of where several are shown together, as they "
                                     "can't be shown alone; empty: of none.")),
    ], _and_gone([(WHOLE, "", ""), *groups, *together], met))  # fmt: skip


def page_of(indicator: str, goal: str) -> str:
    """Where an indicator stands, from the edition's root: the anchor is its id."""
    return f"goals/{goal}.html#{indicator}"


def _list(
    key: str, name: str, title: str, said: str, fields: Iterable[Field], rows: Iterable[tuple[str, ...]]
) -> Beside:
    described: list[Field] = [(key, "string", said), *fields]
    frame = pl.DataFrame(list(rows), schema={name: pl.String for name, _, _ in described}, orient="row")
    frame = frame.with_columns(pl.all().replace("", None)).sort(key)  # what is not known is empty, not a text
    return Beside(name, title, frame, [key], described)


def _and_gone(rows: Iterable[tuple[str, ...]], met: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """``rows``, and one with its id alone for each id that was met but that no row has."""
    had = {row[0]: row for row in rows}
    yield from had.values()
    width = max(map(len, had.values()), default=1)
    for gone in sorted(set(met) - set(had)):
        yield (gone, *[""] * (width - 1))
