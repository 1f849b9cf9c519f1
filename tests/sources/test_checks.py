"""Numbers held against each other: parts and wholes, totals and groups, jumps, units, and what a file lacks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agenda.store import FolderStore
from sources import history
from sources.lake import Lake
from sources.meaning.whole_file import unit_of
from tests.sources.conftest import Coalition

AGENDA = """
places:
  - {id: valley, name: The Valley, level: region}
  - {id: harbor, name: Harbor, level: town, parent: valley}
  - {id: old_mill, name: Old Mill, level: town, parent: valley}
dimensions:
  - id: age
    name: Age
    members: [{id: infant, name: Infants}, {id: toddler, name: Toddlers}]
  - id: hours
    name: Hours
    overlap: true
    members: [{id: early, name: Early}, {id: late, name: Late}]
measures:
  - {id: children, name: Children, unit: children, kind: stock, subject: people, dimensions: [age]}
  - {id: with_subsidy, name: With subsidy, unit: children, kind: stock, subject: people, dimensions: [age], part_of: children}
  - {id: spots, name: Spots, unit: spots, kind: stock, subject: facilities, dimensions: [hours]}
  - {id: visits, name: Visits, unit: visits, kind: flow, subject: events, jump: 1.5}
  - {id: calls, name: Calls, unit: calls, kind: flow, subject: events, jump: 0}
indicators:
  - {id: enrolled, name: Enrolled, definition: d, unit: children, level: output, better: more,
     formula: {kind: count, of: children}, by: [age]}
goals:
  - {id: g, name: G, statement: s, headline: enrolled, indicators: [enrolled]}
"""
LONG = """
layouts:
  long:
    files: "*.csv"
    period: quarter
    place: town
    note: note
    values:
      - {measure: {column: what}, column: number, members: {age: {column: group}, hours: {column: hours}}}
partners:
  - {id: alpha, name: Alpha, layouts: [long]}
  - {id: beta, name: Beta, layouts: [long]}
"""
WIDE = """
layouts:
  wide:
    files: "*.csv"
    period: quarter
    place: town
    values:
      - {measure: children, column: children}
      - {measure: with_subsidy, column: subsidy}
      - {measure: visits, column: visits}
partners:
  - {id: alpha, name: Alpha, layouts: [wide], owes: [{measures: [children, visits, calls], every: quarter}]}
"""
HEADER = "quarter,town,what,group,hours,number,note\n"
FIRST, SECOND, THIRD = (datetime(2026, month, 20, tzinfo=UTC) for month in (4, 7, 10))

Make = Callable[..., Coalition]


def made_of(coalition: Make, partners: str = LONG, agenda: str = AGENDA) -> Coalition:
    made = coalition(partners)
    made.write("agenda.yml", agenda)
    return made


def found(made: Coalition, key: str, code: str | None = None) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = made.receipt(key)["findings"]
    return [f for f in findings if code in (None, f["code"])]


def rows(made: Coalition) -> list[tuple[Any, ...]]:
    return made.rows("observations", "measure, period, place, members, value::int")


# -- parts and wholes ---------------------------------------------------------------------------------


def test_a_part_above_its_whole_is_an_error_that_names_both_cells(coalition: Make) -> None:
    made = made_of(coalition, WIDE)
    made.drop("alpha/a.csv", "quarter,town,children,subsidy,visits\n2026Q1,Harbor,30,31,\n2026Q1,Old Mill,20,20,\n")
    made.collect()
    (breach,) = found(made, "alpha/a.csv", "part_above_whole")
    assert (breach["severity"], breach["cell"], breach["value"]) == ("error", "D2", "31")
    assert "31 is more than 30 in C2" in breach["message"]
    assert "“With subsidy” is part of “Children”" in breach["message"]
    assert {row[2] for row in rows(made)} == {"old_mill"}
    assert made.receipt("alpha/a.csv")["rows"] == {"read": 2, "accepted": 1, "rejected": 1, "skipped": 0}


def test_only_the_part_s_row_falls_and_groups_are_held_against_their_like(coalition: Make) -> None:
    made = made_of(coalition)
    made.drop(
        "alpha/a.csv",
        HEADER + "2026Q1,Harbor,children,Infants,,10,\n2026Q1,Harbor,children,Toddlers,,40,\n"
        "2026Q1,Harbor,with subsidy,Infants,,12,\n2026Q1,Harbor,with subsidy,Toddlers,,12,\n"
        "2026Q2,Harbor,with subsidy,Infants,,99,\n2026Q1,Old Mill,with subsidy,Infants,,99,\n",
    )
    made.collect()
    (breach,) = found(made, "alpha/a.csv", "part_above_whole")
    assert breach["cell"] == "F4"
    assert len(rows(made)) == 5


def test_a_part_as_a_whole_is_held_against_the_sum_of_its_whole_s_groups(coalition: Make) -> None:
    made = made_of(coalition)
    made.drop(
        "alpha/a.csv",
        HEADER + "2026Q1,Harbor,children,Infants,,10,\n2026Q1,Harbor,children,Toddlers,,20,\n"
        "2026Q1,Harbor,with subsidy,Total,,31,\n",
    )
    made.collect()
    (breach,) = found(made, "alpha/a.csv", "part_above_whole")
    assert "31 is more than 30" in breach["message"]


def test_a_part_above_the_partner_s_own_earlier_number_is_asked_about(coalition: Make) -> None:
    made = made_of(coalition)
    made.drop("alpha/whole.csv", HEADER + "2026Q1,Harbor,children,Infants,,10,\n")
    made.drop("beta/whole.csv", HEADER + "2026Q1,Old Mill,children,Infants,,1,\n")
    made.collect(received_at=FIRST)
    made.drop(
        "alpha/part.csv",
        HEADER + "2026Q1,Harbor,with subsidy,Infants,,12,\n2026Q1,Old Mill,with subsidy,Infants,,12,\n",
    )
    made.collect(received_at=SECOND)
    (breach,) = found(made, "alpha/part.csv", "part_above_known")
    assert (breach["severity"], breach["cell"]) == ("warning", "F2")
    assert "12 is more than 10, your number of “Children” for 2026Q1 in whole.csv" in breach["message"]
    assert made.receipt("alpha/part.csv")["outcome"] == "accepted"


def test_records_of_a_part_that_exceeds_its_whole_are_not_taken(coalition: Make) -> None:
    partners = """
layouts:
  records:
    files: "*.csv"
    rows: records
    period: quarter
    place: town
    values: [{measure: children, column: all}, {measure: with_subsidy, column: some}]
partners: [{id: alpha, name: Alpha, layouts: [records]}]
"""
    made = made_of(coalition, partners)
    made.drop(
        "alpha/a.csv", "quarter,town,all,some\n2026Q1,Harbor,5,\n2026Q1,Harbor,5,\n2026Q1,Harbor,,6\n2026Q1,Harbor,,6\n"
    )
    made.collect()
    (breach,) = found(made, "alpha/a.csv", "part_above_whole")
    assert "12 is more than 10" in breach["message"]
    assert rows(made) == [("children", "2026Q1", "harbor", "", 10)]
    assert made.receipt("alpha/a.csv")["rows"] == {"read": 4, "accepted": 2, "rejected": 2, "skipped": 0}


# -- totals and groups --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["Total", "TOTALS", "All", "Gesamt", "합계", "계", "合计", "總計", "Total general", "Todos"]
)
def test_a_total_is_the_whole_and_is_held_against_its_groups(coalition: Make, word: str) -> None:
    made = made_of(coalition)
    made.drop(
        "alpha/a.csv",
        HEADER + f"2026Q1,Harbor,children,Infants,,10,\n2026Q1,Harbor,children,Toddlers,,20,\n"
        f"2026Q1,Harbor,children,{word},,31,\n2026Q1,Old Mill,children,Infants,,10,\n"
        f"2026Q1,Old Mill,children,Toddlers,,20,\n2026Q1,Old Mill,children,{word},,30,\n",
    )
    made.collect()
    (breach,) = found(made, "alpha/a.csv")
    assert (breach["code"], breach["severity"], breach["cell"]) == ("total_differs", "warning", "F4")
    assert "The total is 31, and its groups add up to 30" in breach["message"]
    assert ("children", "2026Q1", "harbor", "", 31) in rows(made)
    assert len(rows(made)) == 6


def test_groups_that_are_not_all_there_may_add_up_to_less_but_not_to_more(coalition: Make) -> None:
    made = made_of(coalition)
    made.drop(
        "alpha/a.csv",
        HEADER + "2026Q1,Harbor,children,Infants,,10,\n2026Q1,Harbor,children,Total,,30,\n"
        "2026Q1,Old Mill,children,Infants,,31,\n2026Q1,Old Mill,children,Total,,30,\n",
    )
    made.collect()
    assert [f["cell"] for f in found(made, "alpha/a.csv")] == ["F5"]


def test_groups_that_overlap_may_add_up_to_more_but_none_is_above_the_total(coalition: Make) -> None:
    made = made_of(coalition)
    made.drop(
        "alpha/a.csv",
        HEADER + "2026Q1,Harbor,spots,,Early,20,\n2026Q1,Harbor,spots,,Late,20,\n2026Q1,Harbor,spots,,Total,30,\n"
        "2026Q1,Old Mill,spots,,Early,31,\n2026Q1,Old Mill,spots,,Late,0,\n2026Q1,Old Mill,spots,,Total,30,\n",
    )
    made.collect()
    (breach,) = found(made, "alpha/a.csv")
    assert (breach["code"], breach["cell"]) == ("total_below_group", "F7")


@pytest.mark.parametrize(
    ("foot", "differs"),
    [
        ("2026Q1,Total,60,30,", False),
        ("Total,,60,30,", False),
        (",합계,60,30,", False),
        ("2026Q1,Total,61,30,", True),
        ("Gesamt,,60,,", False),
    ],
)
def test_a_row_of_totals_is_checked_and_left_out(coalition: Make, foot: str, differs: bool) -> None:
    made = made_of(coalition, WIDE)
    header = "quarter,town,children,subsidy,visits\n"
    made.drop("alpha/a.csv", f"{header}2026Q1,Harbor,40,20,\n2026Q1,Old Mill,20,10,\n{foot}\n")
    made.collect()
    breaches = found(made, "alpha/a.csv", "foot_differs")
    assert [(f["severity"], f["cell"]) for f in breaches] == [("warning", "C4")] * differs
    assert all("says 61, and the rows above it add up to 60" in f["message"] for f in breaches)
    assert made.receipt("alpha/a.csv")["rows"] == {"read": 3, "accepted": 2, "rejected": 0, "skipped": 1}
    assert len(rows(made)) == 4


def test_a_foot_under_each_block_and_a_region_among_its_towns(coalition: Make) -> None:
    made = made_of(coalition, WIDE)
    made.drop(
        "alpha/a.csv",
        "quarter,town,children,subsidy,visits\n2026Q1,Harbor,40,,\n2026Q1,Old Mill,20,,\n,Total,60,,\n"
        "2026Q2,Harbor,1,,\n2026Q2,Old Mill,2,,\n2026Q2,The Valley,3,,\n,Total,3,,\n",
    )
    made.collect()
    assert found(made, "alpha/a.csv", "foot_differs") == []


def test_under_a_rejected_row_a_foot_says_nothing(coalition: Make) -> None:
    made = made_of(coalition, WIDE)
    made.drop(
        "alpha/a.csv",
        "quarter,town,children,subsidy,visits\n2026Q1,Harbor,forty,,\n2026Q1,Old Mill,20,,\n,Total,60,,\n",
    )
    made.collect()
    assert [f["code"] for f in found(made, "alpha/a.csv") if f["code"] != "measures_missing"] == ["value_not_a_number"]


# -- jumps --------------------------------------------------------------------------------------------


def jumps(coalition: Make, what: str, *numbers: object) -> list[dict[str, Any]]:
    """The jumps that are asked about in the last of several quarters, each sent by itself."""
    made = made_of(coalition)
    for quarter, number in enumerate(numbers):
        period = f"{2024 + quarter // 4}Q{quarter % 4 + 1}"
        made.drop(f"alpha/{period}.csv", HEADER + f"{period},Harbor,{what},{number}\n")
        made.collect(received_at=datetime(2024 + quarter // 4, 3 * (quarter % 4) + 3, 28, tzinfo=UTC))
    return found(made, f"alpha/{period}.csv", "value_jump")


@pytest.mark.parametrize(
    ("numbers", "asked"),
    [
        ((100, 200), False),
        ((100, 201), True),
        ((100, 49), True),
        ((100, 50), False),
        ((5, 24), False),
        ((5, 26), True),
        ((0, 19), False),
        ((0, 20), True),
    ],
)
def test_a_stock_is_asked_about_where_it_more_than_doubles_or_halves(
    coalition: Make, numbers: tuple[int, int], asked: bool
) -> None:
    breaches = jumps(coalition, "children,Infants,", *(f"{n}," for n in numbers))
    assert [(f["severity"], f["cell"]) for f in breaches] == [("warning", "F2")] * asked
    assert all(f"{numbers[1]} is far from {numbers[0]}, your number for 2024Q1" in f["message"] for f in breaches)


def test_a_flow_of_the_same_season_is_no_jump(coalition: Make) -> None:
    assert jumps(coalition, "visits,,", *(f"{n}," for n in (100, 100, 100, 400, 100))) == []


def test_a_flow_far_from_both_is(coalition: Make) -> None:
    (breach,) = jumps(coalition, "visits,,", *(f"{n}," for n in (300, 100, 100, 100, 160)))
    assert "160 is far from 100, your number for 2024Q4" in breach["message"]


def test_a_measure_can_be_left_alone(coalition: Make) -> None:
    assert jumps(coalition, "calls,,", "10,", "1000,") == []


def test_a_jump_with_its_reason_beside_it_is_answered(coalition: Make) -> None:
    (breach,) = jumps(coalition, "children,Infants,", "100,", "250,a new site opened")
    assert breach["answer"] == "a new site opened"


def test_what_was_asked_about_once_is_not_asked_about_again(coalition: Make) -> None:
    made = made_of(coalition)
    first, jump = "2026Q1,Harbor,children,Infants,,100,\n", "2026Q2,Harbor,children,Infants,,300,\n"
    made.drop("alpha/all.csv", HEADER + first)
    made.collect(received_at=FIRST)
    made.drop("alpha/all.csv", HEADER + first + jump)
    made.collect(received_at=SECOND)
    assert len(found(made, "alpha/all.csv", "value_jump")) == 1
    made.drop("alpha/all.csv", HEADER + first + jump + "2026Q3,Harbor,children,Infants,,310,\n")
    made.collect(received_at=THIRD)
    assert found(made, "alpha/all.csv") == []


def test_history_that_comes_all_at_once_and_other_partners_numbers_are_no_measure(coalition: Make) -> None:
    made = made_of(coalition)
    made.drop("beta/q1.csv", HEADER + "2026Q1,Harbor,children,Infants,,1000,\n")
    made.collect(received_at=FIRST)
    made.drop("alpha/q1.csv", HEADER + "2026Q1,Harbor,children,Infants,,10,\n2026Q2,Harbor,children,Infants,,100,\n")
    made.drop("alpha/q2.csv", HEADER + "2026Q2,Old Mill,children,Infants,,100,\n")
    made.collect(received_at=SECOND)
    assert found(made, "alpha/q1.csv", "value_jump") == []


def test_a_finding_is_gone_once_it_is_mended(coalition: Make) -> None:
    made = made_of(coalition, WIDE)
    header = "quarter,town,children,subsidy,visits\n"
    made.drop("alpha/a.csv", f"{header}2026Q1,Harbor,30,31,1\n,Total,31,,\n")
    made.collect(received_at=FIRST)
    assert [f["code"] for f in found(made, "alpha/a.csv")] == ["part_above_whole", "foot_differs"]
    made.drop("alpha/a.csv", f"{header}2026Q1,Harbor,31,30,1\n,Total,31,,\n")
    made.collect(received_at=SECOND)
    assert found(made, "alpha/a.csv") == []


# -- files as a whole ---------------------------------------------------------------------------------


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


def test_the_agenda_refuses_parts_without_a_whole(tmp_path: Path, coalition: Make) -> None:
    from agenda.errors import ConfigurationError

    for part_of, said in (
        ("childrn", "did you mean 'children'?"),
        ("with_subsidy", "'with_subsidy' is part of 'with_subsidy'"),
    ):
        made = made_of(coalition, agenda=AGENDA.replace("part_of: children", f"part_of: {part_of}"))
        with pytest.raises(ConfigurationError, match=said.replace("?", r"\?")):
            made.folder  # noqa: B018
    made = made_of(coalition, agenda=AGENDA.replace("dimensions: [age]}", "dimensions: [age], part_of: with_subsidy}"))
    with pytest.raises(ConfigurationError, match="'children' is part of 'with_subsidy' is part of 'children'"):
        made.folder  # noqa: B018
    made = made_of(coalition, agenda=AGENDA.replace("jump: 1.5", "jump: 0.5"))
    with pytest.raises(ConfigurationError, match="a factor above 1"):
        made.folder  # noqa: B018
