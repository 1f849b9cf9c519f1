"""What stands around a table and is kept with it: notes, rows that could not be read, other members of an archive.

No layout says what belongs there. Findings name where it stands, never what.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import pyarrow as pa

from agenda.model import Layout
from sources.door import persons
from sources.door.privacy import heading_of, is_data, kind_of_expected, personal
from sources.files.encodings import decode
from sources.files.kinds import is_workbook, kind_of
from sources.files.limits import limits
from sources.files.manner import Manner
from sources.files.readers import Rows, Sheet, Unreadable
from sources.files.reading import File, read_files
from sources.files.text import SEPARATORS
from sources.letters.findings import Finding, column_letters, finding

HEAD = 2**16
"""Bytes of an archive's member that are looked at."""
CONTACTS = 2
"""Mail addresses in notes that say whom to ask: the sender, and whoever stands in for them."""
SEARCHED = 60
"""Rows in which the header stands, if anywhere; see `sources.files.headers`."""

SAYS_WHO = re.compile(
    "|".join(
        p.pattern for p in (persons.NAMED, persons.PERHAPS_NAMED, persons.BORN, persons.PERHAPS_BORN, persons.PHONES)
    )
)


def in_notes(sheet: Sheet) -> list[Finding]:
    """National ids above and below the table, and mail addresses where they are more than whom to ask."""
    kinds = {note: kind_of_expected(pa.array([note.text])) for note in sheet.notes}
    is_list = sum(note.text.count("@") for note, kind in kinds.items() if kind == "mails") > CONTACTS
    return [
        finding(f"personal_{kind}", sheet=sheet.name, row=note.row, column=column_letters(sheet.first_column))
        for note, kind in kinds.items()
        if kind is not None and (kind != "mails" or is_list)
    ]


def in_other_sheets(sheet: Sheet, expected: frozenset[str], allowed: Sequence[str]) -> list[Finding]:
    """What the first rows of the sheets beside it hold: by their headings, and mail addresses and ids under any."""
    found = []
    for other in sheet.others:
        if not other.rows:
            continue
        filled = [sum(bool(cell.strip()) for cell in row) > 1 for row in other.rows]
        head = filled.index(True) if any(filled) else 0
        like = replace(sheet, name=other.name, first_column=other.first_column)
        rows = [row for at, row in enumerate(other.rows) if at != head]
        looked_at = _sheet(other.rows[head], rows, like)
        found += [
            one
            for one in personal(looked_at, expected, allowed)
            if one.code in ("personal_mails", "personal_ids") or SAYS_WHO.search(heading_of(one.column or ""))
        ]
    return found


def in_faulty_rows(
    sheet: Sheet, content: bytes, layout: Layout | None, expected: frozenset[str], allowed: Sequence[str]
) -> list[Finding]:
    """What rows hold that are in no column. With a cell too many, they fit the header from the left or the right."""
    faulty = {fault.row for fault in sheet.faults if fault.row is not None}
    if not faulty:
        return []
    try:
        if kind_of(content) != "text":
            return []
        text = decode(content, layout.encoding if layout else None, frozenset()).text
    except Unreadable:
        return []
    try:
        separator = _separator(text, sheet.header, layout)
        cut = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows = [cells for number, cells in enumerate(cut, 1) if number in faulty]
    except csv.Error:  # a cell that holds half of the file
        rows = [[line] for line in text.splitlines()]
    width = max(len(sheet.header), *map(len, rows), 0)
    blank = [""] * width
    left = _sheet((*sheet.header, *blank)[:width], [(*row, *blank)[:width] for row in rows], sheet)
    header = (*blank, *sheet.header)[-width:]
    right = _sheet(header, [(*blank, *row)[-width:] for row in rows], sheet)
    found = [one for way in (left, right) for one in personal(way, expected, allowed)]
    return [
        one if one.column else finding(one.code, sheet=one.sheet, column=column_letters(width - 1)) for one in found
    ]


def _separator(text: str, header: Sequence[str], layout: Layout | None) -> str:
    """The one that cuts most of the headings out of the first rows."""
    if layout is not None and getattr(layout, "delimiter", None):
        return str(layout.delimiter)
    lines, headings = text.split("\n", SEARCHED)[:SEARCHED], {cell.strip() for cell in header}

    def most(separator: str) -> int:
        rows = csv.reader(lines, delimiter=separator)
        return max((len(headings.intersection(map(str.strip, row))) for row in rows), default=0)

    return max(SEPARATORS, key=most)


def _sheet(header: Sequence[str], rows: Sequence[Sequence[str]], like: Sheet) -> Sheet:
    made = Rows(len(header))
    for number, row in enumerate(rows, 1):
        made.add(number, row)
    table, numbers = made.table()
    return Sheet(tuple(header), table, numbers, name=like.name, first_column=like.first_column)


def in_members(content: bytes, expected: frozenset[str], allowed: Sequence[str]) -> list[Finding]:
    """What the beginnings of an archive's members hold, of those that are plain text."""
    found = []
    heads = _heads(content)
    files = [File(name, head, Manner(), frozenset()) for name, head in heads]
    for at, (file, sheet) in enumerate(zip(files, read_files(files), strict=True), 1):
        member = f"no. {at}" if is_data(PurePosixPath(file.name).stem) else file.name[:60]
        if isinstance(sheet, Sheet):
            found += [
                finding(one.code, sheet=member, row=one.row, column=one.column)
                for one in (*personal(sheet, expected, allowed), *in_notes(sheet))
            ]
        lines = file.content.decode("utf-8", "replace").splitlines()
        if not found and (kind := kind_of_expected(pa.array(lines, pa.string()))) is not None:
            found.append(finding(f"personal_{kind}", sheet=member, column="A"))
    return found


def _heads(content: bytes) -> list[tuple[str, bytes]]:
    """Name and first lines of each member that is text; nothing where the content is no archive."""
    found = []
    try:
        if not content.startswith(b"PK") or is_workbook(content):
            return []
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist()[: limits().members]:
                is_plain = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                if member.is_dir() or member.flag_bits & 1 or not is_plain:
                    continue
                with archive.open(member) as stream:
                    head = stream.read(HEAD)
                if b"\0" not in head and not head.startswith(b"PK"):
                    whole = head if len(head) < HEAD else head[: head.rfind(b"\n") + 1] or head
                    found.append((member.filename, whole))
    except (Unreadable, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
            ValueError):  # fmt: skip
        return found
    return found


def differing(found: Sequence[Finding]) -> list[Finding]:
    """Each kind once per place."""
    return list({(one.code, one.sheet, one.row, one.column): one for one in reversed(found)}.values())[::-1]
