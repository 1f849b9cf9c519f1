"""Personal data at the door: columns that look like persons, found before anything of a file is kept.

A column is weighed by its heading and by its cells. What a layout reads is expected; there, only mail addresses
and national ids, which no reference looks like by accident, are out of place. Findings name columns, never values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from sources.door import persons
from sources.files.readers import Sheet, has_sign
from sources.letters.findings import Finding, column_letters, finding
from sources.meaning.vocabulary import plain

Kind = Literal["names", "mails", "phones", "births", "ids"]

HALF = 0.5
"""Of a column's different cells. Of random numbers as long as an id, one in 11 (Korea, China) or 23 (Spain) has the
right check digit, so a column of numbers holds ids only where far more of them do; some will be mistyped."""
SAMPLE = 200
"""Different cells looked at for names, where each costs Python; at that many a share is known to about 3 points."""
CLOSE = 10_000
"""Numbers looked at closely for ids, of however many are as long as one; that many tell their share."""
SHORTEST_MAIL = 6
SHORTEST_ID = 9
"""Bytes. Most cells of most tables hold fewer, and need no closer look."""
GIVEN_SHARE = 0.2
"""Of cells with a common given name in them, under a heading that may be of names. Persons reach a third (see
`persons.GIVEN`); places and organisations called after persons stay below a tenth (8 of North Carolina's counties)."""
GIVEN_SHARE_ALONE = 0.3
"""The same under a heading that says nothing, where the cells must also be different people: see `_differ`."""
SURNAME_SHARE_ALONE = 0.8
"""Of Korean and Chinese cells built like names, under such a heading: nine in ten names are, a third of other words."""


@dataclass(frozen=True)
class Column:
    """A column as it is weighed: its heading, its different cells, and whether they are words rather than numbers."""

    heading: str
    cells: pa.Array
    filled: int

    @cached_property
    def is_words(self) -> bool:
        return self.share(_LETTERS) >= HALF

    @cached_property
    def with_many_digits(self) -> list[str]:
        """Cells with seven digits or more in a row, as telephones have; few are left to look at closely."""
        found: list[str] = self.cells.filter(pc.match_substring_regex(self.cells, _MANY_DIGITS)).to_pylist()
        return found

    @property
    def has_mails(self) -> bool:
        with_at = self.cells.filter(pc.match_substring(self.cells, "@"))
        return len(with_at) > 0 and bool(pc.any(pc.match_substring_regex(with_at, _MAIL)).as_py())

    def share(self, pattern: str) -> float:
        return float(pc.sum(pc.match_substring_regex(self.cells, pattern)).as_py() / len(self.cells))


def personal(sheet: Sheet, expected: frozenset[str], allowed: Sequence[str] = ()) -> list[Finding]:
    """A finding for each column that looks like persons. ``expected``: headings of the layout, in plain spelling."""
    found = []
    spared = {plain(name) for name in allowed}
    is_headerless = any(map(is_data, sheet.header))
    for position, heading in enumerate(sheet.header):
        if plain(heading) in spared:
            continue
        is_expected = plain(heading) in expected
        cells = sheet.table[position].combine_chunks()
        kind = kind_of_expected(cells) if is_expected else _kind(_column(heading, cells))
        if kind is None and not is_expected:
            kind = kind_of_expected(pa.array([heading], pa.string()))
        if kind is not None:
            named = column_letters(sheet.first_column + position) if is_headerless else heading
            found.append(finding(f"personal_{kind}", sheet=sheet.name, column=named))
    return found


def kind_of_expected(cells: pa.Array) -> Kind | None:
    """What no cell should hold, wherever it stands: mail addresses, national ids. Short cells cost next to nothing."""
    lengths = pc.binary_length(cells)
    longest = pc.max(lengths).as_py() or 0
    if longest >= SHORTEST_MAIL and has_sign(cells, b"@") and Column("", cells, len(cells)).has_mails:
        return "mails"
    if longest < SHORTEST_ID:
        return None
    long = pc.unique(cells.filter(pc.greater_equal(lengths, SHORTEST_ID)))  # few words stand in many rows
    if not len(long):
        return None
    long = long.filter(pc.match_substring_regex(long, _BUILT_LIKE_IDS))
    return "ids" if len(long) and _holds_ids(Column("", long, len(long))) else None


def _column(heading: str, cells: pa.Array) -> Column:
    cells = pc.utf8_trim_whitespace(cells)
    cells = cells.filter(pc.not_equal(cells, ""))
    return Column(heading_of(heading), pc.unique(cells), len(cells))


def _kind(column: Column) -> Kind | None:
    if not len(column.cells):
        return None  # a heading alone says nothing about anybody
    if column.has_mails:
        return "mails"
    if _has_ids(column):
        return "ids"
    if _has_phones(column):
        return "phones"
    if _has_births(column):
        return "births"
    return "names" if _has_names(column) else None


def heading_of(text: str) -> str:
    """A heading as `sources.door.persons` spells it: ``Téléfono_móvil`` is ``telefono movil``."""
    return plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))


@lru_cache(maxsize=4096)  # the files of a layout have the same headings, and Arrow builds its patterns at each call
def is_data(heading: str) -> bool:
    """Whether a heading is itself somebody's data, as in a file without headings: columns then go by their letters."""
    text = heading.strip()
    if _has_given_name(text) or _is_built_like_a_name(text) or _NUMBER.fullmatch(text):
        return True
    alone = Column("", pa.array([text]), 1)
    return alone.share(_FULL_DATE) > 0 or _kind(alone) is not None


# -- what cells look like -----------------------------------------------------------------------------

_LETTERS = r"[A-Za-z]{2}|[\x{C0}-\x{24F}]{2}|[\x{370}-\x{1FFF}\x{3040}-\x{D7FF}]"
_MANY_DIGITS = r"[0-9](?:[ ()./-]{0,2}[0-9]){6}"
_MAIL = r"[^\s\pZ@,;:<>()/]@[^\s\pZ@,;:<>()/]+\.\pL{2}"  # for Arrow, whose search is linear whatever the text
_NUMBER = re.compile(r"[0-9]{1,3}|[0-9]{5,20}|[0-9]{1,15}[.,][0-9]{1,15}")  # four digits may be a year
_PHONE = re.compile(
    r"""
      (?<![\d.,+]) \+[1-9] (?:[ -]?\(?\d\)?){8,14} (?![\d.,])    # +34 612 345 678
    | \(0?\d{2,3}\)[ ]?\d{3,4}[-. ]\d{3,4} (?!\d)                 # (919) 555-0100
    | (?<![\d.-]) \d{3}[-.]\d{3}[-.]\d{4} (?![\d.-])              # 919-555-0100
    | (?<![\d-]) 0\d{1,2}-\d{3,4}-\d{4} (?![\d-])                 # 010-1234-5678
    | (?<![\d-]) 1[3-9]\d-\d{4}-\d{4} (?![\d-])                   # 138-1234-5678
    | (?<![\d.,]) 01[016-9]\d{7,8} (?![\d.,])                      # 01012345678
    | (?<![\d.,-]) 1[3-9]\d{9} (?![\d.,])                          # 13812345678
    """,
    re.VERBOSE | re.ASCII,
)
_FULL_DATE = (
    r"^(?:\d{4}[-/.년年 ]+\d{1,2}[-/.월月 ]+\d{1,2}[일日]?(?:[ T].*)?|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4}|(?:19|20)\d{6}"
    r"|\d{1,2}\.? (?:de )?\pL{3,10}\.?(?: de)? \d{4}|\pL{3,10}\.? \d{1,2}, \d{4})$"
)


def _enough(column: Column, matches: int) -> bool:
    """Among words one telephone or id is out of place; among numbers some look like one by chance."""
    return matches > 0 and (column.is_words or matches >= HALF * len(column.cells))


def _has_phones(column: Column) -> bool:
    if persons.PHONES.search(column.heading) and column.share(r"^\+?(?:[ ()./-]*\d){7,15}$") >= HALF:
        return True
    found = [text for text in column.with_many_digits if _PHONE.search(text)]
    # Sums of money in won have eleven digits, too; they end in noughts.
    return _enough(column, sum(not text.endswith("000") or not text.isdigit() for text in found))


def _has_births(column: Column) -> bool:
    if persons.BORN.search(column.heading):
        return column.share(r"\d{4}|\d\D+\d") >= HALF
    return bool(persons.PERHAPS_BORN.search(column.heading)) and column.share(_FULL_DATE) >= HALF


def _has_ids(column: Column) -> bool:
    if persons.IDS.search(column.heading) and column.share(r"\d(?:[ .-]?\d){5,}") >= HALF:
        return True
    return _holds_ids(column)


def _holds_ids(column: Column) -> bool:
    """Among words one id is enough; among numbers, half of those that are built like one must have its check digit."""
    built = column.cells.filter(pc.match_substring_regex(column.cells, _BUILT_LIKE_IDS)).to_pylist()
    if not column.is_words:
        built = built[:: len(built) // CLOSE + 1]
    found = [list(_ids_in(text)) for text in built]
    matches, alike = sum(map(any, found)), sum(map(bool, found))
    return matches > 0 and (column.is_words or matches >= HALF * alike)


# -- national ids -------------------------------------------------------------------------------------

_BUILT_LIKE_IDS = r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{6}-?[1-8][0-9]{6}|[0-9]{17}[0-9Xx]|[0-9XYZxyz]-?[0-9]{7}-?[A-Za-z]"
"""All of `_SHAPES`, in one search of Arrow's."""


def _ids_in(text: str) -> Iterator[bool]:
    for shape, is_id in _SHAPES:
        for match in shape.finditer(text):
            yield is_id(match[0].replace("-", "").upper())


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True


def is_rrn(digits: str) -> bool:
    """Korea's resident registration number: a birth date, sex and century, a check digit.

    Numbers given out since October 2020 are random behind the sex and have no check digit.
    """
    born = ("19", "20")[digits[6] in "3478"] + digits[:6]
    if not _is_date(born):
        return False
    weighed = sum(
        int(digit) * weight for digit, weight in zip(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=False)
    )
    return born >= "20201001" or (11 - weighed % 11) % 10 == int(digits[12])


def is_chinese_id(digits: str) -> bool:
    """China's resident id (GB 11643): district, birth date, order, check digit by ISO 7064 MOD 11-2."""
    remainder = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits[:17])) % 11
    return "1900" <= digits[6:10] <= "2099" and _is_date(digits[6:14]) and "10X98765432"[remainder] == digits[17]


def is_dni(text: str) -> bool:
    """Spain's DNI, or a foreigner's NIE: the letter is the number's remainder by 23."""
    number = int(text[:-1].translate(str.maketrans("XYZ", "012")))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == text[-1]


def is_ssn(digits: str) -> bool:
    """A US social security number could be this one: it has no check digit, but some groups are never given out."""
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


_SHAPES: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", re.ASCII), is_ssn),
    (re.compile(r"(?<![\d.-])\d{6}-?[1-8]\d{6}(?![\d.-])", re.ASCII), is_rrn),
    (re.compile(r"(?<![\w.-])\d{17}[\dXx](?![\w.-])", re.ASCII), is_chinese_id),
    (re.compile(r"(?<![\w-])(?:\d|[XYZxyz]-?)\d{7}-?[A-Za-z](?![\w-])", re.ASCII), is_dni),
)


# -- names --------------------------------------------------------------------------------------------


def _has_names(column: Column) -> bool:
    if not column.is_words:
        return False
    if persons.NAMED.search(column.heading):
        return column.share(r"^\D*$") >= HALF
    cells = column.cells[:SAMPLE].to_pylist()
    given = sum(map(_has_given_name, cells)) / len(cells)
    built = sum(map(_is_built_like_a_name, cells)) / len(cells)
    if persons.PERHAPS_NAMED.search(column.heading) and not persons.ORGANISATION.search(column.heading):
        return given >= GIVEN_SHARE or built >= HALF
    return _differ(column) and (given >= GIVEN_SHARE_ALONE or built >= SURNAME_SHARE_ALONE)


def _differ(column: Column) -> bool:
    """Whether the cells are many and mostly different, as people are and categories are not."""
    return len(column.cells) >= 5 and len(column.cells) >= HALF * column.filled


def _has_given_name(text: str) -> bool:
    """``Ana García López``, ``Smith, John A.``: up to five words, a common given name among them, no organisation's."""
    words = plain(text).split() if len(text) < 80 and not re.search(r"\d", text) else []
    has_given = 1 <= len(words) <= 5 and not persons.GIVEN.isdisjoint(words)
    return has_given and not persons.ORGANISATION.search(" ".join(words))


def _is_built_like_a_name(text: str) -> bool:
    """``김민준``, ``王小明``: a surname and one or two syllables more."""
    if re.fullmatch("[가-힣]{3}", text):
        return text[0] in persons.SURNAMES_KO and text[-1] not in persons.NOT_NAMES_KO
    if re.fullmatch("[\u4e00-\u9fff]{2,3}", text):
        return text[0] in persons.SURNAMES_ZH and text[-1] not in persons.NOT_NAMES_ZH
    return False
