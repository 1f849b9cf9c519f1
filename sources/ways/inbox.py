"""What has arrived: the objects in the partners' inboxes, set against the deliveries that are known.

An arrival is one version of one object. It is a delivery unless it only repeats what its source delivered
last; a known delivery is read again where the contract or its layout has changed since.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from agenda.folder import Folder
from agenda.model import Layout, Partner
from agenda.store import Store, Stored
from sources.forms.sheet_words import layouts_of
from sources.forms.stamp import TEMPLATE
from sources.lake import Delivery
from sources.meaning.mapping import Mappings
from sources.meaning.vocabulary import Vocabulary

INBOX = "inbox/"
SEEN = "seen/"
"""Marks of arrivals that only repeated a reading, so that they are not opened again and again. A mark counts once the
lake holds that reading: killed before it does, the next collect finds what was repeated and the repetition."""
IGNORED = (".", "~$", "README", "_")
"""Beginnings of names that programs and people leave beside the data: hidden files, office locks, notices."""

NOTICE = ".withdraw"
"""Ending of a partner's word that a file is withdrawn (`sources.withdrawal`): ``numbers.csv.withdraw``."""
REPLY = ".reply.csv"
"""Ending of a partner's answers to proposed columns (`sources.letters.replies`)."""


@dataclass(frozen=True)
class Arrival:
    """One object to take in. ``known`` is the delivery it repeats under a new contract, if it does."""

    partner: Partner
    key: str  # below inbox/
    stored: Stored
    layout_name: str | None
    known: Delivery | None = None
    content: bytes | None = None  # given where it was asked for, not dropped

    @property
    def name(self) -> str:
        return self.key.rsplit("/", 1)[-1]


def arrivals(
    folder: Folder,
    store: Store,
    deliveries: Mapping[str, Delivery],
    readings: Collection[str],
    vocabulary: Vocabulary,
    mappings: Mappings,
    partners: Collection[str] | None = None,
) -> list[Arrival]:
    """What there is to take in, oldest first. Known: ``deliveries``, the latest of each key, and all ``readings``."""
    found: list[Arrival] = []
    asked: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries.values():
        if delivery.source != "bucket":
            asked[delivery.partner].append(delivery)
    marks = (stored.key.rpartition(".") for stored in store.list(SEEN))
    seen = {mark for mark, _, reading in marks if reading in readings}
    for partner in folder.partners.partners:
        if partners is None or partner.id in partners:
            found += _of_partner(folder, store, deliveries, asked[partner.id], vocabulary, mappings, partner)
    found = [a for a in found if a.known is not None or _mark(a.key, a.stored.version) not in seen]
    return sorted(found, key=in_order)


def in_order(arrival: Arrival) -> tuple[bool, datetime, str]:
    """Sorts arrivals: what is only read again first, then the oldest."""
    return arrival.known is None, arrival.stored.modified, arrival.key


def _of_partner(
    folder: Folder,
    store: Store,
    deliveries: Mapping[str, Delivery],
    asked: Sequence[Delivery],
    vocabulary: Vocabulary,
    mappings: Mappings,
    partner: Partner,
) -> Iterator[Arrival]:
    layouts = layouts_of(folder, partner)
    answers = [Stored(f"{INBOX}{d.key}", d.size, d.version, d.received_at) for d in asked]
    for stored in (*store.list(f"{INBOX}{partner.prefix}/"), *answers):
        key = stored.key.removeprefix(INBOX)
        if key.rsplit("/", 1)[-1].startswith(IGNORED) or is_reply(key):
            continue
        layout_name = None if is_notice(key) else layout_for(key.removeprefix(f"{partner.prefix}/"), layouts)
        known = deliveries.get(key)
        if known is not None and known.version == stored.version and known.layout == TEMPLATE:
            layout_name = TEMPLATE  # what it is stands inside
        if known is None or known.version != stored.version:
            yield Arrival(partner, key, stored, layout_name)
            continue
        said = mappings.said(partner.id, layout_name, known.revision)
        read_now = reading_of(vocabulary, partner, key, known.submission, layout_name, layouts, said)
        if known.reading != read_now or mappings.concern(known):
            yield Arrival(partner, key, stored, layout_name, known)


def is_notice(key: str) -> bool:
    """Whether an object is no data but asks that the numbers of the file beside it count no more."""
    return key.casefold().endswith(NOTICE)


def is_reply(key: str) -> bool:
    """Whether an object is no data but a partner's answer to what was proposed for its columns."""
    return key.casefold().endswith(REPLY)


def seen_key(key: str, version: str, reading: str) -> str:
    """Where to mark that one version of one object repeated ``reading``."""
    return f"{_mark(key, version)}.{reading}"


def _mark(key: str, version: str) -> str:
    digest = hashlib.sha256(f"{key}\0{version}".encode(errors="surrogateescape"))
    return SEEN + digest.hexdigest()


def layout_for(path: str, layouts: Mapping[str, Layout]) -> str | None:
    """The first layout whose pattern fits the path; composed and decomposed letters are the same."""
    path = unicodedata.normalize("NFC", path).casefold()
    for name, layout in layouts.items():
        if fnmatchcase(path, unicodedata.normalize("NFC", layout.files).casefold()):
            return name
    return None


def reading_of(
    vocabulary: Vocabulary,
    partner: Partner,
    key: str,
    submission: str,
    name: str | None,
    layouts: Mapping[str, Layout],
    mapping: str = "",
) -> str:
    """The id of a submission's reading; one that fits no layout is read under the empty one."""
    layout = layouts[name] if name else Layout.model_construct()
    return vocabulary.reading_of(submission, key, partner.id, partner.place, name or "", layout, mapping)
