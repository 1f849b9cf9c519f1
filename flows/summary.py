"""What a run did, in words a backbone person understands, and as data for ``--json``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.counted import counted
from sources.ways.inbox import unnamed

if TYPE_CHECKING:  # their imports take longer than what is said of them
    from flows.making import Made
    from flows.plan import Plan
    from flows.release import Release
    from flows.scorecards import Handed
    from flows.workspace import Workspace
    from reports.edition import Edition
    from sources.collect import Collected
    from sources.letters.receipt import Receipt


def of_receipts(workspace: Workspace, receipts: Sequence[Receipt]) -> Iterator[str]:
    """Lines on what was taken in, naming only the files that need somebody's eyes."""
    if not receipts:
        yield "Nothing new had arrived."
        return
    partners = len({receipt.partner for receipt in receipts})
    rows = sum(receipt.counts.accepted for receipt in receipts)
    yield f"Read {counted(len(receipts), 'file')} of {counted(partners, 'partner')}; {counted(rows, 'row')} taken in."
    for receipt in receipts:
        if receipt.outcome != "accepted":
            said = {"rejected": "not taken", "partial": f"{counted(receipt.counts.rejected, 'row')} not taken"}.get(
                receipt.outcome, receipt.outcome
            )
            yield f"  {receipt.partner_name}: {receipt.key.rsplit('/', 1)[-1]}, {said}"
            first = next((f for f in receipt.findings if f.severity == "error"), None)
            if first is not None:
                where = f"{first.cell or f'row {first.row}'}: " if first.row else ""
                more = f" (and {receipt.errors - 1:,} more)" if receipt.errors > 1 else ""
                yield f"    {where}{first.message}{more}"
            yield f"    receipt: {workspace.store.url}/{receipt.address}.html"


def of_failures(workspace: Workspace, failures: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Lines on partners that could not be asked: what failed, and what to do."""
    names = {partner.id: partner.name for partner in workspace.folder.partners.partners}
    for partner, why in failures:
        yield f"  {names[partner]} could not be asked: {why}"


def of_collected(workspace: Workspace, collected: Collected) -> Iterator[str]:
    """Lines on a whole collect."""
    yield from of_receipts(workspace, collected.receipts)
    yield from of_failures(workspace, collected.failures)
    for partner, name in unnamed(workspace.folder, workspace.store):
        yield f"  {partner.name}: {name} was left where it is: its name is not UTF-8; rename it"


def of_run(workspace: Workspace, made: Made) -> Iterator[str]:
    """Lines on a whole run: what came in, which drafts it made, and what to do next."""
    yield from of_receipts(workspace, made.receipts)
    yield from of_failures(workspace, made.unasked)
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
        yield f"Look at {workspace.store.url}/{newest.review_page}"
        yield f"Then: {cairn(workspace)} review {asked} --approve --as NAME"


def cairn(workspace: Workspace) -> str:
    """How the command is typed for this initiative from here."""
    folder = workspace.folder.path
    return "cairn" if folder == Path.cwd() else f"cairn --initiative {shlex.quote(str(folder))}"


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
    if plan.asked:
        yield f"{counted(plan.asked, 'partner')} to ask first; what they hold that is new is taken in."
    if plan.files:
        yield f"{counted(plan.files, 'file')} to take in first; after that any of these quarters may change."
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


def collected_data(collected: Collected) -> dict[str, Any]:
    return {"receipts": receipt_data(collected.receipts), "failures": _failure_data(collected.failures)}


def _failure_data(failures: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"partner": partner, "error": why} for partner, why in failures]


def edition_data(edition: Edition) -> dict[str, Any]:
    return {"period": edition.period, "edition": edition.digest, "status": edition.status}


def run_data(made: Made) -> dict[str, Any]:
    return {
        "receipts": receipt_data(made.receipts),
        "drafts": [edition_data(edition) for edition in made.drafts],
        "unchanged": [period.key for period in made.unchanged],
        "failures": [{"period": period.key, "error": str(error)} for period, error in made.failures],
        "unasked": _failure_data(made.unasked),
    }


def of_release(release: Release | None) -> Iterator[str]:
    """Lines on what was published: which quarters, where, and what partners got."""
    if release is None:
        yield "Nothing to do: all of it is published."
        return
    yield from (f"{one.pointer.period}: {one.address}" for one in release.published)
    if release.scorecards is not None:
        yield of_scorecards(release.scorecards)


def of_scorecards(handed: Handed) -> str:
    first = f": {handed.pages[0]}" if len(handed.pages) == 1 else f", such as {handed.pages[0]}" if handed.pages else ""
    return f"{handed.period}: {counted(len(handed.pages), 'scorecard')}, {handed.new:,} of them new{first}"


def release_data(release: Release | None) -> dict[str, Any]:
    done = release.published if release is not None else []
    data: dict[str, Any] = {
        "published": [
            {"period": one.pointer.period, "edition": one.pointer.edition, "address": one.address} for one in done
        ]
    }
    if release is not None and release.scorecards is not None:
        data["scorecards"] = scorecards_data(release.scorecards)
    return data


def scorecards_data(handed: Handed) -> dict[str, Any]:
    return {"period": handed.period, "edition": handed.edition, "pages": list(handed.pages), "new": handed.new}
