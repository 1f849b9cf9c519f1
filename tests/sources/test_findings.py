"""A broken file costs its sender nothing but the broken rows, and nobody else anything."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from agenda.folder import Folder
from sources.files.child import open_file
from sources.files.limits import Limits
from sources.files.readers import Unreadable
from sources.letters.findings import WORDS, column_letters
from sources.meaning.intake import Intake, take
from sources.meaning.plan import match
from sources.meaning.vocabulary import Vocabulary
from tests.sources.conftest import AGENDA, LONG, Coalition

HEADER = "quarter,town,age,children\n"
GOOD = HEADER + "2026Q1,Harbor,infant,12\n2026Q1,Harbor,toddler,20\n2026Q1,Old Mill,infant,7\n"

BROKEN = {
    "column_missing": (GOOD.replace("children", "number of kids", 1), None, "children"),
    "value_not_a_number": (HEADER + "2026Q1,Harbor,infant,twelve\n", "D2", "“twelve”"),
    "place_unknown": (HEADER + "2026Q1,Harbour,infant,12\n", "B2", "Did you mean “Harbor”?"),
    "member_unknown": (HEADER + "2026Q1,Harbor,infnat,12\n", "C2", "Did you mean “infant”?"),
    "period_unreadable": (HEADER + "soon,Harbor,infant,12\n", "A2", "“soon”"),
    "period_empty": (HEADER + ",Harbor,infant,12\n", "A2", "which period"),
    "place_empty": (HEADER + "2026Q1,,infant,12\n", "B2", "which place"),
    "member_empty": (HEADER + "2026Q1,Harbor,,12\n", "C2", "which group"),
    "period_ahead": (HEADER + "2090Q1,Harbor,infant,12\n", "A2", "2090Q1"),
    "value_below_minimum": (HEADER + "2026Q1,Harbor,infant,-1\n", "D2", "-1"),
    "value_not_whole": (HEADER + "2026Q1,Harbor,infant,1.5\n", "D2", "1.5"),
    "value_ambiguous": (HEADER + "2026Q1,Harbor,infant,1.000\n", "D2", "1.000"),
    "value_comma": (HEADER + '2026Q1,Harbor,infant,"1.234,5"\n', "D2", "decimal comma"),
    "value_too_large": (HEADER + "2026Q1,Harbor,infant,1234567890123\n", "D2", "twelve digits"),
    "row_repeated": (GOOD + "2026Q1,Harbor,infant,12\n", "D5", "row 2"),
    "row_contradicts": (GOOD + "2026Q1,Harbor,infant,13\n", "D2", "another number"),
    "row_cells": (HEADER + "2026Q1,Harbor,infant\n", None, "3 cells where the header has 4"),
    "file_empty": (HEADER, None, "no rows"),
    "text_assumed": (HEADER.encode() + b"2026Q1,Harb\xf6r,infant,1\n", None, "“Harbör”"),
    "file_unreadable": (gzip.compress(GOOD.encode() * 50)[:60], None, "compression"),
}


@pytest.mark.parametrize("code", BROKEN)
def test_each_fault_names_its_place_and_the_fix(coalition: Callable[..., Coalition], code: str) -> None:
    content, cell, said = BROKEN[code]
    made = coalition()
    made.drop("beta/q1.csv", GOOD)
    name = "q1.csv.gz" if code == "file_unreadable" else "q1.csv"
    made.drop(f"alpha/{name}", content)
    made.collect()

    receipt = made.receipt(f"alpha/{name}")
    found = [f for f in receipt["findings"] if f["code"] == code]
    assert found, receipt
    assert found[0]["cell"] == cell
    assert said in found[0]["message"]
    assert found[0]["fix"]
    rows = receipt["rows"]
    assert rows["read"] == rows["accepted"] + rows["rejected"] + rows["skipped"]
    assert made.receipt("beta/q1.csv")["outcome"] == "accepted"
    assert len([row for row in made.rows("observations", "partner") if row == ("beta",)]) == 3


def test_a_number_of_a_place_that_is_gone_or_not_yet_there_is_refused(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    numbers = [f"{period},{place},infant,5" for period in ("2025Q4", "2026Q1")
               for place in ("Port", "Old Mill", "Quay", "Hill")]  # fmt: skip
    made.drop("alpha/q1.csv", "\n".join([HEADER.strip(), *numbers, ""]))
    made.write("agenda.yml", AGENDA.replace("aliases: [Port]", "aliases: [Port], until: 2025Q4, into: old_mill").replace(
        "dimensions:\n", "  - {id: quay, name: Quay, level: town, parent: valley, until: 2025-12}\n"
        "  - {id: hill, name: Hill, level: town, parent: valley, since: 2026-01}\ndimensions:\n", 1))  # fmt: skip
    made.collect()
    receipt = made.receipt("alpha/q1.csv")
    assert [(f["code"], f["cell"], f["message"]) for f in receipt["findings"]] == [
        ("place_not_open", "B5", "“Hill” was not there before 2026-01."),
        ("place_merged", "B6", "“Port” has been a part of Old Mill since the end of 2025Q4."),
        ("place_closed", "B8", "“Quay” was closed at the end of 2025-12."),
    ]
    assert receipt["findings"][1]["fix"] == "Count it in Old Mill, or check the period."
    assert (receipt["rows"]["accepted"], receipt["rows"]["rejected"]) == (5, 3)
    made.write("agenda.yml", AGENDA.replace("dimensions:\n", "  - {id: quay, name: Quay, level: town, parent: valley}\n"
               "  - {id: hill, name: Hill, level: town, parent: valley}\ndimensions:\n", 1))  # fmt: skip
    made.collect()
    assert made.receipt("alpha/q1.csv")["rows"]["accepted"] == 8, "read again once the agenda says otherwise"


def test_good_rows_beside_a_bad_one_go_through(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", GOOD + "2026Q1,Nowhere,infant,1\n")
    made.collect()
    assert made.receipt("alpha/q1.csv")["rows"] == {"read": 4, "accepted": 3, "rejected": 1, "skipped": 0}
    (rejected,) = made.rows("rejected_rows", "row_number, cells")
    assert rejected[0] == 5
    assert "Nowhere" in rejected[1]


def test_of_equal_rows_the_first_is_taken(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", GOOD + "2026Q1,Harbor,infant,12\n")
    made.collect()
    assert made.receipt("alpha/q1.csv")["rows"] == {"read": 4, "accepted": 3, "rejected": 1, "skipped": 0}


def test_of_contradicting_rows_none_is_taken_and_the_older_number_can_stand(
    coalition: Callable[..., Coalition],
) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", GOOD + "2026Q1,Harbor,infant,13\n")
    made.collect()
    assert made.receipt("alpha/q1.csv")["rows"]["rejected"] == 2
    keys = set(made.rows("rejected_rows", "measure, period, place, members"))
    whatever_else_the_rows_held = (None, "2026Q1", "harbor", None)
    assert keys == {("children", "2026Q1", "harbor", "age=infant"), whatever_else_the_rows_held}


def test_a_file_cut_in_half_says_so(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", GOOD[: len(GOOD) - 12])
    made.drop("beta/q1.csv", GOOD)
    made.collect()
    codes = {f["code"] for f in made.receipt("alpha/q1.csv")["findings"]}
    assert {"row_cells", "file_end"} & codes
    assert made.receipt("beta/q1.csv")["outcome"] == "accepted"


def test_half_a_workbook_is_refused_in_words(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners_with('files: "*.xlsx"'))
    book = io.BytesIO()
    sheet = openpyxl.Workbook()
    sheet.active.append(["quarter", "town", "age", "children"])
    sheet.save(book)
    made.drop("alpha/q1.xlsx", book.getvalue()[:900])
    made.collect()
    (found,) = made.receipt("alpha/q1.xlsx")["findings"]
    assert found["code"] == "file_unreadable"


def test_cells_of_a_workbook_are_named_as_the_spreadsheet_names_them(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners_with('files: "*.xlsx"\n    header_row: 3'))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ([], ["Our numbers"], ["quarter", "town", "age", "children"],
                ["2026Q1", "Harbor", "infant", 12], [], ["2026Q1", "Harbor", "toddler", "many"]):  # fmt: skip
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    made.drop("alpha/q1.xlsx", content.getvalue())
    made.collect()
    receipt = made.receipt("alpha/q1.xlsx")
    assert receipt["findings"][0]["cell"] == "D6"
    assert receipt["rows"] == {"read": 3, "accepted": 1, "rejected": 1, "skipped": 1}


def test_a_file_that_fits_no_layout_is_kept_and_answered(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/photo.png", b"\x89PNG")
    made.collect()
    (found,) = made.receipt("alpha/photo.png")["findings"]
    assert "*.csv*" in found["message"]
    assert len(list((made.path / "store/submissions").iterdir())) == 1


def test_a_fault_is_gone_from_the_next_receipt_once_it_is_mended(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", GOOD.replace("Harbor,infant", "Harbour,infant"))
    made.collect()
    made.drop("alpha/q1.csv", GOOD)
    made.collect()
    assert made.receipt("alpha/q1.csv")["findings"] == []


def test_the_receipt_page_shows_a_partners_text_as_text(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", HEADER + "2026Q1,<script>alert(1)</script>,infant,1\n")
    made.collect()
    page = (made.path / "store/receipts/alpha/q1.csv.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_row_that_cannot_be_read_may_have_said_anything(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", GOOD + "2026Q1,Harbor,toddler,1,too,many\n")
    made.collect()
    assert made.rows("rejected_rows", "row_number, measure, period, place, members") == [(5, None, None, None, None)]


def test_numbers_that_are_all_missing_are_said_to_be(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", HEADER + "2026Q1,Harbor,infant,\n2026Q1,Harbor,toddler,\n")
    made.collect()
    assert [f["code"] for f in made.receipt("alpha/q1.csv")["findings"]] == ["no_numbers"]


def test_a_cell_with_separators_of_our_own_is_only_text(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", HEADER + "2026Q1,Harbor,infant\x1ebogus\x1fage,1\n")
    made.drop("beta/q1.csv", GOOD)
    made.collect()
    assert [f["code"] for f in made.receipt("alpha/q1.csv")["findings"]] == ["member_unknown"]
    assert made.receipt("beta/q1.csv")["outcome"] == "accepted"


def test_a_defect_of_ours_costs_only_the_file_that_meets_it(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sources import collect as module

    def stumbles(plan: Any, sheets: Any, keys: list[str], *rest: Any) -> Intake:
        if any("alpha" in key for key in keys):
            raise ZeroDivisionError("no such luck")
        return take(plan, sheets, keys, *rest)

    monkeypatch.setattr(module, "take", stumbles)
    made = coalition()
    made.drop("alpha/q1.csv", GOOD)
    made.drop("beta/q1.csv", GOOD)
    made.collect()
    (found,) = made.receipt("alpha/q1.csv")["findings"]
    assert found["code"] == "file_defect"
    assert "no such luck" in found["message"]
    assert made.receipt("beta/q1.csv")["outcome"] == "accepted"


def test_a_very_long_name_and_a_very_long_cell_are_cut_short(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop(f"alpha/{'q' * 240}.csv", HEADER + f"2026Q1,{'x' * 100_000},infant,1\n")
    made.collect()
    (page,) = (made.path / "store/receipts/alpha").glob("q*.html")
    assert page.stat().st_size < 10_000


CELL = st.sampled_from(["2026Q1", "Harbor", "Port", "infant", "babies", "12", "1,204", "", "x", '"', "é", "-3", "\n"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Coalition(tmp_path_factory.mktemp("any"), LONG).folder


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=6))
def test_every_row_is_accounted_for_whatever_is_sent(folder: Folder, rows: list[list[str]]) -> None:
    layout, vocabulary = folder.partners.layouts["long"], Vocabulary(folder)
    content = HEADER + "\n".join(",".join(cells) for cells in rows)
    try:
        sheet = open_file(content.encode(), layout, frozenset(), Limits())
    except Unreadable:
        event("nothing to read")
        return
    plan, _ = match(layout, sheet.header, vocabulary)
    intake = take(plan, [sheet], ["alpha/any.csv"], [None], vocabulary, date(2026, 11, 1))
    (counts,) = intake.counts
    assert counts.read == sheet.rows_read == counts.accepted + counts.rejected + counts.skipped
    assert min(counts.accepted, counts.rejected, counts.skipped) >= 0
    assert (counts.rejected > 0) == any(found.severity == "error" for found in intake.findings[0])
    assert intake.observations.num_rows == counts.accepted


def test_every_sentence_has_a_fix_and_fits_its_severity() -> None:
    for severity, message, fix in WORDS.values():
        assert severity in ("error", "warning")
        assert message.endswith((".", "}"))
        assert fix.endswith(".")


def test_columns_are_lettered_as_spreadsheets_do() -> None:
    assert [column_letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def partners_with(layout: str) -> str:
    return LONG.replace('files: "*.csv*"', layout)
