"""The flow that looks into the inboxes; scheduled every few minutes."""

from __future__ import annotations

from prefect import flow

from flows import notify
from flows.making import SIDE_BY_SIDE, collect_all
from flows.moments import moment
from flows.workspace import Workspace
from sources.collect import Collected, Look


@flow(
    name="collect", on_failure=[notify.failed], on_crashed=[notify.failed], validate_parameters=False,
    task_runner=SIDE_BY_SIDE,
)  # fmt: skip
def collect(
    initiative: str = ".",
    partners: list[str] | None = None,
    received_at: str | None = None,
    leave: list[str] | None = None,
    period: str | None = None,
    look: Look = "everywhere",
) -> Collected:
    """Take in all that arrived, but not the files named in ``leave`` (their keys below inbox/).

    ``period``: leave files that aren't about it, such as 2026Q3, for later.

    ``received_at``: a time (ISO 8601) or ``modified``, to import history.

    ``look``: ``inbox`` asks nobody; ``sources`` leaves what was dropped to another collect.
    """
    workspace = Workspace.open(initiative)
    about = workspace.calendar.parse(period) if period else None
    return collect_all(workspace, partners, moment(received_at), leave or (), about, look)
