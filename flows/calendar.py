"""Which quarters are due: computed from the calendar and the store, never handed over by a schedule.

So a tick that was missed is caught up by the next one.
"""

from __future__ import annotations

from datetime import date, timedelta

from agenda.periods import Period
from flows.workspace import Workspace
from reports.edition import newest


def due_quarters(workspace: Workspace, today: date) -> list[Period]:
    """Quarters whose numbers should be in and that have no draft yet, and the newest due one in any case.

    A quarter is due ``due_days`` after its end. Without ``reports_from`` only the newest due quarter counts.
    """
    initiative, calendar = workspace.folder.initiative, workspace.calendar
    last = calendar.shift(calendar.containing(today - timedelta(days=initiative.due_days), "quarter"), -1)
    first = calendar.parse(initiative.reports_from) if initiative.reports_from else last
    if first.type != "quarter":
        first = calendar.containing(first.start, "quarter")
    due = list(calendar.span(first, last))
    return [period for period in due if period == last or newest(workspace.store, period.key) is None]
