"""Replies: a partner's own word on which heading is which column, as ``<anything>.reply.csv`` in its inbox.

Its two columns are ``column`` and ``header``; the receipt brings one that is filled in. A line without a header says
that what was proposed for the column is not it. A reply is kept and answered like a file, and is no delivery.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agenda.folder import Folder
from agenda.model import Partner
from agenda.spelling import closest, plain
from agenda.store import Store
from sources.files.manner import Manner
from sources.files.readers import Sheet, Unreadable
from sources.files.reading import File, read_files
from sources.lake import Delivery
from sources.letters.findings import Finding, finding
from sources.meaning.columns import Columns
from sources.meaning.intake import Counts, refuse
from sources.meaning.mapping import Decision, Mappings
from sources.meaning.plan import match
from sources.meaning.vocabulary import Vocabulary
from sources.submission import Submission
from sources.ways.inbox import INBOX, Arrival, is_reply, seen_key

_DONE = "reply"


def waiting(folder: Folder, store: Store, partners: Collection[str] | None = None) -> list[Arrival]:
    """The replies that were not taken yet, oldest first."""
    inboxes = {f"{INBOX}{p.prefix}/": p for p in folder.partners.partners if partners is None or p.id in partners}
    found = []
    for stored in store.list(INBOX):
        key = stored.key.removeprefix(INBOX)
        if not is_reply(key):
            continue
        partner = next((p for inbox, p in inboxes.items() if stored.key.startswith(inbox)), None)
        if partner is not None and not store.exists(seen_key(key, stored.version, _DONE)):
            found.append(Arrival(partner, key, stored, None))
    return sorted(found, key=lambda arrival: (arrival.stored.modified, arrival.key))


def done(store: Store, arrival: Arrival) -> None:
    """Mark a reply as taken; killed before, the next collect takes it again, which changes nothing."""
    store.put_new(seen_key(arrival.key, arrival.stored.version, _DONE), b"")


@dataclass(frozen=True)
class Line:
    """One line of a reply: where it stands, and what it says."""

    row: int
    column: str
    header: str


class Replies:
    """Takes replies: each line becomes a decision, or a finding."""

    def __init__(
        self,
        folder: Folder,
        store: Store,
        vocabulary: Vocabulary,
        mappings: Mappings,
        history: Columns,
        deliveries: Collection[Delivery],
    ) -> None:
        self._folder, self._store, self._vocabulary = folder, store, vocabulary
        self._mappings, self._history, self._deliveries = mappings, history, deliveries

    def take(self, arrival: Arrival, content: bytes, received_at: datetime) -> Submission:
        """Take one reply; the submission is there for its receipt."""
        sha = hashlib.sha256(content).hexdigest()
        stored, partner = arrival.stored, arrival.partner
        delivery = Delivery(
            "", partner.id, partner.source.kind, arrival.key, stored.version, stored.size, sha, "", "", received_at, -1
        )
        submission = Submission(arrival, delivery, content, None)
        (sheet,) = read_files([File(arrival.name, content, Manner(), frozenset({"column", "header"}))])
        if isinstance(sheet, Unreadable):
            submission.findings = [sheet.finding]
            return submission
        self._store.put_new(f"submissions/{sha}", content)
        at = {plain(text): position for position, text in enumerate(sheet.header)}
        lacking = [name for name in ("column", "header") if name not in at]
        if lacking:
            submission.findings = [finding("column_missing", column=name, looks_like="") for name in lacking]
            submission.counts = refuse(sheet)
            return submission
        wrong = {}
        for line in _lines(sheet, at["column"], at["header"]):
            if found := self._decide(partner, delivery, line):
                wrong[line.row] = found
        submission.findings = [*sheet.faults, *wrong.values()]
        rejected = len({fault.row for fault in sheet.faults} | set(wrong))
        submission.counts = Counts(
            sheet.rows_read, sheet.rows_read - rejected - sheet.blank_rows, rejected, sheet.blank_rows
        )
        return submission

    def _decide(self, partner: Partner, reply: Delivery, line: Line) -> Finding | None:
        """Remember what a line says, for each layout that it speaks of; the finding where it speaks of none."""
        open_ = [d for d in self._newest(partner.id) if plain(line.column) in {plain(c) for c, _ in d.lacks}]
        needed = self._needed(partner)
        layouts = {d.layout for d in open_} or {
            name for name, columns in needed.items() if plain(line.column) in columns
        }
        if not layouts:
            names = [written for columns in needed.values() for written in columns.values()]
            return finding(
                "reply_column_unknown", row=line.row, column="column", value=line.column,
                looks_like=closest(line.column, names) or "",
            )  # fmt: skip
        if not line.header:
            said = {
                (d.layout, header, False)
                for d in open_
                for c, header in d.lacks
                if header and plain(c) == plain(line.column)
            }
        else:
            known = {name for name in layouts if plain(line.header) in self._mappings.accepted(partner.id, name)}
            said = {(d.layout, line.header, True) for d in open_ if plain(line.header) in self._headings(d)}
            if not said and not known:
                return finding("reply_header_unknown", row=line.row, column="header", value=line.header)
        for layout, header, is_it in sorted(said):
            self._mappings.decide(
                Decision(partner.id, layout, line.column, header, is_it, partner.id, datetime.now(UTC), reply.key,
                         reply.submission)
            )  # fmt: skip
        return None

    def _newest(self, partner: str) -> list[Delivery]:
        """The newest version of each of a partner's files."""
        return list({d.key: d for d in self._deliveries if d.partner == partner}.values())

    def _needed(self, partner: Partner) -> dict[str, dict[str, str]]:
        """The columns that each of a partner's layouts needs, by their plain spelling."""
        layouts = self._folder.layouts_of(partner)
        plans = {name: match(layout, (), self._vocabulary)[0] for name, layout in layouts.items()}
        return {name: {plain(column): column for column in plan.lacking} for name, plan in plans.items()}

    def _headings(self, delivery: Delivery) -> set[str]:
        return {plain(text) for text in self._history.header(delivery)}


def _lines(sheet: Sheet, column: int, header: int) -> Iterator[Line]:
    texts: Sequence[list[str]] = [sheet.table[f"c{position}"].to_pylist() for position in (column, header)]
    for row, *words in zip(sheet.rows.to_pylist(), *texts, strict=True):
        yield Line(row, *(word.strip() for word in words))
