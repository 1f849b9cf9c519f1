"""An edition: one version of one quarter's report, as files that never change again.

    editions/<period>/<digest>/…              its pages, PDF, data and manifest.json (public, names no submission)
    editions/<period>/<digest>.record.json    what went in, and what became of the edition
    editions/<period>/latest.json             which draft is the newest

The digest covers paths and contents alone, so the same facts give the same edition whenever and wherever it is
made. An approval stands in the record of one digest: a newer draft has none. Nothing here publishes; see `site`.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Literal, TypeVar

import duckdb
from pydantic import ValidationError

from agenda.entry import Entry
from agenda.errors import ConfigurationError, HeldBack, Unavailable
from agenda.folder import Folder
from agenda.periods import Period
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
        return _sha256("\n".join(sorted({arrival.reading for arrival in self.arrivals})).encode())


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


# -- making --------------------------------------------------------------------------------------------


def read_inputs(warehouse: Path, period: Period) -> Inputs:
    """What ``warehouse`` rests on, without what only speaks of later periods.

    A file that was turned away whole speaks of no period; it counts up to the end of the next one, which is when
    ``period`` is reported. So a quarter's edition changes when something it shows may have changed, and not because
    later quarters were delivered. Raises `Unavailable` where the warehouse can't be read, `HeldBack` where nothing
    was delivered yet.
    """
    query = """
        select partner, key, reading, received_at, outcome from fct_readings
        where first_period_start < $end or (first_period_start is null and received_at < $next_end) order by all"""
    known = {"end": period.end, "next_end": replace(period, start=period.end).end}
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            rows = connection.execute(query, known).fetchall()
    except duckdb.Error as error:
        raise Unavailable(f"the warehouse {warehouse} can't be read: {error}") from error
    if not rows:
        raise HeldBack(f"nothing has been delivered for {period} or before, so there is nothing to report yet.")
    arrivals = tuple(Arrival(**dict(zip(Arrival.model_fields, row, strict=True))) for row in rows)
    return Inputs(as_of=max(arrival.received_at for arrival in arrivals), arrivals=arrivals)


def add_edition(
    store: Store, folder: Folder, period: Period, files: Path, inputs: Inputs, *, headline: str = "",
    number: int = 1, beside: str = "", at: datetime | None = None,
) -> Edition:  # fmt: skip
    """Keeps what lies in ``files`` as the newest draft of ``period``. The same files again change nothing.

    ``headline`` is the sentence the report opens with. ``agenda/`` and ``manifest.json`` are added here, in place of
    any that lie there. The files go up first and the record last, so an edition that has a record is whole.
    """
    at = at or datetime.now(UTC)
    agenda = {f"agenda/{name}": content for name, content in public_agenda(folder, period).items()}
    made = {path.relative_to(files).as_posix(): path.read_bytes() for path in _files_in(files)}
    contents = {path: c for path, c in made.items() if not path.startswith("agenda/") and path != "manifest.json"}
    contents |= agenda
    manifest = Manifest(
        initiative=folder.initiative.id,
        period=period.key,
        number=number,
        beside=beside,
        headline=headline or folder.story(period.key).headline,
        as_of=inputs.as_of.astimezone(UTC),
        agenda=agenda_digest(folder, period),
        inputs=inputs.digest,
        software=f"cairn {_version()}",
        files=tuple(File(path=p, bytes=len(c), sha256=_sha256(c)) for p, c in sorted(contents.items())),
    )
    contents["manifest.json"] = encoded(manifest)
    digest = digest_of(contents)
    for path, content in sorted(contents.items()):
        store.put_new(f"editions/{period.key}/{digest}/{path}", content)
    previous = newest(store, period.key)
    record = Record(
        period=period.key,
        edition=digest,
        inputs=inputs,
        follows=previous.digest if previous else "",
        events=(Event(event="draft", at=at),),
    )
    is_new = store.put_new(_record_key(period.key, digest), encoded(record))
    if previous is None or previous.digest != digest:
        _make_newest(store, period.key, digest)
        if not is_new:  # an older draft has come back: what was approved since then was another one
            again = Edition(record)
            change_record(store, again, lambda r: r if r.status in ("draft", "published") else r.and_then("draft", at))
    return Edition(load(store, period.key, digest).record, is_new)


def public_agenda(folder: Folder, period: Period) -> dict[str, bytes]:
    """The files of the initiative that its editions show: what was agreed, and this quarter's story.

    ``initiative.yml`` and ``partners.yml``, with the lists they draw on, stay private: contacts and addresses are
    in them. So do the stories of other quarters, which may not be out yet.
    """
    private = {file for name in ("initiative.yml", "partners.yml") for file, _ in folder.sources[name].marks.values()}
    return {
        name: content
        for name, content in folder.files().items()
        if name not in private and (not name.startswith("stories/") or name.startswith(f"stories/{period}."))
    }


def agenda_digest(folder: Folder, period: Period) -> str:
    """The digest a manifest has of what was agreed: it changes with the files that an edition shows of it."""
    return digest_of(public_agenda(folder, period))


def digest_of(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted paths and digests of an edition's files."""
    return _sha256("".join(f"{path}\0{_sha256(content)}\n" for path, content in sorted(contents.items())).encode())


def _files_in(files: Path) -> Iterable[Path]:
    for path in sorted(files.rglob("*")):
        if path.is_symlink():
            raise ConfigurationError(f"{path} is a link; an edition is made of files")
        if path.is_file():
            yield path


def _make_newest(store: Store, period: str, digest: str) -> None:
    key = f"editions/{period}/latest.json"
    while True:  # until no other run comes in between; the last one to finish has the newest draft
        found = store.read(key)
        if store.swap(key, encoded(Latest(edition=digest)), found and found[1]):
            return


def _version() -> str:
    """The version that is installed, or of the checkout this is run from."""
    try:
        return metadata.version("cairn-report")
    except metadata.PackageNotFoundError:
        project = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
        return str(tomllib.loads(project)["project"]["version"])


# -- finding -------------------------------------------------------------------------------------------


def newest(store: Store, period: str) -> Edition | None:
    """The newest draft of ``period``, whatever has become of it since."""
    found = store.read(f"editions/{period}/latest.json")
    return load(store, period, decoded(Latest, found[0]).edition) if found else None


def load(store: Store, period: str, digest: str) -> Edition:
    """The edition with this digest. Raises `KeyError` where there is none."""
    return Edition(decoded(Record, store.get(_record_key(period, digest))))


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


# -- approving -----------------------------------------------------------------------------------------


def approve(
    store: Store, folder: Folder, period: Period, name: str, *, edition: str = "", at: datetime | None = None
) -> Edition:
    """Records that the reviewer ``name`` approves the newest draft of ``period``; twice changes nothing.

    ``edition`` is the beginning of the digest they looked at, as the review page names it: given, nothing else is
    approved. Raises `HeldBack` where there is no draft, where it is another one, or where ``name`` is no reviewer.
    """
    reviewers = [reviewer.name for reviewer in folder.initiative.reviewers]
    if name not in reviewers:
        known = f"Reviewers are: {', '.join(reviewers)}." if reviewers else "There are none yet."
        raise HeldBack(
            f"{name!r} is not among the reviewers in initiative.yml. {known} Add them there, under 'reviewers'."
        )
    draft = newest(store, period.key)
    if draft is None:
        raise HeldBack(f"there is no draft of {period} to approve. Make one: cairn run {period}")
    if edition and not draft.digest.startswith(edition):
        raise HeldBack(
            f"{edition} is not the newest draft of {period}: that is {draft.short}. "
            f"Look at what changed in {draft.review_page} and approve that one."
        )
    when = at or datetime.now(UTC)

    def approved(record: Record) -> Record:
        if record.status == "superseded":
            raise HeldBack(f"edition {draft.short} of {period} was superseded. Make a new draft: cairn run {period}")
        if record.status == "published" or any(e.event == "approved" and e.by == name for e in _current(record)):
            return record
        return record.and_then("approved", when, name)

    return change_record(store, draft, approved)


def _current(record: Record) -> Iterable[Event]:
    """The events since the edition last became a draft."""
    last = max(i for i, event in enumerate(record.events) if event.event == "draft")
    return record.events[last:]


def change_record(store: Store, edition: Edition, change: Callable[[Record], Record]) -> Edition:
    """Replaces the edition's record by what ``change`` makes of it, also while others do the same."""
    key = _record_key(edition.period, edition.digest)
    while True:
        found = store.read(key)
        if found is None:
            raise KeyError(key)
        record = decoded(Record, found[0])
        changed = change(record)
        if changed == record or store.swap(key, encoded(changed), found[1]):
            return Edition(changed)


def _record_key(period: str, digest: str) -> str:
    return f"editions/{period}/{digest}.record.json"


# -- bytes ---------------------------------------------------------------------------------------------


def encoded(entry: Entry) -> bytes:
    return entry.model_dump_json(indent=1).encode() + b"\n"


def decoded(type_: type[M], content: bytes) -> M:
    try:
        return type_.model_validate_json(content)
    except ValidationError as error:
        raise Unavailable(f"a stored {type_.__name__.lower()} can't be read: {error}") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
