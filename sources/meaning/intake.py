"""Taking in the sheets that share one layout and one header: shape, check, and account for every row.

The result per file: ``rows read = accepted + rejected + skipped``. A row with an error on any of its numbers
is rejected whole; a row that holds no number for the agenda is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from agenda.periods import Period
from agenda.statuses import MISSING, ORDER, PROVISIONAL, rank
from sources.files.readers import Sheet
from sources.letters.findings import Finding
from sources.meaning.answers import answers
from sources.meaning.breaches import NUMBER, findings_of, rejected_rows, with_words
from sources.meaning.comparison import Comparison, Past
from sources.meaning.contract import check, contract
from sources.meaning.plan import Plan
from sources.meaning.records import PERSONS, records_added
from sources.meaning.resolve import Resolved, resolve
from sources.meaning.shape import path_texts, select, select_sql, stack
from sources.meaning.vocabulary import Vocabulary


@dataclass(frozen=True)
class Counts:
    """Rows of one submission, as a person would count them below the header."""

    read: int
    accepted: int
    rejected: int
    skipped: int

    @property
    def outcome(self) -> str:
        if self.accepted and not self.rejected:
            return "accepted"
        return "partial" if self.accepted else "rejected"


@dataclass(frozen=True)
class Intake:
    """What a group of sheets gave. ``observations``, ``persons`` and ``rejected`` have a ``file`` column to tell them
    apart."""

    sheet: str | None  # the sheet's name, where the file is a workbook
    observations: pa.Table
    persons: pa.Table | None  # who is in the observations and may be linked; None: people aren't counted by hashes
    rejected: list[dict[str, Any]]
    findings: list[list[Finding]]
    counts: list[Counts]
    totals: list[tuple[int, str, Period, Decimal | None]]  # what each file says in all: file, measure, period, number

    def taken(self) -> list[tuple[int, str, str, str, int]]:
        """How many numbers each file gave: ``(file, measure, period, status, numbers)``, in order."""
        keys = ["file", "measure", "period", "obs_status"]
        grouped = self.observations.group_by(keys).aggregate([([], "count_all")])
        return sorted(tuple(row.values()) for row in grouped.to_pylist())


def refuse(sheet: Sheet) -> Counts:
    """The counts of a submission that is rejected as a whole."""
    return Counts(sheet.rows_read, 0, sheet.rows_read - sheet.blank_rows, sheet.blank_rows)


def take(
    plan: Plan,
    sheets: Sequence[Sheet],
    keys: Sequence[str],
    places: Sequence[str | None],
    vocabulary: Vocabulary,
    arrived: date,
    past: Past | None = None,
) -> Intake:
    """Take in sheets of one header under one plan. ``keys`` and ``places``: each sheet's object and own place.

    ``past``: whose sheets they are, and what they had said before. Raises `duckdb.Error` where the layout's own SQL
    can't be run on a sheet.
    """
    with duckdb.connect() as connection:
        if plan.layout.sql is None:
            connection.register("submission", stack(plan, sheets))
            connection.register("files", path_texts(plan, keys, places))
            connection.execute(f"create temp view candidates as {select(plan)}")
        else:
            (sheet,), (place,) = sheets, places
            connection.register("candidates", select_sql(plan.layout.sql, sheet, place, vocabulary))
        resolved = resolve(connection, plan, vocabulary, sheets[0].is_workbook)
        records = plan.layout.rows == "records"
        breaches = check(resolved, contract(resolved, vocabulary, arrived, unique=not records))
        broken = with_words(connection, resolved, breaches)
        findings = findings_of(plan, resolved, broken, vocabulary, sheets)
        accepted, rejected = _parted(resolved.frame, rejected_rows(broken))
        numbers = _numbers(connection, plan, accepted)
        torn = {*rejected["file"], *(file for file, sheet in enumerate(sheets) if sheet.faults)}
        comparison = Comparison(connection, resolved, numbers, rejected, sorted(torn), vocabulary, past)
        compared, untenable = answers(plan, sheets, vocabulary, comparison, past, arrived)
        if not untenable.is_empty():  # all rows that make up a number which can't be right
            rows = resolved.frame.join(untenable, on=NUMBER, how="semi").select("file", "row")
            accepted, rejected = _parted(resolved.frame, pl.concat([rejected.select("file", "row"), rows]).unique())
            numbers = _numbers(connection, plan, accepted)
            comparison.count(numbers)
        spoilt = _spoilt(accepted, rejected, sheets)
        observations = _observations(resolved, numbers, spoilt, records)
        persons = _persons(resolved, connection.execute(PERSONS).pl()) if plan.layout.hashed else None
        totals = comparison.totals()
    counts = _counts(plan, sheets, accepted, rejected)
    findings = [[*broken, *others] for broken, others in zip(findings, compared, strict=True)]
    lost = _as_they_came(plan, resolved, rejected, sheets)
    return Intake(sheets[0].name, observations, persons, lost, findings, counts, totals)


def _parted(frame: pl.DataFrame, without: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The candidates of rows that are taken, and of those that are not: ``file`` and ``row`` in ``without``."""
    if without.is_empty():
        return frame, frame.clear()
    on = ["file", "row"]
    accepted = frame.join(without, on=on, how="anti", nulls_equal=True)
    return accepted, frame.join(without, on=on, how="semi", nulls_equal=True)


def _numbers(connection: duckdb.DuckDBPyConnection, plan: Plan, accepted: pl.DataFrame) -> pl.DataFrame:
    """What the accepted candidates (``addends``) say: themselves, or what records fall together to."""
    connection.register("addends", accepted.to_arrow())
    if plan.layout.rows != "records":
        return accepted
    return connection.execute(records_added(plan)).pl()


# -- what becomes of the rows -------------------------------------------------------------------------


def _spoilt(accepted: pl.DataFrame, rejected: pl.DataFrame, sheets: Sequence[Sheet]) -> pl.DataFrame:
    """What lacks a rejected row: ``file``, ``measure``, ``period``, ``place``; null where it can't be told which.

    Where nothing at all is left of a place, the numbers of every other place are what its sum is made of now.
    """
    known = ["file", "measure", "period", "place"]
    unread = [file for file, sheet in enumerate(sheets) if any(fault.row is not None for fault in sheet.faults)]
    lacking = rejected.select(*known[:3], place="place").clear()
    if not rejected.is_empty():
        left = accepted.select(*known, here=pl.col("place")).unique()
        lacking = rejected.select(known).unique().join(left, on=known, how="left").select(*known[:3], place="here")
    return pl.concat([lacking, pl.DataFrame({"file": unread}, schema={"file": pl.Int32})], how="diagonal").unique()


def _as_they_came(
    plan: Plan, resolved: Resolved, rejected: pl.DataFrame, sheets: Sequence[Sheet]
) -> list[dict[str, Any]]:
    """Rejected rows with what they would have said, for the lake; null where that can't be told.

    Each row also stands for whatever its other cells may have held: numbers of its period and place.
    """

    def named(names: Sequence[str], number: int | None) -> str | None:
        return None if number is None else names[number]

    periods = [period.key for period in resolved.periods]
    rows: dict[tuple[Any, ...], None] = {}
    for row in rejected.sort("file", "row", "value_no").iter_rows(named=True):
        period, place = named(periods, row["period"]), named(resolved.places, row["place"])
        measure, members = named(resolved.measures, row["measure"]), named(resolved.members, row["members"])
        for said in ((measure, period, place, members), (None, period, place, None)):
            if said[0] is None or None not in said:
                rows[(row["file"], row["row"], *said)] = None
    for file, sheet in enumerate(sheets):
        for fault in sheet.faults:
            if fault.row is not None:
                rows[(file, fault.row, None, None, None, None)] = None
    columns = ("file", "row_number", "measure", "period", "place", "members")
    keys = {plan.position(name) for name in plan.layout.hashed}
    return [{**dict(zip(columns, key, strict=True)), "cells": _cells(sheets[key[0]], key[1], keys)} for key in rows]


def _cells(sheet: Sheet, row: int | None, left_out: Collection[int | None]) -> str:
    """A row as it came, but for keyed hashes: nobody needs to look at these."""
    at = -1 if row is None else pc.index(sheet.rows, row).as_py()
    if at < 0:  # the row could not be read; it lies in the submission as it came
        return "{}"
    cells = zip(sheet.header, sheet.table.columns, strict=True)
    values = {name: column[at].as_py() for no, (name, column) in enumerate(cells) if no not in left_out}
    return json.dumps(values, ensure_ascii=False)


def _counts(plan: Plan, sheets: Sequence[Sheet], accepted: pl.DataFrame, rejected: pl.DataFrame) -> list[Counts]:
    good = dict(accepted.group_by("file").agg(pl.col("row").n_unique()).iter_rows())
    bad = dict(rejected.group_by("file").agg(pl.col("row").n_unique()).iter_rows())
    counts = []
    for number, sheet in enumerate(sheets):
        unread = sheet.rows_read - sheet.blank_rows - sheet.table.num_rows
        taken, turned_down = good.get(number, 0), bad.get(number, 0) + unread
        if plan.layout.sql is not None and accepted["row"].null_count() + rejected["row"].null_count():
            # The query speaks of the file as a whole, so the file's rows stand or fall together.
            taken = 0 if rejected.height else sheet.table.num_rows
            turned_down = sheet.rows_read - sheet.blank_rows - taken
        counts.append(Counts(sheet.rows_read, taken, turned_down, sheet.rows_read - taken - turned_down))
    return counts


# -- what is taken ------------------------------------------------------------------------------------


def _observations(resolved: Resolved, numbers: pl.DataFrame, spoilt: pl.DataFrame, records: bool) -> pa.Table:
    """Numbers as observations, with ``file``; provisional where a rejected row is missing from the sum, and missing
    where there is nothing else in the sum of records.

    Texts are dictionary arrays: few of them stand in millions of rows.
    """
    periods, is_partial = resolved.periods, _is_partial(numbers, spoilt)
    is_number = pl.col("value").is_not_null()
    lacking = pl.max_horizontal("status", pl.when(is_number).then(rank(PROVISIONAL)).otherwise(rank(MISSING)))
    status = numbers.select(pl.when(is_partial & (is_number | pl.lit(records))).then(lacking).otherwise("status"))
    at = numbers["period"].to_arrow()
    return pa.table(
        {
            "file": numbers["file"].to_arrow(),
            "row_number": numbers["row"].cast(pl.Int32).to_arrow(),
            "measure": _coded(numbers["measure"], resolved.measures),
            "period_type": pa.DictionaryArray.from_arrays(at, [period.type for period in periods]),
            "period": pa.DictionaryArray.from_arrays(at, [period.key for period in periods]),
            "period_start": pa.array([period.start for period in periods], pa.date32()).take(at),
            "period_end": pa.array([period.end for period in periods], pa.date32()).take(at),
            "place": _coded(numbers["place"], resolved.places),
            "members": _coded(numbers["members"], resolved.members),
            "value": numbers["value"].cast(pl.Decimal(18, 6)).to_arrow(),
            "obs_status": _coded(status.to_series().cast(pl.Int32) - 1, tuple(ORDER)),
        }
    )


def _persons(resolved: Resolved, found: pl.DataFrame) -> pa.Table:
    """Who is in the numbers, as the lake has it, with ``file``."""
    return pa.table(
        {
            "file": found["file"].to_arrow(),
            "measure": _coded(found["measure"], resolved.measures),
            "period": _coded(found["period"], [period.key for period in resolved.periods]),
            "place": _coded(found["place"], resolved.places),
            "members": _coded(found["members"], resolved.members),
            "person": found["person"].to_arrow(),
        }
    )


def _is_partial(numbers: pl.DataFrame, spoilt: pl.DataFrame) -> pl.Series:
    """Per number, whether a rejected row may be missing from it."""
    keys = ["file", "measure", "period", "place"]
    if spoilt.is_empty():
        return pl.repeat(False, numbers.height, eager=True)
    both = numbers.select(keys).unique().join(spoilt, on="file", suffix="_lacking")
    same = [pl.col(name) == pl.col(f"{name}_lacking").fill_null(pl.col(name)) for name in keys[1:]]
    partial = both.filter(*same).select(*keys, is_partial=True).unique()
    return numbers.join(partial, on=keys, how="left", maintain_order="left")["is_partial"].fill_null(False)


def _coded(ids: pl.Series, names: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(ids.to_arrow(), pa.array(list(names), pa.string()))
