"""What a run would do, before anything moves. Knows nothing of Prefect, so an empty plan costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agenda.periods import Period
from flows.made_from import Outlook, outlook
from flows.workspace import Workspace
from sources.collect import Collector, ReceivedAt


@dataclass(frozen=True)
class Plan:
    """What a run would do. ``files`` are to be taken in first; after them any quarter may change.

    ``asked`` partners may hold something new, too; nobody knows before they are asked.
    """

    files: int
    asked: int
    agenda_changed: bool
    quarters: tuple[Outlook, ...]

    @property
    def is_empty(self) -> bool:
        is_quiet = not (self.files or self.asked or self.agenda_changed)
        return is_quiet and all(q.reason is None for q in self.quarters)


def plan(workspace: Workspace, periods: Sequence[Period], received_at: ReceivedAt = None) -> Plan:
    """What a run over ``periods`` would do now. Changes nothing."""
    collector = Collector(workspace.folder, workspace.store, received_at=received_at)
    changed = collector.lake.agenda() != collector.agenda
    quarters = tuple(outlook(workspace, period) for period in periods)
    return Plan(collector.total, len(collector.asking.partners), changed, quarters)
