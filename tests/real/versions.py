"""The 42 versions of one published file, delivered one after the other, each at the moment of its publication.

What a mapping can settle is proposed, and accepted at once. `tests.real.test_vintages` says what came of each version.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from agenda.lint import read
from agenda.store import FolderStore
from sources.collect import collect
from sources.lake import Lake
from sources.letters.receipt import Receipt
from sources.meaning.mapping import Mappings, accept_open

BLOCKS = 4
"""The version whose headings stand below the title of its first block."""


@dataclass(frozen=True)
class Version:
    """One version as published: its moment, and its rows by the number that a spreadsheet shows."""

    number: int
    file: str
    published: datetime
    header: list[str]
    rows: dict[int, list[str]]

    @property
    def layout(self) -> str:
        """The layout that fits its name."""
        if self.number == BLOCKS:
            return "blocks"
        return "sexes" if self.number < BLOCKS else "disability" if self.number < 9 else "tidy"

    def cells(self, row: int) -> dict[str, str]:
        return dict(zip(self.header, self.rows[row], strict=True))

    def numbers(self, row: int) -> int:
        """How many numbers a row holds, besides its year."""
        return sum(_is_number(cell) for name, cell in self.cells(row).items() if name.lower() not in ("year", ""))


@dataclass(frozen=True)
class Story:
    """What happened: each version, the receipts in order, what was accepted of whom, and the lake."""

    versions: list[Version]
    receipts: list[tuple[int, Receipt]]
    accepted: list[tuple[int, str, str]]
    path: Path

    def rows(self, table: str) -> pl.DataFrame:
        """A table of the lake."""
        lake = self.path / "store" / "lake"
        files = [lake / f["path"] for m in Lake(FolderStore(self.path / "store")).manifests() for f in m.files]
        return pl.concat([pl.read_parquet(file) for file in files if file.parts[-3] == table])

    def final(self, number: int) -> Receipt:
        """The last receipt of a version."""
        return next(receipt for n, receipt in reversed(self.receipts) if n == number)


def deliver(source: Path, path: Path, by: str) -> Story:
    """Deliver the versions in ``source`` that the initiative in ``path`` lacks; ``by`` accepts what is proposed."""
    folder, store = read(path), FolderStore(path / "store")
    told = Story(list(_versions(source)), [], [], path)
    known = {delivery.key for delivery in Lake(store).deliveries()}
    for version in told.versions:
        key, at = f"ons/{version.file}", version.published
        if key in known:
            continue
        store.put(f"inbox/{key}", (source / version.file).read_bytes())
        told.receipts.extend((version.number, made) for made in collect(folder, store, received_at=at).receipts)
        decided = accept_open(Mappings(store), Lake(store).deliveries(), "ons", by)
        told.accepted.extend((version.number, decision.column, decision.header) for decision in decided)
        if decided:
            told.receipts.extend((version.number, made) for made in collect(folder, store, received_at=at).receipts)
    return told


def _versions(source: Path) -> Iterator[Version]:
    with (source / "MANIFEST.csv").open(encoding="utf-8") as manifest:
        for line in csv.DictReader(manifest):
            text = (source / line["file"]).read_text("utf-8-sig")
            number, rows = int(line["n"]), dict(enumerate(csv.reader(io.StringIO(text, newline="")), 1))
            header = [rows.pop(at) for at in (1, 2)[: 1 + (number == BLOCKS)]][-1]
            published = datetime.fromisoformat(line["commit_time"]).astimezone(UTC)
            yield Version(number, line["file"], published, header, rows)


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit()
