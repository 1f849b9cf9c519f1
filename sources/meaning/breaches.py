"""What is wrong with the numbers of a batch: each broken rule of the contract as a finding, and the rows it costs.

Findings say the word that broke the rule, as the file has it, and the cell that it stood in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import duckdb
import polars as pl

from agenda.model import From
from sources.files.readers import Sheet
from sources.letters.findings import Finding, finding
from sources.meaning.plan import Cell, Plan
from sources.meaning.resolve import Resolved, member_texts
from sources.meaning.vocabulary import Vocabulary, translated

NUMBER = ("file", "measure", "period", "place", "members")
"""What tells one number of a batch from the others."""
OTHERS = 5
"""Rows that are named beside a row which contradicts them; the others are counted."""
DIGITS = 12
"""Before the point of the largest number that is taken: what is left of DECIMAL(18, 6)."""
DECIMAL_COMMA = re.compile(r"[+-]?(\d{1,3}([. ]\d{3})+|\d+),\d+")
_ABOUT = {
    "measure_unknown": "measure",
    "period_unreadable": "period",
    "period_ahead": "period",
    "place_unknown": "place",
    "place_closed": "place",
    "place_merged": "place",
    "place_not_open": "place",
    "member_unknown": "members",
    "status_unknown": "status",
}
"""Which word a rule is about, where it isn't the number itself."""
_Copies = dict[tuple[Any, ...], tuple[dict[int, None], set[Any]]]
_Told = tuple[str, dict[str, object]]
"""The code of a finding, and what its sentence is filled with."""


def with_words(connection: duckdb.DuckDBPyConnection, resolved: Resolved, breaches: pl.DataFrame) -> pl.DataFrame:
    """The broken rules with the words of the file beside them, in the order of rows."""
    at_fault = resolved.frame.with_row_index("index").with_columns(pl.col("index").cast(pl.Int64))
    found = breaches.join(at_fault, on="index", how="inner")
    # A measure that means nothing has no members to be wrong.
    found = found.filter(~((pl.col("code") == "member_unknown") & pl.col("measure").is_null()))
    connection.register("broken", found.select("file", "row", "value_no").unique().to_arrow())
    words = connection.execute(
        """select distinct c.file, c.row, c.value_no, measure_raw, period_raw, place_raw, members_raw, value_raw,
            status_raw
        from candidates c join broken b
            on c.file = b.file and c.value_no = b.value_no and c.row is not distinct from b.row"""
    ).pl()
    on = ["file", "row", "value_no"]
    return found.join(words, on=on, how="left", nulls_equal=True).sort("file", "row", "value_no", "code")


def findings_of(
    plan: Plan, resolved: Resolved, broken: pl.DataFrame, vocabulary: Vocabulary, sheets: Sequence[Sheet]
) -> list[list[Finding]]:
    """Per file, a finding for each breach; what is wrong with a row's place or period is said once a row."""
    found: list[dict[Finding, None]] = [dict.fromkeys(sheet.faults) for sheet in sheets]
    teller = _Teller(plan, resolved, vocabulary, _copies(broken))
    for breach in broken.iter_rows(named=True):
        made = teller.finding(breach, sheets[breach["file"]])
        if made is not None:
            found[breach["file"]][made] = None
    return [list(file) for file in found]


def rejected_rows(broken: pl.DataFrame) -> pl.DataFrame:
    """``file`` and ``row`` of each rejected row: all that break a rule, but for the first of equal copies."""
    repeated = pl.col("code") == "row_repeated"
    first = pl.col("row") == pl.col("row").min().over(NUMBER)
    same = pl.struct("value", "status").n_unique().over(NUMBER) == 1
    kept = broken.filter(repeated).filter(first & same).select("file", "row", "value_no")
    wrong = broken.join(kept, on=["file", "row", "value_no"], how="anti", nulls_equal=True)
    others = broken.filter(~repeated).select("file", "row")
    return pl.concat([wrong.select("file", "row"), others]).unique()


# -- a breach in words --------------------------------------------------------------------------------


class _Word(NamedTuple):
    """The word that a rule was broken with, and the column it stood in: none where the path or the layout gave it."""

    column: str | None
    text: str
    dimension: str = ""  # whose member it would have been


@dataclass(frozen=True)
class _Teller:
    plan: Plan
    resolved: Resolved
    vocabulary: Vocabulary
    copies: _Copies

    def finding(self, breach: dict[str, Any], sheet: Sheet) -> Finding | None:
        """None for the first of equal copies, which is taken."""
        cell = self.plan.cells[breach["value_no"]] if self.plan.cells else None
        word = self._word(breach, cell)
        told = self._told(breach, cell, word, sheet)
        if told is None:
            return None
        code, details = told
        if not word.text.strip() and code.endswith(("_unknown", "_unreadable")):  # no word at all
            code, details = f"{code.partition('_')[0]}_empty", {"dimension": word.dimension} if word.dimension else {}
        position = self.plan.position(word.column)
        return finding(
            code, sheet=sheet.name, row=breach["row"], column=word.column, value=word.text, **details,
            position=None if position is None else sheet.first_column + position,
        )  # fmt: skip

    def _word(self, breach: dict[str, Any], cell: Cell | None) -> _Word:
        about, layout = _ABOUT.get(breach["code"], "value"), self.plan.layout
        if about == "value":
            return _Word(cell.column if cell else about, breach["value_raw"])
        if about == "members":
            texts = member_texts(self.plan, breach["value_no"], breach["members_raw"])
            measure = self.resolved.measures[breach["measure"]]
            dimension = self.vocabulary.canonical_members(measure, texts)[1] or ""
            column = _column(cell.members.get(dimension) if cell else None, dimension)
            return _Word(column, texts[dimension], dimension)
        if about == "measure":
            return _Word(_column(cell.value.measure if cell else None, about), breach["measure_raw"])
        found = {"period": layout.period, "place": layout.place, "status": layout.status}[about]
        return _Word(_column(found, about), breach[f"{about}_raw"])

    def _told(self, breach: dict[str, Any], cell: Cell | None, word: _Word, sheet: Sheet) -> _Told | None:
        code, text, vocabulary = breach["code"], word.text, self.vocabulary
        match code:
            case "measure_unknown":
                return code, {"looks_like": vocabulary.like_measure(text)}
            case "place_unknown":
                return code, {"looks_like": vocabulary.like_place(text)}
            case "place_closed" | "place_merged" | "place_not_open":
                return code, vocabulary.life_of(code, translated(self.plan.layout.place, text))
            case "member_unknown":
                like = vocabulary.like_member(word.dimension, text)
                return code, {"looks_like": like, "dimension": word.dimension}
            case "status_contradicts":
                return code, {"status": breach["status_raw"]}
            case "row_repeated":
                return self._repeated(breach, sheet)
            case "value_below_minimum" | "value_above_maximum":
                measure = vocabulary.measures[self.resolved.measures[breach["measure"]]]
                return code, {"minimum": measure.minimum, "maximum": measure.maximum}
            case "value_not_a_number":
                return _no_number(text, cell), {}
        return code, {}

    def _repeated(self, breach: dict[str, Any], sheet: Sheet) -> _Told | None:
        rows, values = self.copies[tuple(breach[name] for name in NUMBER)]
        first = next(iter(rows))
        if len(values) == 1:
            return None if breach["row"] == first else (breach["code"], {"first": str(first)})
        others = _others(rows, breach["row"])
        if not others:
            return "layout_contradicts", {}
        return "row_contradicts", {
            "others": others,
            "differ": _differing(self.plan, sheet, [*islice(rows, OTHERS + 1)]),
        }


def _no_number(text: str, cell: Cell | None) -> str:
    """What a text is that can't be read as a number: too large a one, one with a decimal comma, or none."""
    zeros = len(str(int(cell.value.times or 1))) - 1 if cell else 0
    if not text.strip("+-0123456789., '") and sum(map(str.isdigit, text)) + zeros > DIGITS:
        return "value_too_large"
    return "value_comma" if DECIMAL_COMMA.fullmatch(text.strip()) else "value_not_a_number"


def _copies(broken: pl.DataFrame) -> _Copies:
    """For each number given more than once in a file: its rows and its values."""
    copies: _Copies = {}
    for row in broken.filter(pl.col("code") == "row_repeated").iter_rows(named=True):
        rows, values = copies.setdefault(tuple(row[name] for name in NUMBER), ({}, set()))
        rows[row["row"]] = None
        values.add((row["value"], row["status"]))
    return copies


def _others(rows: dict[int, None], own: int) -> str:
    named = [row for row in islice(rows, OTHERS + 1) if row != own][:OTHERS]
    more = len(rows) - 1 - len(named)
    return ", ".join(map(str, named)) + (f" (+{more})" if more > 0 else "")


def _differing(plan: Plan, sheet: Sheet, rows: Sequence[int]) -> str:
    """The columns that nothing reads and that tell these rows apart: what the layout may have overlooked."""
    unread = [p for p, (column, _) in enumerate(plan.how) if column is None and sheet.header[p].strip()]
    if plan.layout.sql is not None or not unread:
        return ""
    at = [bisect_left(range(len(sheet.rows)), row, key=lambda at: sheet.rows[at].as_py()) for row in rows]
    told = [p for p in unread if len({sheet.table.column(p)[index].as_py() for index in at}) > 1]
    return ", ".join(f"“{sheet.header[position]}”" for position in told)


def _column(found: From | str | None, otherwise: str) -> str | None:
    """The column a word stood in; None where it came from the path or was given."""
    if isinstance(found, From):
        return found.read[-1] if found.read else None
    return otherwise if found is None else None
