"""People who come as keyed hashes: counted once from files to the finished edition, and their hashes go nowhere.

North and South send hashes month by month, Alone a number each month. All of it is walked: receipts, the lake, the
warehouse, an explanation, scorecards, pages, downloads, what is logged.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl
import pytest

from agenda.lint import read
from agenda.store import FolderStore
from flows import explain_words
from flows.explain import explain
from flows.warehouse import build_warehouse
from reports.cards import scorecards
from reports.cards.own_parts import Part, read_own_parts
from reports.data.package import write_data
from reports.marts import read_quarter
from reports.quarter.tables import Quarter
from sources.collect import collect
from sources.door.keys import keyed_hash
from tests.reports.conftest import render_quarter

INITIATIVE = "id: once\nname: Once\nyear: {starts: 1}\ndisclosure: {policy: none, reason: These numbers are made up.}\n"
AGENDA = """
places:
  - {id: all, name: All, level: state}
  - {id: east, name: East, level: town, parent: all}
  - {id: west, name: West, level: town, parent: all}
dimensions:
  - {id: age, name: Age, members: [{id: young, name: Young}, {id: old, name: Old}]}
measures:
  - {id: people, name: People reached, unit: people, kind: flow, subject: people, dimensions: [age],
     over_partners: overlap, keyed: yes}
indicators:
  - {id: reach, name: Reach, definition: d, unit: people, level: output, better: more, periods: [month, quarter, year],
     by: [age], formula: {kind: count, of: people}}
goals:
  - {id: g, name: G, statement: s, headline: reach, indicators: [reach]}
"""
PARTNERS = """
layouts:
  asked:
    files: '*.csv'
    rows: records
    period: month
    place: town
    values: [{measure: people, count: who, consent: {agreed: 'yes'}, members: {age: {column: age}}}]
  agreed:
    files: '*.xlsx'
    rows: records
    period: month
    place: town
    values: [{measure: people, count: who, consent: all, members: {age: {column: age}}}]
  alone:
    files: '*.csv'
    period: month
    place: town
    values: [{measure: people, column: number}]
partners:
  - {id: north, name: North, layouts: [asked]}
  - {id: south, name: South, layouts: [agreed]}
  - {id: alone, name: Alone, layouts: [alone], since: 2025Q4}
"""
KEY = "0f" * 32
HEADER = ("month", "town", "age", "who", "agreed")
Record = tuple[str, str, str, str, str]


def people(month: str, town: str, age: str, numbers: range, agreed: str = "yes") -> list[Record]:
    return [(month, town, age, keyed_hash(KEY, [f"person {n}"]), agreed) for n in numbers]


NORTH = [
    *people("2025-07", "east", "young", range(12)),
    *people("2025-07", "west", "young", range(10, 14)),  # 10 and 11 in both towns
    *people("2025-08", "east", "old", range(5, 16)),  # who has had a birthday counts in both groups
    *people("2025-10", "east", "young", range(40, 43)),
    *people("2025-10", "east", "young", range(43, 45), agreed="no"),
    ("2025-10", "east", "young", "", "yes"),
    ("2025-10", "east", "young", "", "no"),
    *people("2025-10", "east", "young", range(40, 41), agreed="no"),  # once yes and once no is no
]
SOUTH = [*people("2025-07", "west", "old", range(8, 20)), *people("2025-09", "west", "old", range(30, 33))]
LOST = people("2025-10", "nowhere", "old", range(70, 71))
ALONE = [("2025-10", "west", 9), ("2025-11", "west", 4)]


@dataclass(frozen=True)
class Once:
    out: Path
    quarter: Quarter
    warehouse: Path
    logged: str

    def reach(self, period: str, place: str = "all", members: str = "") -> tuple[float, float]:
        """The least and the most that it is."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            (found,) = connection.execute(
                """select value, lower, upper from ind_values
                where indicator = 'reach' and period = $1 and place = $2 and members = $3""",
                [period, place, members],
            ).fetchall()
        assert found[0] == found[1]
        return found[1], found[2]


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    out, log = tmp_path_factory.mktemp("once"), Kept()
    for name, text in {"initiative": INITIATIVE, "agenda": AGENDA, "partners": PARTNERS}.items():
        (out / f"{name}.yml").write_text(text)
    for partner, rows in (("north", [HEADER, *NORTH]), ("alone", [("month", "town", "number"), *ALONE])):
        (out / f"store/inbox/{partner}").mkdir(parents=True)
        with (out / f"store/inbox/{partner}/2025.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(rows)
    book = openpyxl.Workbook()
    for row in (HEADER, *SOUTH, *LOST):
        book.active.append(row)
    (out / "store/inbox/south").mkdir(parents=True)
    book.save(out / "store/inbox/south/2025.xlsx")
    logging.getLogger().addHandler(log)
    folder = read(out)
    receipts = {r.partner: r.outcome for r in collect(folder, FolderStore(out / "store")).receipts}
    assert receipts == {"north": "accepted", "south": "partial", "alone": "accepted"}
    warehouse = build_warehouse(out / "store/lake", out / "warehouse.duckdb")
    quarter = read_quarter(warehouse, folder.initiative.calendar.parse("2025Q3"), folder)
    render_quarter(quarter, out)
    write_data(quarter, out / "data")
    logging.getLogger().removeHandler(log)
    return Once(out, quarter, warehouse, "\n".join(log.lines))


def test_who_agreed_counts_once_over_partners_months_places_and_groups(once: Once) -> None:
    july, september = set(range(14)) | set(range(8, 20)), set(range(30, 33))
    assert once.reach("2025-07") == (len(july), len(july))
    assert once.reach("2025-07", "east") == (12, 12)
    assert once.reach("2025-07", "west") == (12, 12)  # South has North's four there
    quarter = july | set(range(5, 16)) | september
    assert once.reach("2025Q3") == (len(quarter), len(quarter))
    assert once.reach("2025Q3", members="age=young") == (14, 14)
    assert once.reach("2025Q3", members="age=old") == (15 + 3, 15 + 3)  # 5 to 19, and 30 to 32


def test_the_others_are_counted_and_bound_it(once: Once) -> None:
    """In October North has 41 and 42 linked; 40, 43, 44 and two without a hash may be any of Alone's nine, or not."""
    assert once.reach("2025-10") == (9, 2 + 5 + 9)
    assert once.reach("2025Q4") == (9, 2 + 5 + 9 + 4)
    told_apart = len(set(range(20)) | set(range(30, 33)) | {41, 42})
    assert once.reach("2025") == (told_apart, told_apart + 5 + 9 + 4)


def test_an_explanation_and_a_scorecard_say_it_alike(once: Once) -> None:
    quarter = once.quarter.period
    text = "\n".join(explain_words.lines(explain(once.quarter.folder, once.warehouse, "reach", quarter)))
    assert "23 people" in text
    assert "People count once over partners, places and months, by their keyed hashes, which 23 have." in text
    last = explain(once.quarter.folder, once.warehouse, "reach", once.quarter.calendar.parse("2025Q4"))
    assert "9 people to 20 people: whoever has no keyed hash may be one of those who have, or one more" in "\n".join(
        explain_words.lines(last)
    )
    with duckdb.connect(str(once.warehouse), read_only=True) as connection:
        parts = read_own_parts(connection, "all", ["2025Q3", "2025Q4"])
    assert parts["north"]["reach", "2025Q3"] == Part(16)
    assert "alone" not in parts  # how many came in both months only they know


def test_no_hash_is_anywhere_but_where_it_is_needed(once: Once) -> None:
    """In the partner's own file as it came, and 63 bits of it in one table of the lake, for who agreed."""
    everyone = {row[3] for row in [*NORTH, *SOUTH, *LOST] if row[3]}
    signs = {sign for one in everyone for sign in (one, one[:16], str(int(one[:16], 16) >> 1))}
    holding = {path for path, text in outputs(once) if any(sign in text for sign in signs)}
    assert {path for path in holding if path.parts[:2] not in {("store", "inbox"), ("store", "submissions")}} == {
        path.relative_to(once.out) for path in (once.out / "store/lake/data/persons").rglob("*.parquet")
    }
    lake = str(once.out / "store/lake/data/persons/**/*.parquet")
    kept = {person for (person,) in duckdb.execute(f"select distinct person from '{lake}'").fetchall()}
    agreed = {row[3] for row in [*NORTH, *SOUTH] if row[4] == "yes" and row[3]} - {keyed_hash(KEY, ["person 40"])}
    assert kept == {int(one[:16], 16) >> 1 for one in agreed}


def outputs(once: Once) -> Iterator[tuple[Path, str]]:
    """Everything there is after all of it, as text, by its path below the folder."""
    yield Path("log"), once.logged
    made = explain(once.quarter.folder, once.warehouse, "reach", once.quarter.period)
    yield Path("explained"), "\n".join([*explain_words.lines(made), json.dumps(explain_words.data(made), default=str)])
    with duckdb.connect(str(once.warehouse), read_only=True) as connection:
        own = read_own_parts(connection, "all", ["2025Q3"])
        yield Path("scorecards"), repr(scorecards.write(once.quarter, own))
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main'"
        ).fetchall():
            yield Path("warehouse", name), str(connection.execute(f'from "{name}"').fetchall())
    for path in sorted(once.out.rglob("*")):
        if path.is_file() and path.suffix != ".duckdb":
            yield path.relative_to(once.out), readable(path)


def readable(path: Path) -> str:
    if path.suffix == ".parquet":
        return str(duckdb.execute("from read_parquet($1)", [str(path)]).fetchall())
    if path.suffix == ".xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).worksheets
        return str([list(sheet.iter_rows(values_only=True)) for sheet in sheets])
    return path.read_bytes().decode("utf-8", "replace")
