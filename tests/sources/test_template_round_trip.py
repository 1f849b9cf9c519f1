"""A filled template always goes through: whatever the agenda, the language and the numbers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agenda.spelling import plain
from agenda.tables import members_text
from tests.sources.books import Book
from tests.sources.conftest import Coalition

NAMES = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "Sm", "Sc", "Zs"], max_codepoint=0xFFFF),
    min_size=1, max_size=20,
).map(str.strip).filter(lambda name: any(sign.isalnum() for sign in plain(name)))  # fmt: skip
ODD = st.sampled_from(
    [
        "=1+1",
        "+cmd",
        "@SUM(A1)",
        "Total",
        "Number",
        "Measure",
        "0",
        "2026Q1",
        "지역",
        'a "b" c',
        "{x}",
        "<b>&amp;",
        "NULL",
    ]
)
LAYOUT = {"files": "*.none", "period": "p", "place": "q", "values": [{"column": "n", "measure": "m0"}]}


def named(prefix: str, most: int) -> st.SearchStrategy[list[dict[str, str]]]:
    """Entries with ids of their own and names that are never spelled alike."""
    names = st.lists(NAMES | ODD, min_size=1, max_size=most, unique_by=plain)
    return names.map(lambda texts: [{"id": f"{prefix}{i}", "name": text} for i, text in enumerate(texts)])


@dataclass(frozen=True)
class Case:
    """An agenda, its partners and the period asked for."""

    agenda: dict[str, Any]
    partners: list[dict[str, Any]]
    period: str
    year_starts: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    places = draw(named("p", 4))
    for at, place in enumerate(places):
        place |= {"level": "town"} | ({"parent": "p0"} if at else {})
    dimensions = [{**entry, "members": draw(named("x", 3))} for entry in draw(named("d", 3))]
    measures: list[dict[str, Any]] = []
    for entry in draw(named("m", 4)):
        whole, least = draw(st.booleans()), draw(st.integers(-50, 50))
        split = draw(st.lists(st.sampled_from([one["id"] for one in dimensions]), unique=True, max_size=2))
        measures.append({
            **entry, "unit": "u", "kind": draw(st.sampled_from(["flow", "stock"])), "subject": "events", "whole": whole,
            "minimum": least, "maximum": draw(st.none() | st.integers(least, 10**9)), "dimensions": split,
        })  # fmt: skip
    indicator = {"id": "i", "name": "I", "definition": draw(NAMES), "unit": "u", "level": "output", "better": "more",
                 "formula": {"kind": "count", "of": "m0"}}  # fmt: skip
    goal = {"id": "g", "name": "G", "statement": "s", "headline": "i", "indicators": ["i"]}
    agenda = {
        "places": places,
        "dimensions": dimensions,
        "measures": measures,
        "indicators": [indicator],
        "goals": [goal],
    }
    partners = [
        {
            "id": f"partner{number}", "name": draw(NAMES), "language": language, "layouts": ["own"],
            "place": draw(st.none() | st.sampled_from([place["id"] for place in places])),
            "owes": [{"measures": [m["id"]], "every": draw(st.sampled_from(["month", "quarter"]))} for m in measures],
        }
        for number, language in enumerate(["en", *draw(st.permutations(["es", "ko", "zh"]))][:2])
    ]  # fmt: skip
    return Case(agenda, partners, draw(st.sampled_from(["2024Q1", "2024Q3", "2024"])), draw(st.sampled_from([1, 7])))


def made_of(case: Case, folder: Path) -> Coalition:
    made = Coalition(
        folder, yaml.safe_dump({"layouts": {"own": LAYOUT}, "partners": case.partners}, allow_unicode=True)
    )
    made.write("agenda.yml", yaml.safe_dump(case.agenda, allow_unicode=True))
    made.write("initiative.yml", f"id: test\nname: Test\nyear: {{starts: {case.year_starts}}}\n")
    return made


def value(measure: dict[str, Any]) -> st.SearchStrategy[Decimal]:
    """A number that the measure may have, in no more digits than a spreadsheet keeps."""
    least, most = measure["minimum"], measure["maximum"] if measure["maximum"] is not None else 10**9
    numbers = st.integers(least, most).map(Decimal)
    return numbers if measure["whole"] else numbers | st.decimals(least, most, places=4)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(case=cases(), data=st.data())
def test_what_is_filled_in_is_what_is_observed(case: Case, data: st.DataObject) -> None:
    measures = {measure["name"]: measure for measure in case.agenda["measures"]}
    with tempfile.TemporaryDirectory() as folder:
        made = made_of(case, Path(folder))
        expected = set()
        for partner in case.partners:
            book = Book(made, partner["id"], case.period)
            for at, row in enumerate(book.rows):
                measure = measures[row["measure"]]
                filled = data.draw(st.none() | value(measure)) if at else data.draw(value(measure))
                if filled is not None:
                    book.cell(at, "number").value = data.draw(st.sampled_from([str(filled), float(filled)]))
                    expected.add((partner["id"], *_said(case, measure, row), filled))
            book.send(data.draw(st.sampled_from(["form.xlsx", "a b.xls", "numbers", "자료.csv"])))
        receipts = made.collect().receipts
        wrong = [found for receipt in receipts for found in receipt.findings if found.severity == "error"]
        assert wrong == []
        assert {receipt.outcome for receipt in receipts} == {"accepted"}
        assert set(made.rows("observations", "partner, measure, period, place, members, value")) == expected


def _said(case: Case, measure: dict[str, Any], row: dict[str, Any]) -> tuple[str, str, str, str]:
    """What a row asks for, by the names a person reads: measure, period, place and members."""
    places = {place["name"]: place["id"] for place in case.agenda["places"]}
    members = {
        one["id"]: next(m["id"] for m in one["members"] if m["name"] == row[f"dimension {one['id']}"])
        for one in case.agenda["dimensions"]
        if one["id"] in measure["dimensions"]
    }
    return measure["id"], row["period"], places[row["place"]], members_text(members)
