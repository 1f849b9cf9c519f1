"""The flow that publishes what was approved. Approving is a record in the store; it needs no flow."""

from __future__ import annotations

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from agenda.periods import Period
from flows import notify
from flows.progress import say
from flows.workspace import Workspace
from reports.site import Published
from reports.site import publish as publish_edition


@flow(
    name="publish", flow_run_name="publish {periods}", on_failure=[notify.failed], on_crashed=[notify.failed],
    validate_parameters=False,
)  # fmt: skip
def publish(periods: str, initiative: str = ".") -> list[Published]:
    """Put the approved draft of each quarter in the range on the site, in order."""
    workspace = Workspace.open(initiative)
    return [publish_one(workspace, period) for period in workspace.calendar.parse_range(periods)]


@task(name="publish a quarter", task_run_name="publish {period}", cache_policy=NO_CACHE)
def publish_one(workspace: Workspace, period: Period) -> Published:
    say(f"Publishing {period}")
    return publish_edition(workspace.folder, workspace.store, workspace.site, period)
