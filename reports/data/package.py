"""The numbers of an edition for others to use, as a Frictionless Data Package.

    data/indicator_values.csv  data/indicator_values.parquet
    data/indicator_changes.csv  data/cohorts.csv …   the tables of `reports.data.beside`
    data/indicators.csv  data/places.csv …           the lists of `reports.data.lists`
    data/datapackage.json  data/csv-metadata.json    what is in all of them, in two vocabularies

The first holds every indicator value up to the quarter, in every kind of period that its indicator has. Numbers are
exact: numerators and denominators as decimals, values as the shortest text that reads back as the same number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from agenda.errors import ConfigurationError
from agenda.model import Dimension
from reports.data import csvw
from reports.data.beside import WHOLE as WHOLE
from reports.data.beside import Field, tables_beside
from reports.data.citation import terms
from reports.data.lists import lists, merging
from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.words import Words, sentence_case

TABLE = "indicator_values"


def write_data(quarter: Quarter, out: Path, *, language: str | None = None) -> None:
    """Write the package into the folder ``out``. Equal quarters give equal bytes.

    Raises `ConfigurationError` where a dimension bears the name of a column of the table.
    """
    words = Words(language or quarter.folder.initiative.language, quarter.calendar)
    frame = values_table(quarter)
    out.mkdir(parents=True, exist_ok=True)
    csv, parquet = out / f"{TABLE}.csv", out / f"{TABLE}.parquet"
    _as_text(frame).write_csv(csv)
    # Arrow's plain strings and fixed settings, so that the bytes depend on nothing but the rows.
    schema = pa.schema([pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type)
                        for f in frame.to_arrow().schema])  # fmt: skip
    pq.write_table(frame.to_arrow().cast(schema), parquet, compression="zstd", row_group_size=1 << 20)
    known = lists(quarter, words)
    keys = {key: one.name for one in known for key in one.key}
    others = [*tables_beside(quarter, words), *known]
    for other in others:
        _as_text(other.frame).write_csv(out / f"{other.name}.csv")
    described = _package(quarter, words, csv, parquet)
    described["resources"] += [
        _table(other.name, other.title, out / f"{other.name}.csv", _fields(other.fields, other.key, set(other.key)))
        for other in others
    ]
    for resource in described["resources"]:
        if "schema" in resource:
            resource["schema"] |= _references(resource, keys)
    _write_json(out / "datapackage.json", described)
    _write_json(out / csvw.NAME,
                csvw.table_group(described, words.language, terms(quarter.folder.initiative, words)))  # fmt: skip


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _references(resource: dict[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    """A foreign key for each column that bears the name of a list's key."""
    found = [
        {"fields": name, "reference": {"resource": keys[name], "fields": name}}
        for name in (field["name"] for field in resource["schema"]["fields"])
        if name in keys and keys[name] != resource["name"]
    ]
    return {"foreignKeys": found} if found else {}


def values_table(quarter: Quarter) -> pl.DataFrame:
    """One row for each indicator, period, place and group, sorted by them; a column for each dimension."""
    agenda = quarter.folder.agenda
    kinds = pl.DataFrame(
        [(i.id, type_, i.unit) for i in agenda.indicators for type_ in dict.fromkeys(i.periods)],
        schema={"indicator": pl.String, "period_type": pl.String, "unit": pl.String}, orient="row",
    )  # fmt: skip
    names = pl.DataFrame([(p.id, p.name) for p in agenda.places], schema={"place": pl.String, "place_name": pl.String},
                         orient="row")  # fmt: skip
    groups = [
        pl.col("members").str.extract(rf"(?:^|\|){dimension.id}=([^|]*)").fill_null(WHOLE).alias(dimension.id)
        for dimension in agenda.dimensions
    ]
    known = quarter.values.join(kinds, on=["indicator", "period_type"]).join(names, on="place", how="left")
    keys = _keys(agenda.dimensions)
    return known.with_columns(groups).sort(keys).select(
        "indicator", "period_type", "period", "place", "place_name", *(d.id for d in agenda.dimensions), "value",
        "numerator", "denominator", "lower", "upper", "status", "conf_status", "expected_reporters", "actual_reporters",
        "unit", "version", "is_in_force",
    )  # fmt: skip


def _keys(dimensions: tuple[Dimension, ...]) -> list[str]:
    fixed = {"indicator", "period_type", "period", "place", "place_name", "value", "numerator", "denominator", "lower",
             "upper", "status", "conf_status", "expected_reporters", "actual_reporters", "unit", "version",
             "is_in_force"}  # fmt: skip
    taken = [dimension.id for dimension in dimensions if dimension.id in fixed]
    if taken:
        raise ConfigurationError(
            f"agenda.yml: the dimension {taken[0]!r} has the name of a column of {TABLE}; rename it"
        )
    return ["indicator", "period_type", "period", "place", *(dimension.id for dimension in dimensions), "version"]


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Numbers as they are written: no trailing zeros, no ``.0``, nothing rounded."""
    numbers = [name for name, type_ in frame.schema.items() if type_.is_float() or type_.is_decimal()]
    trimmed = r"(\.\d*?)0+$"
    return frame.with_columns(
        pl.col(name).cast(pl.String).str.replace(trimmed, "$1").str.replace(r"\.$", "") for name in numbers
    )


# -- the description -----------------------------------------------------------------------------------


def _package(quarter: Quarter, words: Words, csv: Path, parquet: Path) -> dict[str, Any]:
    initiative, agenda = quarter.folder.initiative, quarter.folder.agenda
    period = words.period(quarter.period)
    own: dict[str, str] = {"title": plain(initiative.name)}
    if "@" in initiative.contact:
        own["email"] = initiative.contact
    sources = [{"title": f"{plain(s.name)}. {plain(s.publisher)}, {plain(s.published)}"} for s in agenda.reference]
    said = [words._("Values of all indicators up to the {period}, as known on {day}.", period=period,
                    day=words.day(quarter.as_of)), plain(initiative.notice), terms(initiative, words)]  # fmt: skip
    licence = initiative.licence
    table = _table(TABLE, words._("Indicator values"), csv, _schema(quarter, words))
    copy = {
        "name": f"{TABLE}_parquet",
        "title": words._("Indicator values, the same table for programs"),
        "path": parquet.name,
        "type": "file",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        **_file(parquet),
    }
    return {
        "profile": "data-package",
        "name": f"{initiative.id}-{quarter.period.key}".lower(),
        "title": words._("{name}: {period}", name=plain(initiative.name), period=sentence_case(period)),
        "description": words.running(said),
        "created": quarter.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **({"licenses": [{"name": licence.id, "path": licence.url, "title": plain(licence.name)}]} if licence else {}),
        **({"homepage": initiative.public(f"{quarter.period}/index.html")} if initiative.address else {}),
        "sources": [own, *sources],
        "contributors": [{"title": plain(p.name), "role": "contributor"} for p in quarter.partners.values()],
        "resources": [table, copy],
    }


def _table(name: str, title: str, csv: Path, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "path": csv.name,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_file(csv),
        "schema": schema,
    }


def _file(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _schema(quarter: Quarter, words: Words) -> dict[str, Any]:
    dimensions = quarter.folder.agenda.dimensions
    indicators = ", ".join(f"{i.id}: {plain(i.name)}" for i in quarter.indicators.values())
    fields = [
        ("indicator", "string", words._("Id of the indicator: {list}.", list=indicators)),
        ("period_type", "string", words._("month, quarter or year.")),
        ("period", "string", words._("The period, like 2026-07, 2026Q3 or 2026, on the initiative's calendar.")),
        ("place", "string", words._("Id of the place; {root} is the whole.", root=quarter.root.id)),
        ("place_name", "string", words._("Name of the place.")),
        *((d.id, "string", _members(d, words, d in merging(quarter))) for d in dimensions),
        ("value", "number", words._("The indicator's value; percents are fractions. Empty: see status.")),
        ("numerator", "number", words._("What was counted, exactly.")),
        ("denominator", "number", words._("What it was divided by, exactly; empty for counts.")),
        ("lower", "number", words._("Lower end of the 95 % interval, or of what is possible where lists overlap.")),
        ("upper", "number", words._("Upper end of the same.")),
        ("status", "string", _status(quarter, words)),
        (
            "conf_status",
            "string",
            words._(
                "SDMX CONF_STATUS: F free, A withheld because it counts few people, D withheld "
                "because it would reveal what is, or follows from it."
            ),
        ),
        ("expected_reporters", "integer", words._("Partners that owed a part of this number.")),
        ("actual_reporters", "integer", words._("Partners of these that reported it.")),
        ("unit", "string", words._("What is counted.")),
        (
            "version",
            "integer",
            words._(
                "The definition that the value is by, counted from the oldest; agenda.yml has "
                "them all. Only values of one version can be compared."
            ),
        ),
        (
            "is_in_force",
            "boolean",
            words._(
                "Whether this definition is the one of the period. Values by the others "
                "stand beside it where there are data for them."
            ),
        ),
    ]
    keys = _keys(dimensions)
    return _fields(fields, keys, {*keys, "status", "conf_status", "unit", "is_in_force"})


def _fields(fields: Iterable[Field], keys: list[str], required: set[str]) -> dict[str, Any]:
    described: list[dict[str, Any]] = [{"name": n, "type": type_, "description": text} for n, type_, text in fields]
    for field in described:
        if field["name"] in required:
            field["constraints"] = {"required": True}
    return {"fields": described, "primaryKey": keys, "missingValues": [""]}


def _status(quarter: Quarter, words: Words) -> str:
    codes = words._(
        "SDMX OBS_STATUS. With a value: A normal, P provisional, U of low reliability: its "
        "interval is wide; E estimated and other codes as they were reported. Without one: "
        "O not reported, L withheld as too few partners reported, M cannot exist, or nothing to "
        "divide by, Q suppressed by a partner or withheld to protect people, U too few to tell."
    )
    together = words._("K withheld to protect people, and shown together with others, as one group.")
    return words.running((codes, together)) if merging(quarter) else codes


def _members(dimension: Dimension, words: Words, is_merging: bool) -> str:
    names = {member.id: member.name for member in dimension.members}
    names |= {merged.id: merged.name for merged in dimension.merge if is_merging}
    members = ", ".join(f"{id_}: {plain(name)}" for id_, name in names.items())
    return words._("{dimension}: {members}; {whole}: the whole.", dimension=plain(dimension.name), members=members,
                   whole=WHOLE)  # fmt: skip
