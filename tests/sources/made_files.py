"""Files as partners make them, written by other programs' libraries or by hand."""

from __future__ import annotations

import io
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
