"""What pages say of targets: those of groups, agreed baselines, and where a number would come to at its pace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from agenda import lint
from agenda.folder import Folder
from reports.escape import plain
from reports.marts import read_quarter
from reports.quarter.tables import Quarter
from reports.rendering.pages import write_project
from reports.telling.definition import Definitions
from reports.telling.views import EditionLabel, Views
from reports.words import Words
from tests.reports.conftest import initiative, render_quarter
from tests.reports.marts import build

AGREED = [
    ("baseline: {period: 2024Q4, value: 40 %}", "baseline: {period: 2024Q4, value: 40 %, locked: 2025-01-15}"),
    ("targets: [{by: 2026Q4, value: 60 %}]", "targets: [{by: 2026Q4, value: 60 %}, "
     "{by: 2026Q4, value: 90 %, where: {age: young}}, {by: 2025Q4, value: 5 %, where: {age: old}}, "
     "{by: 2026Q4, value: 60 %, place: south}]\n    path: compound"),
]  # fmt: skip


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    path = tmp_path_factory.mktemp("agreed") / "lowtown"
    initiative(path)
    agenda = path / "agenda.yml"
    text = agenda.read_text(encoding="utf-8")
    for old, new in AGREED:
        assert text.count(old) == 1
        text = text.replace(old, new)
    agenda.write_text(text, encoding="utf-8")
    return lint.read(path)


@pytest.fixture(scope="module")
def complete(agreed: Folder, tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    path = build(agreed, tmp_path_factory.mktemp("marts") / "w.duckdb", "2024Q4", "2026Q2")
    return read_quarter(path, agreed.initiative.calendar.parse("2026Q2"), agreed)


def views(quarter: Quarter) -> Views:
    return Views(quarter, Words("en", quarter.calendar), EditionLabel())


def plainly(text: str) -> str:
    return plain(text).replace("\u00a0", " ")


# -- groups -------------------------------------------------------------------------------------------


def test_a_group_with_a_target_has_a_status_in_its_table(complete: Quarter) -> None:
    section = next(s for page in views(complete).goals for s in page.sections if s.ident == "active_share")
    over_time, places, ages = section.tables
    assert over_time.codes == {}
    for table, targets in (
        (places, ["", "60 % by December 2026"]),
        (ages, ["90 % by December 2026", "5 % by December 2025"]),
    ):
        [(column, codes)] = table.codes.items()
        assert table.head[-2:] == ("Target", "Status")
        assert column == len(table.head) - 1
        assert [row[-2].replace("\u00a0", " ") for row in table.rows] == targets
        assert [row[-1] for row in table.rows] == [
            Words("en", complete.calendar).standing(c) if c else "" for c in codes
        ]
    assert places.codes[len(places.head) - 1][0] == ""
    assert ages.codes[len(ages.head) - 1] == ("off_track", "met")


def test_the_whole_is_not_held_against_a_group_s_target(complete: Quarter) -> None:
    said = plainly(views(complete).sentences.say("active_share"))
    assert "60 % by December 2026" in said
    assert "90 %" not in said
    assert complete.standing("active_share").target_value == 0.6


def test_status_is_a_word_and_a_shape_on_the_page_and_on_paper(complete: Quarter, tmp_path: Path) -> None:
    rendered = render_quarter(complete, tmp_path)
    page = (rendered.site / "goals/stay.html").read_text(encoding="utf-8")
    row = page[page.index(": by dimension name") :].split("<tr")[2]
    assert '<span class="status off_track"><svg class="shape"' in row
    assert "Off track" in row
    paper = (rendered.project / "report.qmd").read_text(encoding="utf-8")
    assert 'status("off_track", [#"Off track"])' in paper
    assert (rendered.site / "report.pdf").is_file()


# -- baselines ----------------------------------------------------------------------------------------


def definition(quarter: Quarter, indicator: str) -> dict[str, str]:
    words = Words("en", quarter.calendar)
    said = dict(Definitions(quarter, words).of(quarter.indicators[indicator]))
    return {name: plainly(text) for name, text in said.items()}


def known(quarter: Quarter, value: float | None) -> Quarter:
    """The quarter with another value of active_share for its baseline's period."""
    here = (pl.col("indicator") == "active_share") & (pl.col("period") == "2024Q4")
    changed = pl.when(here).then(pl.lit(value, pl.Float64)).otherwise(pl.col("value")).alias("value")
    return replace(quarter, values=quarter.values.with_columns(changed))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.4004, "40.0 % for Q4 2024, as agreed on January 15, 2025."),
        (0.41, "40.0 % for Q4 2024, as agreed on January 15, 2025; the data now say 41.0 %."),
        (None, "40.0 % for Q4 2024, as agreed on January 15, 2025."),
    ],
)
def test_a_locked_baseline_stays_and_says_what_the_data_say_now(
    complete: Quarter, value: float | None, said: str
) -> None:
    assert definition(known(complete, value), "active_share")["Baseline"] == said


def test_a_baseline_from_the_data_is_no_agreement(complete: Quarter) -> None:
    assert "Baseline" not in definition(complete, "visit_count")
    assert "Path" not in definition(complete, "visit_count")
    assert definition(complete, "active_share")["Path"] == "From target to target by the same share each day."


# -- the pace -----------------------------------------------------------------------------------------


def projected(quarter: Quarter, indicator: str, outlook: str, better: str = "") -> Quarter:
    row = {
        "indicator": indicator,
        "period_type": "quarter",
        "period": "2026Q2",
        "periods": 7,
        "target_period": "2026Q4",
    }
    numbers = [(0.5, 0.4, 0.6), (0.51, 0.41, 0.61), (0.52, 0.4, 0.63)]
    rows = [
        row | {"ahead": i, "value": v, "lower": low, "upper": up, "outlook": outlook if i == 2 else None}
        for i, (v, low, up) in enumerate(numbers)
    ]
    found = pl.DataFrame(rows, schema=quarter.projections.schema)
    if better:
        changed = [i.model_copy(update={"better": better}) for i in quarter.folder.agenda.indicators]
        agenda = quarter.folder.agenda.model_copy(update={"indicators": tuple(changed)})
        quarter = replace(quarter, folder=replace(quarter.folder, agenda=agenda))
    return replace(quarter, projections=found)


@pytest.mark.parametrize(
    ("outlook", "better", "verdict"),
    [
        ("reached", "", "enough for the target of 60 %"),
        ("likely", "", "enough for the target of 60 %, though not surely"),
        ("unlikely", "", "short of the target of 60 %, though it may still be reached"),
        ("missed", "", "short of the target of 60 %"),
        ("unlikely", "less", "above the target of 60 %, though it may still be reached"),
        ("missed", "less", "above the target of 60 %"),
    ],
)
def test_the_pace_is_a_sentence(complete: Quarter, outlook: str, better: str, verdict: str) -> None:
    quarter = projected(complete, "active_share", outlook, better)
    section = next(s for page in views(quarter).goals for s in page.sections if s.ident == "active_share")
    sentence = (
        f"At the pace of the last 7 quarters it would come to 52.0 % by December 2026 (40.0 % to 63.0 %): {verdict}."
    )
    assert plainly(section.say).endswith(sentence)
    assert plainly(section.figures[0].description).endswith(sentence)
    assert "Dotted, ahead: the pace of the last 7 quarters, with its 95 % interval." in map(
        plainly, section.figures[0].notes
    )
    assert "At this pace 52.0" in plainly(section.figures[0].wide)


@pytest.mark.parametrize(
    ("outlook", "verdict"),
    [
        ("reached", "inside the agreed band of 0.5 to 1.5"),
        ("likely", "inside the agreed band of 0.5 to 1.5, though not surely"),
        ("unlikely", "outside the agreed band of 0.5 to 1.5, though not surely"),
        ("missed", "outside the agreed band of 0.5 to 1.5"),
    ],
)
def test_the_pace_is_held_against_a_band(complete: Quarter, outlook: str, verdict: str) -> None:
    quarter = projected(complete, "member_ratio", outlook)
    assert views(quarter).outlook.sentence(quarter.indicators["member_ratio"]).endswith(f": {verdict}.")


def test_without_a_projection_nothing_is_said_of_a_pace(complete: Quarter, tmp_path: Path) -> None:
    assert complete.projection("active_share") is not None
    bare = replace(complete, projections=complete.projections.clear())
    write_project(bare, tmp_path)
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.qmd"))
    assert "At the pace of" not in text
    assert "Dotted, ahead" not in text
