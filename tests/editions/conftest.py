"""A small initiative, files of an edition, and the stores they go to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest

from agenda.errors import Unavailable
from agenda.folder import Folder, read_folder
from agenda.periods import Calendar, Period
from agenda.store import BucketStore, FolderStore, Store
from reports.edition import Arrival, Edition, Inputs
from reports.editions.drafting import add_edition
from tests.reports.marts import SCHEMA

NOON = datetime(2026, 10, 21, 12, tzinfo=UTC)
Q3 = Calendar().quarter(2026, 3)
Q2 = Calendar().quarter(2026, 2)
REVIEWER = "Ana Ruiz"

INITIATIVE = """
id: valley
name: Valley Reads
notice: Numbers made up for tests.
contact: hello@valley.example
reviewers: [{name: Ana Ruiz}, {name: Bo Lind}]
disclosure: {policy: none, reason: "Counts of library cards only; they identify nobody."}
"""
AGENDA = """
places: [{id: valley, name: The valley, level: county}, {id: north, name: North, level: town, parent: valley}]
dimensions: [{id: age, name: Age, members: [{id: young, name: Under five}, {id: old, name: Five and over}]}]
measures:
  - {id: cards, name: Library cards, unit: cards, kind: stock, subject: people, dimensions: [age]}
  - {id: loans, name: Loans, unit: loans, kind: flow, subject: events}
indicators:
  - {id: cards, name: Library cards, definition: Cards that are valid., unit: cards, level: output, better: more,
     formula: {kind: count, of: cards}, by: [age]}
  - {id: loans_per_card, name: Loans per card, definition: Loans by cards., unit: loans, level: outcome, better: more,
     formula: {kind: ratio, of: loans, per: cards}, decimals: 2}
goals: [{id: read, name: Families read, statement: More families borrow., headline: cards,
         indicators: [cards, loans_per_card]}]
"""
PARTNERS = """
layouts:
  long: {period: quarter, values: [{measure: {column: measure}, column: value}]}
partners:
  - {id: main, name: Main Library, place: north, layouts: [long], owes: [{measures: [cards, loans]}]}
  - {id: bus, name: Book Bus, place: north, layouts: [long], owes: [{measures: [cards]}]}
"""


ROWS = """
insert into meta_build values ('2026-10-21 12:00:00+00', 'b1');
insert into dim_periods values
    ('2026Q2', 'quarter', '2026-04-01', '2026-07-01'),
    ('2026Q3', 'quarter', '2026-07-01', '2026-10-01');
insert into fct_reporting by name select * from (values
    ('main', 'cards', true, true, timestamptz '2026-10-20 08:00:00+00'),
    ('main', 'loans', true, true, timestamptz '2026-10-20 08:00:00+00'),
    ('bus', 'cards', true, false, null)) as t (partner, measure, is_expected, is_reported, last_received_at),
    (values ('quarter', '2026Q3', date '2026-07-01', date '2026-10-01', 3, 3, date '2026-10-22', date '2026-10-20', true))
    as p (period_type, period, period_start, period_end, months_expected, months_reported, due_on, complete_on,
          is_on_time);
insert into fct_readings values
    ('main', 'r0', 'long', 'main/q2.csv', '2026-07-20 08:00:00+00', 'accepted', 4, 4, 0, 0, '2026-04-01', '2026-07-01'),
    ('main', 'r1', 'long', 'main/q3.csv', '2026-10-20 08:00:00+00', 'accepted', 4, 4, 0, 0, '2026-07-01', '2026-10-01'),
    ('main', 'r4', 'long', 'main/q3_more.csv', '2026-10-21 09:00:00+00', 'accepted', 4, 4, 0, 0,
     '2026-07-01', '2026-10-01'),
    ('bus', 'r2', 'long', 'bus/broken.csv', '2026-10-21 08:00:00+00', 'rejected', 2, 0, 2, 0, null, null),
    ('bus', 'r5', 'long', 'bus/broken_q4.csv', '2027-01-10 08:00:00+00', 'rejected', 2, 0, 2, 0, null, null),
    ('main', 'r3', 'long', 'main/q4.csv', '2026-12-21 08:00:00+00', 'accepted', 4, 4, 0, 0, '2026-10-01', '2027-01-01');
insert into fct_findings values
    ('bus', 'r2', 'bus/broken.csv', '2026-10-21 08:00:00+00', 'error', 'not_a_number', null, 7, 'cards', 'C7',
     '<b>many</b>', '“<b>many</b>” is not a number.', 'Write it in digits.'),
    ('main', 'r3', 'main/q4.csv', '2026-10-21 08:00:00+00', 'warning', 'early', null, 1, null, null, null, 'Early.', '');
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "valley"
    path.mkdir()
    for name, text in (("initiative", INITIATIVE), ("agenda", AGENDA), ("partners", PARTNERS)):
        (path / f"{name}.yml").write_text(text, encoding="utf-8")
    return read_folder(path)


@dataclass
class Stores:
    """The private store and the public site of one test."""

    store: Store
    site: Store


@pytest.fixture(params=["folder", "bucket"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    if request.param == "folder":
        return Stores(FolderStore(tmp_path / "store"), FolderStore(tmp_path / "site"))
    make: Callable[[], BucketStore] = request.getfixturevalue("bucket_store")
    return Stores(make(), make())


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def site(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "site")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes an edition's files; ``text`` is what its page says."""

    def write(text: str) -> Path:
        files = tmp_path / "made" / text.replace(" ", "-")
        (files / "data").mkdir(parents=True, exist_ok=True)
        (files / "index.html").write_text(f"<h1>{text}</h1>", encoding="utf-8")
        (files / "report.pdf").write_bytes(b"%PDF-1.7 " + text.encode())
        (files / "data/indicator_values.csv").write_text(f"indicator,value\ncards,{len(text)}\n")
        return files

    return write


def inputs(*readings: str, as_of: datetime = NOON) -> Inputs:
    return Inputs(
        as_of=as_of,
        arrivals=tuple(
            Arrival(partner="main", key=f"main/{r}.csv", reading=r, received_at=as_of, outcome="accepted")
            for r in readings
        ),
    )


@pytest.fixture
def draft(folder: Folder, write: Callable[[str], Path]) -> Callable[..., Edition]:
    """Adds a draft of 2026Q3 whose page says ``text``."""

    def draft(store: Store, text: str, period: Period = Q3) -> Edition:
        return add_edition(
            store, folder, period, write(text), inputs(text), headline=text, at=NOON + timedelta(hours=1)
        )

    return draft


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """The marts that editions read, with a few rows."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA)
        connection.execute(ROWS)
    return path


class _Cut:
    """A store that fails after ``writes`` writes, as a process that is killed there would leave it."""

    def __init__(self, store: Store, writes: int) -> None:
        self._store, self._left = store, writes

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in ("put", "put_new", "swap", "alias"):
            return method

        def write(*arguments: object) -> object:
            if self._left == 0:
                raise Unavailable("cut")
            self._left -= 1
            return method(*arguments)

        return write


@pytest.fixture
def cut() -> Callable[[Store, int], Store]:
    return lambda store, writes: cast(Store, _Cut(store, writes))
