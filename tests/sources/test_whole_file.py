"""What is asked about a file as a whole, and what it says in all."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from agenda.store import FolderStore
from sources import history
from sources.lake import Lake
from sources.meaning.whole_file import unit_of
from tests.sources.checked import FIRST, HEADER, LONG, SECOND, THIRD, WIDE, Make, found, made_of, rows


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Children (in thousands)", 1000),
        ("Workers (thousands)", 1000),
        ("Kinder ('000s)", 1000),
        ("단위: 천명", 1000),
        ("(단위 : 천 명)", 1000),
        ("취업자 (천명)", 1000),
        ("単位：千人", 1000),
        ("金额(万元)", 10_000),
        ("예산(만원)", 10_000),
        ("Figures in thousands of dollars", 1000),
        ("Amounts in millions", 1_000_000),
        ("importe (en miles de euros)", 1000),
        ("금액(억원)", 100_000_000),
        ("thousands of families came", None),
        ("children", None),
        ("천안시 (합계)", None),
        ("Source: survey in 2026", None),
        ("price (k-12)", None),
        ("인구 (천안)", None),
        ("in 1000 Oaks", None),
        ("Cost ($ thousands)", 1000),
        ("place (Miles City)", None),
        ("in the millennium", None),
        ("spots in 1,000", 1000),
        ("spots (x1000)", 1000),
        ("spots (× 1,000)", 1000),
        ("spots, thousands", 1000),
        ("spots in 1,000,000", None),
        ("Total: 12,000", None),
        ("from 1,000 to 2,000 spots", None),
    ],
)
def test_units_as_people_note_them(text: str, unit: int | None) -> None:
    assert unit_of(text) == unit


def units(times: str, heading: str) -> str:
    return f"""
layouts:
  wide:
    files: "*.csv"
    period: quarter
    place: town
    values: [{{measure: visits, column: "{heading}"{times}}}]
partners: [{{id: alpha, name: Alpha, layouts: [wide]}}]
"""


@pytest.mark.parametrize(
    ("times", "number", "value", "notes"),
    [
        ("", "12", 12, 1),
        (", times: 1000", "12.345", 12_345, 0),
        (", times: 1", "12", 12, 0),
        (", times: 1000", "1.2345678", None, 0),
        (", times: 0.01", "100", 1, 0),
    ],
)
def test_a_unit_is_declared_or_asked_about(
    coalition: Make, times: str, number: str, value: int | None, notes: int
) -> None:
    made = made_of(coalition, units(times, "visits (천)"))
    made.drop("alpha/a.csv", f"quarter,town,visits (천)\n2026Q1,Harbor,{number}\n")
    made.collect()
    assert len(found(made, "alpha/a.csv", "unit_note")) == notes
    if value is None:  # 1,234.5678: exact, and no whole number
        (breach,) = found(made, "alpha/a.csv", "value_not_whole")
        assert breach["value"] == number
    else:
        assert rows(made) == [("visits", "2026Q1", "harbor", "", value)]


def test_a_unit_above_the_table_is_asked_about(coalition: Make) -> None:
    made = made_of(coalition, units("", "visits"))
    made.drop("alpha/a.csv", "Visits by town,,\n(단위: 천명),,\nquarter,town,visits\n2026Q1,Harbor,12\n")
    made.collect()
    (breach,) = found(made, "alpha/a.csv", "unit_note")
    assert "(단위: 천명)" in breach["message"]
    assert "times: 1000" in breach["fix"]


def test_a_change_to_a_closed_period_is_asked_about_and_taken(coalition: Make) -> None:
    made = made_of(coalition)
    old, new = "2024Q1,Harbor,children,Infants,,10,\n", "2026Q1,Harbor,children,Infants,,11,\n"
    made.drop("alpha/all.csv", HEADER + old)
    made.collect(received_at=datetime(2024, 4, 20, tzinfo=UTC))
    assert found(made, "alpha/all.csv") == []
    made.drop("alpha/all.csv", HEADER + old + new)
    made.collect(received_at=FIRST)
    assert found(made, "alpha/all.csv") == []
    made.drop("alpha/all.csv", HEADER + old.replace("10", "12") + new)
    made.collect(received_at=SECOND)
    (breach,) = found(made, "alpha/all.csv")
    assert breach["code"] == "period_closed"
    assert "2024Q1" in breach["message"]
    assert ("children", "2024Q1", "harbor", "age=infant", 12) in rows(made)


def test_a_partner_s_first_files_may_be_as_old_as_they_are(coalition: Make) -> None:
    made = made_of(coalition)
    made.drop("beta/all.csv", HEADER + "2024Q1,Harbor,children,Infants,,10,\n")
    made.collect(received_at=FIRST)
    made.drop("alpha/all.csv", HEADER + "2014Q1,Harbor,children,Infants,,10,\n2024Q1,Harbor,children,Infants,,10,\n")
    made.collect(received_at=SECOND)
    assert found(made, "alpha/all.csv") == found(made, "beta/all.csv") == []


def test_what_is_owed_and_lacking_is_named_with_its_day(coalition: Make) -> None:
    made = made_of(coalition, WIDE)
    made.drop("alpha/a.csv", "quarter,town,children,subsidy,visits\n2025Q4,Harbor,30,,5\n2026Q1,Harbor,30,,\n")
    made.collect(received_at=FIRST)
    (breach,) = found(made, "alpha/a.csv")
    assert (breach["code"], breach["severity"]) == ("measures_missing", "warning")
    assert breach["message"] == "For 2026Q1 the file lacks: “Visits”. It is due on April 22, 2026."
    made.drop("alpha/b.csv", "quarter,town,children,subsidy,visits\n2026Q1,Harbor,,,8\n")
    made.collect(received_at=SECOND)
    assert found(made, "alpha/b.csv", "measures_missing") == []


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("mode", ["replaces", "updates"])
def test_a_file_that_takes_another_one_s_numbers_back_says_so(coalition: Make, mode: str, together: bool) -> None:
    made = made_of(coalition, LONG.replace("note: note", f"delivery: {mode}"))
    made.drop(
        "alpha/harbor.csv", HEADER + "2026Q1,Harbor,children,Infants,,10,\n2026Q1,Harbor,children,Toddlers,,10,\n"
    )
    made.drop("beta/harbor.csv", HEADER + "2026Q1,Harbor,children,Infants,,10,\n")
    if not together:
        made.collect(received_at=FIRST)
    made.drop(
        "alpha/old_mill.csv", HEADER + "2026Q1,Old Mill,children,Infants,,10,\n2026Q1,Harbor,children,Infants,,11,\n"
    )
    made.collect(received_at=SECOND)
    breaches = found(made, "alpha/old_mill.csv", "file_takes_back")
    assert len(breaches) == (mode == "replaces")
    assert all("1 numbers that harbor.csv gave for 2026Q1" in f["message"] for f in breaches)
    assert found(made, "alpha/harbor.csv") == []


@pytest.mark.parametrize("together", [True, False])
def test_another_file_that_says_otherwise_is_named(coalition: Make, together: bool) -> None:
    layouts = """
layouts:
  long: {files: "*.csv", period: quarter, place: town, values: [{measure: children, column: n, members: {age: {column: group}}}]}
  other: {files: "*.json", period: quarter, place: town, values: [{measure: children, column: infants, members: {age: infant}}]}
partners:
  - {id: alpha, name: Alpha, layouts: [long, other]}
  - {id: beta, name: Beta, layouts: [long]}
"""
    made = made_of(coalition, layouts)
    header = "quarter,town,group,n\n"
    made.drop(
        "alpha/a.csv", f"{header}2026Q1,Harbor,Infants,10\n2026Q1,Harbor,Toddlers,10\n2026Q1,Old Mill,Infants,3\n"
    )
    made.drop("beta/a.csv", f"{header}2026Q1,Harbor,Infants,99\n")
    if not together:
        made.collect(received_at=FIRST)
    records = [("Harbor", 11), ("Old Mill", 3)]
    made.drop("alpha/b.json", json.dumps([{"quarter": "2026Q1", "town": town, "infants": n} for town, n in records]))
    made.collect(received_at=SECOND)
    assert found(made, "alpha/a.csv") == found(made, "beta/a.csv") == []
    (breach,) = found(made, "alpha/b.json")
    assert (breach["code"], breach["severity"], breach["row"]) == ("file_overrules", "warning", None)
    assert "1 numbers for 2026Q1 are not those that a.csv gave" in breach["message"]
    now = history.of(Lake(FolderStore(made.path / "store")), ["alpha"]).numbers("alpha")
    assert sorted(now["value"].cast(int)) == [3, 10, 11]
    # As the fix says: put in once more, the other file's numbers count.
    made.drop("alpha/a.csv", (made.path / "store/inbox/alpha/a.csv").read_text())
    os.utime(made.path / "store/inbox/alpha/a.csv", (2e9, 2e9))
    made.collect(received_at=THIRD)
    assert "that b.json gave" in found(made, "alpha/a.csv")[0]["message"]
    now = history.of(Lake(FolderStore(made.path / "store")), ["alpha"]).numbers("alpha")
    assert sorted(now["value"].cast(int)) == [3, 10, 10]


def test_a_file_with_other_headings_that_came_along_takes_numbers_back_too(coalition: Make) -> None:
    made = made_of(coalition)
    made.drop("alpha/a.csv", HEADER + "2026Q1,Harbor,children,Infants,,10,\n2026Q1,Harbor,children,Toddlers,,10,\n")
    more = HEADER.replace("note", "note,by")
    made.drop("alpha/b.csv", more + "2026Q1,Harbor,children,Infants,,10,,Ada\n")
    made.collect(received_at=FIRST)
    assert [f["code"] for f in found(made, "alpha/b.csv")] == ["column_new", "file_takes_back"]
    assert found(made, "alpha/a.csv") == []


# -- what a file says in all --------------------------------------------------------------------------


def test_totals_are_what_the_lake_says_of_the_file(coalition: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from sources.collect import Collector

    kept = []
    land = Collector._land
    monkeypatch.setattr(
        Collector, "_land", lambda self, given, intakes: (kept.extend(given), land(self, given, intakes))
    )
    made = made_of(coalition)
    made.drop(
        "alpha/a.csv",
        HEADER + "2026Q1,Harbor,children,Infants,,10,\n2026Q1,Harbor,children,Toddlers,,20,\n"
        "2026Q1,Old Mill,children,Total,,7,\n2026Q1,Old Mill,children,Infants,,3,\n2026Q1,The Valley,visits,,,5,\n"
        "2026Q1,Harbor,visits,,,4,\n2026Q2,Harbor,visits,,,-4,\n",
    )
    made.collect(received_at=FIRST)
    (submission,) = kept
    said = {(measure, period.key): total for (measure, period), total in submission.totals.items()}
    assert said == {("children", "2026Q1"): Decimal(37), ("visits", "2026Q1"): Decimal(5)}
    now = history.of(Lake(FolderStore(made.path / "store")), ["alpha"])
    assert {key: now.total("alpha", *key) for key in said} == said
