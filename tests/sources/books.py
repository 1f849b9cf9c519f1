"""A template as a partner has it before them: opened, filled in, sorted, mistreated, sent."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from agenda.model import Partner
from sources import history
from sources.forms.template import FIRST, HEAD, template
from sources.lake import Lake
from tests.sources.conftest import Coalition

Row = dict[str, Any]


class Book:
    """The workbook that Cairn writes for a partner and a period. Columns go by id, whatever the language."""

    def __init__(self, made: Coalition, partner: str, period: str) -> None:
        folder = made.folder
        self.made, self.partner = made, next(p for p in folder.partners.partners if p.id == partner)
        numbers = history.of(Lake(made.store), [partner]).numbers(partner)
        self.content = template(folder, self.partner, folder.initiative.calendar.parse(period), numbers)
        self.book = openpyxl.load_workbook(io.BytesIO(self.content))
        self.sheet: Worksheet = self.book.worksheets[0]
        lists = list(self.book.worksheets[-1].iter_rows(values_only=True))
        self.headings = [id_ for kind, id_, _ in lists if kind == "heading"]
        self.choices = {id_: word for kind, id_, word in lists if kind == "choice"}

    @classmethod
    def of(cls, made: Coalition, partner: Partner, period: str) -> Book:
        return cls(made, partner.id, period)

    @property
    def rows(self) -> list[Row]:
        """The rows that ask for a number, by column."""
        found = []
        for cells in self.sheet.iter_rows(min_row=FIRST + 1, values_only=True):
            row = dict(zip(self.headings, cells, strict=True))
            if row["measure"]:
                found.append(row)
        return found

    @property
    def heads(self) -> list[str]:
        return [str(cell.value) for cell in self.sheet[HEAD + 1]]

    def cell(self, row: int, column: str) -> Any:
        """The cell of the row-th number asked for, from 0."""
        return self.sheet.cell(FIRST + 1 + row, self.headings.index(column) + 1)

    def fill(self, *values: object) -> Book:
        """Fill in the numbers from the top; None leaves a cell empty."""
        for row, value in enumerate(values):
            if value is not None:
                self.cell(row, "number").value = value
        return self

    def answer(self, choice: str) -> Book:
        self.sheet["B4"] = self.choices.get(choice, choice)
        return self

    def saved(self) -> bytes:
        done = io.BytesIO()
        self.book.save(done)
        return done.getvalue()

    def send(self, name: str = "numbers.xlsx") -> Book:
        self.made.drop(f"{self.partner.prefix}/{name}", self.saved())
        return self
