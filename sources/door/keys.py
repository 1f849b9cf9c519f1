"""Keyed hashes of people: how partners make them, and that at the door nothing else stands in their place.

A partner that sends names or ids where hashes were agreed on would have told who its people are; so one such cell keeps
the file out, as other personal data does. Findings name the column and the row, never what stands there.
"""

from __future__ import annotations

import csv
import hmac
import unicodedata
from collections.abc import Collection, Iterable, Iterator

import pyarrow.compute as pc

from agenda.errors import ConfigurationError
from agenda.spelling import nearest
from sources.files.readers import Sheet
from sources.letters.findings import Finding, finding
from sources.meaning.vocabulary import plain

HASH = "^[0-9A-Fa-f]{64}$"
"""HMAC-SHA-256 in hexadecimal digits, as `keyed_hash` makes it."""
SHORTEST = 32
"""Signs of a key: 32 hexadecimal digits are 128 bits, which nobody tries out."""


def keyed_hash(key: str, parts: Iterable[str]) -> str:
    """The hash of who is told by these parts (a number, or name and day of birth); empty where all of them are.

    Spelled without case, accents, spaces and signs, so that partners who write a name differently give the same. With
    the key anybody could try names out, so it stays with the partners; without it a hash says nothing (HMAC, RFC 2104).
    """
    spelled = ["".join(filter(str.isalnum, unicodedata.normalize("NFKD", part).casefold())) for part in parts]
    return hmac.new(key.encode(), "|".join(spelled).encode(), "sha256").hexdigest() if any(spelled) else ""


def hashed(lines: Iterable[str], key: str, of: Collection[str], name: str) -> Iterator[list[str]]:
    """The rows of a CSV file with the column ``name`` of keyed hashes in the place of the columns ``of``.

    Raises `ConfigurationError` where there is no such column, or the key is too short to keep anything secret.
    """
    if len(key) < SHORTEST:
        raise ConfigurationError(f"the key has {len(key)} signs; make one of 64 with: openssl rand -hex 32")
    rows = csv.reader(lines)
    header = [text.strip() for text in next(rows, [])]
    if not header:
        raise ConfigurationError("the file is empty; its first line names its columns")
    for column in of:
        if column not in header:
            raise ConfigurationError(f"there is no column {column!r}{nearest(column, header)}")
    kept = [at for at, text in enumerate(header) if text not in of]
    yield [name, *(header[at] for at in kept)]
    for row in rows:
        if row:
            cells = dict(zip(header, row, strict=False))
            yield [
                keyed_hash(key, (cells.get(column, "") for column in of)),
                *("".join(row[at : at + 1]) for at in kept),
            ]


def unhashed(sheet: Sheet, keys: frozenset[str], missing: Collection[str]) -> list[Finding]:
    """A finding for each column of keyed hashes with anything else in it. ``keys``: their headings, spelled plainly."""
    found = []
    for position, heading in enumerate(sheet.header):
        if plain(heading) in keys:
            cells = pc.utf8_trim_whitespace(sheet.table[position].combine_chunks())
            empty = pc.is_in(cells, value_set=pc.cast([*missing, ""], cells.type))
            at = pc.index(pc.or_(pc.match_substring_regex(cells, HASH), empty), False).as_py()
            if at >= 0:
                first = str(sheet.rows[at].as_py())
                found.append(finding("personal_unhashed", sheet=sheet.name, column=heading, first=first))
    return found
