"""With the policy on, nothing that leaves an edition depends on a hidden number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.lint import problems_in, read
from agenda.model import Disclosure
from reports.data.package import write_data
from reports.disclosure.cells import Row
from reports.disclosure.withhold import Earlier, Frozen, Judged, without
from reports.marts import read_quarter
from reports.quarter.changes import COMPARED, compared
from reports.quarter.tables import Quarter
from reports.rendering.pages import write_project
from tests.reports.marts import build

CHILDCARE = Path(__file__).parents[2] / "examples" / "childcare"
HIDE = (1, 30)
NOBODY = """
    create table int_observations (
        partner text, measure text, period_start date, period_end date, place text, members text, value decimal(18, 6));
    create table int_reported_periods (partner text, measure text, reported_start date, reported_end date,
        period_type text, period text, is_counted boolean);
    create table int_reports (
        partner text, measure text, period_start date, period_end date, is_plain boolean);
    create table int_member_parts (measure text, members text, part text);
    create table int_contributions (
        partner text, measure text, period_type text, period text, place text, members text, value decimal(18, 6),
        over_partners text);
    create table int_reach (
        partner text, measure text, period_type text, period text, place text, members text, high decimal(18, 6));
    create schema lake;
    create table lake.agenda_place_ancestors (place text, ancestor text);
"""


def childcare() -> Folder:
    """The example, published in two of its languages: a second one shows what one could."""
    found = read(CHILDCARE)
    return replace(found, initiative=found.initiative.model_copy(update={"languages": ("en", "ko")}))


def with_policy(folder: Folder) -> Folder:
    policy = Disclosure(policy="small_counts", hide=HIDE)
    return replace(folder, initiative=folder.initiative.model_copy(update={"disclosure": policy}))


@pytest.fixture(scope="module")
def folder() -> Folder:
    return with_policy(childcare())


@pytest.fixture(scope="module")
def warehouse(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = build(folder, tmp_path_factory.mktemp("marts") / "w.duckdb", "2025Q3", "2026Q2")
    with duckdb.connect(str(path)) as connection:
        connection.execute(NOBODY)
    return path


@pytest.fixture(scope="module")
def true(folder: Folder, warehouse: Path) -> Quarter:
    """The quarter as it is, of which nothing is hidden."""
    return read_quarter(warehouse, folder.initiative.calendar.parse("2026Q2"), childcare())


@pytest.fixture(scope="module")
def verdict(true: Quarter) -> list[Judged]:
    """Every second row hidden, whatever it counts, so that all pages have something to hide."""
    shown = Judged(False, False, "F")
    marks = [Judged(True, True, "A"), shown, Judged(True, False, "D"), shown]
    return [marks[number % len(marks)] for number in range(true.values.height)]


@pytest.fixture(scope="module")
def quarter(true: Quarter, verdict: list[Judged]) -> Quarter:
    return protected(true, frozen(true), verdict)


def frozen(true: Quarter) -> Frozen:
    return Frozen(true.values.drop("conf_status"), true.trends, true.standings, true.projections)


def protected(true: Quarter, numbers: Frozen, verdict: list[Judged]) -> Quarter:
    return replace(true, **without(numbers, true.root.id, verdict)._asdict())


def outputs(quarter: Quarter, out: Path) -> Mapping[str, bytes]:
    write_data(quarter, out / "data")
    write_project(quarter, out / "pages")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_no_output_depends_on_a_hidden_number(
    true: Quarter, quarter: Quarter, verdict: list[Judged], tmp_path: Path
) -> None:
    """Other numbers in place of all that is hidden leave every page, chart, alt text and download as it is."""
    hidden = quarter.values["conf_status"] != "F"
    bare = frozen(true).values
    wholes = quarter.values.filter(hidden & (pl.col("place") == quarter.root.id) & (pl.col("breakdown") == ""))
    gone = {(row[0], row[1]) for row in wholes.select("indicator", "period").iter_rows()}
    other = Frozen(
        bare.with_columns(
            pl.when(hidden).then(pl.lit(98765.0)).otherwise(pl.col(name)).alias(name) for name in ("value", "lower", "upper")
        ).with_columns(
            pl.when(pl.Series([part.numerator for part in verdict])).then(pl.lit(98765)).otherwise(pl.col("numerator"))
            .cast(pl.Decimal(38, 6)).alias("numerator"),
            pl.when(pl.Series([part.denominator for part in verdict])).then(pl.lit(98765)).otherwise(pl.col("denominator"))
            .cast(pl.Decimal(38, 6)).alias("denominator"),
        ),
        _other(true.trends, gone, {
            "period": tuple(c for earlier in COMPARED for c in compared(earlier)[2:]),
            **{compared(earlier)[0]: compared(earlier)[1:] for earlier in COMPARED},
        }),
        _other(true.standings, gone, {"baseline_period": ("baseline_value", "path_value")}),
        true.projections.with_columns(pl.lit(98765.0).alias(name) for name in ("value", "lower", "upper")),
    )  # fmt: skip
    assert outputs(protected(true, other, verdict), tmp_path / "other") == outputs(quarter, tmp_path / "quarter")


def _other(frame: pl.DataFrame, gone: set[tuple[str, str]], columns: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    for period, names in columns.items():
        hit = pl.Series([pair in gone for pair in frame.select("indicator", period).iter_rows()], dtype=pl.Boolean)
        frame = frame.with_columns(
            pl.when(hit).then(pl.lit(98765.0).cast(frame.schema[n])).otherwise(pl.col(n)).alias(n) for n in names
        )
    return frame


def test_a_projection_rests_on_shown_values_only(true: Quarter) -> None:
    """Of waiting children one quarter within the line is hidden, of uptake only a group."""
    whole = (pl.col("place") == true.root.id) & (pl.col("period") == "2025Q4")
    hit = (pl.col("indicator") == "waiting_children") & (pl.col("breakdown") == "")
    hit = whole & (hit | (pl.col("indicator") == "uptake_rate") & (pl.col("breakdown") != ""))
    hidden = frozen(true).values.select(hit.alias("hit"))["hit"]
    marks: list[Judged] = [Judged(one, one, "A" if one else "F") for one in hidden]
    shown = protected(true, frozen(true), marks)
    assert true.projection("waiting_children") is not None
    assert shown.projection("waiting_children") is None
    assert shown.projection("uptake_rate") == true.projection("uptake_rate") is not None


def test_a_group_s_status_goes_with_its_value_or_its_baseline_s(true: Quarter) -> None:
    """The whole's stays: it is another number."""
    key = {"indicator": "uptake_rate", "period_type": "quarter", "place": true.root.id}
    groups = [("", ""), ("age_group", "age_group=infant"), ("age_group", "age_group=toddler")]
    names = ("period", "breakdown", "members", "status_code", "baseline_period", "baseline_value", "path_value")
    rows = [
        {**key, **dict(zip(names, ("2026Q2", *group, "at_risk", "2025Q3", 0.3, 0.4), strict=True))} for group in groups
    ]
    standings = pl.DataFrame(rows, schema=true.standings.schema)
    at = pl.struct("indicator", "place", "members", "period")
    gone = [{"indicator": "uptake_rate", "place": true.root.id, "members": members, "period": period}
            for members, period in (("age_group=infant", "2026Q2"), ("age_group=toddler", "2025Q3"))]  # fmt: skip
    bare = frozen(true)
    marks: list[Judged] = [
        Judged(one in gone, one in gone, "A" if one in gone else "F")
        for one in bare.values.select(at.alias("at"))["at"]
    ]
    found = protected(true, bare._replace(standings=standings), marks).standings
    assert found.select("members", "status_code", "baseline_value").rows() == [
        ("", "at_risk", 0.3), ("age_group=infant", "no_data", 0.3), ("age_group=toddler", "no_data", None),
    ]  # fmt: skip


def test_hidden_values_say_so_and_are_neither_zero_nor_missing(quarter: Quarter, tmp_path: Path) -> None:
    files = outputs(quarter, tmp_path)
    text = "\n".join(content.decode() for path, content in files.items() if path.endswith(".qmd"))
    assert "withheld" in text
    table = pl.read_csv(tmp_path / "data" / "indicator_values.csv", infer_schema=False)
    hidden = table.filter(pl.col("conf_status") != "F")
    assert set(hidden["status"]) == {"Q"}
    assert hidden["value"].null_count() == hidden["lower"].null_count() == hidden["upper"].null_count() == hidden.height
    assert not table.filter((pl.col("conf_status") == "F") & (pl.col("status") == "Q")).height


def test_people_are_protected_facilities_money_and_events_are_not(folder: Folder, warehouse: Path) -> None:
    values = read_quarter(warehouse, folder.initiative.calendar.parse("2026Q2"), folder).values
    assert set(values["conf_status"]) > {"F"}
    shown = values.filter(pl.col("indicator").is_in(["licensed_spots", "scholarships", "cost_share"]))
    assert set(shown["conf_status"]) == {"F"}
    counts = values.filter((pl.col("indicator") == "waiting_children") & (pl.col("numerator") > 0))
    assert counts.height
    assert min(counts["numerator"]) > HIDE[1]


def test_an_edition_that_shows_a_small_count_stops_the_next(folder: Folder, true: Quarter, warehouse: Path) -> None:
    """Published before the policy was there: hiding the number now would hide nothing."""
    columns = (
        "indicator",
        "period_type",
        "period",
        "place",
        "breakdown",
        "members",
        "version",
        "numerator",
        "denominator",
        "upper",
    )
    older = Earlier("0000 of 2026Q2", tuple(Row(*row) for row in true.values.select(columns).iter_rows()))
    with pytest.raises(HeldBack, match=r"small counts of people can be found out.*take that edition off the site"):
        read_quarter(warehouse, true.period, folder, [older])


def test_what_can_not_be_linked_is_refused(folder: Folder) -> None:
    assert list(problems_in(folder)) == []
    first = folder.agenda.indicators[3]
    assert first.id == "waiting_children"
    term = first.formula.of[0].model_copy(update={"where": {"age_group": ("infant",)}})
    filtered = first.model_copy(update={"formula": first.formula.model_copy(update={"of": (term,)})})
    indicators = tuple(filtered if i.id == first.id else i for i in folder.agenda.indicators)
    changed = replace(folder, agenda=folder.agenda.model_copy(update={"indicators": indicators}))
    assert any("small_counts can't protect" in str(problem) for problem in problems_in(changed))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"adds_up": False}, "lead_teachers is about people and no count of them"),
        ({"whole": False}, "lead_teachers counts people and needn't be whole"),
    ],
)
def test_a_share_and_a_part_of_people_are_refused(folder: Folder, change: dict[str, bool], said: str) -> None:
    """Nobody can tell how few people the one is about; of the other not every number is 1 to 10 that could be."""
    measures = tuple(m.model_copy(update=change) if m.id == "lead_teachers" else m for m in folder.agenda.measures)
    changed = replace(folder, agenda=folder.agenda.model_copy(update={"measures": measures}))
    assert any(said in str(problem) for problem in problems_in(changed))
