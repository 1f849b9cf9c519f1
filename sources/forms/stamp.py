"""The stamp of a template: by it a filled one is known, whatever its file is called by then.

It is one line of plain signs, and stands three times in a workbook: as a document property, at the sheet's head,
and on the sheet of lists. Programs that lose one of them keep another; a CSV still has the second.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from agenda.lint_partners import OWN_LAYOUT

TEMPLATE = OWN_LAYOUT
"""The layout that filled templates are read under; no agreed one may be called so."""
FORMAT = 1
"""Version of the workbook's shape; a newer one is refused."""
PROPERTY = LISTS = "cairn"
"""What the document property and the sheet of lists are called."""
_KIND = b"cairn-template/"
_STAMP = re.compile(
    r"cairn-template/(\d{1,4}) partner=([A-Za-z0-9_.-]{1,200}) period=([0-9Q-]{4,7})"
    r" language=([A-Za-z_-]{2,20}) agenda=([0-9a-f]{8})"
)
LOOKED_AT = 64 * 2**10
"""Unpacked bytes of each part in which a stamp is looked for: it stands at the beginning of all it stands in, and every
workbook that is none pays for the look."""
LARGEST = 32 * 2**20
MOST_PARTS = 200
"""A template has 15 parts; programs add some. An archive of more is no template, and is not opened to look."""
_PARTS = ("docProps/custom.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "meta.xml", "content.xml")


@dataclass(frozen=True)
class Stamp:
    """Whose template it is, for which period, in which language, and the agenda's digest when it was made."""

    partner: str
    period: str
    language: str
    agenda: str
    format: int = FORMAT

    def __str__(self) -> str:
        return (
            f"cairn-template/{self.format} partner={self.partner} period={self.period}"
            f" language={self.language} agenda={self.agenda[:8]}"
        )


def stamp_in(text: str) -> Stamp | None:
    """The first stamp in a text."""
    found = _STAMP.search(text)
    return Stamp(found[2], found[3], found[4], found[5], int(found[1])) if found else None


def stamp_of(content: bytes) -> Stamp | None:
    """The stamp of a file, by its first bytes or by the parts of an office document; nothing in it is interpreted."""
    if not content.startswith(b"PK"):
        return stamp_in(content[:LOOKED_AT].replace(b"\0", b"").decode("latin-1"))  # UTF-16 has a zero beside each sign
    if len(content) > LARGEST or not 0 < _parts_in(content) <= MOST_PARTS:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            for name in _PARTS:
                beginning = _beginning(archive, name) if name in names else b""
                if _KIND in beginning and (found := stamp_in(beginning.decode("utf-8", "replace"))):
                    return found
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, NotImplementedError):
        pass  # whatever is wrong with it is found, and said, when it is read
    return None


def _parts_in(content: bytes) -> int:
    """How many parts the archive says it has, without reading its directory."""
    end = content.rfind(b"PK\x05\x06", -65_557)
    return int.from_bytes(content[end + 10 : end + 12], "little") if end >= 0 else 0


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(LOOKED_AT)
