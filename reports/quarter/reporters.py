"""What each partner owed for a quarter, and what of it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from agenda.folder import Folder
from agenda.model import Partner


@dataclass(frozen=True)
class Reporter:
    """What one partner owed for the quarter and what of it came, as ids of measures in the agenda's order."""

    partner: Partner
    owed: tuple[str, ...]
    missing: tuple[str, ...]
    in_part: tuple[str, ...]  # some months of the quarter came, not all
    unasked: tuple[str, ...]  # came, though not owed
    on_time: tuple[str, ...]  # all that is owed of it came by the day it was due
    last_received: datetime | None

    @property
    def has_reported(self) -> bool:
        return bool(self.unasked) or len(self.missing) < len(self.owed)


def reporters(folder: Folder, reporting: pl.DataFrame) -> tuple[Reporter, ...]:
    """Every partner that owed or gave something of ``reporting``, rows of one quarter, in the agenda's order."""
    measures = {measure.id: i for i, measure in enumerate(folder.agenda.measures)}
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in reporting.iter_rows(named=True):
        if row["measure"] in measures:
            rows.setdefault(row["partner"], []).append(row)

    def reporter(partner: Partner) -> Reporter:
        mine = sorted(rows[partner.id], key=lambda row: measures[row["measure"]])
        owed = [row for row in mine if row["is_expected"]]
        partly = [r for r in owed if r["is_reported"] and (r["months_reported"] or 0) < (r["months_expected"] or 0)]
        received = [row["last_received_at"] for row in mine if row["last_received_at"] is not None]
        return Reporter(
            partner,
            tuple(row["measure"] for row in owed),
            tuple(row["measure"] for row in owed if not row["is_reported"]),
            tuple(row["measure"] for row in partly),
            tuple(row["measure"] for row in mine if row["is_reported"] and not row["is_expected"]),
            tuple(row["measure"] for row in owed if row["is_on_time"]),
            max(received, default=None),
        )

    return tuple(reporter(partner) for partner in folder.partners.partners if partner.id in rows)
