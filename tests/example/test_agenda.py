"""The example's agenda holds what a reader of it is promised: twelve indicators, twelve partners, words for all."""

from __future__ import annotations

from made_up.sites import AGES, PLACES
from made_up.world import reference

from agenda.folder import Folder
from agenda.periods import Period

QUARTERS = ["2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"]


def test_twelve_indicators_under_four_goals(folder: Folder) -> None:
    assert {i.id for i in folder.agenda.indicators} == {
        "licensed_spots", "operating_spots", "use_of_spots", "uptake_rate", "desert_share", "certified_teachers",
        "cost_share", "subsidy_take_up", "waiting_children", "quality_spots", "extended_hours", "scholarships",
    }  # fmt: skip
    assert len(folder.agenda.goals) == 4
    assert len(folder.partners.partners) == 12


def test_every_indicator_is_defined_owned_and_aimed(folder: Folder) -> None:
    owners = {p.name for p in folder.partners.partners} | {"Backbone, data manager"}
    for indicator in folder.agenda.indicators:
        assert len(indicator.definition) > 80, indicator.id
        assert len(indicator.limitations) > 80, indicator.id
        assert indicator.owner in owners, indicator.id
        assert indicator.baseline is not None, indicator.id
        assert indicator.targets, indicator.id
    assert [i.id for i in folder.agenda.indicators if i.better == "band"] == ["use_of_spots"]


def test_every_measure_is_owed_and_read_and_used(folder: Folder) -> None:
    measures = {m.id for m in folder.agenda.measures}
    made = {m.id: m.model.of for m in folder.agenda.measures if m.model}
    owed = {m for partner in folder.partners.partners for owes in partner.owes for m in owes.measures}
    used = {t.measure for i in folder.agenda.indicators for t in (*i.formula.of, *(i.formula.per or ()))}
    assert owed == measures - set(made) == {*measures} - {"children_in_deserts"}
    assert used.union(*made.values()) == measures | {s.id for s in folder.agenda.reference}


def test_layouts_show_what_a_layout_can_say(folder: Folder) -> None:
    layouts = folder.partners.layouts.values()
    used = {name for partner in folder.partners.partners for name in partner.layouts}
    assert used == set(folder.partners.layouts)
    assert any(x.rows == "records" for x in layouts)
    assert any(x.decimal == "," and x.delimiter == ";" for x in layouts)
    assert any(x.encoding == "cp949" for x in layouts)
    assert any(x.files.endswith(".gz") for x in layouts)
    assert any((x.header_row or 1) > 1 for x in layouts)
    assert any(x.aliases for x in layouts)


def test_stories_name_what_exists(folder: Folder) -> None:
    partners = {p.name for p in folder.partners.partners}
    assert set(folder.stories) <= set(QUARTERS)
    newest = folder.story("2026Q3")
    assert set(newest.curves) == {i.id for i in folder.agenda.indicators}
    assert newest.voices
    for quarter, story in folder.stories.items():
        assert story.headline, quarter
        assert {decision.owner for decision in story.decisions} <= partners, quarter


def test_activities_have_begun(folder: Folder) -> None:
    calendar = folder.initiative.calendar
    newest: Period = calendar.parse("2026Q3")
    activities = folder.activities.activities
    assert {a.partner for a in activities} == {p.id for p in folder.partners.partners}
    aimed = {id_ for activity in activities for id_ in activity.indicators}
    # Nobody works on prices, and the report says so.
    assert aimed == {i.id for i in folder.agenda.indicators} - {"cost_share"}
    assert all(calendar.parse(a.since).start <= newest.start for a in activities)


def test_reference_series_are_whole_and_agree(folder: Folder) -> None:
    for place in PLACES:
        for year in (2024, 2025, 2026):
            working = {age: reference("children_working_families", place, year, age) for age in AGES}
            eligible = {age: reference("children_eligible", place, year, age) for age in AGES}
            under_five = reference("children_under_five", place, year)
            assert sum(working[age] for age in AGES if age != "five") < under_five
            assert all(eligible[age] < working[age] for age in AGES)


def test_says_that_it_is_made_up(folder: Folder) -> None:
    assert "made up" in folder.initiative.notice
    assert folder.initiative.disclosure is not None
    assert all("made up" in series.publisher for series in folder.agenda.reference)
