"""Missing, not applicable, suppressed and zero: what a layout says that they are, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from agenda.errors import ConfigurationError
from agenda.statuses import ABSENT, ORDER, STATUSES, USUAL_MARKS, rank, status_of
from tests.sources.conftest import Coalition
from tests.sources.test_layouts import partners

SAID = "place, members, value, obs_status"
MARKED = """
period: quarter
place: town
marks: {x: suppressed, "<5": suppressed, z: not_applicable, ":": missing, "999": missing}
values: [{column: n, measure: children, members: {age: {column: age}}}]
"""
WITH_STATUS = """
period: quarter
place: town
status: {column: kind, values: {Undefined: A, withheld: suppressed}}
values: [{column: n, measure: spots}]
"""


def test_a_layout_says_what_stands_in_the_place_of_a_number(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(MARKED))
    made.drop(
        "alpha/a.csv",
        "quarter,town,age,n\n2026Q1,Harbor,infant,X\n2026Q1,Harbor,toddler, <5 \n2026Q1,Old Mill,infant,z\n"
        "2026Q1,Old Mill,toddler,0\n2026Q1,The Valley,infant,:\n2026Q1,The Valley,toddler,999\n2026Q1,Old Mill,_T,\n",
    )
    (receipt,) = made.collect().receipts
    assert (receipt.outcome, vars(receipt.counts)) == (
        "accepted", {"read": 7, "accepted": 6, "rejected": 0, "skipped": 1},
    )  # fmt: skip
    assert made.rows("observations", SAID) == [
        ("harbor", "age=infant", None, "Q"),
        ("harbor", "age=toddler", None, "Q"),
        ("old_mill", "age=infant", None, "M"),
        ("old_mill", "age=toddler", 0, "A"),
        ("valley", "age=infant", None, "O"),
        ("valley", "age=toddler", None, "O"),
    ]
    (taken,) = made.receipt("alpha/a.csv")["taken"]
    assert [taken[name] for name in ("numbers", "suppressed", "not_applicable", "missing")] == [1, 2, 1, 2]
    assert taken["total"] is None  # and not 0
    page = (made.path / "store/receipts/alpha/a.csv.html").read_text()
    assert "1 number · 2 suppressed · 1 not applicable · 2 not available" in page


def test_a_mark_that_the_layout_does_not_know_is_no_number(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(MARKED.replace('":": missing, ', "")))
    made.drop("alpha/a.csv", "quarter,town,age,n\n2026Q1,Harbor,infant,:\n2026Q1,Harbor,toddler,c\n")
    (receipt,) = made.collect().receipts
    assert [(f.code, f.value) for f in receipt.findings] == [("value_not_a_number", ":"), ("value_not_a_number", "c")]
    assert made.rows("observations") == []


def test_the_usual_marks_are_those_of_a_layout_that_asks_for_them(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners("period: year\nplace: town\nmarks: usual\nvalues: [{column: n, measure: spots}]"))
    years = {str(2000 + number): mark for number, mark in enumerate(USUAL_MARKS)}
    made.drop("alpha/a.csv", "year,town,n\n" + "".join(f"{year},Harbor,{mark}\n" for year, mark in years.items()))
    made.collect()
    expected = [(year, None, USUAL_MARKS[mark]) for year, mark in years.items()]
    assert made.rows("observations", "period, value, obs_status") == expected


def test_a_column_says_what_a_number_is(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(WITH_STATUS))
    made.drop(
        "alpha/a.csv",
        "quarter,town,n,kind\n2026Q1,Harbor,3,Estimated value\n2026Q1,Old Mill,,MISSING VALUE; Suppressed\n"
        "2026Q1,The Valley,4,Undefined\n",
    )
    made.collect()
    assert made.rows("observations", "place, value, obs_status") == [
        ("harbor", 3, "E"), ("old_mill", None, "Q"), ("valley", 4, "A"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "kind", "code", "column"),
    [("7", "withheld", "status_contradicts", "n"), ("7", "odd", "status_unknown", "kind"),
     ("", "odd", "status_unknown", "kind"), ("many", "E", "value_not_a_number", "n")],
)  # fmt: skip
def test_what_a_column_says_must_be_known_and_fit(
    number: str, kind: str, code: str, column: str, coalition: Callable[..., Coalition]
) -> None:
    made = coalition(partners(WITH_STATUS))
    made.drop("alpha/a.csv", f"quarter,town,n,kind\n2026Q1,Harbor,{number},{kind}\n2026Q1,Old Mill,1,A\n")
    (receipt,) = made.collect().receipts
    (found,) = receipt.findings
    assert (found.code, found.column, found.row) == (code, column, 2)
    assert made.rows("observations", "place, value, obs_status") == [("old_mill", 1, "P")]


def test_an_empty_cell_that_is_said_to_be_normal_says_nothing(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(WITH_STATUS))
    made.drop("alpha/a.csv", "quarter,town,n,kind\n2026Q1,Harbor,,Normal value\n2026Q1,Old Mill,1,\n")
    (receipt,) = made.collect().receipts
    assert vars(receipt.counts) == {"read": 2, "accepted": 1, "rejected": 0, "skipped": 1}


@pytest.mark.parametrize(
    ("cells", "value", "status"),
    [(("4", "z"), 4, "A"), (("4", ":"), 4, "P"), (("4", "x"), None, "Q"), (("z", "z"), None, "M"),
     ((":", "z"), None, "O"), (("0", "z"), 0, "A")],
)  # fmt: skip
@pytest.mark.parametrize("take", ["", ", per: [id], take: max"])
def test_a_sum_of_records_shows_no_more_than_they_say(
    cells: tuple[str, str], value: int | None, status: str, take: str, coalition: Callable[..., Coalition]
) -> None:
    layout = f"period: quarter\nplace: town\nrows: records\nmarks: usual\nvalues: [{{column: n, measure: spots{take}}}]"
    made = coalition(partners(layout))
    made.drop("alpha/a.csv", "quarter,town,id,n\n" + "".join(f"2026Q1,Harbor,1,{cell}\n" for cell in cells))
    made.collect()
    assert made.rows("observations", "value, obs_status") == [(value, status)]


def test_the_same_number_said_in_two_ways_contradicts_itself(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(MARKED))
    made.drop("alpha/a.csv", "quarter,town,age,n\n2026Q1,Harbor,infant,x\n2026Q1,Harbor,infant,z\n")
    assert {f.code for f in made.collect().receipts[0].findings} == {"row_contradicts"}
    made.drop("alpha/b.csv", "quarter,town,age,n\n2026Q1,Harbor,infant,x\n2026Q1,Harbor,infant,X\n")
    (receipt,) = made.collect().receipts
    assert (receipt.outcome, {f.code for f in receipt.findings}) == ("partial", {"row_repeated"})


def test_a_total_is_held_against_groups_only_where_all_are_numbers(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(MARKED))
    for name, cell, codes in (("1", "x", set()), ("2", ":", set()), ("3", "z", {"total_differs"})):
        made.drop(
            f"alpha/{name}.csv",
            "quarter,town,age,n\n"
            f"2025Q{name},Harbor,_T,9\n2025Q{name},Harbor,infant,5\n2025Q{name},Harbor,toddler,{cell}\n",
        )
        (receipt,) = made.collect().receipts
        assert {f.code for f in receipt.findings} - {"period_closed"} == codes, name


def test_what_stood_there_already_is_no_news(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners(MARKED))
    made.write("initiative.yml", (made.path / "initiative.yml").read_text() + "\nclosed_after_days: 30\n")
    lines = "quarter,town,age,n\n2026Q1,Harbor,infant,x\n"
    made.drop("alpha/a.csv", lines)
    made.collect()
    made.drop("alpha/b.csv", lines + "2026Q1,Harbor,toddler,\n")
    (receipt,) = made.collect().receipts
    assert receipt.findings == ()
    made.drop("alpha/c.csv", lines.replace("x", "z"))
    (receipt,) = made.collect().receipts
    assert "period_closed" in {f.code for f in receipt.findings}


def test_a_mark_is_an_answer_to_what_is_owed(coalition: Callable[..., Coalition]) -> None:
    owing = ", owes: [{measures: [children], every: quarter}], since: 2026Q1"
    made = coalition(partners(MARKED, owing))
    made.drop("alpha/a.csv", "quarter,town,age,n\n2026Q1,Harbor,infant,x\n2026Q1,Harbor,toddler,x\n")
    made.collect()
    assert json.dumps(made.receipt("alpha/a.csv")["missing"]).count("2026Q1") == 0


# -- what a layout may say ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("marks: {x: hidden}", "says of no number why it is not there"),
        ("marks: {x: E}", "says of no number why it is not there"),
        ("marks: {x: suppressed}\nmissing: [x]", "both an empty cell"),
        ("status: {columns: [a, b]}", "name it"),
        ("status: {column: kind, values: {so: odd}}", "is no observation status"),
        ("rows: records\nstatus: kind", "name it"),
    ],
)
def test_a_layout_that_says_nonsense_of_statuses_is_refused(
    said: str, why: str, coalition: Callable[..., Coalition]
) -> None:
    made = coalition(partners(f"period: quarter\nplace: town\n{said}\nvalues: [{{column: n, measure: spots}}]"))
    with pytest.raises(ConfigurationError, match=why):
        made.folder  # noqa: B018


def test_statuses_are_those_of_sdmx() -> None:
    assert sorted(ORDER) == sorted("ABDEFGHIJKLMNOPQSUVW")
    assert [status_of(name) for name in STATUSES.values()] == list(STATUSES)
    assert {code for code, name in STATUSES.items() if name.startswith("Missing")} | {"K"} == ABSENT
    assert status_of("odd") is None
    assert rank("M") == 1
