"""The flow that publishes what was approved. Approving is a record in the store; it needs no flow."""

from __future__ import annotations

from dataclasses import dataclass

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from agenda.periods import Period
from flows import notify
from flows.progress import say
from flows.scorecards import Handed, hand_out_newest
from flows.workspace import Workspace
from reports.editions.site import Published
from reports.editions.site import publish as publish_edition


@dataclass(frozen=True)
class Release:
    """What came out: the editions on the site, and the scorecards with the partners, if there are any."""

    published: list[Published]
    scorecards: Handed | None


@flow(
    name="publish", flow_run_name="publish {periods}", on_failure=[notify.failed], on_crashed=[notify.failed],
    validate_parameters=False,
)  # fmt: skip
def publish(periods: str, initiative: str = ".") -> Release:
    """Put the approved draft of each quarter in the range on the site, in order; then hand out the scorecards."""
    workspace = Workspace.open(initiative)
    done = [publish_one(workspace, period) for period in workspace.calendar.parse_range(periods)]
    return Release(done, hand_out_scorecards(workspace))


@task(name="publish a quarter", task_run_name="publish {period}", cache_policy=NO_CACHE)
def publish_one(workspace: Workspace, period: Period) -> Published:
    say(f"Publishing {period}")
    return publish_edition(workspace.folder, workspace.store, workspace.site, period)


@task(name="hand out the scorecards", cache_policy=NO_CACHE)
def hand_out_scorecards(workspace: Workspace) -> Handed | None:
    return hand_out_newest(workspace)
