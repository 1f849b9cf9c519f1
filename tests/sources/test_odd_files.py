"""What is odd in one file costs that file what it must, and nobody else anything."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet
import pytest

from agenda.errors import Unavailable
from sources.files.spreadsheet_xml import Part
from sources.files.workbooks import _fill_merged
from sources.meaning.matching import Matcher
from sources.submission import Submission
from tests.sources.conftest import Coalition
from tests.sources.made_files import HEADINGS, ROWS, cells, csv_text, read

TEXT = csv_text((HEADINGS, *ROWS))
SURROGATE = b'[{"quarter":"2026Q1","town":"Harbor","age":"infant","children":5,"\\ud800":"x"}]'


def test_half_a_letter_in_a_name_stops_nobody(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", SURROGATE)
    made.drop("beta/q1.csv", TEXT)
    made.collect()
    assert made.receipt("alpha/q1.csv")["outcome"] == made.receipt("beta/q1.csv")["outcome"] == "accepted"


def test_what_fails_in_matching_costs_its_file_only(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Matcher, submission: Submission, *rest: object) -> None:
        if submission.partner.id == "alpha":
            raise RuntimeError("no")
        matched(self, submission, *rest)  # type: ignore[arg-type]

    matched = Matcher._match
    monkeypatch.setattr(Matcher, "_match", fail)
    made = coalition()
    made.drop("alpha/q1.csv", TEXT)
    made.drop("beta/q1.csv", TEXT)
    made.collect()
    assert [found["code"] for found in made.receipt("alpha/q1.csv")["findings"]] == ["file_defect"]
    assert made.receipt("beta/q1.csv")["outcome"] == "accepted"


def test_a_file_that_can_not_be_opened_is_left_and_told_of(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = coalition()
    made.drop("alpha/q1.csv", TEXT)
    made.drop("beta/q1.csv", TEXT)
    get = made.store.get_version

    def refuse(key: str, version: str) -> bytes | None:
        if "alpha" in key:
            raise Unavailable(f"{key}: Permission denied")
        return get(key, version)

    monkeypatch.setattr(made.store, "get_version", refuse)
    assert dict(made.collect().failures) == {"alpha": "inbox/alpha/q1.csv: Permission denied"}
    assert made.receipt("beta/q1.csv")["outcome"] == "accepted"
    monkeypatch.undo()
    assert made.collect().outcomes["accepted"] == 1


def test_very_many_rows_that_contradict_one_another_are_counted(coalition: Callable[..., Coalition]) -> None:
    made = coalition()
    made.drop(
        "alpha/q1.csv", "".join([*TEXT.splitlines(True)[:1], *(f"2026Q1,Harbor,infant,{n}\n" for n in range(30))])
    )
    made.collect()
    found = made.receipt("alpha/q1.csv")["findings"]
    assert len(found) == 30
    assert found[2]["message"].startswith("Row 2, 3, 5, 6, 7 (+24) gives")


def test_two_quotation_marks_do_not_swallow_the_rows_between_them() -> None:
    start = "quarter,town,age,children,note\n2026Q1,The Valley,infant,4,\n"
    swallowed = start + '2026Q1,Harbor,infant,5,"see below\n2026Q1,Old Mill,infant,7,\n2026Q1,Bay,infant,9,"\n'
    sheet = read(swallowed.encode())
    assert [(fault.code, fault.row) for fault in sheet.faults] == [("row_quote", 3)]
    assert sheet.table.num_rows == 1
    prose = start + '2026Q1,Harbor,infant,5,"one, two, three, four, five\nsix"\n'
    assert read(prose.encode()).table.num_rows == 2


def test_a_single_cell_below_the_table_may_be_a_note() -> None:
    sheet = read((TEXT + "* provisional\nSource: our own records\n").encode())
    assert [note.row for note in sheet.notes] == [4, 5]
    assert sheet.faults == ()
    assert sheet.rows_read == 4
    for line in ("2026Q1\n", "* provisional\n2026Q1,Harbor,infant,1\n"):
        sheet = read((TEXT + line).encode())
        assert [(fault.code, fault.row) for fault in sheet.faults] == [("row_cells", 4)]
        assert sheet.notes == ()


def test_json_that_is_odd_in_one_record_keeps_the_others() -> None:
    record = '{"quarter":"2026Q1","town":"Harbor","age":"infant","children":%s}'
    assert read(('{"data":[' + record % 5 + '],"errors":[]}').encode()).table.num_rows == 1
    sheet = read((f"[{record % 5},{record}]" % '5,"children":6').encode())
    assert [(fault.code, fault.row, fault.column) for fault in sheet.faults] == [("column_twice", 2, "children")]
    assert sheet.table.num_rows == 1
    for number in ("1e99999999999999999999", "1" * 5000):
        assert cells(read((f"[{record}]" % number).encode()))[0][3] == number


def test_values_beyond_the_calendar_cost_no_parquet_file() -> None:
    far = pa.array([2**30, 0], pa.int32()).cast(pa.date32())
    table = pa.table({
        "town": ["Harbor", "Bay"], "day": far,
        "at": pa.array([2**53, 0]).cast(pa.timestamp("s")), "fine": pa.array([1, 0]).cast(pa.timestamp("ns")),
        "zone": pa.array([1, 0]).cast(pa.timestamp("ms", "Nowhere/Town")), "took": pa.array([2**62, 0]).cast(pa.duration("us")),
    })  # fmt: skip
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    found = cells(read(sink.getvalue(), headings=()))
    assert [row[0] for row in found] == ["Harbor", "Bay"]
    assert found[1][1] == "1970-01-01"


def test_a_member_in_two_spellings_is_there_twice(coalition: Callable[..., Coalition]) -> None:
    made = coalition("""
layouts:
  wide:
    files: "*"
    period: quarter
    place: town
    values: [{column: "n_{age}", measure: children}]
    optional: [n_toddler]
partners: [{id: alpha, name: Alpha, layouts: [wide]}]
""")
    made.drop("alpha/q1.csv", "quarter,town,n_infant,n_babies,n_toddler\n2026Q1,Harbor,1,2,3\n")
    made.collect()
    (found,) = made.receipt("alpha/q1.csv")["findings"]
    assert (found["code"], found["column"]) == ("column_twice", "n_babies")


def test_merges_over_one_another_take_no_longer_than_their_cells() -> None:
    merged = tuple((0, 0, 4_999, column) for column in range(3_000))
    columns = [pa.array(["word", *[""] * 4_999])]
    changed: dict[int, dict[int, str]] = {}
    started = time.monotonic()
    _fill_merged(columns, Part(merged), 0, changed)
    assert time.monotonic() - started < 1
    assert len(changed[0]) == 4_999
