"""Opening what arrived: each file becomes a submission with its sheet, or with what says why it can't be read.

What only repeats what its source delivered last is marked as seen, and goes no further.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import count

from agenda.folder import Folder
from agenda.model import Layout
from agenda.store import BucketStore, FolderStore
from sources.door import quarantine
from sources.files.limits import beyond, limits
from sources.files.readers import Unreadable
from sources.files.reading import File, manner_of, read_files
from sources.forms import filled
from sources.forms.filled import recognised
from sources.forms.sheet_words import layouts_of
from sources.forms.stamp import TEMPLATE
from sources.lake import Delivery
from sources.letters.findings import Finding, finding
from sources.meaning.mapping import Mappings
from sources.meaning.plan import Headings, headings
from sources.meaning.vocabulary import Vocabulary
from sources.submission import Submission
from sources.ways.fetch import Asking
from sources.ways.inbox import NOTICE, Arrival, is_notice, reading_of, seen_key


class Opening:
    """Opens one collect's arrivals, portion by portion and in their order: it knows what each source said last."""

    def __init__(
        self,
        folder: Folder,
        store: FolderStore | BucketStore,
        vocabulary: Vocabulary,
        mappings: Mappings,
        asking: Asking,
        known: Sequence[Delivery],
        arrivals: Iterable[Arrival],
        received_at: Callable[[Arrival], datetime],
    ) -> None:
        self._folder, self._store, self._vocabulary = folder, store, vocabulary
        self._mappings, self._asking, self._received_at = mappings, asking, received_at
        self._of_key = {d.key: d for d in known}
        self._latest_of_source = {d.partner: d.reading for d in known}
        self._sequence = count(max((d.sequence for d in known), default=-1) + 1)
        self._moved = _moved(self._of_key, arrivals)

    def submissions(self, arrivals: Sequence[Arrival]) -> list[Submission]:
        """What arrived, opened and read; without what only repeats what was there."""
        with ThreadPoolExecutor() as pool:
            contents = list(pool.map(self.content, arrivals))
        opened = [
            Submission(arrival, delivery, content, self._layout(arrival))
            for arrival, content in zip(map(recognised, arrivals, contents), contents, strict=True)
            if content is not None and (delivery := self._delivery(arrival, content)) is not None
        ]
        self._read(opened)
        return opened

    def content(self, arrival: Arrival) -> bytes | None:
        """What the object holds; None where it changed or went away since it was listed: the next look sees to it."""
        content = None
        with self._asking.leaving(arrival.partner):
            content = arrival.content_in(self._store)
        return content

    def landed(self, delivery: Delivery) -> None:
        """Note what was landed without having been opened here: a withdrawal."""
        self._latest_of_source[delivery.partner] = delivery.reading
        self._sequence = count(delivery.sequence + 1)

    def headings(self, arrival: Arrival, layout: Layout) -> Headings:
        """What may head a column that the layout needs, in this partner's files."""
        mapped = self._mappings.accepted(arrival.partner.id, arrival.layout_name or "")
        return headings(layout, self._vocabulary, mapped)

    # -- one delivery ---------------------------------------------------------------------------------

    def _delivery(self, arrival: Arrival, content: bytes) -> Delivery | None:
        """The delivery that an arrival is; None where it only repeats what its source delivered last."""
        partner, sha = arrival.partner, "" if arrival.is_too_large else hashlib.sha256(content).hexdigest()
        layouts = layouts_of(self._folder, partner)
        revision = self._mappings.revision(partner.id, arrival.layout_name)
        mapping = self._mappings.said(partner.id, arrival.layout_name, revision)
        reading = reading_of(self._vocabulary, partner, arrival.key, sha, arrival.layout_name, layouts, mapping)
        latest = self._latest_of_source.get(partner.id)
        if arrival.content is not None and quarantine.is_put_aside_as(self._of_key.get(arrival.key), reading):
            return None  # asked for again, it is what it was
        if arrival.known is not None:
            if latest == arrival.known.reading:
                self._latest_of_source[partner.id] = reading
            return replace(arrival.known, reading=reading, layout=arrival.layout_name or "", revision=revision)
        was = self._of_key.get(arrival.key) if partner.id in self._moved else None
        if was is not None and was.submission == sha and not quarantine.is_put_aside(was):
            latest = reading = was.reading
        if latest == reading:
            self._store.put_new(seen_key(arrival.key, arrival.stored.version, reading), b"")
            return None
        self._latest_of_source[partner.id] = reading
        received_at = self._received_at(arrival)
        said = f"{partner.id}\0{arrival.key}\0{arrival.stored.version}\0{received_at.isoformat()}"
        return Delivery(
            hashlib.sha256(said.encode()).hexdigest()[:32], partner.id, partner.source.kind, arrival.key,
            arrival.stored.version, arrival.stored.size, sha, reading, arrival.layout_name or "", received_at,
            next(self._sequence), revision,
        )  # fmt: skip

    def _layout(self, arrival: Arrival) -> Layout | None:
        return layouts_of(self._folder, arrival.partner)[arrival.layout_name] if arrival.layout_name else None

    # -- its sheet ------------------------------------------------------------------------------------

    def _read(self, submissions: Sequence[Submission]) -> None:
        """Each file's sheet, or the finding that says why there is none."""
        known = []
        for submission in submissions:
            if submission.arrival.is_too_large:
                submission.findings = [beyond("file_mb", limits()).finding]
            elif submission.layout is None:
                submission.findings = [self._unexpected(submission)]
            elif submission.arrival.layout_name != TEMPLATE:
                known.append(submission)
        filled.read([s for s in submissions if s.arrival.layout_name == TEMPLATE], self._folder, self._vocabulary)
        files = [
            File(s.arrival.name, s.content, manner_of(s.layout), self.headings(s.arrival, s.layout).expected)
            for s in known
            if s.layout
        ]
        for submission, found in zip(known, read_files(files), strict=True):
            if isinstance(found, Unreadable):
                submission.findings = [found.finding]
            else:
                submission.sheet = found

    def _unexpected(self, submission: Submission) -> Finding:
        if is_notice(submission.arrival.key):
            return finding("withdraw_unknown", file=submission.arrival.name[: -len(NOTICE)])
        expected = ", ".join(one.files for one in self._folder.layouts_of(submission.partner).values())
        return finding("file_unexpected", expected=expected)


def _moved(of_key: dict[str, Delivery], arrivals: Iterable[Arrival]) -> set[str]:
    """Partners all of whose known files bear new times at once: their inbox was copied, not sent again."""
    known, changed = Counter(d.partner for d in of_key.values()), Counter[str]()
    for arrival in arrivals:
        changed[arrival.partner.id] += arrival.known is None and arrival.key in of_key
    return {partner for partner, files in changed.items() if files > 1 and files == known[partner]}
