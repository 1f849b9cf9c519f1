"""What a run would do, before anything moves. Knows nothing of Prefect, so an empty plan costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agenda.periods import Period
from flows.draft import Outlook, outlook
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
