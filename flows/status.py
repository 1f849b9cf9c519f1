"""Partners × quarters: who has reported what they owe, who is late with what, and what needs mending."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import duckdb

from agenda.model import Partner
from agenda.periods import Period
from flows import asked
from flows.asked import Failure
from flows.workspace import Workspace
from reports.edition import newest
from reports.editions.pointers import published
from sources import history
from sources.history import History
from sources.letters.outlook import outlook
from sources.letters.receipt import Outlook, address
from sources.ways.inbox import unnamed

TO_MEND = """
    select partner, key, outcome, rows_rejected
    from fct_readings where outcome <> 'accepted' order by partner, received_at, key
"""
State = Literal["reported", "in part", "missing", "late", "not due", "not owed"]
MARKS: dict[State, str] = {
    "reported": "●", "in part": "◐", "missing": "○", "late": "✗", "not due": "…", "not owed": "·",
}  # fmt: skip


@dataclass(frozen=True)
class PartnerStatus:
    """One partner's row: a state per quarter, what is owed as its receipts say it, and what needs somebody's eyes."""

    partner: str
    name: str
    states: tuple[State, ...]
    rejected_rows: int
    to_mend: tuple[ToMend, ...]
    outlook: Outlook
    failure: Failure | None  # of asking its source, the last time
    unnamed: tuple[str, ...] = ()  # files that nobody takes in, as their names are no UTF-8


@dataclass(frozen=True)
class ToMend:
    """A file of which not everything could be taken. ``receipt`` is where its page lies in the store."""

    key: str
    outcome: str
    rejected_rows: int
    receipt: str


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
        to_mend = defaultdict(list)
        for partner, key, outcome, rows in connection.execute(TO_MEND).fetchall():
            to_mend[partner].append(ToMend(key, outcome, rows, f"{address(key)}.html"))
    partners = workspace.folder.partners.partners
    said = history.of(workspace.lake, [partner.id for partner in partners])
    failures = asked.failures(workspace.store)
    unnamed_of = defaultdict(list)
    for partner, name in unnamed(workspace.folder, workspace.store):
        unnamed_of[partner.id].append(name)
    return [
        PartnerStatus(
            partner.id,
            partner.name,
            tuple(
                _state(workspace, partner, reported.get((partner.id, period.key)), period, today) for period in periods
            ),
            sum(file.rejected_rows for file in to_mend[partner.id]),
            tuple(to_mend[partner.id]),
            outlook(workspace.folder, partner, partial(_is_said, said, partner.id), today),
            failures.get(partner.id),
            tuple(unnamed_of[partner.id]),
        )
        for partner in partners
    ]


def _is_said(said: History, partner: str, measure: str, period: Period) -> bool:
    return said.said(partner, measure, period.key)


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
