"""The agenda as tables: what dbt computes with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agenda import lint
from agenda.errors import ConfigurationError
from agenda.folder import Folder, read_folder
from agenda.tables import SCHEMAS, agenda_tables, members_text

Make = Callable[..., Path]
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture
def tables(make: Make) -> Tables:
    return {name: table.to_pylist() for name, table in agenda_tables(lint.read(make())).items()}


def test_every_table_has_its_columns_even_when_empty(make: Make) -> None:
    found = agenda_tables(lint.read(make()))
    assert {name: table.schema for name, table in found.items()} == SCHEMAS
    assert found["agenda_breakdown_dimensions"].num_rows == 1


def test_members_text() -> None:
    assert members_text({}) == ""
    assert members_text({"sex": "f", "age_group": "infant"}) == "age_group=infant|sex=f"


def test_formulas_become_terms(tables: Tables) -> None:
    terms = [
        (t["indicator"], t["part"], t["measure"], t["weight"])
        for t in sorted(tables["agenda_terms"], key=lambda t: t["term"])
    ]
    assert terms == [
        ("reach", "numerator", "enrolled", 1), ("reach", "denominator", "census", 1),
        ("use", "numerator", "enrolled", 1), ("use", "denominator", "licensed", 1),
        ("net_awards", "numerator", "awards", 1), ("net_awards", "numerator", "licensed", -1),
    ]  # fmt: skip
    number = {(t["indicator"], t["part"]): t["term"] for t in tables["agenda_terms"]}
    assert tables["agenda_term_members"] == [
        {"term": number["reach", part], "dimension": "age_group", "member": "infant"}
        for part in ("numerator", "denominator")
    ]


def test_indicators_stand_in_the_order_of_the_goals(tables: Tables) -> None:
    found = [(i["indicator"], i["goal"], i["position"]) for i in tables["agenda_indicators"]]
    assert found == [("reach", "access", 0), ("use", "access", 1), ("net_awards", "money", 2)]


def shown_from(folder: Folder) -> dict[str, tuple[Decimal | None, ...]]:
    found = agenda_tables(folder)["agenda_indicators"].to_pylist()
    return {i["indicator"]: (i["show_from"], i["wide_above"], i["wide_share"]) for i in found}


def test_percents_need_a_denominator_of_things_and_all_have_a_width(make: Make) -> None:
    by_default = shown_from(read_folder(make()))
    assert by_default["use"] == (30, Decimal("0.2"), Decimal("1.2"))
    assert by_default["net_awards"] == (None, None, Decimal("1.2"))
    money = read_folder(make(("agenda.yml", "kind: stock, subject: facilities", "kind: stock, subject: money")))
    assert shown_from(money)["use"] == (None, Decimal("0.2"), Decimal("1.2"))
    show = "show: {percent_from: 0, wide_points: null, wide_share: null}\nyear:"
    assert set(shown_from(read_folder(make(("initiative.yml", "year:", show)))).values()) == {(None, None, None)}


def test_breakdowns_are_alphabetical(make: Make) -> None:
    two = "  - {id: sex, name: Sex, members: [{id: f, name: Girls}, {id: m, name: Boys}]}\nmeasures:"
    folder = make(
        ("agenda.yml", "measures:", two),
        ("agenda.yml", "subject: people, dimensions: [age_group]", "subject: people, dimensions: [sex, age_group]"),
        ("agenda.yml", "by: [age_group]", "by: [sex * age_group, sex]"),
    )
    found = {name: table.to_pylist() for name, table in agenda_tables(read_folder(folder)).items()}
    assert [b["breakdown"] for b in found["agenda_breakdowns"] if b["indicator"] == "reach"] == [
        "",
        "age_group * sex",
        "sex",
    ]
    assert [(b["breakdown"], b["dimension"]) for b in found["agenda_breakdown_dimensions"]] == [
        ("age_group * sex", "age_group"), ("age_group * sex", "sex"), ("sex", "sex"),
    ]  # fmt: skip
    assert [m["dimension"] for m in found["agenda_measure_dimensions"] if m["measure"] == "enrolled"] == [
        "age_group",
        "sex",
    ]


def test_an_earlier_definition_is_a_series_of_its_own(make: Make) -> None:
    """It has no targets, and is shown by what its measures are split by: awards are not by age."""
    changed = (
        "agenda.yml", "definition: Enrolled infants over infants.",
        "definition: Enrolled infants over infants.\n    since: 2026Q1\n    changed: Awards said little.\n"
        "    earlier:\n      - {definition: Awards over infants., formula: {kind: percent, of: awards, per: census}}",
    )  # fmt: skip
    tables = {name: table.to_pylist() for name, table in agenda_tables(lint.read(make(changed))).items()}
    assert [tuple(row.values()) for row in tables["agenda_definitions"] if row["indicator"] == "reach"] == [
        ("reach", 1, "reach@1", None, date(2025, 7, 1), "Awards over infants.", ""),
        ("reach", 2, "reach", date(2025, 7, 1), None, "Enrolled infants over infants.", "Awards said little."),
    ]
    assert [(i["indicator"], i["goal"], i["position"]) for i in tables["agenda_indicators"]][:2] == [
        ("reach@1", "access", 0), ("reach", "access", 0),
    ]  # fmt: skip
    terms = [(t["indicator"], t["measure"]) for t in tables["agenda_terms"] if t["indicator"].startswith("reach")]
    assert terms == [("reach@1", "awards"), ("reach@1", "census"), ("reach", "enrolled"), ("reach", "census")]
    shown = [
        (b["indicator"], b["breakdown"]) for b in tables["agenda_breakdowns"] if b["indicator"].startswith("reach")
    ]
    assert shown == [("reach@1", ""), ("reach", ""), ("reach", "age_group")]
    assert {t["indicator"] for t in tables["agenda_targets"]} == {"reach", "use"}
    alone = [d["series"] for d in tables["agenda_definitions"] if d["indicator"] != "reach"]
    assert alone == ["use", "net_awards"]


def test_gaps_are_against_the_best_unless_a_group_is_named(make: Make) -> None:
    """None of a count; of a band only against a named group; no limits where somebody may be in two groups."""

    def gaps(*edits: tuple[str, str, str]) -> list[tuple[Any, ...]]:
        rows = agenda_tables(lint.read(make(*edits)))["agenda_gaps"].to_pylist()
        return [(row["indicator"], row["breakdown"], row["against"], row["has_interval"]) for row in rows]

    assert gaps() == []  # the one that is shown by age has a band
    named = ("agenda.yml", "by: [age_group]", "by: [age_group]\n    equity: {against: {age_group: infant}}")
    assert gaps(named) == [("reach", "age_group", "age_group=infant", False)]
    by_age = ("agenda.yml", "interval: wilson", "by: [age_group]\n    interval: wilson")
    split = ("agenda.yml", "per: licensed}", "per: census}")
    assert gaps(by_age, split) == [("use", "age_group", None, True)]
    overlap = ("agenda.yml", "name: Age\n", "name: Age\n    overlap: yes\n")
    assert gaps(by_age, split, overlap) == [("use", "age_group", None, False)]
    none = ("agenda.yml", "interval: wilson", "by: [age_group]\n    equity: {against: none}")
    assert gaps(none) == []


def test_fiscal_periods_become_dates(tables: Tables) -> None:
    [baseline] = tables["agenda_baselines"]
    assert (baseline["period"], baseline["period_start"], baseline["period_end"], baseline["value"]) == (
        "2025Q1", date(2024, 7, 1), date(2024, 10, 1), Decimal("0.6"),
    )  # fmt: skip
    assert [(t["period"], t["period_end"]) for t in tables["agenda_targets"] if t["indicator"] == "use"] == [
        ("2026Q4", date(2026, 7, 1)), ("2028Q4", date(2028, 7, 1)),
    ]  # fmt: skip


def test_targets_say_whose_they_are(make: Make) -> None:
    group = "high: 110 %}\n      - {by: 2026Q4, low: 0.5, high: 0.6, where: {age_group: infant}, place: east}"
    locked = ("agenda.yml", "value: 60 %}", "value: 60 %, locked: 2025-01-15}")
    found = agenda_tables(lint.read(make(("agenda.yml", "high: 110 %}", group), locked)))
    whose = [(t["place"], t["breakdown"], t["members"]) for t in found["agenda_targets"].to_pylist()]
    assert whose == [("river", "", ""), ("east", "age_group", "age_group=infant"), *[("river", "", "")] * 2]
    [baseline] = found["agenda_baselines"].to_pylist()
    assert baseline["locked"] == date(2025, 1, 15)
    assert {i["path"] for i in found["agenda_indicators"].to_pylist()} == {"linear"}


def test_what_is_owed_and_from_when(tables: Tables) -> None:
    owed = [(o["partner"], o["measure"], o["period_type"], o["since"], o["until"]) for o in tables["agenda_owes"]]
    assert owed == [
        ("city", "enrolled", "month", date(2024, 7, 1), None),
        ("city", "licensed", "month", date(2024, 7, 1), None),
        ("fund", "awards", "quarter", date(2025, 9, 1), date(2026, 7, 1)),
    ]


def test_measures_and_series_share_a_table(tables: Tables) -> None:
    rules = {m["measure"]: (m["kind"], m["over_time"], m["is_reference"]) for m in tables["agenda_measures"]}
    assert rules == {
        "enrolled": ("stock", "last", False), "licensed": ("stock", "last", False), "awards": ("flow", "sum", False),
        "census": ("stock", "last", True),
    }  # fmt: skip


def test_places_know_all_that_they_lie_in(tables: Tables) -> None:
    above = [(a["place"], a["ancestor"], a["distance"]) for a in tables["agenda_place_ancestors"]]
    assert above == [
        ("river", "river", 0),
        ("east", "east", 0),
        ("east", "river", 1),
        ("west", "west", 0),
        ("west", "river", 1),
    ]


def test_reference_values(tables: Tables) -> None:
    found = [
        (r["measure"], r["place"], r["period_start"], r["members"], r["value"]) for r in tables["reference_values"]
    ]
    assert found == [
        ("census", "river", date(2024, 1, 1), "age_group=infant", Decimal(1200)),
        ("census", "river", date(2024, 1, 1), "", Decimal("3000.5")),
        ("census", "east", date(2024, 1, 1), "age_group=infant", Decimal(500)),
    ]


def test_a_series_that_changed_behind_the_checks_is_refused(make: Make) -> None:
    folder = read_folder(make(("census.csv", "1200", "many")))
    with pytest.raises(ConfigurationError, match=r"census\.csv:2: census: 'many' is no number"):
        agenda_tables(folder)
