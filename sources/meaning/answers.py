"""What the sender is told where numbers don't agree, and what the sender has answered already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pyarrow.compute as pc

from sources.files.readers import Sheet
from sources.letters.findings import WORDS, Finding, column_letters, finding
from sources.meaning.checks import PAIRS
from sources.meaning.comparison import Comparison, Past
from sources.meaning.plan import Plan
from sources.meaning.vocabulary import Vocabulary, is_total
from sources.meaning.whole_file import beside_others, late_news, missing, unit_notes


def answers(
    plan: Plan,
    sheets: Sequence[Sheet],
    vocabulary: Vocabulary,
    comparison: Comparison,
    past: Past | None,
    arrived: date,
) -> tuple[list[list[Finding]], pl.DataFrame]:
    """Per file, what is asked about it as a whole, then a finding for each comparison that doesn't hold; and the
    numbers that can't be taken for it: ``file``, ``measure``, ``period``, ``place``, ``members``."""
    found = [list(unit_notes(plan, sheet)) for sheet in sheets]
    for file, made in _of_files(plan, vocabulary, comparison, past, arrived):
        found[file].append(made)
    for file, row in comparison.feet_alone():
        found[file].append(_answered(plan, sheets[file], _foot(sheets[file], row)))
    untenable = []
    for breach in comparison.breaches():
        sheet = sheets[breach["file"]]
        made = _finding(plan, sheet, vocabulary, comparison, breach)
        found[breach["file"]].append(_answered(plan, sheet, made))
        if made.severity == "error":
            untenable.append(breach)
    names = ["file", "measure", "period", "place", "members"]
    return found, pl.DataFrame(untenable, schema=PAIRS).select(names).unique()


def _of_files(
    plan: Plan, vocabulary: Vocabulary, comparison: Comparison, past: Past | None, arrived: date
) -> Iterator[tuple[int, Finding]]:
    yield from late_news(comparison, vocabulary, arrived)
    if past is not None:
        yield from missing(plan, comparison, vocabulary, past)
        yield from beside_others(comparison, plan.layout.delivery == "replaces")


def _finding(
    plan: Plan, sheet: Sheet, vocabulary: Vocabulary, comparison: Comparison, breach: dict[str, Any]
) -> Finding:
    row, column = breach["row"], _column(plan, breach["value_no"])
    position = plan.position(column)
    measure = vocabulary.measures[comparison.measures[breach["measure"]]]
    whole = vocabulary.measures.get(measure.part_of or "")
    before = breach["other_period"] if breach["code"] == "value_jump" else breach["period"]
    details: dict[str, object] = {
        "number": breach["value"],
        "other": breach["other"],
        "measure": measure.name,
        "whole": whole.name if whole else "",
        "at": _place(plan, sheet, breach["other_row"], breach["other_no"]),
        "file": (breach["other_key"] or "").rpartition("/")[2],
        "period": comparison.periods[before] if before is not None and before >= 0 else "",
    }
    needed = WORDS[breach["code"]][1] + WORDS[breach["code"]][2]
    return finding(
        breach["code"], sheet=sheet.name, row=row, column=column, value=_text(sheet, row, position),
        position=None if position is None else sheet.first_column + position,
        **{name: detail for name, detail in details.items() if f"{{{name}}}" in needed},
    )  # fmt: skip


def _foot(sheet: Sheet, row: int) -> Finding:
    """What is said of a row that was left out for what it is called."""
    texts = [_text(sheet, row, position) or "" for position in range(len(sheet.header))]
    position = next(at for at, text in enumerate(texts) if is_total(text))
    return finding(
        "row_of_totals", sheet=sheet.name, row=row, column=sheet.header[position], value=texts[position],
        position=sheet.first_column + position,
    )  # fmt: skip


def _column(plan: Plan, value_no: int | None) -> str | None:
    """The column a number stood in; a layout's own query calls it "value"."""
    return plan.cells[value_no].column if plan.cells and value_no is not None else "value"


def _place(plan: Plan, sheet: Sheet, row: int | None, value_no: int | None) -> str:
    """Where another number stands: ``C7``, or the row alone."""
    position = plan.position(_column(plan, value_no))
    letters = "" if position is None else column_letters(sheet.first_column + position)
    return f"{letters}{'' if row is None else row}"


def _text(sheet: Sheet, row: int | None, position: int | None) -> str | None:
    """What a cell of the sheet says; None where there is no such cell."""
    at = -1 if row is None or position is None else pc.index(sheet.rows, row).as_py()
    return None if at < 0 else str(sheet.table.column(position)[at].as_py()).strip()


def _answered(plan: Plan, sheet: Sheet, made: Finding) -> Finding:
    """The finding with the reason that its row gives in the layout's column for notes, if it is only asked about."""
    note = plan.position(plan.layout.note) if plan.layout.note else None
    said = _text(sheet, made.row, note) if made.severity == "warning" else None
    return replace(made, answer=said) if said else made
