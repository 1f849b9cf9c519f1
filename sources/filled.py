"""A filled template read back: a sheet like any other, whatever its file's name and its partner's language.

What a row says in its cells is what counts, so rows may be sorted, deleted, copied and added. The words are
understood as the workbook's own hidden lists have them, then as the agenda has them now. Two steps: `read` looks at
the file alone; `settle` knows the agenda and the partner, and says what the answer at the top makes of empty cells.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agenda.catalogue import Speech
from agenda.folder import Folder
from agenda.model import Partner
from agenda.spelling import plain
from sources.findings import LOCALES, Finding, column_letters, finding
from sources.owed import due
from sources.readers import Rows, Sheet, Unreadable
from sources.sheet_words import DIMENSION, columns, sheet_words, spoken
from sources.stamp import FORMAT, Stamp, stamp_of
from sources.vocabulary import TOTAL, Vocabulary

SEARCHED = 60
"""Rows in which the headings are looked for: people put notes above, not essays."""
KEYS = ("measure", "period", "place")
Grid = Sequence[Sequence[str]]
Names = Mapping[tuple[str, str], str]
"""Kind and word, in plain spelling → id."""


@dataclass(frozen=True)
class Filled:
    """What a filled template says. ``headings`` are ids of columns where they are known, else as written; ``rows`` as
    the spreadsheet numbers them; ``choice`` the answer at the top, as written; ``names`` the workbook's own words."""

    stamp: Stamp
    sheet: str | None
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    choice: str
    choice_cell: str | None
    names: Names = field(repr=False)

    def column(self, id_: str) -> int | None:
        return self.headings.index(id_) if id_ in self.headings else None


# -- the file alone -----------------------------------------------------------------------------------


def read(content: bytes) -> Filled:
    """The template in a workbook, or in a sheet of one saved as CSV. Raises `Unreadable`."""
    stamp = stamp_of(content)
    grids = _grids(content)
    if stamp is None or stamp.format > FORMAT:
        raise Unreadable(finding("template_newer"))
    names = {(kind, plain(word)): id_ for grid in grids.values() for kind, id_, word in _listed(grid)}
    for sheet, grid in grids.items():
        for at, row in enumerate(grid[:SEARCHED]):
            ids = [_heading(text, names) for text in row]
            if "measure" in ids and "number" in ids:
                choice, cell = _choice(grid[:at], names)
                rows = tuple((number, tuple(cells)) for number, cells in enumerate(grid[at + 1 :], at + 2))
                return Filled(stamp, sheet or None, tuple(ids), rows, choice, cell, names)
    raise Unreadable(finding("template_headings"))


def _grids(content: bytes) -> dict[str, Grid]:
    """All cells as text, by sheet; a CSV is one sheet without a name."""
    if not content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return {"": _csv(content)}
    import fastexcel  # imported late: most partners send CSV

    try:
        book = fastexcel.read_excel(content)
        return {name: _grid(book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string"))
                for name in book.sheet_names}  # fmt: skip
    except fastexcel.FastExcelError as error:
        raise Unreadable(finding("file_unreadable", reason=str(error).split("\n")[0])) from error


def _grid(sheet: object) -> Grid:
    texts = [column.to_pylist() for column in sheet.to_arrow().columns]  # type: ignore[attr-defined]
    return [["" if cell is None else cell for cell in row] for row in zip(*texts, strict=True)]


def _csv(content: bytes) -> Grid:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = content.decode(encoding, "replace")
    delimiter = max(",;\t", key=text.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _listed(grid: Grid) -> Iterator[tuple[str, str, str]]:
    """The lists behind the drop-downs; of every other sheet nothing."""
    if grid and grid[0][:1] == ["stamp"]:
        for row in grid[1:]:
            if len(row) >= 3 and row[0] and row[1] and row[2]:
                yield row[0], row[1], row[2]


def _heading(text: str, names: Names) -> str:
    """The id of a column by its heading, of which the first line counts; the text where it is none of ours."""
    said = ("heading", plain(text.split("\n")[0]))
    return names.get(said) or spoken().get(said) or text


def _choice(above: Grid, names: Names) -> tuple[str, str | None]:
    """The answer at the top, and its cell: the first text to the right of the question."""
    for number, row in enumerate(above, 1):
        for position, text in enumerate(row):
            if names.get(("this", plain(text))) or spoken().get(("this", plain(text))):
                for answer, said in enumerate(row[position + 1 :], position + 1):
                    if said.strip():
                        return said.strip(), f"{column_letters(answer)}{number}"
                return "", f"{column_letters(position + 1)}{number}"
    return "", None


# -- with the agenda ----------------------------------------------------------------------------------


def settle(filled: Filled, folder: Folder, partner: Partner, vocabulary: Vocabulary) -> tuple[Sheet, list[Finding]]:
    """The sheet to take in under `sheet_words.template_layout`, and why it can't be taken in at all, if so."""
    return _Settling(filled, folder, partner, vocabulary).sheet()


class _Settling:
    def __init__(self, filled: Filled, folder: Folder, partner: Partner, vocabulary: Vocabulary) -> None:
        self.filled, self.folder, self.partner, self.vocabulary = filled, folder, partner, vocabulary
        speech = Speech(partner.language, folder.initiative.calendar, LOCALES)
        self.period = vocabulary.period(filled.stamp.period)
        self.words = sheet_words(speech, self.period.type if self.period else "quarter")
        self.heads = columns(folder.agenda, self.words)
        self.headings = [self._dimension(id_) for id_ in filled.headings]
        self.at = {id_: at for at, id_ in reversed(list(enumerate(self.headings)))}
        self.gone: dict[str, None] = {}

    def sheet(self) -> tuple[Sheet, list[Finding]]:
        choice = self._choice()
        header = [self.heads.get(id_, id_) for id_ in self.headings]
        lacking = [text for id_, text in self.heads.items() if id_.startswith(DIMENSION) and id_ not in self.at]
        made, refused, own = Rows(len(header) + len(lacking)), list[Finding](), 0
        number, last = self.at["number"], self.at.get("last")
        for row, cells in self._rows():
            given, before = cells[number], cells[last] if last is not None else ""
            if choice == "nil" and given.strip("0.,"):
                refused.append(self._at("template_nil", row, value=given, choice=self.filled.choice))
            elif choice == "nil" and all(cells[self.at[key]] for key in KEYS if key in self.at):
                cells[number] = "0"
            elif choice == "same":
                cells[number] = given or before
                own += cells[number] != before
            made.add(row, [*cells, *[""] * len(lacking)])
        table, rows = made.table()
        warnings = [finding("template_same", choice=self.filled.choice, rows=own)] if own else []
        sheet = Sheet((*header, *lacking), table, rows, (*warnings, *self._changes()), is_workbook=True,
                      name=self.filled.sheet)  # fmt: skip
        return sheet, [*self._refused(choice), *refused]

    def _refused(self, choice: str | None) -> Iterator[Finding]:
        if self.filled.stamp.partner != self.partner.id:
            yield finding("template_other_partner")
        elif choice is None:
            found = finding("template_choice", value=self.filled.choice, choices=", ".join(self.words.choices.values()))
            yield found

    def _choice(self) -> str | None:
        """The answer's id; nothing chosen means the numbers count; None where it is no answer."""
        if not self.filled.choice:
            return "numbers"
        said = ("choice", plain(self.filled.choice))
        return self.filled.names.get(said) or spoken().get(said)

    def _dimension(self, heading: str) -> str:
        """The id of a column of members by the agenda's name for it, where the workbook's own lists are lost."""
        named = {plain(self.heads[id_]): id_ for id_ in self.heads if id_.startswith(DIMENSION)}
        return named.get(plain(heading), heading)

    # -- rows -----------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows in which anything stands but what is only there to be read, their words as ids."""
        matter = {*KEYS, "number", "note", *(id_ for id_ in self.headings if id_.startswith(DIMENSION))}
        for number, cells in self.filled.rows:
            said = [self._cell(id_, text) for id_, text in zip(self.headings, cells, strict=True)]
            if any(text for id_, text in zip(self.headings, said, strict=True) if id_ in matter):
                yield number, said

    def _cell(self, id_: str, text: str) -> str:
        if id_ in ("number", "last"):  # a Korean keyboard may write １２, and a person a space
            return unicodedata.normalize("NFKC", text).strip()
        return self._word(id_, text.strip()) if id_ in KEYS or id_.startswith(DIMENSION) else text

    def _word(self, kind: str, text: str) -> str:
        """The id of a word; as it is written where only the agenda may know it, or nobody does any more."""
        id_ = self.filled.names.get((kind, plain(text)))
        if kind == "period" or id_ is None:
            is_total = kind.startswith(DIMENSION) and spoken().get(("total", plain(text))) and not self._now(kind, text)
            return TOTAL if is_total else text
        if self._now(kind, id_) == id_:
            return id_
        self.gone[text] = None
        return id_ if self._now(kind, text) else text  # another thing bears the name now: that is not what was meant

    def _now(self, kind: str, text: str) -> str | None:
        """What the agenda as it is takes a word for."""
        if kind == "measure":
            return self.vocabulary.measure(text)
        if kind == "place":
            return self.vocabulary.place(text)
        dimension = kind.removeprefix(DIMENSION)
        return self.vocabulary.member(dimension, text) if dimension in self.vocabulary.members else None

    # -- what to say ----------------------------------------------------------------------------------

    def _changes(self) -> Iterator[Finding]:
        """What was agreed anew since the template was made; only where its own lists are there to compare with."""
        if self.gone:
            yield finding("template_gone", gone=", ".join(self.gone))
        listed = {id_ for (kind, _), id_ in self.filled.names.items() if kind == "measure"}
        if self.period is None or not listed:
            return
        new = [m.name for m, units in due(self.folder, self.partner, self.period) if units and m.id not in listed]
        if new:
            yield finding("template_added", added=", ".join(new))

    def _at(self, code: str, row: int, **details: str) -> Finding:
        sheet, column = self.filled.sheet, self.heads["number"]
        return finding(code, sheet=sheet, row=row, column=column, position=self.at["number"], **details)
