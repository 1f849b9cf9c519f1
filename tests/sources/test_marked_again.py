"""The marked copy of a workbook comes back under its own name: it is the new version of the file it is made of."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from tests.sources.conftest import LONG, Coalition

XLSX = LONG.replace("*.csv*", "q3*.xlsx")  # the pattern doesn't fit the copy's name
COPY = "alpha/q3.xlsx.marked.xlsx"


def workbook(*rows: Sequence[object]) -> bytes:
    made = openpyxl.Workbook()
    for row in (("quarter", "town", "age", "children"), *rows):
        made.active.append(row)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def mended(content: bytes, cell: str, value: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.active[cell] = value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.fixture
def here(coalition: Callable[..., Coalition]) -> Coalition:
    """Alpha's workbook was taken in but for one row, and the mended copy lies beside it."""
    made = coalition(XLSX)
    rows = ("2026Q3", "Harbor", "infant", 7), ("2026Q3", "Old Mill", "infant", "nine")
    made.drop("alpha/q3.xlsx", workbook(*rows))
    assert made.collect().outcomes["partial"] == 1
    copy = (made.path / f"store/receipts/{COPY}").read_bytes()
    made.drop(COPY, mended(copy, "D3", 9))
    return made


def numbers(made: Coalition, collected_times: int) -> list[tuple[str, int]]:
    """Place and value of the file's newest reading; each delivery was of the one key."""
    keys = made.rows("deliveries", "key, reading, received_at")
    assert {key for key, _, _ in keys} == {"alpha/q3.xlsx"}
    assert len(keys) == collected_times
    newest = max(keys, key=lambda row: row[2])[1]
    return [
        (place, int(value))
        for reading, place, value in made.rows("observations", "reading, place, value")
        if reading == newest
    ]


def test_it_takes_the_place_of_its_file(here: Coalition) -> None:
    (receipt,) = here.collect().receipts
    assert (receipt.key, receipt.outcome, len(receipt.mended)) == ("alpha/q3.xlsx", "accepted", 1)
    assert numbers(here, 2) == [("harbor", 7), ("old_mill", 9)]
    assert not (here.path / f"store/receipts/{COPY}.json").exists()
    assert here.collect().receipts == ()


def test_neither_of_the_two_comes_back_when_the_other_goes(here: Coalition) -> None:
    here.collect()
    (here.path / f"store/inbox/{COPY}").unlink()
    assert here.collect().receipts == ()
    assert numbers(here, 2) == [("harbor", 7), ("old_mill", 9)]


def test_the_file_itself_may_be_sent_again_later(here: Coalition) -> None:
    here.collect()
    here.drop("alpha/q3.xlsx", workbook(("2026Q3", "Harbor", "infant", 8)))
    old = time.time() - 1000  # a copying program may keep the time of an older file
    os.utime(here.path / "store/inbox/alpha/q3.xlsx", (old, old))
    assert [receipt.outcome for receipt in here.collect().receipts] == ["accepted"]
    assert numbers(here, 3) == [("harbor", 8)]
    assert here.collect().receipts == ()


def test_a_copy_of_nothing_known_is_a_file_like_any_other(coalition: Callable[..., Coalition]) -> None:
    made = coalition(XLSX)
    made.drop("alpha/q3 own.marked.xlsx", workbook(("2026Q3", "Harbor", "infant", 7)))
    assert [(r.key, r.outcome) for r in made.collect().receipts] == [("alpha/q3 own.marked.xlsx", "accepted")]


@pytest.mark.parametrize("name", ["q3.xlsx.marked (1).xlsx", "Q3.XLSX.MARKED.XLSX"])
def test_downloaded_twice_it_is_known_all_the_same(here: Coalition, name: str) -> None:
    path = here.path / "store/inbox/alpha"
    Path(path / "q3.xlsx.marked.xlsx").rename(path / name)
    assert [receipt.key for receipt in here.collect().receipts] == ["alpha/q3.xlsx"]


def test_its_notice_withdraws_the_file(here: Coalition) -> None:
    here.collect()
    here.drop(f"{COPY}.withdraw", "counted twice")
    assert [(r.key, r.outcome) for r in here.collect().receipts] == [("alpha/q3.xlsx", "withdrawn")]
    assert here.collect().receipts == ()


def test_a_copy_that_holds_personal_data_is_put_aside_and_the_file_stands(here: Coalition) -> None:
    copy = (here.path / f"store/inbox/{COPY}").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(copy))
    for row, mail in enumerate(("E-mail", "ada@example.org", "bo@example.org"), 1):
        book.active.cell(row, 5, mail)
    written = io.BytesIO()
    book.save(written)
    here.drop(COPY, written.getvalue())
    (receipt,) = here.collect().receipts
    assert "personal_data" in {found.code for found in receipt.findings}
    assert not (here.path / f"store/inbox/{COPY}").exists()
    assert here.collect().receipts == ()


def test_a_file_of_a_very_long_name_has_one_receipt_and_its_copy_comes_back_as_well(
    coalition: Callable[..., Coalition],
) -> None:
    made, name = coalition(XLSX), f"q3 {'자료' * 40}.xlsx"
    made.drop(f"alpha/{name}", workbook(("2026Q3", "Harbor", "infant", 7), ("2026Q3", "Old Mill", "infant", "nine")))
    made.collect()
    (copy,) = (made.path / "store/receipts/alpha").glob("q3*.marked.xlsx")
    made.drop(f"alpha/{copy.name}", mended(copy.read_bytes(), "D3", 9))
    (receipt,) = made.collect().receipts
    assert (receipt.key, receipt.outcome, len(receipt.mended)) == (f"alpha/{name}", "accepted", 1)
    assert len([*copy.parent.glob("q3*.html")]) == 1
    assert not copy.exists()
