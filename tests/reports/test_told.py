"""Every number that pages, charts, alternatives, tables and the PDF show is one of the published data's, and a wrong one
is found. Editions with withheld numbers are looked at in tests/disclosure, real ones in tests/real."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reports.data.package import write_data
from reports.quarter.tables import Quarter
from tests.reports.conftest import Rendered
from tests.reports.told import Edition, only_on_paper, unexplained


@pytest.fixture(scope="module")
def edition(quarter: Quarter, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    data = tmp_path_factory.mktemp("told") / "data"
    write_data(quarter, data)
    return Edition(data, quarter.folder, quarter.period)


def test_every_number_comes_from_the_data(rendered: Rendered, edition: Edition) -> None:
    assert unexplained(rendered.site, edition) == []


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils")
def test_no_paper_has_a_number_of_its_own(rendered: Rendered, tmp_path: Path) -> None:
    assert {"report.pdf", "brief.pdf", "brief.docx"} <= {path.name for path in rendered.site.iterdir()}
    assert only_on_paper(rendered.site) == {}
    shutil.copyfile(rendered.site / "report.pdf", tmp_path / "report.pdf")
    (tmp_path / "index.html").write_text("<p>No number.</p>", encoding="utf-8")
    assert len(only_on_paper(tmp_path)["report.pdf"]) > 50


def test_a_revision_is_what_two_editions_say(edition: Edition, tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    table = (edition.data / "indicator_values.csv").read_text(encoding="utf-8")
    row = next(one for one in edition.values["visit_count"] if edition.is_whole(one) and one["period"] == "2026Q1")
    line = next(
        line for line in table.splitlines() if line.startswith("visit_count,quarter,2026Q1,") and row["value"] in line
    )
    older = table.replace(line, line.replace(row["value"], "1234.0"))
    (tmp_path / "before/indicator_values.csv").write_text(older, encoding="utf-8")
    now = edition.words.quantity(edition.indicators["visit_count"], float(row["value"]))
    cells = ("Indicator name", "Q1 2026", "1,234 visits", now, "New numbers from P2")
    heads = "".join(f"<th>{head}</th>" for head in ("Indicator", "Period", "Before", "Now", "Why"))

    def found(*cells: str) -> list[str]:
        row = "".join(f"<td>{cell}</td>" for cell in cells)
        page = f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{row}</tr></tbody></table>"
        (tmp_path / "index.html").write_text(page, encoding="utf-8")
        return unexplained(tmp_path, replace(edition, before=tmp_path / "before"))

    shutil.copytree(edition.data, tmp_path / "before", dirs_exist_ok=True, ignore=lambda *_: ["indicator_values.csv"])
    assert found(*cells) == []
    for wrong in (2, 3):
        assert found(*(f"9{cell}" if at == wrong else cell for at, cell in enumerate(cells)))


PLANTED = [
    ("index.html", r'<p class="big">([\d,]+)'),
    ("index.html", r"Indicator name (?:rose|fell) by ([\d,]+)"),
    ("index.html", r"<b>(\d+)</b> of 2 partners reported"),
    ("index.html", r"than chance would explain:</strong>[^<]*?([\d.]+) points"),
    ("index.html", r"the widest gap: [^<]*?: ([\d.]+) points"),
    ("goals/reach.html", r'<a href="#visit_count">[^<]*</a> ([\d,]+)'),
    ("goals/reach.html", r"<dd>([\d,]+) visits</dd>"),
    ("goals/reach.html", r"<desc[^>]*>From ([\d,]+) visits"),
    ("goals/reach.html", r"<text[^>]*>Baseline ([\d,]+)"),
    ("goals/reach.html", r"<text[^>]*>([\d,]+)</text>"),  # the first tick of an axis
    ("goals/reach.html", r'<th scope="row">Q1 2026</th><td>([\d,]+)'),
    ("goals/stay.html", r'<th scope="row">Alt</th><td>([\d.]+)'),
    ("goals/stay.html", r"the widest gap: [^<]*?: ([\d.]+) points"),
    ("data.html", r"<b>(\d+)</b> accepted"),
    ("data.html", r'<th scope="row"[^>]*>P2</th><td[^>]*>(\d) of'),
]


@pytest.mark.parametrize(("page", "place"), PLANTED)
def test_a_wrong_number_is_found(rendered: Rendered, edition: Edition, tmp_path: Path, page: str, place: str) -> None:
    text = (rendered.site / page).read_text(encoding="utf-8")
    found = re.search(place, text)
    assert found is not None, place
    wrong = found[1][:-1] + str((int(found[1][-1]) + 7) % 10)
    (tmp_path / page).parent.mkdir(exist_ok=True)
    (tmp_path / page).write_text(f"{text[: found.start(1)]}{wrong}{text[found.end(1) :]}", encoding="utf-8")
    problems = unexplained(tmp_path, edition)
    assert problems
    assert all(problem.startswith(page) for problem in problems)
