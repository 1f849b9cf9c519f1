"""Asks a partner's sheet, API or database for what it holds, and gives it as arrivals, as if it had been dropped.

What is asked for is known as ``<partner's prefix>/<name>.csv`` or ``.ndjson``, so a layout's ``files`` fits it. What is
already known is read from the lake's committed deliveries alone; nothing is remembered anywhere else.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Lock

from agenda import settings
from agenda.errors import CairnError, Unavailable
from agenda.folder import Folder
from agenda.model import Partner
from agenda.store import Stored
from agenda.ways_in import Database, Sheet
from sources.lake import Delivery
from sources.ways.inbox import INBOX, Arrival, layout_for
from sources.ways.presets import declared
from sources.ways.records import Answer, Bookmark, in_one_line
from sources.ways.secrets import Secrets

ASKED_AT_ONCE = 8
"""Partners that are asked side by side: they keep one waiting, not busy; what they answer is held in memory."""
_LOADING = Lock()


class Asking:
    """Whom a collect asks, what they had that is new, and who could not be asked."""

    def __init__(self, folder: Folder, known: Collection[Delivery], partners: Collection[str] | None) -> None:
        self._folder, self._known = folder, known
        every = folder.partners.partners
        self.partners = [p for p in every if p.source.is_asked and (partners is None or p.id in partners)]
        self.arrivals: list[Arrival] = []
        self._failed: dict[str, str] = {}

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Partners that could not be asked, or of whom a file could not be opened, with what failed and what to do."""
        return tuple(sorted(self._failed.items()))

    @contextlib.contextmanager
    def leaving(self, partner: Partner) -> Iterator[None]:
        """Leave alone what vanished, and what the store has but can't give: that is told of as the partner's."""
        try:
            yield
        except KeyError:
            pass
        except Unavailable as error:
            self._failed[partner.id] = str(error)

    def one(self, partner: Partner) -> None:
        """Ask one partner. Raises `Unavailable` where that fails; it is noted, too."""
        _load()
        try:
            self.arrivals += ask(self._folder, partner, self._known)
        except Unavailable as error:
            self._failed[partner.id] = str(error)
            raise

    def all(self) -> None:
        """Ask everybody, some at once; one that fails costs the others nothing."""

        def asked(partner: Partner) -> None:
            with contextlib.suppress(Unavailable):
                self.one(partner)

        with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
            list(pool.map(asked, self.partners))


def _load() -> None:
    """Import what asking needs: late, as most commands ask nobody; and once, as threads would meet halfway."""
    with _LOADING:
        settings.no_telemetry()
        import dlt.sources.rest_api
        import dlt.sources.sql_database  # noqa: F401

        from sources.ways import api, database, sheets  # noqa: F401

        # At its most talkative, it writes whole addresses, and a key may stand in one.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


def ask(folder: Folder, partner: Partner, known: Collection[Delivery]) -> list[Arrival]:
    """What ``partner``'s source holds that is new, set against the deliveries that are known.

    Raises `Unavailable` with what failed and what to do; no secret is in it.
    """
    secrets = Secrets()
    own = [d for d in known if d.partner == partner.id and d.source == partner.source.kind]
    latest = {d.key: d.version for d in own}
    arrivals = []
    try:
        for answer in _answers(folder, partner, own, secrets):
            key = f"{partner.prefix}/{answer.name}"
            if not answer.content:
                if key in latest:
                    raise Unavailable(f"{answer.name} is empty, and was not before; what was delivered still holds")
            elif latest.get(key) != answer.version:
                arrivals.append(_arrival(folder, partner, key, answer))
    except CairnError as error:
        raise Unavailable(secrets.hide(str(error))) from None
    except Exception as error:  # whatever it is, it must not cost the other partners their turn
        raise Unavailable(secrets.hide(f"asking it failed ({in_one_line(error)})")) from None
    return arrivals


def _answers(folder: Folder, partner: Partner, own: Collection[Delivery], secrets: Secrets) -> Iterator[Answer]:
    latest = {d.key: d.version for d in own}
    layouts = folder.layouts_of(partner)

    def since(name: str) -> Bookmark | None:
        begin = f"{partner.prefix}/{name}-"
        marks = [mark for d in own if d.key.startswith(begin) and (mark := Bookmark.read(d.version))]
        return max(reversed(marks), key=lambda mark: mark.at, default=None)  # of equals, the one delivered last

    def is_known(name: str, version: str) -> bool:
        return latest.get(f"{partner.prefix}/{name}") == version

    from sources.ways import api, database, sheets

    source = partner.source
    if isinstance(source, Sheet):
        return sheets.answers(source, secrets, lambda name: layouts.get(layout_for(name, layouts) or ""), is_known)
    if isinstance(source, Database):
        return database.answers(source, secrets, since)
    return api.answers(declared(source), secrets, since)


def _arrival(folder: Folder, partner: Partner, key: str, answer: Answer) -> Arrival:
    stored = Stored(f"{INBOX}{key}", len(answer.content), answer.version, datetime.now(UTC))
    return Arrival(partner, key, stored, layout_for(answer.name, folder.layouts_of(partner)), content=answer.content)
