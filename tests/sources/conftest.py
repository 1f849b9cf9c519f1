"""A small initiative to collect into, and ways to drop files into it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agenda.folder import Folder
from agenda.lint import read
from agenda.store import FolderStore
from sources.collect import Collected, collect

INITIATIVE = "id: test\nname: Test coalition\ncontact: Ask Ada.\n"
AGENDA = """
places:
  - {id: valley, name: The Valley, level: region}
  - {id: harbor, name: Harbor, level: town, parent: valley, aliases: [Port]}
  - {id: old_mill, name: Old Mill, level: town, parent: valley}
dimensions:
  - id: age
    name: Age
    members: [{id: infant, name: Infants, aliases: [babies]}, {id: toddler, name: Toddlers}]
measures:
  - {id: children, name: Children enrolled, unit: children, kind: stock, subject: people, dimensions: [age]}
  - {id: spots, name: Licensed spots, unit: spots, kind: stock, subject: facilities}
  - {id: price, name: Price, unit: dollars, kind: stock, subject: money, whole: false, maximum: 1000}
indicators:
  - {id: enrolled, name: Enrolled, definition: d, unit: children, level: output, better: more,
     formula: {kind: count, of: children}, by: [age]}
goals:
  - {id: g, name: G, statement: s, headline: enrolled, indicators: [enrolled]}
"""
LONG = """
layouts:
  long:
    files: "*.csv*"
    period: quarter
    place: town
    values: [{column: children, measure: children, members: {age: {column: age}}}]
partners:
  - {id: alpha, name: Alpha, layouts: [long]}
  - {id: beta, name: Beta, layouts: [long]}
"""


class Coalition:
    """An initiative in a temporary folder."""

    def __init__(self, path: Path, partners: str) -> None:
        self.path = path
        self.write("initiative.yml", INITIATIVE)
        self.write("agenda.yml", AGENDA)
        self.write("partners.yml", partners)
        self.store = FolderStore(path / "store")

    def write(self, name: str, content: str | bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def drop(self, key: str, content: str | bytes) -> None:
        self.write(f"store/inbox/{key}", content)

    @property
    def folder(self) -> Folder:
        return read(self.path)

    def collect(self, **given: Any) -> Collected:
        return collect(self.folder, self.store, **given)

    def rows(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """Rows of a lake table, of committed batches only, in a fixed order."""
        paths = [
            str(self.path / "store/lake" / file["path"])
            for batch in sorted((self.path / "store/lake/batches").glob("*.json"))
            for file in json.loads(batch.read_text())["files"]
            if file["table"] == table
        ]
        if not paths:
            return []
        return duckdb.execute(f"select {columns} from read_parquet($1) order by all", [paths]).fetchall()

    def receipt(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / f"store/receipts/{key}.json").read_text())
        return found


@pytest.fixture
def coalition(tmp_path: Path) -> Callable[..., Coalition]:
    def make(partners: str = LONG) -> Coalition:
        return Coalition(tmp_path, partners)

    return make
