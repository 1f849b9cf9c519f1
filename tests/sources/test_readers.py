"""Every kind of file gives the same sheet, and whatever had to be assumed is said."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import math
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from sources.files.child import decoded, encoded
from sources.files.encodings import decode
from sources.files.readers import Note
from sources.files.workbooks import shown
from tests.sources.conftest import Coalition
from tests.sources.made_files import HEADINGS, ROWS, cells, csv_text, ods, opened, read, refusal, xls, xlsx, zipped

TABLE = (HEADINGS, *ROWS)
TEXT = csv_text(TABLE)
RECORDS = [dict(zip(HEADINGS, row, strict=True)) for row in ROWS]


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()


ALIKE = {
    "csv": TEXT.encode(),
    "semicolons": csv_text(TABLE, ";").encode(),
    "tabs": csv_text(TABLE, "\t").encode(),
    "pipes": csv_text(TABLE, "|").encode(),
    "carriage returns": TEXT.replace("\n", "\r").encode(),
    "both line ends": TEXT.replace("\n", "\r\n").encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 without a mark": TEXT.encode("utf-16-le"),
    "utf-16 the other way round": TEXT.encode("utf-16-be"),
    "utf-32": TEXT.encode("utf-32"),
    "gzip": gzip.compress(TEXT.encode()),
    "gzip in two parts": gzip.compress(TEXT[:30].encode()) + gzip.compress(TEXT[30:].encode()),
    "zip": zipped({"folder/data.csv": TEXT, "__MACOSX/folder/._data.csv": b"\0\5", "folder/.DS_Store": b"x"}),
    "xlsx": xlsx(TABLE),
    "xlsx of numbers": xlsx([HEADINGS, *[(*row[:3], int(row[3])) for row in ROWS]]),
    "xlsx in gzip": gzip.compress(xlsx(TABLE)),
    "ods": ods([HEADINGS, *[(*row[:3], int(row[3])) for row in ROWS]]),
    "json": json.dumps(RECORDS).encode(),
    "json of an API": json.dumps({"count": 2, "next": None, "results": RECORDS}).encode(),
    "json of lists": json.dumps(TABLE).encode(),
    "records line by line": "\n".join(
        json.dumps({**one, "children": int(one["children"])}) for one in RECORDS
    ).encode(),
    "parquet": parquet(pa.Table.from_pylist([{**one, "children": int(one["children"])} for one in RECORDS])),
}


@pytest.mark.parametrize("kind", ALIKE)
def test_every_kind_of_file_gives_the_same_cells(kind: str) -> None:
    sheet = read(ALIKE[kind], "whatever.dat")  # the name says nothing
    assert sheet.header == HEADINGS
    assert cells(sheet) == list(ROWS)
    assert [fault.code for fault in sheet.faults if fault.severity == "error"] == []


def test_a_sheet_comes_back_from_its_reader_as_it_went() -> None:
    sheet = read(b"Numbers for the quarter,,,\n" + TEXT.encode() + b"2026Q1,Harbor\n\n\n* provisional,,,")
    said, body = encoded(sheet)
    again = decoded(json.loads(json.dumps(said)), body)
    assert again == sheet


# -- text ---------------------------------------------------------------------------------------------

PLACES = {
    "cp949": ["분기,지역,아동수", "서울특별시 강남구", "부산광역시 해운대구", "경기도 수원시", "전라남도 순천시", "제주특별자치도"],
    "gb18030": ["季度,地区,儿童人数", "北京市朝阳区", "上海市浦东新区", "广东省深圳市", "四川省成都市", "内蒙古自治区"],
    "cp932": ["四半期,地域,児童数", "東京都千代田区", "大阪府堺市", "北海道札幌市", "さいたま市", "キャンプ場のある町"],
    "cp1252": ["trimestre,población,niños", "Málaga", "São Paulo", "Zürich", "Orléans – Nord", "Gijón"],
}  # fmt: skip
NAMED = {"cp949": "CP949", "gb18030": "GB18030", "cp932": "Shift-JIS", "cp1252": "Windows-1252"}


@pytest.mark.parametrize("encoding", PLACES)
def test_an_encoding_that_nobody_declared_is_told_and_said(encoding: str) -> None:
    header, *places = PLACES[encoding]
    content = "\n".join([header, *[f"2026Q1,{place},{n}" for n, place in enumerate(places)], ""])
    sheet = read(content.encode(encoding), headings=())
    assert sheet.header == tuple(header.split(","))
    assert [row[1] for row in cells(sheet)] == places
    (said,) = sheet.faults
    assert (said.code, said.severity) == ("text_assumed", "warning")
    assert f"read as {NAMED[encoding]}" in said.message
    assert said.value is not None
    assert said.value in content


@pytest.mark.parametrize("encoding", PLACES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_three_names_tell_the_encoding(encoding: str, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(PLACES[encoding][1:]), min_size=3, max_size=5, unique=True))
    text = "quarter,town\n" + "".join(f"2026Q1,{name}\n" for name in names)
    assert decode(text.encode(encoding), None, frozenset()).text == text


@pytest.mark.parametrize("encoding", PLACES)
def test_one_expected_heading_is_enough_to_tell_the_encoding(encoding: str) -> None:
    heading = PLACES[encoding][0].split(",")[1]
    text = f"q,{heading}\n1,2\n"
    assert decode(text.encode(encoding), None, frozenset({heading})).text == text


def test_a_declared_encoding_is_kept_to() -> None:
    content = "quarter,town\n2026Q1,Málaga\n".encode("cp1252")
    assert cells(read(content, encoding="cp1252"))[0][1] == "Málaga"
    assert read(content, encoding="cp1252").faults == ()
    assert refusal(content, encoding="utf-8") == "text_encoding"


def test_no_encoding_is_made_up_for_what_is_no_text() -> None:
    assert refusal(bytes(range(256)) * 40) == "file_binary"
    assert refusal(b"\x89PNG\r\n\x1a\n" + b"\0" * 40) == "file_kind"
    assert refusal(b"<html><table><tr><td>1</td></tr></table></html>", "numbers.xls") == "file_kind"


def test_zero_bytes_are_left_out_and_said() -> None:
    sheet = read(TEXT.replace("Harbor", "Har\0bor").encode())
    assert cells(sheet) == list(ROWS)
    assert [(fault.code, fault.severity) for fault in sheet.faults] == [("text_nul", "warning")]


def test_the_line_of_the_headings_says_what_separates_cells() -> None:
    lines = "Report, drawn up by Ada, for the board, in July\nquarter;town;age;children\n2026Q1;Harbor;infant;1,5\n"
    sheet = read(lines.encode())
    assert cells(sheet) == [("2026Q1", "Harbor", "infant", "1,5")]
    assert sheet.notes == (Note(1, "Report, drawn up by Ada, for the board, in July"),)
    assert sheet.rows.to_pylist() == [3]


def test_a_separator_within_quotes_separates_nothing() -> None:
    sheet = read(b'"quarter;or;month;of;the;year","town"\n"2026Q1","a;b"\n', headings=())
    assert sheet.header == ("quarter;or;month;of;the;year", "town")


def test_rows_that_do_not_fit_are_named_and_the_others_go_through() -> None:
    sheet = read(
        (TEXT + "2026Q1,Harbor\n2026Q1,Harbor,infant,1,,\n2026Q1,Harbor,infant,1,2\n\n2026Q1,Bay,infant,2\n").encode()
    )
    assert [(fault.code, fault.row) for fault in sheet.faults] == [("row_cells", 4), ("row_cells", 6)]
    assert sheet.rows.to_pylist() == [2, 3, 5, 8]
    assert sheet.rows_read == 7


def test_a_quote_that_never_closes_hides_no_row_unseen() -> None:
    sheet = read((TEXT + '2026Q2,"Harbor,infant,1\n2026Q2,Old Mill,infant,2\n').encode())
    assert [(fault.code, fault.row) for fault in sheet.faults] == [("row_quote", 4)]
    assert cells(sheet) == list(ROWS)
    inch = read((TEXT + '2026Q2,5" pipe,infant,1\n').encode())
    assert cells(inch)[-1] == ("2026Q2", '5" pipe', "infant", "1")


@pytest.mark.parametrize("end", ["", "\n\n"])  # a regular file, and one that is read with care
def test_titles_above_and_notes_below_are_no_rows(end: str) -> None:
    text = f"Valley Child Care\nas of 30 June{end}\n" + TEXT + "Source: our own records,,,\n* provisional,,,\n"
    sheet = read(text.encode())
    assert cells(sheet) == list(ROWS)
    texts = [note.text for note in sheet.notes]
    assert texts == ["Valley Child Care", "as of 30 June", "Source: our own records", "* provisional"]
    assert sheet.rows_read == len(ROWS) + 2


def test_a_place_without_numbers_at_the_end_is_a_row_and_no_note() -> None:
    assert cells(read((TEXT + "Old Mill,,,\n").encode()))[-1] == ("Old Mill", "", "", "")


def test_a_declared_row_is_the_header_whatever_it_holds() -> None:
    assert read(TEXT.encode(), header_row=2).header == ROWS[0]


# -- workbooks ----------------------------------------------------------------------------------------


def test_values_are_the_text_that_a_person_sees() -> None:
    def fill(sheet: Worksheet) -> None:
        values = (0.1 + 0.2, 1204.0, 1 / 3, 123456789.1, 0.07 * 100, 1e15, -2.5, "00123", "1,204", True,
                  datetime.date(2026, 7, 1), datetime.datetime(2026, 7, 1, 12, 30), 0.45)  # fmt: skip
        for row, value in enumerate(values, 2):
            sheet.cell(row, 1, "x")
            sheet.cell(row, 4, value)
        sheet.cell(14, 4).number_format = "0%"
        sheet["A15"], sheet["D15"] = "x", "#N/A"
        sheet["D15"].data_type = "e"
        sheet["A16"], sheet["D16"] = "x", "=SUM(D2:D3)"  # no program has computed it

    assert [row[3] for row in cells(read(xlsx([HEADINGS], fill)))] == [
        "0.3", "1204", "0.333333333333333", "123456789.1", "7", "1000000000000000", "-2.5", "00123", "1,204", "true",
        "2026-07-01", "2026-07-01 12:30:00", "0.45", "#N/A", "=SUM(D2:D3)",
    ]  # fmt: skip


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_number_is_shown_in_fifteen_digits(number: float) -> None:
    text = shown(number)
    assert "e" not in text.lower()
    assert len(text.replace(".", "").strip("-0")) <= 15
    assert math.isclose(float(text), number, rel_tol=1e-14, abs_tol=1e-300)


def test_a_table_may_begin_anywhere_and_its_cells_keep_their_names(coalition: Callable[..., Coalition]) -> None:
    made = coalition("""
layouts:
  book: {files: "*.xlsx", period: quarter, place: town,
         values: [{column: children, measure: children, members: {age: {column: age}}}]}
partners: [{id: alpha, name: Alpha, layouts: [book]}]
""")

    def fill(sheet: Worksheet) -> None:
        sheet["C4"] = "Children in our towns"
        for row, texts in enumerate(
            [HEADINGS, ("2026Q1", "Harbor", "infant", 12), ("2026Q1", "Harbor", "toddler", "many")], 6
        ):
            for column, text in enumerate(texts, 3):
                sheet.cell(row, column, text)

    made.drop("alpha/q1.xlsx", xlsx((), fill))
    made.collect()
    (found,) = [f for f in made.receipt("alpha/q1.xlsx")["findings"] if f["severity"] == "error"]
    assert (found["cell"], found["row"], found["sheet"]) == ("F8", 8, "Data")
    assert made.rows("observations", "row_number, value") == [(7, 12)]


@pytest.mark.parametrize("length", range(1, 5))
def test_cells_lie_where_arrow_reads_them_without_a_warning(length: int) -> None:
    sheet = read(xlsx([(*HEADINGS, "x" * length), *((*row, "y") for row in ROWS)]))
    _, offsets, _ = sheet.table[0].chunk(0).buffers()
    assert offsets.address % 8 == 0


def test_a_header_of_two_rows_with_merged_cells() -> None:
    def fill(sheet: Worksheet) -> None:
        for at in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
            sheet.merge_cells(at)

    rows = [
        ("Quarter", "Town", "Children", None, "Places", None),
        (None, None, "infants", "toddlers", "infants", "toddlers"),
        ("2026Q1", "Harbor", 1, 2, 3, 4),
    ]
    headings = ("quarter", "town", "children infants", "children toddlers", "places infants")
    plain_text = csv_text([[str(c or "") for c in row] for row in rows]).encode()
    old = xls(rows, [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 0, 5)])
    for content in (xlsx(rows, fill), xlsx(rows), old, plain_text):
        sheet = read(content, headings=headings)
        assert sheet.header == (
            "Quarter", "Town", "Children infants", "Children toddlers", "Places infants", "Places toddlers",
        )  # fmt: skip
        assert cells(sheet) == [("2026Q1", "Harbor", "1", "2", "3", "4")]


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        (("Quarter", "Town", "Kids", ""), ("", "", "infants", "toddlers"), ("Quarter", "Town", "Kids infants", "Kids toddlers")),
        (("Quarter", "Town", "Kids", ""), ("Quarter", "Town", "0-2", "3-5"), ("Quarter", "Town", "Kids 0-2", "Kids 3-5")),
        (("Quarter", "Town", "Kids", "Note"), ("2026Q1", "Harbor", "none", ""), ("Quarter", "Town", "Kids", "Note")),
        (("Quarter", "Town", "Kids", "Note"), ("", "Harbor", "none", ""), ("Quarter", "Town", "Kids", "Note")),
        (("When", "Where", "Kids", ""), ("", "", "infants", "toddlers"), ("When", "Where", "Kids", "")),
    ],
)  # fmt: skip
def test_a_header_whose_upper_texts_changed_still_has_two_rows(
    upper: tuple[str, ...], lower: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    headings = ("quarter", "town", "children infants", "children toddlers")
    content = csv_text([list(upper), list(lower), ["2026Q1", "Harbor", "1", "2"]]).encode()
    assert read(content, headings=headings).header == expected


def test_two_rows_are_one_header_only_where_that_fits_better() -> None:
    rows = [("2025", "", "2026", ""), HEADINGS, *ROWS]
    assert read(xlsx(rows)).header == HEADINGS


def test_the_word_of_a_merged_cell_stands_in_its_rows_and_its_number_in_one() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("D2:D3")

    for number in (12, "12", "1,204", "1 204,5", "-3 %", "+4"):
        rows = [HEADINGS, ("2026Q1", "Harbor", "infant", number), ("2026Q1", None, "toddler", None)]
        for content in (xlsx(rows, merge), xls(rows, [(1, 1, 2, 1), (1, 3, 2, 3)])):
            assert [row[1:] for row in cells(read(content))] == [
                ("Harbor", "infant", str(number)), ("Harbor", "toddler", ""),
            ]  # fmt: skip
    rows = [HEADINGS, ("2026Q1", "1.7.2026", "infant", "2026-07-01"), ("2026Q1", None, "toddler", None)]
    assert [row[1::2] for row in cells(read(xlsx(rows, merge)))] == [("1.7.2026", "2026-07-01")] * 2


def test_merged_cells_of_an_open_document_stand_in_their_rows_too() -> None:
    rows: list[tuple[object, ...]] = [
        ("", "", "", ""), ("Our numbers", "", "", ""), HEADINGS,
        ("merged:3:2026Q1", "merged:2:Old <Mill>", "infant", "merged:2:12"), (None, None, "toddler", None),
        (None, "Harbor", "infant", 7),
    ]  # fmt: skip
    assert cells(read(ods(rows))) == [
        ("2026Q1", "Old <Mill>", "infant", "12"), ("2026Q1", "Old <Mill>", "toddler", ""),
        ("2026Q1", "Harbor", "infant", "7"),
    ]  # fmt: skip


def _three_sheets(sheet: Worksheet) -> None:
    book = sheet.parent
    assert book is not None
    for name, number, state in (("Notes", 0, "visible"), ("Data 2026 ", 1, "visible"), ("Old", 2, "hidden")):
        other = book.create_sheet(name)
        other.append(["Please read"] if name == "Notes" else list(HEADINGS))
        other.append(["Thank you"] if name == "Notes" else ["2026Q1", "Harbor", "infant", number])
        other.sheet_state = state
    sheet.title = "Cover"
    sheet.append(["town"])
    sheet.append(["Harbor"])


def test_the_visible_sheet_with_most_headings_is_taken() -> None:
    sheet = read(xlsx((), _three_sheets))
    assert sheet.name == "Data 2026 "
    assert cells(sheet)[0][3] == "1"


@pytest.mark.parametrize(("wanted", "value"), [("data 2026", "1"), ("DATA_2026", "1"), ("Old", "2")])
def test_a_sheet_is_found_by_its_name_as_people_write_it(wanted: str, value: str) -> None:
    assert cells(read(xlsx((), _three_sheets), sheet=wanted))[0][3] == value


def test_a_sheet_that_is_not_there_is_missed_by_name() -> None:
    found = opened(xlsx((), _three_sheets), sheet="Numbers")
    assert "“Numbers”" in str(found)
    assert "'Cover'" in str(found)


def test_a_hidden_sheet_is_never_taken_unasked() -> None:
    def hide(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        sheet.parent.create_sheet("Empty")
        sheet.sheet_state = "veryHidden"

    assert refusal(xlsx(TABLE, hide)) == "file_empty"


def test_gaps_and_notes_of_a_workbook() -> None:
    rows = [["Numbers, 단위: 천 명"], [], HEADINGS, ROWS[0], [], ROWS[1], [], ["Counted on the last Friday"]]
    sheet = read(xlsx(rows))
    assert sheet.rows.to_pylist() == [4, 6]
    assert sheet.rows_read == 5
    assert sheet.notes == (Note(1, "Numbers, 단위: 천 명"), Note(8, "Counted on the last Friday"))


def test_dates_of_an_open_document() -> None:
    sheet = read(ods([HEADINGS, ("date:2026-07-01", "Harbor", "infant", 0.1 + 0.2)]))
    assert cells(sheet) == [("2026-07-01", "Harbor", "infant", "0.3")]


# -- documents ----------------------------------------------------------------------------------------


def test_what_lies_within_a_record_is_named_by_its_path() -> None:
    records = [
        {"id": 1, "where": {"town": "Harbor", "at": [1.50, 2]}},
        {"id": 2, "note": None, "is_open": True, "n": 1e3},
    ]
    sheet = read(json.dumps(records).replace("1000.0", "1e3").encode(), headings=())
    assert sheet.header == ("id", "where/town", "where/at", "note", "is_open", "n")
    assert cells(sheet) == [("1", "Harbor", "[1.5, 2]", "", "", ""), ("2", "", "", "", "true", "1000")]


def test_a_line_that_is_no_record_costs_itself_only() -> None:
    sheet = read(b'{"quarter": "2026Q1", "children": 0.10}\n{"quarter": \n[1]\n\n{"quarter": "2026Q2"}\n')
    assert [(fault.code, fault.row) for fault in sheet.faults] == [("row_json", 2), ("row_json", 3)]
    assert cells(sheet) == [("2026Q1", "0.10"), ("2026Q2", "")]
    assert sheet.rows.to_pylist() == [1, 5]


@pytest.mark.parametrize("content", [b"[1, 2]", b"[]", b"{}", b'{"a": }', b'[{"a": 1}'])
def test_json_without_records_is_refused_in_words(content: bytes) -> None:
    assert refusal(content) in ("json_no_records", "file_empty", "file_unreadable")


def test_columns_of_parquet_are_plain_text() -> None:
    table = pa.table(
        {
            "day": pa.array([datetime.date(2026, 7, 1), None]),
            "at": pa.array([datetime.datetime(2026, 7, 1), datetime.datetime(2026, 7, 1, 12, 30)]),
            "share": pa.array([0.1, 1204.0]),
            "exact": pa.array(["1.50", None]).cast(pa.decimal128(9, 2)),
            "town": pa.array(["Harbor", "Bay"]).dictionary_encode(),
            "of": pa.array([{"age": "infant"}, None]),
        }
    )
    sheet = read(parquet(table), headings=())
    assert sheet.header == ("day", "at", "share", "exact", "town", "of/age")
    assert cells(sheet) == [
        ("2026-07-01", "2026-07-01", "0.1", "1.5", "Harbor", "infant"),
        ("", "2026-07-01 12:30:00", "1204", "", "Bay", ""),
    ]


# -- packed -------------------------------------------------------------------------------------------


def test_several_files_in_a_zip_are_to_be_sent_one_by_one() -> None:
    found = opened(zipped({"a.csv": TEXT, "b.csv": TEXT}))
    assert "2 files: “a.csv”, “b.csv”" in str(found)
    assert refusal(zipped({"__MACOSX/._a.csv": b"x"})) == "zip_empty"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n\n", b"\0\0\0\0", b"   ", TEXT.splitlines()[0].encode(), xlsx([HEADINGS]), xlsx()],
    ids=["no byte", "empty lines", "zeros", "spaces", "a header", "a workbook's header", "an empty workbook"],
)
def test_nothing_below_the_header_is_said_to_be_nothing(content: bytes) -> None:
    assert refusal(content) == "file_empty"
