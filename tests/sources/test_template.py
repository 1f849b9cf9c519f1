"""Templates: what they ask for, what they look like, and that a filled one always goes through."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from xml.etree import ElementTree

import openpyxl
import pytest

from agenda.errors import HeldBack
from sources import history
from sources.forms.stamp import stamp_of
from sources.forms.template import FIRST, SPARE
from sources.lake import Lake
from tests.sources.books import Book
from tests.sources.conftest import LONG, Coalition

OWING = (
    LONG.split("partners:")[0]
    + """
partners:
  - id: alpha
    name: Alpha
    layouts: [long]
    owes: [{measures: [children, spots]}, {measures: [price], every: month}]
  - {id: beta, name: Beta, layouts: [long], place: harbor, language: ko, owes: [{measures: [children]}]}
"""
)
Number = tuple[str, str, str, str, Decimal]


def observations(made: Coalition) -> list[Number]:
    return made.rows("observations", "measure, period, place, members, value")  # type: ignore[return-value]


def collected(made: Coalition) -> tuple[str, list[str]]:
    """The outcome of the only file that arrived, and the codes of what is to be said of it."""
    (receipt,) = made.collect().receipts
    return receipt.outcome, [found.code for found in receipt.findings]


# -- what is asked for --------------------------------------------------------------------------------


def test_it_asks_for_what_the_partner_owes_and_nothing_else(coalition: Callable[..., Coalition]) -> None:
    asked = [tuple(row.values())[:4] for row in Book(coalition(OWING), "beta", "2026Q1").rows]
    assert asked == [
        ("Children enrolled", "2026Q1", "Harbor", "Infants"),
        ("Children enrolled", "2026Q1", "Harbor", "Toddlers"),
    ]


def test_a_partner_without_a_place_is_asked_for_the_smallest_ones_month_by_month(
    coalition: Callable[..., Coalition],
) -> None:
    rows = Book(coalition(OWING), "alpha", "2026Q1").rows
    assert {row["place"] for row in rows} == {"Harbor", "Old Mill"}
    assert [row["period"] for row in rows if row["measure"] == "Price"] == [
        month for month in ("2026-01", "2026-02", "2026-03") for _ in range(2)
    ]
    assert all(row["dimension age"] is None or row["measure"] == "Children enrolled" for row in rows)
    month = Book(coalition(OWING), "alpha", "2026-02").rows
    assert {(row["measure"], row["period"]) for row in month} == {("Price", "2026-02")}


def test_a_year_is_asked_for_with_the_quarter_it_ends_in(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING.replace("every: month", "every: year"))
    assert "Price" not in {row["measure"] for row in Book(made, "alpha", "2026Q3").rows}
    assert {row["period"] for row in Book(made, "alpha", "2026Q4").rows if row["measure"] == "Price"} == {"2026"}


def test_nothing_is_asked_for_outside_the_partners_time(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING.replace("place: harbor", "place: harbor, since: 2026Q2, until: 2026Q3"))
    for period in ("2026Q1", "2026Q4"):
        with pytest.raises(HeldBack, match="beta owes nothing for"):
            Book(made, "beta", period)
    assert Book(made, "beta", "2026Q3").rows


def test_it_asks_where_and_how_the_partner_reported_lately(coalition: Callable[..., Coalition]) -> None:
    """A partner that gives totals for the whole valley isn't asked for towns and ages it never had."""
    made = coalition(OWING)
    made.drop("alpha/q4.csv", "quarter,town,age,children\n2025Q4,The Valley,_T,40\n2025Q3,Harbor,_T,7\n")
    made.collect()
    rows = [row for row in Book(made, "alpha", "2026Q1").rows if row["measure"] == "Children enrolled"]
    assert [(row["place"], row["dimension age"], row["last"]) for row in rows] == [
        ("The Valley", "Total", 40),
        ("Harbor", "Total", None),
    ]


def test_too_many_rows_are_refused_with_a_way_out(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    towns = "\n".join(f"  - {{id: t{n}, name: Town {n}, level: town, parent: valley}}" for n in range(3000))
    agenda = (made.path / "agenda.yml").read_text()
    made.write("agenda.yml", agenda.replace("dimensions:", f"{towns}\ndimensions:", 1))
    with pytest.raises(HeldBack, match="Give the partner a 'place'"):
        Book(made, "alpha", "2026Q1")


def test_marks_say_why_there_is_no_number(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    Book(made, "beta", "2026Q1").fill("Ｘ", ":").send("q1.xlsx")
    assert collected(made) == ("accepted", [])
    assert made.rows("observations", "value, obs_status") == [(None, "O"), (None, "Q")]
    Book(made, "beta", "2026Q1").fill("z", 4).send("q1.xlsx")
    assert collected(made) == ("accepted", [])
    said = history.of(Lake(made.store), ["beta"]).numbers("beta")
    assert sorted(said["value"].to_list(), key=str) == [4, None]


# -- what it is like ----------------------------------------------------------------------------------


def test_cells_are_checked_where_they_are_filled_and_the_rest_is_kept_from_slips(
    coalition: Callable[..., Coalition],
) -> None:
    book = Book(coalition(OWING), "alpha", "2026Q1")
    checks = {str(found.sqref): found for found in book.sheet.data_validations.dataValidation}
    number = {row["measure"]: check for i, row in enumerate(book.rows) for at, check in checks.items()
              if book.cell(i, "number").coordinate in openpyxl.worksheet.cell_range.MultiCellRange(at)}  # fmt: skip
    asked = {"Children enrolled": "E6", "Price": "E12"}
    marks = {name: f'{at}="x",{at}="z",{at}=":"' for name, at in asked.items()}
    assert [(number[name].type, number[name].formula1) for name in asked] == [
        ("custom", f"OR(AND(ISNUMBER(E6),E6>=0,E6<=999999999999,E6=INT(E6)),{marks['Children enrolled']})"),
        ("custom", f"OR(AND(ISNUMBER(E12),E12>=0,E12<=1000),{marks['Price']})"),
    ]
    assert [check.formula1 for check in checks.values() if check.type == "list"]
    assert book.sheet.protection.sheet
    assert not book.sheet.protection.password
    assert not book.cell(0, "number").protection.locked
    assert not book.cell(0, "note").protection.locked
    assert book.cell(0, "measure").protection.locked
    assert book.sheet.freeze_panes == "B6"
    assert book.sheet.print_title_rows == "$5:$5"
    assert [sheet.sheet_state for sheet in book.book.worksheets] == ["visible", "visible", "hidden"]


def test_what_protection_allows_works_where_no_cell_is_locked(coalition: Callable[..., Coalition]) -> None:
    book = Book(coalition(OWING), "alpha", "2026Q1")
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        sheet, styles = (ElementTree.fromstring(archive.read(f"xl/{n}.xml")) for n in ("worksheets/sheet1", "styles"))
    protection = sheet.find("{*}sheetProtection")
    assert protection is not None
    allowed = {"formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"}
    assert {name for name, value in protection.attrib.items() if value == "0"} == allowed
    unlocked = {
        str(number)
        for number, style in enumerate(styles.findall("{*}cellXfs/{*}xf"))
        if (said := style.find("{*}protection")) is not None and said.get("locked") == "0"
    }
    rows = sheet.findall("{*}sheetData/{*}row")
    spare = rows[-SPARE:]
    assert all({row.get("s"), *(cell.get("s") for cell in row)} <= unlocked for row in spare)  # all across the sheet
    assert rows[-SPARE - 1][0].get("s") not in unlocked
    arrows = sheet.find("{*}autoFilter")
    assert arrows is not None
    assert arrows.get("ref") == f"A5:{spare[-1][-1].get('r')}"


def test_rows_that_a_filter_hides_count(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "beta", "2026Q1").fill(4, 5)
    book.sheet.row_dimensions[FIRST + 1].hidden = True
    book.send()
    assert collected(made) == ("accepted", [])
    assert sum(value for *_, value in observations(made)) == 9


def test_the_same_agenda_gives_the_same_bytes(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    assert Book(made, "alpha", "2026Q1").content == Book(made, "alpha", "2026Q1").content


def test_names_never_run_as_formulas(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    agenda = (made.path / "agenda.yml").read_text()
    for name in ("Infants", "Harbor", "Children enrolled", "spots}"):
        agenda = agenda.replace(name, f"'=1+1 {name}'" if name != "spots}" else name)
    made.write("agenda.yml", agenda)
    book = Book(made, "alpha", "2026Q1")
    formulas = [c.value for sheet in book.book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == [f'=COUNTA(E6:E{5 + len(book.rows)})&" / {len(book.rows)}"']
    book.fill(3).send()
    assert collected(made) == ("accepted", [])


@pytest.mark.parametrize("language", ["en", "es", "ko", "zh"])
def test_it_speaks_the_partners_language_and_is_understood(coalition: Callable[..., Coalition], language: str) -> None:
    made = coalition(OWING.replace("language: ko", f"language: {language}"))
    book = Book(made, "beta", "2026Q1").fill(4)
    assert (book.heads[0] == "Measure") == (language == "en")
    book.send()
    assert collected(made) == ("accepted", [])
    assert observations(made) == [("children", "2026Q1", "harbor", "age=infant", Decimal(4))]


# -- filled in ----------------------------------------------------------------------------------------


def test_an_empty_cell_is_missing_and_zero_is_zero(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    Book(made, "beta", "2026Q1").fill(None, 0).send("whatever it is called.xlsx")
    (receipt,) = made.collect().receipts
    assert (receipt.counts.read, receipt.counts.accepted, receipt.counts.skipped) == (2, 1, 1)
    assert observations(made) == [("children", "2026Q1", "harbor", "age=toddler", Decimal(0))]
    assert made.collect().receipts == ()


def test_nothing_to_report_is_zero_for_all_that_is_owed(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    Book(made, "beta", "2026Q1").answer("nil").send()
    assert collected(made) == ("accepted", [])
    assert [value for *_, value in observations(made)] == [0, 0]


def test_nothing_to_report_beside_a_number_is_asked_about(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "beta", "2026Q1").answer("nil").fill(0, 5).send()
    (receipt,) = made.collect().receipts
    (found,) = receipt.findings
    assert (receipt.outcome, found.code, found.cell) == ("rejected", "template_nil", book.cell(1, "number").coordinate)
    assert observations(made) == []


def test_same_as_last_quarter_takes_what_the_sheet_shows(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    Book(made, "beta", "2026Q1").fill(4, 9).send("q1.xlsx")
    made.collect()
    book = Book(made, "beta", "2026Q2")
    assert [row["last"] for row in book.rows] == [4, 9]
    book.answer("same").fill(None, 10).send("q2.xlsx")
    outcome, codes = collected(made)
    assert (outcome, codes) == ("accepted", ["template_same"])
    assert observations(made)[-2:] == [
        ("children", "2026Q2", "harbor", "age=infant", Decimal(4)),
        ("children", "2026Q2", "harbor", "age=toddler", Decimal(10)),
    ]


def test_an_answer_that_is_none_is_asked_about(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    Book(made, "alpha", "2026Q1").answer("perhaps").fill(4).send()
    assert collected(made) == ("rejected", ["template_choice"])


def test_a_number_taken_out_again_is_taken_back(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    Book(made, "beta", "2026Q1").fill(4, 9).send()
    made.collect()
    Book(made, "beta", "2026Q1").fill(4).send("corrected.xlsx")
    made.collect()
    assert [row["last"] for row in Book(made, "beta", "2026Q2").rows] == [4, None]


def test_rows_may_be_sorted_deleted_added_and_retyped(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "alpha", "2026Q1").fill(1, 2, 3, 4)
    texts = [[cell.value for cell in row] for row in book.sheet.iter_rows(min_row=6, max_row=9)]
    for row, said in enumerate([texts[3], texts[0], texts[2], [None] * len(texts[0])], 6):
        for column, value in enumerate(said, 1):
            book.sheet.cell(row, column).value = value
    book.sheet.insert_rows(8)
    spare = [*texts[1][:2], "the valley", "BABIES", 70]  # typed, not chosen
    for column, value in enumerate(spare, 1):
        book.sheet.cell(8, column).value = value
    book.send()
    assert collected(made) == ("accepted", [])
    assert observations(made) == [
        ("children", "2026Q1", "harbor", "age=infant", Decimal(1)),
        ("children", "2026Q1", "old_mill", "age=infant", Decimal(3)),
        ("children", "2026Q1", "old_mill", "age=toddler", Decimal(4)),
        ("children", "2026Q1", "valley", "age=infant", Decimal(70)),
    ]


@pytest.mark.parametrize(("typed", "meant"), [("1,204", 1204), ("１２", 12), (" 7 ", 7), ("2 300", 2300), (12.0, 12)])
def test_numbers_as_people_type_them(coalition: Callable[..., Coalition], typed: object, meant: int) -> None:
    made = coalition(OWING)
    Book(made, "beta", "2026Q1").fill(typed).send()
    assert collected(made) == ("accepted", [])
    assert [value for *_, value in observations(made)] == [meant]


def test_what_was_pasted_over_the_checks_is_found_by_its_cell(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "beta", "2026Q1").fill("about 5", -1).send()
    (receipt,) = made.collect().receipts
    assert [(found.code, found.cell) for found in receipt.findings] == [
        ("value_not_a_number", book.cell(0, "number").coordinate),
        ("value_below_minimum", book.cell(1, "number").coordinate),
    ]


# -- on its way through other programs ----------------------------------------------------------------


def test_it_is_known_without_its_property(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "beta", "2026Q1").fill(4)
    del book.book.custom_doc_props["cairn"]
    book.send("form.xlsx")
    assert collected(made) == ("accepted", [])


def test_it_is_understood_without_its_lists(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "beta", "2026Q1").answer("nil")
    book.book.remove(book.book.worksheets[-1])
    book.send()
    assert collected(made) == ("accepted", [])
    assert len(observations(made)) == 2


def test_saved_as_csv_it_is_still_a_template(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "beta", "2026Q1").fill(4, 5)
    text = io.StringIO()
    csv.writer(text).writerows(book.sheet.iter_rows(values_only=True))
    made.drop("beta/form.csv", "\ufeff" + text.getvalue())
    assert collected(made)[0] == "accepted"
    assert [value for *_, value in observations(made)] == [4, 5]


def test_only_a_stamp_makes_a_template(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    stamp = stamp_of(Book(made, "beta", "2026Q1").content)
    assert stamp is not None
    assert (stamp.partner, stamp.period, stamp.language) == ("beta", "2026Q1", "ko")
    assert stamp_of(b"quarter,town\n2026Q1,Harbor\n") is None
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        archive.writestr("docProps/custom.xml", str(stamp))
        for number in range(300):
            archive.writestr(f"{number}.xml", "")
    assert stamp_of(many.getvalue()) is None  # no workbook has so many parts; it is not opened to look
    assert stamp_of(many.getvalue()[:-30]) is None


# -- not as it should be ------------------------------------------------------------------------------


def test_another_partners_template_is_refused_without_naming_it(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    made.drop("alpha/form.xlsx", Book(made, "beta", "2026Q1").fill(4).saved())
    assert collected(made) == ("rejected", ["template_other_partner"])
    assert "eta" not in (made.path / "store/receipts/alpha/form.xlsx.html").read_text().split("<main>")[-1]


def test_a_sheet_without_its_headings_says_so(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "beta", "2026Q1").fill(4)
    book.sheet.delete_rows(5)
    book.send()
    assert collected(made) == ("rejected", ["template_headings"])


def test_an_old_template_is_read_and_what_changed_is_named(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "alpha", "2026Q1").fill(*range(len(Book(made, "alpha", "2026Q1").rows)))
    agenda = (made.path / "agenda.yml").read_text()
    agenda = agenda.replace("name: Children enrolled", "name: Children in care")
    agenda = agenda.replace("{id: spots, name: Licensed spots", "{id: rooms, name: Rooms")
    made.write("agenda.yml", agenda)
    made.write("partners.yml", OWING.replace("[children, spots]", "[children, rooms]"))
    book.send()
    (receipt,) = made.collect().receipts
    said = {found.code: found.message for found in receipt.findings}
    assert receipt.outcome == "partial"
    assert "Licensed spots" in said["template_gone"]
    assert "Rooms" in said["template_added"]
    assert "“Licensed spots” is not a measure" in said["measure_unknown"]
    assert {measure for measure, *_ in observations(made)} == {"children", "price"}


def test_a_name_that_means_something_else_now_is_not_taken_for_it(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    book = Book(made, "beta", "2026Q1").fill(4, 5)
    agenda = (made.path / "agenda.yml").read_text()
    swapped = agenda.replace("name: Infants", "name: X").replace("name: Toddlers", "name: Infants")
    made.write("agenda.yml", swapped.replace("name: X", "name: Toddlers"))
    book.send()
    assert collected(made) == ("accepted", [])
    assert observations(made) == [
        ("children", "2026Q1", "harbor", "age=infant", Decimal(4)),
        ("children", "2026Q1", "harbor", "age=toddler", Decimal(5)),
    ]


def test_a_known_template_is_read_again_as_one(coalition: Callable[..., Coalition]) -> None:
    made = coalition(OWING)
    Book(made, "beta", "2026Q1").fill(4, 5000).send()
    made.collect()
    agenda = (made.path / "agenda.yml").read_text()
    made.write("agenda.yml", agenda.replace("subject: people, dimensions", "subject: people, maximum: 999, dimensions"))
    assert collected(made) == ("partial", ["value_above_maximum"])
