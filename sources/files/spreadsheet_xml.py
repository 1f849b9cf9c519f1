"""What the library that reads workbooks doesn't tell: merged cells, and formulas without a result.

Reads the parts of an XLSX, and the one of an ODS, by themselves. All text parts are unpacked on the way, within the
limits, and one that declares a document type is refused: no spreadsheet program writes it, and entities can be bombs.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from posixpath import join, normpath

from sources.files.readers import Unreadable
from sources.files.unpack import Archive
from sources.letters.findings import finding

BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
OPEN_DOCUMENT = "content.xml"
_DECLARED = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_FROM_1904 = re.compile(rb"""<workbookPr\s[^>]*date1904\s*=\s*["'](1|true)["']""")
_OTHER_PROPERTIES = re.compile(rb"<\w+:workbookPr\b[^>]*/>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(rb"f(?<=<f)[\s/>]")  # the rarer sign first: nearly all sheets are searched in vain
_UNCOMPUTED = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?![^>]*t="str")[^>]*(?<!/)>\s*'
    rb"<f[^>]*?(?:/>|>([^<]*)</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_OPEN = re.compile(r"<table:(table|table-row|table-cell|covered-table-cell)(\s[^<>]*)?/?>")
_TABLE_ATTRIBUTE = re.compile(r"table:([a-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True)
class Part:
    """What a sheet's own part says; rows and columns count from 0, ranges are (top, left, bottom, right)."""

    merged: tuple[tuple[int, int, int, int], ...] = ()
    uncomputed: dict[tuple[int, int], str] = field(default_factory=dict)


def parts(archive: Archive) -> dict[str, Part]:
    """Per sheet of an XLSX or ODS, what its part says; nothing for other workbooks. Raises `Unreadable`."""
    sheets = {path: name for name, path in _sheets(archive)} if BOOK in archive.names else {}
    found = {}
    for path in archive.names:
        if path.endswith((".xml", ".rels", ".bin")):
            content = archive.read(path)
            if _declares_a_type(content):
                raise Unreadable(finding("file_doctype"))
            if path in sheets:
                found[sheets[path]] = _part(content)
            elif path == OPEN_DOCUMENT and b"-spanned" in content:
                found |= _open_document(content.decode("utf-8", "replace"))
    return found


def with_its_dates(content: bytes, archive: Archive) -> bytes:
    """The workbook so that the library sees that its days count from 1904 where they do.

    Excel for Mac writes a second ``workbookPr`` of another namespace, which the library takes for the first: all dates
    would be four years early.
    """
    book = archive.read(BOOK) if BOOK in archive.names else b""
    if not _FROM_1904.search(book) or not _OTHER_PROPERTIES.search(book):
        return content
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as stream:
        for path in archive.names:
            part = archive.read(path)
            stream.writestr(path, _OTHER_PROPERTIES.sub(b"", part) if path == BOOK else part)
    return copy.getvalue()


def _declares_a_type(content: bytes) -> bool:
    return b"!" in content and any(declared in content for declared in _DECLARED)  # one sign is found ten times faster


def _sheets(archive: Archive) -> Iterator[tuple[str, str]]:
    """Names of the sheets and the parts that hold them."""
    targets = {one["Id"]: one.get("Target", "") for one in _elements(archive, RELATIONS, "Relationship") if "Id" in one}
    for one in _elements(archive, BOOK, "sheet"):
        target = targets.get(next((value for name, value in one.items() if name.endswith(":id")), ""), "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        yield one.get("name", ""), path


def _elements(archive: Archive, path: str, tag: str) -> Iterator[dict[str, str]]:
    if path in archive.names:
        text = archive.read(path).decode("utf-8", "replace")
        for element in re.findall(rf"<(?:\w+:)?{tag}\s([^>]*)>", text):
            yield {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(element)}


def _part(content: bytes) -> Part:
    below_the_cells = max(0, content.rfind(b"sheetData"))
    merged = []
    for left, top, right, bottom in _MERGED.findall(content, below_the_cells):
        merged.append((int(top) - 1, _column(left), int(bottom) - 1, _column(right)))
    uncomputed = {}
    if _FORMULA.search(content):
        for column, row, formula in _UNCOMPUTED.findall(content):
            uncomputed[int(row) - 1, _column(column)] = "=" + unescape(formula.decode("utf-8", "replace"))
    return Part(tuple(merged), uncomputed)


def _open_document(text: str) -> dict[str, Part]:
    """Merged cells by sheet: where a cell stands, those before it say, each for as often as it is repeated."""
    merged: dict[str, list[tuple[int, int, int, int]]] = {}
    name, row, next_row, column = "", 0, 0, 0
    for found in _OPEN.finditer(text):
        said = {key: double or single for key, double, single in _TABLE_ATTRIBUTE.findall(found[2] or "")}
        if found[1] == "table":
            name, next_row = unescape(said.get("name", "")), 0
        elif found[1] == "table-row":
            row, next_row, column = next_row, next_row + _times(said, "number-rows-repeated"), 0
        else:
            down, right = _times(said, "number-rows-spanned"), _times(said, "number-columns-spanned")
            if down > 1 or right > 1:
                merged.setdefault(name, []).append((row, column, row + down - 1, column + right - 1))
            column += _times(said, "number-columns-repeated")
    return {name: Part(tuple(ranges)) for name, ranges in merged.items()}


def _times(said: dict[str, str], name: str) -> int:
    """A number of rows or columns; one where it isn't said, or is none."""
    text = said.get(name, "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
