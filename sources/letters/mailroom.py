"""The mail room: each submission's receipt is put together and sent, with all that lies beside it.

    receipts/<file>.html, .json       the receipt
    receipts/<file>.marked.xlsx       the partner's workbook with its faulty cells marked
    receipts/<file>.reply.csv         the reply that says yes to what is proposed
    receipts/<partner>/index.html     the partner's receipts, and what it still owes (`sources.letters.letterbox`)

Receipts are written before the batch is committed: killed in between, the next collect writes them again.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from agenda.catalogue import Speech
from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.model import Partner
from agenda.periods import Period
from agenda.store import Store
from sources.history import History
from sources.letters.findings import Finding, speech_of
from sources.letters.letterbox import update
from sources.letters.marked import mark
from sources.letters.outlook import outlook
from sources.letters.page import Entry, receipt_page
from sources.letters.receipt import OF_RECORDS, Cells, Outlook, Receipt, Taken, address, is_withdrawal, reply_csv
from sources.submission import Submission

MARKING_SECONDS = 60
"""For marking all the workbooks of a batch; the receipt of one that has no time left lists its cells all the same."""


class Mailroom:
    """Answers one batch. ``history`` is what its partners said before; ``known`` are the keys that were answered."""

    def __init__(self, folder: Folder, store: Store, history: History, known: Collection[str]) -> None:
        self._folder, self._store, self._history, self._known = folder, store, history, known
        self._calendar = folder.initiative.calendar
        self._locals: dict[str, Folder] = {}
        self._marking_ends = time.monotonic() + MARKING_SECONDS
        self._outlooks: dict[tuple[str, date], Outlook] = {}
        self._said: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def write(self, submissions: Sequence[Submission]) -> list[Receipt]:
        """Write the receipt of each submission, and give them in the same order."""
        for submission in submissions:
            self._said[submission.partner.id] |= submission.taken.keys()
        with ThreadPoolExecutor() as pool:
            earlier = list(pool.map(self._earlier, submissions))
            answered = [self._answer(submission, was) for submission, was in zip(submissions, earlier, strict=True)]
            letters = [{**files, **_pages(receipt)} for receipt, files in answered]  # only Python works here, in turn
            list(pool.map(self._post, letters, earlier))
            by_partner: dict[str, list[Receipt]] = defaultdict(list)
            for receipt, _ in answered:
                by_partner[receipt.partner].append(receipt)
            list(pool.map(self._list, by_partner.values()))
        return [receipt for receipt, _ in answered]

    def _local(self, partner: Partner) -> Folder:
        """The initiative in the partner's language, where it is translated."""
        if partner.language not in self._locals:
            self._locals[partner.language] = in_language(self._folder, partner.language, marked=False)
        return self._locals[partner.language]

    # -- one receipt ----------------------------------------------------------------------------------

    def _answer(self, submission: Submission, earlier: Mapping[str, Any]) -> tuple[Receipt, dict[str, bytes]]:
        """The receipt and the files beside it."""
        partner, delivery = submission.partner, submission.delivery
        speech = speech_of(partner.language, self._calendar)
        copy, is_unmarked = self._marked(submission, speech)
        receipt = Receipt(
            initiative=self._local(partner).initiative.name,
            contact=self._folder.initiative.contact,
            partner=partner.id,
            partner_name=partner.name,
            prefix=partner.prefix,
            speech=speech,
            key=delivery.key,
            submission=delivery.submission,
            received_at=delivery.received_at,
            counts=submission.counts,
            findings=tuple(submission.findings),
            taken=tuple(self._taken(submission)),
            outlook=self._outlook(partner, delivery.received_at.date()),
            proposals=tuple(submission.proposals),
            mended=mended(earlier, submission),
            has_copy=copy is not None,
            is_unmarked=is_unmarked,
            source=partner.source.kind,
            names=partial(self._names, partner),
        )
        files = {receipt.copy: copy, receipt.reply: reply_csv(receipt.proposals) if receipt.proposals else None}
        return receipt, {name: content for name, content in files.items() if name is not None and content is not None}

    def _taken(self, submission: Submission) -> list[Taken]:
        """What was taken of each measure and period, beside the period before and a year before."""
        taken = []
        measures = {one.id: one for one in self._local(submission.partner).agenda.measures}
        for (measure, key), cells in submission.taken.items():
            period, entry = self._calendar.parse(key), measures[measure]
            before, year = self._calendar.shift(period, -1), self._calendar.year_before(period)
            totals, counts = zip(*(self._beside(submission, measure, one) for one in (before, year)), strict=True)
            total = submission.totals.get((measure, period))
            taken.append(Taken(entry.name, entry.unit, period, Cells.of(cells), total, *totals, *counts))
        return taken

    def _beside(self, submission: Submission, measure: str, period: Period) -> tuple[Decimal | None, int]:
        """What was said of an earlier period, in the file itself or before: in all, and by how many numbers."""
        if (measure, period) in submission.totals:
            cells = Cells.of(submission.taken.get((measure, period.key), {}))
            return submission.totals[measure, period], cells.numbers
        said = (submission.partner.id, measure, period.key)
        return self._history.total(*said), self._history.count(*said)

    def _outlook(self, partner: Partner, day: date) -> Outlook:
        def said(measure: str, period: Period) -> bool:
            in_batch = (measure, period.key) in self._said[partner.id]
            return in_batch or self._history.said(partner.id, measure, period.key)

        if (partner.id, day) not in self._outlooks:
            self._outlooks[partner.id, day] = outlook(self._local(partner), partner, said, day)
        return self._outlooks[partner.id, day]

    def _names(self, partner: Partner, found: Finding) -> tuple[str, ...]:
        """The agreed names that a word could have been, where a finding says that it was none."""
        agenda = self._folder.agenda
        if found.code in ("place_unknown", "place_empty"):
            return tuple(place.name for place in agenda.places)
        if found.code in ("measure_unknown", "measure_empty"):
            owed = {measure for owes in partner.owes for measure in owes.measures}
            reported = [measure for measure in agenda.measures if measure.model is None]
            return tuple(measure.name for measure in reported if not owed or measure.id in owed)
        if found.code in ("member_unknown", "member_empty"):
            of = dict(found.details).get("dimension")
            return tuple(member.name for one in agenda.dimensions if one.id == of for member in one.members)
        return ()

    def _marked(self, submission: Submission, speech: Speech) -> tuple[bytes | None, bool]:
        """The marked copy; and whether there ought to be one but is none."""
        sheet = submission.sheet
        layout = submission.layout
        holds_hashes = layout is not None and bool(layout.hashed)  # which go nowhere, not even back
        if sheet is None or not sheet.is_workbook or holds_hashes:
            return None, False
        if time.monotonic() > self._marking_ends:
            return None, any(found.row is not None for found in submission.findings)
        try:
            names = partial(self._names, submission.partner)
            return mark(submission.content, submission.findings, speech, sheet.first_column, names), False
        except Exception:  # too large, or odd in a way that the other reader doesn't mind: the receipt says it all too
            return None, True

    # -- what lies in the store -----------------------------------------------------------------------

    def _earlier(self, submission: Submission) -> Mapping[str, Any]:
        """The receipt of the version before; empty where there is none."""
        if submission.delivery.key not in self._known:
            return {}
        found = self._store.read(f"{address(submission.delivery.key)}.json")
        return json.loads(found[0]) if found else {}

    def _post(self, letter: Mapping[str, bytes], earlier: Mapping[str, Any]) -> None:
        for key, content in letter.items():
            self._store.put(key, content)
        for old in (earlier.get("marked_copy"), earlier.get("reply")):
            if old and old not in letter:
                self._store.delete(old)

    def _list(self, receipts: Sequence[Receipt]) -> None:
        last = receipts[-1]
        base = f"receipts/{last.prefix}/"
        entries = [
            Entry(
                receipt.key.removeprefix(f"{receipt.prefix}/"), receipt.address.removeprefix(base),
                receipt.received_at, receipt.outcome, receipt.counts.rejected,
            )
            for receipt in receipts
        ]  # fmt: skip
        update(self._store, self._folder, last.prefix, last.partner_name, last.speech, last.outlook, entries)


def _pages(receipt: Receipt) -> dict[str, bytes]:
    return {f"{receipt.address}.json": receipt.json(), f"{receipt.address}.html": receipt_page(receipt)}


def mended(earlier: Mapping[str, Any], submission: Submission) -> tuple[str, ...]:
    """What the version before had wrong and this one has not, as it was said then; rows may have moved meanwhile.

    A file that could not be read has mended nothing, one that is refused as a whole no cell. A withdrawal mends none.
    """
    findings, counts = submission.findings, submission.counts
    if is_withdrawal(findings):
        return ()
    rows_were_checked = counts.accepted > 0 or any(found.row is not None for found in findings)
    is_file = submission.partner.source.kind not in OF_RECORDS
    still = Counter((found.code, found.column, found.value) for found in findings)
    gone = []
    for was in earlier.get("findings", ()) if counts.read else ():
        key = (was["code"], was["column"], was["value"])
        if still[key]:
            still[key] -= 1
        elif rows_were_checked or was["row"] is None:
            message = was.get("said", was)["message"]
            gone.append(f"{was['cell']} · {message}" if was["cell"] and is_file else message)
    if not gone and earlier.get("sha256") == submission.delivery.submission:  # the same version answered once more
        return tuple(earlier.get("mended", ()))
    return tuple(gone)
