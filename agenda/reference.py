"""Reference series: numbers that no partner reports (census, income), read from a CSV of the initiative.

Columns ``place``, ``year``, one per dimension of the series, ``value``; others are for people and are not read.
"""

from __future__ import annotations

import csv
import io
import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from agenda.errors import Problem
from agenda.folder import Folder
from agenda.lifetimes import closing
from agenda.model import Agenda, Series
from agenda.periods import YEARS
from agenda.spelling import nearest

TOTAL = "_T"
"""SDMX's code for the total over a dimension."""
LARGEST = Decimal(10) ** 12
"""What no value may reach: values have twelve digits before the point and six after it."""


@dataclass(frozen=True)
class Figure:
    """One number of a series; ``members`` without the dimensions that it is a total over."""

    place: str
    year: int
    members: Mapping[str, str]
    value: Decimal


def figures(folder: Folder, series: Series) -> Iterator[Figure | Problem]:
    """Every row of the series' file: its figure, or what is wrong with it."""
    try:
        text = (folder.path / series.file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        yield Problem(series.file, 1, series.id, f"is not UTF-8 text ({error.reason}); save it as UTF-8")
        return
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        yield from _figures(folder, series, rows)
    except csv.Error as error:
        yield Problem(
            series.file, rows.reader.line_num, series.id, f"is not readable CSV ({error}); is a quote left open?"
        )


def _figures(folder: Folder, series: Series, rows: csv.DictReader[str]) -> Iterator[Figure | Problem]:
    needed = ["place", "year", *series.dimensions, "value"]
    if missing := [column for column in needed if column not in (rows.fieldnames or ())]:
        message = f"has no column {', '.join(missing)}; it needs {', '.join(needed)}"
        yield Problem(series.file, 1, series.id, message)
        return
    closed = closing(folder.agenda.places, folder.initiative.calendar)
    seen: dict[tuple[str, int, tuple[tuple[str, str], ...]], int] = {}
    for row in rows:
        try:
            figure = _figure(folder.agenda, series, row)
            if (closes := closed.get(figure.place)) is not None and closes <= date(figure.year, 1, 1):
                raise ValueError(f"{figure.place!r} is closed since {closes}, before {figure.year} begins")
            key = (figure.place, figure.year, tuple(figure.members.items()))
            if (first := seen.setdefault(key, rows.line_num)) != rows.line_num:
                raise ValueError(f"says again what line {first} says")
            yield figure
        except ValueError as error:
            yield Problem(series.file, rows.line_num, series.id, str(error))


def _figure(agenda: Agenda, series: Series, row: Mapping[str, str | None]) -> Figure:
    """The row's figure. Raises `ValueError` with what is wrong, in words."""
    _known("place", row["place"], {p.id for p in agenda.places})
    members: dict[str, str] = {}
    for dimension in agenda.dimensions:
        if dimension.id in series.dimensions:
            member = _known(f"member of {dimension.id}", row[dimension.id], {TOTAL, *(m.id for m in dimension.members)})
            members |= {dimension.id: member} if member != TOTAL else {}
    year = row["year"] or ""
    if not re.fullmatch("[0-9]{4}", year) or int(year) not in YEARS:
        raise ValueError(f"{reprlib.repr(year)} is no year")
    return Figure(str(row["place"]), int(year), members, _value(row["value"]))


def _known(kind: str, said: str | None, known: set[str]) -> str:
    if said not in known:
        raise ValueError(f"there is no {kind} {said!r}{nearest(said or '', known)}")
    return str(said)


def _value(text: str | None) -> Decimal:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        raise ValueError(f"{reprlib.repr(text)} is no number; write it like 1234.5") from None
    if not value.is_finite() or abs(value) >= LARGEST or value != round(value, 6):
        raise ValueError(f"{reprlib.repr(text)} has more than twelve digits before the point or six after it")
    return value
