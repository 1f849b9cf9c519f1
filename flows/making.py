"""The main job as Prefect tasks: collect what arrived, compute, and draft quarter after quarter.

The flows in `flows.collect`, `flows.quarterly` and `flows.backfill` are these tasks in their order. Tasks are
never cached by Prefect: what is done already is known from the lake and the store, whoever did it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from agenda.errors import CairnError
from agenda.model import Partner
from agenda.periods import Period
from flows import asked, ending
from flows.draft import make_draft
from flows.made_from import outlook
from flows.progress import counting, say
from flows.workspace import Workspace
from reports.edition import Edition
from sources.collect import Batch, Collected, Collector, Look, ReceivedAt
from sources.letters.receipt import Receipt
from sources.ways.fetch import ASKED_AT_ONCE, Asking
from sources.ways.scout import Scout

SIDE_BY_SIDE: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=ASKED_AT_ONCE)
"""How the flows that collect run their tasks."""


@dataclass(frozen=True)
class Made:
    """What a run did: receipts for what it took in, the drafts by quarter, and what went wrong with which."""

    receipts: tuple[Receipt, ...]
    drafts: tuple[Edition, ...]
    unchanged: tuple[Period, ...]
    failures: tuple[tuple[Period, CairnError], ...]
    unasked: tuple[tuple[str, str], ...] = ()  # partners whose source failed, with what failed and what to do

    def raise_failures(self) -> None:
        """Raise the first failure, now that everything else is done."""
        for _, error in self.failures:
            raise error


def collect_all(
    workspace: Workspace,
    partners: Sequence[str] | None,
    received_at: ReceivedAt,
    leave: Collection[str] = (),
    period: Period | None = None,
    look: Look = "everywhere",
) -> Collected:
    """Take in all that arrived but the files named in ``leave``, a task for each batch; ends early if asked to.

    With ``period``, dropped files are taken only as far as it needs (`sources.ways.scout`).
    Partners that are asked come first, a task for each, some at once; one that fails costs the others nothing.
    """
    if period is not None:
        leave = Scout(workspace.folder, workspace.store, partners=partners, received_at=received_at).left(period)
    collector = Collector(
        workspace.folder, workspace.store, partners=partners, received_at=received_at, leave=leave, look=look
    )
    if not collector.has_work:
        return Collected(())
    if collector.asking.partners:
        say(f"Asking {', '.join(partner.name for partner in collector.asking.partners)}")
        wait([ask.submit(collector.asking, partner) for partner in collector.asking.partners])
        asked.note(workspace.store, [p.id for p in collector.asking.partners], dict(collector.asking.failures))
    say(f"Reading {collector.total:,} {'file' if collector.total == 1 else 'files'}")
    land_agenda(collector)
    count, receipts, seen = counting("files read"), list[Receipt](), 0
    for batch in collector.batches():
        receipts += take_in(collector, batch)
        seen += len(batch.arrivals)
        count(seen, collector.total)
        if ending.asked.is_set():
            break
    collector.renew_lists()
    return Collected(tuple(receipts), collector.asking.failures)


def draft_all(workspace: Workspace, periods: Sequence[Period], collected: Collected) -> Made:
    """Draft each quarter that has something new, in order; one that fails doesn't stop the others."""
    warehouse = compute(workspace)
    drafts, unchanged, failures = [], [], []
    for number, period in enumerate(periods, 1):
        if outlook(workspace, period).reason is None:
            unchanged.append(period)
            continue
        say(f"Drafting {period} ({number} of {len(periods)})")
        try:
            drafts.append(draft(workspace, warehouse, period))
        except CairnError as error:
            failures.append((period, error))
    return Made(collected.receipts, tuple(drafts), tuple(unchanged), tuple(failures), collected.failures)


@task(name="ask a partner", task_run_name="ask {partner.id}", cache_policy=NO_CACHE)
def ask(asking: Asking, partner: Partner) -> None:
    asking.one(partner)


@task(name="land the agenda", cache_policy=NO_CACHE)
def land_agenda(collector: Collector) -> None:
    collector.end_quarantines()
    collector.land_agenda()


@task(name="take in a batch", cache_policy=NO_CACHE)
def take_in(collector: Collector, batch: Batch) -> list[Receipt]:
    return collector.take_in(batch)


@task(name="compute the indicators", cache_policy=NO_CACHE)
def compute(workspace: Workspace, as_of: datetime | None = None) -> Path:
    return workspace.warehouse(as_of)


@task(name="draft a quarter", task_run_name="draft {period}", cache_policy=NO_CACHE)
def draft(workspace: Workspace, warehouse: Path, period: Period) -> Edition:
    return make_draft(workspace, warehouse, period)
