"""Rejected rows as the lake keeps them: as they came, with what they would have said."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import polars as pl
import pyarrow.compute as pc

from sources.files.readers import Sheet
from sources.meaning.contract import Resolved
from sources.meaning.shape import Plan


def rejected_rows(
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
    keys = {plan.position(name) for name in plan.layout.keys}
    return [{**dict(zip(columns, key, strict=True)), "cells": _cells(sheets[key[0]], key[1], keys)} for key in rows]


def _cells(sheet: Sheet, row: int | None, left_out: Collection[int | None]) -> str:
    """A row as it came, but for keyed hashes: nobody needs to look at these."""
    at = -1 if row is None else pc.index(sheet.rows, row).as_py()
    if at < 0:  # the row could not be read; it lies in the submission as it came
        return "{}"
    cells = zip(sheet.header, sheet.table.columns, strict=True)
    values = {name: column[at].as_py() for no, (name, column) in enumerate(cells) if no not in left_out}
    return json.dumps(values, ensure_ascii=False)
