"""Withdrawals: the numbers of one of a partner's files no longer count, until it sends the file again.

A withdrawal is a delivery like any other, of a reading that speaks of what it takes back and says nothing. So what
was known before stays known, and the file itself is kept. The backbone withdraws by `cairn withdraw`; a partner by a
notice beside the file: ``numbers.csv.withdraw``, with the reason in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import polars as pl

from agenda.errors import ConfigurationError
from agenda.folder import Folder, nearest
from agenda.model import Partner
from agenda.store import Stored
from sources import history
from sources.findings import Finding, finding
from sources.inbox import Arrival, seen_key
from sources.lake import Delivery, Lake, agenda_digest, table
from sources.receipt import Receipt, receipt_of
from sources.sheet_words import layouts_of
from sources.submission import NOTHING

NOTICE = ".withdraw"
VERSION = "withdrawn:"
"""Begins the version of a withdrawal: no store gives an object such a one."""
LONGEST_REASON = 500


def is_notice(arrival: Arrival) -> bool:
    """Whether what arrived is no data but asks for a withdrawal."""
    return arrival.key.lower().endswith(NOTICE)


def named_by(arrival: Arrival) -> str:
    """The key of the file that a notice is about."""
    return arrival.key[: -len(NOTICE)]


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
) -> tuple[Delivery, Receipt] | None:
    """Land the withdrawal of the file whose latest delivery is given; None where it is withdrawn already.

    ``received_at`` is given only for history that is imported. Raises `agenda.errors.Unavailable`.
    """
    if is_withdrawn(latest):
        if notice is not None:
            lake.store.put_new(seen_key(notice.key, notice.stored.version, latest.reading), b"")
        return None
    reading = hashlib.sha256(f"{VERSION}{latest.delivery}".encode()).hexdigest()[:32]
    at = max(received_at or datetime.now(UTC), latest.received_at + timedelta(microseconds=1))
    sequence = max((d.sequence for d in lake.deliveries()), default=-1) + 1
    withdrawn = Delivery(
        reading, partner.id, latest.source, latest.key, VERSION + latest.delivery, latest.size, latest.submission,
        reading, latest.layout, at, sequence,
    )  # fmt: skip
    # The marks count from the moment the lake has the reading: neither file nor notice is a new arrival then.
    lake.store.put_new(seen_key(latest.key, latest.version, reading), b"")
    if notice is not None:
        lake.store.put_new(seen_key(notice.key, notice.stored.version, reading), b"")
    found = [finding("withdrawn", who=who, why=why or "–")]
    layout = layouts_of(folder, partner).get(latest.layout)
    arrival = Arrival(partner, latest.key, Stored(latest.key, latest.size, latest.version, at), latest.layout or None)
    made = receipt_of(folder, arrival, withdrawn, NOTHING, found, [])
    made.write(lake.store)
    _land(folder, lake, withdrawn, layout is not None and layout.delivery == "replaces", found, received_at)
    return withdrawn, made


def _land(
    folder: Folder, lake: Lake, withdrawn: Delivery, replaces: bool, found: list[Finding], known_at: datetime | None
) -> None:
    """Commit the withdrawal: a reading of no rows, which speaks of all that counts of the file now.

    Of a layout that replaces, older files on the same are taken back too: they had been replaced. Where files only
    update each other it stands under no layout, and so takes back this file alone.
    """
    numbers = history.of(lake, [withdrawn.partner]).numbers(withdrawn.partner)
    spoken = (
        numbers.filter(pl.col("key") == withdrawn.key).select("measure", "period").unique().sort("measure", "period")
    )
    reading = {
        "reading": withdrawn.reading, "partner": withdrawn.partner, "layout": withdrawn.layout if replaces else "",
        "submission": withdrawn.submission, "delivery_mode": "replaces", "outcome": "accepted",
        "rows_read": 0, "rows_accepted": 0, "rows_rejected": 0, "rows_skipped": 0,
    }  # fmt: skip
    said = [
        {**asdict(one), "reading": withdrawn.reading, "row_number": one.row, "column_name": one.column} for one in found
    ]
    tables = {
        "deliveries": table("deliveries", [asdict(withdrawn)]),
        "readings": table("readings", [reading]),
        "scopes": table("scopes", [{**row, "reading": withdrawn.reading} for row in spoken.iter_rows(named=True)]),
        "findings": table("findings", said),
    }
    lake.commit("submissions", tables, agenda_digest(folder), readings=[withdrawn.reading], deliveries=[withdrawn],
                known_at=withdrawn.received_at if known_at else None)  # fmt: skip
