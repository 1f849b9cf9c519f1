"""Text tables: CSV, TSV and their kin, whatever separates their cells and however their letters are coded.

The regular file in UTF-8, which nearly all are, is read by Arrow (`read_regular`). Whatever else there is to it
(another coding, ragged rows, gaps, zero bytes) is for `read`, row by row.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from sources.files.encodings import decode
from sources.files.headers import SEARCHED, Header, find
from sources.files.limits import Limits, beyond, check
from sources.files.manner import Manner
from sources.files.readers import (
    NOTES,
    Note,
    Rows,
    Sheet,
    Unreadable,
    is_note,
    notes_above,
    without_blanks,
    without_notes,
)
from sources.letters.findings import Finding, finding

SEPARATORS = ",;\t|"
HEAD = 2**20
"""Characters in which the header must end: sixteen thousand headings of sixty letters."""


@dataclass(frozen=True)
class Head:
    """The first rows of a text, cut at its own separator, and the header among them."""

    rows: list[list[str]]
    separator: str
    header: Header


def read_regular(content: bytes, manner: Manner, headings: frozenset[str], limits: Limits) -> Sheet | None:
    """The sheet of a text in UTF-8 of which all rows fit; None where it is anything else."""
    content = content.removeprefix(codecs.BOM_UTF8)
    is_utf8 = manner.encoding is None or codecs.lookup(manner.encoding).name in ("utf-8", "ascii")
    is_odd = b'"' in content and content.count(b'"') % 2
    if not is_utf8 or is_odd or b"\0" in content or b"\n\n" in content or b"\n\r\n" in content:
        return None
    lines = content[:HEAD].split(b"\n", max(SEARCHED, manner.header_row or 0))
    if len(lines) < 2:  # or it ends its lines as an old Macintosh does
        return None
    try:
        lines_text = b"\n".join(lines[:-1]).decode() + "\n"
    except UnicodeDecodeError:
        return None
    head = _head(lines_text, manner, headings)
    if head is None or len(head.header.texts) > limits.columns or "\r" in lines_text.replace("\r\n", ""):
        return None
    before = lines_text.split("\n")[: head.header.last + 1]
    if any(line.count('"') % 2 for line in before) or not any(line.strip() for line in before[-1:]):
        return None
    table = _arrow(content, len(head.rows[head.header.last]), head.separator, head.header.last + 1)
    if table is None or not table.num_rows:
        return None
    if b'"' in content and any(pc.any(pc.match_substring(column, "\n")).as_py() for column in table.columns):
        return None  # a cell of several lines, which may have swallowed rows
    if len(content) > limits.cell_characters < _longest(table):
        return None
    first = head.header.last + 2
    kept, rows = without_blanks(table, pa.arange(first, first + table.num_rows))
    if not kept.num_rows:
        return None
    blank = table.num_rows - kept.num_rows
    sheet = Sheet(_texts(head), kept, rows, blank_rows=blank, notes=notes_above(head.rows[: head.header.first]))
    return without_notes(_with_end(sheet, content.endswith((b"\n", b"\r"))))


def _arrow(content: bytes, width: int, separator: str, skipped: int) -> pa.Table | None:
    names = [f"c{i}" for i in range(width)]
    try:
        return pa.csv.read_csv(
            pa.BufferReader(content),
            read_options=pa.csv.ReadOptions(use_threads=False, column_names=names, skip_rows=skipped),
            parse_options=pa.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        ).combine_chunks()
    except pa.ArrowInvalid:
        return None


def _longest(table: pa.Table) -> int:
    """Bytes of the longest cell."""
    return max(int(pc.max(pc.binary_length(column)).as_py()) for column in table.columns)


def read(content: bytes, manner: Manner, headings: frozenset[str], limits: Limits) -> Sheet:
    """The sheet of any text, row by row: each that doesn't fit is named, and all others go through.

    Raises `Unreadable`.
    """
    decoded = decode(content, manner.encoding, headings)
    text = decoded.text
    if "\n" not in text:  # lines as an old Macintosh ends them
        text = text.replace("\r", "\n")
    head = _head(text[:HEAD], manner, headings)
    if head is None:
        raise Unreadable(finding("file_empty"))
    check("columns", len(head.rows[head.header.last]), limits)
    sheet = _rows(text, head, limits)
    above = notes_above(head.rows[: head.header.first])
    sheet = replace(sheet, faults=(*decoded.faults, *sheet.faults), notes=(*above, *sheet.notes))
    if not sheet.rows_read:
        raise Unreadable(finding("file_empty"))
    sheet = without_notes(_with_end(sheet, text.endswith(("\n", "\r"))))
    return replace(sheet, notes=tuple(sorted(sheet.notes, key=lambda note: note.row)))


def _with_end(sheet: Sheet, is_ended: bool) -> Sheet:
    """A file whose last line has no end may have been cut off there."""
    if is_ended or not sheet.table.num_rows:
        return sheet
    return replace(sheet, faults=(*sheet.faults, finding("file_end")))


def _head(text: str, manner: Manner, headings: frozenset[str]) -> Head | None:
    """The first rows, cut at the separator under which a row holds most headings, then by the one it has most of."""
    most = max(SEARCHED, (manner.header_row or 0) + 1)
    first_lines = "\n".join(text.split("\n", most)[:most])
    separators = [sign for sign in manner.delimiter or SEPARATORS if sign in first_lines] or [manner.delimiter or ","]
    found: list[Head] = []
    for count in (1, most) if manner.header_row is None else (most,):  # mostly, the first line holds nothing else
        for separator in separators:
            rows = _parsed(text, separator, count)
            header = find(rows, headings, manner.header_row)
            if header is not None and any(cell.strip() for cell in rows[header.last]):
                head = Head(rows, separator, header)
                if header.matches > 1 and header.matches == len(header.texts):
                    return head
                found += [head] if count == most else []
    return max(found, key=lambda head: (head.header.matches, len(head.rows[head.header.last])), default=None)


def _parsed(text: str, separator: str, count: int) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append(cells)
            if len(rows) == count:
                break
    except csv.Error:  # a cell beyond the limit; what came before it may hold the header
        pass
    return rows


def _texts(head: Head) -> tuple[str, ...]:
    """The header with a text for each cell of its row, also for blank ones at its end."""
    texts, width = head.header.texts, len(head.rows[head.header.last])
    return (*texts, *[""] * (width - len(texts))) if width > len(texts) else texts[:width]


def _rows(text: str, head: Head, limits: Limits) -> Sheet:
    header = _texts(head)
    kept, faults, blank = Rows(len(header)), list[Finding](), 0
    last, single = 0, list[tuple[Note, bool]]()  # rows of one cell at the end, and whether a gap is above each
    width = len(header)
    csv.field_size_limit(limits.cell_characters)
    try:
        for number, cells, is_open in _numbered(text, head.separator):
            if number <= head.header.last + 1:
                continue
            texts = [text for cell in cells if (text := cell.strip())]
            if not texts and not is_open:
                blank += 1
                continue
            fitting = None if is_open or _swallows(cells, head.separator, width) else _fitting(cells, header)
            if fitting is None and len(cells) == len(texts) == 1 and not is_open and len(single) < NOTES:
                single.append((Note(number, texts[0]), number - last > 1))
            else:
                faults += [_cells(note, header) for note, _ in single]
                single.clear()
                if fitting is not None:
                    kept.add(number, fitting)
                elif is_open or _swallows(cells, head.separator, width):
                    faults.append(finding("row_quote", row=number))
                else:
                    faults.append(finding("row_cells", row=number, found=len(cells), expected=width))
            last = number
    except csv.Error as error:
        if "field limit" in str(error):
            raise beyond("cell_characters", limits) from error
        raise Unreadable(finding("file_unreadable", reason=str(error))) from error
    notes = list[Note]()
    while single and is_note(single[-1][0].text, single[-1][1]):
        notes.insert(0, single.pop()[0])
    faults += [_cells(note, header) for note, _ in single]
    table, rows = kept.table()
    return Sheet(header, table, rows, tuple(faults), blank + len(notes), notes=tuple(notes))


def _cells(note: Note, header: Sequence[str]) -> Finding:
    """What looked like a note and is a row that was cut off."""
    return finding("row_cells", row=note.row, found=1, expected=len(header))


def _swallows(cells: Sequence[str], separator: str, width: int) -> bool:
    """Whether a cell of several lines holds a whole row: between two quotation marks that don't belong together.

    In prose, unlike in a row, a space follows each comma.
    """
    for cell in cells:
        for line in cell.split("\n") if "\n" in cell and width > 2 else ():
            if line.count(separator) == width - 1 and line.count(f"{separator} ") < width - 1:
                return True
    return False


def _numbered(text: str, separator: str) -> Iterator[tuple[int, list[str], bool]]:
    """Each row with its number, and whether it is the last one and a quote in it swallowed all that follows."""
    is_odd = text.count('"') % 2 == 1
    last: tuple[int, list[str]] | None = None
    for row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1):
        if last is not None:
            yield *last, False
        last = row
    if last is not None:
        yield *last, is_odd and any("\n" in cell for cell in last[1])


def _fitting(cells: Sequence[str], header: Sequence[str]) -> Sequence[str] | None:
    """The row as wide as its header, where all it has more or less is blank."""
    width = len(header)
    if len(cells) == width:
        return cells
    if any(cell.strip() for cell in (*cells[width:], *header[len(cells) :])):
        return None
    return [*cells[:width], *[""] * (width - len(cells))]
