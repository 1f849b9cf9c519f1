"""Withdrawals: the numbers of one of a partner's files no longer count, until it sends the file again.

A withdrawal is a delivery like any other, of a reading that speaks of what it takes back and says nothing. So what
was known before stays known, and the file itself is kept. The backbone withdraws by `cairn withdraw`; a partner by a
notice beside the file: ``numbers.csv.withdraw``, with the reason in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import polars as pl

from agenda.errors import ConfigurationError
from agenda.folder import Folder
from agenda.model import Partner
from agenda.spelling import nearest
from agenda.store import Stored
from sources import history
from sources.forms.sheet_words import layouts_of
from sources.lake import Delivery, Lake, agenda_digest, table
from sources.letters.findings import finding
from sources.letters.mailroom import Mailroom
from sources.letters.receipt import Receipt
from sources.submission import Submission
from sources.ways.inbox import NOTICE, Arrival, original, seen_key, spelled

VERSION = "withdrawn:"
"""Begins the version of a withdrawal: no store gives an object such a one."""
LONGEST_REASON = 500


@dataclass(frozen=True)
class Withdrawn:
    """What was landed, and the partner's receipt for it."""

    delivery: Delivery
    receipt: Receipt


def named_by(deliveries: Iterable[Delivery], notice: Arrival) -> Delivery | None:
    """The latest delivery of the file that a notice is about, by its name or that of its marked copy."""
    named = notice.key[: -len(NOTICE)]
    own = [
        d for d in deliveries if d.partner == notice.partner.id and spelled(d.key) in (spelled(named), original(named))
    ]
    return own[-1] if own else None


def is_withdrawn(latest: Delivery) -> bool:
    """Whether the latest delivery of a file is its withdrawal."""
    return latest.version.startswith(VERSION)


def reason_in(notice: bytes) -> str:
    """What a notice says, in one line."""
    return " ".join(notice.decode("utf-8", "replace").replace("\0", "").split())[:LONGEST_REASON]


def find(deliveries: Iterable[Delivery], partner: Partner, name: str) -> Delivery:
    """The latest delivery of the partner's file: by its path below the inbox, or by its name where only one has it.

    Raises `ConfigurationError` where there is none, or more than one.
    """
    latest = {d.key: d for d in deliveries if d.partner == partner.id}
    paths = {key.removeprefix(f"{partner.prefix}/"): key for key in latest}
    fits = [key for path, key in paths.items() if name in (path, key)]
    fits = fits or [key for key in latest if key.rsplit("/", 1)[-1] == name]
    if len(fits) > 1:
        raise ConfigurationError(f"{partner.id} sent {len(fits)} files called {name!r}; name one with its folder")
    if not fits:
        raise ConfigurationError(f"{partner.id} sent no file {name!r}{nearest(name, paths)}")
    return latest[fits[0]]


def withdraw(
    folder: Folder,
    lake: Lake,
    partner: Partner,
    latest: Delivery,
    *,
    who: str,
    why: str,
    notice: Arrival | None = None,
    received_at: datetime | None = None,
    is_imported: bool = False,
) -> Withdrawn | None:
    """Land the withdrawal of the file whose latest delivery is given; None where it is withdrawn already.

    It counts as received now, or at ``received_at``; ``is_imported`` says that it is known since then, too.
    Raises `agenda.errors.Unavailable`.
    """
    reading = latest.reading if is_withdrawn(latest) else _digest(VERSION + latest.delivery)
    # The marks count from the moment the lake has the reading: neither file nor notice is a new arrival then.
    if notice is not None:
        lake.store.put_new(seen_key(notice.key, notice.stored.version, reading), b"")
    if is_withdrawn(latest):
        return None
    lake.store.put_new(seen_key(latest.key, latest.version, reading), b"")
    at = max(received_at or datetime.now(UTC), latest.received_at)
    delivery = replace(
        latest, delivery=reading, version=VERSION + latest.delivery, reading=reading, received_at=at,
        sequence=max(d.sequence for d in lake.deliveries()) + 1, header="",  # it has no columns to compare others with
    )  # fmt: skip
    stored = Stored(latest.key, latest.size, latest.version, at)
    submission = Submission(Arrival(partner, latest.key, stored, None), delivery, b"", None)
    submission.findings = [finding("withdrawn", who=who, why=why or "–")]
    _answer(folder, lake, submission)  # before it is landed, as always; and after: what is missing then is more
    _land(folder, lake, submission, is_imported)
    return Withdrawn(delivery, _answer(folder, lake, submission))


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _answer(folder: Folder, lake: Lake, submission: Submission) -> Receipt:
    said = history.of(lake, [submission.partner.id])
    return Mailroom(folder, lake.store, said, [submission.delivery.key]).write([submission])[0]


def _land(folder: Folder, lake: Lake, submission: Submission, is_imported: bool) -> None:
    """Commit the withdrawal: a reading of no rows, which speaks of all that counts of the file now.

    Of a layout that replaces, older files on the same are taken back too: they had been replaced. Where files only
    update each other it stands under no layout, and so takes back this file alone.
    """
    delivery, partner = submission.delivery, submission.partner
    layout = layouts_of(folder, partner).get(delivery.layout)
    numbers = history.of(lake, [partner.id]).numbers(partner.id).filter(pl.col("key") == delivery.key)
    spoken = numbers.select("measure", "period").unique().sort("measure", "period")
    reading = {
        "reading": delivery.reading, "partner": partner.id,
        "layout": delivery.layout if layout is not None and layout.delivery == "replaces" else "",
        "submission": delivery.submission, "delivery_mode": "replaces", "outcome": "accepted",
        "rows_read": 0, "rows_accepted": 0, "rows_rejected": 0, "rows_skipped": 0,
    }  # fmt: skip
    found = [{**asdict(one), "row_number": None, "column_name": None} for one in submission.findings]
    tables = {
        "deliveries": [asdict(delivery)],
        "readings": [reading],
        "scopes": [{**row, "reading": delivery.reading} for row in spoken.iter_rows(named=True)],
        "findings": [{**row, "reading": delivery.reading} for row in found],
    }
    lake.commit(
        "submissions", {name: table(name, rows) for name, rows in tables.items()}, agenda_digest(folder),
        readings=[delivery.reading], deliveries=[delivery], known_at=delivery.received_at if is_imported else None,
    )  # fmt: skip
