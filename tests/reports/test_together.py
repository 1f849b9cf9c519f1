"""What the page on working together says is what was written and what came, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from agenda.stories import Activities, Activity, Challenge, Decided, Decision, Meeting, Milestone, Story, Voice
from reports.escape import plain
from reports.quarter.reporters import Reporter
from reports.quarter.tables import Quarter
from reports.telling.backbone import Backbone, rates
from reports.telling.together import Together
from reports.telling.views import EditionLabel, Views
from reports.words import Words


def told(quarter: Quarter, story: Story, *activities: Activity) -> Quarter:
    """The quarter with these words and activities."""
    folder = replace(quarter.folder, stories={"2026Q2": story}, activities=Activities(activities=activities))
    return replace(quarter, folder=folder)


def does(partner: str, *indicators: str, since: str = "2025Q1", until: str | None = None) -> Activity:
    return Activity(partner=partner, what="W", indicators=indicators, since=since, until=until)


def together(quarter: Quarter) -> Together:
    return Together(quarter, Words("en", quarter.calendar))


def backbone(quarter: Quarter) -> Backbone:
    return Backbone(quarter, Words("en", quarter.calendar))


# -- activities ---------------------------------------------------------------------------------------


def test_work_stands_under_each_goal_that_it_aims_at(quarter: Quarter) -> None:
    work = does("alpha", "visit_count", "active_share", since="2025Q3", until="2026Q2")
    reach, stay = together(told(quarter, Story(), work)).fields()
    for field, aims in ((reach, (("visit_count", "Indicator name"),)), (stay, (("active_share", "I2"),))):
        (one,) = field.works
        assert (one.partner, one.what, one.span, one.aims) == ("Partner name", "W", "Q3 2025 to Q2 2026", aims)


def test_what_nobody_works_on_is_said_as_an_invitation(quarter: Quarter) -> None:
    reach, stay = together(told(quarter, Story(), does("alpha", "visit_count"))).fields()
    assert reach.remarks == ("Room for more hands: nobody has told us yet of work on I3.",)
    assert (stay.works, len(stay.remarks)) == ((), 1)
    said = together(told(quarter, Story(), does("alpha", "visit_count"), does("beta", "visit_count"))).summary()
    assert [plain(text) for text in said] == [
        "2 activities of 2 partners aim at these numbers.",
        "Room for more hands: nobody has told us yet of work on I3 and I2.",
    ]


def test_many_hands_are_partners_not_activities(quarter: Quarter, monkeypatch: pytest.MonkeyPatch) -> None:
    both = [does("alpha", "active_share"), does("alpha", "active_share"), does("beta", "active_share")]
    assert together(told(quarter, Story(), *both)).fields()[1].remarks == ()  # two partners, three activities
    monkeypatch.setattr("reports.telling.together.MANY_HANDS", 2)
    (remark,) = together(told(quarter, Story(), *both)).fields()[1].remarks
    assert remark.startswith("Many hands: 2 partners work on I2.")


def test_work_that_is_over_or_still_to_come_is_not_told(quarter: Quarter) -> None:
    past, later = does("alpha", "visit_count", until="2026Q1"), does("alpha", "visit_count", since="2026Q3")
    here = together(told(quarter, Story(), past, later))
    assert here.summary() == []
    assert [field.works for field in here.fields()] == [(), ()]


def test_work_for_no_indicator_is_for_all_goals(quarter: Quarter) -> None:
    last = together(told(quarter, Story(), does("beta"))).fields()[-1]
    assert (last.name, [work.aims for work in last.works]) == ("For all goals", [()])


# -- communication ------------------------------------------------------------------------------------


def test_what_is_about_an_indicator_stands_beside_it_and_in_time(quarter: Quarter) -> None:
    story = Story(
        milestones=(Milestone(what="Second", on=date(2026, 6, 2), indicator="active_share"),
                    Milestone(what="First", on=date(2026, 4, 9), partner="alpha")),
        challenges=(Challenge(what="C", learned="L", indicator="active_share"), Challenge(what="D", learned="M")),
        voices=(Voice(quote="Q", who="W", consent=True), Voice(quote="R", who="W", consent=True, indicator="active_share")),
    )  # fmt: skip
    here = together(told(quarter, story))
    assert [(m.day, m.what, m.who) for m in here.milestones()] == [
        ("April 9, 2026", "First", "Partner name"), ("June 2, 2026", "Second", ""),
    ]  # fmt: skip
    assert [m.what for m in here.milestones("active_share")] == ["Second"]
    assert [c.learned for c in here.lessons("active_share")] == ["L"]
    assert [voice.quote for voice in here.voices()] == ["Q"]
    assert here.heard() == [("active_share", "I2")]


def test_decisions_that_were_taken_are_counted_and_told_in_time(quarter: Quarter) -> None:
    taken = [Decided(what=f"W{day}", owner="O", on=date(2026, 6, day), outcome="Yes") for day in (9, 2)]
    here = together(told(quarter, Story(decided=tuple(taken))))
    assert here.summary() == ["2 decisions were taken since the last report."]
    table = here.decided()
    assert table is not None
    assert table.rows == (("W2", "Yes", "O", "June 2, 2026"), ("W9", "Yes", "O", "June 9, 2026"))


def test_where_nothing_is_told_the_page_says_so(quarter: Quarter) -> None:
    assert together(told(quarter, Story(headline="H", curves={"visit_count": "C"}))).is_silent
    assert not together(told(quarter, Story(challenges=(Challenge(what="C", learned="L"),)))).is_silent


def test_a_decision_that_waits_too_long_is_overdue(quarter: Quarter) -> None:
    """As of the day on which the last number came in, July 21."""
    asked = [Decision(what="W", owner="O", by=date(2026, 7, day)) for day in (21, 20)]
    table = together(told(quarter, Story(decisions=tuple(asked)))).needed()
    assert table is not None
    assert [row[2] for row in table.rows] == ["July 20, 2026 (overdue)", "July 21, 2026"]


def test_a_tile_without_a_value_says_the_last_that_is_known(quarter: Quarter) -> None:
    now = (pl.col("indicator") == "active_share") & (pl.col("period") == "2026Q2") & (pl.col("place") == "all")
    gone = quarter.values.with_columns(pl.when(now).then(None).otherwise(pl.col("value")).alias("value"),
                                       pl.when(now).then(pl.lit("O")).otherwise(pl.col("status")).alias("status"))  # fmt: skip
    here = replace(quarter, values=gone)
    before = here.value("active_share", period="2026Q1")
    assert before is not None
    words = Words("en", quarter.calendar)
    tile = Views(here, words, EditionLabel()).tiles[1]
    assert tile.value == "not reported"
    assert tile.change == f"last known: {words.value(here.indicators['active_share'], before.value or 0)} (Q1 2026)"


# -- the backbone -------------------------------------------------------------------------------------


def test_rates_count_what_was_owed(quarter: Quarter) -> None:
    partner = quarter.folder.partners.partners[0]
    whole = Reporter(partner, ("a", "b"), (), (), (), ("a",), None)
    half = Reporter(partner, ("a", "b", "c"), ("c",), ("b",), (), ("a",), None)
    silent = Reporter(partner, ("d",), ("d",), (), (), (), None)
    of = rates((whole, half, silent))
    assert (of.partners, of.reported, of.owed, of.came, of.whole, of.on_time) == (3, 2, 6, 4, 3, 2)


def test_only_all_is_a_hundred_percent(quarter: Quarter) -> None:
    here = backbone(quarter)
    said = [here._percent(part, 466) for part in (466, 465, 1)]
    assert said == ["100\N{NO-BREAK SPACE}%", "99\N{NO-BREAK SPACE}%", "0\N{NO-BREAK SPACE}%"]


def test_the_backbone_s_table_is_what_came(quarter: Quarter) -> None:
    """Of 2026Q2 beta, which owes two of four things, is late; so it is told beside the year before."""
    table = backbone(quarter).over_time()
    assert table is not None
    assert [row[:3] for row in table.rows[:2]] == [
        ("Q2 2026", "1 of 2 (50\N{NO-BREAK SPACE}%)", "2 of 4 (50\N{NO-BREAK SPACE}%)"),
        ("Q1 2026", "2 of 2 (100\N{NO-BREAK SPACE}%)", "4 of 4 (100\N{NO-BREAK SPACE}%)"),
    ]
    first, second = (plain(text) for text in backbone(quarter).sentences())
    assert first.startswith("Of 4 measures that partners had agreed to report, 2 came (50\N{NO-BREAK SPACE}%); ")
    assert second.startswith("A year before it was 100\N{NO-BREAK SPACE}%")


def test_who_came_is_counted_once(quarter: Quarter) -> None:
    story = Story(meetings=(Meeting(what="Late", on=date(2026, 6, 9), present=("alpha",)),
                            Meeting(what="Early", on=date(2026, 4, 9), present=("alpha",))))  # fmt: skip
    here = backbone(told(quarter, story))
    assert here.engagement() == "1 of 2 partners came to at least one of 2 meetings."
    assert here.meetings() == [
        ("April 9, 2026", "Early", "1 of 2 partners"), ("June 9, 2026", "Late", "1 of 2 partners"),
    ]  # fmt: skip
    assert backbone(told(quarter, Story())).engagement() == ""


def test_the_next_numbers_are_due_after_the_next_quarter(quarter: Quarter) -> None:
    assert backbone(quarter).due() == (
        "The next report is of the third quarter 2026; its numbers are due by October 22, 2026."
    )
