"""A partner's workbook comes back as it was, with the faulty cells coloured and commented, and nothing that runs."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from agenda.catalogue import Speech
from agenda.periods import Calendar
from sources.letters import marked
from sources.letters.findings import ENGLISH, LOCALES, Finding, finding
from sources.letters.marked import AUTHOR, FILLS, TooLarge, mark


def wrong(cell_position: int, row: int, value: str, **where: Any) -> Finding:
    return finding("value_not_a_number", row=row, position=cell_position, column="children", value=value, **where)


@pytest.fixture
def book() -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Third quarter"
    sheet.append(["town", "children", "twice"])
    sheet.append(["Harbor", "twelve", "=B3*2"])
    sheet.append(["=2+5", 7, "=SUM(B2:B3)"])
    sheet["A3"].data_type = "s"  # a text that looks like a formula
    sheet["A1"].font = Font(bold=True, color="FF336699")
    sheet["B3"].number_format = "#,##0.0"
    sheet.column_dimensions["A"].width = 33
    made.create_sheet("Notes")["A1"] = "kept"
    return made


def content(book: openpyxl.Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def opened(content: bytes | None) -> openpyxl.Workbook:
    assert content is not None
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_faulty_cell_is_coloured_and_says_why_and_how_to_mend_it(book: openpyxl.Workbook) -> None:
    sheet = opened(mark(content(book), [wrong(1, 2, "twelve", sheet="Third quarter")], ENGLISH))["Third quarter"]
    assert sheet["B2"].fill.fgColor.rgb == FILLS["error"]
    assert "“twelve” is not a number." in sheet["B2"].comment.text
    assert "Write the number in digits" in sheet["B2"].comment.text
    assert sheet["B3"].comment is None
    assert sheet["B3"].fill.fill_type is None


def test_everything_else_stays_as_it_was(book: openpyxl.Workbook) -> None:
    made = opened(mark(content(book), [wrong(1, 2, "twelve")], ENGLISH))
    sheet = made["Third quarter"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [cell.value for cell in row] for row in book["Third quarter"].iter_rows()
    ]
    assert sheet["C2"].data_type == "f"  # the partner's own formula, not computed
    assert sheet["A3"].data_type == "s"  # and its text, still a text
    assert sheet["A1"].font.bold
    assert sheet["B3"].number_format == "#,##0.0"
    assert sheet.column_dimensions["A"].width == 33
    assert made["Notes"]["A1"].value == "kept"


def test_the_comment_speaks_the_partners_language(book: openpyxl.Workbook) -> None:
    for language, said in {"es": "no es un número", "ko": "숫자가 아닙니다", "zh": "不是数字"}.items():
        speech = Speech(language, Calendar(), LOCALES)
        assert said in opened(mark(content(book), [wrong(1, 2, "twelve")], speech))["Third quarter"]["B2"].comment.text


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1+2", "@SUM(1)", "\t=1", '=HYPERLINK("http://x","y")', "\x00\x1b"])
def test_no_text_of_a_finding_becomes_a_formula_or_breaks_the_workbook(book: openpyxl.Workbook, value: str) -> None:
    made = mark(content(book), [wrong(1, 2, value)], ENGLISH)
    cells = [cell for sheet in opened(made) for row in sheet.iter_rows() for cell in row]
    assert sorted(cell.coordinate for cell in cells if cell.data_type == "f") == ["C2", "C3"]
    with zipfile.ZipFile(io.BytesIO(made or b"")) as archive:
        comments = [archive.read(name) for name in archive.namelist() if "comment" in name and name.endswith(".xml")]
    assert b"<f>" not in b"".join(comments)
    assert b"is not a number" in b"".join(comments)


def test_the_note_lists_the_agreed_names_and_what_is_answered_is_not_marked(book: openpyxl.Workbook) -> None:
    unknown = finding("place_unknown", row=2, position=0, column="town", value="Harbour", looks_like="")
    jump = replace(wrong(1, 3, "7"), severity="warning", answer="a new centre")
    made = mark(content(book), [unknown, jump], ENGLISH, names=lambda f: ("Harbor",) if f == unknown else ())
    sheet = opened(made)["Third quarter"]
    assert sheet["A2"].comment.text.endswith("Names that fit: Harbor.")
    assert sheet["B3"].comment is None
    assert sheet["B3"].fill.fill_type is None
    assert mark(content(book), [jump], ENGLISH) is None


def test_two_findings_share_a_cell_and_an_error_shows(book: openpyxl.Workbook) -> None:
    careful = Finding("file_end", "warning", "m", "f", row=2, cell="B2")
    sheet = opened(mark(content(book), [careful, wrong(1, 2, "twelve")], ENGLISH))["Third quarter"]
    assert sheet["B2"].fill.fgColor.rgb == FILLS["error"]
    assert sheet["B2"].comment.text.index("twelve") < sheet["B2"].comment.text.index("cut off")


def test_a_row_is_marked_where_the_table_begins_and_a_merged_cell_where_it_shows(book: openpyxl.Workbook) -> None:
    book["Third quarter"].merge_cells("B2:C3")
    row = Finding("row_cells", "error", "m", "f", row=3, details=(("found", 1), ("expected", 3)))
    sheet = opened(mark(content(book), [row, wrong(2, 3, "x")], ENGLISH, first_column=0))["Third quarter"]
    assert "1 cells where the header has 3" in sheet["A3"].comment.text
    assert "“x”" in sheet["B2"].comment.text


def test_marks_go_when_the_mended_copy_is_marked_again(book: openpyxl.Workbook) -> None:
    sheet = book["Third quarter"]
    sheet["B2"].comment = Comment("Ana counted these", "Ana")
    sheet["B3"].fill = PatternFill("solid", fgColor="FF00FF00")
    first = mark(content(book), [wrong(1, 2, "twelve"), wrong(2, 3, "x")], ENGLISH)
    assert opened(first)["Third quarter"]["B2"].comment.text.endswith("Ana counted these")
    again = opened(mark(first or b"", [wrong(0, 2, "y")], ENGLISH))["Third quarter"]
    assert {c.coordinate for row in again.iter_rows() for c in row if c.comment and c.comment.author == AUTHOR} == {
        "A2"
    }
    assert again["B2"].comment.text == "Ana counted these"
    assert again["C3"].fill.fill_type is None
    assert again["B3"].fill.fgColor.rgb == "FF00FF00"


def test_only_workbooks_with_something_to_show_come_back(book: openpyxl.Workbook) -> None:
    assert mark(content(book), [finding("file_empty")], ENGLISH) is None
    assert mark(b"a,b\n1,2\n", [wrong(1, 2, "twelve")], ENGLISH) is None
    assert mark(b"PK\x03\x04 cut off", [wrong(1, 2, "twelve")], ENGLISH) is None


def test_what_would_take_long_is_left_alone(book: openpyxl.Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    merged = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content(book))) as old, zipfile.ZipFile(merged, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(
                    b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
                )
            new.writestr(name, part)
    with pytest.raises(TooLarge):
        mark(merged.getvalue(), [wrong(1, 2, "twelve")], ENGLISH)
    monkeypatch.setattr(marked, "UNPACKED_LIMIT", 1000)
    with pytest.raises(TooLarge):
        mark(content(book), [wrong(1, 2, "twelve")], ENGLISH)
