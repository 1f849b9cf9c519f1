"""Missing, not applicable, suppressed and withheld for want of partners are shown, summed and averaged as zero nowhere:
every output is walked.

From partners' files to the finished edition. Of all numbers there are two zeros, one of a place and one of a group;
wherever else a zero stands for a number, something that is none was taken for one.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest

from agenda.lint import read
from agenda.store import FolderStore
from flows.console import figure
from flows.explain import explain
from flows.explain_words import data, lines
from flows.values import plain, values
from flows.warehouse import build_warehouse
from reports.cards import scorecards
from reports.data.package import write_data
from reports.editions.approval import approve
from reports.editions.drafting import add_edition, read_inputs
from reports.editions.label import headlines
from reports.editions.review_page import write_review_page
from reports.editions.site import publish
from reports.marts import read_quarter
from reports.pictures.drawing import render as drawn
from reports.quarter.tables import Quarter
from reports.telling import figures
from sources.collect import collect
from sources.letters.page import receipt_page
from sources.letters.receipt import Receipt
from tests.reports.conftest import Rendered, render_quarter

INITIATIVE = (
    "id: four\nname: Four things\nyear: {starts: 1}\ndisclosure: {policy: none, reason: These numbers are made up.}\n"
    "address: https://four.example\nreviewers: [{name: Ana Ruiz}]\n"
)
TOWNS = {
    "east": {"fulleast": "7", "nonetown": "z"},
    "west": {"fullwest": "7", "gaptown": ":"},
    "north": {"fullnorth": "7", "hidtown": "x"},
    "south": {"fullsouth": "7", "zerotown": "0"},
}
AGENDA = """
places:
  - {id: all, name: All, level: state}
PLACES
dimensions:
  - id: age
    name: Age
    members: [{id: infant, name: Infants}, {id: toddler, name: Toddlers}, {id: older, name: Olders}, {id: rest, name: Others}]
measures:
  - {id: spots, name: Spots, unit: spots, kind: flow, subject: facilities}
  - {id: girls, name: Girls, unit: girls, kind: flow, subject: people, dimensions: [age]}
  - {id: children, name: Children, unit: children, kind: flow, subject: people, dimensions: [age]}
  - {id: visits, name: Visits, unit: visits, kind: flow, subject: events}
  - {id: lent, name: Lent, unit: books, kind: stock, subject: events, over_time: mean}
  - {id: kept, name: Kept, unit: books, kind: stock, subject: events, over_time: mean}
  - {id: calls, name: Calls, unit: calls, kind: flow, subject: events}
indicators:
  - {id: spots, name: Spots, definition: d, unit: spots, level: output, better: more, formula: {kind: count, of: spots}}
  - {id: share, name: Share, definition: d, unit: '%', level: output, better: more, by: [age],
     formula: {kind: percent, of: girls, per: children}}
  - {id: visits, name: Visits, definition: d, unit: visits, level: output, better: more, formula: {kind: count, of: visits}}
  - {id: lent, name: Lent, definition: d, unit: books, level: output, better: more, formula: {kind: count, of: lent}}
  - {id: kept, name: Kept, definition: d, unit: books, level: output, better: more, formula: {kind: count, of: kept}}
  - {id: calls, name: Calls, definition: d, unit: calls, level: output, better: more, formula: {kind: count, of: calls}}
goals:
  - {id: g, name: G, statement: s, headline: visits, indicators: [visits, spots, share, lent, kept, calls]}
"""
PLACE_LINES = "\n".join(
    f"  - {{id: {region}, name: {region.title()}, level: region, parent: all}}\n"
    + "\n".join(f"  - {{id: {town}, name: {town.title()}, level: town, parent: {region}}}" for town in towns)
    for region, towns in TOWNS.items()
)
PARTNERS = """
layouts:
  form:
    files: '*.csv'
    marks: usual
    period: when
    place: where
    values: [{column: number, measure: {column: what}, members: {age: {column: age}}}]
partners:
  - {id: one, name: One, layouts: [form]}
  - {id: two, name: Two, layouts: [form], since: 2025Q4, owes: [{measures: [calls]}]}
"""
ROWS = [
    *(("spots", "2025Q4", town, "", cell) for towns in TOWNS.values() for town, cell in towns.items()),
    *(("children", "2025Q4", "all", age, "40") for age in ("infant", "toddler", "older", "rest")),
    ("girls", "2025Q4", "all", "infant", "z"),
    ("girls", "2025Q4", "all", "toddler", "x"),
    ("girls", "2025Q4", "all", "older", "0"),
    ("girls", "2025Q4", "all", "rest", ":"),
    *(("visits", f"{q}", "all", "", cell) for q, cell in
      {"2024Q3": "9", "2024Q4": "x", "2025Q1": "z", "2025Q2": ":", "2025Q3": "11", "2025Q4": "12"}.items()),
    ("calls", "2025Q3", "all", "", "11"),
    ("calls", "2025Q4", "all", "", "12"),  # of two partners one
    *(("lent", f"2025-1{n}", "all", "", cell) for n, cell in enumerate(("6", ":", "8"))),
    *(("kept", f"2025-1{n}", "all", "", cell) for n, cell in enumerate(("6", "z", "8"))),
]  # fmt: skip
SUPPRESSED, MISSING, NOT_APPLICABLE = "suppressed by a partner", "not reported", "not applicable"
THIN = "too few partners reported"
PLACES: dict[str, tuple[float | None, str]] = {
    "all": (None, "Q"), "north": (None, "Q"), "hidtown": (None, "Q"), "gaptown": (None, "O"), "nonetown": (None, "M"),
    "zerotown": (0.0, "A"), "east": (7.0, "A"), "south": (7.0, "A"), "west": (7.0, "P"),
    **{f"full{region}": (7.0, "A") for region in TOWNS},
}  # fmt: skip
EXPECTED: dict[tuple[str, str, str, str], tuple[float | None, str]] = {
    **{("spots", "2025Q4", place, "_T"): said for place, said in PLACES.items()},
    ("share", "2025Q4", "all", "_T"): (None, "Q"),
    ("share", "2025Q4", "all", "infant"): (None, "M"),
    ("share", "2025Q4", "all", "toddler"): (None, "Q"),
    ("share", "2025Q4", "all", "older"): (0.0, "P"),  # of others only a half of the fraction is known
    ("share", "2025Q4", "all", "rest"): (None, "O"),
    ("visits", "2024Q3", "all", "_T"): (9.0, "A"),
    ("visits", "2024Q4", "all", "_T"): (None, "Q"),
    ("visits", "2025Q1", "all", "_T"): (None, "M"),
    ("visits", "2025Q2", "all", "_T"): (None, "O"),
    ("visits", "2025Q3", "all", "_T"): (11.0, "A"),
    ("visits", "2025Q4", "all", "_T"): (12.0, "A"),
    ("lent", "2025Q4", "all", "_T"): (7.0, "P"),
    ("kept", "2025Q4", "all", "_T"): (7.0, "A"),
    ("calls", "2025Q3", "all", "_T"): (11.0, "A"),
    ("calls", "2025Q4", "all", "_T"): (None, "L"),
}
ZEROS = ("Zerotown", "Olders")


@dataclass(frozen=True)
class Edition:
    """An edition that was published, with all that lies about it: ``store`` has its review page and the receipts."""

    quarter: Quarter
    rendered: Rendered
    store: Path
    public: Path
    cards: Path
    specs: tuple[dict[str, Any], ...]
    receipt: Receipt
    warehouse: Path

    @property
    def data(self) -> Path:
        return self.rendered.site / "data"


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    out = tmp_path_factory.mktemp("four")
    for name, text in {
        "initiative": INITIATIVE,
        "agenda": AGENDA.replace("PLACES", PLACE_LINES),
        "partners": PARTNERS,
    }.items():
        (out / f"{name}.yml").write_text(text)
    (out / "store/inbox/one").mkdir(parents=True)
    with (out / "store/inbox/one/numbers.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("what", "when", "where", "age", "number"), *ROWS])
    folder = read(out)
    (receipt,) = collect(folder, FolderStore(out / "store")).receipts
    assert (receipt.outcome, receipt.counts.accepted) == ("accepted", len(ROWS))
    warehouse = build_warehouse(out / "store/lake", out / "warehouse.duckdb")
    quarter = read_quarter(warehouse, folder.initiative.calendar.parse("2025Q4"), folder)
    specs: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:

        def kept(spec: dict[str, Any]) -> str:
            specs.append(spec)
            return drawn(spec)

        patch.setattr(figures, "render", kept)
        rendered = render_quarter(quarter, out)
    write_data(quarter, rendered.site / "data")
    _publish(quarter, rendered, warehouse, out)
    return Edition(quarter, rendered, out / "store", out / "public", out / "cards", tuple(specs), receipt, warehouse)


def _publish(quarter: Quarter, rendered: Rendered, warehouse: Path, out: Path) -> None:
    folder, period = quarter.folder, quarter.period
    store, public = FolderStore(out / "store"), FolderStore(out / "public")
    said = headlines(quarter)["en"]
    made = add_edition(store, folder, period, rendered.site, read_inputs(warehouse, period), headline=said)
    write_review_page(store, public, made, quarter, warehouse)
    approve(store, folder, period, "Ana Ruiz")
    publish(folder, store, public, period)
    cards = scorecards.write(quarter, scorecards.read_own(quarter, warehouse)).cards
    scorecards.write_project(folder, period, cards, out / "cards")


# -- downloads ----------------------------------------------------------------------------------------


def test_every_row_of_the_downloads_is_a_number_or_says_why_it_is_none(edition: Edition) -> None:
    with (edition.data / "indicator_values.csv").open(newline="") as stream:
        texts = list(csv.DictReader(stream))
    found = {(r["indicator"], r["period"], r["place"], r["age"]): r for r in texts if r["period_type"] == "quarter"}
    said = {key: (float(r["value"]) if r["value"] else None, r["status"]) for key, r in found.items()}
    assert said == EXPECTED
    for row in found.values():
        if row["indicator"] != "share":
            assert row["numerator"] == row["value"].removesuffix(".0")
        assert not row["lower"] + row["upper"]
    rows = duckdb.execute(
        "select indicator, period, place, age, value, numerator, status from read_parquet($1) where period_type = 'quarter'",
        [str(edition.data / "indicator_values.parquet")],
    ).fetchall()
    assert {tuple(row[:4]): (row[4], row[6]) for row in rows} == EXPECTED
    assert all((value is None) == (numerator is None) for *_, value, numerator, _ in rows)
    package = json.loads((edition.data / "datapackage.json").read_text())
    (status,) = (f for f in package["resources"][0]["schema"]["fields"] if f["name"] == "status")
    assert "Q suppressed by a partner" in status["description"]
    assert "L withheld as too few partners reported" in status["description"]


# -- pages --------------------------------------------------------------------------------------------


class Cells(HTMLParser):
    """The rows of all tables of a page, as texts of cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def rows_of(edition: Edition) -> Iterator[list[str]]:
    for page in edition.rendered.pages:
        for row in Cells(page.read_text(encoding="utf-8")).rows:
            yield [" ".join(cell.split()) for cell in row]


IS_ZERO = re.compile(r"[-−±]?0(?:[.,]0*)?(?: ?%| \w+)?")


def test_a_zero_in_a_table_is_one(edition: Edition) -> None:
    """But for counts of rows and findings, which are not indicators' values."""
    names = {place.title() for place in PLACES} | {"Infants", "Toddlers", "Olders", "Others"}
    zeros = {row[0] for row in rows_of(edition) if row and row[0] in names and any(map(IS_ZERO.fullmatch, row[1:2]))}
    assert zeros == set(ZEROS)


@pytest.mark.parametrize(
    ("name", "why"),
    [("Hidtown", SUPPRESSED), ("North", SUPPRESSED), ("Gaptown", MISSING), ("Nonetown", NOT_APPLICABLE),
     ("Infants", NOT_APPLICABLE), ("Toddlers", SUPPRESSED), ("Others", MISSING)],
)  # fmt: skip
def test_each_reason_has_words_of_its_own_in_tables_and_beside_charts(name: str, why: str, edition: Edition) -> None:
    shown = {row[1] for row in rows_of(edition) if row and row[0] == name}
    assert shown == {why}
    texts = " ".join(page.read_text(encoding="utf-8") for page in edition.rendered.pages)
    assert f"{name}: {why}" in texts  # what those hear who don't see the chart


def test_no_sentence_gives_a_number_for_what_has_none(edition: Edition) -> None:
    """In the texts that become the PDF as well as in those of the pages."""
    texts = [path.read_text(encoding="utf-8") for path in edition.rendered.project.rglob("*.qmd")]
    assert texts
    for text in texts:
        for name in ("Hidtown", "Gaptown", "Nonetown", "Infants", "Toddlers", "Others"):
            assert not re.search(rf"{name}[^A-Za-z0-9]{{1,12}}-?[0-9]", text), name
    whole = " ".join(texts)
    assert "a partner suppressed a part of it" in whole  # of spots and of the share
    assert SUPPRESSED in whole.replace("\N{NO-BREAK SPACE}", " ")


# -- charts -------------------------------------------------------------------------------------------


def marks(spec: object) -> Iterator[dict[str, Any]]:
    """The points of a chart: what was reported, and nothing else, is filled or hollow."""
    if isinstance(spec, dict):
        if "hollow" in spec:
            yield spec
        for value in spec.values():
            yield from marks(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from marks(value)


def test_charts_draw_what_was_reported(edition: Edition) -> None:
    specs = [spec for spec in edition.specs if not is_small(spec)]
    seen = [mark for spec in specs for mark in marks(spec)]
    values = {value for value, _ in EXPECTED.values() if value is not None}
    assert len(seen) > 20
    for mark in seen:
        assert {mark["x"], mark["y"]} & values, mark
    drawn_at_zero = [{(m["x"], m["y"]) for m in marks(spec) if 0 in (m["x"], m["y"])} for spec in specs]
    assert {len(found) for found in drawn_at_zero} == {0, 1}  # Zerotown in the chart of towns, Olders in that of ages
    texts = {text for spec in edition.specs for text in labels(spec)}
    assert {"x", "z", ":", "<"} <= texts
    assert {SUPPRESSED, NOT_APPLICABLE, MISSING} <= texts
    for spec in edition.specs:
        if is_small(spec):  # of visits three quarters are known, of calls and others fewer
            assert len({mark["x"] for mark in marks(spec)}) <= 3


def is_small(spec: dict[str, Any]) -> bool:
    """A line without an axis: its points are pixels, the least value at the foot."""
    return bool(spec["height"] < 100)


def labels(spec: object) -> Iterator[str]:
    if isinstance(spec, dict):
        yield from (str(value) for key, value in spec.items() if key == "text" and isinstance(value, str))
        for value in spec.values():
            yield from labels(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from labels(value)


def test_a_trend_says_why_it_has_gaps(edition: Edition) -> None:
    texts = " ".join(page.read_text(encoding="utf-8") for page in edition.rendered.pages)
    assert f"A gap in the line: : {MISSING}, x {SUPPRESSED}, z {NOT_APPLICABLE}." in texts
    for period, why in (("2024", SUPPRESSED), ("2025", NOT_APPLICABLE), ("2025", MISSING)):
        assert re.search(rf"{period}: {why}\.", texts), why
    assert f"A gap in the line: < {THIN}." in unescape(texts)


def test_too_few_partners_is_a_reason_of_its_own(edition: Edition) -> None:
    """On the goal's page, in the table over time, in what is not known, and among the methods."""
    said = {
        page.name: " ".join(unescape(re.sub("<[^>]+>", "", page.read_text(encoding="utf-8"))).split())
        for page in edition.rendered.pages
    }
    assert "is withheld: 1 of 2 partners reported, less than 75 %." in said["g.html"]
    assert any(row[:2] == ["Q4 2025", THIN] for row in rows_of(edition))
    assert f"Calls: {THIN}." in said["index.html"]
    assert "Where less than 75 % of the partners that owe a number have reported it" in said["data.html"]


# -- everything else ----------------------------------------------------------------------------------

NONE_OF = ("Hidtown", "Gaptown", "Nonetown", "North", "Infants", "Toddlers", "Others")
"""Places and groups of which no number is known."""
PICTURES = {".svg", ".png", ".woff2", ".ttf", ".otf", ".css", ".js", ".scss", ".typ", ".lua"}
"""What holds no text of the edition; charts are looked into as they are described, above."""
DATA = {".csv", ".parquet"}
"""What is looked at number by number, above."""
RAW = {"lake", "inbox", "submissions"}
"""Of the store, what partners sent and what was read of it."""


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """What stands in each file of an edition, a line for each row of a table."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in PICTURES | DATA):
        if path.relative_to(folder).parts[0] in RAW:
            continue
        if path.suffix == ".pdf":
            if shutil.which("pdftotext"):
                command = ["pdftotext", "-layout", path, "-"]
                yield path.name, subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
        elif path.suffix == ".docx":
            with ZipFile(path) as file:
                document = file.read("word/document.xml").decode()
            yield path.name, unescape(re.sub("<[^>]+>", " ", re.sub("</w:tr>|</w:p>(?!</w:tc>)", "\n", document)))
        elif path.suffix == ".html":
            page = re.sub("<(svg|script|style).*?</\\1>", " ", path.read_text(encoding="utf-8"), flags=re.S)
            page = re.sub("\\s+", " ", page)
            yield path.name, unescape(re.sub("<[^>]+>", " ", re.sub("</(tr|p|li|h[1-6]|dd|div|summary)>", "\n", page)))
        else:
            yield path.name, path.read_text(encoding="utf-8")


def test_every_file_of_the_edition_is_walked(edition: Edition) -> None:
    """Pages, PDFs, the Word document, descriptions of the data; the site's home, its feed and its map; the review page,
    scorecards, receipts: beside a name of which no number is known there stands none, least of all a zero. A new kind
    of file has to be looked into, or to be named above."""
    walked: dict[str, set[str]] = {}
    names: set[str] = set()
    for folder in (edition.rendered.project, edition.rendered.site, edition.cards, edition.public, edition.store):
        for name, text in texts(folder):
            names.add(name)
            walked.setdefault(Path(name).suffix, set()).update(none for none in NONE_OF if none in text)
            for none in NONE_OF:
                found = re.search(rf"\b{none}\b[^\w\n]{{1,60}}(?:[-−]?\d|zero\b)", text)
                assert not found, (name, found)
    assert walked[".html"] == walked[".qmd"] == set(NONE_OF)
    assert walked.keys() >= {".json", ".docx"}
    papers = {".html", ".qmd", ".docx", ".pdf"}
    assert not walked.keys() - papers - {".json", ".xml", ".atom", ".yml", ".txt", ".md", ".bib", ""}
    assert names >= {"feed.atom", "sitemap.xml", "csv-metadata.json", "datapackage.json", "numbers.csv.json",
                     "numbers.csv.html", "brief.docx"}  # fmt: skip
    assert list(edition.store.rglob("*.review/index.html"))


def test_no_table_beside_the_values_has_a_zero_of_what_is_none(edition: Edition) -> None:
    """Changes, the list of what changed since the edition before, and what was reported: of the numbers that are
    compared no two are alike, so each zero is the one of Zerotown or of Olders, or was made up."""
    tables = {path.name: path for path in (*edition.data.glob("*.csv"), *edition.store.rglob("changes.csv"))}
    rows = {name: list(csv.DictReader(path.read_text().splitlines())) for name, path in tables.items()}
    assert len(rows["changes.csv"]) == len(EXPECTED)
    for row in rows.pop("reporting.csv"):  # of a partner who owed three months and gave none, none is complete
        assert (row["completeness"] == "") == (row["months_expected"] == "0")
    zeros = {(name, row["place"], row["age"]) for name, table in rows.items() for row in table
             if any(IS_ZERO.fullmatch(cell) for cell in row.values())}  # fmt: skip
    known = [("zerotown", "_T"), ("all", "older")]
    assert zeros == {(name, *of) for name in ("changes.csv", "indicator_values.csv") for of in known}


def test_no_program_takes_an_empty_cell_for_zero(edition: Edition) -> None:
    """In neither description of the data has a column a default, and an empty cell is none: CSVW's ``null`` is that
    unless it is said otherwise, and so are Frictionless' ``missingValues``."""
    for name in ("csv-metadata.json", "datapackage.json"):
        described = json.loads((edition.data / name).read_text())
        assert not keys_of(described) & {"default", "null"}
        assert all(
            table["schema"].get("missingValues", [""]) == [""]
            for table in described.get("resources", ())
            if "schema" in table
        )
        numbers = [
            column for column in columns_of(described) if column["name"] in {"value", "numerator", "denominator"}
        ]
        assert len(numbers) > 3
        assert not any(column.get("required") or column.get("constraints", {}).get("required") for column in numbers)


def keys_of(said: object) -> set[str]:
    if isinstance(said, dict):
        return set(said).union(*map(keys_of, said.values()))
    return set().union(*map(keys_of, said)) if isinstance(said, list) else set()


def columns_of(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for table in described.get("tables", described.get("resources", ())):
        schema = table.get("tableSchema", table.get("schema", {}))
        yield from schema.get("columns", schema.get("fields", ()))


def test_explain_gives_no_number_where_there_is_none(edition: Edition) -> None:
    calendar = edition.quarter.calendar
    for (indicator, period, place, member), (value, status) in EXPECTED.items():
        if value and indicator != "lent":
            continue
        group = {} if member == "_T" else {"age": member}
        made = explain(edition.quarter.folder, edition.warehouse, indicator, calendar.parse(period), place, group)
        assert (made.value, made.status) == (value, status), (indicator, period, place, member)
        said = list(lines(made))
        assert said[3].startswith(f"  {status}, ")
        assert bool(re.match(r"\s*-?\d", said[2])) == (value is not None), said[2]
        assert all(part is None or part == value for part in (made.lower, made.upper))
        told = json.loads(json.dumps(data(made), default=plain))
        assert [told[name] for name in ("value", "status")] == [value, status]
        if value is None:
            assert told["lower"] is told["upper"] is None


def test_the_command_line_prints_a_dash_for_what_is_no_number(edition: Edition) -> None:
    """`cairn values`, with ``--json`` and without."""
    found = values(edition.quarter.folder, edition.warehouse, "spots", edition.quarter.period)
    told = {row["place"]: (row["value"], row["status"]) for row in json.loads(json.dumps(found, default=plain))}
    assert told == PLACES
    assert {place: figure(value) for place, (value, _) in told.items()} == {
        place: "–" if value is None else str(int(value)) for place, (value, _) in PLACES.items()
    }


def test_nothing_is_reckoned_from_what_is_no_number(edition: Edition) -> None:
    """Changes, gaps, statuses, projections and cohorts of the warehouse."""
    with duckdb.connect(str(edition.warehouse), read_only=True) as connection:
        absent = """select indicator, period_type, period, place, breakdown, members from ind_values
            where value is null"""
        for table, columns in {
            "ind_trends": ("change_previous", "change_year_before", "change_baseline"),
            "ind_gaps": ("difference", "ratio"),
            "ind_status": ("value",),
        }.items():
            given = " or ".join(f"{column} is not null" for column in columns)
            query = f"select count(*) from {table} semi join ({absent}) using (indicator, period, place, members)"
            assert connection.execute(f"{query} where {given}").fetchall() == [(0,)], table
        earlier = (
            "select previous_value, year_before_value from ind_trends where indicator = 'visits' and period = '2025Q4'"
        )
        assert connection.execute(earlier).fetchall() == [(11.0, None)]  # suppressed a year before


def test_a_scorecard_and_a_receipt_tell_them_apart(edition: Edition) -> None:
    own = scorecards.read_own(edition.quarter, edition.warehouse)
    (one, *_) = scorecards.write(edition.quarter, own).cards
    said = {line.indicator: line for group in one.groups for line in group.lines}
    for line in said.values():
        assert not IS_ZERO.fullmatch(line.yours), line
        assert not IS_ZERO.fullmatch(line.all), line
        assert not any(re.search(r"(?<![\d.,])0(?![\d.,])", text) for text in line.before), line
    assert "spots" not in said  # of which it suppressed a part itself
    assert (said["visits"].yours, said["calls"].is_all) == ("12 visits", False)  # of two partners one
    taken = {(one.measure, one.period.key): one for one in edition.receipt.taken}
    assert taken["Visits", "2025Q1"].total is None
    assert taken["Visits", "2024Q4"].total is None
    cells = taken["Spots", "2025Q4"].cells
    assert (cells.numbers, cells.suppressed, cells.not_applicable, cells.missing) == (5, 1, 1, 1)
    page = unescape(re.sub("<[^>]+>", " ", receipt_page(edition.receipt).decode()))
    assert not re.search(r"Visits\W+(?:Q\d \d{4}\W+)?0\b", page)
