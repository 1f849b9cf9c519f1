"""Comparing two editions' values."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.editions.revisions import compare, read_values

HEADER = "indicator,period_type,period,place,place_name,age,value,numerator,denominator,lower,upper,status\n"


def values(*rows: str) -> pl.DataFrame:
    return read_values((HEADER + "".join(f"{row}\n" for row in rows)).encode())


CARDS = "cards,quarter,2026Q3,valley,The valley,_T,120,120,,,,A"
YOUNG = "cards,quarter,2026Q3,valley,The valley,young,40,40,,,,A"


def changes(before: pl.DataFrame, after: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return compare(before, after, ["age"]).select("indicator", "age", "change", "value_before", "value_after").rows()


def test_nothing_changed() -> None:
    assert changes(values(CARDS, YOUNG), values(YOUNG, CARDS)) == []


def test_changed_new_and_gone() -> None:
    before = values(CARDS, YOUNG)
    after = values(CARDS.replace("120,120", "130,130"), "loans,quarter,2026Q3,valley,The valley,_T,2.5,300,120,,,A")
    assert changes(before, after) == [
        ("cards", "_T", "changed", "120", "130"),
        ("cards", "young", "gone", "40", None),
        ("loans", "_T", "new", None, "2.5"),
    ]


@pytest.mark.parametrize(
    ("cell", "changed"),
    [("120,120,,,,P", 1), (",,,,,O", 1), ("120,240,2,,,A", 1), ("120,120,,110,130,A", 0)],
)
def test_what_counts_as_a_change(cell: str, changed: int) -> None:
    """Status, value, numerator, denominator do; the interval alone follows from them."""
    assert len(changes(values(CARDS), values(CARDS.replace("120,120,,,,A", cell)))) == changed


def test_a_place_that_was_renamed_is_the_same_place() -> None:
    assert changes(values(CARDS), values(CARDS.replace("The valley", "Our valley"))) == []


def test_a_dimension_that_came_later_was_whole_before() -> None:
    before = values(CARDS).drop("age")
    assert changes(before, values(CARDS, YOUNG)) == [("cards", "young", "new", None, "40")]
    assert changes(values(CARDS, YOUNG), before) == [("cards", "young", "gone", "40", None)]


_rows = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 3), max_size=5)


@given(_rows, _rows)
def test_the_changes_lead_from_the_one_to_the_other(old: dict[str, int], new: dict[str, int]) -> None:
    def frame(rows: dict[str, int]) -> pl.DataFrame:
        return values(*(f"cards,quarter,2026Q3,{place},x,_T,{value},{value},,,,A" for place, value in rows.items()))

    result = {place: str(value) for place, value in old.items()}
    for row in compare(frame(old), frame(new), ["age"]).iter_rows(named=True):
        if row["change"] == "gone":
            assert result.pop(row["place"]) == row["value_before"]
        else:
            assert result.get(row["place"]) == row["value_before"]
            result[row["place"]] = row["value_after"]
    assert result == {place: str(value) for place, value in new.items()}
