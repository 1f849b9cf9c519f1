"""Taking in the sheets that share one layout and one header: shape, check, and account for every row.

The result per file: ``rows read = accepted + rejected + skipped``. A row with an error on any of its numbers
is rejected whole; a row that holds no number for the agenda is skipped.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from agenda.model import From
from agenda.periods import Period
from agenda.statuses import MISSING, ORDER, PROVISIONAL, rank
from sources.files.readers import Sheet
from sources.letters.findings import Finding, finding
from sources.meaning.answers import answers
from sources.meaning.comparison import Comparison, Past
from sources.meaning.contract import Resolved, check, contract, member_texts, resolve
from sources.meaning.own_sql import select_sql
from sources.meaning.records import PERSONS, records_added
from sources.meaning.rejected import rejected_rows
from sources.meaning.shape import Plan, path_texts, select, stack
from sources.meaning.vocabulary import Vocabulary, translated


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
        broken = _broken(connection, resolved, breaches)
        findings = _findings(plan, resolved, broken, vocabulary, sheets)
        accepted, rejected = _parted(resolved.frame, _rejected(resolved, broken))
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
        persons = _persons(resolved, connection.execute(PERSONS).pl()) if plan.layout.keys else None
        totals = comparison.totals()
    counts = _counts(plan, sheets, accepted, rejected)
    findings = [[*broken, *others] for broken, others in zip(findings, compared, strict=True)]
    lost = rejected_rows(plan, resolved, rejected, sheets)
    return Intake(sheets[0].name, observations, persons, lost, findings, counts, totals)


def _parted(frame: pl.DataFrame, rejected_rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The candidates of rows that are taken, and of those that are not."""
    if rejected_rows.is_empty():
        return frame, frame.clear()
    on = ["file", "row"]
    accepted = frame.join(rejected_rows, on=on, how="anti", nulls_equal=True)
    return accepted, frame.join(rejected_rows, on=on, how="semi", nulls_equal=True)


def _numbers(connection: duckdb.DuckDBPyConnection, plan: Plan, accepted: pl.DataFrame) -> pl.DataFrame:
    """What the accepted candidates (``addends``) say: themselves, or what records fall together to."""
    connection.register("addends", accepted.to_arrow())
    if plan.layout.rows != "records":
        return accepted
    return connection.execute(records_added(plan)).pl()


# -- what is wrong ------------------------------------------------------------------------------------


def _broken(connection: duckdb.DuckDBPyConnection, resolved: Resolved, breaches: pl.DataFrame) -> pl.DataFrame:
    """The broken rules with the words of the file beside them, in the order of rows."""
    at_fault = resolved.frame.with_row_index("index").with_columns(pl.col("index").cast(pl.Int64))
    broken = breaches.join(at_fault, on="index", how="inner")
    # A measure that means nothing has no members to be wrong.
    broken = broken.filter(~((pl.col("code") == "member_unknown") & pl.col("measure").is_null()))
    connection.register("broken", broken.select("file", "row", "value_no").unique().to_arrow())
    words = connection.execute(
        """select distinct c.file, c.row, c.value_no, measure_raw, period_raw, place_raw, members_raw, value_raw,
            status_raw
        from candidates c join broken b
            on c.file = b.file and c.value_no = b.value_no and c.row is not distinct from b.row"""
    ).pl()
    on = ["file", "row", "value_no"]
    return broken.join(words, on=on, how="left", nulls_equal=True).sort("file", "row", "value_no", "code")


def _findings(
    plan: Plan, resolved: Resolved, broken: pl.DataFrame, vocabulary: Vocabulary, sheets: Sequence[Sheet]
) -> list[list[Finding]]:
    """Per file, a finding for each breach; what is wrong with a row's place or period is said once a row."""
    found: list[dict[Finding, None]] = [dict.fromkeys(sheet.faults) for sheet in sheets]
    copies = _copies(broken)
    for breach in broken.iter_rows(named=True):
        made = _finding(plan, resolved, breach, vocabulary, copies, sheets[breach["file"]])
        if made is not None:
            found[breach["file"]][made] = None
    return [list(file) for file in found]


NUMBER = ("file", "measure", "period", "place", "members")


OTHERS = 5
"""Rows that are named beside a row which contradicts them; the others are counted."""
Copies = dict[tuple[Any, ...], tuple[dict[int, None], set[Any]]]


def _copies(broken: pl.DataFrame) -> Copies:
    """For each number given more than once in a file: its rows and its values."""
    copies: Copies = {}
    for row in broken.filter(pl.col("code") == "row_repeated").iter_rows(named=True):
        rows, values = copies.setdefault(tuple(row[name] for name in NUMBER), ({}, set()))
        rows[row["row"]] = None
        values.add((row["value"], row["status"]))
    return copies


def _others(rows: dict[int, None], own: int) -> str:
    named = [row for row in islice(rows, OTHERS + 1) if row != own][:OTHERS]
    more = len(rows) - 1 - len(named)
    return ", ".join(map(str, named)) + (f" (+{more})" if more > 0 else "")


DECIMAL_COMMA = re.compile(r"[+-]?(\d{1,3}([. ]\d{3})+|\d+),\d+")


def _differing(plan: Plan, sheet: Sheet, rows: Sequence[int]) -> str:
    """The columns that nothing reads and that tell these rows apart: what the layout may have overlooked."""
    unread = [p for p, (column, _) in enumerate(plan.how) if column is None and sheet.header[p].strip()]
    if plan.layout.sql is not None or not unread:
        return ""
    at = [bisect_left(range(len(sheet.rows)), row, key=lambda at: sheet.rows[at].as_py()) for row in rows]
    told = [p for p in unread if len({sheet.table.column(p)[index].as_py() for index in at}) > 1]
    return ", ".join(f"“{sheet.header[position]}”" for position in told)


def _finding(
    plan: Plan,
    resolved: Resolved,
    breach: dict[str, Any],
    vocabulary: Vocabulary,
    copies: Copies,
    sheet: Sheet,
) -> Finding | None:
    code, cell = breach["code"], plan.cells[breach["value_no"]] if plan.cells else None
    column, text = cell.column if cell else "value", breach["value_raw"]
    details: dict[str, object] = {}
    if code == "measure_unknown":
        column, text = _column(cell.value.measure if cell else None, "measure"), breach["measure_raw"]
        details["looks_like"] = vocabulary.like_measure(text)
    elif code in ("period_unreadable", "period_ahead"):
        column, text = _column(plan.layout.period, "period"), breach["period_raw"]
    elif code == "place_unknown":
        column, text = _column(plan.layout.place, "place"), breach["place_raw"]
        details["looks_like"] = vocabulary.like_place(text)
    elif code in ("place_closed", "place_merged", "place_not_open"):
        column, text = _column(plan.layout.place, "place"), breach["place_raw"]
        details |= vocabulary.life_of(code, translated(plan.layout.place, text))
    elif code == "member_unknown":
        texts = member_texts(plan, breach["value_no"], breach["members_raw"])
        measure = resolved.measures[breach["measure"]]
        dimension = vocabulary.canonical_members(measure, texts)[1] or ""
        column = _column(cell.members.get(dimension) if cell else None, dimension)
        text = texts[dimension]
        details |= {"looks_like": vocabulary.like_member(dimension, text), "dimension": dimension}
    elif code == "status_unknown":
        column, text = _column(plan.layout.status, "status"), breach["status_raw"]
    elif code == "status_contradicts":
        details["status"] = breach["status_raw"]
    elif code == "row_repeated":
        rows, values = copies[tuple(breach[name] for name in NUMBER)]
        if len(values) > 1:
            others = _others(rows, breach["row"])
            code, details = ("row_contradicts", {"others": others}) if others else ("layout_contradicts", {})
            if others:
                details["differ"] = _differing(plan, sheet, [*islice(rows, OTHERS + 1)])
        elif breach["row"] == next(iter(rows)):
            return None
        else:
            details["first"] = str(next(iter(rows)))
    elif code in ("value_below_minimum", "value_above_maximum"):
        measure_entry = vocabulary.measures[resolved.measures[breach["measure"]]]
        details = {"minimum": measure_entry.minimum, "maximum": measure_entry.maximum}
    elif code == "value_not_a_number" and text.strip("+-0123456789., '") == "":
        zeros = len(str(int(cell.value.times or 1))) - 1 if cell else 0
        code = "value_too_large" if sum(map(str.isdigit, text)) + zeros > 12 else code
    if code == "value_not_a_number" and DECIMAL_COMMA.fullmatch(text.strip()):
        code = "value_comma"
    if not text.strip() and code.endswith(("_unknown", "_unreadable")):  # no word at all
        code, details = (
            f"{code.partition('_')[0]}_empty",
            {name: detail for name, detail in details.items() if name == "dimension"},
        )
    position = plan.position(column)
    return finding(
        code, sheet=sheet.name, row=breach["row"], column=column, value=text, **details,
        position=None if position is None else sheet.first_column + position,
    )  # fmt: skip


def _column(found: From | str | None, otherwise: str) -> str | None:
    """The column a word stood in; None where it came from the path or was given."""
    if isinstance(found, From):
        return found.read[-1] if found.read else None
    return otherwise if found is None else None


# -- what becomes of the rows -------------------------------------------------------------------------


def _rejected(resolved: Resolved, broken: pl.DataFrame) -> pl.DataFrame:
    """``file`` and ``row`` of each rejected row: all that break a rule, but for the first of equal copies."""
    repeated = pl.col("code") == "row_repeated"
    first = pl.col("row") == pl.col("row").min().over(NUMBER)
    same = pl.struct("value", "status").n_unique().over(NUMBER) == 1
    kept = broken.filter(repeated).filter(first & same).select("file", "row", "value_no")
    wrong = broken.join(kept, on=["file", "row", "value_no"], how="anti", nulls_equal=True)
    others = broken.filter(~repeated).select("file", "row")
    return pl.concat([wrong.select("file", "row"), others]).unique()


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
