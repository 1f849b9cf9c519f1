"""The bench compares like with like: both ways end in the same tables. How long they take is nobody's test."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest

from tests.bench import bench, coalition


def test_both_ways_end_in_the_same_tables(tmp_path: Path) -> None:
    folder = tmp_path / "coalition"
    found = bench.stages(folder, rows=1, repeat=1)
    assert found["rows"] == coalition.PARTNERS * coalition.QUARTERS * coalition.ROWS_PER_PLACE
    assert found["stages"]["cairn_ingest"]["files"] == coalition.PARTNERS * coalition.QUARTERS
    assert found["stages"]["cairn_ingest"]["receipts"] == coalition.PARTNERS * coalition.QUARTERS
    assert all(one["peak_megabytes"] > 0 for one in found["stages"].values())
    assert found["ratios"].keys() == {"ingest", "indicators", "milliseconds_a_node_beyond_twice_raw"}

    found = bench.scorecards(folder, count=2, repeat=1)
    assert [one["scorecards"] for one in found["stages"].values()] == [2, 2]

    with duckdb.connect(str(folder / "raw.duckdb")) as connection:
        connection.execute("update ind_values set numerator = numerator + 1 where indicator = 'use' and members = ''")
    with pytest.raises(SystemExit, match="ended with 1"):
        bench.run([sys.executable, "-m", "tests.bench.compare", str(folder)])


def test_workbooks_and_a_watched_inbox_are_measured(tmp_path: Path) -> None:
    found = bench.workbooks(tmp_path / "books", rows=1, repeat=1)
    assert found["stages"]["raw_xlsx"]["rows"] == found["rows"]
    assert found["stages"]["cairn_xlsx"]["receipts"] == coalition.PARTNERS * coalition.QUARTERS
    (seconds,) = bench.watched(tmp_path / "watched", files=1)["seconds_from_drop_to_receipt"]
    assert seconds > 0
