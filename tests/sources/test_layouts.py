"""Each declared way a partner's file may be laid out gives the same observations."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sources.conftest import AGENDA, Coalition

EXPECTED = [
    ("2026Q1", "harbor", "age=infant", 12),
    ("2026Q1", "harbor", "age=toddler", 20),
    ("2026Q1", "old_mill", "age=infant", 7),
]
COLUMNS = "period, place, members, value"


def partners(layout: str, extra: str = "") -> str:
    body = "\n".join(f"    {line}" for line in layout.strip().splitlines())
    return f"layouts:\n  one:\n{body}\npartners:\n  - {{id: alpha, name: Alpha, layouts: [one]{extra}}}\n"


LONG = """
period: quarter
place: town
values: [{column: n, measure: children, members: {age: {column: age}}}]
"""
WIDE = """
period: quarter
place: town
values: [{column: "n_{age}", measure: children}]
"""
RECORDS = """
period: quarter
place: town
rows: records
values: [{count: rows, measure: children, members: {age: {column: age}}}]
"""
SQL = """
sql: |
  select 'children' as measure, quarter as period, town as place, age, sum(n::int) as value
  from submission group by all
"""
LONG_CSV = "quarter,town,age,n\n2026Q1,Harbor,infant,12\n2026Q1,Port,Toddlers,20\nQ1 2026,OLD MILL,babies,7\n"
COMMAS = "decimal: ','\nperiod: {constant: 2026Q1}\nplace: town\nvalues: [{column: n, measure: price}]"
CASES = {
    "long": (LONG, "a.csv", LONG_CSV.encode()),
    "gz": (LONG, "a.csv.gz", gzip.compress(LONG_CSV.encode())),
    "bom and semicolons": (LONG, "a.csv", b"\xef\xbb\xbf" + LONG_CSV.replace(",", ";").encode()),
    "utf-16": (LONG, "a.csv", LONG_CSV.encode("utf-16")),
    "old macintosh lines": (LONG, "a.csv", LONG_CSV.replace("\n", "\r").encode()),
    "windows lines": (LONG, "a.csv", LONG_CSV.replace("\n", "\r\n").encode()),
    "blank lines": (LONG, "a.csv", LONG_CSV.replace("\n", "\n\n").encode()),
    "quoted": (LONG, "a.csv", LONG_CSV.replace("Harbor", '"Harbor"').encode()),
    "wide": (WIDE, "a.csv", b"quarter,town,n_infant,n_toddler\n2026Q1,Harbor,12,20\n2026Q1,Old Mill,7,\n"),
    "wide, by the groups' names": (
        WIDE, "a.csv", b"quarter,town,n Infants,n Toddlers\n2026Q1,Harbor,12,20\n2026Q1,Old Mill,7,\n"
    ),
    "sql": (SQL, "a.csv", (LONG_CSV + "Q1 2026,OLD MILL,babies,0\n").encode()),
    "records": (
        RECORDS, "a.csv",
        b"quarter,town,age\n" + b"2026Q1,Harbor,infant\n" * 12 + b"2026Q1,Harbor,toddler\n" * 20
        + b"2026Q1,Old Mill,infant\n" * 7,
    ),
    "aliases": (LONG + "aliases: {n: [how many]}", "a.csv", LONG_CSV.replace(",n\n", ",How  Many\n").encode()),
    "constants": (
        "period: {constant: 2026Q1}\nplace: town\nvalues: [{column: n, measure: children, members: {age: {column: age}}}]",
        "a.csv", LONG_CSV.replace("quarter", "x").encode(),
    ),
    "period in the name": (
        'files: "*"\nperiod: {path: "(\\\\d{4})-(Q\\\\d)"}\nplace: town\n'
        "values: [{column: n, measure: children, members: {age: {column: age}}}]".replace("\\\\", "\\"),
        "2026-Q1.csv", LONG_CSV.replace("quarter", "x").encode(),
    ),
    "filter": (LONG + "where: {age: {not: [all]}}", "a.csv", (LONG_CSV + "2026Q1,Harbor,all,32\n").encode()),
    "values": (
        LONG.replace("{column: age}", "{column: age, values: {0-1: infant, 1-3: toddler}}"), "a.csv",
        LONG_CSV.replace("infant", "0-1").replace("babies", "0-1").replace("Toddlers", "1-3").encode(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_layout_gives_the_same_numbers(coalition: Callable[..., Coalition], case: str) -> None:
    layout, name, content = CASES[case]
    layout = layout.replace('"(\\d{4})-(Q\\d)"', "'(\\d{4})-(Q\\d)'")
    made = coalition(partners(layout))
    made.drop(f"alpha/{name}", content)
    made.collect()
    assert made.receipt(f"alpha/{name}")["findings"] == []
    assert made.rows("observations", COLUMNS) == EXPECTED


def test_a_workbook(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(LONG + "sheet: Numbers"))
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Numbers")
    for line in LONG_CSV.splitlines():
        sheet.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    content = io.BytesIO()
    book.save(content)
    made.drop("alpha/a.xlsx", content.getvalue())
    made.collect()
    assert made.rows("observations", COLUMNS) == EXPECTED


def test_the_largest_of_a_units_rows_is_taken_before_adding_up(coalition: Callable[..., Coalition]) -> None:
    layout = """
period: quarter
place: town
rows: records
missing: [NA]
values: [{column: licensed, measure: spots, per: [id], take: max}]
"""
    made = coalition(partners(layout))
    made.drop(
        "alpha/a.csv",
        "quarter,town,id,shift,licensed\n2026Q1,Harbor,1,1,8\n2026Q1,Harbor,1,2,10\n2026Q1,Harbor,2,1,NA\n2026Q1,Harbor,3,1,5\n",
    )
    made.collect()
    assert made.rows("observations", COLUMNS) == [("2026Q1", "harbor", "", 15)]


def test_a_record_left_out_marks_its_number(coalition: Callable[..., Coalition]) -> None:
    layout = "period: quarter\nplace: town\nrows: records\nvalues: [{column: n, measure: spots}]"
    made = coalition(partners(layout))
    made.drop("alpha/a.csv", "quarter,town,n\n2026Q1,Harbor,8\n2026Q1,Harbor,eight\n2026Q1,Old Mill,3\n")
    made.collect()
    assert made.rows("observations", "place, value, obs_status") == [("harbor", 8, "P"), ("old_mill", 3, "A")]


def test_what_lacks_a_rejected_row_is_marked(coalition: Callable[..., Coalition]) -> None:
    made = coalition(
        partners("period: quarter\nplace: town\nvalues: [{column: n, measure: spots}, {column: p, measure: price}]")
    )
    made.drop("alpha/a.csv", "quarter,town,n,p\n2026Q1,Harbor,8,1\n2026Q1,Old Mill,three,1\n2026Q2,Harbor,9,1\n")
    made.collect()
    # Nothing is left of Old Mill, so it is Harbor that the whole is made of; the second quarter lacks nothing.
    expected = [("price", "2026Q1", "P"), ("price", "2026Q2", "A"), ("spots", "2026Q1", "P"), ("spots", "2026Q2", "A")]
    assert made.rows("observations", "measure, period, obs_status") == expected


def test_distinct_things_are_counted_once(coalition: Callable[..., Coalition]) -> None:
    layout = "period: quarter\nplace: town\nrows: records\nvalues: [{count: id, measure: spots}]"
    made = coalition(partners(layout))
    made.drop("alpha/a.csv", "quarter,town,id\n2026Q1,Harbor,a\n2026Q1,Harbor,a\n2026Q1,Harbor,b\n2026Q1,Harbor,\n")
    made.collect()
    assert made.rows("observations", COLUMNS) == [("2026Q1", "harbor", "", 2)]


def test_squares_are_those_of_the_records_or_of_each_unit_s_sum(coalition: Callable[..., Coalition]) -> None:
    """Student's ten patients: hours, whose squares add up to 34.43; by nurse, of whom each has two."""
    hours = ["0.7", "-1.6", "-0.2", "-1.2", "-0.1", "3.4", "3.7", "0.8", "0.0", "2.0"]
    layout = "period: quarter\nplace: town\nrows: records\nvalues: [{column: h, measure: price, take: squares%s}]"
    rows = [f"2026Q1,Harbor,{text},{number // 2}" for number, text in enumerate([*hours, ""])]
    for per, expected in (("", "34.43"), (", per: [nurse]", "37.91")):
        made = coalition(partners(layout % per))
        made.write("agenda.yml", AGENDA.replace("maximum: 1000", "minimum: null"))
        made.drop(f"alpha/{expected}.csv", "\n".join(["quarter,town,h,nurse", *rows, ""]))
        made.collect()
        assert (Decimal(expected), "A") in made.rows("observations", "value, obs_status")
    sums = [sum(map(Decimal, hours[i : i + 2])) for i in range(0, 10, 2)]
    assert sum(one * one for one in sums) == Decimal("37.91")


def test_squares_are_rounded_once(coalition: Callable[..., Coalition]) -> None:
    made = coalition(
        partners("period: quarter\nplace: town\nrows: records\nvalues: [{column: h, measure: price, take: squares}]")
    )
    made.drop("alpha/a.csv", "quarter,town,h\n" + "2026Q1,Harbor,0.0005\n" * 10 + "2026Q1,Harbor,900\n")
    made.collect()
    assert made.rows("observations", "value") == [
        (Decimal("810000.000003"),)
    ]  # ten times 0.00000025, and not ten times 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1204", "1204"),
        ("1,204", "1204"),
        ("1 204.50", "1204.5"),
        ("-3", None),
        ("12.5", "12.5"),
        ("1e2", "100"),
        ("1\u00a0204", "1204"),
        ("1\u202f204", "1204"),
        ("1\u2009204", "1204"),
        ("１２", "12"),
        ("\ufeff12\u200e", "12"),
    ],
)
def test_numbers_as_people_write_them(coalition: Callable[..., Coalition], text: str, value: str | None) -> None:
    layout = "period: {constant: 2026Q1}\nplace: town\nvalues: [{column: n, measure: price}]"
    made = coalition(partners(layout.replace("maximum", "")))
    made.write("agenda.yml", (made.path / "agenda.yml").read_text().replace("maximum: 1000", "maximum: 2000"))
    made.drop("alpha/a.csv", f'town,n\nHarbor,"{text}"\n')
    made.collect()
    assert [str(row[0].normalize().__format__("f")) for row in made.rows("observations", "value")] == (
        [value] if value else []
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("204,5", 204.5), ("1.000", 1000), ("1\u00a0000,0", 1000), ("7", 7), ("1.5", None), ("1.2.3", None)],
)
def test_decimal_commas(coalition: Callable[..., Coalition], text: str, value: float | None) -> None:
    made = coalition(partners(COMMAS))
    made.drop("alpha/a.csv", f"town;n\nHarbor;{text}\n")
    made.collect()
    assert [float(row[0]) for row in made.rows("observations", "value")] == ([] if value is None else [value])


@pytest.mark.parametrize("text", ["1.000", "1.234", "12.000", "1.234.567"])
def test_a_point_in_a_whole_number_is_asked_about(coalition: Callable[..., Coalition], text: str) -> None:
    made = coalition(partners("period: {constant: 2026Q1}\nplace: town\nvalues: [{column: n, measure: spots}]"))
    made.drop("alpha/a.csv", f"town,n\nHarbor,{text}\nOld Mill,7\n")
    made.collect()
    assert [f["code"] for f in made.receipt("alpha/a.csv")["findings"]] == ["value_ambiguous"]
    assert made.rows("observations", "place, value") == [("old_mill", 7)]


def test_a_point_in_a_workbook_with_decimal_commas_is_asked_about(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(COMMAS))
    book = openpyxl.Workbook()
    for row in (["town", "n"], ["Harbor", "1.000"], ["Old Mill", 12.5], ["The Valley", "1,5"]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    made.drop("alpha/a.xlsx", content.getvalue())
    made.collect()
    assert [f["code"] for f in made.receipt("alpha/a.xlsx")["findings"]] == ["value_ambiguous"]
    assert made.rows("observations", "place, value::double") == [("old_mill", 12.5), ("valley", 1.5)]


def test_a_number_of_a_workbook_is_no_thousands_whatever_its_decimals(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(COMMAS))
    book = openpyxl.Workbook()
    for row in (["town", "n"], ["Harbor", 1.125], ["Old Mill", 112.375], ["The Valley", 5]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    made.drop("alpha/a.xlsx", content.getvalue())
    made.collect()
    assert made.receipt("alpha/a.xlsx")["findings"] == []
    expected = [("harbor", 1.125), ("old_mill", 112.375), ("valley", 5)]
    assert made.rows("observations", "place, value::double") == expected


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_a_number_of_a_document_is_no_thousands_either(coalition: Callable[..., Coalition], kind: str) -> None:
    made = coalition(partners(COMMAS))
    towns, numbers = ["Harbor", "Old Mill", "The Valley"], [1.125, 112.375, 5.0]
    content = io.BytesIO()
    if kind == "json":
        content.write(json.dumps([{"town": t, "n": n} for t, n in zip(towns, numbers, strict=True)]).encode())
    else:
        pq.write_table(pa.table({"town": towns, "n": numbers}), content)
    made.drop("alpha/a.xlsx", content.getvalue())
    made.collect()
    assert made.receipt("alpha/a.xlsx")["findings"] == []
    expected = [("harbor", 1.125), ("old_mill", 112.375), ("valley", 5)]
    assert made.rows("observations", "place, value::double") == expected
    if kind == "json":  # in a text it may be thousands, as before
        made.drop("alpha/b.xlsx", b'[{"town": "Harbor", "n": "1.125"}]')
        made.collect()
        assert [f["code"] for f in made.receipt("alpha/b.xlsx")["findings"]] == ["value_ambiguous"]


def test_a_true_minus_sign_is_a_minus(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(LONG))
    made.drop("alpha/a.csv", "quarter,town,age,n\n2026Q1,Harbor,infant,−3\n")
    made.collect()
    (found,) = made.receipt("alpha/a.csv")["findings"]
    assert (found["code"], "is below 0" in found["message"]) == ("value_below_minimum", True)


def test_numbers_in_a_workbook_have_no_decimal_sign(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(COMMAS))
    book = openpyxl.Workbook()
    for row in (["town", "n"], ["Harbor", 12.5], ["Old Mill", "12,5"]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    made.drop("alpha/a.xlsx", content.getvalue())
    made.collect()
    assert [float(row[0]) for row in made.rows("observations", "value")] == [12.5, 12.5]


def test_a_year_without_its_month_is_not_the_year(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners("period: {columns: [year, month]}\nplace: town\nvalues: [{column: n, measure: spots}]"))
    made.drop("alpha/a.csv", "town,year,month,n\nHarbor,2026,1,5\nHarbor,2026,,7\n")
    made.collect()
    assert made.rows("observations", "period, value") == [("2026-01", 5)]
    assert [f["code"] for f in made.receipt("alpha/a.csv")["findings"]] == ["period_empty"]


@pytest.mark.parametrize("name", ["qtr", "Fiscal Quarter", "trimestre", "분기", "季度"])
def test_a_bare_number_in_a_column_of_quarters_is_a_quarter(coalition: Callable[..., Coalition], name: str) -> None:
    period = f"period: {{columns: [year, {name}]}}"
    made = coalition(partners(f"{period}\nplace: town\nvalues: [{{column: n, measure: spots}}]"))
    made.drop("alpha/a.csv", f"town,year,{name},n\nHarbor,2026,2,5\nHarbor,2026,Q1,7\n")
    made.collect()
    assert made.rows("observations", "period, value") == [("2026Q1", 7), ("2026Q2", 5)]


def test_a_record_of_an_unknown_place_may_belong_to_any(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners("period: quarter\nplace: town\nrows: records\nvalues: [{column: n, measure: spots}]"))
    made.drop("alpha/a.csv", "quarter,town,n\n2026Q1,Harbor,8\n2026Q1,Hrbr,3\n2025Q4,Harbor,2\n")
    made.collect()
    assert made.rows("observations", "period, obs_status") == [("2025Q4", "A"), ("2026Q1", "P")]


def test_a_partners_own_place_needs_no_column(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners("period: quarter\nvalues: [{column: n, measure: spots}]", ", place: harbor"))
    made.drop("alpha/a.csv", "quarter,n\n2026Q1,5\n")
    made.collect()
    assert made.rows("observations", COLUMNS) == [("2026Q1", "harbor", "", 5)]


def test_a_total_is_the_whole_and_not_a_group(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(LONG.replace("{column: age}", "{column: age, values: {all: _T}}")))
    made.drop("alpha/a.csv", "quarter,town,age,n\n2026Q1,Harbor,all,32\n2026Q1,Harbor,infant,12\n")
    made.collect()
    assert made.rows("observations", "members, value") == [("", 32), ("age=infant", 12)]


def test_an_empty_group_is_not_taken_for_the_total(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(LONG))
    made.drop("alpha/a.csv", "quarter,town,age,n\n2026Q1,Harbor,,32\n")
    made.collect()
    assert [f["code"] for f in made.receipt("alpha/a.csv")["findings"]] == ["member_empty"]


@pytest.mark.parametrize(
    "query",
    [
        "select content as value, 'spots' as measure, '2026Q1' as period from read_text('/etc/passwd')",
        "copy (select 1) to '/tmp/cairn-out.csv'",
        "select 1 as value, 'spots' as measure, '2026Q1' as period; drop table submission",
        "install httpfs",
        "select value, measure, period from table",
        "select 1 as value",
        "select no_such_column as value from submission",
    ],
)
def test_a_layouts_query_reaches_nothing_but_its_file(coalition: Callable[..., Coalition], query: str) -> None:
    made = coalition(partners(f"sql: |\n  {query}"))
    made.drop("alpha/a.csv", "n\n1\n")
    made.collect()
    receipt = made.receipt("alpha/a.csv")
    assert [f["code"] for f in receipt["findings"]] == ["layout_sql"]
    assert "root:" not in str(receipt)
    assert made.rows("observations") == []


def test_records_of_which_none_counts_make_a_zero(coalition: Callable[..., Coalition]) -> None:
    layout = """
period: quarter
place: town
rows: records
values: [{column: licensed, measure: spots, where: {stars: [4, 5]}}]
"""
    made = coalition(partners(layout))
    made.drop("alpha/a.csv", "quarter,town,stars,licensed\n2026Q1,Harbor,4,8\n2026Q1,Harbor,2,9\n2026Q1,Old Mill,3,5\n")
    made.collect()
    assert made.rows("observations", COLUMNS) == [("2026Q1", "harbor", "", 8), ("2026Q1", "old_mill", "", 0)]


@pytest.mark.parametrize(
    ("header", "lacking"), [("n_infant", "n_toddler"), ("n_Infants", "n_Toddlers"), ("n", "n_Infants")]
)
def test_a_missing_column_of_a_pattern_goes_by_what_the_others_go_by(
    coalition: Callable[..., Coalition], header: str, lacking: str
) -> None:
    wide = "period: quarter\nplace: town\nvalues: [{column: 'n_{age}', measure: children}]"
    made = coalition(partners(wide))
    made.drop("alpha/a.csv", f"quarter,town,{header}\n2026Q1,Harbor,1\n")
    made.collect()
    assert lacking in {f["column"] for f in made.receipt("alpha/a.csv")["findings"]}
