"""`cairn status` in words, and as data: a table of marks, then who is late, what is owed next, what needs mending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from agenda.periods import Period
from flows.counted import counted
from flows.status import MARKS, PartnerStatus
from sources.letters.receipt import Missing

NAMED = 4
"""Measures that are named in a line; all of them are in the data."""
MENDED = 3
"""Files of one partner that are listed; all of them are in the data."""


def lines(rows: Sequence[PartnerStatus], periods: Sequence[Period], today: date, store: str) -> Iterator[str]:
    """What a person at the terminal reads."""
    from rich.cells import cell_len  # a Korean letter is two columns wide

    width = max((cell_len(row.name) for row in rows), default=0)
    yield f"{'':<{width}}  {'  '.join(period.key for period in periods)}"
    for row in rows:
        marks = "  ".join(f"{MARKS[state]:^6}" for state in row.states)
        note = f"  {counted(row.rejected_rows, 'row')} to mend" if row.rejected_rows else ""
        yield f"{row.name}{' ' * (width - cell_len(row.name))}  {marks}{note}".rstrip()
    yield "  ".join(f"{mark} {state}" for state, mark in MARKS.items())
    yield from _section("Late", _late(rows, today))
    yield from _section("Owed next", _next(rows, today))
    yield from _section("To mend", _to_mend(rows, store))
    yield from _section("Could not be asked", _not_asked(rows))


def data(rows: Sequence[PartnerStatus], periods: Sequence[Period], today: date) -> list[dict[str, Any]]:
    """The same for programs, a partner each."""
    return [
        {
            "partner": row.partner,
            "name": row.name,
            "states": dict(zip([period.key for period in periods], row.states, strict=True)),
            "rejected_rows": row.rejected_rows,
            "late": [_owed(one) for one in row.outlook.missing if one.due < today],
            "owed": [_owed(one) for one in _coming(row, today)],
            "to_mend": [asdict(file) for file in row.to_mend],
            "unnamed": list(row.unnamed),
            "failure": asdict(row.failure) if row.failure else None,
        }
        for row in rows
    ]


def _owed(missing: Missing) -> dict[str, Any]:
    return {"period": missing.period.key, "due": missing.due.isoformat(), "measures": list(missing.measures)}


def _coming(row: PartnerStatus, today: date) -> list[Missing]:
    """What is missing but not late yet, soonest first."""
    coming = [one for one in row.outlook.missing if one.due >= today]
    return [*reversed(coming), *([row.outlook.next] if row.outlook.next else [])]


def _section(title: str, found: Iterator[str]) -> Iterator[str]:
    entries = list(found)
    if entries:
        yield from ("", title)
        yield from (f"  {entry}" for entry in entries)


def _late(rows: Sequence[PartnerStatus], today: date) -> Iterator[str]:
    """A line for each partner and set of measures: the same things are often missing for several periods."""
    for row in rows:
        late: dict[tuple[str, ...], list[Missing]] = {}
        for one in row.outlook.missing:
            if one.due < today:
                late.setdefault(one.measures, []).append(one)
        for measures, missing in late.items():
            first = min(one.due for one in missing)
            periods = ", ".join(one.period.key for one in reversed(missing))
            ago = counted((today - first).days, "day")
            yield f"{row.name}: {_named(measures)} for {periods}; due {_day(first)}, {ago} ago"


def _next(rows: Sequence[PartnerStatus], today: date) -> Iterator[str]:
    for row in rows:
        for one in _coming(row, today)[:1]:
            yield f"{row.name}: {_named(one.measures)} for {one.period.key} by {_day(one.due)}"


def _to_mend(rows: Sequence[PartnerStatus], store: str) -> Iterator[str]:
    for row in rows:
        for file in row.to_mend[-MENDED:]:
            said = "not taken" if file.outcome == "rejected" else f"{counted(file.rejected_rows, 'row')} not taken"
            yield f"{row.name}: {file.key.rpartition('/')[2]}, {said}; {store}/{file.receipt}"
        if len(row.to_mend) > MENDED:
            yield f"{row.name}: and {counted(len(row.to_mend) - MENDED, 'older file')}"
        for name in row.unnamed:
            yield f"{row.name}: {name}, left where it is; its name is not UTF-8, rename it"


def _not_asked(rows: Sequence[PartnerStatus]) -> Iterator[str]:
    for row in rows:
        if row.failure:
            yield f"{row.name}, since {_day(date.fromisoformat(row.failure.since[:10]))}: {row.failure.why}"


def _named(measures: Sequence[str]) -> str:
    more = f" and {len(measures) - NAMED:,} more" if len(measures) > NAMED else ""
    return ", ".join(measures[:NAMED]) + more


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
