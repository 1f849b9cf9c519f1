"""An initiative opened for work: its folder, its store, its site, and what is kept on this machine.

``<initiative>/.cairn/`` is a cache and can be deleted at any time: finished warehouses, the lake's copy where the
store is a bucket, the Quarto project of each quarter as last rendered with its finished pages, and what each draft
was made from.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.lint import read
from agenda.periods import Calendar
from agenda.store import BucketStore, FolderStore, open_store
from flows.progress import counting, say
from flows.warehouse import DATABASE, build_warehouse, warehouse_key
from sources.lake import Lake

KEPT_WAREHOUSES = 3


@dataclass(frozen=True)
class Workspace:
    """Everything a command or a flow needs of one initiative."""

    folder: Folder
    store: FolderStore | BucketStore
    site: FolderStore | BucketStore

    @classmethod
    def open(cls, path: Path | str) -> Workspace:
        """The initiative in ``path``. Raises `ConfigurationError` with all that is wrong with it."""
        folder = read(Path(path).resolve())
        initiative = folder.initiative
        return cls(folder, open_store(initiative.store, folder.path), open_store(initiative.site, folder.path))

    @property
    def calendar(self) -> Calendar:
        return self.folder.initiative.calendar

    @property
    def local(self) -> Path:
        return self.folder.path / ".cairn"

    @cached_property
    def lake(self) -> Lake:
        return Lake(self.store)

    def warehouse_key(self, as_of: datetime | None = None) -> str:
        return warehouse_key(self._local_lake(), as_of)

    def warehouse(self, as_of: datetime | None = None) -> Path:
        """The finished warehouse of the lake as it is (or was known at ``as_of``), built if it isn't there yet.

        Raises `HeldBack` where nothing was collected by then.
        """
        manifests = self.lake.manifests()
        if not manifests:
            raise HeldBack("nothing has been collected yet; take in what the partners dropped with: cairn collect")
        first = min(manifest.known_at for manifest in manifests)
        if as_of is not None and as_of < first:
            began = f"{first.astimezone(as_of.tzinfo):%Y-%m-%d %H:%M}"
            raise HeldBack(f"nothing was known on {as_of:%Y-%m-%d %H:%M}; what is known begins on {began}")
        lake = self._local_lake()
        out = self.local / "warehouse" / warehouse_key(lake, as_of) / f"{DATABASE}.duckdb"
        if not out.is_file():
            say("Computing the indicators")
            build_warehouse(lake, out, as_of, progress=counting("models and tests"))
            for old in sorted(out.parent.parent.iterdir(), key=lambda p: p.stat().st_mtime)[:-KEPT_WAREHOUSES]:
                shutil.rmtree(old, ignore_errors=True)
        return out

    def _local_lake(self) -> Path:
        return self.lake.local(self.local)


@cache  # of what runs, whatever is installed meanwhile
def digest_of_code(package: Path) -> str:
    """SHA-256 over the files of one of Cairn's own packages: changed code makes new drafts."""
    total = hashlib.sha256()
    for path in sorted(p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        total.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    return total.hexdigest()
