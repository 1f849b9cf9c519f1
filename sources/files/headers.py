"""Where a table begins: the row that holds its headings, among titles and notes above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from agenda.spelling import plain

SEARCHED = 50
"""Rows that may hold the header. The longest preamble met so far (a ministry's statistics) has eleven."""
spelled = lru_cache(maxsize=2**16)(plain)
"""`plain`, remembered: the first rows of hundreds of files hold the same words."""


@dataclass(frozen=True)
class Header:
    """Its texts, the first and the last of its rows (from 0), and how many headings that are asked for it holds."""

    texts: tuple[str, ...]
    first: int
    last: int
    matches: int


def find(rows: Sequence[Sequence[str]], headings: frozenset[str], given: int | None) -> Header | None:
    """The header: row ``given`` (from 1) where the layout names one, else the first that holds most of ``headings``.

    Two rows are one header where they hold more headings together than either alone, or where the lower one has texts
    beside the known headings of the upper one only: one of the others may have changed. Where no row holds any, it is
    the first that isn't blank: what it lacks will then be said. None where there is no such row.
    """
    if given is not None:
        return _row(rows, given - 1, headings) if len(rows) >= given else None
    best: Header | None = None
    for at in range(min(SEARCHED, len(rows))):
        here = _row(rows, at, headings)
        if at + 1 < len(rows) and not any(map(_is_amount, rows[at + 1])):
            both = _two_rows(rows, at, headings)
            more = both.matches > max(here.matches, _matches(rows[at + 1], headings))
            if more or (both.matches == here.matches > 0 and _goes_on(rows[at], rows[at + 1], headings)):
                here = both
        is_first = best is None and any(cell.strip() for cell in rows[at])
        if is_first or (best is not None and here.matches > best.matches):
            best = here
        if at == 0 and best is not None and best.matches > 1 and best.matches == len(best.texts):
            break  # nothing but headings: no other row can hold a better header
    return best


def _row(rows: Sequence[Sequence[str]], at: int, headings: frozenset[str]) -> Header:
    return Header(_trimmed(rows[at]), at, at, _matches(rows[at], headings))


def _two_rows(rows: Sequence[Sequence[str]], at: int, headings: frozenset[str]) -> Header:
    """Two rows as one: an upper text stands over all columns to its right that have only a lower one."""
    upper, lower = rows[at], rows[at + 1]
    texts, over = [], ""
    for column in range(max(len(upper), len(lower))):
        above = upper[column].strip() if column < len(upper) else ""
        below = lower[column].strip() if column < len(lower) else ""
        over = above or over
        joined = f"{over} {below}" if below and over != below else above or below
        alone = below and spelled(below) in headings and spelled(joined) not in headings
        texts.append(below if alone else joined)
    return Header(_trimmed(texts), at, at + 1, _matches(texts, headings))


def _goes_on(upper: Sequence[str], lower: Sequence[str], headings: frozenset[str]) -> bool:
    """Whether a row has texts, but under a known heading none but that itself, as a merged cell has: no data has."""
    told = False
    for above, below in zip_longest(map(str.strip, upper), map(str.strip, lower), fillvalue=""):
        is_known = spelled(above) in headings
        if below and is_known and below != above:
            return False
        told |= bool(below) and not is_known
    return told


def _is_amount(cell: str) -> bool:
    """Whether a cell holds a number that is no year: rows with such are data, and there are many of them."""
    text = cell.strip()
    return len(text) != 4 and text.replace(".", "", 1).isdecimal()


def _matches(cells: Sequence[str], headings: frozenset[str]) -> int:
    return len({text for cell in cells if cell and (text := spelled(cell)) in headings})


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Without the blank cells at the end."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return tuple(cells[:width])
