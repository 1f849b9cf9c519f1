"""What a partner reads: in its language, of its own data alone, and with what to do about each thing."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from agenda.periods import Calendar
from sources.letters import marked
from sources.letters.findings import finding, speech_of
from sources.letters.receipt import address, reply_csv
from sources.meaning.mapping import Proposal
from tests.servers.web import Response, web_server
from tests.sources.conftest import Coalition

HEADER = "quarter,town,age,children\n"
GOOD = HEADER + "2026Q1,Harbor,infant,1200\n2026Q1,Old Mill,infant,7\n"
NASTY = "<script>alert(1)</script>{{ 7*7 }}"


def partners(language: str = "en", more: str = "") -> str:
    return f"""
layouts:
  long:
    files: "*.csv*"
    period: quarter
    place: town
    values: [{{column: children, measure: children, members: {{age: {{column: age}}}}}}]
  book:
    files: "*.xlsx"
    period: quarter
    place: town
    values: [{{column: children, measure: children, members: {{age: {{column: age}}}}}}]
partners:
  - {{id: alpha, name: Alpha, layouts: [long, book], language: {language}, since: 2025Q3,
     owes: [{{measures: [children, spots]}}]{more}}}
  - {{id: beta, name: Beta and daughters, layouts: [long]}}
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def page(made: Coalition, key: str) -> str:
    return (made.path / f"store/receipts/{key}.html").read_text("utf-8")


def text(page: str) -> str:
    """What a page says, its spaces evened out."""
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    return re.sub(r"\s+", " ", "".join(found))


def workbook(*rows: list[Any]) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    for row in (["quarter", "town", "age", "children"], *rows):
        book.active.append(row)
    book.save(written)
    return written.getvalue()


# -- language -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "thanks", "wrong", "number"),
    [
        ("en", "1 row needs your eyes", "“many” is not a number", "1,200"),
        ("es", "1 fila necesita su atención", "«many» no es un número", "1.200"),
        ("ko", "1개 행을 살펴봐 주세요", "“many”: 숫자가 아닙니다", "1,200"),
        ("zh", "还有1行需要您看一看", "“many”不是数字", "1,200"),
        ("fr", "1 row needs your eyes", "“many” is not a number", "1,200"),
    ],
)
def test_the_receipt_speaks_the_partners_language(
    coalition: Callable[..., Coalition], language: str, thanks: str, wrong: str, number: str
) -> None:
    made = coalition(partners(language))
    made.drop("alpha/q1.csv", GOOD.replace(",7", ",many"))
    made.collect(received_at=at("2026-04-10"))
    said, spoken = text(page(made, "alpha/q1.csv")), language if language != "fr" else "en"
    assert thanks in said
    assert wrong in said
    assert number in said
    assert f'<html lang="{spoken}">' in page(made, "alpha/q1.csv")
    receipt = made.receipt("alpha/q1.csv")
    assert receipt["language"] == spoken
    assert receipt["findings"][0]["message"] == "“many” is not a number."
    assert wrong in receipt["findings"][0]["said"]["message"]
    assert made.rows("findings", "message") == [("“many” is not a number.",)]  # the lake stays English


@pytest.mark.parametrize("language", ["es", "ko", "zh"])
def test_no_english_is_left_over(coalition: Callable[..., Coalition], language: str) -> None:
    made = coalition(partners(language))
    made.drop("alpha/q1.csv", GOOD.replace(",7", ",many").replace("1200", "-3"))
    made.drop("alpha/q2.csv", GOOD.replace("children", "Children enroled"))
    made.drop("alpha/q3.xlsx", workbook(["2026Q1", "Harbour", "infant", 3], ["2026Q1", "Harbor", "kid", 3]))
    made.collect(received_at=at("2026-04-29"))
    own = "Test coalition|Alpha|Children enrol+ed|Licensed spots|children|Ask Ada|Harbou?r|Old Mill|The Valley|Infants|Toddlers"
    own += r"|q\d\.\w+|many|kid|UTC|SHA|CSV|JSON|Sheet|[0-9a-f]{16}|infant"
    for name in ("q1.csv", "q2.csv", "q3.xlsx", "index"):
        said = re.sub(own, "", text(page(made, f"alpha/{name}")))
        english = re.findall(r"\b(?:the|your|and|row|was|is|not|taken|file|by|due)\b", said)
        assert english == [], said


# -- what it says -------------------------------------------------------------------------------------


def test_an_unknown_name_is_set_beside_those_that_fit(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q1.csv", GOOD + "2026Q1,Mars,infant,1\n2026Q1,Harbor,kid,1\n")
    made.collect()
    said = text(page(made, "alpha/q1.csv"))
    assert "Names that fit: The Valley, Harbor, Old Mill." in said
    assert "Names that fit: Infants, Toddlers." in said
    assert {"code": "member_unknown", "column": "age", "names": ["Infants", "Toddlers"]} in made.receipt(
        "alpha/q1.csv"
    )["names"]


def test_many_names_are_cut_short(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    agenda = (made.path / "agenda.yml").read_text()
    more = "".join(f"  - {{id: t{n}, name: Town {n}, level: town, parent: valley}}\n" for n in range(20))
    made.write("agenda.yml", agenda.replace("dimensions:\n", more + "dimensions:\n", 1))
    made.drop("alpha/q1.csv", GOOD + "2026Q1,Mars,infant,1\n")
    made.collect()
    assert "Town 7, Town 8 and 11 more." in text(page(made, "alpha/q1.csv"))


def test_what_is_fixed_is_said_once_and_gone(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q1.csv", HEADER + "2026Q1,Harbour,infant,many\n2026Q1,Old Mill,infant,7\n")
    made.collect(received_at=at("2026-04-01"))
    made.drop("alpha/q1.csv", HEADER + "2026Q1,Old Mill,infant,7\n2026Q1,Harbour,infant,5\n")
    made.collect(received_at=at("2026-04-02"))
    receipt = made.receipt("alpha/q1.csv")
    assert receipt["mended"] == ["D2 · “many” is not a number."]  # the other one only moved
    assert [found["code"] for found in receipt["findings"]] == ["place_unknown"]
    assert "Mended since last time" in text(page(made, "alpha/q1.csv"))
    made.drop("alpha/q1.csv", GOOD)
    made.collect(received_at=at("2026-04-03"))
    assert len(made.receipt("alpha/q1.csv")["mended"]) == 1
    assert made.receipt("alpha/q1.csv")["findings"] == []


def test_a_file_that_cannot_be_read_has_mended_nothing(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q1.csv", GOOD.replace("1200", "many"))
    made.collect(received_at=at("2026-04-01"))
    made.drop("alpha/q1.csv", HEADER)
    made.collect(received_at=at("2026-04-02"))
    assert made.receipt("alpha/q1.csv")["mended"] == []


def test_numbers_stand_beside_the_quarter_and_the_year_before(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/2025Q1.csv", GOOD.replace("2026Q1", "2025Q1").replace("1200", "1100"))
    made.drop("alpha/2025Q4.csv", GOOD.replace("2026Q1", "2025Q4").replace("1200", "1203"))
    made.collect(received_at=at("2026-01-10"))
    made.drop("alpha/2026Q1.csv", GOOD)
    made.collect(received_at=at("2026-04-10"))
    (taken,) = made.receipt("alpha/2026Q1.csv")["taken"]
    assert taken == {
        "measure": "Children enrolled", "unit": "children", "period": "2026Q1", "numbers": 2, "total": "1207",
        "before": "1210", "year_before": "1107", "numbers_before": 2, "numbers_year_before": 2,
        "suppressed": 0, "not_applicable": 0, "missing": 0,
    }  # fmt: skip
    said = text(page(made, "alpha/2026Q1.csv"))
    assert "1,207 1,210−3 1,107+100" in said
    assert "Q4 2025" in said


def test_what_is_made_of_fewer_numbers_is_not_compared_but_said_to_be(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/2025Q4.csv", GOOD.replace("2026Q1", "2025Q4"))
    made.collect(received_at=at("2026-01-10"))
    made.drop("alpha/2026Q1.csv", GOOD.replace("Old Mill,infant,7", "Old Mill,infant,some"))
    made.collect(received_at=at("2026-04-10"))
    said = text(page(made, "alpha/2026Q1.csv"))
    assert "1,200 1,2072 numbers –" in said
    assert "it says instead of how many the earlier one is made" in said


def test_who_is_asked_reads_of_records_and_fields(coalition: Callable[..., Coalition]) -> None:
    records = [
        {"quarter": "2026Q1", "town": town, "age": "infant", "children": n}
        for town, n in (("Harbor", 7), ("Old Mill", "x"))
    ]
    with web_server(lambda request: Response(json.dumps(records).encode())) as web:
        source = f"source: {{kind: api, base_url: '{web.address}', endpoints: [{{name: asked, path: a, paginator: single_page}}]}}"
        made = coalition(partners(more=f", {source}").replace('"*.csv*"', '"*.ndjson"'))
        made.collect()
    said = text(page(made, "alpha/asked.ndjson"))
    for words in ("1 record needs your eyes", "2 records read", "record 2, field “children”", "leave the field empty",
                  "it is asked for again by itself"):  # fmt: skip
        assert words in said
    assert not re.search(r"\b[A-Z]\d\b|your file|cell|\brows?\b", said)


@pytest.mark.parametrize(("language", "one", "many"), [
    ("ko", "2026년 1분기", "2025년 1분기 – 2025년 4분기"), ("es", "T1 2026", "T1 2025 – T4 2025"),
])  # fmt: skip
def test_periods_are_named_as_the_reader_names_them(language: str, one: str, many: str) -> None:
    calendar = Calendar()
    periods = tuple(calendar.quarter(2025, quarter) for quarter in (4, 3, 2, 1))
    speech = speech_of(language, calendar)
    jump = finding("value_jump", number=Decimal(1), other=Decimal(9), period=calendar.quarter(2026, 1))
    assert one in jump.said(speech)[0]
    assert "2026Q1" in jump.message  # as the lake has it
    assert many in finding("period_closed", periods=periods, days=90).said(speech)[0]


def test_a_file_of_several_quarters_is_compared_within_itself(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/all.csv", GOOD + "2025Q4,Harbor,infant,0\n")
    made.collect(received_at=at("2026-04-10"))
    newest = made.receipt("alpha/all.csv")["taken"][1]
    assert (newest["period"], newest["before"]) == ("2026Q1", "0")  # nought is a number


def test_what_is_missing_says_by_when(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q4.csv", GOOD.replace("2026Q1", "2025Q4"))
    made.drop("alpha/q1.csv", GOOD)
    made.collect(received_at=at("2026-04-10"))
    receipt = made.receipt("alpha/q1.csv")
    assert [(m["period"], m["due"], m["measures"]) for m in receipt["missing"]] == [
        ("2026Q1", "2026-04-22", ["Licensed spots"]),
        ("2025Q4", "2026-01-22", ["Licensed spots"]),
        ("2025Q3", "2025-10-22", ["Children enrolled", "Licensed spots"]),
    ]
    assert receipt["next"]["period"] == "2026Q2"
    said = text(page(made, "alpha/q1.csv"))
    assert "First quarter 2026 · Licensed spots Due by April 22, 2026." in said
    assert "Was due by January 22, 2026." in said


def test_months_make_up_the_quarter_that_is_owed(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    months = "".join(f"2026-0{month},Harbor,infant,5\n" for month in (1, 2, 3))
    made.drop("alpha/q1.csv", HEADER + months)
    made.collect(received_at=at("2026-04-10"))
    missing = {m["period"]: m["measures"] for m in made.receipt("alpha/q1.csv")["missing"]}
    assert missing["2026Q1"] == ["Licensed spots"]


def test_nothing_to_report_reads_as_thanks(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q1.csv", HEADER + "2026Q1,Harbor,infant,0\n")
    made.collect()
    assert "You have nothing to report, and it counts as zero, not as missing." in text(page(made, "alpha/q1.csv"))


# -- what lies beside it ------------------------------------------------------------------------------


def test_a_workbook_comes_back_marked_until_it_is_mended(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners("es"))
    made.drop("alpha/q1.xlsx", workbook(["2026Q1", "Harbor", "infant", "many"], ["2026Q1", "Old Mill", "infant", 4]))
    made.collect(received_at=at("2026-04-01"))
    copy = made.path / "store/receipts/alpha/q1.xlsx.marked.xlsx"
    assert "no es un número" in openpyxl.load_workbook(copy)["Sheet"]["D2"].comment.text
    assert 'href="q1.xlsx.marked.xlsx"' in page(made, "alpha/q1.xlsx")
    made.drop("alpha/q1.xlsx", workbook(["2026Q1", "Harbor", "infant", 3]))
    made.collect(received_at=at("2026-04-02"))
    assert made.receipt("alpha/q1.xlsx")["marked_copy"] is None
    assert not copy.exists()


def test_a_workbook_that_is_too_large_to_mark_is_said_to_be(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marked, "UNPACKED_LIMIT", 100)
    made = coalition(partners())
    made.drop("alpha/q1.xlsx", workbook(["2026Q1", "Harbor", "infant", "many"]))
    made.collect()
    assert made.receipt("alpha/q1.xlsx")["marked_copy"] is None
    assert "could not be given back with its cells marked" in text(page(made, "alpha/q1.xlsx"))


def test_a_proposal_comes_with_its_reply(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q1.csv", GOOD.replace("children", "Children enroled"))
    made.collect(received_at=at("2026-04-01"))
    reply = made.path / "store/receipts/alpha/q1.csv.reply.csv"
    assert reply.read_text("utf-8-sig") == "column,header\nchildren,Children enroled\n"
    assert 'href="q1.csv.reply.csv"' in page(made, "alpha/q1.csv")
    assert "“Children enroled” in your file looks like the agreed column “children”." in text(
        page(made, "alpha/q1.csv")
    )
    made.drop("alpha/q1.csv.reply.csv", reply.read_bytes())
    made.collect(received_at=at("2026-04-02"))
    assert made.receipt("alpha/q1.csv")["outcome"] == "accepted"
    assert not reply.exists()


@pytest.mark.parametrize("heading", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_reply_runs_as_a_formula(heading: str) -> None:
    rows = list(csv.reader(io.StringIO(reply_csv([Proposal("children", heading)]).decode("utf-8-sig"))))
    assert rows[1] == ["children", f"'{heading}"]


def test_a_file_called_index_does_not_take_the_lists_place() -> None:
    assert address("alpha/index").startswith("receipts/alpha/index~")
    assert address("alpha/q1.csv") == "receipts/alpha/q1.csv"


# -- the list of receipts -----------------------------------------------------------------------------


def test_the_list_has_each_file_once_newest_first(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q1.csv", GOOD.replace("1200", "many"))
    made.drop("alpha/sub folder/q2.csv", GOOD)
    made.collect(received_at=at("2026-04-01"))
    made.drop("alpha/q1.csv", GOOD + "2026Q1,Harbor,toddler,1\n")
    made.collect(received_at=at("2026-04-02"))
    listed = page(made, "alpha/index")
    assert re.findall(r'<a href="([^"]+)"', listed) == ["q1.csv.html", "sub%20folder/q2.csv.html"]
    assert text(listed).count("all taken in") == 2
    assert "What is still missing" in text(listed)
    assert 'href="../index.html"' in page(made, "alpha/sub folder/q2.csv")


def test_who_sent_nothing_sees_what_is_missing(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("beta/q1.csv", GOOD)
    made.collect()
    said = text(page(made, "alpha/index"))
    assert "Nothing has arrived yet." in said
    assert "Children enrolled and Licensed spots" in said


# -- safety -------------------------------------------------------------------------------------------


def test_nothing_of_another_partner_is_in_it(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("beta/q0.csv", GOOD.replace("2026Q1", "2025Q4").replace("1200", "987654"))
    made.collect(received_at=at("2026-01-01"))
    made.drop("alpha/q1.csv", GOOD.replace(",7", ",many"))
    made.drop("beta/q1.csv", GOOD.replace("1200", "456123"))
    made.collect(received_at=at("2026-04-01"))
    for path in (made.path / "store/receipts/alpha").rglob("*"):
        said = path.read_text("utf-8")
        assert not re.search(r"987,?654|456,?123|[Bb]eta", said), path


def test_hostile_words_stay_words(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/<b>q1.csv", HEADER + f'2026Q1,"{NASTY}",infant,1\n2026Q1,Harbor,infant,2\n')
    made.collect()
    shown = page(made, "alpha/<b>q1.csv")
    assert "<script" not in shown
    assert "<b>q1" not in shown
    assert NASTY in text(shown)
    assert "<b>q1" not in page(made, "alpha/index")
    assert "%3Cb%3Eq1.csv.html" in page(made, "alpha/index")


def test_a_page_loads_nothing_and_runs_nothing(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q1.csv", GOOD)
    made.collect()
    for path in Path(made.path / "store/receipts/alpha").glob("*.html"):
        assert not re.search(
            r"<script|<link (?!rel=.icon. href=.data:,.>)|<img|@import|url\(|https?://", path.read_text("utf-8")
        ), path


def test_a_heading_that_is_mended_as_was_asked_is_not_asked_about(coalition: Callable[..., Coalition]) -> None:
    made = coalition(partners())
    made.drop("alpha/q1.csv", GOOD.replace("children", "kids", 1))
    made.collect(received_at=at("2026-04-01"))
    assert [found["code"] for found in made.receipt("alpha/q1.csv")["findings"]] == ["column_missing"]
    made.drop("alpha/q1.csv", GOOD)
    made.collect(received_at=at("2026-04-02"))
    assert made.receipt("alpha/q1.csv")["findings"] == []
