"""What the ONS says of each number beside it: every observation status is kept, from the file to the page."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.real.harness import PROOFS, Proof

CODES = {
    "Normal value": "A", "Undefined": "A", "Definition differs": "D", "Missing value; suppressed": "Q",
    "Missing value": "O", "Missing data": "O", "Missing data; low reliability": "O",
}  # fmt: skip
FILES = ("1-2-1", "2-2-1", "3-2-1", "4-2-2", "8-5-2")
SERIES = {"Seasonally adjusted": "unemployment_adjusted", "Not seasonally adjusted": "unemployment"}
Row = dict[str, str]


def rows(number: str) -> list[Row]:
    with (PROOFS["ons_sdg_uk"].source / f"indicator_{number}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def lake(proof: Proof, query: str) -> list[tuple[object, ...]]:
    """Rows of the observations with the file that they stand in."""
    folder = proof.folder / "store" / "lake" / "data"
    files = {
        name: [str(path) for path in sorted((folder / name).rglob("*.parquet"))]
        for name in ("observations", "deliveries")
    }
    return duckdb.execute(
        f"""with o as (select o.*, d.key from read_parquet($observations) o
            join (select distinct reading, key from read_parquet($deliveries)) d using (reading)) {query}""",
        files,
    ).fetchall()


@pytest.mark.parametrize("number", FILES)
def test_every_row_keeps_its_number_and_its_status(number: str, published: Callable[[str], Proof]) -> None:
    """Row by row, as a spreadsheet numbers them; values are kept to six decimals."""
    query = f"select row_number, value, obs_status from o where key like '%{number}.csv' order by row_number"
    found = lake(published("ons_sdg_uk"), query)
    expected = [
        (line, round(Decimal(row["Value"]), 6) if row["Value"] else None, CODES[row["Observation status"]])
        for line, row in enumerate(rows(number), 2)
    ]
    assert found == expected


def test_statuses_are_as_many_as_were_published(published: Callable[[str], Proof]) -> None:
    found = Counter(dict(lake(published("ons_sdg_uk"), "select obs_status, count(*) from o group by 1")))  # type: ignore[arg-type]
    expected = Counter(CODES[row["Observation status"]] for number in FILES for row in rows(number))
    assert found == expected == {"A": 14959, "D": 400, "O": 76, "Q": 61}


def test_unemployment_by_quarter_with_its_suppressed_cells(published: Callable[[str], Proof]) -> None:
    """Each published rate of the whole country, by age, by sex and by both; the 61 suppressed ones are said to be so."""
    proof = published("ons_sdg_uk")
    with (proof.folder / "site" / "2023Q1" / "data" / "indicator_values.csv").open(encoding="utf-8") as stream:
        values = {
            (r["indicator"], r["period"], r["age"], r["sex"]): r
            for r in csv.DictReader(stream)
            if r["place"] == "united_kingdom"
        }
    other = ("Country", "Region", "Country of birth", "Disability status")
    whole = [row for row in rows("8-5-2") if not any(row[name] for name in other)]
    ages = {row["name"]: row["id"] for row in _list(proof.folder / "ages.csv")} | {"": "_T"}
    suppressed = 0
    for row in whole:
        at = (SERIES[row["Series"]], row["Year"].replace(" ", ""), ages[row["Age"]], row["Sex"][:1].lower() or "_T")
        said = values[at]
        if row["Value"]:
            assert (Decimal(said["numerator"]), said["status"]) == (round(Decimal(row["Value"]), 6), "A"), at
        else:
            assert (said["value"], said["numerator"], said["status"]) == ("", "", "Q"), at
            suppressed += 1
    assert (len(whole), suppressed) == (4743, 61)
    assert sum(key[0] in SERIES.values() for key in values) == len(whole)  # and no other
    assert sum(row["status"] == "Q" for row in values.values()) == 61


def _list(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
