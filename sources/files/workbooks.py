"""Workbooks (XLSX, XLS, XLSB, ODS) as people make them: titles, two-row headers, merged cells, notes, hidden sheets.

Cells become the text that a person sees: ``1204`` and not ``1204.0``, ``0.3`` and not ``0.30000000000000004``,
``2026-07-01`` for a date. A percent is the number it stands for (``45 %`` is ``0.45``), formulas are their last
result, and nothing outside of the file is looked at. What can't be read as a value stays visible: ``#N/A``, or the
formula itself where no program has computed it yet.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Context
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineError, CalamineWorkbook

from agenda.spelling import plain
from sources.files.headers import SEARCHED, Header, find
from sources.files.limits import Limits, beyond, check
from sources.files.manner import UNCLEAR, Manner
from sources.files.readers import Other, Sheet, Unreadable, has_sign, notes_above, without_blanks, without_notes
from sources.files.spreadsheet_xml import Part, parts, with_its_dates
from sources.files.unpack import Archive, Budget
from sources.letters.findings import finding

AS_SHOWN = Context(prec=15)
"""Spreadsheets compute with 17 digits and show no more than 15 of them; the others are noise."""
LONG = r"^-?\d+\.\d{7,}$"
"""What the library, which cuts numbers at nine decimals, may have cut, or given with digits that are noise."""
AMOUNT = re.compile(
    r"(?=.*\d)\s*[(]?[-+−–]?\s*(\d{1,3}([\s.,'’_]\d{2,3})*[\s.,'’_]\d{3}|\d+)?([.,]\d*)?([eE][-+]?\d+)?\s*[-%‰]?[)]?\s*"
)
"""A number as anybody writes it: ``1,204``, ``1 204,5``, ``-3 %``; no day, as ``1.7.2026``."""
GLIMPSE = 120
"""Rows kept of each other sheet, for the door to look at."""
ERRORS = {"Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!",
          "Value": "#VALUE!", "GettingData": "#GETTING_DATA"}  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """One sheet's cells as text, row 1 first, from its first column that is used."""

    name: str
    cells: pa.Table
    first_column: int
    header: Header | None


def read(content: bytes, manner: Manner, headings: frozenset[str], limits: Limits) -> Sheet:
    """The sheet that ``manner`` names; where it names none, the visible one that holds most headings.

    Raises `Unreadable`.
    """
    said: dict[str, Part] = {}
    is_old = not content.startswith(b"PK")
    if not is_old:
        archive = Archive(content, Budget(len(content), limits))
        said = parts(archive)
        content = with_its_dates(content, archive)
    try:
        book = fastexcel.read_excel(content)
        names = [_named(manner.sheet, book.sheet_names)] if manner.sheet else list(book.sheet_names)
        check("sheets", len(names), limits)
        grids = _grids(book, names, _merged(content, names) if is_old else said, manner, headings, limits)
    except (fastexcel.FastExcelError, CalamineError) as error:
        raise _unreadable(error) from error
    best = max((grid for grid in grids if grid.header), key=lambda grid: grid.header.matches, default=None)  # type: ignore[union-attr]
    if best is None or best.header is None:
        raise Unreadable(finding("file_empty"))
    others = [Other(g.name, g.first_column, tuple(_rows(g.cells.slice(0, GLIMPSE)))) for g in grids if g is not best]
    others += _passed_over(book, [name for name in book.sheet_names if name not in names][: limits.sheets])
    return replace(_below(best, best.header), others=tuple(others))


def _merged(content: bytes, names: Sequence[str]) -> dict[str, Part]:
    """The merged cells of an XLS by sheet. The library that reads cells is built on one that knows them, and doesn't
    pass them on; another that is built on it does."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    ranges = {name: book.get_sheet_by_name(name).merged_cell_ranges or () for name in names}
    return {name: Part(tuple((*start, *end) for start, end in merged)) for name, merged in ranges.items()}


def _unreadable(error: Exception) -> Unreadable:
    reason = str(error).split("\n")[0]
    if "password" in reason.lower() or "encrypted" in reason.lower():
        return Unreadable(finding("file_locked"))
    return Unreadable(finding("file_unreadable", reason=reason))


def _named(wanted: str, names: Sequence[str]) -> str:
    """The sheet of that name; case and spaces are forgiven where that leaves no doubt."""
    if wanted in names:
        return wanted
    alike = [name for name in names if plain(name) == plain(wanted)]
    if len(alike) != 1:
        raise Unreadable(finding("sheet_missing", sheet=wanted, found=", ".join(map(repr, names))))
    return alike[0]


def _grids(
    book: Any, names: Sequence[str], said: dict[str, Part], manner: Manner, headings: frozenset[str], limits: Limits
) -> list[Grid]:
    found, cells = list[Grid](), 0
    for name in names:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if (sheet.visible != "visible" and manner.sheet is None) or not sheet.height:
            continue
        cells += sheet.height * sheet.width
        if cells > limits.cells:
            raise beyond("cells", limits)
        check("columns", sheet.width, limits)
        first_column = sheet.available_columns()[0].absolute_index
        table = _texts(book, sheet, said.get(name, Part()), first_column, manner.has_commas)
        count = max(SEARCHED, manner.header_row or 0) + 1
        header = find(_rows(table.slice(0, count)), headings, manner.header_row)
        found.append(Grid(name, table, first_column, header if header and any(header.texts) else None))
    return found


def _passed_over(book: Any, names: Sequence[str]) -> Iterator[Other]:
    """The first rows of the visible sheets beside the one that a layout names; one that can't be read has none."""
    for name in names:
        with contextlib.suppress(fastexcel.FastExcelError):
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=GLIMPSE, dtypes="string")
            if sheet.visible == "visible" and sheet.height:
                columns = [pc.fill_null(column, "") for column in sheet.to_arrow_with_errors()[0].columns]
                rows = tuple(zip(*(column.to_pylist() for column in columns), strict=True))
                yield Other(name, sheet.available_columns()[0].absolute_index, rows)


def _rows(table: pa.Table) -> list[tuple[str, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


# -- cells as text ------------------------------------------------------------------------------------


def _texts(book: Any, sheet: Any, part: Part, first_column: int, has_commas: bool) -> pa.Table:
    """All cells as the text that a person sees; an empty cell is an empty text.

    ``has_commas``: that person's decimal sign is a comma.
    """
    batch, errors = sheet.to_arrow_with_errors()
    columns = [_dates(pc.fill_null(column, "") if column.null_count else column) for column in batch.columns]
    rounded = [at for at, column in enumerate(columns) if has_sign(column, b".") and pc.any(_is_long(column)).as_py()]
    if rounded:
        numbers = book.load_sheet(sheet.name, header_row=None, skip_rows=0, dtypes="float", use_columns=rounded)
        exact = pa.table(numbers.to_arrow())
        for at, column in zip(rounded, exact.columns, strict=True):
            columns[at] = _with_all_digits(columns[at], column.combine_chunks())
    unclear = [at for at, column in enumerate(columns) if has_commas and _has_unclear(column)]
    if unclear:  # only numbers are converted, and to whatever
        numbers = book.load_sheet(sheet.name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=unclear)
        for at, column in zip(unclear, pa.table(numbers.to_arrow()).columns, strict=True):
            columns[at] = _with_commas(columns[at], column.combine_chunks())
    changed: dict[int, dict[int, str]] = {}
    for error in errors.errors if errors else ():
        row, column = error.position
        name = re.search(r"Error\((\w+)\)", error.detail)
        changed.setdefault(column, {})[row] = ERRORS.get(name[1], "#ERROR!") if name else "#ERROR!"
    for (row, column), formula in part.uncomputed.items():
        changed.setdefault(column - first_column, {})[row] = formula
    _fill_merged(columns, part, first_column, changed)
    for at, texts in changed.items():
        if 0 <= at < len(columns):
            columns[at] = _replaced(columns[at], texts)
    return pa.table(columns, names=[f"c{i}" for i in range(len(columns))])


def _dates(column: pa.Array) -> pa.Array:
    """``2026-07-01`` for the day at midnight, ``03:04:05`` for a time of no day."""
    if not has_sign(column, b":"):
        return column
    column = pc.replace_substring_regex(column, r"^(\d{4}-\d\d-\d\d) 00:00:00$", r"\1")
    return pc.replace_substring_regex(column, r"^1899-12-31 (\d\d:\d\d:\d\d)", r"\1")


def _is_long(column: pa.Array) -> pa.BooleanArray:
    return pc.match_substring_regex(column, LONG)


def _with_all_digits(texts: pa.Array, numbers: pa.Array) -> pa.Array:
    """Numbers with many decimals again from their doubles, as a spreadsheet shows them."""
    found = {}
    for row in pc.indices_nonzero(_is_long(texts)).to_pylist():
        number = numbers[row].as_py()
        if number is not None:
            found[row] = shown(number)
    return _replaced(texts, found)


def _has_unclear(column: pa.Array) -> bool:
    return has_sign(column, b".") and bool(pc.any(pc.match_substring_regex(column, UNCLEAR)).as_py())


def _with_commas(texts: pa.Array, numbers: pa.Array) -> pa.Array:
    """``1,234`` for the number; the text ``1.234`` stays, and may be thousands."""
    is_number = pc.and_(pc.match_substring_regex(texts, UNCLEAR), pc.is_valid(numbers))
    return pc.if_else(is_number, pc.replace_substring(texts, ".", ","), texts)


def shown(number: float) -> str:
    """A double in 15 digits, without an exponent: ``0.3`` for 0.1 + 0.2."""
    text = format(AS_SHOWN.create_decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _replaced(column: pa.Array, texts: dict[int, str]) -> pa.Array:
    if not texts:
        return column
    mask = [row in texts for row in range(len(column))]
    fillers = [text for row, text in sorted(texts.items()) if row < len(column)]
    return pc.replace_with_mask(column, pa.array(mask), pa.array(fillers, pa.string()))


def _fill_merged(columns: list[pa.Array], part: Part, first_column: int, changed: dict[int, dict[int, str]]) -> None:
    """The word of a merged cell stands in all its rows; a number doesn't: it would count as often as it has rows."""
    filled: dict[int, int] = {}  # per column, down to which row: no cell is part of two, whatever a file says
    for top, left, bottom, _ in sorted(set(part.merged)):
        at = left - first_column
        if 0 <= at < len(columns) and top < min(bottom, len(columns[at])):
            text = columns[at][top].as_py()
            if text and not AMOUNT.fullmatch(text):
                rows = range(max(top, filled.get(at, 0)) + 1, min(bottom + 1, len(columns[at])))
                changed.setdefault(at, {}).update(dict.fromkeys(rows, text))
                filled[at] = max(bottom, filled.get(at, 0))


# -- from cells to a sheet ----------------------------------------------------------------------------


def _below(grid: Grid, header: Header) -> Sheet:
    """The rows below the header, in the columns that it heads."""
    below = grid.cells.slice(header.last + 1).select(range(len(header.texts)))
    rows = pa.arange(header.last + 2, header.last + 2 + below.num_rows)
    table, rows = without_blanks(below.combine_chunks(), rows)
    if not table.num_rows:
        raise Unreadable(finding("file_empty"))
    sheet = Sheet(
        header.texts, table, rows,
        blank_rows=below.num_rows - table.num_rows,
        is_workbook=True, name=grid.name, first_column=grid.first_column,
        notes=notes_above(_rows(grid.cells.slice(0, header.first))),
    )  # fmt: skip
    return without_notes(sheet)
