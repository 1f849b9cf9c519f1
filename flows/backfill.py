"""The flow over many quarters: each in order, ending in drafts."""

from __future__ import annotations

from prefect import flow

from flows import notify
from flows.making import SIDE_BY_SIDE, Made, collect_all, draft_all
from flows.moments import moment
from flows.workspace import Workspace


@flow(
    name="backfill", flow_run_name="backfill {periods}", on_failure=[notify.failed], on_crashed=[notify.failed],
    validate_parameters=False, task_runner=SIDE_BY_SIDE,
)  # fmt: skip
def backfill(periods: str, initiative: str = ".", received_at: str | None = None) -> Made:
    """Draft every quarter of a range such as ``2017Q1..2017Q4``."""
    workspace = Workspace.open(initiative)
    collected = collect_all(workspace, None, moment(received_at))
    made = draft_all(workspace, workspace.calendar.parse_range(periods), collected)
    made.raise_failures()
    return made
