"""Licensed spots in Toronto: a centre's total is the sum of its age groups, and a ward has so many for every child."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.real.harness import PROOFS, Proof

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def ours(published: Callable[[str], Proof]) -> dict[tuple[str, str, str], Row]:
    """The rows of the published data package by indicator, place and age group, of the quarter."""
    found = rows(published("toronto_childcare").folder / "site" / "2024Q1" / "data" / "indicator_values.csv")
    keyed = {(row["indicator"], row["place"], row["age_group"].removeprefix("_T")): row for row in found}
    assert len(keyed) == len(found)
    return keyed


@pytest.fixture
def centres() -> list[Row]:
    return rows(PROOFS["toronto_childcare"].source / "raw_childcare_data.csv")


def test_every_centre_s_total_is_the_published_one(ours: dict[tuple[str, str, str], Row], centres: list[Row]) -> None:
    """Whole numbers: no tolerance. The column TOTSPACE itself is not read."""
    assert len(centres) == 1063
    for centre in centres:
        row = ours["spots", f"centre-{centre['LOC_ID']}", ""]
        assert (Decimal(row["value"]), row["status"]) == (int(centre["TOTSPACE"]), "A")


def test_every_ward_has_the_published_spots_for_its_children(ours: dict[tuple[str, str, str], Row]) -> None:
    """Spots and children are published; their quotient is the double nearest to it."""
    wards = rows(PROOFS["toronto_childcare"].source.parents[1] / "outputs" / "data" / "merged_ward_data.csv")
    assert len(wards) == 25
    for ward in wards:
        place, spots, children = f"ward-{ward['ward']}", int(ward["total_spots"]), int(ward["total_under_15"])
        row = ours["spots_per_child", place, ""]
        assert (Decimal(row["numerator"]), Decimal(row["denominator"])) == (spots, children)
        assert (float(row["value"]), row["status"]) == (spots / children, "A")
        assert Decimal(ours["spots", place, ""]["value"]) == spots  # and so the sum of its centres, over the places


def test_the_city_has_what_its_wards_have(ours: dict[tuple[str, str, str], Row], centres: list[Row]) -> None:
    """All of its spots, and the children that the census counts in the city: rounded apart, five more than in wards."""
    total = sum(int(centre["TOTSPACE"]) for centre in centres)
    assert Decimal(ours["spots", "toronto", ""]["value"]) == total
    row = ours["spots_per_child", "toronto", ""]
    assert (Decimal(row["numerator"]), Decimal(row["denominator"])) == (total, 123385 + 128805 + 131150)
    assert len(ours) == (1 + 25 + 1063) + (1 + 25) + sum(1 for _, place, age in ours if age)
