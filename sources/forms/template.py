"""The template: a workbook made from the agenda for one partner and period, in the partner's language.

One sheet to fill in, one that says what each number means, and a hidden one with the lists behind the drop-downs,
which is also how the names in an old template are understood after the agenda has changed (`sources.forms.filled`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from agenda.catalogue import Speech, sentence_case
from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.model import Measure, Partner
from agenda.periods import Period
from agenda.spelling import plain
from sources.forms.owed import Owed, owed
from sources.forms.sheet_words import DIMENSION, MARKS, SheetWords, columns, sheet_words, when
from sources.forms.stamp import LISTS, PROPERTY, Stamp
from sources.lake import agenda_digest
from sources.letters.findings import LOCALES
from sources.meaning.vocabulary import TOTAL

INK, MUTE, RULE, PAPER, TEAL, BAND = "#1D2733", "#5B6673", "#D9D4CA", "#FBFAF7", "#0F6B6B", "#CFE3E1"
HEAD, FIRST = 4, 5
"""Rows, from 0: of the headings, and of the first number. What stands above stays in sight with them."""
SPARE = 12
"""Empty rows at the foot, with drop-downs, for what the partner has and the list does not."""
MOST = 999_999_999_999
"""The largest number that a drop-in check lets through; the lake holds twelve digits before the point."""
ALLOWED = ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")
"""What the sheet's protection lets people do. Rows are sorted and deleted where no cell is locked, so at the foot: the
names beside the numbers stay as they were agreed."""
WIDTHS = {"measure": 38, "period": 10, "place": 20, "number": 14, "last": 14, "unit": 13, "note": 30, "about": 60}
SHOWN = 255
"""Characters that Excel takes in a message beside a cell; 32 in its title."""


def template(folder: Folder, partner: Partner, period: Period, numbers: pl.DataFrame) -> bytes:
    """The workbook. ``numbers`` are the partner's current ones (`sources.history`); the same input gives the same
    bytes. Raises `HeldBack` where the partner owes nothing for the period."""
    local = in_language(folder, partner.language, marked=False)
    rows = owed(local, partner, period, numbers)
    speech = Speech(partner.language, folder.initiative.calendar, LOCALES)
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        stamp = Stamp(partner.id, period.key, partner.language, agenda_digest(folder))
        book.set_custom_property(PROPERTY, str(stamp), "text")
        book.set_properties({
            "title": f"{partner.name} {period}", "author": folder.initiative.name,
            "created": datetime.combine(period.end, datetime.min.time()),
        })  # fmt: skip
        _Template(book, local, partner, period, rows, speech, stamp).write()
    return made.getvalue()


@dataclass
class _Template:
    """One workbook on its way."""

    book: xlsxwriter.Workbook
    folder: Folder
    partner: Partner
    period: Period
    rows: list[Owed]
    speech: Speech
    stamp: Stamp

    def write(self) -> None:
        self.words: SheetWords = sheet_words(self.speech, self.period.type)
        used = {dimension for row in self.rows for dimension in row.measure.dimensions}
        heads = columns(self.folder.agenda.dimensions, self.words)
        self.dimensions = [d for d in self.folder.agenda.dimensions if d.id in used]
        keys = ["measure", "period", "place", *(DIMENSION + d.id for d in self.dimensions)]
        self.heads = {id_: heads[id_] for id_ in (*keys, "number", "last", "unit", "note", "about")}
        self.at = {id_: position for position, id_ in enumerate(self.heads)}
        self.sheet = self.book.add_worksheet(self.period.key)
        self.meanings = self.book.add_worksheet(self.words.headings["about"][:31])
        self.lists = self.book.add_worksheet(LISTS)
        self._formats()
        self._lists()
        self._head()
        self._rows()
        self._spare()
        self._meanings()
        self._page()

    def _formats(self) -> None:
        base = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "vcenter"}
        line = {"bottom": 1, "bottom_color": RULE}
        box = {"border": 1, "border_color": TEAL, "bg_color": "#FFFFFF", "locked": False}
        kinds: dict[str, dict[str, Any]] = {
            "plain": {}, "eyebrow": {"font_color": MUTE, "font_size": 10},
            "title": {"font_name": "Georgia", "font_size": 20, "bold": True},
            "how": {"font_color": MUTE, "text_wrap": True},
            "stamp": {"font_color": RULE, "font_size": 7, "align": "right"},
            "ask": {"bold": True}, "choice": {**box, "bold": True, "font_color": TEAL, "border": 2},
            "done": {"font_color": MUTE, "align": "right"},
            "head": {"bold": True, "bg_color": BAND, "text_wrap": True, "bottom": 2, "bottom_color": TEAL},
            "head_number": {"bold": True, "bg_color": TEAL, "font_color": "#FFFFFF", "align": "right",
                            "bottom": 2, "bottom_color": TEAL, "text_wrap": True},
            "key": {**line, "num_format": "@"}, "about": {**line, "font_color": MUTE},
            "last": {**line, "font_color": MUTE, "num_format": "#,##0"},
            "last_broken": {**line, "font_color": MUTE, "align": "right"},
            "number": {**box, "num_format": "#,##0", "align": "right"}, "number_broken": {**box, "align": "right"},
            "note": {**line, "bg_color": "#FFFFFF", "locked": False, "num_format": "@"},
            "free": {**line, "bg_color": PAPER, "locked": False, "num_format": "@"},
            "spare": {**line, "font_color": MUTE, "locked": False}, "beyond": {"locked": False},
            "prose": {**line, "text_wrap": True, "valign": "top"},
            "prose_bold": {**line, "bold": True, "valign": "top"},
        }  # fmt: skip
        self.formats = {name: self.book.add_format({**base, **kind}) for name, kind in kinds.items()}
        self.first_of_measure = self.book.add_format({"top": 1, "top_color": TEAL})
        self.off = self.book.add_format({"bg_color": "#ECEAE4", "font_color": "#ECEAE4"})

    # -- the hidden sheet -----------------------------------------------------------------------------

    def _lists(self) -> None:
        """Every word that the workbook uses, and its id: kind, id, word. ``self.range`` finds a kind's words."""
        kept = {row.measure.id: row.measure.name for row in self.rows}
        lists: dict[str, dict[str, str]] = {
            "heading": self.heads, "choice": self.words.choices, "this": {"this": self.words.this},
            "measure": kept, "period": {row.period.key: row.period.key for row in self.rows},
            "place": {place.id: place.name for place in self.folder.agenda.places},
        }  # fmt: skip
        for dimension in self.dimensions:
            members = {member.id: member.name for member in dimension.members}
            total = self.words.total  # unless a member is called so
            is_taken = plain(total) in map(plain, members.values())
            lists[DIMENSION + dimension.id] = {**members, TOTAL: f"{total} ({TOTAL})" if is_taken else total}
        self.lists.write_row(0, 0, ("stamp", "", str(self.stamp)))
        self.ranges: dict[str, str] = {}
        self.names = lists
        at = 1
        for kind, words in lists.items():
            for number, (id_, word) in enumerate(words.items()):
                for column, text in enumerate((kind, id_, word)):
                    self.lists.write_string(at + number, column, text)
            self.ranges[kind] = f"={LISTS}!{xl_range_abs(at, 2, at + len(words) - 1, 2)}"
            at += len(words)
        self.lists.hide()

    # -- what stands above ----------------------------------------------------------------------------

    def _head(self) -> None:
        _, sheet, made = self.speech._, self.sheet, self.formats
        due = self.period.end + timedelta(days=self.folder.initiative.due_days)
        sheet.write_string(0, 0, f"{self.folder.initiative.name} · {self.partner.name}", made["eyebrow"])
        sheet.write_string(0, self.at["about"], str(self.stamp), made["stamp"])
        sheet.write_string(1, 0, sentence_case(self.speech.period(self.period)), made["title"])
        how = _("Fill in the white cells. Empty means that you have no number; 0 that you counted, and there were "
                "none. Save, and send it under any name by {day}.", day=self.speech.day(due))  # fmt: skip
        marks = _("Instead of a number you may write x (you have it, and may not give it), z (there can be none) or "
                  ": (you can't find it out).")  # fmt: skip
        sheet.merge_range(2, 0, 2, len(self.heads) - 1, f"{how}\n{marks}", made["how"])
        sheet.write_string(3, 0, self.words.this, made["ask"])
        sheet.merge_range(3, 1, 3, 2, self.words.choices["numbers"], made["choice"])
        source = self.ranges["choice"]
        sheet.data_validation(3, 1, 3, 2, {
            "validate": "list", "source": source, "error_title": self._title(self.words.this),
            "error_message": self._short(", ".join(self.words.choices.values())),
        })  # fmt: skip
        last = FIRST + len(self.rows) - 1
        numbers = f"{xl_rowcol_to_cell(FIRST, self.at['number'])}:{xl_rowcol_to_cell(last, self.at['number'])}"
        filled = f'=COUNTA({numbers})&" / {len(self.rows)}"'
        sheet.write_formula(1, self.at["number"], filled, made["done"], f"0 / {len(self.rows)}")
        for id_, text in self.heads.items():
            before = self.period if id_ != "last" else self.folder.initiative.calendar.shift(self.period, -1)
            label = f"{text}\n{self.speech.period_short(before)}" if id_ == "last" else text
            sheet.write_string(HEAD, self.at[id_], label, made["head_number" if id_ == "number" else "head"])
        for row, height in ((1, 32), (2, 36), (3, 24), (HEAD, 34)):
            sheet.set_row(row, height)

    # -- the numbers ----------------------------------------------------------------------------------

    def _rows(self) -> None:
        sheet, at = self.sheet, self.at["number"]
        for number, row in enumerate(self.rows, FIRST):
            for id_ in self.heads:
                self._cell(number, row, id_)
            sheet.set_row(number, 19)
        for measure, first, last in self._groups():
            sheet.data_validation(first, at, last, at, self._bounds(measure, first))
        nothing = self.words.choices["nil"].replace('"', '""')
        greyed = {"type": "formula", "criteria": f'=$B$4="{nothing}"', "format": self.off}
        last = FIRST + len(self.rows) + SPARE - 1
        sheet.conditional_format(FIRST, at, last, at, greyed)
        begins = {"type": "formula", "criteria": f"=$A{FIRST + 1}<>$A{FIRST}", "format": self.first_of_measure}
        sheet.conditional_format(FIRST, 0, FIRST + len(self.rows), len(self.heads) - 1, begins)

    def _cell(self, number: int, row: Owed, id_: str) -> None:
        kind = {"about": "about", "note": "note", "last": "last"}.get(id_, "key")
        if id_ == "number":
            kind = "number" if row.measure.whole else "number_broken"
        if id_ == "last" and row.last is not None:
            kind = "last" if row.last == row.last.to_integral_value() else "last_broken"
            self.sheet.write_number(number, self.at[id_], row.last, self.formats[kind])
        elif text := self._word(row, id_):
            self.sheet.write_string(number, self.at[id_], text, self.formats[kind])
        else:
            self.sheet.write_blank(number, self.at[id_], None, self.formats[kind])

    def _word(self, row: Owed, id_: str) -> str:
        """What a row says in a column; nothing in that of a dimension which its measure is not split by."""
        if id_.startswith(DIMENSION):
            member = row.members.get(id_.removeprefix(DIMENSION))
            return self.names[id_][member] if member else ""
        said = {
            "measure": row.measure.name, "period": row.period.key, "place": self.names["place"][row.place],
            "unit": row.measure.unit, "about": self._in_short(row.measure),
        }  # fmt: skip
        return said.get(id_, "")

    def _groups(self) -> Iterator[tuple[Measure, int, int]]:
        """Each measure's first and last row; they stand together."""
        first = FIRST
        for number, row in enumerate(self.rows, FIRST):
            if number - FIRST + 1 == len(self.rows) or self.rows[number - FIRST + 1].measure is not row.measure:
                yield row.measure, first, number
                first = number + 1

    def _bounds(self, measure: Measure, row: int) -> dict[str, Any]:
        """The check beside a cell: what the contract will ask of the number, said before it is sent."""
        _ = self.speech._
        least = measure.minimum if measure.minimum is not None else Decimal(-MOST)
        most = measure.maximum if measure.maximum is not None else Decimal(MOST)
        shown = {"minimum": self.speech.exact(least), "maximum": self.speech.exact(most)}
        asked = _("A whole number") if measure.whole else _("A number")
        if measure.minimum is not None and measure.maximum is not None:
            asked = _("{number}, from {minimum} to {maximum}", number=asked, **shown)
        elif measure.minimum is not None:
            asked = _("{number}, {minimum} or more", number=asked, **shown)
        elif measure.maximum is not None:
            asked = _("{number}, {maximum} or less", number=asked, **shown)
        return {
            "validate": "custom", "value": self._fits(row, least, most, measure.whole),
            "input_title": self._title(measure.name),
            "input_message": self._short(f"{asked}. {self._meaning(measure)}"),
            "error_title": self._title(measure.name), "error_message": self._short(asked),
        }  # fmt: skip

    def _fits(self, row: int, least: Decimal, most: Decimal, whole: bool = False) -> str:
        """The formula of what may stand in a cell of the column of numbers, and alike in those below it."""
        cell = xl_rowcol_to_cell(row, self.at["number"])
        number = [f"ISNUMBER({cell})", f"{cell}>={least}", f"{cell}<={most}", *([f"{cell}=INT({cell})"] * whole)]
        marks = [f'{cell}="{mark}"' for mark in MARKS]
        return f"=OR(AND({','.join(number)}),{','.join(marks)})"

    def _spare(self) -> None:
        """Rows for other places and groups; what is chosen there comes from the lists."""
        first = FIRST + len(self.rows)
        last = first + SPARE - 1
        for row in range(first, last + 1):
            for id_ in self.heads:
                kind = {"number": "number_broken", "last": "spare", "unit": "spare", "about": "spare"}.get(id_, "free")
                self.sheet.write_blank(row, self.at[id_], None, self.formats[kind])
            self.sheet.set_row(row, None, self.formats["beyond"])  # only a row without any locked cell can be deleted
        for id_ in self.heads:
            if id_ in self.ranges:
                chosen = {"validate": "list", "source": self.ranges[id_], "show_error": False}
                self.sheet.data_validation(first, self.at[id_], last, self.at[id_], chosen)
        bounds = {"validate": "custom", "value": self._fits(first, Decimal(-MOST), Decimal(MOST))}
        self.sheet.data_validation(first, self.at["number"], last, self.at["number"], bounds)

    # -- what they mean -------------------------------------------------------------------------------

    def _meaning(self, measure: Measure) -> str:
        """A measure's definition; where it has none, those of the indicators that are made of it."""
        if measure.definition:
            return measure.definition
        uses = [
            f"{indicator.name}: {indicator.definition}"
            for indicator in self.folder.agenda.indicators
            if measure.id in {term.measure for term in indicator.formula.terms}
        ]
        return "\n".join(uses)

    def _in_short(self, measure: Measure) -> str:
        said = [when(self.speech, measure), self._meaning(measure).split("\n")[0]]
        return self._short(" · ".join(filter(None, said)), 120)

    def _meanings(self) -> None:
        sheet, made, words = self.meanings, self.formats, self.words.headings
        for column, (text, width) in enumerate(((words["measure"], 38), (words["unit"], 26), (words["about"], 90))):
            sheet.write_string(0, column, text, made["head"])
            sheet.set_column(column, column, width)
        measures = list(dict.fromkeys((row.measure.id, row.measure) for row in self.rows))
        for row, measure in enumerate((measure for _, measure in measures), 1):
            sheet.write_string(row, 0, measure.name, made["prose_bold"])
            sheet.write_string(row, 1, f"{measure.unit}, {when(self.speech, measure)}", made["prose"])
            sheet.write_string(row, 2, self._meaning(measure), made["prose"])
        sheet.freeze_panes(1, 0)
        _paper(sheet)

    # -- on paper and on screen -----------------------------------------------------------------------

    def _page(self) -> None:
        sheet, widest = self.sheet, len(self.heads) - 1
        for id_, position in self.at.items():
            sheet.set_column(position, position, WIDTHS.get(id_, 22))
        sheet.freeze_panes(FIRST, 1)
        sheet.repeat_rows(HEAD)
        sheet.print_area(0, 0, FIRST + len(self.rows) + SPARE - 1, widest)
        _paper(sheet)
        sheet.set_selection(f"{xl_col_to_name(self.at['number'])}{FIRST + 1}")
        sheet.set_tab_color(TEAL)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(widest)}{FIRST + len(self.rows) + SPARE}"})
        sheet.autofilter(HEAD, 0, FIRST + len(self.rows) + SPARE - 1, widest)
        sheet.protect("", dict.fromkeys(ALLOWED, True))

    def _title(self, text: str) -> str:
        return self._short(text, 32)

    @staticmethod
    def _short(text: str, longest: int = SHOWN) -> str:
        return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _paper(sheet: Worksheet) -> None:
    """How a sheet prints and scrolls: across, as wide as the paper, without the grid."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.5, 0.6)
    sheet.set_footer("&L&8&A&R&8&P / &N")
