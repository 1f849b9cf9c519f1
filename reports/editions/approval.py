"""Approving a draft: a reviewer's name in the record of the very digest that was looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.periods import Period
from agenda.store import Store
from reports.edition import Edition, Event, Record, change_record, newest


def approve(
    store: Store, folder: Folder, period: Period, name: str, *, edition: str = "", at: datetime | None = None
) -> Edition:
    """Records that the reviewer ``name`` approves the newest draft of ``period``; twice changes nothing.

    ``edition`` is the beginning of the digest they looked at, as the review page names it: given, nothing else is
    approved. Raises `HeldBack` where there is no draft, where it is another one, or where ``name`` is no reviewer.
    """
    reviewers = [reviewer.name for reviewer in folder.initiative.reviewers]
    if name not in reviewers:
        known = f"Reviewers are: {', '.join(reviewers)}." if reviewers else "There are none yet."
        raise HeldBack(
            f"{name!r} is not among the reviewers in initiative.yml. {known} Add them there, under 'reviewers'."
        )
    draft = newest(store, period.key)
    if draft is None:
        raise HeldBack(f"there is no draft of {period} to approve. Make one: cairn run {period}")
    if edition and not draft.digest.startswith(edition):
        raise HeldBack(
            f"{edition} is not the newest draft of {period}: that is {draft.short}. "
            f"Look at what changed in {store.url}/{draft.review_page} and approve that one."
        )
    when = at or datetime.now(UTC)

    def approved(record: Record) -> Record:
        if record.status == "superseded":
            raise HeldBack(f"edition {draft.short} of {period} was superseded. Make a new draft: cairn run {period}")
        if record.status == "published" or any(e.event == "approved" and e.by == name for e in _current(record)):
            return record
        return record.and_then("approved", when, name)

    return change_record(store, draft, approved)


def _current(record: Record) -> Iterable[Event]:
    """The events since the edition last became a draft."""
    last = max(i for i, event in enumerate(record.events) if event.event == "draft")
    return record.events[last:]
