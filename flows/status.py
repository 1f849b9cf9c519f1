"""Partners × quarters: who has reported what they owe, read from the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import duckdb

from agenda.model import Partner
from agenda.periods import Period
from flows.workspace import Workspace
from reports.edition import newest
from reports.site import published

State = Literal["reported", "in part", "missing", "late", "not due", "not owed"]
MARKS: dict[State, str] = {
    "reported": "●", "in part": "◐", "missing": "○", "late": "✗", "not due": "…", "not owed": "·",
}  # fmt: skip


@dataclass(frozen=True)
class PartnerStatus:
    """One partner's row: a state per quarter, and the last file that needs their eyes, if any."""

    partner: str
    name: str
    states: tuple[State, ...]
    rejected_rows: int


def status(workspace: Workspace, warehouse: Path, periods: Sequence[Period], today: date) -> list[PartnerStatus]:
    """A row for each partner, in the agenda's order."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        reported = {
            (partner, period): (expected, given)
            for partner, period, expected, given in connection.execute(
                """select partner, period, sum(months_expected), sum(months_reported) from fct_reporting
                where period_type = 'quarter' and is_expected group by all"""
            ).fetchall()
        }
        rejected = dict(
            connection.execute(
                "select partner, sum(rows_rejected) from fct_readings where outcome <> 'accepted' group by partner"
            ).fetchall()
        )
    return [
        PartnerStatus(
            partner.id,
            partner.name,
            tuple(
                _state(workspace, partner, reported.get((partner.id, period.key)), period, today) for period in periods
            ),
            int(rejected.get(partner.id, 0)),
        )
        for partner in workspace.folder.partners.partners
    ]


def is_published(workspace: Workspace, period: Period) -> bool:
    """Whether the newest draft of ``period`` is what the site shows."""
    draft, shown = newest(workspace.store, period.key), published(workspace.site, period.key)
    return draft is not None and shown is not None and draft.digest == shown.edition and draft.status == "published"


def _state(
    workspace: Workspace, partner: Partner, counts: tuple[int, int] | None, period: Period, today: date
) -> State:
    if counts is None and not _owes(workspace, partner, period):
        return "not owed"
    expected, given = counts or (1, 0)  # the warehouse knows no period that nobody has reported for
    if given >= expected:
        return "reported"
    if given:
        return "in part"
    due = period.end + timedelta(days=workspace.folder.initiative.due_days)
    if today < period.end:
        return "not due"
    return "missing" if today <= due else "late"


def _owes(workspace: Workspace, partner: Partner, period: Period) -> bool:
    since, until = partner.since or workspace.folder.initiative.reports_from, partner.until
    begun = since is None or workspace.calendar.parse(since).start <= period.start
    return bool(partner.owes) and begun and (until is None or period.end <= workspace.calendar.parse(until).end)
