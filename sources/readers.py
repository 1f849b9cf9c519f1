"""From bytes to a sheet of text: nothing is interpreted yet, nothing is lost.

A sheet is its header and its rows as text, each row with the number a spreadsheet shows beside it. CSV and
XLSX, either of them in .gz. Rows that can't be read are findings, not exceptions.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.csv

from agenda.model import Layout
from sources.findings import Finding, finding

CELL_LIMIT = 10_000_000
"""Characters in one cell for the careful reader; Python's default of 131,072 is less than a long note."""
UNZIPPED_LIMIT = 2**30
"""Bytes of one uncompressed file: a hundred times the largest real file met so far, and it still fits in memory."""


@dataclass(frozen=True)
class Sheet:
    """Text cells. ``table`` has a text column per header cell, named ``c0``, ``c1``, …; ``rows`` their numbers.

    ``faults`` holds one finding per row that could not be read; such rows are in no column.
    """

    header: tuple[str, ...]
    table: pa.Table
    rows: pa.Int64Array
    faults: tuple[Finding, ...] = ()
    blank_rows: int = 0
    is_workbook: bool = False  # numbers are numbers there, whatever the decimal sign of texts
    name: str | None = None  # the sheet's, where the file is a workbook
    first_column: int = 0  # where the table begins, as a spreadsheet counts its columns, from 0

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


def read_sheet(name: str, content: bytes, layout: Layout) -> Sheet:
    """The sheet that ``layout`` speaks of. Raises `Unreadable`."""
    if name.lower().endswith(".gz"):
        name, content = name[:-3], _unzipped(content)
    if name.lower().endswith((".xlsx", ".xlsm")):
        return _read_workbook(content, layout)
    return _read_csv(content, layout)


def _unzipped(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            unzipped = stream.read(UNZIPPED_LIMIT + 1)
    except gzip.BadGzipFile as error:
        raise Unreadable(finding("file_unreadable", reason="it is named .gz but is not compressed that way")) from error
    except (EOFError, zlib.error) as error:
        raise Unreadable(finding("file_unreadable", reason="its compression ends too early")) from error
    if len(unzipped) > UNZIPPED_LIMIT:
        raise Unreadable(finding("file_unreadable", reason="it is larger than 1 GB when it is uncompressed"))
    return unzipped


# -- CSV ----------------------------------------------------------------------------------------------


def _read_csv(content: bytes, layout: Layout) -> Sheet:
    content = _as_utf8(content, layout.encoding)
    if b"\n" not in content:  # lines as an old Macintosh ends them
        content = content.replace(b"\r", b"\n")
    lines = content.split(b"\n", layout.header_row)
    if len(lines) < layout.header_row or not lines[layout.header_row - 1].strip():
        raise Unreadable(finding("file_empty"))
    header_line = lines[layout.header_row - 1].decode().rstrip("\r")
    delimiter = layout.delimiter or _delimiter(header_line)
    careful = header_line.count('"') % 2 or b"\n\n" in content or b"\n\r\n" in content
    sheet = None if careful else _read_csv_fast(content, header_line, delimiter, layout.header_row)
    sheet = sheet or _read_csv_carefully(content, delimiter, layout.header_row)
    if not sheet.rows_read:
        raise Unreadable(finding("file_empty"))
    if not content.endswith((b"\n", b"\r")) and sheet.table.num_rows:
        sheet = replace(sheet, faults=(*sheet.faults, finding("file_end")))
    return sheet


def _as_utf8(content: bytes, declared: str | None) -> bytes:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            declared = encoding
    encoding = declared or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        found = finding("text_encoding", encoding=encoding.upper(), byte=error.start + 1)
        raise Unreadable(found) from error
    return content if encoding == "utf-8" else text.encode()


def _delimiter(header_line: str) -> str:
    """The separator that the header has most of; a comma where it has none."""
    return max(",;\t|", key=header_line.count)


def _read_csv_fast(content: bytes, header_line: str, delimiter: str, header_row: int) -> Sheet | None:
    """Arrow's reader, for the regular file; None where a row does not fit, so that it is read carefully."""
    header = next(csv.reader([header_line], delimiter=delimiter))
    names = [f"c{i}" for i in range(len(header))]
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(content),
            read_options=pa.csv.ReadOptions(use_threads=False, column_names=names, skip_rows=header_row),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    rows = pa.arange(header_row + 1, header_row + 1 + table.num_rows)
    return Sheet(tuple(header), table.combine_chunks(), rows)


def _read_csv_carefully(content: bytes, delimiter: str, header_row: int) -> Sheet:
    """Row by row, so that each row that doesn't fit is named and all the others go through."""
    csv.field_size_limit(CELL_LIMIT)
    text = io.StringIO(content.decode(), newline="")
    header: list[str] = []
    kept: list[list[str]] = []
    numbers: list[int] = []
    faults: list[Finding] = []
    blank = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter), 1):
            if number == header_row:
                header = cells
            if number <= header_row:
                continue
            if not any(cell.strip() for cell in cells):
                blank += 1
            elif len(cells) != len(header):
                faults.append(finding("row_cells", row=number, found=len(cells), expected=len(header)))
            else:
                kept.append(cells)
                numbers.append(number)
    except csv.Error as error:
        raise Unreadable(finding("file_unreadable", reason=str(error))) from error
    return Sheet(tuple(header), _text_table(len(header), kept), pa.array(numbers, pa.int64()), tuple(faults), blank)


# -- XLSX ---------------------------------------------------------------------------------------------


def _read_workbook(content: bytes, layout: Layout) -> Sheet:
    import fastexcel  # imported late: most partners send CSV

    try:
        book = fastexcel.read_excel(content)
        if layout.sheet is not None and layout.sheet not in book.sheet_names:
            raise Unreadable(finding("sheet_missing", sheet=layout.sheet, found=", ".join(map(repr, book.sheet_names))))
        sheet = book.load_sheet(layout.sheet or 0, header_row=None, skip_rows=0, dtypes="string")
        cells = pa.table(sheet.to_arrow())
    except fastexcel.FastExcelError as error:
        raise Unreadable(finding("file_unreadable", reason=str(error).split("\n")[0])) from error
    columns = [column.to_pylist() for column in cells.columns]
    grid = [["" if cell is None else cell for cell in row] for row in zip(*columns, strict=True)]
    if len(grid) < layout.header_row:
        raise Unreadable(finding("file_empty"))
    return replace(_below_header(grid, layout.header_row), name=sheet.name)


def _below_header(grid: Sequence[Sequence[str]], header_row: int) -> Sheet:
    header = [str(cell) for cell in grid[header_row - 1]]
    while header and not header[-1].strip():
        header.pop()
    kept, numbers, blank = [], [], 0
    for number, row in enumerate(grid[header_row:], header_row + 1):
        if any(cell.strip() for cell in row):
            kept.append(list(row[: len(header)]))
            numbers.append(number)
        else:
            blank += 1
    if not kept:
        raise Unreadable(finding("file_empty"))
    table = _text_table(len(header), kept)
    return Sheet(tuple(header), table, pa.array(numbers, pa.int64()), (), blank, is_workbook=True)


def _text_table(width: int, rows: list[list[str]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    arrays = [pa.array(list(column), pa.string()) for column in columns]
    return pa.table(arrays, names=[f"c{i}" for i in range(width)])
