"""A changed definition: each is a series of its own, one is in force for a period, and nothing is compared across."""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from agenda.folder import Folder
from agenda.indicators import Definition, Formula
from agenda.lint import read
from agenda.store import FolderStore
from agenda.tables import agenda_tables
from flows import explain_words, triangle
from flows.explain import explain
from flows.revisions import Replay, revisions
from flows.values import values
from reports.data.package import values_table
from reports.disclosure.cells import Cells, Row
from reports.editions.revisions import compare, read_values
from reports.marts import read_quarter
from reports.pictures.charts import pieces
from reports.rendering.pages import write_project
from reports.telling.views import EditionLabel, Views
from reports.words import Words
from sources.lake import Lake as StoredLake
from tests.dbt.conftest import INITIATIVE, Warehouse
from tests.dbt.lake_fixture import Lake, Reading

BEFORE = "formula: {kind: ratio, of: enrolled, per: spots}"
AFTER = """formula: {kind: ratio, of: enrolled, per: spots + waiting}
    since: 2026Q4
    changed: Children who wait want a spot, too.
    earlier:
      - definition: Enrolled per spot.
        formula: {kind: ratio, of: enrolled, per: spots}"""
"""From April 2026 on, as the year begins in July, children who wait are counted with the spots."""
ROWS = [
    (measure, period, "north", "age=infant|setting=home" if measure == "enrolled" else "", number)
    for period, *numbers in (("2025Q4", 40, 50, 30), ("2026Q3", 42, 56, 28), ("2026Q4", 45, 60, 30))
    for measure, number in zip(("enrolled", "spots", "waiting"), numbers, strict=True)
    if (measure, period) != ("waiting", "2025Q4")
]  # fmt: skip


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Folder]:
    """The numbers first by the old agenda, then the agenda that defines ``use`` otherwise."""
    path = tmp_path_factory.mktemp("versions")
    shutil.copytree(INITIATIVE, path / "initiative")
    agenda = path / "initiative/agenda.yml"
    folder = read(path / "initiative")
    lake = Lake(path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    lake.deliver(Reading("r", "centers", ROWS))
    assert agenda.read_text().count(BEFORE) == 1
    agenda.write_text(agenda.read_text().replace(BEFORE, AFTER))
    folder = read(path / "initiative")
    lake.land_agenda(folder)
    return lake, folder


@pytest.fixture(scope="module")
def redefined(lake: tuple[Lake, Folder], build: Callable[..., Warehouse]) -> Warehouse:
    return build(lake[0].path)


def test_both_series_are_kept_and_one_is_in_force(redefined: Warehouse) -> None:
    found = redefined.rows(
        """select s.period, s.series, s.is_in_force, v.value from dim_series s
        join ind_values v on v.indicator = s.series and v.period = s.period
        where s.indicator = 'use' and place = 'state' order by all"""
    )
    assert found == [
        ("2025Q4", "use", False, None),  # nobody said how many waited then
        ("2025Q4", "use@1", True, 40 / 50),
        ("2026Q3", "use", False, 42 / (56 + 28)),
        ("2026Q3", "use@1", True, 42 / 56),
        ("2026Q4", "use", True, 45 / (60 + 30)),
        ("2026Q4", "use@1", False, 45 / 60),
    ]


def test_a_quarter_is_compared_within_its_series_alone(lake: tuple[Lake, Folder], redefined: Warehouse) -> None:
    folder = lake[1]
    quarter = read_quarter(redefined.path, folder.initiative.calendar.parse("2026Q4"), folder)
    assert [value.value if value else None for _, value in quarter.series("use")][-2:] == [42 / 56, 0.5]
    change = quarter.change("use")
    assert (change.previous.value, change.previous.amount) == (0.5, 0.0)  # by the new definition it was the same before
    assert (change.year_before.value, change.year_before.amount) == (None, None)
    before = read_quarter(redefined.path, folder.initiative.calendar.parse("2026Q3"), folder)
    assert len(before.indicators["use"].formula.per or ()) == 1
    assert before.change("use").previous.amount is None
    assert len(quarter.indicators["use"].formula.per or ()) == 2


def test_explain_and_values_go_by_the_definition_in_force(lake: tuple[Lake, Folder], redefined: Warehouse) -> None:
    folder = lake[1]
    parse = folder.initiative.calendar.parse
    old, new = (explain(folder, redefined.path, "use", parse(period)) for period in ("2026Q3", "2026Q4"))
    assert (old.defined.version, old.value, [t.measure for t in old.terms]) == (1, 0.75, ["enrolled", "spots"])
    assert (new.defined.version, new.value, [t.measure for t in new.terms]) == (
        2,
        0.5,
        ["enrolled", "spots", "waiting"],
    )
    assert [(other.version, other.value) for other in new.defined.otherwise] == [(1, 0.75)]
    said = " ".join("\n".join(explain_words.lines(new)).split())
    assert "Defined so since 2026-04-01 (version 2): Children who wait want a spot, too." in said
    assert "By version 1 of the definition it is" in said
    json.dumps(explain_words.data(new), default=str)
    [row] = values(folder, redefined.path, "use", parse("2026Q4"), "state")
    assert (row["indicator"], row["value"], row["version"]) == ("use", 0.5, 2)


def test_revisions_say_that_the_method_changed(lake: tuple[Lake, Folder]) -> None:
    """The older agenda in the lake knows of no versions; the newer one changes the last quarter, and nothing before."""
    path, folder = lake[0].path, lake[1]
    replay = Replay(path, StoredLake(FolderStore(path.parent)).manifests(), "use")
    found = revisions(replay, folder.initiative.calendar)
    assert [(known.value, known.version) for known in found["2026Q4"]] == [(0.75, 1), (0.5, 2)]
    assert [(known.value, known.version) for known in found["2026Q3"]] == [(0.75, 1)]
    indicator = next(i for i in folder.agenda.indicators if i.id == "use")
    lines = list(triangle.lines(indicator, None, found, 1))
    assert [line.split()[0] for line in lines if "R3, method" in line] == ["2026-01-03"]


def test_a_lake_from_before_there_were_versions_is_all_the_first(
    tmp_path: Path, build: Callable[..., Warehouse]
) -> None:
    folder = read(INITIATIVE)
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    newer = ("agenda_definitions", "agenda_gaps")
    lake.commit("agenda", {name: table for name, table in agenda_tables(folder).items() if name not in newer}, [])
    lake.deliver(Reading("r", "centers", ROWS))
    old = build(lake.path)
    assert old.value("use", "state", period="2026Q4") is not None
    assert old.rows("select distinct version, is_in_force, series = indicator from dim_series") == [(1, True, True)]


def test_the_page_breaks_the_line_and_says_why(lake: tuple[Lake, Folder], redefined: Warehouse, tmp_path: Path) -> None:
    folder = lake[1]
    quarter = read_quarter(redefined.path, folder.initiative.calendar.parse("2026Q4"), folder)
    write_project(quarter, tmp_path)
    page = html.unescape((tmp_path / "goals/reach.qmd").read_text())
    page = page[page.index("{#use}") : page.index("{#awards_paid}")]
    for said in (
        "Defined otherwise since Q4 FY 2026; both numbers are by the new definition.",
        "Q3 FY 2026, by today's definition",  # beside the chart
        "Defined otherwise since Q4 FY 2026: values before and after can't be compared.",  # below it, and in its text
        "By the definition before Q4 FY 2026",  # in the table
        "Before Q4 FY 2026",  # how it was defined
        "Children who wait want a spot, too.",
    ):
        assert said in page, said
    assert page.count(">defined otherwise<") == 2  # at the break, in the wide chart and the narrow one
    figures = Views(quarter, Words("en", quarter.calendar), EditionLabel()).figures
    points = figures.points(quarter.indicators["use"])
    assert [(piece, point.value) for piece, point in pieces(points)][-2:] == [(2, 0.75), (3, 0.5)]
    told = figures.trend(quarter.indicators["use"]).description
    assert told.startswith("1\N{NO-BREAK SPACE}% in Q4 FY 2026. Defined otherwise since Q4 FY 2026")


def test_downloads_hold_both_and_name_them(lake: tuple[Lake, Folder], redefined: Warehouse) -> None:
    folder = lake[1]
    quarter = read_quarter(redefined.path, folder.initiative.calendar.parse("2026Q4"), folder)
    table = values_table(quarter).filter((pl.col("indicator") == "use") & (pl.col("place") == "state"))
    rows = table.filter(pl.col("period") == "2026Q4").select("version", "is_in_force", "value").rows()
    assert rows == [(1, False, 0.75), (2, True, 0.5)]


def test_a_changed_definition_is_a_revision_of_method() -> None:
    """An edition from before there were versions, and one after; only the values in force are compared."""
    columns = {"indicator": "use", "period_type": "quarter", "place": "state", "numerator": "45", "status": "A"}
    old = pl.DataFrame([columns | {"period": "2026Q4", "value": "0.75", "denominator": "60"}])
    new = pl.DataFrame([
        columns | {"period": "2026Q4", "value": "0.75", "denominator": "60", "version": "1", "is_in_force": "false"},
        columns | {"period": "2026Q4", "value": "0.5", "denominator": "90", "version": "2", "is_in_force": "true"},
    ])  # fmt: skip
    before, after = (read_values(frame.write_csv().encode()) for frame in (old, new))
    [row] = compare(before, after, []).iter_rows(named=True)
    assert (row["change"], row["value_before"], row["value_after"]) == ("changed", "0.75", "0.5")
    assert (row["version_before"], row["version_after"]) == ("1", "2")


def test_disclosure_control_counts_each_row_by_its_own_definition(lake: tuple[Lake, Folder]) -> None:
    """Children waiting before, children enrolled now: a row of the one hides no cell of the other."""
    folder = lake[1]
    [uptake] = [i for i in folder.agenda.indicators if i.id == "uptake"]
    before = Definition(definition="D", formula=Formula(kind="percent", of="waiting", per="children"))
    changed = uptake.model_copy(update={"since": "2026Q4", "changed": "Why.", "earlier": (before,)})
    agenda = folder.agenda.model_copy(update={"indicators": (changed,)})
    cells = Cells(replace(folder, agenda=agenda), (1, 10))
    rows = [Row("uptake", "quarter", "2026Q4", "north", "", "", version, Decimal(5), Decimal(200), None)
            for version in (1, 2)]  # fmt: skip
    assert [key.measure for row in rows for key in cells.keys(row) if key is not None] == ["waiting", "enrolled"]
    cells.add(rows, is_now=True)
    assert sorted(key.measure for key in cells.now) == ["enrolled", "waiting"]
