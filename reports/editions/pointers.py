"""What stands on the site: a pointer for each quarter, and the editions themselves. It is only read here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from agenda.entry import Entry
from agenda.periods import Calendar
from agenda.store import Store
from reports.edition import decoded


class Release(Entry):
    """An edition as it was published."""

    edition: str
    number: int = 1
    headline: str
    headlines: Mapping[str, str] = {}  # in each other language it comes in; empty where it is not translated
    as_of: datetime
    published_at: datetime


class Pointer(Release):
    """``periods/<period>.json``: the edition that stands for a quarter, and those that stood there before. Public.

    ``before`` has the oldest first; pointers that were written without it name the last one in ``supersedes`` alone.
    """

    format: Literal[1] = 1
    initiative: str
    period: str
    supersedes: str = ""
    before: tuple[Release, ...] = ()

    @property
    def release(self) -> Release:
        """This edition as the next pointer remembers it."""
        return Release(**{name: getattr(self, name) for name in Release.model_fields})


def published(site: Store, period: str) -> Pointer | None:
    """The pointer of ``period``, or None where nothing is published yet."""
    found = site.read(key_of(period))
    return decoded(Pointer, found[0]) if found else None


def pointers(calendar: Calendar, site: Store) -> list[Pointer]:
    """All that is published, the latest quarter first."""
    found = [decoded(Pointer, site.get(stored.key)) for stored in site.list("periods/")]
    return sorted(found, key=lambda p: calendar.parse(p.period), reverse=True)


def editions(site: Store) -> tuple[str, ...]:
    """The digests of all editions that were ever published, in order."""
    keys = (stored.key for stored in site.list("editions/"))
    return tuple(sorted(key.split("/")[1] for key in keys if key.endswith("/manifest.json")))


def key_of(period: str) -> str:
    """Where the pointer of a quarter lies."""
    return f"periods/{period}.json"
