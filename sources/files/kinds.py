"""What kind of file it is, told by its first bytes; a name says what somebody called it."""

from __future__ import annotations

import io
import re
import zipfile

from sources.files.documents import LOOKS_LIKE_JSON
from sources.files.readers import Unreadable
from sources.letters.findings import finding

NO_TABLES = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"BZh", "BZIP2"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!", "RAR"), (b"\xfd7zXZ", "XZ"), (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"SQLite format 3", "SQLite"), (b"{\\rtf", "RTF"), (b"\x00\x01\x00\x00Standard", "Access"),
)  # fmt: skip
"""First bytes of files that are sent by mistake, or hold tables in a way that Cairn can't read."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
OTHER_OFFICE = (("word/document.xml", "DOCX"), ("ppt/presentation.xml", "PPTX"), ("index.apxl", "Keynote"),
                ("Index/Document.iwa", "Numbers"), ("Index.zip", "Numbers"))  # fmt: skip
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:(!doctype\s+html|html|table|head|body|meta)|\?xml)\b", re.IGNORECASE)


def kind_of(content: bytes) -> str:
    """``workbook``, ``json``, ``parquet``, ``packed`` or ``text``. Raises `Unreadable` for what holds no table."""
    for start, name in NO_TABLES:
        if content.startswith(start):
            raise Unreadable(finding("file_kind", kind=name))
    if content.startswith(OLE):
        return "workbook"
    if content.startswith(b"PK"):
        return "workbook" if is_workbook(content) else "packed"
    if content.startswith(b"\x1f\x8b"):
        return "packed"
    if content.startswith(b"PAR1"):
        return "parquet"
    if markup := _MARKUP.match(content[:1000]):
        raise Unreadable(finding("file_kind", kind="HTML" if markup[1] else "XML"))
    return "json" if LOOKS_LIKE_JSON.match(content[:1000]) else "text"


def is_workbook(content: bytes) -> bool:
    """Whether a zip file is a workbook. Raises `Unreadable` where it is another program's document."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    for part, name in OTHER_OFFICE:
        if part in names:
            raise Unreadable(finding("file_kind", kind=name))
    return any(part in names for part in WORKBOOK_PARTS)
