"""Many quarters at once: a plan first, then each in order, ending in drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prefect import flow

from agenda.periods import Period
from flows import notify
from flows.collect import moment
from flows.draft import Outlook, outlook
from flows.making import Made, collect_all, draft_all
from flows.workspace import Workspace
from sources.collect import Collector, ReceivedAt


@dataclass(frozen=True)
class Plan:
    """What a run would do. ``files`` are to be taken in first; after them any quarter may change."""

    files: int
    agenda_changed: bool
    quarters: tuple[Outlook, ...]

    @property
    def is_empty(self) -> bool:
        return not self.files and not self.agenda_changed and all(q.reason is None for q in self.quarters)


def plan(workspace: Workspace, periods: Sequence[Period], received_at: ReceivedAt = None) -> Plan:
    """What a run over ``periods`` would do now. Changes nothing."""
    collector = Collector(workspace.folder, workspace.store, received_at=received_at)
    changed = collector.lake.agenda() != collector.agenda
    return Plan(collector.total, changed, tuple(outlook(workspace, period) for period in periods))


@flow(
    name="backfill", flow_run_name="backfill {periods}", on_failure=[notify.failed], on_crashed=[notify.failed],
    validate_parameters=False,
)  # fmt: skip
def backfill(periods: str, initiative: str = ".", received_at: str | None = None) -> Made:
    """Draft every quarter of a range such as ``2017Q1..2017Q4``."""
    workspace = Workspace.open(initiative)
    receipts = collect_all(workspace, None, moment(received_at))
    made = draft_all(workspace, workspace.calendar.parse_range(periods), receipts)
    made.raise_failures()
    return made
