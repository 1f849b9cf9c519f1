"""Exclusions from England's schools: sums of local authorities are what the publisher says of regions and of England.

The publisher gives authorities' counts exactly, small ones as ``x``, and rounds regions' and England's to five. A sum is
so within 2.5 of a published number; one of ten regions that are rounded themselves within 10 × 2.5 + 2.5.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.real.harness import PROOFS, Proof

ROUNDED = Decimal("2.5")
"""Half of the five that regions and the country are rounded to."""
TYPES = {"Total": "_T", "State-funded primary": "primary", "State-funded secondary": "secondary", "Special": "special"}
LEVELS = {"national": "country_code", "regional": "region_code", "local authority": "old_la_code"}
ENGLAND = "E92000001"
Row = dict[str, str]
Key = tuple[str, str, str, str, str]  # indicator, year, place, type of school, reason


def published_numbers() -> Iterator[tuple[Key, str, str]]:
    """Each cell of the publisher's file: what it is of, the level of its place, and its text."""
    with (PROOFS["dfe_ees"].source / "exclusions_by_reason.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            year, level = str(int(row["time_period"][:4]) + 1), row["geographic_level"]
            for column, text in row.items():
                kind, _, reason = column.partition("_")
                if kind in ("perm", "fixed"):
                    indicator = {"perm": "permanent", "fixed": "fixed_period"}[kind]
                    yield (indicator, year, row[LEVELS[level]], TYPES[row["school_type"]], reason), level, text


@pytest.fixture(scope="module")
def theirs() -> dict[str, dict[Key, str]]:
    found: dict[str, dict[Key, str]] = defaultdict(dict)
    for key, level, text in published_numbers():
        found[level][key] = text
    return found


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    """Each place's parent."""
    with (PROOFS["dfe_ees"].folder / "places.csv").open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row["parent"] for row in csv.DictReader(stream)}


def read(proof: Proof) -> dict[Key, Row]:
    with (proof.folder / "site" / "2017Q4" / "data" / "indicator_values.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    found = {
        (row["indicator"], row["period"], row["place"], row["school_type"], row["reason"]): row
        for row in rows
        if row["reason"] != "_T"
    }
    assert len(found) == sum(row["reason"] != "_T" for row in rows)
    return found


@pytest.fixture
def ours(published: Callable[[str], Proof]) -> dict[Key, Row]:
    return read(published("dfe_ees"))


def parts_of(cells: dict[Key, str], parents: dict[str, str], up: int) -> dict[Key, list[str]]:
    """The cells below each place, ``up`` levels up."""
    found: dict[Key, list[str]] = defaultdict(list)
    for (indicator, year, place, *group), text in cells.items():
        for _ in range(up):
            place = parents[place]
        found[(indicator, year, place, *group)].append(text)  # type: ignore[index]
    return found


def held(row: Row, parts: list[str]) -> Decimal | None:
    """The value, which is exactly the sum of its parts; none, and suppressed, where one of them is."""
    if "x" in parts:
        assert (row["value"], row["numerator"], row["status"]) == ("", "", "Q")
        return None
    value = sum(map(Decimal, parts), Decimal())
    assert (Decimal(row["numerator"]), float(row["value"]), row["status"]) == (value, float(value), "A")
    return value


@pytest.mark.parametrize(("level", "up", "checked"), [("regional", 1, 4317), ("national", 2, 159)])
def test_sums_of_authorities_are_the_published_ones(
    level: str, up: int, checked: int, ours: dict[Key, Row], theirs: dict[str, dict[Key, str]], places: dict[str, str]
) -> None:
    parts, within = parts_of(theirs["local authority"], places, up), 0
    assert parts.keys() == theirs[level].keys()
    for key, text in theirs[level].items():
        value = held(ours[key], parts[key])
        if value is not None:
            assert text != "x", key  # who knows all the parts knows the sum
            assert abs(Decimal(text) - value) <= ROUNDED, key
            within += 1
    assert within == checked


def test_england_is_the_sum_of_its_regions(
    ours: dict[Key, Row], theirs: dict[str, dict[Key, str]], places: dict[str, str]
) -> None:
    parts, within = parts_of(theirs["regional"], places, 1), 0
    for key, text in theirs["national"].items():
        value = held(ours[(f"{key[0]}_by_region", *key[1:])], parts[key])
        if value is not None and text != "x":
            assert len(parts[key]) == 10
            assert abs(Decimal(text) - value) <= ROUNDED * 10 + ROUNDED, key
            within += 1
    assert within == 742


def test_what_was_published_is_there_and_nothing_else(ours: dict[Key, Row], theirs: dict[str, dict[Key, str]]) -> None:
    """But for the sums of regions, which are an indicator of their own."""
    own = {key for key in ours if not key[0].endswith("_by_region")}
    assert own == {key for cells in theirs.values() for key in cells}
    assert len(own) == 168_096


def test_every_authority_s_cell_is_as_it_was_published(ours: dict[Key, Row], theirs: dict[str, dict[Key, str]]) -> None:
    suppressed = 0
    for key, text in theirs["local authority"].items():
        held(ours[key], [text])
        suppressed += text == "x"
    assert suppressed == sum(text == "x" for text in theirs["local authority"].values()) > 20_000


def test_no_sum_over_reasons_goes_round_what_is_suppressed(
    published: Callable[[str], Proof], theirs: dict[str, dict[Key, str]]
) -> None:
    """Over reasons and types of school too: a place's total is there only where every reason is."""
    path: Path = published("dfe_ees").folder / "site" / "2017Q4" / "data" / "indicator_values.parquet"
    rows = duckdb.execute(
        "select indicator, period, place, school_type, value, status from read_parquet($1) where reason = '_T'",
        [str(path)],
    ).fetchall()
    of = {tuple(row[:4]): row[4:] for row in rows}
    reasons: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, text in theirs["local authority"].items():
        reasons[key[:4]].append(text)
    for key, texts in reasons.items():
        value, status = of[key]
        if "x" in texts:
            assert (value, status) == (None, "Q"), key
        else:
            assert (value, status) == (float(sum(map(Decimal, texts))), "A"), key


def test_what_is_suppressed_is_said_on_the_page_and_in_the_receipt(published: Callable[[str], Proof]) -> None:
    proof = published("dfe_ees")
    page = next((proof.folder / "site" / "2017Q4" / "goals").glob("*.html")).read_text(encoding="utf-8")
    assert "suppressed by a partner" in page
    receipt = (proof.folder / "store" / "receipts" / "dfe" / "authorities.csv.json").read_text(encoding="utf-8")
    assert '"suppressed": ' in receipt
