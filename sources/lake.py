"""The lake: immutable Parquet, written by dlt, committed by manifest. The only truth; nothing is lost.

    lake/data/<table>/<batch>/*.parquet     rows, written first
    lake/batches/<batch>.json               the manifest, written last: from then on the batch counts

A batch that was never finished leaves files without a manifest, which no reader follows. Two collectors may
land the same reading; readers take it from its first committed batch. So nothing needs a lock.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from agenda import settings
from agenda.errors import Unavailable
from agenda.folder import Folder
from agenda.store import BucketStore, FolderStore
from agenda.tables import VALUE, agenda_tables

FORMAT = 2
"""Version of what is written here; a reader refuses a newer one. In the first, every observation had a number."""
BATCHES = "lake/batches/"

_TEXT, _COUNT, _TIME = pa.string(), pa.int64(), pa.timestamp("us", "UTC")
_CODE = pa.dictionary(pa.int32(), pa.string())  # text in Parquet; written from codes, as few values stand in many rows
SCHEMAS: dict[str, pa.Schema] = {
    name: pa.schema(fields)
    for name, fields in {
        "deliveries": [
            ("delivery", _TEXT), ("partner", _TEXT), ("source", _TEXT), ("key", _TEXT), ("version", _TEXT),
            ("size", _COUNT), ("submission", _TEXT), ("reading", _TEXT), ("received_at", _TIME),
            ("sequence", pa.int32()),
        ],
        "readings": [
            ("reading", _TEXT), ("partner", _TEXT), ("layout", _TEXT), ("submission", _TEXT),
            ("delivery_mode", _TEXT), ("outcome", _TEXT), ("rows_read", _COUNT), ("rows_accepted", _COUNT),
            ("rows_rejected", _COUNT), ("rows_skipped", _COUNT),
        ],
        "scopes": [("reading", _TEXT), ("measure", _TEXT), ("period", _TEXT)],
        "observations": [
            ("reading", _CODE), ("row_number", pa.int32()), ("partner", _CODE), ("measure", _CODE),
            ("period_type", _CODE), ("period", _CODE), ("period_start", pa.date32()), ("period_end", pa.date32()),
            ("place", _CODE), ("members", _CODE), ("value", VALUE), ("obs_status", _CODE),
        ],
        "persons": [
            ("reading", _CODE), ("measure", _CODE), ("period", _CODE), ("place", _CODE), ("members", _CODE),
            ("person", _COUNT),
        ],
        "rejected_rows": [
            ("reading", _TEXT), ("sheet", _TEXT), ("row_number", pa.int32()), ("cells", _TEXT), ("measure", _TEXT),
            ("period", _TEXT), ("place", _TEXT), ("members", _TEXT),
        ],
        "findings": [
            ("reading", _TEXT), ("severity", _TEXT), ("code", _TEXT), ("sheet", _TEXT), ("row_number", pa.int32()),
            ("column_name", _TEXT), ("cell", _TEXT), ("value", _TEXT), ("message", _TEXT), ("fix", _TEXT),
            ("answer", _TEXT),
        ],
        "columns": [
            ("reading", _TEXT), ("position", pa.int32()), ("header", _TEXT), ("column_name", _TEXT), ("how", _TEXT),
        ],
    }.items()
}  # fmt: skip


@dataclass(frozen=True)
class Delivery:
    """One arrival as it is known: which object, in which version, holding which bytes, read as what."""

    delivery: str
    partner: str
    source: str  # its kind: bucket, sheet, api, database
    key: str
    version: str
    size: int
    submission: str
    reading: str
    layout: str  # the one it was read under; empty where none fits
    received_at: datetime
    sequence: int
    revision: int = 0  # how many of the partner's mappings it was read under
    header: str = ""  # digest of its headings
    lacks: tuple[tuple[str, str], ...] = ()  # each column that keeps it from being read, and what looks like it
    mapped: tuple[str, ...] = ()  # columns that were found by a mapping


@dataclass(frozen=True)
class Manifest:
    """What a batch holds. ``imported`` says that ``known_at`` was given by a person, not taken from the clock."""

    batch: str
    kind: str
    known_at: datetime
    imported: bool
    agenda: str
    files: tuple[dict[str, Any], ...]
    readings: tuple[str, ...]
    deliveries: tuple[Delivery, ...]


class Lake:
    """The lake of one store. Manifests are immutable, so each is read once."""

    def __init__(self, store: FolderStore | BucketStore) -> None:
        self.store = store
        self._seen: dict[str, Manifest] = {}
        self._copies: tempfile.TemporaryDirectory[str] | None = None

    def manifests(self) -> list[Manifest]:
        """Every committed batch, in the order of knowledge time."""
        for stored in self.store.list(BATCHES):
            if stored.key not in self._seen:
                self._seen[stored.key] = _manifest(self.store.get(stored.key))
        return sorted(self._seen.values(), key=lambda m: (m.known_at, m.batch))

    def deliveries(self) -> list[Delivery]:
        """Every delivery in order, the latest of each version of an object only.

        A re-reading takes its forerunner's place; so does what a second collector landed of the same version.
        """
        found = [d for manifest in self.manifests() for d in manifest.deliveries]
        latest = {(d.partner, d.source, d.key, d.version): d for d in sorted(found, key=lambda d: d.received_at)}
        return sorted(latest.values(), key=lambda d: (d.received_at, d.sequence))

    def readings(self) -> set[str]:
        return {reading for manifest in self.manifests() for reading in manifest.readings}

    def agenda(self) -> str | None:
        """The digest of the agenda's newest snapshot."""
        return next((m.agenda for m in reversed(self.manifests()) if m.kind == "agenda"), None)

    def land_agenda(self, folder: Folder, known_at: datetime | None = None) -> None:
        """Land the agenda's tables unless the newest snapshot says the same."""
        digest = agenda_digest(folder)
        if self.agenda() != digest:
            self.commit("agenda", agenda_tables(folder), digest, known_at=known_at)

    def commit(
        self,
        kind: str,
        tables: Mapping[str, pa.Table],
        agenda: str,
        *,
        readings: Sequence[str] = (),
        deliveries: Sequence[Delivery] = (),
        known_at: datetime | None = None,
    ) -> Manifest:
        """Write a batch and, last of all, its manifest. ``known_at`` is given only for history that is imported."""
        moment = (known_at or datetime.now(UTC)).astimezone(UTC)
        # what was written later comes later, also of two batches that are known since the same moment
        batch = f"{moment:%Y%m%dT%H%M%S%f}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
        files = self._load(batch, {name: table for name, table in tables.items() if table.num_rows})
        manifest = Manifest(
            batch, kind, moment, known_at is not None, agenda, files, tuple(readings), tuple(deliveries)
        )
        if not self.store.put_new(f"{BATCHES}{batch}.json", _json(manifest)):
            raise Unavailable(f"the batch {batch} is there already")  # an id met twice: the store misbehaves
        return manifest

    def _load(self, batch: str, tables: Mapping[str, pa.Table]) -> tuple[dict[str, Any], ...]:
        """Write the tables; give the files they became."""
        settings.no_telemetry()
        from sources.loading import load  # imported late: dlt takes a second, and most commands load nothing

        load(self.store, batch, tables)
        files = []
        for name, table in tables.items():
            written = list(self.store.list(f"lake/data/{name}/{batch}/"))
            files += [
                {
                    "table": name,
                    "path": stored.key.removeprefix("lake/"),
                    "rows": table.num_rows,
                    "sha256": hashlib.sha256(self.store.get(stored.key)).hexdigest(),
                }
                for stored in written
            ]
            if len(written) != 1:
                raise Unavailable(f"{name} of batch {batch} became {len(written)} files instead of one")
        return tuple(files)

    def files(self, table: str, manifests: Iterable[Manifest]) -> list[Path]:
        """Where a table's files of these batches lie on this disk; those in a bucket are brought here, once."""
        keys = [f"lake/{f['path']}" for manifest in manifests for f in manifest.files if f["table"] == table]
        if isinstance(self.store, FolderStore):
            return [self.store.local(key) for key in keys]
        if self._copies is None:
            self._copies = tempfile.TemporaryDirectory(prefix="cairn-lake-")
        for key in keys:
            _copy(self.store, key, Path(self._copies.name))
        return [Path(self._copies.name) / key for key in keys]

    def local(self, cache: Path) -> Path:
        """The lake as a folder: the store's own, or a copy in ``cache`` of what a bucket holds."""
        if isinstance(self.store, FolderStore):
            return self.store.path / "lake"
        for manifest in self.manifests():
            for file in manifest.files:
                _copy(self.store, f"lake/{file['path']}", cache)
            _copy(self.store, f"{BATCHES}{manifest.batch}.json", cache)
        return cache / "lake"


def agenda_digest(folder: Folder) -> str:
    """SHA-256 of what the agenda's tables say; stories and other texts leave it as it is."""
    said = {name: rows.to_pylist() for name, rows in agenda_tables(folder).items()}
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as the lake's table ``name``."""
    return pa.Table.from_pylist(list(rows), SCHEMAS[name])


def _copy(store: BucketStore, key: str, cache: Path) -> None:
    """Bring an immutable object here once."""
    kept = FolderStore(cache)
    if not kept.exists(key):
        kept.put(key, store.get(key))


def _json(manifest: Manifest) -> bytes:
    said = {"format": FORMAT, **asdict(manifest)}
    return json.dumps(said, indent=1, default=_instant).encode()


def _manifest(content: bytes) -> Manifest:
    said = json.loads(content)
    if said.pop("format") > FORMAT:
        raise Unavailable("the lake was written by a newer Cairn; update this one")
    said["known_at"] = datetime.fromisoformat(said["known_at"])
    said["deliveries"] = tuple(map(_delivery, said["deliveries"]))
    return Manifest(**{**said, "files": tuple(said["files"]), "readings": tuple(said["readings"])})


def _delivery(said: dict[str, Any]) -> Delivery:
    lacks = tuple((column, header) for column, header in said.get("lacks", ()))
    lists = {"lacks": lacks, "mapped": tuple(said.get("mapped", ()))}
    return Delivery(**said | {"received_at": datetime.fromisoformat(said["received_at"]), **lists})


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
