"""The partner's own workbook with the faulty cells coloured, and commented with what is wrong and how to mend it.

Formats and formulas stay as they are; nothing is computed. Cairn writes colours and comments only, never a cell's
value, so no text from anywhere can become a formula. What an earlier marking left behind is taken away first: people
mend the marked copy and send that.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agenda.catalogue import Speech
from sources.letters.findings import Finding, column_letters
from sources.letters.receipt import fitting

AUTHOR = "Cairn"
FILLS = {"error": "FFF6C6BD", "warning": "FFFBE3AE"}
"""Behind black text: pale red and amber, as the receipt's page has them."""
UNPACKED_LIMIT = 4 * 2**20
"""Bytes of a workbook, unpacked: some 120,000 cells, 2 s to mark. A larger one would cost the others their turn."""
MERGED_LIMIT = 100_000
"""Cells in merged areas, each of which becomes an object; a few characters can merge a whole sheet."""
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*\bref\s*=\s*["']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})["']""")
MOST = 1000
"""Marks in one workbook; past that a person mends the cause, not cells."""
_THEIRS = "\n\n――――\n"
"""Between Cairn's comment and the partner's own one that stood in the cell."""


class TooLarge(Exception):
    """The workbook is larger than `UNPACKED_LIMIT` or `MERGED_LIMIT`."""


@dataclass(frozen=True)
class _Mark:
    severity: str
    text: str


def mark(
    content: bytes,
    findings: Sequence[Finding],
    speech: Speech,
    first_column: int = 0,
    names: Callable[[Finding], Sequence[str]] = lambda found: (),
) -> bytes | None:
    """The workbook with its findings marked, in the language of ``speech``, but for those that are answered.

    A finding about a row as a whole is marked in ``first_column``, where the table begins. ``names``: the agreed ones
    that its word could have been. None where the bytes are no XLSX workbook, or nothing is to be marked. Raises
    `TooLarge`.
    """
    in_cells = [found for found in findings if found.row is not None and not found.answer][:MOST]
    if not in_cells or not _is_workbook(content):
        return None
    by_sheet: dict[str | None, list[Finding]] = defaultdict(list)
    for found in in_cells:
        by_sheet[found.sheet].append(found)
    return _write(content, {sheet: _marks(group, speech, first_column, names) for sheet, group in by_sheet.items()})


def _write(content: bytes, marks: Mapping[str | None, Mapping[str, _Mark]]) -> bytes:
    """The workbook with these marks in, by sheet (None: the first) and cell."""
    import openpyxl  # imported late: few receipts need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what this reader leaves out: slicers, drawings
        book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    for sheet in book.worksheets:
        _unmark(sheet)
    for name, in_sheet in marks.items():
        if (marked := sheets.get(name or book.worksheets[0].title)) is not None:
            _mark(marked, in_sheet)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _is_workbook(content: bytes) -> bool:
    """Whether it is an XLSX workbook without macros. Raises `TooLarge`."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {part.filename: part.file_size for part in archive.infolist()}
            if "xl/workbook.xml" not in sizes or "xl/vbaProject.bin" in sizes:
                return False
            if sum(sizes.values()) > UNPACKED_LIMIT:
                raise TooLarge
            parts = [archive.read(name) for name in sizes if name.startswith("xl/worksheets/")]
    except zipfile.BadZipFile:
        return False
    if sum(_cells_in(area.decode()) for part in parts for area in _MERGED.findall(part)) > MERGED_LIMIT:
        raise TooLarge
    return True


def _cells_in(area: str) -> int:
    """``B2:D4`` → 9."""
    from openpyxl.utils.cell import range_boundaries

    left, top, right, bottom = range_boundaries(area)
    return int((right - left + 1) * (bottom - top + 1))


def _marks(
    findings: Iterable[Finding], speech: Speech, first_column: int, names: Callable[[Finding], Sequence[str]]
) -> dict[str, _Mark]:
    """One mark a cell, errors before warnings."""
    texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for found in findings:
        cell = found.cell or f"{column_letters(first_column)}{found.row}"
        fit = (fitting(speech, known),) if (known := names(found)) else ()
        texts[cell].append((found.severity, "\n".join((*found.said(speech), *fit))))
    return {
        cell: _Mark(min(severity for severity, _ in said), "\n\n".join(text for _, text in sorted(said)))
        for cell, said in texts.items()
    }


def _mark(sheet: Any, marks: Mapping[str, _Mark]) -> None:
    from openpyxl.styles import PatternFill

    merged = {cell: area.coord.split(":")[0] for area in sheet.merged_cells.ranges for cell in _cells_of(area, marks)}
    for place, found in marks.items():
        cell = sheet[merged.get(place, place)]
        cell.fill = PatternFill("solid", fgColor=FILLS[found.severity])
        theirs = _THEIRS + cell.comment.text if cell.comment else ""
        cell.comment = _comment(found.text + theirs)


def _cells_of(area: Any, marks: Iterable[str]) -> list[str]:
    """Those of the cells that lie in a merged area: it shows what its first cell holds."""
    from openpyxl.utils.cell import coordinate_to_tuple

    def lies_in(row: int, column: int) -> bool:
        return bool(area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col)

    return [cell for cell in marks if lies_in(*coordinate_to_tuple(cell))]


def _comment(text: str) -> Any:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.comments import Comment

    lines = sum(1 + len(line) // 42 for line in text.split("\n"))
    return Comment(ILLEGAL_CHARACTERS_RE.sub("�", text), AUTHOR, height=24 + 19 * min(lines, 16), width=320)


def _unmark(sheet: Any) -> None:
    """Take away what an earlier marking put there; the partner's own comment comes back."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    for cell in list(sheet._cells.values()):  # those that are there; iterating would make all the others
        if cell.comment is None or cell.comment.author != AUTHOR:
            continue
        _, _, theirs = cell.comment.text.partition(_THEIRS)
        cell.comment = Comment(theirs, "") if theirs else None
        if cell.fill.fgColor.rgb in FILLS.values():
            cell.fill = PatternFill()
