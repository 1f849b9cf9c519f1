"""A filled template read back: a sheet like any other, whatever its file's name and its partner's language.

What a row says in its cells is what counts, so rows may be sorted, deleted, copied and added. Words are understood
as the workbook's own hidden lists have them, then as the agenda has them now. The file is opened like every other
(`sources.files.reading`); here it becomes the sheet to take in, and the answer at its top is given to its empty cells.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agenda.catalogue import Speech
from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.model import Partner
from agenda.spelling import plain
from sources.files.manner import Manner
from sources.files.readers import Note, Rows, Sheet, Unreadable
from sources.files.reading import File, read_files
from sources.forms.owed import due
from sources.forms.sheet_words import DIMENSION, columns, sheet_words, spoken
from sources.forms.stamp import FORMAT, LISTS, TEMPLATE, Stamp, stamp_of
from sources.letters.findings import LOCALES, Finding, finding
from sources.meaning.intake import refuse
from sources.meaning.vocabulary import TOTAL, Vocabulary
from sources.submission import Submission
from sources.ways.inbox import Arrival, is_notice

KEYS = ("measure", "period", "place")
Names = Mapping[tuple[str, str], str]
"""Kind and word, in plain spelling → id."""
_LISTS = Manner(sheet=LISTS, header_row=1)


@dataclass(frozen=True)
class Filled:
    """What a filled template says. ``headings`` are ids of columns where they are known, else as written; ``choice`` is
    the answer at the top, as written; ``names`` are the workbook's own words."""

    stamp: Stamp
    sheet: Sheet
    headings: tuple[str, ...]
    choice: str
    names: Names = field(repr=False)


# -- the files alone ----------------------------------------------------------------------------------


def recognised(arrival: Arrival, content: bytes | None) -> Arrival:
    """The arrival under the template's layout, if it bears a template's stamp."""
    if content is None or is_notice(arrival.key) or stamp_of(content) is None:
        return arrival
    return replace(arrival, layout_name=TEMPLATE)


def read(submissions: Sequence[Submission], folder: Folder, vocabulary: Vocabulary) -> None:
    """Give each template its sheet, to be taken in under `sheet_words.template_layout`, or say why there is none."""
    if not submissions:
        return  # and no word of any language is needed
    lists = read_files([File(s.arrival.name, s.content, _LISTS, frozenset()) for s in submissions])
    names = [_listed(sheet) for sheet in lists]
    known = {plain(dimension.name) for dimension in folder.agenda.dimensions}
    known |= {word for kind, word in spoken() if kind == "heading"}
    files = [
        File(s.arrival.name, s.content, Manner(), frozenset(known | {word for kind, word in own if kind == "heading"}))
        for s, own in zip(submissions, names, strict=True)
    ]
    for submission, own, sheet in zip(submissions, names, read_files(files), strict=True):
        try:
            settling = _Settling(_filled(submission, sheet, own), folder, submission.partner, vocabulary)
            submission.sheet, submission.findings = settling.sheet()
            if submission.sheet is None:
                submission.counts = refuse(settling.filled.sheet)
        except Unreadable as error:
            submission.findings = [error.finding]


def _filled(submission: Submission, sheet: Sheet | Unreadable, names: Names) -> Filled:
    stamp = stamp_of(submission.content)
    if isinstance(sheet, Unreadable):
        raise sheet
    if stamp is None or stamp.format > FORMAT:
        raise Unreadable(finding("template_newer"))
    headings = tuple(_heading(text, names) for text in sheet.header)
    if "measure" not in headings or "number" not in headings:
        raise Unreadable(finding("template_headings"))
    return Filled(stamp, sheet, headings, _choice(sheet.notes, names), names)


def _listed(sheet: Sheet | Unreadable) -> dict[tuple[str, str], str]:
    """The words of the lists behind the drop-downs; none where they are lost."""
    if isinstance(sheet, Unreadable) or sheet.header[:1] != ("stamp",) or sheet.table.num_columns < 3:
        return {}
    rows = zip(*(column.to_pylist() for column in sheet.table.columns[:3]), strict=True)
    return {(kind, plain(word)): id_ for kind, id_, word in rows if kind and id_ and word}


def _heading(text: str, names: Names) -> str:
    """The id of a column by its heading, of which the first line counts; the text where it is none of ours."""
    said = ("heading", plain(text.split("\n")[0]))
    return names.get(said) or spoken().get(said) or text


def _choice(notes: Sequence[Note], names: Names) -> str:
    """The answer at the top: what stands in its row after the question."""
    questions = [word for kind, word in (*names, *spoken()) if kind == "this"]
    for note in notes:
        said = plain(note.text)
        for question in sorted(questions, key=len, reverse=True):
            if said.startswith(question):
                return said.removeprefix(question).strip()
    return ""


# -- with the agenda ----------------------------------------------------------------------------------


def _translated(local: Folder) -> Names:
    """What a partner's language calls things, by kind and plain spelling, where a workbook's own lists are lost."""
    agenda = local.agenda
    found = [("measure", one.id, one.name) for one in agenda.measures]
    found += [("place", one.id, one.name) for one in agenda.places]
    found += [("heading", DIMENSION + one.id, one.name) for one in agenda.dimensions]
    found += [(DIMENSION + one.id, member.id, member.name) for one in agenda.dimensions for member in one.members]
    return {(kind, plain(name)): id_ for kind, id_, name in found}


class _Settling:
    """One filled template on its way to the sheet that is taken in."""

    def __init__(self, filled: Filled, folder: Folder, partner: Partner, vocabulary: Vocabulary) -> None:
        self.filled, self.folder, self.partner, self.vocabulary = filled, folder, partner, vocabulary
        speech = Speech(partner.language, folder.initiative.calendar, LOCALES)
        self.period = vocabulary.period(filled.stamp.period)
        self.words = sheet_words(speech, self.period.type if self.period else "quarter")
        self.answers = self.words.choices
        self.heads = columns(folder.agenda.dimensions, self.words)
        self.translated = _translated(in_language(folder, partner.language, marked=False))
        self.headings = [self._dimension(id_) for id_ in filled.headings]
        self.at = {id_: at for at, id_ in reversed(list(enumerate(self.headings)))}
        self.gone: dict[str, None] = {}

    def sheet(self) -> tuple[Sheet | None, list[Finding]]:
        if refused := [*self._refused()]:
            return None, refused
        choice = self._choice()
        header = [self.heads.get(id_, id_) for id_ in self.headings]
        lacking = [text for id_, text in self.heads.items() if id_.startswith(DIMENSION) and id_ not in self.at]
        made, contradicting, own = Rows(len(header) + len(lacking)), list[Finding](), 0
        number, last = self.at["number"], self.at.get("last")
        for row, cells in self._rows():
            given, before = cells[number], cells[last] if last is not None else ""
            if choice == "nil" and given.strip("0.,"):
                contradicting.append(self._at("template_nil", row, value=given, choice=self.answers["nil"]))
            elif choice == "nil" and all(cells[self.at[key]] for key in KEYS if key in self.at):
                cells[number] = "0"
            elif choice == "same":
                cells[number] = given or before
                own += cells[number] != before
            made.add(row, [*cells, *[""] * len(lacking)])
        table, rows = made.table()
        warnings = [finding("template_same", choice=self.answers["same"], rows=own)] if own else []
        said = (*self.filled.sheet.faults, *warnings, *self._changes())
        sheet = replace(self.filled.sheet, header=(*header, *lacking), table=table, rows=rows, faults=said, notes=())
        return (None, contradicting) if contradicting else (sheet, [])

    def _refused(self) -> Iterator[Finding]:
        if self.filled.stamp.partner != self.partner.id:
            yield finding("template_other_partner")
        elif self._choice() is None:
            yield finding("template_choice", value=self.filled.choice, choices=", ".join(self.answers.values()))

    def _choice(self) -> str | None:
        """The answer's id; nothing chosen means the numbers count; None where it is no answer."""
        if not self.filled.choice:
            return "numbers"
        said = ("choice", self.filled.choice)
        return self.filled.names.get(said) or spoken().get(said)

    def _dimension(self, heading: str) -> str:
        """The id of a column of members by the agenda's name for it, where the workbook's own lists are lost."""
        if heading in self.heads:  # a dimension may be called like a column of ours
            return heading
        named = {plain(self.heads[id_]): id_ for id_ in self.heads if id_.startswith(DIMENSION)}
        return named.get(plain(heading)) or self.translated.get(("heading", plain(heading)), heading)

    # -- rows -----------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows in which anything stands but what is only there to be read, their words as ids."""
        matter = {*KEYS, "number", "note", *(id_ for id_ in self.headings if id_.startswith(DIMENSION))}
        sheet = self.filled.sheet
        texts = zip(*(column.to_pylist() for column in sheet.table.columns), strict=True)
        for number, cells in zip(sheet.rows.to_pylist(), texts, strict=True):
            said = [self._cell(id_, text) for id_, text in zip(self.headings, cells, strict=True)]
            if any(text for id_, text in zip(self.headings, said, strict=True) if id_ in matter):
                yield number, said

    def _cell(self, id_: str, text: str) -> str:
        if id_ in ("number", "last"):  # a Korean keyboard may write １２, and a person a space
            return unicodedata.normalize("NFKC", text).strip()
        return self._word(id_, text.strip()) if id_ in KEYS or id_.startswith(DIMENSION) else text

    def _word(self, kind: str, text: str) -> str:
        """The id of a word; as it is written where only the agenda may know it, or nobody does any more."""
        said = kind, plain(text)
        id_ = self.filled.names.get(said) or (None if self._now(kind, text) else self.translated.get(said))
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
        position = sheet.first_column + self.at["number"]
        return finding(code, sheet=sheet.name, row=row, column=column, position=position, **details)
