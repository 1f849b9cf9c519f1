"""What reading gives: a sheet of text. Nothing is interpreted yet, and nothing is lost.

A sheet is its header and its rows as text, each row with the number a spreadsheet shows beside it. The readers
themselves are `text`, `workbooks` and `documents` beside this module; `sources.files.reading` calls the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from sources.letters.findings import Finding

NOTES = 50
"""Rows at the end of a table that are looked at for notes."""
LONG = 60
"""Characters that no name of a place or a group has."""
NOTE = re.compile(r"^[*※†]|[:：]\s*\S")
"""``* provisional``, ``Source: our records``, ``단위: 천 명``."""
CHUNK = 20_000
"""Rows that are held as Python's own texts, before they become a column."""


@dataclass(frozen=True)
class Note:
    """A text above the header or below the table; ``row`` as a spreadsheet counts it."""

    row: int
    text: str


@dataclass(frozen=True)
class Other:
    """The first rows of a sheet that stands beside the one that is read; ``first_column`` as in `Sheet`."""

    name: str
    first_column: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """Text cells. ``table`` has a text column per header cell, named ``c0``, ``c1``, …; ``rows`` their numbers.

    ``faults`` holds one finding per row that could not be read (such rows are in no column), and what is to be
    said of the file as a whole.
    """

    header: tuple[str, ...]
    table: pa.Table
    rows: pa.Int64Array
    faults: tuple[Finding, ...] = ()
    blank_rows: int = 0  # empty, or a note
    is_workbook: bool = False  # numbers are numbers there, whatever the decimal sign of texts
    name: str | None = None  # the sheet's, where the file is a workbook
    first_column: int = 0  # where the table begins, as a spreadsheet counts its columns, from 0
    notes: tuple[Note, ...] = ()
    others: tuple[Other, ...] = ()  # the workbook's other visible sheets, as far as they were opened

    @property
    def alike(self) -> tuple[object, ...]:
        """What sheets must have in common to be taken in together."""
        return (self.header, self.is_workbook, self.name, self.first_column)

    @property
    def rows_read(self) -> int:
        faulty = {fault.row for fault in self.faults if fault.row is not None}
        return int(self.table.num_rows) + len(faulty) + self.blank_rows


class Unreadable(Exception):
    """A file that can't be read at all; carries the finding that says why."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.message)
        self.finding = found


class Rows:
    """Rows of texts on their way into columns, a portion at a time: Python's texts take ten times the room."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._waiting: list[Sequence[str]] = []
        self._numbers: list[int] = []
        self._done: list[pa.RecordBatch] = []
        self._names = [f"c{i}" for i in range(width)]

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Take the row that the spreadsheet numbers ``number``; it has as many cells as the header."""
        self._waiting.append(cells)
        self._numbers.append(number)
        if len(self._waiting) == CHUNK:
            self._flush()

    def _flush(self) -> None:
        columns = zip(*self._waiting, strict=True) if self._waiting else iter([()] * self._width)
        arrays = [pa.array(column, pa.string()) for column in columns]
        numbers = pa.array(self._numbers, pa.int64())
        self._done.append(pa.record_batch([*arrays, numbers], names=[*self._names, "row"]))
        self._waiting, self._numbers = [], []

    def table(self) -> tuple[pa.Table, pa.Int64Array]:
        """The columns, and the numbers of the rows."""
        self._flush()
        found = pa.Table.from_batches(self._done).combine_chunks()
        rows = found["row"].chunk(0) if found.num_rows else pa.array([], pa.int64())
        return found.drop_columns("row"), rows


def notes_above(rows: Iterable[Sequence[str]]) -> tuple[Note, ...]:
    """What stands in the rows before the header."""
    found = []
    for number, cells in enumerate(rows, 1):
        texts = dict.fromkeys(text for cell in cells if (text := cell.strip()))  # a merged cell may stand there often
        if texts:
            found.append(Note(number, " ".join(texts)))
    return tuple(found)


def has_sign(column: pa.Array, sign: bytes) -> bool:
    """Whether a sign may stand in a column of texts, told by all its bytes at once: most columns have it nowhere.

    Where the column is part of a longer one, it is the whole of that which is looked at.
    """
    texts = column.buffers()[-1]
    return texts is not None and sign in texts.to_pybytes()


def without_blanks(table: pa.Table, rows: pa.Int64Array) -> tuple[pa.Table, pa.Int64Array]:
    """The rows that hold anything, and their numbers."""
    filled = None
    for column in table.columns:
        if pc.min(pc.binary_length(column)).as_py():
            return table, rows  # no cell of this column is empty; a cell of nothing but spaces is a rare one
        here = pc.not_equal(pc.utf8_trim_whitespace(column), "")
        filled = here if filled is None else pc.or_(filled, here)
    if filled is None or pc.all(filled).as_py():
        return table, rows
    return table.filter(filled).combine_chunks(), rows.filter(filled.combine_chunks())


def without_notes(sheet: Sheet) -> Sheet:
    """The sheet with the notes below its table among its notes instead of its rows.

    A note is a single text in a row of its own at the end: after a gap, marked as one, or long.
    """
    if sum(bool(text.strip()) for text in sheet.header) < 2:
        return sheet
    count, notes = 0, list[Note]()
    tail = sheet.table.slice(max(0, sheet.table.num_rows - NOTES))
    while count < tail.num_rows:
        at = tail.num_rows - 1 - count
        texts = [text for column in tail.columns if (text := column[at].as_py().strip())]
        row = sheet.rows[sheet.table.num_rows - 1 - count].as_py()
        before = sheet.rows[sheet.table.num_rows - 2 - count].as_py() if count + 1 < sheet.table.num_rows else 0
        if len(texts) > 1 or not is_note(texts[0] if texts else "", row - before > 1):
            break
        notes += [Note(row, text) for text in texts]
        count += 1
    if not count or count == sheet.table.num_rows:
        return sheet
    kept = sheet.table.num_rows - count
    return replace(
        sheet,
        table=sheet.table.slice(0, kept),
        rows=sheet.rows.slice(0, kept),
        blank_rows=sheet.blank_rows + count,
        notes=(*sheet.notes, *reversed(notes)),
    )


def is_note(text: str, is_apart: bool) -> bool:
    """Whether a row's only text reads as a note: words apart from the table, or such as no cell of a table holds."""
    if not text:
        return True
    return bool(re.search(r"[^\W\d_]", text)) and (is_apart or len(text) > LONG or bool(NOTE.search(text)))
