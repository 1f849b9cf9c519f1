"""What a quarter's story can get wrong: an indicator or partner that nobody knows; and days that look like a slip.

A day outside its quarter may be right, so it is no fault: `strange_days_in` says it as advice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from agenda.errors import Problem
from agenda.folder import Folder
from agenda.known import Known
from agenda.stories import Challenge, Milestone, Story, Voice
from agenda.written import Path_


def stories_problems(known: Known) -> Iterator[Problem]:
    """Every indicator and partner that a story names and the agenda doesn't."""
    for period, story in known.folder.stories.items():
        file = f"stories/{period}.yml"
        for id_ in story.curves:
            yield from known.check(file, ("curves", id_), "indicator", id_, known.indicators)
        told: dict[str, tuple[Milestone | Voice | Challenge, ...]] = {
            "milestones": story.milestones, "voices": story.voices, "challenges": story.challenges,
        }  # fmt: skip
        for kind, entries in told.items():
            for i, entry in enumerate(entries):
                if entry.indicator is not None:
                    path: Path_ = (kind, i, "indicator")
                    yield from known.check(file, path, "indicator", entry.indicator, known.indicators)
        for i, milestone in enumerate(story.milestones):
            if milestone.partner is not None:
                path = ("milestones", i, "partner")
                yield from known.check(file, path, "partner", milestone.partner, known.partners)
        for i, meeting in enumerate(story.meetings):
            for j, partner in enumerate(meeting.present):
                yield from known.check(file, ("meetings", i, "present", j), "partner", partner, known.partners)
            yield from known.once(file, ("meetings", i, "present"), meeting.present)


def strange_days_in(folder: Folder) -> Iterator[Problem]:
    """Days that lie before the quarter they are told of, or long after it: mostly the year is wrong.

    A story is written in the weeks after its quarter, so what happened until the end of the next one may stand in it;
    what was decided since the last report may be a quarter older; and what is needed is needed after the quarter.
    """
    known, calendar = Known(folder), folder.initiative.calendar
    for key, story in folder.stories.items():
        period = calendar.parse(key)
        before, after = calendar.shift(period, -1), calendar.shift(period, 1)
        spans = {"milestones": period.start, "meetings": period.start, "decided": before.start}
        for path, day in _days(story):
            earliest = spans.get(path[0], period.end)
            if day < earliest or (path[0] in spans and day >= after.end):
                yield known.problem(f"stories/{key}.yml", path, f"{day} is far from {key}; is the year right?")


def _days(story: Story) -> Iterator[tuple[tuple[str, int, str], date]]:
    """Where each day of a story stands, and the day."""
    for kind in ("milestones", "meetings", "decided"):
        yield from (((kind, i, "on"), entry.on) for i, entry in enumerate(getattr(story, kind)))
    yield from ((("decisions", i, "by"), decision.by) for i, decision in enumerate(story.decisions))
