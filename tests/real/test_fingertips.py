"""Rates and their limits are those that Public Health England published: 662 values, 604 pairs of limits.

How near is near enough follows from how they were published:

- Figures of children in 2015 have 10 digits, the zero before a point among them, as Excel shows a number; all others have
  15 significant ones. The tolerance is half a unit of the last digit, and what some ten operations in doubles lose on
  either side (a cube triples it): 16 × 2^-52 of the figure.
- The exact limits of all ages go back to Excel's CHIINV, which "iterates until the result is accurate to within
  ±3×10^-7" (Microsoft's reference): at a published limit the tail must be 0.025 ± 3e-7. At ours it must be 0.025 ± 1e-9:
  the limits of a count are right to 4e-9 (macros/statistics.sql), and where they stand a tail never falls by more than
  0.03 an event; the rest is what a sum of terms from `math.lgamma` loses. Both being so, they are 2.2e-5 apart at most.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import cache

import pytest

from tests.real.harness import PROOFS, Proof

Published = Callable[[str], Proof]
Row = dict[str, str]
Key = tuple[str, str, str, str]
"""Year, area, type of the deciles and decile; the last two empty for the whole."""
ALL_AGES, CHILDREN = "All ages", "0-9 yrs"
INDICATOR = {ALL_AGES: "incidence", CHILDREN: "incidence_under_10"}
DECILES = {"County & UA": "decile_county", "District & UA": "decile_district"}
MEMBERS = ["Most deprived", "Second most deprived", "Third more deprived", "Fourth more deprived",
           "Fifth more deprived", "Fifth less deprived", "Fourth less deprived", "Third less deprived",
           "Second least deprived", "Least deprived"]  # fmt: skip


@cache
def export() -> dict[tuple[str, Key], Row]:
    """The published rows that have a value, by age and by what they are of."""
    rows = {}
    path = PROOFS["fingertips_countyua"].source / "indicators-CountyUA.data.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["Value"]:
                kind = DECILES.get(row["Category Type"].partition(" deprivation")[0], "")
                decile = f"d{MEMBERS.index(row['Category'].removesuffix(' decile (IMD2015)')) + 1}" if kind else ""
                rows[row["Age"], (row["Time period"], row["Area Code"], kind, decile)] = row
    return rows


@pytest.fixture
def ours(published: Published) -> dict[tuple[str, Key], Row]:
    """The rows of the published data package, by the same keys."""
    ages = {indicator: age for age, indicator in INDICATOR.items()}
    path = published("fingertips_countyua").folder / "site" / "2016Q4" / "data" / "indicator_values.csv"
    rows = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            kind = next((kind for kind in DECILES.values() if row[kind] != "_T"), "")
            key = (row["period"], row["place"], kind, row[kind] if kind else "")
            rows[ages[row["indicator"]], key] = row
    return rows


def tolerance(age: str, year: str, figure: float) -> float:
    before = math.floor(math.log10(figure)) + 1  # how many digits stand before the point
    last = max(before, 1) - 10 if (age, year) == (CHILDREN, "2015") else before - 15
    return 0.5 * 10.0**last + 16 * 2.0**-52 * figure


def tail(count: int, mean: float, side: str) -> float:
    """How rare it is to see ``count`` events or more ('lower'), or that many or fewer ('upper')."""
    reach = 12 * int(math.sqrt(mean)) + 12  # further out nothing is left that a double could add
    ks = range(count, int(mean) + reach + count) if side == "lower" else range(max(count - reach, 0), count + 1)
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in ks)


def test_every_value_is_the_published_one(ours: dict[tuple[str, Key], Row]) -> None:
    assert len(export()) == 662
    for (age, key), row in export().items():
        mine, value = ours[age, key], float(row["Value"])
        assert (Decimal(mine["numerator"]), Decimal(mine["denominator"])) == (
            int(row["Count"]),
            int(row["Denominator"]),
        )
        assert abs(float(mine["value"]) - value) <= tolerance(age, key[0], value), (age, key)


def test_every_limit_of_children_is_byar_s_as_published(ours: dict[tuple[str, Key], Row]) -> None:
    rows = {key: row for (age, key), row in export().items() if age == CHILDREN and row["Lower CI 95.0 limit"]}
    assert len(rows) == 302
    for key, row in rows.items():
        for side in ("Lower", "Upper"):
            limit = float(row[f"{side} CI 95.0 limit"])
            mine = float(ours[CHILDREN, key][side.lower()])
            assert abs(mine - limit) <= tolerance(CHILDREN, key[0], limit), (key, side)


def test_every_limit_of_all_ages_is_exact(ours: dict[tuple[str, Key], Row]) -> None:
    rows = {key: row for (age, key), row in export().items() if age == ALL_AGES and row["Lower CI 95.0 limit"]}
    assert len(rows) == 302
    for key, row in rows.items():
        count, people = int(row["Count"]), int(row["Denominator"])
        for side in ("lower", "upper"):
            limit, mine = float(row[f"{side.title()} CI 95.0 limit"]), float(ours[ALL_AGES, key][side])
            assert abs(tail(count, mine * people / 100_000, side) - 0.025) <= 1e-9, (key, side)
            assert abs(tail(count, limit * people / 100_000, side) - 0.025) <= 3e-7, (key, side)
            assert abs(mine - limit) <= 2.2e-5, (key, side)


def test_what_was_not_published_is_the_sum_of_what_was(ours: dict[tuple[str, Key], Row]) -> None:
    """Regions have no figures of children; they get those of their areas. Nothing else is added, and nothing is lost."""
    sums: dict[Key, int] = defaultdict(int)
    for (age, (year, *_)), row in export().items():
        if age == CHILDREN and row["Area Type"] == "County & UA":
            sums[year, row["Parent Code"], "", ""] += int(row["Count"])
    assert ours.keys() - export().keys() == {(CHILDREN, key) for key in sums}
    assert len(sums) == 18
    assert all(Decimal(ours[CHILDREN, key]["numerator"]) == count for key, count in sums.items())
