"""At the door: the bytes of a submission are kept as they came, unless they hold personal data nobody agreed on.

Such a file is put aside (`sources.door.quarantine`) and taken out of the inbox; of what it says, nothing but the
headings of those columns goes any further.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from agenda.model import Layout
from agenda.store import Store
from sources.door import around, quarantine
from sources.door.keys import unhashed
from sources.door.privacy import personal
from sources.door.quarantine import Notice
from sources.files.manner import Manner
from sources.files.readers import Sheet
from sources.files.reading import File, read_files
from sources.letters.findings import Finding, finding
from sources.meaning.intake import refuse
from sources.meaning.plan import NO_HEADINGS, Headings
from sources.submission import NOTHING, Submission
from sources.ways.inbox import Arrival


def keep(
    store: Store,
    submissions: Sequence[Submission],
    headings: Callable[[Arrival, Layout], Headings],
    now: datetime,
    days: int,
) -> None:
    """Keep the bytes of all that may be kept; put the others aside for ``days``. ``headings``: what a layout reads.

    What was let in is looked at again where people come as keyed hashes: which column that is may be known only now.
    """
    arrived = [s for s in submissions if not s.arrival.is_too_large and (_is_new(s) or (s.layout and s.layout.hashed))]
    for submission, sheet in zip(arrived, _sheets(arrived), strict=True):
        layout = submission.layout
        if found := _found(submission, sheet, headings(submission.arrival, layout) if layout else NO_HEADINGS):
            _put_aside(store, submission, sheet, found, now, days)
    kept = [s for s in submissions if not quarantine.is_put_aside(s.delivery) and not s.arrival.is_too_large]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda s: store.put_new(f"submissions/{s.delivery.submission}", s.content), kept))


def _is_new(submission: Submission) -> bool:
    known = submission.arrival.known
    return known is None or quarantine.is_put_aside(known)


def take_out(store: Store, submissions: Sequence[Submission]) -> None:
    """Take what was put aside out of the inbox; killed before, the next collect finds it there and does it again."""
    for submission in submissions:
        if quarantine.is_put_aside(submission.delivery) and submission.arrival.content is None:
            quarantine.take_out(store, submission.arrival.stored.key, submission.arrival.stored.version)


def _found(submission: Submission, sheet: Sheet | None, headings: Headings) -> list[Finding]:
    layout, content, expected = submission.layout, submission.content, headings.expected
    allowed = layout.allowed if layout else ()
    if sheet is None:
        return around.differing(around.in_members(content, expected, allowed))
    faulty = around.in_faulty_rows(sheet, content, layout, expected, allowed)
    others = around.in_other_sheets(sheet, expected, allowed)
    # among so many digits some look like an id by chance, so of keyed hashes nothing else is asked
    own = [*unhashed(sheet, headings.keys, layout.missing if layout else ())]
    own += personal(sheet, expected, (*allowed, *headings.keys))
    return around.differing([*own, *around.in_notes(sheet), *faulty, *others])


def _sheets(submissions: Sequence[Submission]) -> list[Sheet | None]:
    """Each submission's sheet; one that fits no layout, or lacks the sheet of its own, is read all the same, if it can
    be."""
    unknown = [s for s in submissions if s.sheet is None]
    read = read_files([File(s.arrival.name, s.content, Manner(), frozenset()) for s in unknown])
    found = {id(s): sheet for s, sheet in zip(unknown, read, strict=True) if isinstance(sheet, Sheet)}
    return [s.sheet or found.get(id(s)) for s in submissions]


def _put_aside(
    store: Store, submission: Submission, sheet: Sheet | None, found: Sequence[Finding], now: datetime, days: int
) -> None:
    delivery, until = submission.delivery, (now + timedelta(days=days)).date()
    columns = tuple(one.column or "" for one in found)
    notice = Notice(delivery.partner, delivery.key, delivery.submission, now, until, columns)
    quarantine.put_aside(store, notice, submission.content)
    submission.delivery = replace(delivery, reading=quarantine.reading_of(delivery.delivery, delivery.reading))
    submission.findings = [finding("personal_data", until=until), *found]
    submission.counts = refuse(sheet) if sheet else NOTHING
    submission.sheet, submission.content = None, b""  # out of reach of every step to come
