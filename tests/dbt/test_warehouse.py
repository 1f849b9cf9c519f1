"""Numbers of a small lake, worked out by hand from what its partners reported (see conftest)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agenda.errors import ConfigurationError
from agenda.lint import read
from agenda.model import Coverage
from agenda.periods import Calendar, Period
from agenda.store import FolderStore
from flows.explain import explain
from flows.explain_words import lines
from flows.revisions import Replay, revisions
from flows.warehouse import WarehouseError, build_warehouse, models, warehouse_key
from sources.lake import Lake as StoredLake
from tests.dbt.conftest import INITIATIVE, Warehouse
from tests.dbt.lake_fixture import Lake, Reading

Story = tuple[Lake, dict[str, datetime]]
D = Decimal


def test_a_stock_takes_each_partner_s_last_month_and_the_corrected_number(warehouse: Warehouse) -> None:
    # Centers' last month is August (north 11 as corrected, south 6 because the lost row may have been it);
    # homes' is September (north 3, south 4). Months are owed, and centers has not sent September: provisional.
    assert warehouse.value("enrolled_children", "north") == (14.0, D(14), None, "P")
    assert warehouse.value("enrolled_children", "south") == (10.0, D(10), None, "P")
    assert warehouse.value("enrolled_children", "state") == (24.0, D(24), None, "P")
    assert warehouse.value("enrolled_children", "north", period="2025-07") == (10.0, D(10), None, "A")
    assert warehouse.value("enrolled_children", "state", period="2026") == (24.0, D(24), None, "P")


def test_breakdowns_hold_what_was_reported_by_them(warehouse: Warehouse) -> None:
    # Homes reported north as a total only, so it is in no breakdown there.
    assert warehouse.value("enrolled_children", "state", "age=infant") == (15.0, D(15), None, "P")
    assert warehouse.value("enrolled_children", "state", "age=toddler") == (6.0, D(6), None, "P")
    assert warehouse.value("enrolled_children", "north", "setting=home") is None
    assert warehouse.value("enrolled_children", "south", "age=infant|setting=home") == (4.0, D(4), None, "P")


def test_denominators_are_carried_by_dimension_where_they_have_it(warehouse: Warehouse) -> None:
    # The census of 2024 holds in 2025; the state's own total, 1000, is used for the state; ages are added up.
    assert warehouse.value("uptake", "state") == (24 / 1000, D(24), D(1000), "P")
    assert warehouse.value("uptake", "north") == (14 / 500, D(14), D(500), "P")
    assert warehouse.value("uptake", "state", "age=infant") == (15 / 450, D(15), D(450), "P")
    assert warehouse.value("uptake", "state", "setting=center") == (17 / 1000, D(17), D(1000), "P")
    assert warehouse.value("infant_share", "south") == (None, D(4), D(10), "U")  # too few


def test_rates_are_those_of_their_own_place_and_partner(warehouse: Warehouse) -> None:
    """Nothing adds them up: of the state counts what was said of the state; two partners' of the south come to none."""
    assert warehouse.value("fill_rate", "state") == (55.0, D(55), None, "A")
    assert warehouse.value("fill_rate", "north") == (40.0, D(40), None, "A")
    assert warehouse.value("fill_rate", "south") == (None, None, None, "O")
    made = explain(
        read(INITIATIVE), warehouse.path, "fill_rate", read(INITIATIVE).initiative.calendar.parse("2026Q1"), "south"
    )
    said = " ".join("\n".join(lines(made)).split())
    assert "a rate is never added up; Centers and Homes gave one each, and no precedence says" in said
    assert {(share.partner, share.value) for share in made.terms[0].shares} == {("centers", D(60)), ("homes", D(70))}


def test_a_better_placed_partner_s_number_counts_once(warehouse: Warehouse) -> None:
    # The agency's 100 spots are the state's; centers' 30 in north are among them. Nobody reported south.
    assert warehouse.value("use", "state") == (24 / 100, D(24), D(100), "P")
    assert warehouse.value("use", "north") == (14 / 30, D(14), D(30), "P")
    assert warehouse.value("use", "south") == (None, D(10), None, "O")


def test_flows_add_up_and_places_are_not_counted_twice(warehouse: Warehouse) -> None:
    # Homes: A, B, A: A is current, its state is 20, and south's 1 is within it. Centers: 5 and 7 in north, provisional.
    assert warehouse.value("awards_paid", "south") == (1.0, D(1), None, "A")
    assert warehouse.value("awards_paid", "north") == (12.0, D(12), None, "P")
    assert warehouse.value("awards_paid", "state") == (32.0, D(32), None, "P")
    assert warehouse.value("awards_paid", "state", period="2025-08") == (27.0, D(27), None, "P")


def test_overlaps_are_bounded_and_means_are_taken_over_months(warehouse: Warehouse) -> None:
    bounds = "select lower, upper from ind_values where indicator = 'waiting_children' and place = 'state'"
    assert warehouse.value("waiting_children", "state") == (40.0, D(40), None, "A")
    assert warehouse.rows(bounds) == [(40.0, 70.0)]
    assert warehouse.value("staff_mean", "state") == (15.0, D(15), None, "A")


def test_coverage_counts_who_owes_and_who_came(warehouse: Warehouse) -> None:
    coverage = """select distinct place, expected_reporters, actual_reporters from ind_values
        where indicator = 'use' order by place"""
    assert warehouse.rows(coverage) == [("north", 2, 2), ("south", 2, 2), ("state", 3, 3)]
    months = """select partner, months_expected, months_reported from fct_reporting
        where measure = 'enrolled' and period = '2026Q1' order by partner"""
    assert warehouse.rows(months) == [("centers", 3, 2), ("homes", 0, 1)]  # homes owe from October on
    partners = "select * from fct_indicator_partners where indicator = 'use' order by partner"
    assert [row[1:] for row in warehouse.rows(partners)] == [
        ("agency", "quarter", "2026Q1", True, True),
        ("centers", "quarter", "2026Q1", True, True),
        ("homes", "quarter", "2026Q1", False, True),
    ]


def test_status_is_held_against_the_baseline_s_own_data(warehouse: Warehouse) -> None:
    status = """select baseline_value, target_value, path_value, status_code from ind_status
        where indicator = 'enrolled_children' and period = '2026Q1'"""
    assert warehouse.rows(status) == [(24.0, 200.0, 24.0, "on_track")]


def test_deliveries_and_findings_are_those_of_each_key_s_latest(warehouse: Warehouse) -> None:
    outcomes = warehouse.rows("select key, outcome, rows_read, first_period_start from fct_readings order by key")
    assert ("centers/centers-2.csv", "partial", 2, datetime(2025, 8, 1).date()) in outcomes
    assert ("agency/agency-2.csv", "rejected", 0, datetime(2025, 7, 1).date()) in outcomes
    assert warehouse.rows("select partner, code, cell from fct_findings") == [("centers", "unknown_place", "C2")]


def test_an_agenda_of_before_there_was_a_minimum_withholds_nothing(
    tmp_path: Path, build: Callable[..., Warehouse]
) -> None:
    folder = read(INITIATIVE)
    folder = replace(folder, initiative=folder.initiative.model_copy(update={"coverage": Coverage(minimum=Decimal(1))}))
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    lake.deliver(Reading("a", "homes", [("enrolled", "2025-07", "north", "", 3)]))
    said = (
        "select status from ind_values where indicator = 'enrolled_children' and place = 'state' and period = '2025-07'"
    )
    assert build(lake.path).rows(said) == [("L",)]
    for file in lake.path.glob("data/agenda_initiative/*/*.parquet"):
        pq.write_table(pq.read_table(file, partitioning=None).drop_columns(["minimum_coverage"]), file)
    assert build(lake.path).rows(said) == [("P",)]
    replay = Replay(lake.path, StoredLake(FolderStore(tmp_path)).manifests(), "enrolled_children")
    assert replay.at(lake.now, None, "")["2025-07"][3] == "P"


@pytest.mark.parametrize("older", [1, 2])
def test_findings_of_older_batches_have_no_answer(tmp_path: Path, build: Callable[..., Warehouse], older: int) -> None:
    folder = read(INITIATIVE)
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    for name in ("a", "b"):
        rows = [("spots", "2025-09", "north", "", 30)]
        lake.deliver(Reading(name, "centers", rows, findings=[("warning", "value_jump", "far")]))
    files = sorted((lake.path / "data/findings").rglob("*.parquet"))
    for file in files[:older]:
        pq.write_table(pq.read_table(file, partitioning=None).drop_columns(["answer"]), file)
    said = build(lake.path).rows("select reading, answer from fct_findings order by all")
    assert said == [("a", None), ("b", None if older == 2 else "seen")]


def test_an_agenda_older_than_the_rule_shows_a_percent_of_few(tmp_path: Path, build: Callable[..., Warehouse]) -> None:
    """20 of 24 children; the warehouse and the triangle go by the agenda in force, and older files lack its columns."""
    folder = read(INITIATIVE)
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    older = lake.land_agenda(folder)
    (file,) = (lake.path / "data/agenda_indicators").rglob("*.parquet")
    lacking = ["show_from", "events_from", "wide_above", "wide_share"]
    pq.write_table(pq.read_table(file, partitioning=None).drop_columns(lacking), file)
    numbers = [("enrolled", "2025-09", "north", f"age={age}", n) for age, n in (("infant", 20), ("toddler", 4))]
    then = lake.deliver(Reading("a", "centers", numbers))
    assert build(lake.path).value("infant_share", "north") == (20 / 24, 20, 24, "P")
    lake.land_agenda(folder)
    assert build(lake.path).value("infant_share", "north") == (None, 20, 24, "U")
    assert older < then
    replay = Replay(lake.path, StoredLake(FolderStore(tmp_path)).manifests(), "infant_share")
    known = revisions(replay, folder.initiative.calendar, place="north")["2026Q1"]
    assert [one.said[0] for one in known if one.status] == [20 / 24, None]


SLEEP = """
  - {id: slept, name: Slept, unit: hours, kind: flow, subject: events, whole: no, dimensions: [age]}
  - {id: slept_squared, name: Squares, unit: hours, kind: flow, subject: events, whole: no, dimensions: [age]}
  - {id: nights, name: Nights, unit: nights, kind: flow, subject: events, dimensions: [age]}
reference:"""
LONGER = """
  - id: longer
    name: Sleep
    definition: Hours a night.
    unit: hours
    level: outcome
    better: more
    formula: {kind: mean, of: slept, per: nights, squares: slept_squared}
    interval: t
    by: [age]
goals:"""


def test_a_mean_s_limits_are_made_of_sums_over_partners_and_months(
    tmp_path: Path, build: Callable[..., Warehouse]
) -> None:
    """Student's ten patients, five of each partner, in two months; toddlers are all of them, of infants there is one; and
    both together are eleven."""
    shutil.copytree(INITIATIVE, tmp_path / "initiative")
    agenda = tmp_path / "initiative" / "agenda.yml"
    text = agenda.read_text().replace("\nreference:", SLEEP).replace("\ngoals:", LONGER)
    agenda.write_text(text.replace("peak_use]", "peak_use, longer]"))
    folder = read(tmp_path / "initiative")
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    hours = [("0.7", "-1.6", "-0.2", "-1.2", "-0.1"), ("3.4", "3.7", "0.8", "0.0", "2.0")]
    for partner, month, few in zip(("centers", "homes"), ("2025-07", "2025-08"), hours, strict=True):
        numbers = [D(text) for text in few]
        sums = {"slept": sum(numbers), "slept_squared": sum(n * n for n in numbers), "nights": D(5)}
        lake.deliver(Reading(partner, partner, [(m, month, "state", "age=toddler", n) for m, n in sums.items()]))
    one = [(m, "2025-07", "state", "age=infant", D(n)) for m, n in (("slept", 2), ("slept_squared", 4), ("nights", 1))]
    lake.deliver(Reading("one", "agency", one))
    warehouse = build(lake.path)
    found = warehouse.rows(
        """select members, value, round(lower, 4), round(upper, 4) from ind_values
        where indicator = 'longer' and members <> '' order by members"""
    )
    assert found == [
        ("age=infant", 2.0, None, None), ("age=toddler", 0.75, -0.5298, 2.0298), ("age=young", pytest.approx(9.5 / 11), -0.3043, 2.0316),
    ]  # fmt: skip
    quarter = folder.initiative.calendar.parse("2026Q1")
    text = "\n".join(lines(explain(folder, warehouse.path, "longer", quarter, "state", {"age": "toddler"})))
    assert "how far chance could move a mean of this many (Student's t, 95 %)" in text
    assert "Its squares, for the interval: 34.43" in text


def test_periods_agree_with_the_calendar_in_python(warehouse: Warehouse) -> None:
    calendar = Calendar(year_starts=7, year_named="end")
    periods = warehouse.rows("select period, period_start, period_end from int_periods")
    assert len(periods) == 12 + 4 + 1
    for key, start, end in periods:
        period: Period = calendar.parse(key)
        assert (period.start, period.end) == (start, end)


def test_as_of_knows_older_numbers_and_the_older_agenda(
    story: Story, build: Callable[..., Warehouse], warehouse: Warehouse
) -> None:
    lake, known = story
    steps: list[tuple[int, int, str]] = []
    before = build(lake.path, known["first"], progress=lambda *step: steps.append(step))
    assert [step[:2] for step in steps] == [(i, len(steps)) for i in range(1, len(steps) + 1)]
    assert before.value("enrolled_children", "north") == (15.0, D(15), None, "P")
    assert before.rows("select as_of, agenda_batch from meta_build") == [(known["first"], "b0000")]
    assert warehouse.rows("select as_of, agenda_batch from meta_build") == [(known["second"], "b0007")]
    assert before.rows("select name from lake.agenda_initiative") == [("A tiny initiative",)]
    assert warehouse.rows("select name from lake.agenda_initiative") == [("Renamed",)]


def test_the_key_follows_the_batches_that_count(story: Story) -> None:
    lake, known = story
    assert warehouse_key(lake.path, known["second"]) == warehouse_key(lake.path)
    assert warehouse_key(lake.path, known["first"]) != warehouse_key(lake.path)


def test_without_a_lake_the_way_on_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no lake at .*nowhere.*cairn collect"):
        build_warehouse(tmp_path / "nowhere", tmp_path / "warehouse.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_promise_of_the_lake_is_named_and_nothing_is_replaced(story: Story, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", story[0].calendar)
    shutil.copytree(story[0].path, lake.path)
    lake.batches, lake.now = story[0].batches, story[0].now
    lake.deliver(Reading("bad", "homes", [("awards", "2025-09", "south", "", 1)], mode="sometimes"))
    out = tmp_path / "kept.duckdb"
    out.write_bytes(b"the one before")
    with pytest.raises(WarehouseError, match=r"delivery_mode.* found 1 row that breaks it"):
        build_warehouse(lake.path, out)
    assert out.read_bytes() == b"the one before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept.duckdb", "lake"]


def test_what_is_kept_of_one_build_serves_the_next_lake_or_is_made_again(
    story: Story, warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project is read once; what is kept and no good, or can't be kept, costs time, never a number."""
    lake, known = story
    monkeypatch.setattr("flows.warehouse.KEPT", tmp_path / "kept")
    values = "select * from ind_values order by all"
    before = Warehouse(build_warehouse(lake.path, tmp_path / "before" / "warehouse.duckdb", known["first"]))
    assert before.rows("select as_of from meta_build") == [(known["first"],)]
    (parsed,) = (tmp_path / "kept").iterdir()
    read = parsed.stat().st_mtime_ns
    now = Warehouse(build_warehouse(lake.path, tmp_path / "now" / "warehouse.duckdb"))
    assert now.rows(values) == warehouse.rows(values)
    assert parsed.stat().st_mtime_ns == read
    parsed.write_bytes(parsed.read_bytes()[:1000])
    spoilt = Warehouse(build_warehouse(lake.path, tmp_path / "spoilt" / "warehouse.duckdb"))
    assert spoilt.rows(values) == warehouse.rows(values)
    assert list((tmp_path / "kept").iterdir()) == [parsed]
    assert parsed.stat().st_size > 1000
    monkeypatch.setattr("flows.warehouse.KEPT", parsed / "no folder")
    assert models().tables.keys() >= {"observations", "deliveries"}
