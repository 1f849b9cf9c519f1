"""Files as partners make them, written by other programs' libraries or by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from agenda.model import Layout
from agenda.spelling import plain
from sources.files.limits import Limits
from sources.files.readers import Sheet, Unreadable
from sources.files.reading import File, manner_of, read_files

HEADINGS = ("quarter", "town", "age", "children")
ROWS = (("2026Q1", "Harbor", "infant", "12"), ("2026Q1", "Old Mill", "toddler", "1204"))


def layout(**given: Any) -> Layout:
    return Layout.model_validate(
        {"period": "quarter", "values": [{"column": "children", "measure": "children"}], **given}
    )


def opened(
    content: bytes, name: str = "any", headings: Sequence[str] = HEADINGS, within: Limits | None = None, **given: Any
) -> Sheet | Unreadable:
    """A file as it is read under a layout that needs ``headings``."""
    (found,) = read_files([File(name, content, manner_of(layout(**given)), frozenset(map(plain, headings)))], within)
    return found


def read(content: bytes, name: str = "any", headings: Sequence[str] = HEADINGS, **given: Any) -> Sheet:
    """The same for a file that ought to be read."""
    found = opened(content, name, headings, **given)
    if isinstance(found, Unreadable):
        raise AssertionError(found.finding)
    return found


def refusal(content: bytes, name: str = "any", **given: Any) -> str:
    """The code of the finding for a file that ought to be refused."""
    found = opened(content, name, **given)
    assert isinstance(found, Unreadable), found
    return found.finding.code


def cells(sheet: Sheet) -> list[tuple[str, ...]]:
    return list(zip(*(column.to_pylist() for column in sheet.table.columns), strict=True))


def csv_text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    return "".join(separator.join(row) + "\n" for row in rows)


def xlsx(rows: Sequence[Sequence[object]] = (), make: Callable[[Worksheet], None] = lambda sheet: None) -> bytes:
    """A workbook with one sheet, “Data”, of these rows; ``make`` does the rest."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Data"
    for row in rows:
        sheet.append(list(row))
    make(sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def ods(rows: Sequence[Sequence[object]], attributes: str = "") -> bytes:
    """An OpenDocument spreadsheet with one sheet, “Data”; ``attributes`` stand in each of its rows."""
    body = "".join(f"<table:table-row {attributes}>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    names = ("office", "table", "text")
    declared = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {declared} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Data">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _ods_cell(value: object) -> str:
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    if value is None:
        return "<table:covered-table-cell/>"
    text, merged = str(value), ""
    if text.startswith("merged:"):
        _, down, text = text.split(":", 2)
        merged = f' table:number-columns-spanned="1" table:number-rows-spanned="{down}"'
    if text.startswith("date:"):
        return f'<table:table-cell office:value-type="date" office:date-value={quoteattr(text[5:])}/>'
    return f'<table:table-cell office:value-type="string"{merged}><text:p>{escape(text)}</text:p></table:table-cell>'


def xls(rows: Sequence[Sequence[object]], merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """A workbook of Excel 97 to 2003 with one sheet, “Data”; ``merged``: top, left, bottom and right, from 0.

    The records are those of [MS-XLS]; a place in them counts from the beginning of the stream.
    """
    cells = b""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            at = struct.pack("<HHH", row, column, 0)
            if isinstance(value, int | float):
                cells += _record(0x0203, at + struct.pack("<d", value))
            elif value is not None:
                text = str(value)
                cells += _record(0x0204, at + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))
    ranges = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged)
    cells += _record(0x00E5, struct.pack("<H", len(merged)) + ranges)
    book, sheet = (_record(0x0809, struct.pack("<HH12x", 0x0600, kind)) for kind in (0x0005, 0x0010))
    end = _record(0x000A)
    place = len(book) + len(_record(0x0085, bytes(12))) + len(end)
    return _compound(book + _record(0x0085, struct.pack("<IHBB", place, 0, 4, 0) + b"Data") + end + sheet + cells + end)


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(book: bytes) -> bytes:
    """A compound file ([MS-CFB]) that holds the one stream “Workbook”: header, where its parts lie, directory, parts."""
    none, end, own = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    book = book.ljust(4096, b"\0")
    book += bytes(-len(book) % 512)
    parts = len(book) // 512
    sizes = struct.pack("<16x5H6x10I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + sizes
    chain = [own, end, *(number + 1 for number in range(2, parts + 1)), end]
    entries = b""
    for name, kind, child, first, size in (("Root Entry", 5, 1, end, 0), ("Workbook", 2, none, 2, len(book))):
        called = name.encode("utf-16-le")
        entries += struct.pack("<64sH2B3I36xIQ", called, len(called) + 2, kind, 1, none, none, child, first, size)
    sectors = (header, struct.pack(f"<{len(chain)}I", *chain))
    return b"".join(sector.ljust(512, b"\xff") for sector in sectors) + entries.ljust(512, b"\0") + book


def zipped(members: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def with_part(workbook: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        members: dict[str, str | bytes] = {one: archive.read(one) for one in archive.namelist()}
    members[name] = change(members.get(name, b""))  # type: ignore[arg-type]
    return zipped(members)
