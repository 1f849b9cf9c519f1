"""Writes small lakes by hand, as the collectors do: Parquet files per batch and table, then the manifest."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agenda.folder import Folder
from agenda.periods import Calendar
from agenda.tables import SCHEMAS, VALUE, agenda_tables

TEXT, INT, BIG, TIME = pa.string(), pa.int32(), pa.int64(), pa.timestamp("us", "UTC")

LAKE_SCHEMAS: dict[str, pa.Schema] = {
    name: pa.schema(fields)
    for name, fields in {
        "deliveries": [
            ("delivery", TEXT), ("partner", TEXT), ("source", TEXT), ("key", TEXT), ("version", TEXT), ("size", BIG),
            ("submission", TEXT), ("reading", TEXT), ("received_at", TIME), ("sequence", INT),
        ],
        "readings": [
            ("reading", TEXT), ("partner", TEXT), ("layout", TEXT), ("submission", TEXT), ("delivery_mode", TEXT),
            ("outcome", TEXT), ("rows_read", BIG), ("rows_accepted", BIG), ("rows_rejected", BIG),
            ("rows_skipped", BIG),
        ],
        "scopes": [("reading", TEXT), ("measure", TEXT), ("period", TEXT)],
        "observations": [
            ("reading", TEXT), ("row_number", INT), ("partner", TEXT), ("measure", TEXT), ("period_type", TEXT),
            ("period", TEXT), ("period_start", pa.date32()), ("period_end", pa.date32()), ("place", TEXT),
            ("members", TEXT), ("value", VALUE), ("obs_status", TEXT),
        ],
        "persons": [
            ("reading", TEXT), ("measure", TEXT), ("period", TEXT), ("place", TEXT), ("members", TEXT), ("person", BIG),
        ],
        "rejected_rows": [
            ("reading", TEXT), ("sheet", TEXT), ("row_number", INT), ("cells", TEXT), ("measure", TEXT),
            ("period", TEXT), ("place", TEXT), ("members", TEXT),
        ],
        "findings": [
            ("reading", TEXT), ("severity", TEXT), ("code", TEXT), ("sheet", TEXT), ("row_number", INT),
            ("column_name", TEXT), ("cell", TEXT), ("value", TEXT), ("message", TEXT), ("fix", TEXT),
            ("answer", TEXT),
        ],
        "columns": [("reading", TEXT), ("position", INT), ("header", TEXT), ("column_name", TEXT), ("how", TEXT)],
    }.items()
}  # fmt: skip

Row = tuple[str, str, str, str, Any]
"""One number as a partner reports it: measure, period, place, members, value; or the status of one that is not there."""


@dataclass(frozen=True)
class Reading:
    """A submission as read. ``rejected`` are (measure, period, place, members) of rows that were lost; ``people`` by
    these who is in a number and agreed to be linked."""

    reading: str
    partner: str
    rows: Sequence[Row]
    layout: str = "monthly"
    mode: str = "replaces"
    outcome: str = "accepted"
    rejected: Sequence[tuple[str | None, str | None, str | None, str | None]] = ()
    findings: Sequence[tuple[str, str, str]] = ()  # severity, code, message
    scopes: Sequence[tuple[str, str]] | None = None
    provisional: bool = False
    people: Mapping[tuple[str, str, str, str], Collection[int]] = field(default_factory=dict)


@dataclass
class Lake:
    """A lake folder that grows batch by batch; each batch is known a day after the one before."""

    path: Path
    calendar: Calendar = field(default_factory=Calendar)
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    landed: set[str] = field(default_factory=set)
    batches: int = 0

    def land_agenda(self, folder: Folder) -> datetime:
        return self.commit("agenda", agenda_tables(folder), [])

    def deliver(self, *readings: Reading, key: str = "", version: str | None = None) -> datetime:
        """One batch in which these readings arrive, in this order. Returns its knowledge time."""
        new = {r.reading: r for r in readings if r.reading not in self.landed}
        self.landed |= set(new)
        tables = self._rows_of(new.values())
        deliveries = [
            (
                f"{self.batches}.{i}", r.partner, "bucket", key or f"{r.partner}/{r.reading}.csv",
                version or f"v{self.batches}.{i}", 1, r.reading, r.reading, self.now, i,
            )
            for i, r in enumerate(readings)
        ]  # fmt: skip
        tables["deliveries"] = _table("deliveries", deliveries)
        names = LAKE_SCHEMAS["deliveries"].names
        said = [
            {**dict(zip(names, d, strict=True)), "layout": r.layout, "received_at": _instant(self.now)}
            for d, r in zip(deliveries, readings, strict=True)
        ]
        return self.commit("submissions", tables, list(new), said)

    def land_again(self, reading: Reading) -> datetime:
        """The rows of a reading that stands in the lake already, as a collector racing another leaves them."""
        return self.commit("submissions", self._rows_of([reading]), [reading.reading])

    def commit(
        self, kind: str, tables: Mapping[str, pa.Table], readings: list[str], deliveries: Sequence[object] = ()
    ) -> datetime:
        batch, known_at = f"b{self.batches:04d}", self.now
        files = []
        for name, table in tables.items():
            path = f"data/{name}/{batch}/{name}.parquet"
            (self.path / path).parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, self.path / path)
            files.append({"table": name, "path": path, "rows": table.num_rows, "sha256": ""})
        manifest = {
            "format": 2, "batch": batch, "kind": kind, "known_at": _instant(known_at), "imported": False, "agenda": "",
            "files": files, "readings": readings, "deliveries": deliveries,
        }  # fmt: skip
        (self.path / "batches").mkdir(parents=True, exist_ok=True)
        (self.path / "batches" / f"{batch}.json").write_text(json.dumps(manifest, indent=1))
        self.batches += 1
        self.now += timedelta(days=1)
        return known_at

    def _rows_of(self, readings: Iterable[Reading]) -> dict[str, pa.Table]:
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in LAKE_SCHEMAS if name != "deliveries"}
        for r in readings:
            counts = (len(r.rows) + len(r.rejected), len(r.rows), len(r.rejected), 0)
            rows["readings"].append((r.reading, r.partner, r.layout, r.reading, r.mode, r.outcome, *counts))
            spoken = {(row[0], row[1]) for row in r.rows}
            if r.scopes is None:
                pairs = [(m, p) for m in sorted({m for m, _ in spoken}) for p in sorted({p for _, p in spoken})]
            else:
                pairs = list(r.scopes)
            rows["scopes"] += [(r.reading, measure, period) for measure, period in pairs]
            for number, (measure, text, place, members, value) in enumerate(r.rows, 2):
                period = self.calendar.parse(text)
                rows["observations"].append(
                    (r.reading, number, r.partner, measure, period.type, period.key, period.start, period.end, place,
                     members, *_said(value, r.provisional))
                )  # fmt: skip
            rows["persons"] += [(r.reading, *key, person) for key, people in r.people.items() for person in people]
            rows["rejected_rows"] += [(r.reading, "", i, "{}", *known) for i, known in enumerate(r.rejected)]
            rows["findings"] += [
                (r.reading, severity, code, "", 2, "n", "C2", "x", message, "mend it", "seen")
                for severity, code, message in r.findings
            ]
        return {name: _table(name, rows[name]) for name in rows if rows[name]}


def _said(value: Any, provisional: bool) -> tuple[Decimal | None, str]:
    if value in ("M", "O", "Q"):
        return None, value
    return Decimal(str(value)), "P" if provisional else "A"


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _table(name: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    schema = (LAKE_SCHEMAS | SCHEMAS)[name]
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(list(column), f.type) for column, f in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)
