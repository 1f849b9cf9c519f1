"""Collecting: everything that arrived, taken in batch by batch, landed, and answered with receipts.

One partner's broken file costs nobody else anything. Within a batch the order is: raw bytes kept, rows
landed, receipts written, and the manifest last; killed anywhere, the next collect does the batch again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal, cast

from agenda.folder import Folder
from agenda.store import BucketStore, FolderStore
from sources import history, withdrawal
from sources.door import keeping as door
from sources.door import quarantine
from sources.files.readers import Sheet
from sources.files.reading import get_ready, in_short
from sources.history import History
from sources.lake import Delivery, Lake, agenda_digest
from sources.landing import tables_of
from sources.letters import letterbox, replies
from sources.letters.findings import finding
from sources.letters.mailroom import Mailroom
from sources.letters.receipt import Receipt
from sources.letters.replies import Replies
from sources.meaning import together
from sources.meaning.columns import Columns
from sources.meaning.comparison import Past
from sources.meaning.intake import Intake, refuse, take
from sources.meaning.mapping import Mappings
from sources.meaning.matching import Matcher
from sources.meaning.plan import Plan
from sources.meaning.vocabulary import Vocabulary
from sources.opening import Opening
from sources.pace import at_pace
from sources.submission import Submission
from sources.ways.fetch import Asking
from sources.ways.inbox import Arrival, arrivals, in_order, is_notice, is_reply

BATCH_BYTES = 48 * 2**20
"""Bytes of files in one batch: dlt's 0.1 s a run is small beside it, and two of them fit 2 GB of memory."""
BATCH_FILES = 400
"""Few enough that, of many small files, the next are read while these are taken in."""
ReceivedAt = datetime | Literal["modified"] | None
Look = Literal["everywhere", "inbox", "sources"]
"""What a collect looks into: what was dropped, what partners that are asked hold, or both."""


@dataclass(frozen=True)
class Batch:
    """Arrivals that are taken in together, and what they are once they are opened (which may take until then)."""

    arrivals: Sequence[Arrival]
    opened: Callable[[], list[Submission]]


@dataclass(frozen=True)
class Collected:
    """What a collect did: per submission, in the order of arrival; and whose source failed: what, and what to do."""

    receipts: tuple[Receipt, ...]
    failures: tuple[tuple[str, str], ...] = ()

    @property
    def outcomes(self) -> dict[str, int]:
        found = {"accepted": 0, "partial": 0, "rejected": 0}
        for made in self.receipts:
            found[made.outcome] = found.get(made.outcome, 0) + 1
        return found


def collect(
    folder: Folder,
    store: FolderStore | BucketStore,
    *,
    partners: Collection[str] | None = None,
    received_at: ReceivedAt = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Collected:
    """Take in all that arrived and is not yet known. Run again, it does nothing.

    ``received_at`` imports history: what arrives is recorded as received and known since then, or, for
    ``"modified"``, since its file was last changed.
    Raises `agenda.errors.Unavailable` where the store fails; what was committed until then stays.
    """
    collector = Collector(folder, store, partners=partners, received_at=received_at)
    collector.asking.all()
    collector.end_quarantines()
    collector.land_agenda()
    made: list[Receipt] = []
    for batch in collector.batches():
        made += collector.take_in(batch)
        progress(len(made), collector.total)
    collector.renew_lists()
    return Collected(tuple(made), collector.asking.failures)


class Collector:
    """One collect over one store: plans the batches, then takes them in one by one."""

    def __init__(
        self,
        folder: Folder,
        store: FolderStore | BucketStore,
        *,
        partners: Collection[str] | None = None,
        received_at: ReceivedAt = None,
        leave: Collection[str] = (),
        look: Look = "everywhere",
    ) -> None:
        self.folder, self.store, self.lake = folder, store, Lake(store)
        self.vocabulary = Vocabulary(folder)
        self.agenda = agenda_digest(folder)
        self._received_at = received_at
        self._now = datetime.now(UTC)
        self._known = known = self.lake.deliveries()
        self._of_key = {d.key: d for d in known}
        self._own: set[str] = set()  # keys of which this collect landed something
        self._readings = self.lake.readings()
        self._mappings = Mappings(store, partners)
        self._columns = Columns(self.lake, known)
        self._matcher = Matcher(self.vocabulary, self._mappings, self._columns)
        self._partners, self._leave = () if look == "sources" else partners, leave
        self._replies = replies.waiting(folder, store, self._partners)
        self.arrivals = self._in_inboxes()
        self._expired = quarantine.expired(store, self._now)
        self.asking = Asking(folder, known, () if look == "inbox" else partners)
        self._opening = Opening(
            folder, store, self.vocabulary, self._mappings, self.asking, known, self.arrivals, self.received_at
        )

    @property
    def total(self) -> int:
        return len(self.arrivals) + len(self.asking.arrivals)

    @property
    def has_work(self) -> bool:
        """Whether a collect may change anything, as far as can be told without opening a file or asking anybody."""
        is_waiting = bool(self.arrivals or self.asking.partners or self._replies or self._expired)
        return is_waiting or self.lake.agenda() != self.agenda

    def end_quarantines(self) -> None:
        """Delete what has lain in quarantine until its day."""
        quarantine.delete(self.store, self._expired)

    def land_agenda(self) -> None:
        """Land the agenda's snapshot where it changed; the first one is in force from the start of imported history.

        Meanwhile, what will open the files gets ready.
        """
        get_ready(arrival.name for arrival in self.arrivals)
        is_first, arrived = self.lake.agenda() is None, [*self.arrivals, *self.asking.arrivals]
        known_at = min(map(self.received_at, arrived), default=None) if self._received_at and is_first else None
        self.lake.land_agenda(self.folder, known_at)

    def renew_lists(self) -> None:
        """The lists of receipts of partners who sent nothing today: what they owe, and by when, moves with the days."""
        asked = [p for p in self.folder.partners.partners if self._partners is None or p.id in self._partners]
        said = history.of(self.lake, {partner.id for partner in asked})
        letterbox.renew(self.store, self.folder, said, asked, self._now.date())

    def received_at(self, arrival: Arrival) -> datetime:
        """When an arrival counts as received: now, or as the import says."""
        if isinstance(self._received_at, datetime):
            return self._received_at
        return arrival.stored.modified if self._received_at == "modified" else self._now

    def batches(self) -> Iterator[Batch]:
        """What arrived, in order. While one batch is taken in, the files of the next are opened and read already."""
        if self._replies:
            yield Batch(self._replies, list)
            self.arrivals = self._in_inboxes()  # what they settled is read again
        ready: list[Batch] = []
        with ThreadPoolExecutor(1) as ahead, at_pace():
            for arrived in self._portions():
                if is_notice(arrived[0].key):  # what it is about is landed first, and what follows is not opened yet
                    yield from ready
                    yield Batch(arrived, partial(self._opening.submissions, arrived))
                    ready = []
                else:
                    batch = Batch(arrived, ahead.submit(self._opening.submissions, arrived).result)
                    yield from ready
                    ready = [batch]
            yield from ready

    def _portions(self) -> Iterator[list[Arrival]]:
        """What arrived, in portions that fit in memory twice and were received at one time; each notice by itself."""
        portion: list[Arrival] = []
        size = 0
        for arrival in sorted([*self.arrivals, *self.asking.arrivals], key=in_order):
            is_full = size + arrival.stored.size > BATCH_BYTES or len(portion) >= BATCH_FILES
            is_full |= bool(portion) and (is_notice(arrival.key) or is_notice(portion[0].key))
            if portion and (is_full or self.received_at(arrival) != self.received_at(portion[0])):
                yield portion
                portion, size = [], 0
            portion.append(arrival)
            size += arrival.stored.size
        if portion:
            yield portion

    def _in_inboxes(self) -> list[Arrival]:
        """What the partners dropped."""
        found = arrivals(
            self.folder, self.store, self._of_key, self._readings, self.vocabulary, self._mappings, self._partners
        )
        return [arrival for arrival in found if arrival.path not in self._leave]

    def take_in(self, batch: Batch) -> list[Receipt]:
        """Take in one batch: keep, shape, check, answer, land."""
        first = batch.arrivals[0]
        if is_reply(first.key):
            return self._take_replies(batch.arrivals)
        if is_notice(first.key) and (latest := withdrawal.named_by(self.lake.deliveries(), first)):
            return self._withdraw(first, latest)
        submissions = batch.opened()
        self._keep(submissions)
        for submission in submissions:
            self._matcher.match(submission)
        intakes = list(self._intakes(submissions))
        together.tell(intakes, self.vocabulary.calendar)
        submissions = self._not_done(submissions)
        if not submissions:
            return []
        said = history.of(self.lake, {s.partner.id for s in submissions})
        receipts = Mailroom(self.folder, self.store, said, self._of_key.keys()).write(submissions)
        self._land(submissions, intakes)
        door.take_out(self.store, submissions)
        return receipts

    def _take_replies(self, batch: Sequence[Arrival]) -> list[Receipt]:
        """Take in what partners answered, and answer them."""
        taker = Replies(self.folder, self.store, self.vocabulary, self._mappings, self._columns, self._known)
        submissions = [
            taker.take(arrival, content, self.received_at(arrival))
            for arrival in batch
            if (content := self._opening.content(arrival)) is not None
        ]
        said = history.of(self.lake, ())
        receipts = Mailroom(self.folder, self.store, said, self._of_key.keys()).write(submissions)
        for submission in submissions:
            replies.done(self.store, submission.arrival)
        return receipts

    def _withdraw(self, notice: Arrival, latest: Delivery) -> list[Receipt]:
        """Do what a partner's notice asks for; nothing where the file is withdrawn already."""
        content, partner = self._opening.content(notice), notice.partner
        if content is None:
            return []
        done = withdrawal.withdraw(
            self.folder, self.lake, partner, latest, who=partner.name, why=withdrawal.reason_in(content),
            notice=notice, received_at=self.received_at(notice), is_imported=self._received_at is not None,
        )  # fmt: skip
        if done is None:
            return []
        self._readings.add(done.delivery.reading)
        self._own.add(done.delivery.key)
        self._opening.landed(done.delivery)
        return [done.receipt]

    # -- step by step ---------------------------------------------------------------------------------

    def _not_done(self, submissions: Sequence[Submission]) -> list[Submission]:
        """Without files of which another collect landed something meanwhile: it has answered them."""
        newest = {d.key: d for d in self.lake.deliveries() if d.key not in self._own}
        was = {key: delivery for key, delivery in self._of_key.items() if key not in self._own}
        return [s for s in submissions if newest.get(s.arrival.key) == was.get(s.arrival.key)]

    def _keep(self, submissions: Sequence[Submission]) -> None:
        """The bytes as they came, but for those that hold personal data nobody agreed on."""
        door.keep(self.store, submissions, self._opening.headings, self._now, self.folder.initiative.quarantine_days)

    def _intakes(self, submissions: Sequence[Submission]) -> Iterator[tuple[list[Submission], Intake]]:
        """Take in what can be, all alike sheets together: of one layout and header, received at one time."""
        groups: dict[object, list[Submission]] = defaultdict(list)
        for number, submission in enumerate(submissions):
            if submission.plan is not None and submission.sheet is not None:
                sheet, moment = submission.sheet, submission.delivery.received_at
                alone = number if submission.plan.layout.sql is not None else None
                key = (submission.arrival.layout_name, sheet.alike, submission.plan.how, moment, alone)
                groups[key].append(submission)
        partners = {submission.partner.id for submission in submissions}
        # What came before, not what came along: so that findings are the same in whichever batch a file is taken in.
        before = {s.delivery.received_at: history.of(self.lake, partners, s.delivery.received_at) for s in submissions}
        for group in groups.values():
            yield from self._take(group, before[group[0].delivery.received_at])

    def _take(self, group: list[Submission], before: History) -> Iterator[tuple[list[Submission], Intake]]:
        """Take a group in; where that fails, each of its sheets by itself, so that only the one at fault is refused."""
        plan = cast(Plan, group[0].plan)
        sheets = [cast(Sheet, s.sheet) for s in group]
        keys = [s.arrival.key for s in group]
        places = [s.arrival.partner.place for s in group]
        past = Past([s.partner for s in group], keys, group[0].arrival.layout_name or "", before)
        try:
            intake = take(plan, sheets, keys, places, self.vocabulary, group[0].delivery.received_at.date(), past)
        except Exception as error:
            for submission in group if len(group) > 1 else ():
                yield from self._take([submission], before)
            if len(group) == 1:
                code = "layout_sql" if plan.layout.sql is not None else "file_defect"
                group[0].findings += [*sheets[0].faults, finding(code, reason=in_short(error))]
                group[0].counts = refuse(sheets[0])
            return
        for submission, findings, counts in zip(group, intake.findings, intake.counts, strict=True):
            submission.findings, submission.counts = [*submission.findings, *findings], counts
            if not counts.accepted and not any(found.severity == "error" for found in findings):
                submission.findings = [*submission.findings, finding("no_numbers", rows=counts.read)]
        for file, measure, period, status, numbers in intake.taken():
            group[file].taken.setdefault((measure, period), {})[status] = numbers
        for file, measure, spoken, total in intake.totals:
            group[file].totals[measure, spoken] = total
        yield group, intake

    def _land(self, submissions: Sequence[Submission], intakes: Sequence[tuple[list[Submission], Intake]]) -> None:
        """Commit the batch; the rows of a reading that the lake holds already are not landed again."""
        fresh: dict[str, Submission] = {}
        for submission in submissions:
            if submission.delivery.reading not in self._readings:
                fresh.setdefault(submission.delivery.reading, submission)
        for submission in submissions:
            submission.arrival.replace_others(self.store, submission.delivery.reading)
        self.lake.commit(
            "submissions", tables_of(submissions, intakes, fresh), self.agenda, readings=list(fresh),
            deliveries=[s.delivery for s in submissions],
            known_at=max(s.delivery.received_at for s in submissions) if self._received_at else None,
        )  # fmt: skip
        self._readings |= set(fresh)
        self._own |= {s.delivery.key for s in submissions}
