"""A partner's list of receipts, and what it still owes: ``receipts/<partner>/index.html``, with a JSON.

The JSON is the list itself, grown by each collect; the page is made from it, and no receipt need be opened again.
"""

from __future__ import annotations

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
from agenda.periods import Period
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
        page = list_page(folder.initiative.name, folder.initiative.contact, name, speech, listed, outlook)
        store.put(f"{key}.html", page)  # first: killed in between, the list is still old, and both are written again
        if store.swap(f"{key}.json", content, found[1] if found else None):
            return
    raise Unavailable(f"{key}.json is written by others all the time")


def renew(store: Store, folder: Folder, history: History, partners: Collection[Partner], day: date) -> None:
    """Write the lists of partners that sent nothing, where they are not of this day yet."""

    def write(partner: Partner) -> None:
        def said(measure: str, period: Period) -> bool:
            return history.said(partner.id, measure, period.key)

        speech = speech_of(partner.language, folder.initiative.calendar)
        local = in_language(folder, partner.language, marked=False)
        outlook = outlook_of(local, partner, said, day)
        update(store, folder, partner.prefix, partner.name, speech, outlook, ())

    def is_old(partner: Partner) -> bool:
        found = store.read(f"receipts/{partner.prefix}/index.json")
        return found is None or json.loads(found[0])["day"] < day.isoformat()

    with ThreadPoolExecutor() as pool:
        old = [partner for partner, asked in zip(partners, pool.map(is_old, partners), strict=True) if asked]
    for partner in old:
        write(partner)


def _entries(content: bytes) -> list[Entry]:
    made = [Entry(**said) for said in json.loads(content)["receipts"]]
    return [replace(entry, received_at=datetime.fromisoformat(str(entry.received_at))) for entry in made]


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
