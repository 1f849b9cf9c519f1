"""A partner's list of receipts, and what it still owes: ``receipts/<partner>/index.html``, with a JSON.

The JSON is the list itself, grown by each collect; the page is made from it, and no receipt need be opened again. It
leads to the scorecards that lie beside the receipts, too.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date, datetime

from agenda.catalogue import Speech
from agenda.errors import Unavailable
from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.model import Partner
from agenda.periods import Period, PeriodError
from agenda.store import Store
from sources.history import History
from sources.letters.findings import speech_of
from sources.letters.outlook import outlook as outlook_of
from sources.letters.page import Entry, list_page
from sources.letters.receipt import Outlook

TRIES = 20
"""Collectors that may write the same list at once, each of which makes the others try once more."""


def update(
    store: Store, folder: Folder, prefix: str, name: str, speech: Speech, outlook: Outlook, entries: Sequence[Entry]
) -> None:
    """Add the entries to the list of the partner whose inbox lies below ``prefix``; a newer one of a file replaces it.

    Raises `Unavailable` where others keep writing the same list.
    """
    key = f"receipts/{prefix}/index"
    for _ in range(TRIES):
        found = store.read(f"{key}.json")
        known = {entry.file: entry for entry in (_entries(found[0]) if found else ())}
        known |= {entry.file: entry for entry in entries}
        listed = sorted(known.values(), key=lambda entry: (entry.received_at, entry.file), reverse=True)
        said = {"day": outlook.day.isoformat(), "receipts": [asdict(entry) for entry in listed]}
        content = (json.dumps(said, ensure_ascii=False, indent=1, default=_text) + "\n").encode()
        cards = _scorecards(store, folder, prefix)
        page = list_page(folder.initiative.name, folder.initiative.contact, name, speech, listed, cards, outlook)
        store.put(f"{key}.html", page)  # first: killed in between, the list is still old, and both are written again
        if store.swap(f"{key}.json", content, found[1] if found else None):
            return
    raise Unavailable(f"{key}.json is written by others all the time")


def renew(
    store: Store, folder: Folder, history: History, partners: Collection[Partner], day: date, *, always: bool = False
) -> None:
    """Write the lists of partners that sent nothing, where they are not of this day yet; or ``always``."""

    def write(partner: Partner) -> None:
        def said(measure: str, period: Period) -> bool:
            return history.said(partner.id, measure, period.key)

        speech = speech_of(partner.language, folder.initiative.calendar)
        local = in_language(folder, partner.language, marked=False)
        outlook = outlook_of(local, partner, said, day)
        update(store, folder, partner.prefix, partner.name, speech, outlook, ())

    def is_old(partner: Partner) -> bool:
        found = None if always else store.read(f"receipts/{partner.prefix}/index.json")
        return found is None or json.loads(found[0])["day"] < day.isoformat()

    with ThreadPoolExecutor() as pool:
        old = [partner for partner, asked in zip(partners, pool.map(is_old, partners), strict=True) if asked]
    for partner in old:
        write(partner)


def _scorecards(store: Store, folder: Folder, prefix: str) -> list[Period]:
    """The quarters of which the partner has a scorecard, the newest first.

    Receipts may lie there as well: those of files that it keeps in a folder of that name.
    """
    found = []
    for stored in store.list(f"receipts/{prefix}/scorecards/"):
        name, _, end = stored.key.rpartition("/")[2].rpartition(".")
        with contextlib.suppress(PeriodError):
            found += [folder.initiative.calendar.parse(name)] if end == "html" else []
    return sorted(found, key=lambda period: period.start, reverse=True)


def _entries(content: bytes) -> list[Entry]:
    made = [Entry(**said) for said in json.loads(content)["receipts"]]
    return [replace(entry, received_at=datetime.fromisoformat(str(entry.received_at))) for entry in made]


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
