"""Numbers held against each other: parts and wholes, and jumps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.checked import AGENDA, FIRST, HEADER, SECOND, THIRD, WIDE, Make, found, made_of, rows

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


# -- the agenda ---------------------------------------------------------------------------------------


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
