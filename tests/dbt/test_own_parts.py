"""What a partner gave of each number itself: its own rows by the agenda's formulas, whoever else reported the same."""

from __future__ import annotations

from decimal import Decimal

from reports.cards.own_parts import Part, read_own_parts
from tests.dbt.conftest import Warehouse


def test_own_parts_are_the_formula_over_the_partner_s_own_rows(warehouse: Warehouse) -> None:
    """Spots are the agency's where it has them; the centers' 30 are their own all the same. Nobody has a part of a mean."""
    own = read_own_parts(warehouse.connection, "state", ["2026Q1"])
    parts = {(partner, indicator): part for partner, found in own.items() for (indicator, _), part in found.items()}
    assert parts[("centers", "use")] == Part(Decimal(17), Decimal(30))
    assert parts[("agency", "use")] == Part(None, Decimal(100))
    assert parts[("homes", "infant_share")] == Part(Decimal(4), Decimal(7))
    assert parts[("centers", "uptake")] == Part(Decimal(17), None)  # children are a reference series
    assert parts[("centers", "waiting_children")] == Part(Decimal(30), None)  # its own list, of two that overlap
    assert not {"staff_mean", "peak_use", "in_care"} & {indicator for _, indicator in parts}


def test_where_partners_are_added_up_the_parts_are_the_whole(warehouse: Warehouse) -> None:
    own = read_own_parts(warehouse.connection, "state", ["2026Q1", "2025-08"])
    for indicator, period in (
        ("enrolled_children", "2026Q1"),
        ("enrolled_children", "2025-08"),
        ("awards_paid", "2026Q1"),
    ):
        parts = [found[indicator, period].numerator for found in own.values() if (indicator, period) in found]
        value = warehouse.value(indicator, "state", period=period)
        assert value is not None
        assert sum(part for part in parts if part is not None) == value[1]


def test_only_the_periods_that_are_asked_for(warehouse: Warehouse) -> None:
    assert read_own_parts(warehouse.connection, "state", ["2030Q1"]) == {}


def test_rates_are_not_added_up_over_places(warehouse: Warehouse) -> None:
    """Of a number that is a rate when it is reported a partner's part is what it gave for the whole itself."""
    own = read_own_parts(warehouse.connection, "state", ["2026Q1"])
    assert ("fill_rate", "2026Q1") not in own["centers"]
    assert own["homes"]["fill_rate", "2026Q1"] == Part(Decimal(55), None)
