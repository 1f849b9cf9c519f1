"""The flow of the quarter: collect, compute, draft. Scheduled daily; it finds out by itself what is due."""

from __future__ import annotations

from datetime import date

from prefect import flow

from flows import notify
from flows.calendar import due_quarters
from flows.making import SIDE_BY_SIDE, Made, collect_all, draft_all
from flows.workspace import Workspace


@flow(
    name="quarter", on_failure=[notify.failed], on_crashed=[notify.failed], validate_parameters=False,
    task_runner=SIDE_BY_SIDE,
)  # fmt: skip
def quarter(initiative: str = ".", period: str | None = None) -> Made:
    """Draft ``period``, or every quarter that is due."""
    workspace = Workspace.open(initiative)
    collected = collect_all(workspace, None, None)
    periods = [workspace.calendar.parse(period)] if period else due_quarters(workspace, date.today())
    made = draft_all(workspace, periods, collected)
    made.raise_failures()
    return made
