"""An edition: one version of one quarter's report, as files that never change again.

    editions/<period>/<digest>/…              its pages, PDF, data and manifest.json (public, names no submission)
    editions/<period>/<digest>.record.json    what went in, and what became of the edition
    editions/<period>/latest.json             which draft is the newest

The digest covers paths and contents alone, so the same facts give the same edition whenever and wherever it is
made. An approval stands in the record of one digest: a newer draft has none. It is made by `drafting`, approved by
`approval` and published by `site`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from pydantic import ValidationError

from agenda.entry import Entry
from agenda.errors import HeldBack, Unavailable
from agenda.store import Store

Status = Literal["draft", "approved", "published", "superseded"]
M = TypeVar("M", bound=Entry)


class Arrival(Entry):
    """A reading that went into an edition: the latest one of a partner's file, counted or turned away."""

    partner: str
    key: str
    reading: str
    received_at: datetime
    outcome: str


class Inputs(Entry):
    """What an edition was made from; ``as_of`` is when the newest of it was received."""

    as_of: datetime
    arrivals: tuple[Arrival, ...]

    @property
    def digest(self) -> str:
        return sha256("\n".join(sorted({arrival.reading for arrival in self.arrivals})).encode())


class File(Entry):
    path: str
    bytes: int
    sha256: str


class Manifest(Entry):
    """``manifest.json`` of an edition: digests of what went in and of what came out. Public."""

    format: Literal[1] = 1
    initiative: str
    period: str
    number: int = 1  # of the quarter's editions
    beside: str = ""  # the published edition whose numbers it was compared with
    headline: str
    headlines: Mapping[str, str] = {}  # in each other language it comes in; empty where it is not translated
    as_of: datetime
    agenda: str
    inputs: str
    software: str
    files: tuple[File, ...]


class Event(Entry):
    event: Status
    at: datetime
    by: str = ""  # the reviewer, or the edition that took this one's place


class Record(Entry):
    """An edition's private record. Only ever grows, and only by `Store.swap`."""

    format: Literal[1] = 1
    period: str
    edition: str
    inputs: Inputs
    follows: str = ""  # the draft that was the newest when this one was made
    events: tuple[Event, ...]

    @property
    def status(self) -> Status:
        return self.events[-1].event

    def and_then(self, event: Status, at: datetime, by: str = "") -> Record:
        return self.model_copy(update={"events": (*self.events, Event(event=event, at=at, by=by))})


class Latest(Entry):
    """``latest.json``: the newest draft of a period."""

    format: Literal[1] = 1
    edition: str


@dataclass(frozen=True)
class Edition:
    """An edition in the private store. ``is_new`` says whether this call made it."""

    record: Record
    is_new: bool = False

    @property
    def period(self) -> str:
        return self.record.period

    @property
    def digest(self) -> str:
        return self.record.edition

    @property
    def short(self) -> str:
        """Enough of the digest for people to tell editions of a quarter apart."""
        return self.digest[:8]

    @property
    def status(self) -> Status:
        return self.record.status

    @property
    def folder(self) -> str:
        """Where its files lie in the store."""
        return f"editions/{self.period}/{self.digest}"

    @property
    def review_page(self) -> str:
        return f"{self.folder}.review/index.html"


# -- finding, reading, changing ------------------------------------------------------------------------


def newest(store: Store, period: str) -> Edition | None:
    """The newest draft of ``period``, whatever has become of it since."""
    found = store.read(f"editions/{period}/latest.json")
    return load(store, period, decoded(Latest, found[0]).edition) if found else None


def load(store: Store, period: str, digest: str) -> Edition:
    """The edition with this digest. Raises `KeyError` where there is none."""
    return Edition(decoded(Record, store.get(record_key(period, digest))))


def read_files(store: Store, edition: Edition) -> dict[str, bytes]:
    """The edition's files by path, ``manifest.json`` last.

    Raises `HeldBack` where they are no longer the files that the digest was taken of.
    """
    advice = f"Take the folder {edition.folder} out of {store.url} and make the draft again: cairn run {edition.period}"
    try:
        manifest = decoded(Manifest, store.get(f"{edition.folder}/manifest.json"))
        paths = [*(file.path for file in manifest.files), "manifest.json"]
        contents = {path: store.get(f"{edition.folder}/{path}") for path in paths}
    except KeyError as error:
        raise HeldBack(f"edition {edition.short} of {edition.period} lacks {error.args[0]}. {advice}") from error
    if digest_of(contents) != edition.digest:
        raise HeldBack(f"files of edition {edition.short} of {edition.period} were changed after it was made. {advice}")
    return contents


def change_record(store: Store, edition: Edition, change: Callable[[Record], Record]) -> Edition:
    """Replaces the edition's record by what ``change`` makes of it, also while others do the same."""
    key = record_key(edition.period, edition.digest)
    while True:
        found = store.read(key)
        if found is None:
            raise KeyError(key)
        record = decoded(Record, found[0])
        changed = change(record)
        if changed == record or store.swap(key, encoded(changed), found[1]):
            return Edition(changed)


def record_key(period: str, digest: str) -> str:
    return f"editions/{period}/{digest}.record.json"


# -- bytes ---------------------------------------------------------------------------------------------


def digest_of(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted paths and digests of an edition's files."""
    return sha256("".join(f"{path}\0{sha256(content)}\n" for path, content in sorted(contents.items())).encode())


def encoded(entry: Entry) -> bytes:
    return entry.model_dump_json(indent=1).encode() + b"\n"


def decoded(type_: type[M], content: bytes) -> M:
    try:
        return type_.model_validate_json(content)
    except ValidationError as error:
        raise Unavailable(f"a stored {type_.__name__.lower()} can't be read: {error}") from error


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
