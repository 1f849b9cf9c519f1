"""Totals and their groups; rows that add others up."""

from __future__ import annotations

import re

import pytest

from tests.sources.checked import AGENDA, HEADER, WIDE, Make, found, made_of, rows


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


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("unit: '%', whole: false", []),
        ("unit: Percent, whole: false", []),
        ("unit: dollars, whole: false, adds_up: no", []),
        ("unit: dollars, whole: false", ["total_differs", "foot_differs"]),
        ("unit: '%', adds_up: yes", ["total_differs", "foot_differs"]),
    ],
)
def test_parts_of_a_rate_make_no_whole(coalition: Make, said: str, codes: list[str]) -> None:
    agenda = AGENDA.replace(
        "unit: children, kind: stock, subject: people, dimensions: [age]}",
        f"{said}, kind: stock, subject: people, dimensions: [age]}}",
        1,
    )
    made = made_of(coalition, agenda=agenda)
    made.drop(
        "alpha/a.csv",
        HEADER + "2026Q1,Harbor,children,Infants,,10,\n2026Q1,Harbor,children,Toddlers,,30,\n"
        "2026Q1,Harbor,children,Total,,20,\n2026Q1,Old Mill,children,Total,,10,\n2026Q1,Total,children,Total,,15,\n",
    )
    made.collect()
    assert [f["code"] for f in found(made, "alpha/a.csv")] == codes
    (total,) = re.findall(
        r'<span class="now">(.*?)</span>', (made.path / "store/receipts/alpha/a.csv.html").read_text()
    )
    assert total == ("30" if codes else "–")
    made.drop("alpha/b.csv", HEADER + "2026Q2,Harbor,children,Infants,,10,\n2026Q2,Harbor,children,Total,,20,\n")
    made.collect()
    (taken,) = made.receipt("alpha/b.csv")["taken"]
    assert (taken["total"], taken["before"]) == ("20", "30" if codes else None)


# -- among records ------------------------------------------------------------------------------------


def records(values: str, period: str = "{constant: 2026Q1}", place: str = "") -> str:
    """A layout of records, in the partner's own place unless there is a column for it."""
    return f"""
layouts:
  records: {{files: "*", rows: records, period: {period}, {place} values: [{values}]}}
partners: [{{id: alpha, name: Alpha, place: harbor, layouts: [records]}}]
"""


SPOTS = "{measure: spots, column: spots}"
TOLD = {"row_of_totals", "foot_differs"}


@pytest.mark.parametrize(
    ("table", "spots", "told"),
    [
        ("site,spots\nA,10\nB,20\nTotal,30", 30, []),
        ("site,spots\nA,10\nB,20\nGRAND  TOTAL:,31", 30, ["foot_differs"]),
        ("no,site,spots\n1,A,10\n2,B,20\n합 계,,30", 30, []),
        ("no,site,spots\n1,A,10\n2,B,20\n3,合计,30", 30, []),
        ("site,kind,spots\nA,home,10\nB,home,20\n,Total,30", 30, []),
        ("site,spots\nA,10\nB,20\nSubtotal,30\nC,5\n소계,5\nTotal,35", 35, []),
        ("site,spots\nA,10\nB,ten\nTotal,20", 10, ["row_of_totals"]),
        ("site,spots,kind\nA,10,All\nB,20,home", 30, []),
        ("site,kind,spots\nA,home,10\nB,All,20", 30, []),
        ("site,spots\nA,10\nTotal Kids,20\nAll Saints,5", 35, []),
        ("kind,spots\nAll,10\nAll,20\nhome,5", 35, []),
        ("sex,spots\n_T,10\nf,20", 30, []),
    ],
)
def test_a_record_that_is_called_total_is_not_added(coalition: Make, table: str, spots: int, told: list[str]) -> None:
    made = made_of(coalition, records(SPOTS))
    made.drop("alpha/a.csv", table + "\n")
    made.collect()
    assert rows(made) == [("spots", "2026Q1", "harbor", "", spots)]
    assert [f["code"] for f in found(made, "alpha/a.csv") if f["code"] in TOLD] == told
    counts = made.receipt("alpha/a.csv")["rows"]
    assert counts["read"] == counts["accepted"] + counts["rejected"] + counts["skipped"]


@pytest.mark.parametrize(
    ("values", "table", "spots"),
    [
        ("{measure: spots, count: rows}", "child,town\nc1,x\nc2,y\nTotal,2", 2),
        ("{measure: spots, count: child}", "town,child\nx,c1\ny,c1\nz,Total", 1),
        ("{measure: spots, column: spots, per: [id], take: max}", "city,id,spots\nx,1,8\nx,1,9\ny,total,9", 9),
    ],
)
def test_a_row_of_totals_that_can_t_be_checked_is_told(coalition: Make, values: str, table: str, spots: int) -> None:
    made = made_of(coalition, records(values))
    made.drop("alpha/a.csv", table + "\n")
    made.collect()
    assert rows(made) == [("spots", "2026Q1", "harbor", "", spots)]
    (breach,) = found(made, "alpha/a.csv")
    assert (breach["code"], breach["severity"], breach["row"]) == ("row_of_totals", "warning", 4)
    assert f"“{breach['value']}”" in breach["message"]
    assert made.receipt("alpha/a.csv")["rows"] == {"read": 3, "accepted": 2, "rejected": 0, "skipped": 1}


def test_each_place_and_period_of_records_has_its_own_totals(coalition: Make) -> None:
    made = made_of(coalition, records(SPOTS, "quarter", "place: town,"))
    made.drop(
        "alpha/a.csv",
        "quarter,town,site,spots\n2026Q1,Harbor,A,1\n2026Q1,Harbor,B,2\n2026Q1,Harbor,Total,3\n"
        "2026Q1,Old Mill,C,5\n2026Q1,Old Mill,D,5\n2026Q1,Old Mill,Total,11\n,,Total,13\n",
    )
    made.collect()
    assert rows(made) == [("spots", "2026Q1", "harbor", "", 3), ("spots", "2026Q1", "old_mill", "", 10)]
    (breach,) = found(made, "alpha/a.csv")
    assert (breach["code"], breach["cell"]) == ("foot_differs", "D7")
    assert "says 11, and the rows above it add up to 10" in breach["message"]


def test_a_foot_that_lacks_its_place_is_no_fault(coalition: Make) -> None:
    made = made_of(coalition, WIDE)
    header = "no,quarter,town,children,subsidy,visits\n"
    made.drop("alpha/a.csv", f"{header}1,2026Q1,Harbor,40,20,\n2,2026Q1,Old Mill,20,10,\n합계,,,60,30,\n")
    made.collect()
    assert [f["code"] for f in found(made, "alpha/a.csv")] == ["measures_missing"]
    assert made.receipt("alpha/a.csv")["rows"] == {"read": 3, "accepted": 2, "rejected": 0, "skipped": 1}
