"""Quarantine: files that hold personal data nobody agreed on, kept apart until their day, then deleted.

    quarantine/<partner>/<sha256>.json       a notice: why, since when, until when; it names columns, never values
    quarantine/<partner>/<sha256>/<name>     the bytes, which are nowhere else

The notice is written first and deleted last, so that no bytes lie there without their day.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from agenda.errors import ConfigurationError
from agenda.store import Store
from sources.lake import Delivery

QUARANTINE = "quarantine/"
_ASIDE = "aside-"
_NOTICE = re.compile(rf"{QUARANTINE}[^/]+/[0-9a-f]{{64}}\.json")


@dataclass(frozen=True)
class Notice:
    """Why a file lies in quarantine, and until which day (UTC; on that day it is deleted)."""

    partner: str
    file: str  # its key below inbox/
    sha256: str
    since: datetime
    until: date
    columns: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where the notice lies, without its ending; the bytes lie below."""
        return f"{QUARANTINE}{self.partner}/{self.sha256}"


def reading_of(delivery: str, reading: str) -> str:
    """The reading of a delivery that is put aside: no other delivery's, so that the same bytes, sent again, are looked
    at again. ``reading``: what it would have been."""
    return _ASIDE + hashlib.sha256(f"{delivery}\0{reading}".encode()).hexdigest()[: 32 - len(_ASIDE)]


def is_put_aside(delivery: Delivery) -> bool:
    return delivery.reading.startswith(_ASIDE)


def is_put_aside_as(delivery: Delivery | None, reading: str) -> bool:
    """Whether a delivery was put aside that would have had this reading."""
    return delivery is not None and delivery.reading == reading_of(delivery.delivery, reading)


def put_aside(store: Store, notice: Notice, content: bytes) -> None:
    said = asdict(notice) | {"since": notice.since.isoformat(timespec="seconds"), "until": notice.until.isoformat()}
    store.put(f"{notice.address}.json", (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode())
    store.put(f"{notice.address}/{notice.file.rpartition('/')[2]}", content)


def take_out(store: Store, key: str, version: str) -> None:
    """Delete an object from the inbox, unless a newer version has taken its place meanwhile."""
    if any(stored.key == key and stored.version == version for stored in store.list(key)):
        store.delete(key)


def notices(store: Store) -> list[Notice]:
    """What lies in quarantine, the oldest first."""
    found = []
    for stored in store.list(QUARANTINE):
        if _NOTICE.fullmatch(stored.key):
            said = json.loads(store.get(stored.key))
            since, until = datetime.fromisoformat(said["since"]), date.fromisoformat(said["until"])
            found.append(Notice(**said | {"since": since, "until": until, "columns": tuple(said["columns"])}))
    return sorted(found, key=lambda notice: (notice.since, notice.file))


def expired(store: Store, now: datetime) -> list[Notice]:
    return [notice for notice in notices(store) if notice.until <= now.astimezone(UTC).date()]


def delete(store: Store, those: Iterable[Notice]) -> None:
    for notice in those:
        for stored in list(store.list(f"{notice.address}/")):
            store.delete(stored.key)
        store.delete(f"{notice.address}.json")


def chosen(store: Store, beginnings: Iterable[str]) -> list[Notice]:
    """The notices whose SHA-256 begins so. Raises `ConfigurationError` where one fits none or several."""
    there, found = notices(store), []
    for beginning in beginnings:
        fitting = [notice for notice in there if notice.sha256.startswith(beginning)]
        if len({notice.sha256 for notice in fitting}) != 1:
            raise ConfigurationError(f"{beginning!r} is {'no' if not fitting else 'more than one'} file in quarantine")
        found += fitting
    return found
