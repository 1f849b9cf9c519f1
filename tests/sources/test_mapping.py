"""A column under another heading is proposed, confirmed once and remembered; what is not sure is not proposed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from agenda.spelling import plain
from sources.collect import Collected
from sources.files.readers import Sheet
from sources.lake import Lake
from sources.meaning.likeness import Words, is_number
from sources.meaning.mapping import Mappings, accept_open, open_proposals, propose
from sources.meaning.plan import match
from sources.meaning.vocabulary import Vocabulary
from tests.sources.conftest import AGENDA, Coalition
from tests.sources.test_withdrawal import take_back

FIRST = "quarter,town,age,children\n2026Q1,Harbor,infant,12\n2026Q1,Port,Toddlers,20\n"
RENAMED = "quarter,town,Age group,Enrolled children\n2026Q2,Harbor,infant,13\n2026Q2,Port,Toddlers,21\n"
WIDE = """
layouts:
  wide:
    files: "*.csv"
    period: quarter
    place: {first: [town, region], values: {"": valley}}
    optional: [town, region, group]
    values: [{column: total, measure: children, members: {age: {column: group, values: {"": _T}}}}]
partners:
  - {id: alpha, name: Alpha, layouts: [wide]}
"""


@pytest.fixture
def made(coalition: Callable[..., Coalition]) -> Coalition:
    return coalition()


def accept(made: Coalition, partner: str = "alpha") -> list[tuple[str, str]]:
    decided = accept_open(Mappings(made.store), Lake(made.store).deliveries(), partner, "Ada")
    return [(decision.column, decision.header) for decision in decided]


def codes(collected: Collected) -> list[tuple[str, str, list[tuple[str, str | None]]]]:
    """Per receipt: the file, its outcome, and its findings' codes and columns."""
    return [(r.key, r.outcome, [(f.code, f.column) for f in r.findings]) for r in collected.receipts]


# -- headings and what looks like them ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "agreed"),
    [
        ("  TOWN ", "town"), ("Año", "ano"), ("Número_de-niños", "numero de ninos"), ("Children (enrolled):", "children enrolled"),
        ("St. Mary’s", "st marys"), ("ｑｕａｒｔｅｒ", "quarter"), ("Age\u00a0group", "age group"), ("재원_아동 수", "재원아동수"), ("만 0 ~ 2 세", "만0 ~ 2세"), ("入托 儿童", "入托儿童"), ("To\u00adwn\u200b", "town"),
    ],
)  # fmt: skip
def test_spelling_forgives(written: str, agreed: str) -> None:
    assert plain(written) == agreed


@pytest.mark.parametrize(
    ("one", "other"),
    [("65+", "65"), ("spots 1 12", "spots 11 2"), ("<5", ">5"), ("%", ""), ("*", ""), ("が", "か"), ("1", "½")],
)
def test_spelling_keeps_what_means_something(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_accents_and_punctuation_need_no_mapping(made: Coalition) -> None:
    made.drop("alpha/a.csv", FIRST.replace("quarter,town,age,children", '"Quarter:",TÓWN,(Age),*Children*'))
    assert codes(made.collect()) == [("alpha/a.csv", "accepted", [])]
    assert [how for *_, how in made.rows("columns", "position, how")] == ["name"] * 4


TWELVE = ["12", "20", "7"]
TOWNS, AGES, QUARTERS = (
    ["Harbor", "Port", "Old Mill"],
    ["infant", "babies", "Toddlers"],
    ["2026Q1", "Q1 2026", "2026Q1"],
)


@pytest.mark.parametrize(
    ("lacks", "header", "cells"),
    [
        ("children", "Enrolled children", TWELVE),  # words of the measure's name
        ("children", "Childern", TWELVE),  # a slip
        ("children", "ChildrenTotal", ["1,204", "20 %", "(7)"]),
        ("children", "All children", ["", "", ""]),  # nothing speaks against it
        ("children", "Enrolled children", ["12", "<5", "n/a", "7"]),  # half of it are signs
        ("town", "Place", TOWNS),  # what stands there
        ("town", "Town/village", [*TOWNS[:2], ""]),
        ("age", "Klasse", AGES),
        ("quarter", "Zeitraum", QUARTERS),
    ],
)
def test_a_likely_heading_is_proposed(made: Coalition, lacks: str, header: str, cells: list[str]) -> None:
    assert proposed(made, lacks, {header: cells}) == [(lacks, header)]


@pytest.mark.parametrize(
    ("lacks", "others"),
    [
        ("children", {"Persons": TWELVE}),  # numbers alone tell nothing
        ("children", {"Children's names": ["Ann", "Bo", "Cy"]}),  # no numbers
        ("children", {"Children 2025": TWELVE, "Children 2026": TWELVE}),  # which of the two?
        ("town", {"Towns": ["x", "y", "z"]}),
        ("town", {"Born in": TOWNS, "Lives in": TOWNS}),
        ("quarter", {"Birth": ["2015", "2016", "2017"]}),  # years may be anything
        ("age", {"Code": ["infant", "infant", "infant"]}),  # one word is no list
        ("age", {"Average": ["1.5", "2", "3"]}),
    ],
)
def test_an_unlikely_heading_is_not(made: Coalition, lacks: str, others: dict[str, list[str]]) -> None:
    assert proposed(made, lacks, others) == []


def proposed(made: Coalition, lacks: str, others: dict[str, list[str]]) -> list[tuple[str, str]]:
    """What is proposed for a sheet of the long layout in which these columns stand instead of one."""
    columns = {"quarter": QUARTERS, "town": TOWNS, "age": AGES, "children": TWELVE}
    columns = {name: cells for name, cells in columns.items() if name != lacks} | others
    height = max(map(len, columns.values()))
    filled = [cells + cells[-1:] * (height - len(cells)) for cells in columns.values()]
    table = pa.table({f"c{i}": pa.array(cells) for i, cells in enumerate(filled)})
    sheet = Sheet(tuple(columns), table, pa.array(range(2, 2 + height), pa.int64()))
    vocabulary = Vocabulary(made.folder)
    plan, _ = match(made.folder.partners.layouts["long"], sheet.header, vocabulary)
    return [(proposal.column, proposal.header) for proposal in propose(plan, sheet, vocabulary)]


@pytest.mark.parametrize(
    ("column", "header", "is_like"),
    [
        ("total_infant", "babies", True), ("total_infant", "toddlers", False), ("n 16-17", "n 16-19", False),
        ("employed", "unemployed", False), ("address", "adress", True), ("입소아동수", "입소 아동수", True),
        ("남자아동수", "여자아동수", False), ("入托儿童人数", "入托儿童数", True), ("男童数", "女童数", False),
    ],
)  # fmt: skip
def test_words_are_compared_by_what_they_say(made: Coalition, column: str, header: str, is_like: bool) -> None:
    assert (Words(Vocabulary(made.folder)).likeness(column, header) >= 0.5) is is_like


def test_a_number_is_one_however_it_is_written() -> None:
    assert all(map(is_number, ("3", "1.204,5", "$ 12", "4 %", "(3)", "−7", "12천", "1 204")))
    assert not any(map(is_number, ("", "n/a", "12 children", "2026-Q1", "-")))


# -- from the refused file to the accepted one --------------------------------------------------------


def test_a_proposal_is_accepted_once(made: Coalition) -> None:
    made.drop("alpha/a.csv", FIRST)
    made.collect()
    made.drop("alpha/b.csv", RENAMED)
    made.drop("beta/b.csv", RENAMED)
    lacking = [("column_missing", "children"), ("column_missing", "age")]
    refused = made.collect()
    assert codes(refused) == [("alpha/b.csv", "rejected", lacking), ("beta/b.csv", "rejected", lacking)]
    assert "Did you mean “Age group”?" in refused.receipts[0].findings[1].message
    assert made.collect().receipts == ()

    assert accept(made) == [("children", "Enrolled children"), ("age", "Age group")]
    told = [("column_renamed", "Age group"), ("column_renamed", "Enrolled children")]
    assert codes(made.collect()) == [("alpha/b.csv", "accepted", told)]  # neither a.csv nor the other partner's file
    assert made.collect().receipts == ()
    made.drop("alpha/c.csv", RENAMED.replace("2026Q2", "2026Q3"))
    assert codes(made.collect()) == [("alpha/c.csv", "accepted", [])]

    assert made.rows("observations", "distinct period, value") == [
        ("2026Q1", 12), ("2026Q1", 20), ("2026Q2", 13), ("2026Q2", 21), ("2026Q3", 13), ("2026Q3", 21)
    ]  # fmt: skip
    trail = {(header, column, how) for header, column, how in made.rows("columns", "header, column_name, how")}
    assert {("age", "age", "name"), ("Age group", None, "unused"), ("Age group", "age", "mapping")} <= trail
    (decision, _) = Mappings(made.store)
    assert (decision.by, decision.source, decision.header) == ("Ada", "alpha/b.csv", "Enrolled children")


def test_what_was_accepted_counts_also_of_imported_history(made: Coalition) -> None:
    at = datetime.fromisoformat("2026-09-21T14:54:11+01:00")
    made.drop("alpha/b.csv", RENAMED)
    made.collect(received_at=at)
    accept(made)
    assert made.collect(received_at=at).outcomes["accepted"] == 1
    assert made.collect(received_at=at).receipts == ()
    (delivery,) = Lake(made.store).deliveries()
    assert (delivery.received_at, delivery.mapped) == (at, ("age", "children"))


def test_what_is_forgotten_is_neither_read_nor_proposed(made: Coalition) -> None:
    made.drop("alpha/b.csv", RENAMED)
    made.collect()
    accept(made)
    made.collect()
    assert (
        cairn(made, "mapping", "forget", "alpha", "--column", "AGE", "--header", "Age group", "--as", "Ada").code == 0
    )
    again = made.collect()
    assert codes(again) == [("alpha/b.csv", "rejected", [("column_missing", "age")])]
    assert "Did you mean" not in again.receipts[0].findings[0].message
    assert open_proposals(Lake(made.store).deliveries(), Mappings(made.store)) == []


def test_the_name_itself_goes_before_a_mapping(made: Coalition) -> None:
    made.drop("alpha/b.csv", RENAMED)
    made.collect()
    accept(made)
    made.drop("alpha/c.csv", "quarter,town,age,Age group,children\n2026Q3,Harbor,infant,toddler,9\n")
    made.collect()
    assert ("2026Q3", "age=infant", 9) in made.rows("observations", "period, members, value")


# -- columns that come and go -------------------------------------------------------------------------


def test_headings_that_come_and_go_are_told(made: Coalition) -> None:
    made.drop("alpha/a.csv", FIRST)
    made.collect()
    with_note = "town,Quarter,CHILDREN,age,note\nHarbor,2026Q2,12,infant,x\n"
    made.drop("alpha/b.csv", with_note)
    made.drop("alpha/c.csv", FIRST.replace("2026Q1", "2026Q3"))  # in the same batch
    found = codes(made.collect())
    assert found == [
        ("alpha/b.csv", "accepted", [("column_new", "note")]), ("alpha/c.csv", "accepted", [("column_gone", "note")])
    ]  # fmt: skip
    made.drop("beta/a.csv", with_note)  # another partner's first file
    assert codes(made.collect()) == [("beta/a.csv", "accepted", [])]


def test_a_withdrawal_is_no_file_without_headings(made: Coalition) -> None:
    made.drop("alpha/a.csv", FIRST)
    made.collect()
    made.drop("alpha/b.csv", FIRST.replace("children", "children,note").replace("2\n", "2,x\n").replace("0\n", "0,\n"))
    made.collect()
    assert take_back(made, "b.csv") is not None
    time.sleep(0.02)
    made.drop("alpha/c.csv", FIRST.replace("2026Q1", "2026Q3"))
    assert codes(made.collect()) == [("alpha/c.csv", "accepted", [("column_gone", "note")])]
    made.write("agenda.yml", AGENDA.replace("maximum: 1000", "maximum: 2000"))  # all is read again
    assert {key: found for key, _, found in codes(made.collect())}["alpha/c.csv"] == [("column_gone", "note")]


def test_a_new_heading_beside_a_missing_column_may_be_that_column(made: Coalition) -> None:
    made.drop("alpha/a.csv", FIRST)
    made.collect()
    made.drop("alpha/b.csv", FIRST.replace("age,children", "age,persons"))
    (receipt,) = made.collect().receipts
    assert [(f.code, f.column) for f in receipt.findings] == [
        ("column_missing", "children"),
        ("column_instead", "persons"),
    ]
    assert "If it is one of the columns that are missing" in receipt.findings[1].fix


def test_the_upper_text_of_two_rows_may_change(coalition: Callable[..., Coalition]) -> None:
    layouts = """
layouts: {two: {files: "*", period: quarter, place: town, values: [{column: "children {age}", measure: children}]}}
partners: [{id: alpha, name: Alpha, layouts: [two]}]
"""
    made = coalition(layouts)
    made.drop("alpha/a.csv", "Quarter,Town,Children on roll,\n,,infants,toddlers\n2026Q1,Harbor,1,2\n")
    made.collect()
    assert accept(made) == [
        ("children Infants", "Children on roll infants"), ("children Toddlers", "Children on roll toddlers")
    ]  # fmt: skip
    assert made.collect().outcomes["accepted"] == 1


def test_spaces_between_korean_words_need_no_mapping(coalition: Callable[..., Coalition]) -> None:
    layouts = """
layouts: {long: {files: "*", period: 분기, place: {constant: harbor}, values: [{column: 재원 아동 수, measure: spots}]}}
partners: [{id: alpha, name: Alpha, layouts: [long]}]
"""
    made = coalition(layouts)
    made.drop("alpha/a.csv", "보고서\n\n분 기,재원아동수,비고\n2026년 3분기,12,\n")
    assert codes(made.collect()) == [("alpha/a.csv", "accepted", [])]
    assert made.rows("observations", "period, value::int") == [("2026Q3", 12)]


def test_an_optional_column_may_be_left_out_but_not_renamed_in_silence(coalition: Callable[..., Coalition]) -> None:
    made = coalition(WIDE)
    made.drop("alpha/a.csv", "quarter,total\n2026Q1,30\n")
    made.drop("alpha/b.csv", "quarter,region,town,group,total\n2026Q2,,Harbor,infant,1\n2026Q2,The Valley,,,9\n")
    assert made.collect().outcomes == {"accepted": 2, "partial": 0, "rejected": 0}
    assert made.rows("observations", "period, place, members, value") == [
        ("2026Q1", "valley", "", 30), ("2026Q2", "harbor", "age=infant", 1), ("2026Q2", "valley", "", 9)
    ]  # fmt: skip
    made.drop("alpha/c.csv", "quarter,town,Kind,total\n2026Q3,Harbor,infant,1\n2026Q3,Harbor,toddler,2\n")
    (refused,) = made.collect().receipts
    assert refused.outcome == "rejected"
    assert [(p.column, p.header) for p in refused.proposals] == [("group", "Kind")]
    cairn(made, "mapping", "forget", "alpha", "wide", "--column", "group", "--header", "Kind")
    (read,) = made.collect().receipts  # without groups, the two rows contradict each other
    assert [f.code for f in read.findings if f.severity == "error"] == ["row_contradicts"] * 2


# -- replies ------------------------------------------------------------------------------------------


def test_a_partner_s_reply_settles_it(made: Coalition) -> None:
    made.drop("alpha/b.csv", RENAMED)
    made.collect()
    made.drop("alpha/yes.reply.csv", "Column;Header\nage;AGE GROUP\nchildren;Enrolled children\n")
    assert [(key, outcome) for key, outcome, _ in codes(made.collect())] == [
        ("alpha/yes.reply.csv", "accepted"), ("alpha/b.csv", "accepted")
    ]  # fmt: skip
    assert made.collect().receipts == ()
    assert {decision.source for decision in Mappings(made.store)} == {"alpha/yes.reply.csv"}
    assert made.receipt("alpha/yes.reply.csv")["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("column,header\nages,Age group\n", [("reply_column_unknown", 2)]),
        ("column,header\nage,Age grup\n", [("reply_header_unknown", 2)]),
        ("age,Age group\n", [("file_empty", None)]),
        ("a,b\nage,Age group\n", [("column_missing", None), ("column_missing", None)]),
    ],
)
def test_a_reply_that_says_nothing_is_answered(made: Coalition, reply: str, found: list[tuple[str, Any]]) -> None:
    made.drop("alpha/b.csv", RENAMED)
    made.collect()
    made.drop("alpha/b.csv.reply.csv", reply)
    (receipt,) = made.collect().receipts
    assert (receipt.key, receipt.outcome) == ("alpha/b.csv.reply.csv", "rejected")
    assert [(f.code, f.row) for f in receipt.findings] == found
    assert list(Mappings(made.store)) == []


def test_a_reply_may_say_no_and_yes(made: Coalition) -> None:
    made.drop("alpha/b.csv", RENAMED)
    made.collect()
    made.drop("alpha/b.reply.csv", "column,header\nage,\nchildren,Enrolled children\nsize,Enrolled children\n")
    reply, again = made.collect().receipts
    assert (reply.outcome, reply.counts.rejected) == ("partial", 1)
    assert [f.column for f in again.findings if f.code == "column_missing"] == ["age"]
    assert open_proposals(Lake(made.store).deliveries(), Mappings(made.store)) == []


def test_a_partner_decides_about_its_own_files_only(made: Coalition) -> None:
    for partner in ("alpha", "beta"):
        made.drop(f"{partner}/b.csv", RENAMED)
    made.collect()
    made.drop("alpha/b.reply.csv", "column,header\nage,Age group\nchildren,Enrolled children\n")
    made.collect()
    assert {decision.partner for decision in Mappings(made.store)} == {"alpha"}
    assert {d.partner for d, _ in open_proposals(Lake(made.store).deliveries(), Mappings(made.store))} == {"beta"}


# -- the command --------------------------------------------------------------------------------------


class Called:
    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr


def cairn(made: Coalition, *arguments: str) -> Called:
    command = [sys.executable, "-c", "from flows.cli import main; main()", "--initiative", str(made.path), *arguments]
    return Called(subprocess.run(command, capture_output=True, text=True, check=False, timeout=120))


def test_by_the_command(made: Coalition) -> None:
    made.drop("alpha/b.csv", RENAMED)
    made.collect()
    assert "alpha, long: “Age group” looks like “age”  (proposed for alpha/b.csv)" in cairn(made, "mapping", "list").out
    done = cairn(made, "mapping", "accept", "alpha", "--as", "Ada")
    assert done.code == 0, done.err
    assert "“Age group” is read as “age”" in done.out
    assert made.collect().outcomes["accepted"] == 1
    data = json.loads(cairn(made, "mapping", "list", "--json").out)
    assert data["proposed"] == []
    assert [(one["column"], one["by"], one["accepted"]) for one in data["decided"]] == [
        ("children", "Ada", True), ("age", "Ada", True)
    ]  # fmt: skip
    wrong = {
        "there is no partner 'alfa'; did you mean 'alpha'?": ("accept", "alfa"),
        "no layout of 'alpha' needs a column 'ages'": ("accept", "alpha", "--column", "ages", "--header", "x"),
        "'alpha' has no layout 'lang'; did you mean 'long'?": ("accept", "alpha", "lang"),
        "name both": ("forget", "alpha", "--column", "age"),
    }
    for said, call in wrong.items():
        found = cairn(made, "mapping", *call)
        assert found.code == 2
        assert said in found.err
