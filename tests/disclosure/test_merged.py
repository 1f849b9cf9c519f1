"""Groups that are shown together: they tell of nobody, whoever asks, and they are what readers are told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.lint import read
from agenda.model import Disclosure, Merged
from agenda.tables import members_text
from reports.data.package import write_data
from reports.disclosure.attackers import exposed
from reports.disclosure.cells import ROW, Cells, Row
from reports.disclosure.groups import Key
from reports.disclosure.linked import PUBLIC, Cell, Linked, Sum
from reports.disclosure.merged import Merges, parts_of, together
from reports.disclosure.suppression import suppress
from reports.disclosure.withhold import Earlier, Frozen, Judged, judged, withhold
from reports.marts import read_quarter
from reports.quarter.gaps import gaps, groups, in_view
from reports.quarter.tables import Quarter
from reports.rendering.pages import write_project
from tests.disclosure.made import as_shown, merged
from tests.disclosure.optimum import fewest
from tests.reports.marts import build

CHILDCARE = Path(__file__).parents[2] / "examples" / "childcare"
HIDE = (1, 10)
TABLES, SOLVED, SMALL = 300, 150, 36
MERGES: Merges = {"age_group": {"under_three": ["infant", "toddler"]}}
YOUNG = "age_group=under_three"


# -- any table ------------------------------------------------------------------------------------------


def test_attackers_find_nothing_where_groups_are_shown_together() -> None:
    """Whatever else must be hidden for it; and no part of a group is seen beside it."""
    shown = 0
    for seed in range(TABLES):
        linked, attackers = merged(seed)
        chosen = suppress(linked, attackers)
        hidden = chosen.hidden
        assert exposed(chosen.linked, hidden, attackers, chosen.witnesses) == [], seed
        assert exposed(chosen.linked, hidden, attackers) == [], seed
        for group, cells in linked.merged.items():
            if group not in hidden:
                assert len(hidden & set(cells)) in (0, len(cells)), seed
                shown += bool(hidden & set(cells))
    assert shown > TABLES


def test_hidden_cells_are_at_most_one_and_a_half_times_the_fewest_with_groups_to_show_together() -> None:
    chosen = best = 0
    for seed in range(SOLVED):
        linked, _ = merged(seed)
        if len(linked.cells) <= SMALL:
            hidden, optimum = len(suppress(linked, [PUBLIC]).hidden), fewest(linked)
            assert optimum is not None
            assert hidden <= 1.5 * optimum, seed
            chosen, best = chosen + hidden, best + optimum
    assert 0 < best <= chosen <= 1.1 * best


YOUNG_OF = Linked(
    [Cell("all", 95), Cell("infant", 4, is_small=True, is_marked=True), Cell("toddler", 40), Cell("older", 51), Cell("young", 44)],
    [Sum({0: 1.0, 1: -1.0, 2: -1.0, 3: -1.0}), Sum({4: 1.0, 1: -1.0, 2: -1.0})],
)  # fmt: skip


def test_rather_the_sibling_is_hidden_than_another_group_and_both_together() -> None:
    assert suppress(YOUNG_OF, [PUBLIC]).hidden == {1, 2}


@pytest.mark.parametrize("hidden", [{1}, {1, 3}])
def test_a_group_beside_one_of_its_parts_is_found(hidden: set[int]) -> None:
    """The planted leak: the infants follow from the group and the toddlers, whatever else is hidden."""
    assert [(e.cell, e.least, e.most) for e in exposed(YOUNG_OF, hidden, [PUBLIC])] == [(1, 4, None), (1, None, 4)]


def test_the_last_part_of_a_group_goes_with_the_others_and_of_more_the_group_does() -> None:
    parts = {9: [1, 2, 3], 8: [3, 4], 7: [5, 6]}
    assert together(frozenset({1, 2}), parts) == {1, 2, 3, 4}
    assert together(frozenset({1}), parts) == {1, 9}
    assert together(frozenset({1, 2, 9}), parts) == {1, 2, 9}


def test_what_a_merged_group_is_made_of() -> None:
    assert parts_of("age_group=under_three|sex=f", MERGES) == ("age_group=infant|sex=f", "age_group=toddler|sex=f")
    assert parts_of("age_group=infant", MERGES) == parts_of("", MERGES) == parts_of("age_group=under_three", {}) == ()


# -- an edition -----------------------------------------------------------------------------------------

Counts = Mapping[tuple[str, str], tuple[int, int]]
"""By place and group: children with a subsidy, and all who qualify."""
PLACES = ("harbor", "northside")
NOBODY = pl.DataFrame(schema=dict.fromkeys(("partner", *Key._fields[:5]), pl.String) | {"value": pl.Float64})


@pytest.fixture(scope="module")
def folder() -> Folder:
    found = read(CHILDCARE)
    age, *others = found.agenda.dimensions
    age = age.model_copy(update={"merge": (Merged(id="under_three", name="Under 3", of=("infant", "toddler")),)})
    initiative = found.initiative.model_copy(update={"disclosure": Disclosure(policy="small_counts", hide=HIDE)})
    agenda = found.agenda.model_copy(update={"dimensions": (age, *others)})
    return replace(found, initiative=initiative, agenda=agenda)


def counted(infants: tuple[int, int], toddlers: tuple[int, int]) -> Counts:
    """Two places of which Northside has many children of each group, and both together."""
    many = {"age_group=infant": (130, 400), "age_group=toddler": (150, 500), "age_group=preschool": (160, 450)}
    few = {"age_group=infant": infants, "age_group=toddler": toddlers, "age_group=preschool": (60, 150)}
    found = {("harbor", group): counts for group, counts in few.items()}
    found |= {("northside", group): counts for group, counts in many.items()}
    for place in PLACES:
        found[place, YOUNG] = _sum(found[place, f"age_group={part}"] for part in ("infant", "toddler"))
        found[place, ""] = _sum(found[place, group] for group in few)
    return found | {("riverbend", group): _sum(found[place, group] for place in PLACES) for group in (*few, YOUNG, "")}


def _sum(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    above, below = zip(*counts, strict=True)
    return sum(above), sum(below)


def rows_of(counts: Counts) -> list[Row]:
    return [
        Row("subsidy_take_up", "quarter", "2026Q3", place, " * ".join(part.split("=")[0] for part in members.split("|") if part),
            members, 1, Decimal(above), Decimal(below), None)
        for (place, members), (above, below) in counts.items()
    ]  # fmt: skip


def edition(
    folder: Folder, counts: Counts, *earlier: Earlier, merges: Merges = MERGES
) -> dict[tuple[str, str], Judged]:
    """What is judged of each row that is shown, by place and group."""
    rows = [row for row in rows_of(counts) if merges or row.members != YOUNG]
    values = pl.DataFrame([row[:10] for row in rows], [*ROW, "numerator", "denominator", "upper"], orient="row")
    verdicts = judged(
        folder, values.with_columns(pl.col("upper").cast(pl.Float64)), HIDE, lambda: NOBODY, earlier, merges=merges
    )
    return {(row.place, row.members): one for row, one in zip(rows, verdicts, strict=True) if one is not None}


def published(counts: Counts, shown: Mapping[tuple[str, str], Judged], merges: Merges = MERGES) -> Earlier:
    """The same as readers have it."""
    rows = rows_of(counts)
    seen = as_shown(rows, [shown.get((row.place, row.members)) for row in rows])
    return Earlier("0000 of 2026Q3", seen, merges)


FEW = counted((4, 60), (40, 90))


def test_a_group_is_shown_just_where_all_its_parts_are_hidden(folder: Folder) -> None:
    found = edition(folder, FEW)
    assert found["harbor", "age_group=infant"] == (True, False, "A", True)
    assert found["harbor", "age_group=toddler"] == (True, False, "D", True)
    assert found["harbor", YOUNG] == (False, False, "F", False)
    assert found["harbor", "age_group=preschool"].code == found["harbor", ""].code == "F"
    for place in (*PLACES, "riverbend"):
        parts = {found[place, f"age_group={part}"].is_together for part in ("infant", "toddler")}
        assert parts == {(place, YOUNG) in found}
    assert ("riverbend", YOUNG) not in found


@pytest.mark.parametrize(("infants", "toddlers"), [((4, 60), (5, 90)), ((58, 60), (85, 90)), ((4, 60), (0, 90))])
def test_a_group_that_is_small_itself_or_leaves_few_is_not_shown(
    folder: Folder, infants: tuple[int, int], toddlers: tuple[int, int]
) -> None:
    """Nine of 150, or all but seven of them; then it is as if the agenda knew of no such group."""
    counts = counted(infants, toddlers)
    found = edition(folder, counts)
    assert ("harbor", YOUNG) not in found
    assert found["harbor", "age_group=infant"].code != "F"
    assert not found["harbor", "age_group=infant"].is_together
    assert [found[key].code for key in found] == [one.code for one in edition(folder, counts, merges={}).values()]


def test_what_was_published_stays_as_it_was(folder: Folder) -> None:
    first = edition(folder, FEW)
    assert edition(folder, FEW, published(FEW, first)) == first


def test_groups_may_be_shown_together_after_an_edition_that_knew_of_none(folder: Folder) -> None:
    """What it hid stays hidden; the group is shown where that tells of nobody who stands in either."""
    before = edition(folder, FEW, merges={})
    older = published(FEW, before, {})
    after = edition(folder, FEW, older)
    assert {key for key, one in before.items() if one.code != "F"} <= {
        key for key, one in after.items() if one.code != "F"
    }
    cells = Cells(folder, HIDE)
    for each, merges in ((older, {}), (published(FEW, after), MERGES)):
        cells.add(each.rows, is_now=False, merges=merges)
    linked = cells.linked()
    hidden = [i for i, cell in enumerate(linked.cells) if cell.was_hidden]
    assert any(linked.cells[i].is_small for i in hidden)
    assert exposed(linked, hidden, [PUBLIC]) == []


def test_an_edition_with_a_group_beside_one_of_its_parts_stops_the_next(folder: Folder) -> None:
    """By its own agenda, whatever groups today's may show together."""
    leaky = dict(edition(folder, FEW))
    leaky["harbor", "age_group=toddler"] = Judged(False, False, "F")
    with pytest.raises(HeldBack, match=r"age_group=infant \(anybody finds at least 4\)"):
        edition(folder, FEW, published(FEW, leaky), merges={})


def test_no_group_of_two_dimensions_stands_in_two_that_are_shown(folder: Folder) -> None:
    """Infants at home are hidden with infants elsewhere or with toddlers at home, and shown with one of them."""
    split = [m.model_copy(update={"dimensions": ("age_group", "setting")}) if m.id.startswith("children_") else m
             for m in folder.agenda.measures]  # fmt: skip
    crossed = replace(folder, agenda=folder.agenda.model_copy(update={"measures": tuple(split)}))
    merges = {**MERGES, "setting": {"anywhere": ["home", "centre"]}}
    fine = {("infant", "home"): 4, ("infant", "centre"): 40, ("toddler", "home"): 50, ("toddler", "centre"): 60}
    counts = {
        ("riverbend", members_text({d: m for d, m in (("age_group", age), ("setting", setting)) if m})): sum(
            count for (a, s), count in fine.items() if age in (a, "under_three", "") and setting in (s, "anywhere", ""))
        for age in ("infant", "toddler", "under_three", "") for setting in ("home", "centre", "anywhere", "")
        if not {age, setting} & {"under_three", "anywhere"} or {age, setting} & {"infant", "toddler", "home", "centre"}
    }  # fmt: skip
    found = edition(crossed, {key: (count, 10 * count) for key, count in counts.items()}, merges=merges)
    groups = [parts for _, members in found if (parts := parts_of(members, merges))]
    together = [members for (_, members), one in found.items() if one.is_together]
    assert len(together) > 1
    assert sorted(part for parts in groups for part in parts) == sorted(together)


# -- what readers see -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quarter(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    """Infants and toddlers with a subsidy shown together in the whole and in one place."""
    marts = build(folder, tmp_path_factory.mktemp("marts") / "w.duckdb", "2025Q3", "2026Q2")
    bare = replace(folder, initiative=read(CHILDCARE).initiative)
    folder = replace(folder, initiative=folder.initiative.model_copy(update={"languages": ()}))
    found = read_quarter(marts, folder.initiative.calendar.parse("2026Q2"), bare)
    at = (
        (pl.col("indicator") == "subsidy_take_up")
        & (pl.col("period") == "2026Q2")
        & (pl.col("breakdown") == "age_group")
    )
    here = at & pl.col("place").is_in([found.root.id, "harbor"])
    group = found.values.filter(here & (pl.col("members") == "age_group=preschool")).with_columns(members=pl.lit(YOUNG))
    parts = here & pl.col("members").is_in(parts_of(YOUNG, MERGES))
    numbers = ("value", "numerator", "denominator", "lower", "upper")
    values = found.values.with_columns(
        *(pl.when(~parts).then(pl.col(name)).alias(name) for name in numbers),
        pl.when(parts).then(pl.lit("K")).otherwise(pl.col("status")).alias("status"),
        pl.when(parts).then(pl.lit("A")).otherwise(pl.col("conf_status")).alias("conf_status"),
    )
    return replace(found, folder=folder, values=pl.concat([values, group]))


def test_pages_show_the_group_in_the_place_of_its_parts(quarter: Quarter, tmp_path: Path) -> None:
    write_project(quarter, tmp_path)
    said = "\n".join(page.read_text(encoding="utf-8") for page in sorted(tmp_path.rglob("*.qmd")))
    assert "Under 3: Infants (under 12 months) and Toddlers (12–35 months), shown together to protect people." in said
    charts = [line for line in said.splitlines() if "Under 3: " in line and "Preschoolers (36–59 months): " in line]
    assert charts
    assert not any("Infants (under 12 months): " in line for line in charts)
    assert "shown together, as Under 3" in said  # who is not seen
    assert "Of these, shown together" in said
    assert "as a larger one" in said  # how people are protected


def test_gaps_and_tables_take_the_group_for_one(quarter: Quarter) -> None:
    indicator = quarter.indicators["subsidy_take_up"]
    view = in_view(quarter, indicator, ("age_group",))
    assert [group.name for group in view][:2] == ["Under 3", "Preschoolers (36–59 months)"]
    assert list(view[0].of) == ["Infants (under 12 months)", "Toddlers (12–35 months)"]
    found = gaps(quarter, indicator, ("age_group",))
    assert {gap.members for gap in found} | {found[0].against} == {group.members for group in view}
    hidden = groups(quarter, indicator, ("age_group",))[0]
    assert (hidden.within, hidden.together, hidden.absent) == ("Under 3", 1, 1)


def test_downloads_say_what_the_group_is_made_of(quarter: Quarter, tmp_path: Path) -> None:
    write_data(quarter, tmp_path)
    members = pl.read_csv(tmp_path / "members_age_group.csv")
    assert dict(members.drop_nulls().select("age_group", "shown_in").iter_rows()) == {
        "infant": "under_three", "toddler": "under_three",
    }  # fmt: skip
    table = pl.read_csv(tmp_path / "indicator_values.csv", infer_schema=False)
    assert set(table["age_group"]) <= set(members["age_group"])
    assert table.filter(age_group="under_three").height == 2
    described = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    (schema,) = (one["schema"] for one in described["resources"] if one["name"] == "indicator_values")
    fields = {field["name"]: field["description"] for field in schema["fields"]}
    assert "under_three: Under 3" in fields["age_group"]
    assert "K withheld to protect people, and shown together with others" in fields["status"]
    assert {"fields": "age_group", "reference": {"resource": "members_age_group", "fields": "age_group"}} in schema[
        "foreignKeys"
    ]


def test_where_nobody_is_protected_nothing_is_shown_together(quarter: Quarter, tmp_path: Path) -> None:
    """Then every group is shown, and neither the merged ones nor a list of them."""
    bare = replace(quarter.folder, initiative=read(CHILDCARE).initiative)
    values = quarter.values.drop("conf_status")
    frozen = Frozen(values, quarter.trends, quarter.standings, quarter.projections)
    found = withhold(bare, frozen, quarter.root.id, lambda: NOBODY, [], merges=MERGES)
    assert found.values.height == values.height - 2
    assert YOUNG not in set(found.values["members"])
    write_data(replace(quarter, folder=bare, values=found.values), tmp_path)
    assert not list(tmp_path.glob("members_*"))
    assert "under_three" not in (tmp_path / "datapackage.json").read_text(encoding="utf-8")
