"""Naughty strings travel from a cell to every page, table and workbook, and stay what they are: texts.

The big list of naughty strings (MIT) and formula injections, which are no part of the repository. Pages are opened in
a real browser; workbooks are looked at as the XML that they are.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
import xlsxwriter
from jinja2 import Environment
from jinja2.filters import do_truncate

from agenda.spelling import plain
from flows.draft import make_draft
from flows.workspace import Workspace
from sources import history
from sources.forms.template import template
from sources.lake import Lake
from sources.letters.findings import SHOWN_CHARACTERS
from sources.letters.receipt import SHOWN
from sources.meaning.vocabulary import JOIN, SPLIT
from tests.real.harness import DATA
from tests.servers.browser import chromium
from tests.sources.conftest import LONG, Coalition

LIST = DATA / "corpus_naughty_strings"
pytestmark = pytest.mark.skipif(not LIST.is_dir(), reason=f"the naughty strings are not in {DATA}")
FORMULAS = ("=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1+9)", "\t=1+1", '=HYPERLINK("http://x.example","y")')


def naughty() -> list[str]:
    strings = json.loads((LIST / "blns.json").read_text("utf-8"))
    strings += (LIST / "formula_injection_payloads.txt").read_text("utf-8").splitlines()
    return [text for text in dict.fromkeys([*strings, *FORMULAS]) if text.strip()]


STRINGS = naughty() if LIST.is_dir() else []


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    return written.getvalue().encode()


def as_read(text: str) -> str:
    """A cell's word as it is compared: trimmed, without the signs that separate words inside Cairn."""
    return re.sub(f"[{SPLIT}{JOIN}]", "", text.strip())


def shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


# -- a browser ----------------------------------------------------------------------------------------

WATCH = """
window.ran = []
for (const name of ['alert', 'confirm', 'prompt', 'open', 'eval']) window[name] = (...said) => ran.push([name, said])
"""
PAGE = """
const all = [...document.querySelectorAll('*')]
return {
  ran: window.ran,
  tags: [...new Set(all.map(one => one.localName))],
  attributes: [...new Set(all.flatMap(one => one.getAttributeNames()))],
  addresses: all.filter(one => one.hasAttribute('href')).map(one => one.getAttribute('href')),
  quoted: [...document.querySelectorAll('q')].map(one => one.textContent),
  text: document.body.textContent,
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        made.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        yield made


def opened(browser: Any, page: Path) -> dict[str, Any]:
    """What a page is once a browser has opened it; no script of anybody's ran."""
    browser.get(page.as_uri())
    found: dict[str, Any] = browser.execute_script(PAGE)
    assert found["ran"] == [], page
    assert not [address for address in found["addresses"] if "script:" in address.casefold()]
    return found


# -- from a cell to the receipt -----------------------------------------------------------------------

HEADER = ("quarter", "town", "age", "children")
PLAIN = as_csv([HEADER, ("2026Q1", "harbor", "infant", "4"), ("2026Q1", "nowhere", "infant", "4")])
NOBODY = "no such place"


def sent(text: str) -> list[tuple[str, ...]]:
    """Rows with the string as a place, a group, a period and a number."""
    return [
        ("2026Q1", text, "infant", "1"), ("2026Q1", "harbor", text, "2"),
        (text, "harbor", "infant", "3"), ("2026Q1", "old_mill", "toddler", text),
    ]  # fmt: skip


@dataclass
class Taken:
    here: Coalition
    files: dict[str, list[str]]  # what each file holds, in its order
    named: list[str]  # files whose very names are naughty


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """Everything delivered at once: strings in cells, in headings, in file names."""
    here = Coalition(tmp_path_factory.mktemp("naughty"), LONG.replace('"*.csv*"', '"*"'))
    files = {}
    for start in range(0, len(STRINGS), SHOWN):
        part = STRINGS[start : start + SHOWN]
        files[f"part{start}.csv"] = part
        here.drop(f"alpha/part{start}.csv", as_csv([HEADER, *(row for text in part for row in sent(text))]))
    here.drop("alpha/headings.csv", as_csv([(*HEADER, *STRINGS), (*PLAIN_ROW, *["1"] * len(STRINGS))]))
    named = [name for text in STRINGS if (name := text.strip()) and is_file_name(name)]
    for number, name in enumerate(named):
        here.drop(f"beta/{name}", as_csv([HEADER, ("2026Q1", f"{NOBODY} {number}", "infant", "4"), PLAIN_ROW]))
    here.collect()
    return Taken(here, files, named)


PLAIN_ROW = ("2026Q1", "harbor", "infant", "4")


def is_file_name(text: str) -> bool:
    """Whether a disk and a store take it, and an inbox doesn't pass it over; no letters in one case only on some disks."""
    printable = all(unicodedata.category(sign) not in ("Cc", "Cs") for sign in text)
    ignored = text.startswith((".", "~$", "README", "_")) or text.endswith((".gz", ".zip"))
    return printable and not ignored and not set(text) & set("/\\") and len(text.encode()) <= 200


def test_each_string_comes_back_in_its_finding(taken: Taken) -> None:
    for name, strings in taken.files.items():
        receipt = taken.here.receipt(f"alpha/{name}")
        found = {(one["row"], one["column"]): one["value"] for one in receipt["findings"]}
        for number, text in enumerate(strings):
            assert found[(2 + 4 * number, "town")] == shown(as_read(text)), text
            assert found[(3 + 4 * number, "age")] == shown(as_read(text)), text
        assert not {"file_defect", "file_unreadable"} & {one["code"] for one in receipt["findings"]}


def test_the_lake_holds_each_string_as_it_was_sent(taken: Taken) -> None:
    cells = [json.loads(text) for (text,) in taken.here.rows("rejected_rows", "cells")]
    assert set(STRINGS) <= {row["town"] for row in cells if "town" in row}
    values = {value for (value,) in taken.here.rows("findings", "value")}
    assert {shown(as_read(text)) for text in STRINGS} <= values


def test_receipts_are_whole_and_run_nothing_in_a_browser(taken: Taken, browser: Any) -> None:
    taken.here.drop("alpha/plain.csv", PLAIN)
    taken.here.collect()
    receipts = taken.here.path / "store/receipts"
    usual = opened(browser, receipts / "alpha/plain.csv.html")
    truncate = Environment()
    for name, strings in taken.files.items():
        page = opened(browser, receipts / f"alpha/{name}.html")
        assert set(page["tags"]) <= {*usual["tags"], "small", "td", "th", "tr", "table", "thead", "tbody"}, name
        assert set(page["attributes"]) <= {*usual["attributes"], "scope", "role", "data-head"}, name
        said = {do_truncate(truncate, shown(as_read(text)), 60) for text in strings}
        seen = {text.replace("\n", "\r") for text in page["quoted"]}
        assert {text.replace("\n", "\r") for text in said} <= seen, name


def test_files_with_naughty_names_are_listed_and_their_receipts_open(taken: Taken, browser: Any) -> None:
    assert len(taken.named) > 250
    receipts = taken.here.path / "store/receipts/beta"
    page = opened(browser, receipts / "index.html")
    lying = {path.name for path in receipts.iterdir()}
    for name in taken.named:
        assert f"{name}.html" in lying, name
    listed = {unquote(address.split("#")[0].split("?")[0]) for address in page["addresses"]}
    assert {address.removeprefix("./") for address in listed - {"data:,"}} <= lying  # the icon is none
    for name in taken.named[::40]:
        assert name in opened(browser, receipts / f"{name}.html")["text"]


def test_headings_are_told_of_by_their_names(taken: Taken, browser: Any) -> None:
    receipt = taken.here.receipt("alpha/headings.csv")
    assert receipt["rows"]["accepted"] == 1
    opened(browser, taken.here.path / "store/receipts/alpha/headings.csv.html")


# -- workbooks ----------------------------------------------------------------------------------------


def formulas(workbook: bytes) -> list[str]:
    """The formulas in a workbook's cells."""
    found = []
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                found += re.findall(r"<(?:\w+:)?f[\s>].*?</", archive.read(name).decode())
    return found


def texts(workbook: bytes) -> set[str]:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}


def in_xml(text: str) -> bool:
    return not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff]|_x[0-9A-Fa-f]{4}_", text)


def test_a_marked_workbook_holds_texts_and_no_formula(tmp_path: Path) -> None:
    here = Coalition(tmp_path, LONG.replace('"*.csv*"', '"*"'))
    strings, made = [text for text in STRINGS if in_xml(text)], io.BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADER, *(sent(text)[0] for text in strings)]):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    here.drop("alpha/book.xlsx", made.getvalue())
    here.collect()
    marked = (here.path / "store/receipts/alpha/book.xlsx.marked.xlsx").read_bytes()
    assert formulas(marked) == []
    assert set(strings) <= texts(marked)


# -- an agenda of naughty names -----------------------------------------------------------------------


def names() -> list[str]:
    """Those that the report's fonts have letters for (others stop its PDF, and say so) and that an agenda can tell apart."""

    def has_letters(text: str) -> bool:
        return all(" " <= sign <= "~" or "\u00c0" <= sign <= "\u00ff" or "\uac00" <= sign <= "\ud7a3" for sign in text)

    known = {plain(word) for word in ("valley", "harbor", "infant", "toddler", "The Valley")}
    found = {plain(text): text.strip() for text in STRINGS if has_letters(text)}
    return [text for spelled, text in found.items() if spelled not in known]


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> tuple[Coalition, list[str]]:
    """An initiative in which everything bears a naughty name; a partner reports every place by its own."""
    here, all_names = Coalition(tmp_path_factory.mktemp("named"), ""), names()
    one = iter(sorted(all_names, key=lambda text: (not re.search("[<{$#=`@]", text), text)) * 2)
    places = [{"id": "valley", "name": "The Valley", "level": "region"}]
    places += [{"id": f"p{n}", "name": text, "level": "town", "parent": "valley"} for n, text in enumerate(all_names)]
    said = {"unit": "children", "kind": "stock", "subject": "people"}
    agenda = {
        "places": places,
        "dimensions": [{"id": "age", "name": next(one), "members": [{"id": "infant", "name": "Infants"}, {"id": "toddler", "name": next(one)}]}],
        "measures": [{"id": "children", "name": next(one), "dimensions": ["age"], "definition": next(one), **said}],
        "indicators": [
            {"id": f"i{n}", "name": next(one), "definition": next(one), "unit": "children", "level": "output", "better": "more", "owner": next(one),
             "limitations": next(one), "formula": {"kind": "count", "of": "children"}, "by": ["age"]}
            for n in range(3)
        ],
        "goals": [{"id": "g", "name": next(one), "statement": next(one), "headline": "i0", "indicators": ["i0", "i1", "i2"]}],
    }  # fmt: skip
    partner = {"id": "alpha", "name": next(one), "layouts": ["long"], "owes": [{"measures": ["children"]}]}
    values = [{"column": "children", "measure": "children", "members": {"age": {"column": "age"}}}]
    layout = {"files": "*", "period": "quarter", "place": "town", "values": values, "delivery": "updates"}
    voices = [{"quote": text, "who": next(one), "consent": True} for text in all_names[::4]]
    story = {"headline": next(one), "curves": {"i0": next(one)}, "voices": voices}
    here.write("agenda.yml", json.dumps(agenda))
    here.write("partners.yml", json.dumps({"layouts": {"long": layout}, "partners": [partner]}))
    here.write(
        "initiative.yml", json.dumps({"id": "naughty", "name": next(one), "tagline": next(one), "about": next(one)})
    )
    here.write("stories/2026Q1.yml", json.dumps(story))
    here.drop("alpha/q1.csv", as_csv([HEADER, *(("2026Q1", text, "infant", "5") for text in all_names)]))
    wrong = [
        ("2026Q1", all_names[0], "infant", "5"),
        *(("2026Q1", f"{NOBODY} {text}", "infant", "5") for text in STRINGS),
    ]
    here.drop("alpha/wrong.csv", as_csv([HEADER, *wrong]))
    here.collect()
    return here, all_names


def test_places_with_naughty_names_are_found_by_them(named: tuple[Coalition, list[str]]) -> None:
    here, all_names = named
    assert here.receipt("alpha/q1.csv")["rows"]["accepted"] == len(all_names) > 300


def test_a_template_holds_texts_and_no_formula(named: tuple[Coalition, list[str]]) -> None:
    here, all_names = named
    folder = here.folder
    (partner,) = folder.partners.partners
    numbers = history.of(Lake(here.store), [partner.id]).numbers(partner.id)
    workbook = template(folder, partner, folder.initiative.calendar.parse("2026Q2"), numbers)
    # Cairn's own formula counts what is filled in.
    assert [one for one in formulas(workbook) if not re.fullmatch(r'<f>COUNTA\(\w+:\w+\)&amp;" / \d+"</', one)] == []
    assert {text for text in all_names if in_xml(text)} <= texts(workbook)


def test_the_report_and_its_review_page_run_nothing(named: tuple[Coalition, list[str]], browser: Any) -> None:
    here, all_names = named
    workspace = Workspace.open(here.path)
    edition = make_draft(workspace, workspace.warehouse(), workspace.calendar.parse("2026Q1"))
    editions = here.path / "store/editions/2026Q1"
    pages = sorted(path for path in editions.rglob("*.html") if ".review" not in str(path))
    text = "".join(opened(browser, page)["text"] for page in pages)
    spoken = re.sub(r"\s+", " ", text)
    lost = [one for one in all_names[::4] if re.sub(r"\s+", " ", one) not in spoken]
    assert lost == []
    assert (editions / edition.digest / "report.pdf").read_bytes().startswith(b"%PDF")
    review = opened(browser, here.path / "store" / edition.review_page)
    assert NOBODY in review["text"]
