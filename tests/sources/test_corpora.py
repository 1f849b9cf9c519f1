"""Awkward files from elsewhere: what ought to be read is read, cell by cell; what can't be says why.

Two public collections: `csv-spectrum` (BSD), twelve edge cases with what they hold as JSON, and the examples of
`csvkit` (MIT), among them real tables of US agencies. They are no part of the repository.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from sources.files.limits import Limits
from sources.files.readers import Sheet, Unreadable
from tests.real.harness import DATA
from tests.sources.conftest import Coalition
from tests.sources.made_files import cells, opened, read

SPECTRUM = DATA / "corpus_csv_spectrum"
EXAMPLES = DATA / "corpus_csvkit_examples" / "examples"
HAVE = pytest.mark.skipif(not SPECTRUM.is_dir() or not EXAMPLES.is_dir(), reason=f"the collections are not in {DATA}")
pytestmark = HAVE


MISPRINTS = {"location_coordinates.csv": {b"2095257564": b"1234567890"}}
"""Where the collection's CSV and JSON contradict one another: somebody replaced a phone number in one of them."""


@pytest.mark.parametrize("path", sorted((SPECTRUM / "csvs").glob("*.csv")), ids=lambda path: path.stem)
def test_csv_spectrum_reads_to_what_it_says(path: Path) -> None:
    expected = json.loads((SPECTRUM / "json" / f"{path.stem}.json").read_text("utf-8"))
    content = path.read_bytes()
    for wrong, right in MISPRINTS.get(path.name, {}).items():
        assert wrong in content
        content = content.replace(wrong, right)
    sheet = read(content, path.name, headings=())
    found = [dict(zip(sheet.header, row, strict=True)) for row in cells(sheet)]
    assert found == (expected if isinstance(expected, list) else [expected])


# -- csvkit -------------------------------------------------------------------------------------------

AS_CSV: dict[str, tuple[str, str]] = {
    # name: (encoding, separator) for Python's own reader
    **dict.fromkeys((
        "blanks.csv", "blanks_converted.csv", "date_like_number.csv", "dummy.csv", "dummy2.csv", "dummy3.csv",
        "dummy_col_shuffled.csv", "dummy_col_shuffled_ragged.csv", "foo1.csv", "foo2.csv", "iris.csv", "irismeta.csv",
        "join_a.csv", "join_b.csv", "join_no_header_row.csv", "join_short.csv", "mac_newlines.csv",
        "no_header_row3.csv", "optional_quote_characters.csv", "sheetsxls_converted.csv", "sheetsxlsx_converted.csv",
        "sort_ints_nulls.csv", "test_date_format.csv", "test_date_format_converted.csv",
        "test_geo.csv", "test_geojson.csv", "test_header_newline.csv", "test_ignore_case.csv", "test_literal_order.csv",
        "test_locale.csv", "test_locale_converted.csv", "test_no_leading_zeroes.csv", "test_numeric_date_format.csv",
        "test_precision.csv", "test_utf8.csv", "testdbf_converted.csv", "testfixed_converted.csv",
        "testfixed_schema.csv", "testfixed_schema_no_inference.csv", "testjson_converted.csv",
        "testjson_multiline_converted.csv", "testjson_nested_converted.csv", "testxls_converted.csv",
        "testxls_unicode_converted.csv", "testxlsx_converted.csv", "testxlsx_noinference_converted.csv",
        "testxlsx_unicode_converted.csv", "realdata/FY09_EDU_Recipients_by_State.csv", "realdata/README.csv",
        "realdata/acs2012_5yr_population.csv", "realdata/census_2000/census2000_geo_schema.csv",
        "realdata/census_2000/determination.csv", "realdata/census_2000/determination_schema.csv",
        "realdata/census_2010/census2010_geo_schema.csv", "realdata/census_2010/ilgeo2010_excerpt.csv",
        "realdata/ks_1033_data.csv",
    ), ("utf-8", ",")),
    "dummy.tsv": ("utf-8", "\t"),
    "sniff_limit.csv": ("utf-8", ";"),
    "test_latin1.csv": ("latin-1", ","),
    "test_utf16_big.csv": ("utf-16", ","),
    "test_utf16_little.csv": ("utf-16", ","),
    "test_utf8_bom.csv": ("utf-8-sig", ","),
    "realdata/event-notification-rpt-lastmonth.txt": ("cp1252", "|"),
}  # fmt: skip


@pytest.mark.parametrize("name", AS_CSV)
def test_a_text_of_csvkit_has_the_cells_that_python_finds(name: str) -> None:
    encoding, separator = AS_CSV[name]
    content = (EXAMPLES / name).read_bytes()
    lines = io.StringIO(content.decode(encoding), newline="" if b"\n" in content else None)  # or a Macintosh's of old
    header, *rows = csv.reader(lines, delimiter=separator)
    sheet = read(content, name, headings=header)
    assert sheet.header == tuple(header)
    assert not [fault for fault in sheet.faults if fault.severity == "error"]
    found = {row: list(values) for row, values in zip(sheet.rows.to_pylist(), cells(sheet), strict=True)}
    blank = [row for row in rows if not any(cell.strip() for cell in row)]
    assert found == {number: row for number, row in enumerate(rows, 2) if any(cell.strip() for cell in row)}
    assert sheet.blank_rows == len(blank)


TITLED = {"realdata/Datagov_FY10_EDU_recp_by_State.csv": 2, "test_skip_lines.csv": 4, "bad_skip_lines.csv": 4}


@pytest.mark.parametrize("name", TITLED)
def test_titles_above_a_table_of_csvkit_are_passed_over(name: str) -> None:
    rows = list(csv.reader(io.StringIO((EXAMPLES / name).read_text("utf-8"))))
    at = TITLED[name]
    sheet = read((EXAMPLES / name).read_bytes(), name, headings=[cell for cell in rows[at - 1] if cell])
    assert sheet.header == tuple(rows[at - 1])
    below = {number: row for number, row in enumerate(rows[at:], at + 1) if len(row) == len(sheet.header)}
    found = {row: list(values) for row, values in zip(sheet.rows.to_pylist(), cells(sheet), strict=True)}
    assert found == below
    assert sheet.rows_read == len(rows) - at


XLSX = {"dummy.xlsx": None, "sheets.xlsx": "data", "test.xlsx": None, "test_skip_lines.xlsx": None,
        "realdata/ne_1033_data.xlsx": None}  # fmt: skip


def by_openpyxl(path: Path, name: str | None) -> Iterator[tuple[int, list[str]]]:
    """Row numbers and texts, by another library and another rule for what a value looks like."""
    book = openpyxl.load_workbook(path, data_only=True)
    for row in (book[name] if name else book.worksheets[0]).iter_rows():
        yield row[0].row, [_said(cell.value) for cell in row]


def _said(value: object) -> str:
    if isinstance(value, datetime.datetime):
        return str(value).removesuffix(" 00:00:00").split(".")[0]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value)


@pytest.mark.filterwarnings("ignore:Unknown extension:UserWarning")  # openpyxl's, of something Excel for Mac writes
@pytest.mark.parametrize("name", XLSX)
def test_a_workbook_of_csvkit_has_the_cells_that_openpyxl_finds(name: str) -> None:
    rows = dict(by_openpyxl(EXAMPLES / name, XLSX[name]))
    filled = {number: row for number, row in rows.items() if any(row)}
    at = min(number for number, row in filled.items() if len(set(row)) > 2)
    sheet = read((EXAMPLES / name).read_bytes(), name, headings=[text for text in filled[at] if text], sheet=XLSX[name])
    width = len(sheet.header)
    assert list(sheet.header) == filled[at][:width]
    found = {row: list(values) for row, values in zip(sheet.rows.to_pylist(), cells(sheet), strict=True)}
    assert found == {number: row[:width] for number, row in filled.items() if number > at and any(row[:width])}


XLS = {"dummy.xls": "dummy.xlsx", "test.xls": "test.xlsx", "test_skip_lines.xls": "test_skip_lines.xlsx",
       "sheets.xls": "test.xlsx"}  # fmt: skip


@pytest.mark.parametrize("name", XLS)
def test_an_old_workbook_of_csvkit_has_the_cells_of_its_new_twin(name: str) -> None:
    twin = XLS[name]
    headings = ("text", "date", "integer", "a", "b", "c")
    old = read((EXAMPLES / name).read_bytes(), name, headings, sheet="data" if name == "sheets.xls" else None)
    new = read((EXAMPLES / twin).read_bytes(), twin, headings)
    assert old.header == new.header
    assert cells(old) == cells(new)


JSON = ("testjson.json", "testjson_multiline.json", "testjson_nested.json", "test_geojson.json")


@pytest.mark.parametrize("name", JSON)
def test_records_of_csvkit_have_the_values_that_python_finds(name: str) -> None:
    text = (EXAMPLES / name).read_text("utf-8")
    try:
        records = json.loads(text)
        records = records["features"] if isinstance(records, dict) else records
    except json.JSONDecodeError:
        records = [json.loads(line) for line in text.splitlines()]
    sheet = read((EXAMPLES / name).read_bytes(), name, headings=())
    assert sheet.table.num_rows == len(records)
    for record, row in zip(records, cells(sheet), strict=True):
        found = dict(zip(sheet.header, row, strict=True))
        for path, value in found.items():
            expected = record
            for part in path.split("/"):
                expected = expected.get(part) if isinstance(expected, dict) else None
            assert value == (json.dumps(expected) if isinstance(expected, list) else _plain(expected)), path


def _plain(value: object) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else ""
        if value is None or isinstance(value, dict)
        else str(value)
    )


NOT_READ = {"dummy.csv.bz2": "file_kind", "empty.csv": "file_empty", "testdbf.dbf": "file_binary",
            "no_header_row.csv": "file_empty", "no_header_row2.csv": "file_empty"}  # fmt: skip


@pytest.mark.parametrize("name", NOT_READ)
def test_what_csvkit_has_that_is_no_table_is_refused_by_name(name: str) -> None:
    found = opened((EXAMPLES / name).read_bytes(), name, headings=())
    assert isinstance(found, Unreadable)
    assert found.finding.code == NOT_READ[name]


def test_nearly_all_of_csvkit_is_read() -> None:
    """Refusing everything would be no way to pass: only what is named here is refused."""
    paths = [path for path in sorted(EXAMPLES.rglob("*")) if path.is_file()]
    refused = {
        str(path.relative_to(EXAMPLES))
        for path in paths
        if not isinstance(opened(path.read_bytes(), path.name, headings=(), within=Limits()), Sheet)
    }
    assert len(paths) > 80
    assert refused == set(NOT_READ)


def test_every_file_of_both_collections_ends_in_rows_or_in_findings(tmp_path: Path) -> None:
    made = Coalition(
        tmp_path,
        """
layouts:
  any:
    period: {constant: "2026Q1"}
    values: [{measure: children, column: a}]
  counted:
    files: "counted/*"
    rows: records
    period: {constant: "2026Q1"}
    values: [{measure: spots, count: rows}]
partners:
  - {id: alpha, name: Alpha, layouts: [any], place: harbor}
  - {id: beta, name: Beta, layouts: [counted], place: harbor}
""",
    )
    paths = [path for root in (SPECTRUM, EXAMPLES) for path in sorted(root.rglob("*")) if path.is_file()]
    for number, path in enumerate(paths):
        made.drop(f"alpha/{number}-{path.name}", path.read_bytes())
        made.drop(f"beta/counted/{number}-{path.name}", path.read_bytes())
    collected = made.collect()

    assert len(collected.receipts) >= 2 * len({path.read_bytes() for path in paths}) - 2
    codes = {row[0] for row in made.rows("findings", "code")}
    assert "file_defect" not in codes
    for receipt in collected.receipts:
        assert receipt.outcome == "accepted" or receipt.findings, receipt
    for read_, accepted, rejected, skipped in made.rows(
        "readings", "rows_read, rows_accepted, rows_rejected, rows_skipped"
    ):
        assert read_ == accepted + rejected + skipped
    accepted = collected.outcomes["accepted"] + collected.outcomes["partial"]
    assert accepted >= len(paths), collected.outcomes  # the second layout takes every row there is
