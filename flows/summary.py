"""What a run did, in words a backbone person understands, and as data for ``--json``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.plan import Plan
from flows.workspace import Workspace
from reports.edition import Edition
from sources.receipt import Receipt

if TYPE_CHECKING:  # its import brings Prefect
    from flows.making import Made


def of_receipts(workspace: Workspace, receipts: Sequence[Receipt]) -> Iterator[str]:
    """Lines on what was taken in, naming only the files that need somebody's eyes."""
    if not receipts:
        yield "Nothing new had arrived."
        return
    partners = len({receipt.partner for receipt in receipts})
    rows = sum(receipt.counts.accepted for receipt in receipts)
    yield f"Read {_count(len(receipts), 'file')} of {_count(partners, 'partner')}; {rows:,} rows are taken in."
    for receipt in receipts:
        if receipt.outcome != "accepted":
            said = "not taken" if receipt.outcome == "rejected" else f"{receipt.counts.rejected:,} rows not taken"
            yield f"  {receipt.partner_name}: {receipt.key.rsplit('/', 1)[-1]}, {said}"
            first = next((f for f in receipt.findings if f.severity == "error"), None)
            if first is not None:
                where = f"{first.cell or f'row {first.row}'}: " if first.row else ""
                more = f" (and {receipt.errors - 1:,} more)" if receipt.errors > 1 else ""
                yield f"    {where}{first.message}{more}"
            yield f"    receipt: {workspace.store.url}/{receipt.address}.html"


def of_run(workspace: Workspace, made: Made) -> Iterator[str]:
    """Lines on a whole run: what came in, which drafts it made, and what to do next."""
    yield from of_receipts(workspace, made.receipts)
    for edition in made.drafts:
        new = "" if edition.is_new else ", as it was"
        yield f"{edition.period}: draft {edition.short}{new}"
    if made.unchanged:
        yield f"Unchanged: {', '.join(map(str, made.unchanged))}."
    for period, error in made.failures:
        yield f"{period}: failed. {error}"
    waiting = [edition for edition in made.drafts if edition.status == "draft"]
    if waiting:
        newest = waiting[-1]
        asked = f"{waiting[0].period}..{newest.period}"
        if len(waiting) == 1:
            asked = f"{newest.period} --edition {newest.short}"
        folder = workspace.folder.path
        where = "" if folder == Path.cwd() else f" --initiative {shlex.quote(str(folder))}"
        yield f"Look at {workspace.store.url}/{newest.review_page}"
        yield f"Then: cairn{where} review {asked} --approve --as NAME"


def of_nothing(plan: Plan) -> Iterator[str]:
    """Why there is nothing to do."""
    drafts = [q.edition for q in plan.quarters if q.edition]
    if not drafts:
        yield "Nothing to do: no new files, and no quarter is due."
    elif len(drafts) == 1:
        yield f"Nothing to do: no new files, and {drafts[0].period} is draft {drafts[0].short} ({drafts[0].status})."
    else:
        span = f"{drafts[0].period} to {drafts[-1].period}"
        yield f"Nothing to do: no new files, and the drafts of {span} are made from what there is."


def of_plan(plan: Plan) -> Iterator[str]:
    """Lines on what a run would do."""
    if plan.files:
        yield f"{_count(plan.files, 'file')} to take in first; after that any of these quarters may change."
    if plan.agenda_changed:
        yield "The agenda changed; every number is computed anew."
    for quarter in plan.quarters:
        at = f"draft {quarter.edition.short} ({quarter.edition.status})" if quarter.edition else "–"
        yield f"{quarter.period}  {at}  {quarter.reason or 'up to date'}"


def receipt_data(receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
    return [
        {"partner": r.partner, "file": r.key, "outcome": r.outcome, "rows": vars(r.counts), "findings": len(r.findings)}
        for r in receipts
    ]


def edition_data(edition: Edition) -> dict[str, Any]:
    return {"period": edition.period, "edition": edition.digest, "status": edition.status}


def run_data(made: Made) -> dict[str, Any]:
    return {
        "receipts": receipt_data(made.receipts),
        "drafts": [edition_data(edition) for edition in made.drafts],
        "unchanged": [period.key for period in made.unchanged],
        "failures": [{"period": period.key, "error": str(error)} for period, error in made.failures],
    }


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
