"""What has arrived: the objects in the partners' inboxes, set against the deliveries that are known.

An arrival is one version of one object. It is a delivery unless it only repeats what its source delivered
last; a known delivery is read again where the contract or its layout has changed since.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from agenda.folder import Folder
from agenda.model import Layout, Partner
from agenda.store import FolderStore, Store, Stored
from sources.door import quarantine
from sources.files.limits import MB, limits
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
MARKED = ".marked.xlsx"
"""Ending of the copy that a receipt gives back; put into the inbox, it is the new version of the file it is made of."""
LONGEST_NAME = 200
"""Bytes of a file's name; disks take 255, and the endings of what lies beside a receipt come on top."""
_AGAIN = re.compile(r" ?\(\d+\)(?=\.xlsx$)")
"""What browsers put into the name of a file that they have downloaded once before."""
REPLY = ".reply.csv"
"""Ending of a partner's answers to proposed columns (`sources.letters.replies`)."""


@dataclass(frozen=True)
class Arrival:
    """One object to take in. ``known`` is the delivery it repeats under a new contract, if it does."""

    partner: Partner
    key: str  # what it is known under: its own one below inbox/, or that of the file it is the marked copy of
    stored: Stored
    layout_name: str | None
    known: Delivery | None = None
    content: bytes | None = None  # given where it was asked for, not dropped
    others: tuple[str, ...] = ()  # versions of other objects that lie there and are known under the same key

    @property
    def name(self) -> str:
        return self.key.rsplit("/", 1)[-1]

    @property
    def path(self) -> str:
        """The object's own key below inbox/."""
        return self.stored.key.removeprefix(INBOX)

    @property
    def is_too_large(self) -> bool:
        """Whether the object is refused by the size it is listed with; such a one has no digest and is not kept."""
        is_kept = self.known is not None and self.known.submission != ""
        return self.content is None and not is_kept and self.stored.size > limits().file_mb * MB

    def replace_others(self, store: Store, reading: str) -> None:
        """Mark that the others are no arrivals any more once the lake holds ``reading``, which this one became."""
        for version in self.others:
            store.put_new(seen_key(self.key, version, reading), b"")

    def content_in(self, store: Store) -> bytes | None:
        """What the object holds; None where it changed since it was listed. `KeyError` where it went away.

        Nothing of what is too large is fetched: it would fill the memory only to be refused.
        """
        if self.content is not None or self.is_too_large:
            return self.content or b""
        if self.known is not None and self.known.submission and not quarantine.is_put_aside(self.known):
            return store.get(f"submissions/{self.known.submission}")
        return store.get_version(self.stored.key, self.stored.version)


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
    known: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries.values():
        known[delivery.partner].append(delivery)
    marks = (stored.key.rpartition(".") for stored in store.list(SEEN))
    seen = {mark for mark, _, reading in marks if reading in readings}
    for partner in folder.partners.partners:
        if partners is None or partner.id in partners:
            found += _of_partner(folder, store, known[partner.id], seen, vocabulary, mappings, partner)
    return sorted(found, key=in_order)


def in_order(arrival: Arrival) -> tuple[bool, datetime, str]:
    """Sorts arrivals: what is only read again first, then the oldest."""
    return arrival.known is None, arrival.stored.modified, arrival.key


def _of_partner(
    folder: Folder,
    store: Store,
    deliveries: Sequence[Delivery],
    seen: Collection[str],
    vocabulary: Vocabulary,
    mappings: Mappings,
    partner: Partner,
) -> Iterator[Arrival]:
    layouts, latest = layouts_of(folder, partner), {delivery.key: delivery for delivery in deliveries}
    answers = [Stored(f"{INBOX}{d.key}", d.size, d.version, d.received_at) for d in deliveries if d.source != "bucket"]
    for key, those in _by_key([*store.list(f"{INBOX}{partner.prefix}/"), *answers], latest).items():
        layout_name = None if is_notice(key) else layout_for(key.removeprefix(f"{partner.prefix}/"), layouts)
        known = latest.get(key)
        version = known.version if known is not None else None
        current = next((stored for stored in those if stored.version == version), None)
        fresh = [s for s in those if s.version != version and _mark(key, s.version) not in seen]
        if fresh:
            newest = max(fresh, key=lambda stored: stored.modified)
            others = tuple(stored.version for stored in those if stored is not newest)
            yield Arrival(partner, key, newest, layout_name, others=others)
        elif known is not None and current is not None:
            if known.layout == TEMPLATE:
                layout_name = TEMPLATE  # what it is stands inside
            said = mappings.said(partner.id, layout_name, known.revision)
            read_now = reading_of(vocabulary, partner, key, known.submission, layout_name, layouts, said)
            if known.reading != read_now or mappings.concern(known):
                yield Arrival(partner, key, current, layout_name, known)


def unnamed(folder: Folder, store: Store) -> Iterator[tuple[Partner, str]]:
    """Files in folder inboxes whose names are no UTF-8, and so can be named nowhere else: nobody takes them in.

    Each with the name as far as it can be shown.
    """
    if not isinstance(store, FolderStore):  # keys of buckets are UTF-8
        return
    for partner in folder.partners.partners:
        for _, _, names in os.walk(store.path / INBOX / partner.prefix):
            for name in sorted(names):
                shown = os.fsencode(name).decode("utf-8", "replace")
                if shown != name:
                    yield partner, shown


def _by_key(objects: Sequence[Stored], known: Collection[str]) -> dict[str, list[Stored]]:
    """The objects that may be arrivals, by the key that they are ``known`` under, or would be."""
    paths = [stored.key.removeprefix(INBOX) for stored in objects]
    files: dict[str | None, str] = {spelled(answered_as(key)): key for key in (*paths, *known)}
    found = defaultdict[str, list[Stored]](list)
    for stored, path in zip(objects, paths, strict=True):
        if not path.rsplit("/", 1)[-1].startswith(IGNORED) and not is_reply(path):
            found[files.get(original(path), path)].append(stored)
    return found


def original(path: str) -> str | None:
    """How the file is spelled whose marked copy lies at ``path``; None where the name is no such copy's."""
    name = _AGAIN.sub("", spelled(path))
    return name.removesuffix(MARKED) if name.endswith(MARKED) else None


def answered_as(key: str) -> str:
    """The key as a receipt's address has it: its own, but for a name that is too long for a disk with an ending, or
    that the list of receipts has. That is made another one, by a digest which tells it from others like it."""
    folder, slash, name = key.rpartition("/")
    if len(name.encode()) <= LONGEST_NAME and name != "index":
        return key
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{folder}{slash}{name.encode()[:LONGEST_NAME].decode(errors='ignore')}~{digest}"


def spelled(key: str) -> str:
    """A key as keys are compared: composed and decomposed letters are the same, and so are small and capital ones."""
    return unicodedata.normalize("NFC", key).casefold()


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
